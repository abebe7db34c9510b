"""What several verbs check before they change anything; writes nothing."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy.orm import Session

from app.kernel.access import PROGRAMME_MANAGE, Actor, Scope
from app.kernel.errors import Invalid, NotFound
from app.services.access import require_on

Row = TypeVar("Row")

SHORT_TEXT = 160  # up to this length a text is one line
DESCRIPTION = 2000


def checked(field: str, text: str, limit: int, *, required: bool = False) -> str:
    """Returns a line or paragraph without outer white space.

    Raises:
        Invalid: if it is required and empty, or longer than `limit` characters.
    """
    text = text.strip()
    if "\n" in text and limit <= SHORT_TEXT:
        text = " ".join(text.split())  # titles and names are one line, wherever they come from
    if required and not text:
        raise Invalid(field, "required")
    if len(text) > limit:
        raise Invalid(field, "too_long", limit=limit, length=len(text))
    return text


def get_or_404(session: Session, model: type[Row], row_id: str, what: str) -> Row:
    """Returns a row by its id.

    Raises:
        NotFound: if there is none.
    """
    row = session.get(model, row_id)
    if row is None:
        raise NotFound(what)
    return row


def may_manage_programme(actor: Actor | None, scopes: Iterable[Scope] = ()) -> None:
    """Raises NotAllowed unless the actor manages programmes, all or these; None is the command line, where whoever runs it owns the site.

    Args:
        scopes: where the thing lies (`services/scopes.py`); without any, only a role of the whole site will do.
    """
    if actor is not None:
        require_on(actor, PROGRAMME_MANAGE, scopes)
