"""Public types of the chantier in the tree of pages: a call for stories."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.sdk import ContentType, Session
from plugins.communication.forms.call import CallForm
from plugins.communication.rules.call import said

LABELS = {"audience": _l("À qui s’adresse l’appel"), "until": _l("Jusqu’à quand"), "answer": _l("Comment y répondre")}


def call_facts(_session: Session, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the lines of the call for its public page."""
    return {"lines": [(LABELS[part], words) for part, words in said(data)]}


def call_text(_session: Session, data: Mapping[str, Any]) -> str:
    """Returns the call in words, for who reads it while the extension is off."""
    return "\n\n".join(_("%(label)s : %(words)s", label=LABELS[part], words=words) for part, words in said(data))


CALL = ContentType(
    "call",
    title=_l("Appel à récits"),
    plural=_l("Appels à récits"),
    description=_l("Une page qui invite à raconter : qui, jusqu’à quand, comment."),
    form=lambda: CallForm,
    template="communication/call.html",
    facts=call_facts,
    text=call_text,
)
