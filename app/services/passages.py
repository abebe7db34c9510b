"""Passages: added, saved as hashed revisions, moved, put into the trash; only a voice's holder and scribe write in its passages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db.models import Account, Draft, Media, Moment, Passage, PassageRevision, RevisionContributor, Story, Voice
from app.hooks.contracts import BlockType
from app.kernel.access import TRASH_MANAGE, Actor
from app.kernel.block import TEXT_BLOCK
from app.kernel.content import MediaUse, PassageContent, Span
from app.kernel.decision import Decision, no, yes
from app.kernel.document.plain import count_words
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import PassageSaved, StoryArranged
from app.kernel.ids import new_salt
from app.kernel.spans import carry_spans, check_spans, merged_spans
from app.kernel.voice import Mandate
from app.kernel.workflow import EDITABLE_STATES, StoryState
from app.services.approvals import is_signed
from app.services.blocks import DATA, PreparedBlock, kept_of
from app.services.checks import checked
from app.services.links import index_links
from app.services.markup import MARKUP_VERSION, PreparedBody
from app.services.stories import delegations_of, membership, rescued_story, writable_story, writing_decision
from app.services.unit_of_work import UnitOfWork

REVISION_NAME = 120


@dataclass(frozen=True)
class PromptAnswered:
    """The writing question that a passage answers, with its words, so that it outlives the plugin that asked it."""

    ref: str
    text: str


@dataclass(frozen=True)
class StaleBase:
    """The passage has changed since the base that the writer knew; nothing was written."""

    current: str | None


# — adding, moving, trash —


def add_passage(
    uow: UnitOfWork, actor: Actor | None, story_id: str, moment_id: str | None, voice_id: str | None, block: str = TEXT_BLOCK
) -> Passage:
    """Adds an empty passage to a story, after the others of its moment.

    Args:
        moment_id: the moment it tells, or None for words about the whole story.
        voice_id: whose it is, or None for a shared passage.
        block: `text`, or a block type of an extension that is on; a voice may have several of those on one moment.

    Raises:
        Refused: if that voice already tells that moment in this story, or the extension is off.
    """
    story = uow.session.get_one(Story, story_id) if actor is None else writable_story(uow.session, actor, story_id)
    _check_place(uow.session, actor, story, moment_id, voice_id)
    if block != TEXT_BLOCK and uow.snapshot.find(BlockType, block) is None:
        raise Invalid("block", "unknown_choice")
    others = living_passages(uow.session, story.id)
    if block == TEXT_BLOCK and _told_already(others, moment_id, voice_id):
        raise Refused("passage_exists")
    passage = Passage(
        story_id=story.id,
        moment_id=moment_id,
        voice_id=voice_id,
        salt=new_salt(),
        block=block,
        position=0,
        created_at=uow.now,
        created_by=actor.account if actor else None,
    )
    uow.session.add(passage)
    _renumber(arranged([*others, passage]))
    uow.session.flush()
    uow.record(actor, "passage.create", "passage", passage.id, story=story.id)
    uow.emit(StoryArranged(story.id))
    return passage


def move_passage(uow: UnitOfWork, actor: Actor, passage_id: str, step: int) -> None:
    """Moves a passage one place up (-1) or down (+1) within its moment; at the edge nothing changes."""
    passage, story = _changeable(uow.session, actor, passage_id)
    group = [other for other in living_passages(uow.session, story.id) if other.moment_id == passage.moment_id]
    _swap(group, group.index(passage), step)
    uow.record(actor, "passage.move", "passage", passage.id, story=story.id)
    uow.emit(StoryArranged(story.id))


def move_moment(uow: UnitOfWork, actor: Actor, story_id: str, moment_id: str | None, step: int) -> None:
    """Moves all passages of a moment one place up (-1) or down (+1) among the story's moments."""
    story = writable_story(uow.session, actor, story_id)
    groups = [list(group) for _, group in groupby(living_passages(uow.session, story.id), key=lambda passage: passage.moment_id)]
    index = next((i for i, group in enumerate(groups) if group[0].moment_id == moment_id), None)
    if index is None:
        raise NotFound("moment")
    target = index + step
    if 0 <= target < len(groups):
        groups[index], groups[target] = groups[target], groups[index]
        _renumber([passage for group in groups for passage in group])
    uow.record(actor, "story.move_moment", "story", story.id, moment=moment_id)
    uow.emit(StoryArranged(story.id))


