"""Forms of the writing questions and of their sets."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField

from app.sdk import BaseForm, Required


class PromptForm(BaseForm):
    text = StringField(_l("La question"), [Required()], render_kw={"maxlength": 300})
    set = SelectField(_l("Dans quel jeu"), validate_choice=False)
    phase = SelectField(_l("Phase"), validate_choice=False)
    category = SelectField(_l("Catégorie d’acteurs"), validate_choice=False)
    format = SelectField(_l("Forme de récit"), validate_choice=False)


class PromptSetForm(BaseForm):
    name = StringField(_l("Le nom du jeu"), [Required()], render_kw={"maxlength": 120})
    description = TextAreaField(_l("À quoi il sert"), render_kw={"rows": 2, "maxlength": 600})
    programme = SelectField(_l("Pour un programme"), validate_choice=False)
    format = SelectField(_l("Pour une forme de récit"), validate_choice=False)
