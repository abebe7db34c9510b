"""The notebook of traces: noted on the way, read by nobody else, turned into the beginning of a passage when its writer wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.sdk import (
    Actor,
    Invalid,
    MomentDate,
    NotFound,
    PreparedImage,
    Refused,
    Session,
    SlotContext,
    UnitOfWork,
    begin_passage,
    checked,
    drop_private_image,
    give_private_image,
    keep_private_image,
    living_moments,
    passage_place,
    system_clock,
    voices_in_story,
)
from plugins.communication.models.notebook import Trace
from plugins.communication.rules.notebook import Noted, image_of, is_web_address, passage_of

TEXT, LINK = 4000, 500
TRASH_DAYS = 90
BESIDE = 12


@dataclass(frozen=True)
class TraceForm:
    """What somebody notes; `image` is a photograph that was sent just now, `drop_image` takes the present one away."""

    text: str = ""
    link: str = ""
    date: MomentDate | None = None
    moment: str | None = None
    image: PreparedImage | None = None
    drop_image: bool = False


@dataclass(frozen=True)
class Passing:
    """Where traces go, and what their photographs show: trace id → (alternative text, credit); a photograph without words about it stays in the notebook."""

    story: str
    moment: str | None
    traces: Sequence[str]
    photographs: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def own_trace(session: Session, actor: Actor, trace_id: str, *, deleted: bool = False) -> Trace:
    """Returns one of the actor's own traces.

    Raises:
        NotFound: if it does not exist, is somebody else's, or is (not) in the trash. No role opens another person's notebook.
    """
    row = session.get(Trace, trace_id)
    if row is None or row.account_id != actor.account or (row.deleted_at is not None) != deleted:
        raise NotFound("trace")
    return row


def list_traces(session: Session, actor: Actor, *, deleted: bool = False) -> list[Trace]:
    """Returns the actor's own traces, the latest first: by the date they tell of, else by the day they were noted."""
    mine = select(Trace).where(Trace.account_id == actor.account)
    rows = session.scalars(mine.where(Trace.deleted_at.is_not(None) if deleted else Trace.deleted_at.is_(None)))
    return sorted(rows, key=lambda row: (row.date_start or row.created_at.date(), row.created_at), reverse=True)


def moments_of(session: Session, actor: Actor) -> list[tuple[Any, Any]]:
    """Returns (moment, its description) of every moment that the actor's delegations can tell."""
    return [pair for delegation in sorted(actor.writing_delegations) for pair in living_moments(session, delegation)]


def note_trace(uow: UnitOfWork, actor: Actor, form: TraceForm) -> Trace:
    """Notes a trace.

    Raises:
        Invalid: if there is nothing in it, its link is no web address, or its moment is not the actor's to tell.
    """
    row = Trace(account_id=actor.account, created_at=uow.now, changed_at=uow.now)
    uow.session.add(row)
    _fill(uow, actor, row, form)
    uow.record(actor, "communication.note_trace", "trace", row.id)
    return row


def edit_trace(uow: UnitOfWork, actor: Actor, trace_id: str, form: TraceForm) -> Trace:
    """Changes a trace; a passage that it became part of keeps the words of then."""
    row = own_trace(uow.session, actor, trace_id)
    _fill(uow, actor, row, form)
    row.changed_at = uow.now
    uow.record(actor, "communication.edit_trace", "trace", row.id)
    return row


def _fill(uow: UnitOfWork, actor: Actor, row: Trace, form: TraceForm) -> None:
    row.text, row.link = checked("text", form.text, TEXT), checked("link", form.link, LINK)
    if row.link and not is_web_address(row.link):
        raise Invalid("link", "said", words=_("Écrivez une adresse complète, par exemple https://exemple.fr/page."))
    if form.moment is not None and form.moment not in {moment.id for moment, _revision in moments_of(uow.session, actor)}:
        raise Invalid("moment", "unknown_choice")
    row.moment_id = form.moment
    row.date_kind = str(form.date.kind) if form.date else None
    row.date_start, row.date_end = (form.date.start, form.date.end) if form.date else (None, None)
    if (form.image or form.drop_image) and row.image_id:
        drop_private_image(uow, actor, row.image_id)
        row.image_id = row.image_hash = row.image_width = row.image_height = None
    if form.image:
        kept = keep_private_image(uow, actor, form.image)
        smallest = form.image.renditions[0]
        row.image_id, row.image_hash, row.image_width, row.image_height = kept.id, kept.hash, smallest.width, smallest.height
    if not (row.text or row.link or row.image_id):
        raise Invalid("text", "said", words=_("Notez au moins un mot, une photographie ou un lien."))
    uow.session.flush()


