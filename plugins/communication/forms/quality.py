"""Forms of the quality grid."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from app.sdk import BaseForm, Required


class CriterionForm(BaseForm):
    title = StringField(_l("Le critère"), [Required()], render_kw={"maxlength": 120})
    explanation = TextAreaField(_l("Ce qu’il demande, en deux phrases"), [Required()], render_kw={"rows": 3, "maxlength": 600})
