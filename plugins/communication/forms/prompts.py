"""Forms of the writing questions."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from app.sdk import BaseForm, Required


class PromptForm(BaseForm):
    text = StringField(_l("La question"), [Required()], render_kw={"maxlength": 300})
    phase = SelectField(_l("Phase"), validate_choice=False)
    category = SelectField(_l("Catégorie d’acteurs"), validate_choice=False)


class PromptTextForm(BaseForm):
    text = StringField(_l("La question"), [Required()], render_kw={"maxlength": 300})
