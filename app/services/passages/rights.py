"""Who may read, move, change and write a passage: only a voice's holder and scribe write in its passages, the whole delegation in a shared one."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from app.db.models import Passage, Story, Voice
from app.kernel.access import Actor
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.kernel.voice import Mandate
from app.services.approvals import is_signed
from app.services.stories import delegations_of, membership, writing_decision


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


def may_write(actor: Actor, passage: Passage, delegations: frozenset[str]) -> bool:
    """Tells whether a passage is the actor's to write in: their voice's, or their delegation's shared one."""
    return ownership(actor, passage, delegations).allowed


def readable_passage(session: Session, actor: Actor, passage_id: str) -> tuple[Passage, Story]:
    """Returns a passage of one of the actor's delegations, with its story.

    Raises:
        NotFound: if it does not exist, is in the trash, or is another delegation's.
    """
    return decided(session, passage_id, lambda passage: passage_reading(session, actor, passage))


def writable_passage(session: Session, actor: Actor, passage_id: str) -> tuple[Passage, Story]:
    """Returns a passage that the actor may write in now.

    Raises:
        NotFound: as `readable_passage`.
        NotAllowed: if it is another voice's.
        Refused: while the story is locked or the passage is signed.
    """
    return decided(session, passage_id, lambda passage: passage_writing(session, actor, passage))


def changeable_passage(session: Session, actor: Actor, passage_id: str) -> tuple[Passage, Story]:
    """Returns a passage that is the actor's to move and to change now, its signatures aside, with its story.

    Raises:
        NotFound, NotAllowed: as `writable_passage`.
        Refused: while the story is locked.
    """
    return decided(session, passage_id, lambda passage: change_decision(session, actor, passage))


def decided(session: Session, passage_id: str, decide: Callable[[Passage | None], Decision]) -> tuple[Passage, Story]:
    """Returns a passage with its story, where a decision allows what is asked; else raises what the decision refuses with."""
    passage = session.get(Passage, passage_id)
    decide(passage).demand()
    if passage is None:
        raise NotFound("passage")
    return passage, session.get_one(Story, passage.story_id)