def delete_passage(uow: UnitOfWork, actor: Actor, passage_id: str) -> None:
    """Puts a passage into the trash, with all its revisions.

    A voice whose mandate ended can no longer sign, write or remove its unsigned passage: any holder of the delegation may then set it aside.
    """
    passage, story = _decided(uow.session, passage_id, lambda passage: passage_deletion(uow.session, actor, passage, uow.today))
    passage.deleted_at, passage.deleted_by = uow.now, actor.account
    uow.record(actor, "passage.delete", "passage", passage.id, story=story.id)
    uow.emit(StoryArranged(story.id))


def passage_deletion(session: Session, actor: Actor, passage: Passage | None, today: date) -> Decision:
    """Decides whether a passage may be put into the trash: by whose it is, or by any holder of the delegation once its voice has left it unsigned."""
    member = passage_reading(session, actor, passage)
    if not member.allowed or passage is None:
        return member
    right = yes("voice_left") if actor.delegations and _voice_left(session, passage, today) else change_decision(session, actor, passage)
    story = writing_decision(session, actor, session.get(Story, passage.story_id))
    return right if not right.allowed or story.allowed else story


def _voice_left(session: Session, passage: Passage, today: date) -> bool:
    voice = session.get(Voice, passage.voice_id) if passage.voice_id else None
    return voice is not None and not Mandate(voice.mandate_start, voice.mandate_end).holds(today) and not is_signed(session, passage)


def restore_passage(uow: UnitOfWork, actor: Actor, passage_id: str) -> Passage:
    """Takes a passage back from the trash.

    Raises:
        Refused: if the voice has meanwhile begun another passage on the moment, or the story is locked.
    """
    passage = uow.session.get(Passage, passage_id)
    if passage is None or passage.deleted_at is None:
        raise NotFound("passage")
    story = rescued_story(uow.session, actor, passage.story_id)
    if StoryState(story.state) not in EDITABLE_STATES:
        raise Refused("story_locked", state=story.state)
    if not actor.may(TRASH_MANAGE):
        _may_write(actor, passage, delegations_of(uow.session, passage.story_id))
    others = living_passages(uow.session, passage.story_id)
    if passage.block == TEXT_BLOCK and _told_already(others, passage.moment_id, passage.voice_id):
        raise Refused("passage_exists")
    passage.deleted_at = passage.deleted_by = None
    _renumber(arranged([*others, passage]))
    uow.record(actor, "passage.restore", "passage", passage.id, story=passage.story_id)
    uow.emit(StoryArranged(passage.story_id))
    return passage


def _told_already(others: Sequence[Passage], moment_id: str | None, voice_id: str | None) -> bool:
    return any(other.moment_id == moment_id and other.voice_id == voice_id and other.block == TEXT_BLOCK for other in others)


def living_passages(session: Session, story_id: str) -> list[Passage]:
    """Returns a story's passages that are not in the trash, in their order."""
    query = select(Passage).where(Passage.story_id == story_id, Passage.deleted_at.is_(None)).order_by(Passage.position, Passage.id)
    return list(session.scalars(query))


def arranged(passages: Sequence[Passage]) -> list[Passage]:
    """Returns passages with those of one moment together, moments in the order of their first passage."""
    groups: dict[str | None, list[Passage]] = {}
    for passage in passages:
        groups.setdefault(passage.moment_id, []).append(passage)
    return [passage for group in groups.values() for passage in group]


def _renumber(passages: Sequence[Passage]) -> None:
    for position, passage in enumerate(passages, 1):
        passage.position = position


def _swap(group: Sequence[Passage], index: int, step: int) -> None:
    target = index + step
    if 0 <= target < len(group):
        group[index].position, group[target].position = group[target].position, group[index].position


# — rights —


def passage_reading(session: Session, actor: Actor, passage: Passage | None, *, deleted: bool = False) -> Decision:
    """Decides whether a passage is one of the actor's delegations' to read in the working copy."""
    gone = NotFound("passage")
    if passage is None:
        return no(gone, "does_not_exist")
    if (passage.deleted_at is not None) != deleted:
        return no(gone, "not_in_trash" if deleted else "in_trash")
    return membership(session, actor, session.get(Story, passage.story_id))


