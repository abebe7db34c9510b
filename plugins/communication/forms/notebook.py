"""Forms of the notebook of traces."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, SelectField, StringField, TextAreaField

from app.sdk import BaseForm, WebAddress


class NotedForm(BaseForm):
    """What one notes on the way; everything may be left empty but one thing."""

    text = TextAreaField(_l("Ce que vous notez"), render_kw={"rows": 5, "maxlength": 4000, "autofocus": True})
    image = FileField(
        _l("Une photographie"),
        description=_l("10 Mo au plus. Le lieu et l’appareil, cachés dans le fichier, sont retirés. Vous seul·e la voyez."),
        render_kw={"accept": "image/*"},
    )
    drop_image = BooleanField(_l("Retirer la photographie"))
    link = StringField(_l("Un lien"), [WebAddress()], render_kw={"maxlength": 500, "inputmode": "url", "autocomplete": "off"})
    date = StringField(
        _l("Quand"),
        description=_l("Un jour, un mois ou une période : 12 mai 2022, mai 2022, printemps 2022. Ou rien."),
        render_kw={"autocomplete": "off"},
    )
    moment = SelectField(_l("Un moment du parcours, si vous voulez"), validate_choice=False)


class PassingForm(BaseForm):
    """Where traces go."""

    story = SelectField(_l("Dans quel récit"), validate_choice=False)
    moment = SelectField(_l("Quel moment vous racontez"), validate_choice=False)
