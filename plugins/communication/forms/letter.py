"""Forms of the letter."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TextAreaField

from app.sdk import BaseForm, Email, Required


class OpenForm(BaseForm):
    """A form that needs no session, so that nobody gets a cookie for filling it in."""

    class Meta(BaseForm.Meta):
        csrf = False


class SubscribeForm(OpenForm):
    email = EmailField(
        _l("Votre adresse électronique"),
        [Required(), Email()],
        description=_l("Par exemple : prenom.nom@exemple.fr. Vous recevrez un message pour confirmer."),
        render_kw={"autocomplete": "email", "maxlength": 254},
    )
    page = HiddenField()


class LeaveForm(OpenForm):
    for_ever = BooleanField(_l("Et ne plus jamais m’écrire, même pour me demander si je veux la lettre"))


class IssueTitleForm(BaseForm):
    title = StringField(
        _l("Objet"), [Required()], description=_l("L’objet du courriel, et le titre de la page."), render_kw={"maxlength": 160}
    )


class IssueForm(IssueTitleForm):
    introduction = TextAreaField(
        _l("Introduction"), description=_l("Quelques phrases, avec la même mise en forme que les récits."), render_kw={"rows": 8}
    )


class AddStoryForm(BaseForm):
    story = SelectField(_l("Un récit publié"), validate_choice=False)


class LetterSettingsForm(BaseForm):
    sender = StringField(
        _l("Nom de l’expéditeur"), description=_l("Ce que lisent les abonné·es devant l’adresse du site."), render_kw={"maxlength": 80}
    )
    reply_to = EmailField(_l("Adresse de réponse"), [Email()], description=_l("Vide : on répond à l’adresse du site."))
    footer = StringField(
        _l("Dernière ligne"), description=_l("Par exemple, qui publie le site et où le joindre."), render_kw={"maxlength": 300}
    )
    collect = BooleanField(_l("Ajouter au numéro en préparation chaque récit qui paraît"))
