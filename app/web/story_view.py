"""A version of a story, arranged for reading: moments with the voices that tell them, those that are missing, where they part."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.db.models import PassageRevision, Voice
from app.db.reading import StoryPage
from app.kernel.document.typography import typeset
from app.kernel.spans import stretches
from app.kernel.voice import CATEGORIES, CATEGORY_KEY
from app.services.passages import own_words, spans_of
from app.web.assembly import PageResolver, levelled, resolver_for, to_html
from app.web.blocks import block_html
from app.web.story_shown import MissingShown, MomentShown, PassageShown, StanceShown, StoryShown, StretchShown
from app.web.voice_view import VoiceShown, rank, show_voice
from app.web.words import CATEGORY_SHORT, STANCES

# Quotation marks as they stand inside others.
_INNER_QUOTE = re.compile("«[\u202f\u00a0 ]?|[\u202f\u00a0 ]?»")

# The level of the heading over a passage; those inside it come below.
PASSAGE_LEVEL = 2

# How much of a passage is quoted where it is only announced.
OPENING_LENGTH = 120


def show_story(session: Session, page: StoryPage, prefix: str = "") -> StoryShown:
    """Arranges a version for reading; `prefix` begins every anchor, for pages that show several stories."""
    manifest = page.version.manifest
    voices = {voice_id: show_voice(voice) for voice_id, voice in page.voices.items()}
    resolver = resolver_for(session, page.media.values(), [revision.fragment for revision in page.revisions.values()])
    groups: dict[str | None, list[dict[str, Any]]] = {}
    for pin in manifest["passages"]:
        groups.setdefault(pin["moment"], []).append(pin)
    moments = []
    number = 0
    for moment_hash, pins in groups.items():
        number += moment_hash is not None
        moments.append(_show_moment(page, voices, resolver, moment_hash, pins, number, prefix))
    told = [passage for moment in moments for passage in moment.passages]
    cast = _cast(page.voices, voices, told)
    return StoryShown(
        title=manifest["title"],
        standfirst=manifest["standfirst"],
        lang=manifest["lang"],
        format=manifest["format"],
        moments=tuple(moments),
        voices=cast,
        words=sum(passage.words for passage in told),
        signed=sum(all(p.signed for p in told if p.voice is not None and p.voice.id == voice.id) for voice in cast),
        asked=len(cast),
        hash=page.version.hash,
    )


def _show_moment(
    page: StoryPage,
    voices: dict[str, VoiceShown],
    resolver: PageResolver,
    moment_hash: str | None,
    pins: Sequence[dict[str, Any]],
    number: int,
    prefix: str,
) -> MomentShown:
    revision = page.moments.get(moment_hash or "")
    anchor = f"{prefix}m{number}" if revision else f"{prefix}preambule"
    phase = page.phases.get(revision.phase_id or "") if revision else None
    manifest = page.version.manifest
    stances = [
        StanceShown(voices[pin["voice"]], pin["stance"], STANCES[pin["stance"]][0], str(STANCES[pin["stance"]][1]), pin["note"])
        for pin in manifest["stances"]
        if pin["moment"] == moment_hash and pin["voice"] in voices
    ]
    passages = tuple(_show_passage(page, voices, resolver, pin, anchor, index) for index, pin in enumerate(pins, 1))
    return MomentShown(
        number=number,
        anchor=anchor,
        revision=revision,
        phase=phase.name if phase else "",
        passages=passages,
        missing=tuple(_absences(manifest, moment_hash, passages)) if revision else (),
        stances=tuple(sorted(stances, key=lambda stance: rank(stance.voice))),
    )


def _show_passage(
    page: StoryPage, voices: dict[str, VoiceShown], resolver: PageResolver, pin: dict[str, Any], moment_anchor: str, index: int
) -> PassageShown:
    revision: PassageRevision = page.revisions[pin["hash"]]
    voice = voices.get(pin["voices"][0]) if pin["voices"] else None
    anchor = f"{moment_anchor}-p{index}"
    prompt = revision.data.get("prompt") or {}
    return PassageShown(
        id=pin["passage"],
        anchor=anchor,
        voice=voice,
        html=to_html(
            levelled(revision.fragment),
            resolver.keeping(revision.fragment, revision.media),
            f"{anchor}-",
            revision.lang,
            heading_shift=PASSAGE_LEVEL,
        )
        + block_html(revision.snapshot, revision.lang),
        opening=opening(revision.plain, revision.lang),
        lang=revision.lang,
        words=revision.words,
        gathered_by=revision.gathered_by,
        prompt=str(prompt.get("text", "")),
        hash=revision.hash,
        signed=voice is not None and (revision.hash, voice.id) in page.approvals,
        stretches=_stretches(revision, voices) if voice is None else (),
    )


def _stretches(revision: PassageRevision, voices: Mapping[str, VoiceShown]) -> tuple[StretchShown, ...]:
    """Returns who says what in a shared passage, each voice as it chooses to be shown; nothing where no voice is known."""
    parts = stretches(own_words(revision), spans_of(revision))
    if not any(part.voice in voices for part in parts):
        return ()
    return tuple(StretchShown(part.text.strip("\n"), voices.get(part.voice or "")) for part in parts if part.text.strip())


def opening(plain: str, lang: str) -> str:
    """Returns the first words of a passage, to be put between « »: its first sentences as far as they are short, else its first words and an ellipsis."""
    words = _INNER_QUOTE.sub(lambda found: "“" if "«" in found[0] else "”", typeset(plain.strip().split("\n")[0].strip(), lang))
    if len(words) <= OPENING_LENGTH:
        return words
    sentence = max((found.end() for found in re.finditer("[.!?…]”?(?=\\s)", words[: OPENING_LENGTH + 1])), default=0)
    if sentence:
        return words[:sentence]
    return words[:OPENING_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:\u202f\u00a0") + "\u00a0…"


def _absences(manifest: dict[str, Any], moment_hash: str | None, passages: Sequence[PassageShown]) -> list[MissingShown]:
    """Returns the categories without a passage on a moment, with the reason that was stated or none.

    Where somebody speaks without a category, a silent category without a stated reason is not called missing: it may be theirs.
    """
    voices = [passage.voice for passage in passages if passage.voice is not None]
    told = {voice.category for voice in voices}
    veiled = any(voice.anonymous for voice in voices)
    reasons = {pin["category"]: pin["reason"] for pin in manifest["missing"] if pin["moment"] == moment_hash}
    return [
        MissingShown(
            category,
            CATEGORY_KEY[category],
            str(CATEGORY_SHORT[category]),
            reasons.get(str(category), ""),
            unnamed=veiled and str(category) not in reasons,
        )
        for category in CATEGORIES
        if category not in told
    ]


def _cast(rows: Mapping[str, Voice], voices: dict[str, VoiceShown], told: Sequence[PassageShown]) -> tuple[VoiceShown, ...]:
    """Returns the voices that speak: by category, then those of one seat in the order of their mandates."""
    speaking = {passage.voice.id for passage in told if passage.voice is not None}

    def place(voice: VoiceShown) -> tuple[int, date, str]:
        return rank(voice), rows[voice.id].mandate_start or date.min, voice.id

    return tuple(sorted((voice for voice in voices.values() if voice.id in speaking), key=place))
