"""What hides an item from the public: the clause that every public list, count, page and feed goes through, and the rows behind it."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.db.base import UtcDateTime
from app.db.models.access import Restriction
from app.db.models.story import Media
from app.kernel.clock import system_clock

HIDE = "hide"
STORY, PAGE, IMAGE = "story", "page", "image"


def not_restricted_clause(kind: str, id_column: InstrumentedAttribute[str] | ColumnElement[str]) -> ColumnElement[bool]:
    """Returns the condition that nothing hides an item now; read through the index, and asked anew at each execution.

    Args:
        kind: what the item is: `story`, `page`…
        id_column: the column that holds its id.
    """
    here = and_(Restriction.subject_kind == kind, Restriction.subject_id == id_column, _in_force())
    return ~select(Restriction.id).where(here).correlate_except(Restriction).exists()


def not_hidden_image_clause(hash_column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Returns the condition that nothing hides a file now: hiding one image hides the file, whatever else shows it."""
    row = aliased(Media)
    return ~select(row.id).where(row.hash == hash_column, ~not_restricted_clause(IMAGE, row.id)).correlate_except(row).exists()


def restrictions_on(session: Session, kind: str, subject_id: str) -> list[Restriction]:
    """Returns what hides an item now, the oldest first."""
    query = select(Restriction).where(Restriction.subject_kind == kind, Restriction.subject_id == subject_id, _in_force())
    return list(session.scalars(query.order_by(Restriction.created_at, Restriction.id)))


def list_restrictions(session: Session, *, in_force: bool, limit: int = 100) -> list[Restriction]:
    """Returns what hides something now, or what once did; the latest first."""
    query = select(Restriction).where(_in_force() if in_force else ~_in_force())
    return list(session.scalars(query.order_by(Restriction.created_at.desc(), Restriction.id).limit(limit)))


def next_end(session: Session, kind: str) -> datetime | None:
    """Returns when the first of the restrictions on one kind of item ends by itself, or None; for what is kept in memory until then."""
    return session.scalar(select(func.min(Restriction.until)).where(Restriction.subject_kind == kind, _in_force()))


def has_come(instant: datetime | None) -> bool:
    """Tells whether an instant is past, by the clock that ends restrictions."""
    return instant is not None and instant <= _now()


def _in_force() -> ColumnElement[bool]:
    now = bindparam("restricted_now", callable_=_now, type_=UtcDateTime(), unique=True)
    return and_(Restriction.effect == HIDE, Restriction.lifted_at.is_(None), or_(Restriction.until.is_(None), Restriction.until > now))


def _now() -> datetime:
    return system_clock()
