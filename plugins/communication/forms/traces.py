"""Form of a trace that is told in a passage: what it is, where it comes from, what it shows."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField

from app.sdk import BaseForm, Required, WebAddress, choices
from plugins.communication.rules.traces import KINDS


class TraceForm(BaseForm):
    kind = SelectField(_l("Ce que c’est"), choices=choices(KINDS.items()))
    title = StringField(
        _l("Son nom"),
        [Required()],
        description=_l("Par exemple : la délibération du 12 mai, le tableau de la question 14."),
        render_kw={"maxlength": 160},
    )
    date = StringField(_l("De quand"), description=_l("Comme on le dirait : 12 mai 2022, printemps 2022."), render_kw={"maxlength": 60})
    source = StringField(_l("D’où elle vient"), description=_l("Qui l’a faite, qui la garde."), render_kw={"maxlength": 200})
    link = StringField(_l("Son adresse, si elle est en ligne"), [WebAddress()], render_kw={"maxlength": 500, "inputmode": "url"})
    shows = TextAreaField(_l("Ce qu’elle montre"), [Required()], render_kw={"rows": 3, "maxlength": 1000})
