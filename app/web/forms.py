"""Forms: fields, labels and shapes; whether something is allowed is decided by the services."""

import re
from collections.abc import Iterable

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.widgets import CheckboxInput, ListWidget

from app.kernel.document.targets import safe_target
from app.kernel.document.typography import typeset
from app.kernel.errors import Invalid
from app.services.accounts import checked_address
from app.web.locale import SOURCE_LANGUAGE, current_language

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def one_line(text: str | None) -> str | None:
    """Cleans what was typed into a field of one line: line ends and tabs become spaces."""
    cleaned = clean(text)
    return None if cleaned is None else " ".join(cleaned.split())


def clean(text: str | None) -> str | None:
    """Takes NUL bytes, control characters and lone surrogates out of what was typed; line ends become `\\n`."""
    return None if text is None else _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def sent(name: str) -> str:
    """Returns a field of the request that no form class declares, cleaned like all others; PostgreSQL stores and compares no NUL byte."""
    return clean(request.form.get(name)) or ""


class BaseForm(FlaskForm):
    """Base of every form; the gate has checked the token already, the field only writes it."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: object, unbound_field: UnboundField, options: dict[str, object]) -> object:
            kind = unbound_field.field_class
            if issubclass(kind, StringField | SelectField) and not issubclass(kind, PasswordField | SelectMultipleField):
                as_typed = issubclass(kind, TextAreaField | HiddenField | SelectField)
                unbound_field.kwargs.setdefault("filters", [clean if as_typed else one_line])
            return unbound_field.bind(form=form, **options)

    @property
    def failed(self) -> bool:
        """Whether any field has an error by now, from the form or from a service."""
        return any(field.errors for field in self)


class Required:
    """The field must not be blank; says so in our words, and sets `required` in the HTML."""

    field_flags = {"required": True}  # noqa: RUF012  # WTForms reads it from the class

    def __call__(self, _form: object, field: object) -> None:
        data = getattr(field, "data", None)
        if not data or (isinstance(data, str) and not data.strip()):
            raise ValidationError(_l("À remplir."))


class Email:
    """The field must hold an address that mail can be sent to, or nothing."""

    def __call__(self, _form: object, field: object) -> None:
        data = str(getattr(field, "data", "") or "")
        if not data.strip():
            return
        try:
            checked_address(data)
        except Invalid as error:
            raise ValidationError(_l("Écrivez une adresse électronique, par exemple prenom.nom@exemple.fr.")) from error


class WebAddress:
    """The field must hold an address that a link may lead to (http, https, or a page of this site), or nothing."""

    def __call__(self, _form: object, field: object) -> None:
        data = str(getattr(field, "data", "") or "").strip()
        target = safe_target(data) if data else ""
        if target is None or (target and not target.startswith(("http://", "https://", "/"))):
            raise ValidationError(_l("Écrivez une adresse complète, par exemple https://exemple.fr/page."))


class SignInForm(BaseForm):
    email = EmailField(_l("Adresse électronique"), [Required()], render_kw={"autocomplete": "username"})
    password = PasswordField(_l("Mot de passe"), [Required()], render_kw={"autocomplete": "current-password"})


class LinkForm(BaseForm):
    email = EmailField(_l("Adresse électronique"), [Required(), Email()], render_kw={"autocomplete": "username"})


class InvitationForm(BaseForm):
    name = StringField(_l("Votre nom"), [Required()], render_kw={"autocomplete": "name", "maxlength": 120})
    password = PasswordField(
        _l("Choisissez un mot de passe"),
        [Required()],
        description=_l("Au moins 10 signes. Une phrase courte convient très bien."),
        render_kw={"autocomplete": "new-password"},
    )


class AcceptForm(BaseForm):
    """For an address that already has an account: one button."""


class NewPasswordForm(BaseForm):
    password = PasswordField(
        _l("Nouveau mot de passe"),
        [Required()],
        description=_l("Au moins 10 signes. Une phrase courte convient très bien."),
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(BaseForm):
    current = PasswordField(_l("Mot de passe actuel"), [Required()], render_kw={"autocomplete": "current-password"})
    password = PasswordField(
        _l("Nouveau mot de passe"),
        [Required()],
        description=_l("Au moins 10 signes. Une phrase courte convient très bien."),
        render_kw={"autocomplete": "new-password"},
    )


class ProfileForm(BaseForm):
    name = StringField(_l("Votre nom"), [Required()], render_kw={"autocomplete": "name", "maxlength": 120})
    lang = RadioField(_l("Langue des courriels"), choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")])


class DigestForm(BaseForm):
    digest = RadioField(
        _l("Quand on vous appelle, ou qu’on vous propose d’autres mots"),
        choices=[
            SelectChoice("daily", _l("Un courriel par jour au plus, le matin")),
            SelectChoice("at_once", _l("Un courriel dans les minutes qui suivent")),
            SelectChoice("never", _l("Pas de courriel : je regarde Mon espace")),
        ],
        validate_choice=False,
    )


class CheckboxListField(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class StoryForm(BaseForm):
    format = RadioField(_l("La forme du récit"), validate_choice=False)
    title = StringField(_l("Titre"), [Required()], render_kw={"maxlength": 160})
    standfirst = TextAreaField(
        _l("Chapeau"),
        description=_l("Une à trois phrases : de quoi parle ce récit, pour qui ne connaît pas le territoire."),
        render_kw={"rows": 3},
    )
    themes = CheckboxListField(_l("Thèmes"), validate_choice=False)


class ThemesForm(BaseForm):
    """Which themes a story is about, for editors."""

    themes = CheckboxListField(_l("Thèmes"), validate_choice=False)


class PassageForm(BaseForm):
    """The passage editor; `base` is the revision that the page was opened on."""

    body = TextAreaField(_l("Votre texte"), render_kw={"rows": 16, "spellcheck": "true"})
    prompt = HiddenField()
    base = HiddenField()


class NewPassageForm(BaseForm):
    moment = SelectField(_l("Moment"), validate_choice=False)
    voice = RadioField(_l("Qui parle"), validate_choice=False)
    block = RadioField(_l("Quoi"), validate_choice=False)


class MomentForm(BaseForm):
    title = StringField(_l("Titre"), [Required()], render_kw={"maxlength": 160})
    date = StringField(
        _l("Quand"),
        [Required()],
        description=_l("Un jour, un mois ou une période : 12 mai 2022, mai 2022, printemps 2022."),
        render_kw={"autocomplete": "off"},
    )
    place = StringField(_l("Où"), render_kw={"maxlength": 160})
    phase = SelectField(_l("Phase du parcours"), validate_choice=False)
    description = TextAreaField(_l("En deux phrases"), render_kw={"rows": 3, "maxlength": 1000})


class ImageForm(BaseForm):
    image = FileField(_l("Image"), description=_l("JPEG, PNG ou WebP, 10 Mo au plus. Les données cachées (lieu, appareil) sont retirées."))
    alt = StringField(
        _l("Texte de remplacement"),
        [Required()],
        description=_l("Ce que l’image montre, pour qui ne la voit pas."),
        render_kw={"maxlength": 400},
    )
    credit = StringField(
        _l("Crédit"), [Required()], description=_l("Qui l’a faite, et quand si vous le savez."), render_kw={"maxlength": 200}
    )


class NameForm(BaseForm):
    name = StringField(_l("Nom de cette version"), render_kw={"maxlength": 120})


class StanceForm(BaseForm):
    stance = RadioField(_l("Votre position sur ce moment"), validate_choice=False)
    note = StringField(_l("En une phrase"), render_kw={"maxlength": 400})


class MissingForm(BaseForm):
    reason = StringField(
        _l("Pourquoi cette voix manque"),
        description=_l("Cette phrase sera publiée. Laissez vide pour l’effacer."),
        render_kw={"maxlength": 400},
    )


class DisplayForm(BaseForm):
    display = RadioField(_l("Comment voulez-vous apparaître ?"), validate_choice=False)
    function = StringField(_l("Votre fonction, telle qu’elle se lira"), render_kw={"maxlength": 160})


class ScribeForm(BaseForm):
    email = EmailField(
        _l("Adresse électronique de la personne qui écrit pour vous"),
        [Email()],
        description=_l("Elle doit avoir un compte. Laissez vide pour n’avoir personne. Elle écrit, vous seul·e signez."),
    )


class ReasonsForm(BaseForm):
    reasons = TextAreaField(_l("Raisons"), description=_l("La délégation les lira, telles quelles."), render_kw={"rows": 5})


class AccountInvitationForm(BaseForm):
    name = StringField(_l("Nom"), [Required()], render_kw={"maxlength": 120})
    email = EmailField(_l("Adresse électronique"), [Required(), Email()])
    role = RadioField(_l("Rôle"), validate_choice=False)


class InviteVoiceForm(BaseForm):
    email = EmailField(_l("Adresse électronique"), [Required(), Email()])


class RolesForm(BaseForm):
    roles = CheckboxListField(_l("Rôles"), validate_choice=False)


class RoleForm(BaseForm):
    title = StringField(_l("Nom du rôle"), render_kw={"maxlength": 120})
    description = TextAreaField(_l("À quoi il sert, en une phrase"), render_kw={"rows": 2, "maxlength": 600})


class ShareForm(BaseForm):
    email = EmailField(_l("Adresse électronique"), [Required(), Email()], description=_l("La personne doit avoir un compte."))
    role = RadioField(_l("Rôle"), validate_choice=False)


class RestrictionForm(BaseForm):
    address = StringField(
        _l("Adresse du récit, de la page ou de l’image"),
        [Required()],
        description=_l("Celle que le public lit, entière ou sa fin ; d’une image, aussi celle de sa fiche dans la médiathèque."),
    )
    words = TextAreaField(
        _l("Pourquoi"),
        [Required()],
        description=_l("Celles et ceux qui l’écrivent ou le relisent le liront, tel quel."),
        render_kw={"rows": 3, "maxlength": 600},
    )
    until = StringField(_l("Jusqu’à la fin du"), description=_l("Une date, ou rien : jusqu’à ce qu’on la lève."))


class ProgrammeForm(BaseForm):
    name = StringField(_l("Nom"), [Required()], render_kw={"maxlength": 160})
    description = TextAreaField(_l("Présentation"), render_kw={"rows": 4})


class PhaseForm(BaseForm):
    name = StringField(_l("Nom de la phase"), [Required()], render_kw={"maxlength": 160})
    description = TextAreaField(_l("En une phrase"), render_kw={"rows": 2})


class WorkstreamForm(BaseForm):
    name = StringField(_l("Nom du chantier"), [Required()], render_kw={"maxlength": 160})
    kind = RadioField(
        _l("Nature"),
        choices=[SelectChoice("thematic", _l("thématique")), SelectChoice("transverse", _l("transverse"))],
        validate_choice=False,
    )
    description = TextAreaField(_l("En une phrase"), render_kw={"rows": 2})


class ThemeForm(BaseForm):
    name = StringField(_l("Nom du thème"), [Required()], render_kw={"maxlength": 160})


class MergeThemeForm(BaseForm):
    into = SelectField(_l("Thème qui reste"), validate_choice=False)


class TerritoryForm(BaseForm):
    name = StringField(_l("Nom"), [Required()], render_kw={"maxlength": 160})
    nature = StringField(_l("Nature"), description=_l("Communauté de communes, pays, parc naturel régional…"), render_kw={"maxlength": 160})
    description = TextAreaField(_l("Présentation"), render_kw={"rows": 5})
    insee = StringField(_l("Code Insee"), render_kw={"maxlength": 5})
    siren = StringField(_l("Numéro Siren"), render_kw={"maxlength": 9, "inputmode": "numeric"})
    fictitious = BooleanField(_l("Territoire fictif : chaque page le dira"))


class VoiceForm(BaseForm):
    """A new holder of a seat: a new voice, and an invitation if there is an address."""

    name = StringField(_l("Nom"), [Required()], render_kw={"maxlength": 120})
    function = StringField(_l("Fonction"), render_kw={"maxlength": 160})
    start = StringField(_l("Début du mandat"), description=_l("Une date, ou rien."))
    end = StringField(_l("Fin du mandat"), description=_l("Une date, ou rien si elle n’est pas connue."))
    email = EmailField(_l("Adresse électronique, pour l’inviter"), [Email()])


class MandateForm(BaseForm):
    start = StringField(_l("Début du mandat"))
    end = StringField(_l("Fin du mandat"))


class ConfirmForm(BaseForm):
    """One button and a token."""


def choices(pairs: Iterable[tuple[str, object]]) -> list[SelectChoice]:
    """Returns the choices of a field from (value, label); one that is not among them is refused by the service, in words."""
    return [SelectChoice(value, label) for value, label in pairs]


def content_choices(pairs: Iterable[tuple[str, str]], lang: str = SOURCE_LANGUAGE) -> list[SelectChoice]:
    """Returns choices whose labels people wrote: typeset, and marked with their language where it is not the page's."""
    attributes = {} if lang == current_language() else {"lang": lang}
    return [SelectChoice(value, typeset(label, lang), attributes) for value, label in pairs]
