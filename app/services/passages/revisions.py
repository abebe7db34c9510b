"""Saving a passage: hashed revisions, made only where the content is new, restored, named."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.models import Account, Passage, PassageRevision, RevisionContributor
from app.kernel.access import Actor
from app.kernel.block import TEXT_BLOCK
from app.kernel.content import Span
from app.kernel.document.plain import count_words
from app.kernel.errors import NotFound
from app.kernel.events import PassageSaved
from app.services.blocks import PreparedBlock, kept_of
from app.services.checks import checked
from app.services.links import index_links
from app.services.markup import MARKUP_VERSION, PreparedBody
from app.services.passages.content import PromptAnswered, all_words, kept_prompt, own_words, passage_content, said_in, spans_of
from app.services.passages.drafts import drop_draft
from app.services.passages.rights import ownership, readable_passage, writable_passage
from app.services.stories import delegations_of
from app.services.unit_of_work import UnitOfWork

REVISION_NAME = 120


@dataclass(frozen=True)
class StaleBase:
    """The passage has changed since the base that the writer knew; nothing was written."""

    current: str | None


def save_passage(
    uow: UnitOfWork,
    actor: Actor,
    passage_id: str,
    prepared: PreparedBody,
    prompt: PromptAnswered | None,
    base_revision_id: str | None,
    block: PreparedBlock | None = None,
) -> PassageRevision | StaleBase:
    """Saves a passage's words as a new revision; saving what is there already makes none.

    Args:
        prepared: the body, parsed and rendered before the unit of work.
        base_revision_id: the revision that the writer started from; if another was saved since, nothing is written.
        block: what an extension's form says, for a passage of its kind; None keeps what was saved.

    Returns:
        The revision that is now current, or StaleBase: the caller merges and tries again.
    """
    passage, story = writable_passage(uow.session, actor, passage_id)
    if passage.revision_id != base_revision_id:
        return StaleBase(passage.revision_id)
    revision = write_revision(uow, actor, passage, prepared, prompt, story.lang, block=block)
    drop_draft(uow, actor, passage_id)
    return revision


def ask_otherwise(
    uow: UnitOfWork, actor: Actor, passage_id: str, prepared: PreparedBody, prompt: PromptAnswered | None, base_revision_id: str | None
) -> PassageRevision | StaleBase:
    """Puts another question above a passage, or none, as a revision with the same words; drafts stay.

    Args:
        prepared: the body of the revision `base_revision_id`; if another was saved since, nothing is written.

    Raises:
        NotFound, NotAllowed, Refused: as `writable_passage`.
    """
    passage, story = writable_passage(uow.session, actor, passage_id)
    if passage.revision_id != base_revision_id:
        return StaleBase(passage.revision_id)
    return write_revision(uow, actor, passage, prepared, prompt, story.lang)


def write_revision(
    uow: UnitOfWork,
    actor: Actor | None,
    passage: Passage,
    prepared: PreparedBody,
    prompt: PromptAnswered | None,
    lang: str,
    *,
    gathered_by: str = "",
    merged_from: str | None = None,
    block: PreparedBlock | None = None,
    spans: Sequence[Span] | None = None,
    contributors: Sequence[str] = (),
) -> PassageRevision:
    """Writes a revision of a passage whose rights were checked, unless its content is already the current one.

    Args:
        spans: which voice says what, in a shared passage, over the plain text of `prepared`; None carries the current ones over, what is new being
            the actor's. A voice's own passage is that voice's from end to end, whatever is given.
        contributors: accounts that took part, the one who wrote most first; without any, the actor.

    Raises:
        ValueError: if a span lies outside of the text, over another, or names a voice that is not of the story.
    """
    current = uow.session.get(PassageRevision, passage.revision_id) if passage.revision_id else None
    block = block or (kept_of(current) if passage.block != TEXT_BLOCK else None)
    said = said_in(uow.session, actor, passage, prepared, current, spans)
    content = passage_content(uow.session, passage, prepared, prompt, lang, block, said)
    if current is not None and current.hash == content.hash:
        return current
    if actor is not None and passage.voice_id is not None and not actor.holds(passage.voice_id):
        gathered_by = uow.session.get_one(Account, actor.account).name
    revision = PassageRevision(
        passage_id=passage.id,
        number=1 + (uow.session.scalar(select(func.max(PassageRevision.number)).where(PassageRevision.passage_id == passage.id)) or 0),
        hash=content.hash,
        lang=lang,
        body=content.body,
        data=dict(content.data),
        snapshot=None if content.snapshot is None else dict(content.snapshot),
        spans=[[span.start, span.end, span.voice] for span in content.spans],
        media=[{"hash": use.hash, "alt": use.alt, "credit": use.credit} for use in content.media],
        plain=all_words(prepared, block),
        words=prepared.words + (count_words(block.block.words) if block else 0),
        fragment=prepared.fragment.to_json(),
        markup_version=MARKUP_VERSION,
        author_id=actor.account if actor else None,
        voice_id=passage.voice_id,
        gathered_by=gathered_by,
        parent_id=passage.revision_id,
        merged_from_id=merged_from,
        created_at=uow.now,
    )
    uow.session.add(revision)
    uow.session.flush()
    _keep_contributors(uow.session, revision, contributors)
    passage.revision_id = revision.id
    if passage.reopened_hash != revision.hash:
        passage.reopened_hash = None  # other words now: going back to the signed ones revives their signature
    index_links(uow, "passage", passage.id, [revision.fragment])
    uow.record(actor, "passage.save", "passage", passage.id, revision=revision.id, hash=revision.hash)
    uow.emit(PassageSaved(passage.story_id, passage.id, revision.id))
    return revision


def _keep_contributors(session: Session, revision: PassageRevision, contributors: Sequence[str]) -> None:
    author = [revision.author_id] if revision.author_id else []
    accounts = dict.fromkeys(contributors or author)
    session.add_all(
        RevisionContributor(revision_id=revision.id, account_id=account, position=position) for position, account in enumerate(accounts)
    )


def restore_revision(uow: UnitOfWork, actor: Actor, revision_id: str, prepared: PreparedBody) -> PassageRevision:
    """Makes an earlier revision's words current again, as a new revision; `prepared` is that revision's body."""
    old = uow.session.get(PassageRevision, revision_id)
    if old is None:
        raise NotFound("revision")
    passage, story = writable_passage(uow.session, actor, old.passage_id)
    spans = (
        spans_of(old) if own_words(old) == prepared.plain else None
    )  # an older reading of Markdown may have counted its letters otherwise
    return write_revision(uow, actor, passage, prepared, kept_prompt(old), story.lang, block=kept_of(old), spans=spans)


def name_revision(uow: UnitOfWork, actor: Actor, passage_id: str, revision_id: str, name: str) -> None:
    """Gives a revision a name to find it by."""
    row = uow.session.get(PassageRevision, revision_id)
    if row is None:
        raise NotFound("revision")
    passage, _story = readable_passage(uow.session, actor, row.passage_id)
    if row.passage_id != passage_id:
        raise NotFound("revision")
    ownership(actor, passage, delegations_of(uow.session, passage.story_id)).demand()
    row.name = checked("name", name, REVISION_NAME)
    uow.record(actor, "passage.name_revision", "passage", row.passage_id, revision=row.id)