def change_decision(session: Session, actor: Actor, passage: Passage | None) -> Decision:
    """Decides whether a passage is the actor's to move and to change now, its signatures aside."""
    member = passage_reading(session, actor, passage)
    if not member.allowed or passage is None:
        return member
    own = ownership(actor, passage, delegations_of(session, passage.story_id))
    if not own.allowed:
        return own
    story = writing_decision(session, actor, session.get(Story, passage.story_id))
    return own if story.allowed else story


def passage_writing(session: Session, actor: Actor, passage: Passage | None) -> Decision:
    """Decides whether the actor may write in a passage now."""
    change = change_decision(session, actor, passage)
    if change.allowed and passage is not None and is_signed(session, passage):
        return no(Refused("passage_signed"), "passage_signed")
    return change


def ownership(actor: Actor, passage: Passage, delegations: frozenset[str]) -> Decision:
    """Decides whether a passage is the actor's to write in: their voice's, or their delegation's shared one."""
    mine = [
        grant
        for grant in actor.voices
        if (grant.delegation in delegations if passage.voice_id is None else grant.voice == passage.voice_id)
    ]
    if not mine:
        return no(NotAllowed("not_your_voice"), "another_voice", voice=passage.voice_id)
    grant = min(mine, key=lambda grant: grant.scribe)
    if passage.voice_id is None:
        return yes("shared_passage", voice=grant.voice)
    return yes("serves_voice" if grant.scribe else "holds_voice", voice=grant.voice)


def readable_passage(session: Session, actor: Actor, passage_id: str) -> tuple[Passage, Story]:
    """Returns a passage of one of the actor's delegations, with its story.

    Raises:
        NotFound: if it does not exist, is in the trash, or is another delegation's.
    """
    return _decided(session, passage_id, lambda passage: passage_reading(session, actor, passage))


def writable_passage(session: Session, actor: Actor, passage_id: str) -> tuple[Passage, Story]:
    """Returns a passage that the actor may write in now.

    Raises:
        NotFound: as `readable_passage`.
        NotAllowed: if it is another voice's.
        Refused: while the story is locked or the passage is signed.
    """
    return _decided(session, passage_id, lambda passage: passage_writing(session, actor, passage))


def _changeable(session: Session, actor: Actor, passage_id: str) -> tuple[Passage, Story]:
    return _decided(session, passage_id, lambda passage: change_decision(session, actor, passage))


def _decided(session: Session, passage_id: str, decide: Callable[[Passage | None], Decision]) -> tuple[Passage, Story]:
    passage = session.get(Passage, passage_id)
    decide(passage).demand()
    if passage is None:
        raise NotFound("passage")
    return passage, session.get_one(Story, passage.story_id)


def may_write(actor: Actor, passage: Passage, delegations: frozenset[str]) -> bool:
    """Tells whether a passage is the actor's to write in: their voice's, or their delegation's shared one."""
    return ownership(actor, passage, delegations).allowed


def _may_write(actor: Actor, passage: Passage, delegations: frozenset[str]) -> None:
    ownership(actor, passage, delegations).demand()


def _check_place(session: Session, actor: Actor | None, story: Story, moment_id: str | None, voice_id: str | None) -> None:
    delegations = delegations_of(session, story.id)
    if moment_id is not None:
        moment = session.get(Moment, moment_id)
        if moment is None or moment.deleted_at is not None or moment.delegation_id not in delegations:
            raise Invalid("moment", "unknown_choice")
    if voice_id is not None:
        voice = session.get(Voice, voice_id)
        if voice is None or voice.delegation_id not in delegations:
            raise Invalid("voice", "unknown_choice")
        if actor is not None and not actor.writes_for(voice_id):
            raise NotAllowed("not_your_voice")


# — saving —


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
    said = _spans(uow.session, actor, passage, prepared, current, spans)
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
        plain=_all_words(prepared, block),
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


def _spans(
    session: Session,
    actor: Actor | None,
    passage: Passage,
    prepared: PreparedBody,
    current: PassageRevision | None,
    given: Sequence[Span] | None,
) -> tuple[Span, ...]:
    """Returns which voice says what in a passage's new words."""
    if passage.voice_id is not None:
        return (Span(0, len(prepared.plain), passage.voice_id),) if prepared.plain else ()
    delegations = delegations_of(session, passage.story_id)
    if given is not None:
        known = session.scalars(select(Voice.id).where(Voice.delegation_id.in_(delegations)))
        check_spans(given, len(prepared.plain), known)
        return merged_spans(given)
    own = ownership(actor, passage, delegations) if actor is not None else None
    voice = str(own.facts["voice"]) if own is not None and own.allowed else None
    return carry_spans(own_words(current), spans_of(current), prepared.plain, voice)


