"""What a passage's revision holds and its hash covers: words, question, block, images, and which voice says what."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Media, Passage, PassageRevision, Voice
from app.kernel.access import Actor
from app.kernel.content import MediaUse, PassageContent, Span
from app.kernel.spans import carry_spans, check_spans, merged_spans
from app.services.blocks import DATA, PreparedBlock, kept_of
from app.services.markup import PreparedBody
from app.services.passages.rights import ownership
from app.services.stories import delegations_of


@dataclass(frozen=True)
class PromptAnswered:
    """The writing question that a passage answers, with its words, so that it outlives the plugin that asked it."""

    ref: str
    text: str


def kept_prompt(revision: PassageRevision | None) -> PromptAnswered | None:
    """Returns the writing question that a revision answers, or None."""
    kept = revision.data.get("prompt") if revision else None
    return PromptAnswered(kept["ref"], kept["text"]) if kept else None


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


def said_in(
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


def all_words(prepared: PreparedBody, block: PreparedBlock | None) -> str:
    """Returns what a passage says, for excerpts and comparisons: its own words first, then the block's."""
    return "\n\n".join(part for part in (prepared.plain, block.block.words if block else "") if part)
