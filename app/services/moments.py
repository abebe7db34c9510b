"""The moments of a delegation's journey; each change is a hashed revision, so that a published version keeps what it pinned."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Delegation, Moment, MomentRevision, Passage, Phase, Story
from app.kernel.access import TRASH_MANAGE, Actor
from app.kernel.content import MomentContent
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.ids import new_salt
from app.kernel.moment_date import DateKind, MomentDate
from app.services.checks import SHORT_TEXT, checked, get_or_404
from app.services.unit_of_work import UnitOfWork

MOMENT_DESCRIPTION = 1000


@dataclass(frozen=True)
class MomentForm:
    """What is said of a moment."""

    title: str
    date: MomentDate
    place: str = ""
    phase_id: str | None = None
    description: str = ""


def add_moment(uow: UnitOfWork, actor: Actor | None, delegation_id: str, form: MomentForm) -> Moment:
    """Adds a moment to a delegation's journey."""
    _may_tell(uow.session, actor, delegation_id)
    row = Moment(delegation_id=delegation_id, salt=new_salt(), created_at=uow.now)
    uow.session.add(row)
    uow.session.flush()
    _revise_moment(uow, actor, row, form)
    uow.record(actor, "moment.create", "moment", row.id)
    return row


def edit_moment(uow: UnitOfWork, actor: Actor, moment_id: str, form: MomentForm) -> None:
    """Describes a moment anew; signatures stay, the published version keeps the description that it pinned."""
    row = _moment(uow.session, actor, moment_id)
    before = row.revision_id
    _revise_moment(uow, actor, row, form)
    if row.revision_id != before:
        uow.record(actor, "moment.edit", "moment", row.id)


def delete_moment(uow: UnitOfWork, actor: Actor, moment_id: str) -> None:
    """Puts a moment into the trash.

    Raises:
        Refused: while a passage of a living story tells it; the passage comes first.
    """
    row = _moment(uow.session, actor, moment_id)
    moment_deletion(uow.session, actor, row).demand()
    row.deleted_at, row.deleted_by = uow.now, actor.account
    uow.record(actor, "moment.delete", "moment", row.id)


def restore_moment(uow: UnitOfWork, actor: Actor, moment_id: str) -> None:
    """Takes a moment back from the trash."""
    row = _moment(uow.session, actor, moment_id, deleted=True)
    row.deleted_at = row.deleted_by = None
    uow.record(actor, "moment.restore", "moment", row.id)


def moment_date(revision: MomentRevision) -> MomentDate:
    """Returns a moment revision's date."""
    return MomentDate(revision.date_start, revision.date_end, DateKind(revision.date_kind))


def moment_content(salt: str, form: MomentForm) -> MomentContent:
    """Returns what a moment revision's hash covers."""
    return MomentContent(
        salt,
        form.title,
        str(form.date.kind),
        form.date.start.isoformat(),
        form.date.end.isoformat(),
        form.place,
        form.phase_id,
        form.description,
    )


def _revise_moment(uow: UnitOfWork, actor: Actor | None, moment: Moment, form: MomentForm) -> None:
    form = MomentForm(
        checked("title", form.title, SHORT_TEXT, required=True),
        form.date,
        checked("place", form.place, SHORT_TEXT),
        form.phase_id,
        checked("description", form.description, MOMENT_DESCRIPTION),
    )
    if form.phase_id is not None:
        phase = uow.session.get(Phase, form.phase_id)
        delegation = uow.session.get_one(Delegation, moment.delegation_id)
        if phase is None or phase.programme_id != delegation.programme_id:
            raise Invalid("phase", "unknown_choice")
    new_hash = moment_content(moment.salt, form).hash
    if moment.revision_id and uow.session.get_one(MomentRevision, moment.revision_id).hash == new_hash:
        return
    revision = MomentRevision(
        moment_id=moment.id,
        hash=new_hash,
        title=form.title,
        date_kind=str(form.date.kind),
        date_start=form.date.start,
        date_end=form.date.end,
        place=form.place,
        phase_id=form.phase_id,
        description=form.description,
        author_id=actor.account if actor else None,
        created_at=uow.now,
    )
    uow.session.add(revision)
    uow.session.flush()
    moment.revision_id = revision.id


def moment_decision(actor: Actor, moment: Moment | None, *, deleted: bool = False) -> Decision:
    """Decides whether a moment of the working journey is the actor's delegation's, to read and to change."""
    gone = NotFound("moment")
    if moment is None:
        return no(gone, "does_not_exist")
    mine = [grant for grant in actor.voices if grant.delegation == moment.delegation_id]
    if not mine:
        return no(gone, "mandate_over" if moment.delegation_id in actor.held else "no_voice")
    if (moment.deleted_at is not None) != deleted:
        return no(gone, "not_in_trash" if deleted else "in_trash")
    grant = min(mine, key=lambda grant: grant.scribe)
    return yes("serves_voice" if grant.scribe else "holds_voice", voice=grant.voice)


def moment_deletion(session: Session, actor: Actor, moment: Moment | None) -> Decision:
    """Decides whether a moment may be put into the trash: not while a passage of a living story tells it."""
    own = moment_decision(actor, moment)
    if not own.allowed or moment is None:
        return own
    telling = select(Passage.id).join(Story).where(Passage.moment_id == moment.id, Passage.deleted_at.is_(None), Story.deleted_at.is_(None))
    return no(Refused("moment_told"), "moment_told") if session.scalar(telling.limit(1)) else own


def _moment(session: Session, actor: Actor, moment_id: str, *, deleted: bool = False) -> Moment:
    row = session.get(Moment, moment_id)
    if not (deleted and actor.may(TRASH_MANAGE)):
        moment_decision(actor, row, deleted=deleted).demand()
    if row is None or (row.deleted_at is not None) != deleted:
        raise NotFound("moment")
    return row


def _may_tell(session: Session, actor: Actor | None, delegation_id: str) -> None:
    if actor is not None and delegation_id not in actor.writing_delegations:
        raise NotFound("delegation")
    get_or_404(session, Delegation, delegation_id, "delegation")
