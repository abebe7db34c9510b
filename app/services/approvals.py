"""Signatures, stances and missing voices; a signature is bound to the very words by their hash, and only the voice signs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Approval, MissingVoice, Moment, Passage, PassageRevision, Stance, Story, Voice
from app.kernel.access import Actor
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import PassageReopened, PassageSigned, SignatureRevoked
from app.kernel.voice import CATEGORIES
from app.services.checks import checked
from app.services.stories import delegations_of, member_story, writable_story, writing_decision
from app.services.unit_of_work import UnitOfWork

STANCES = ("agree", "nuance", "disagree", "absent")
NOTE = 400


def required_voices(session: Session, passage: Passage) -> frozenset[str]:
    """Returns the voices that must sign a passage: its own; for a shared passage, those that have a passage in the story."""
    if passage.voice_id is not None:
        return frozenset({passage.voice_id})
    telling = select(Passage.voice_id).where(
        Passage.story_id == passage.story_id, Passage.deleted_at.is_(None), Passage.voice_id.is_not(None)
    )
    return frozenset(voice for voice in session.scalars(telling) if voice)


def signed_by(session: Session, passage_id: str, content_hash: str) -> frozenset[str]:
    """Returns the voices whose unrevoked signature stands under exactly these words."""
    query = select(Approval.voice_id).where(Approval.passage_id == passage_id, Approval.hash == content_hash, Approval.revoked_at.is_(None))
    return frozenset(session.scalars(query))


def is_signed(session: Session, passage: Passage) -> bool:
    """Tells whether the passage's present words are signed by every voice that must, and nobody reopened them."""
    content_hash = current_hash(session, passage)
    if content_hash is None or passage.reopened_hash == content_hash:
        return False
    required = required_voices(session, passage)
    return bool(required) and required <= signed_by(session, passage.id, content_hash)


def current_hash(session: Session, passage: Passage) -> str | None:
    """Returns the hash of a passage's present words; None while it is empty."""
    return session.scalar(select(PassageRevision.hash).where(PassageRevision.id == passage.revision_id)) if passage.revision_id else None


def sign_passage(uow: UnitOfWork, actor: Actor, passage_id: str, voice_id: str, seen_hash: str) -> None:
    """Signs a passage's words for a voice (*bon à publier*).

    Args:
        seen_hash: hash of the words that the signer had on the page.

    Raises:
        NotAllowed: unless the actor holds the voice; a scribe never signs.
        Refused: if the words changed since they were shown, there are none, or somebody is writing others right now (`freezing.sign` seals these first).
    """
    passage = uow.session.get(Passage, passage_id)
    signing_decision(uow.session, actor, passage, voice_id).demand()
    if passage is None:
        raise NotFound("passage")
    content_hash = current_hash(uow.session, passage)
    if content_hash != seen_hash:
        raise Refused("words_changed")
    if uow.unsealed([passage.id]):
        raise Refused("words_unsealed")
    reopened = passage.reopened_hash == content_hash
    signed = voice_id in signed_by(uow.session, passage.id, content_hash)
    if signed and not reopened:
        return
    if reopened:
        passage.reopened_hash = None
    if not signed:
        voice = uow.session.get_one(Voice, voice_id)
        uow.session.add(Approval(passage_id=passage.id, voice_id=voice_id, hash=content_hash, shown=voice.display, at=uow.now))
        uow.session.flush()
    uow.record(actor, "passage.sign", "passage", passage.id, voice=voice_id, hash=content_hash)
    uow.emit(PassageSigned(passage.story_id, passage.id, voice_id))


def signing_decision(session: Session, actor: Actor, passage: Passage | None, voice_id: str | None) -> Decision:
    """Decides whether somebody may sign a passage for a voice now; a scribe never does."""
    if passage is None or passage.deleted_at is not None:
        return no(NotFound("passage"), "does_not_exist" if passage is None else "in_trash")
    story = writing_decision(session, actor, session.get(Story, passage.story_id))
    if not story.allowed:
        return story
    if voice_id is None or not actor.holds(voice_id):
        return no(NotAllowed("only_holder_signs"), "only_holder_signs", voice=voice_id)
    if passage.voice_id not in (None, voice_id):
        return no(NotAllowed("not_your_voice"), "another_voice", voice=passage.voice_id)
    if current_hash(session, passage) is None:
        return no(Refused("passage_empty"), "passage_empty")
    return yes("holds_voice", voice=voice_id)


