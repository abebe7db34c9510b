"""Forms of set-up's own pages: identity, colours, rules of publication, configuration files."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, ColorField, EmailField, FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.kernel.palette import DEFAULTS, OWN, SCHEMES
from app.web.forms import BaseForm, Email, Required


class IdentityForm(BaseForm):
    title = StringField(_l("Nom du site"), [Required()], render_kw={"maxlength": 60})
    tagline = StringField(_l("En une phrase"), description=_l("Se lit au bas de chaque page."), render_kw={"maxlength": 160})
    contact_email = EmailField(
        _l("Adresse électronique de contact"),
        [Email()],
        description=_l("Publique : pour signaler une erreur, demander un contenu sous une autre forme, exercer un droit."),
    )
    contact_details = TextAreaField(_l("Adresse postale et téléphone de contact"), render_kw={"rows": 3, "maxlength": 600})
    publisher = TextAreaField(
        _l("Éditeur du site"),
        description=_l("Nom ou raison sociale, adresse, téléphone. La loi demande de les publier."),
        render_kw={"rows": 3, "maxlength": 600},
    )
    director = StringField(_l("Directeur ou directrice de la publication"), render_kw={"maxlength": 160})
    host = TextAreaField(_l("Hébergeur"), description=_l("Nom, adresse et téléphone."), render_kw={"rows": 3, "maxlength": 600})
    licence = TextAreaField(
        _l("Conditions de réutilisation"),
        description=_l("La licence des textes et des images, avec l’accord de chaque voix."),
        render_kw={"rows": 2, "maxlength": 600},
    )


class LogoForm(BaseForm):
    image = FileField(_l("Image"), description=_l("JPEG, PNG ou WebP, 10 Mo au plus. Elle remplace le nœud, à gauche du nom."))
    alt = StringField(
        _l("Texte de remplacement"),
        [Required()],
        description=_l("Ce que l’image montre, pour qui ne la voit pas. Le nom du site est écrit à côté."),
        render_kw={"maxlength": 400},
    )


class PurgeForm(BaseForm):
    typed = StringField(_l("Le nom de l’extension, pour confirmer"), render_kw={"autocomplete": "off", "spellcheck": "false"})


class ConfigFilesForm(BaseForm):
    archive = FileField(_l("Archive de configuration"), description=_l("Le fichier ZIP qu’un site a exporté."))


class PublishingForm(BaseForm):
    minimum_voices = SelectField(
        _l("Catégories d’acteurs à entendre"),
        choices=[SelectChoice(number, number) for number in "1234"],
        validate_choice=False,
        description=_l("Un récit où parlent moins de catégories ne peut pas être proposé à la relecture."),
    )
    explain_missing = BooleanField(_l("Chaque voix manquante à un moment doit avoir sa raison avant que le récit soit proposé"))
    second_editor = BooleanField(_l("Deux personnes de la relecture doivent être d’accord sur la même version avant de publier"))


COLOUR_LABELS = {
    "paper": _l("Papier"),
    "ink": _l("Encre"),
    "elu": _l("Élu·e"),
    "col": _l("Collectivité"),
    "eco": _l("Socio-éco"),
    "eta": _l("État"),
}


def _colour_fields() -> dict[str, object]:
    """One field for each colour of each scheme, named `<scheme>-<token>`."""
    return {f"{scheme}-{token}": ColorField(COLOUR_LABELS[token], default=DEFAULTS[scheme][token]) for scheme in SCHEMES for token in OWN}


ColoursForm = type("ColoursForm", (BaseForm,), {"__doc__": "The colours that a site may replace.", **_colour_fields()})


class MediaForm(BaseForm):
    """What is said of an image of the library."""

    alt = StringField(
        _l("Texte de remplacement"),
        description=_l("Ce que l’image montre, pour qui ne la voit pas. Laissez vide pour une image qui ne fait que décorer."),
        render_kw={"maxlength": 400},
    )
    credit = StringField(_l("Crédit"), description=_l("Qui l’a faite, et quand si vous le savez."), render_kw={"maxlength": 200})
    rights = StringField(
        _l("Droits"),
        description=_l("À quelles conditions elle peut être montrée et reprise : licence, accord écrit, personnes reconnaissables."),
        render_kw={"maxlength": 300},
    )
    source = StringField(
        _l("Source"), description=_l("D’où elle vient : une adresse, un fonds, une personne."), render_kw={"maxlength": 400}
    )


class LibraryImageForm(MediaForm):
    image = FileField(_l("Image"), description=_l("JPEG, PNG ou WebP, 10 Mo au plus. Les données cachées (lieu, appareil) sont retirées."))