def spans_of(revision: PassageRevision | None) -> tuple[Span, ...]:
    """Returns which voice says what in a revision's words."""
    return tuple(Span(*span) for span in revision.spans) if revision is not None else ()


def own_words(revision: PassageRevision | None) -> str:
    """Returns a revision's words without those of its block, which stand after them and which no span covers."""
    if revision is None:
        return ""
    block = kept_of(revision)
    words = block.block.words if block else ""
    return revision.plain.removesuffix(words).removesuffix("\n\n") if words else revision.plain


def _keep_contributors(session: Session, revision: PassageRevision, contributors: Sequence[str]) -> None:
    author = [revision.author_id] if revision.author_id else []
    accounts = dict.fromkeys(contributors or author)
    session.add_all(
        RevisionContributor(revision_id=revision.id, account_id=account, position=position) for position, account in enumerate(accounts)
    )


def _all_words(prepared: PreparedBody, block: PreparedBlock | None) -> str:
    """Returns what a passage says, for excerpts and comparisons: its own words first, then the block's."""
    return "\n\n".join(part for part in (prepared.plain, block.block.words if block else "") if part)


def passage_content(
    session: Session,
    passage: Passage,
    prepared: PreparedBody,
    prompt: PromptAnswered | None,
    lang: str,
    block: PreparedBlock | None = None,
    spans: Sequence[Span] = (),
) -> PassageContent:
    """Returns what the passage's hash will cover."""
    data: dict[str, object] = {"prompt": {"ref": prompt.ref, "text": prompt.text}} if prompt else {}
    if block is not None:
        data[DATA] = dict(block.data)
    return PassageContent(
        salt=passage.salt,
        block=passage.block,
        lang=lang,
        body=prepared.markdown,
        data=data,
        snapshot=block.block.record() if block else None,
        spans=spans,
        media=_media_used(session, passage.story_id, prepared),
    )


def _media_used(session: Session, story_id: str, prepared: PreparedBody) -> tuple[MediaUse, ...]:
    """Returns the story's images that the body names, in order of first appearance; an id that is not the story's is left out."""
    if not prepared.media_ids:
        return ()
    rows = {row.id: row for row in session.scalars(select(Media).where(Media.story_id == story_id, Media.id.in_(prepared.media_ids)))}
    return tuple(MediaUse(row.hash, row.alt, row.credit) for media_id in prepared.media_ids if (row := rows.get(media_id)))


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
    _may_write(actor, passage, delegations_of(uow.session, passage.story_id))
    row.name = checked("name", name, REVISION_NAME)
    uow.record(actor, "passage.name_revision", "passage", row.passage_id, revision=row.id)


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


def kept_prompt(revision: PassageRevision | None) -> PromptAnswered | None:
    """Returns the writing question that a revision answers, or None."""
    kept = revision.data.get("prompt") if revision else None
    return PromptAnswered(kept["ref"], kept["text"]) if kept else None


# — drafts —


def keep_draft(
    uow: UnitOfWork,
    actor: Actor,
    passage_id: str,
    body: str,
    prompt: str,
    base_revision_id: str | None,
    data: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Keeps unsaved words for their writer alone; never public, never a version. A base that is no revision of the passage is not kept.

    Args:
        data: what was typed into an extension's fields, by name.
    """
    passage, _ = readable_passage(uow.session, actor, passage_id)
    _may_write(actor, passage, delegations_of(uow.session, passage.story_id))
    base = uow.session.get(PassageRevision, base_revision_id) if base_revision_id else None
    row = uow.session.get(Draft, (actor.account, passage_id))
    if row is None:
        row = Draft(account_id=actor.account, passage_id=passage_id)
        uow.session.add(row)
    row.body, row.prompt, row.updated_at = body, prompt[:200], uow.now
    row.data = {name: list(values) for name, values in (data or {}).items()}
    row.base_revision_id = base.id if base is not None and base.passage_id == passage_id else None


def drop_draft(uow: UnitOfWork, actor: Actor, passage_id: str) -> None:
    """Forgets the writer's unsaved words, once they are saved or given up."""
    uow.session.execute(delete(Draft).where(Draft.account_id == actor.account, Draft.passage_id == passage_id))
