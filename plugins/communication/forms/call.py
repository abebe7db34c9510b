"""Form of a call for stories: whom it is for, until when, how one answers."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from app.sdk import BaseForm, Required


class CallForm(BaseForm):
    audience = StringField(
        _l("À qui s’adresse l’appel"),
        [Required()],
        description=_l("Par exemple : les délégations qui ont fini leur tronc commun."),
        render_kw={"maxlength": 200},
    )
    until = StringField(
        _l("Jusqu’à quand"), description=_l("Comme on le dirait : 12 mai 2022, printemps 2022."), render_kw={"maxlength": 60}
    )
    answer = TextAreaField(_l("Comment y répondre"), [Required()], render_kw={"rows": 3, "maxlength": 600})
