"""Passages in their story: added, moved, put into the trash and taken back."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Moment, Passage, Story, Voice
from app.hooks.contracts import BlockType
from app.kernel.access import TRASH_MANAGE, Actor
from app.kernel.block import TEXT_BLOCK
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import StoryArranged
from app.kernel.ids import new_salt
from app.kernel.workflow import EDITABLE_STATES, StoryState
from app.services.passages.rights import changeable_passage, decided, ownership, passage_deletion
from app.services.stories import delegations_of, rescued_story, writable_story
from app.services.unit_of_work import UnitOfWork


def add_passage(
    uow: UnitOfWork, actor: Actor | None, story_id: str, moment_id: str | None, voice_id: str | None, block: str = TEXT_BLOCK
) -> Passage:
    """Adds an empty passage to a story, after the others of its moment.

    Args:
        actor: who adds it; None only when files are loaded, whose extensions need not be on yet.
        moment_id: the moment it tells, or None for words about the whole story.
        voice_id: whose it is, or None for a shared passage.
        block: `text`, or a block type of an extension that is on; a voice may have several of those on one moment.

    Raises:
        Refused: if that voice already tells that moment in this story, or the extension is off.
    """
    story = uow.session.get_one(Story, story_id) if actor is None else writable_story(uow.session, actor, story_id)
    _check_place(uow.session, actor, story, moment_id, voice_id)
    if actor is not None and block != TEXT_BLOCK and uow.snapshot.find(BlockType, block) is None:
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


def move_passage(uow: UnitOfWork, actor: Actor, passage_id: str, step: int) -> None:
    """Moves a passage one place up (-1) or down (+1) within its moment; at the edge nothing changes."""
    passage, story = changeable_passage(uow.session, actor, passage_id)
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
    passage, story = decided(uow.session, passage_id, lambda passage: passage_deletion(uow.session, actor, passage, uow.today))
    passage.deleted_at, passage.deleted_by = uow.now, actor.account
    uow.record(actor, "passage.delete", "passage", passage.id, story=story.id)
    uow.emit(StoryArranged(story.id))


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
        ownership(actor, passage, delegations_of(uow.session, passage.story_id)).demand()
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
