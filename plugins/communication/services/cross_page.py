"""A page of the site's tree that shows a chosen cross-reading under an editor's introduction."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.sdk import ContentType, NotFound, Session
from plugins.communication.forms.cross import CrossReadingForm
from plugins.communication.services.cross import address, choice_of, read_passages, words_of


def chosen(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the first passages of a page's cross-reading; None where what it names is there no more."""
    try:
        choice = choice_of(session, {name: str(value) for name, value in data.items() if value})
    except NotFound:
        return {"reading": None}
    return {"reading": read_passages(session, choice, 1), "address": address}


def in_words(session: Session, data: Mapping[str, Any]) -> str:
    """Returns what the page says of its choice while the chantier is off."""
    try:
        choice = choice_of(session, {name: str(value) for name, value in data.items() if value})
    except NotFound:
        return ""
    return ", ".join(words for words, _lang in words_of(session, choice).values())


CROSS_READING = ContentType(
    "cross_reading",
    order=50,
    title=_l("Lecture croisée"),
    plural=_l("Lectures croisées"),
    description=_l("Un texte, puis les passages d’une phase, d’une voix ou d’un thème à travers les territoires ; ils se tiennent à jour."),
    form=lambda: CrossReadingForm,
    template="communication/cross_page.html",
    facts=chosen,
    text=in_words,
)