def set_deleted(uow: UnitOfWork, actor: Actor, trace_id: str, deleted: bool) -> None:
    """Puts a trace into the trash, or takes it back."""
    row = own_trace(uow.session, actor, trace_id, deleted=not deleted)
    row.deleted_at = uow.now if deleted else None
    uow.record(actor, "communication.delete_trace" if deleted else "communication.restore_trace", "trace", row.id)


def erase_trace(uow: UnitOfWork, actor: Actor, trace_id: str) -> None:
    """Erases a trace that is in the trash, with its photograph; it cannot be taken back."""
    row = own_trace(uow.session, actor, trace_id, deleted=True)
    if row.image_id:
        drop_private_image(uow, actor, row.image_id)
    uow.session.delete(row)
    uow.record(actor, "communication.erase_trace", "trace", trace_id)


def empty_old_trash(uow: UnitOfWork) -> None:
    """Job: erases the traces that have been in the trash for TRASH_DAYS; private notes are not kept longer than their writer wants them."""
    old = select(Trace).where(Trace.deleted_at < uow.now - timedelta(days=TRASH_DAYS)).limit(200)
    for row in list(uow.session.scalars(old)):
        if row.image_id:
            drop_private_image(uow, None, row.image_id)
        uow.session.delete(row)
        uow.record(None, "communication.erase_trace", "trace", row.id)


def restart_trash(session: Session) -> None:
    """Counts the days of what is in the trash from now on: while the chantier was off, nobody could take a trace out of it."""
    session.execute(update(Trace).where(Trace.deleted_at.is_not(None)).values(deleted_at=system_clock()))


def pass_on(uow: UnitOfWork, actor: Actor, passing: Passing) -> str:
    """Turns traces into the beginning of a passage of the actor's own voice; returns the passage.

    Their words, oldest first, stand after what the actor has there already, as unsaved words; photographs that are described join the story's images.

    Raises:
        NotFound: if a trace is not the actor's own.
        Refused: if the actor has no voice in the story, or the passage is signed.
    """
    rows = sorted((own_trace(uow.session, actor, trace) for trace in passing.traces), key=_time_of)
    if not rows:
        raise Invalid("traces", "required")
    voices = voices_in_story(uow.session, actor, passing.story)
    if not voices:
        raise Refused("said", words=_("Vous n’avez pas de voix dans ce récit : choisissez-en un autre."))
    noted = [Noted(row.text, row.link, _given(uow, actor, row, passing)) for row in rows]
    passage = begin_passage(uow, actor, passing.story, passing.moment, voices[0], passage_of(noted))
    for row in rows:
        row.went_to, row.went_at = passage.id, uow.now
        row.moment_id = row.moment_id or passing.moment
    uow.record(actor, "communication.pass_on_traces", "passage", passage.id, number=len(rows))
    return passage.id


def _time_of(row: Trace) -> tuple[Any, Any]:
    return row.date_start or row.created_at.date(), row.created_at


def _given(uow: UnitOfWork, actor: Actor, row: Trace, passing: Passing) -> str:
    if row.image_id is None or row.id not in passing.photographs:
        return ""
    alternative, credit = passing.photographs[row.id]
    media = give_private_image(uow, actor, row.image_id, passing.story, alternative, credit)
    return image_of(media.id, media.alt)


# — what pages of the core show —


def tile_facts(session: Session, actor: Actor) -> Mapping[str, Any]:
    """What *Mon espace* says of one's own notebook."""
    rows = list_traces(session, actor)
    return {"number": len(rows), "waiting": sum(row.went_to is None for row in rows), "last": rows[0] if rows else None}


def beside_passage(session: Session, context: SlotContext) -> Mapping[str, Any] | None:
    """One's own traces for the moment of the text that one writes, those without a moment after them."""
    place = passage_place(session, context.subject)
    if place is None or context.actor is None:
        return None
    rows = [row for row in list_traces(session, context.actor) if row.moment_id in (place.moment, None) or row.went_to == context.subject]
    rows.sort(key=lambda row: row.moment_id is None)
    return {"traces": rows[:BESIDE], "story": place.story, "moment": place.moment, "passage": context.subject}
