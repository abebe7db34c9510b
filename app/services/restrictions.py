"""Lays and lifts restrictions on visibility: rows of the core, whoever laid them, so that they outlive a plugin's disabling."""

import re
from datetime import datetime

from sqlalchemy import select

from app.db.models import Media, Page, Restriction, Story
from app.db.permissions import CORE_OWNER
from app.db.restrictions import HIDE, IMAGE, PAGE, STORY, restrictions_on
from app.kernel.access import RESTRICTION_MANAGE, Actor
from app.kernel.errors import Invalid, NotFound
from app.kernel.events import RestrictionLaid, RestrictionLifted
from app.services.access import require
from app.services.checks import checked
from app.services.pages import touch_navigation
from app.services.unit_of_work import UnitOfWork

WORDS = 600
MODELS: dict[str, type[Story | Page | Media]] = {STORY: Story, PAGE: Page, IMAGE: Media}
"""What the core itself can hide; a moment is part of what voices signed together, and goes with its story."""
_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
_KIND = re.compile(r"[a-z][a-z0-9_.:-]{0,39}")


def restrict(
    uow: UnitOfWork,
    actor: Actor | None,
    owner: str,
    kind: str,
    subject_id: str,
    reason: str,
    words: str = "",
    until: datetime | None = None,
) -> Restriction:
    """Hides an item from the public until it is lifted, or until an instant; laying the same again changes its words and its end.

    Args:
        actor: who does it; None where a plugin's rule does. For the core, somebody with `restriction.manage`.
        owner: the plugin that lays it and has checked who may, or `core`.
        kind: what the item is (`story`, `page`, `image`…); one of the core's must exist.
        reason: a code of the owner's, for people in `words`.

    Raises:
        Invalid: for a code that is none, words that are too long, or an end that is past.
    """
    if owner == CORE_OWNER:
        _require(actor)
    if not _CODE.fullmatch(reason) or not _KIND.fullmatch(kind):
        raise Invalid("reason", "unknown_choice")
    if kind in MODELS and uow.session.get(MODELS[kind], subject_id) is None:
        raise NotFound(kind)
    if until is not None and until <= uow.now:
        raise Invalid("until", "date_past")
    words = checked("words", words, WORDS)
    same = select(Restriction).where(
        Restriction.owner == owner, Restriction.subject_kind == kind, Restriction.subject_id == subject_id, Restriction.reason == reason
    )
    row = uow.session.scalar(same.where(Restriction.lifted_at.is_(None)).limit(1))
    if row is None:
        row = Restriction(
            subject_kind=kind,
            subject_id=subject_id,
            effect=HIDE,
            owner=owner,
            reason=reason,
            created_at=uow.now,
            created_by=actor.account if actor else None,
        )
        uow.session.add(row)
    row.words, row.until = words, until
    uow.session.flush()
    end = until.isoformat() if until else None
    uow.record(actor, "restriction.lay", kind, subject_id, restriction=row.id, owner=owner, reason=reason, until=end)
    if kind == PAGE:
        touch_navigation(uow)
    uow.emit(RestrictionLaid(kind, subject_id, owner))
    return row


def lift(uow: UnitOfWork, actor: Actor | None, restriction_id: str, owner: str = CORE_OWNER) -> None:
    """Ends a restriction: a plugin its own, somebody with `restriction.manage` any.

    Args:
        owner: the plugin that lifts; `core` when a person does.

    Raises:
        NotFound: if there is none in force, or it is another plugin's.
    """
    if owner == CORE_OWNER:
        _require(actor)
    row = uow.session.get(Restriction, restriction_id)
    if row is None or row.lifted_at is not None or owner not in (CORE_OWNER, row.owner):
        raise NotFound("restriction")
    row.lifted_at, row.lifted_by = uow.now, actor.account if actor else None
    uow.session.flush()
    uow.record(actor, "restriction.lift", row.subject_kind, row.subject_id, restriction=row.id, owner=row.owner)
    if row.subject_kind == PAGE:
        touch_navigation(uow)
    uow.emit(RestrictionLifted(row.subject_kind, row.subject_id, row.owner))


def lift_all(uow: UnitOfWork, actor: Actor | None, owner: str, kind: str, subject_id: str) -> int:
    """Ends all that a plugin laid on an item; returns how many there were."""
    rows = [row for row in restrictions_on(uow.session, kind, subject_id) if row.owner == owner]
    for row in rows:
        lift(uow, actor, row.id, owner)
    return len(rows)


def _require(actor: Actor | None) -> None:
    if actor is not None:  # None is the command line, where whoever runs it owns the site
        require(actor, RESTRICTION_MANAGE)