def reopening_decision(session: Session, actor: Actor, passage: Passage | None) -> Decision:
    """Decides whether somebody may open signed words for writing again."""
    if passage is None or passage.deleted_at is not None:
        return no(NotFound("passage"), "does_not_exist" if passage is None else "in_trash")
    story = writing_decision(session, actor, session.get(Story, passage.story_id))
    if not story.allowed or passage.voice_id is None:
        return story
    if not actor.writes_for(passage.voice_id):
        return no(NotAllowed("not_your_voice"), "another_voice", voice=passage.voice_id)
    return yes("holds_voice" if actor.holds(passage.voice_id) else "serves_voice", voice=passage.voice_id)


def reopen_passage(uow: UnitOfWork, actor: Actor, passage_id: str) -> None:
    """Opens signed words for writing again. The signatures stay with these words: going back to them revives what was signed."""
    passage = uow.session.get(Passage, passage_id)
    reopening_decision(uow.session, actor, passage).demand()
    if passage is None:
        raise NotFound("passage")
    passage.reopened_hash = current_hash(uow.session, passage)
    uow.record(actor, "passage.reopen", "passage", passage.id)
    uow.emit(PassageReopened(passage.story_id, passage.id))


def revoke_signature(uow: UnitOfWork, actor: Actor, passage_id: str, voice_id: str) -> None:
    """Takes a voice's signature back from the present words."""
    passage = _passage_in(uow.session, actor, passage_id)
    writable_story(uow.session, actor, passage.story_id)
    if not actor.holds(voice_id):
        raise NotAllowed("only_holder_signs")
    content_hash = current_hash(uow.session, passage)
    query = select(Approval).where(
        Approval.passage_id == passage.id, Approval.voice_id == voice_id, Approval.hash == content_hash, Approval.revoked_at.is_(None)
    )
    for approval in uow.session.scalars(query):
        approval.revoked_at = uow.now
    uow.record(actor, "passage.revoke", "passage", passage.id, voice=voice_id, hash=content_hash)
    uow.emit(SignatureRevoked(passage.story_id, passage.id, voice_id))


def set_stance(uow: UnitOfWork, actor: Actor, moment_id: str, voice_id: str, stance: str, note: str) -> None:
    """Says where a voice stands on a moment; an empty stance takes it back."""
    if not actor.holds(voice_id):
        raise NotAllowed("only_holder_stands")
    moment, voice = uow.session.get(Moment, moment_id), uow.session.get_one(Voice, voice_id)
    if moment is None or moment.deleted_at is not None or moment.delegation_id != voice.delegation_id:
        raise NotFound("moment")
    row = uow.session.get(Stance, (voice_id, moment_id))
    if not stance:
        if row is not None:
            uow.session.delete(row)
    elif stance not in STANCES:
        raise Invalid("stance", "unknown_choice")
    else:
        if row is None:
            row = Stance(voice_id=voice_id, moment_id=moment_id)
            uow.session.add(row)
        row.stance, row.note, row.updated_at = stance, checked("note", note, NOTE), uow.now
    uow.record(actor, "moment.stance", "moment", moment_id, voice=voice_id, stance=stance)


def state_missing_voice(uow: UnitOfWork, actor: Actor, story_id: str, moment_id: str, category: str, reason: str) -> None:
    """States why a category does not tell a moment in a story; an empty reason takes the statement back."""
    writable_story(uow.session, actor, story_id)
    moment = uow.session.get(Moment, moment_id)
    if moment is None or moment.delegation_id not in delegations_of(uow.session, story_id):
        raise NotFound("moment")
    if category not in CATEGORIES:
        raise Invalid("category", "unknown_choice")
    row = uow.session.get(MissingVoice, (story_id, moment_id, category))
    reason = checked("reason", reason, NOTE)
    if not reason:
        if row is not None:
            uow.session.delete(row)
    else:
        if row is None:
            row = MissingVoice(story_id=story_id, moment_id=moment_id, category=category)
            uow.session.add(row)
        row.reason, row.updated_at = reason, uow.now
    uow.record(actor, "story.missing_voice", "story", story_id, moment=moment_id, category=category)


def _passage_in(session: Session, actor: Actor, passage_id: str) -> Passage:
    passage = session.get(Passage, passage_id)
    if passage is None or passage.deleted_at is not None:
        raise NotFound("passage")
    member_story(session, actor, passage.story_id)
    return passage
