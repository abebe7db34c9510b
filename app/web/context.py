"""What a view works with: the site, the request's read session, its snapshot of plugins, its actor, and units of work."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast

from flask import current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.db.base import db
from app.hooks.snapshot import Snapshot
from app.kernel.access import Actor, Scope
from app.kernel.errors import Invalid, NotAllowed
from app.services.access import require, require_on, require_somewhere, reread
from app.services.desk import Desk
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork


def site() -> Site:
    """Returns the site of the present application."""
    return cast("Site", current_app.extensions["recits"])


def reader() -> Session:
    """Returns the request's read session: one consistent view of the database."""
    return cast("Session", db.session())


def snapshot() -> Snapshot:
    """Returns which plugins are on, frozen when the request began."""
    return cast("Snapshot", g.snapshot)


def visitor() -> Actor | None:
    """Returns who is signed in, or None."""
    return cast("Actor | None", g.get("actor"))


def signed_in() -> Actor:
    """Returns who is signed in; the gate has sent everybody else to the sign-in page.

    Raises:
        NotAllowed: if a view forgot to ask the gate.
    """
    actor = visitor()
    if actor is None:
        raise NotAllowed("signed_out")
    return actor


def with_permission(permission: str) -> Actor:
    """Returns who is signed in, if a role of theirs carries the permission on the whole site."""
    actor = signed_in()
    require(actor, permission)
    return actor


def with_permission_somewhere(permission: str) -> Actor:
    """Returns who is signed in, if a role of theirs carries the permission on the whole site or anywhere: for lists, which show each person their part."""
    actor = signed_in()
    require_somewhere(actor, permission)
    return actor


def with_permission_on(permission: str, scopes: Iterable[Scope]) -> Actor:
    """Returns who is signed in, if the permission holds for what lies in these scopes."""
    actor = signed_in()
    require_on(actor, permission, scopes)
    return actor


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Opens a unit of work without an actor (sign-in, invitation)."""
    with site().writer.begin() as uow:
        yield uow
    refresh()


@contextmanager
def writing() -> Iterator[tuple[UnitOfWork, Actor]]:
    """Opens a unit of work and reads the actor again inside it."""
    with site().writer.begin() as uow:
        yield uow, reread(uow, signed_in(), snapshot())
    refresh()


def refresh() -> None:
    """Ends the read transaction, so that what the request reads from here on is what it has just written."""
    reader().rollback()
    g.pop("identity", None)


def desk() -> Desk:
    """Returns what a verb works with that changes words beside those who write live; call `refresh` after it."""
    return Desk(site().writer, snapshot(), site().live)


def seal(*passage_ids: str) -> bool:
    """Makes what is being written in some passages their current words, so that a page shows and decides about these; whether anything may have changed.

    Call it once the person's right was checked: what the request read before is forgotten.
    """
    live = site().live
    if not live.keeps_words:
        return False
    for passage_id in passage_ids:
        live.seal(passage_id)
    refresh()
    return True


def back_to(path: str) -> ResponseReturnValue:
    """Redirects after a form was accepted (303: the answer to a POST is read with GET)."""
    return redirect(path, code=303)


@contextmanager
def field_errors(form: object) -> Iterator[None]:
    """Puts a service's `Invalid` beside the field that it names; `form.errors` then says that the form is to be shown again."""
    try:
        yield
    except Invalid as error:
        fields = getattr(form, "_fields", {})
        if error.field not in fields:
            raise
        form_words = current_app.extensions["recits.words"]
        fields[error.field].errors = [*fields[error.field].errors, form_words(error)]


def network() -> str:
    """Returns the network address that attempts are counted under."""
    return request.remote_addr or "unknown"
