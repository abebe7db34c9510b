"""A version of a story, arranged for reading: moments with the voices that tell them, those that are missing, where they part."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.db.models import MomentRevision, PassageRevision, Voice
from app.db.reading import StoryPage
from app.kernel.braid import strongest
from app.kernel.document.typography import typeset
from app.kernel.spans import stretches
from app.kernel.voice import CATEGORIES, ActorCategory, Display, shown_as
from app.services.passages import own_words, spans_of
from app.web.assembly import PageResolver, resolver_for, to_html
from app.web.blocks import block_html
from app.web.locale import SOURCE_LANGUAGE, current_language
from app.web.words import ANONYMOUS, CATEGORY_FULL, CATEGORY_KEY, CATEGORY_SHORT, CATEGORY_SLUG, STANCES

# Adults read prose on a screen at about this speed (Brysbaert 2019, 238 words a minute, rounded down for French).
WORDS_PER_MINUTE = 220

# Quotation marks as they stand inside others.
_INNER_QUOTE = re.compile("«[\u202f\u00a0 ]?|[\u202f\u00a0 ]?»")

# The level of the heading over a passage; those inside it come below.
PASSAGE_LEVEL = 2

# How much of a passage is quoted where it is only announced.
OPENING_LENGTH = 120


@dataclass(frozen=True)
class VoiceShown:
    """A voice as the public sees it; `key` is the look's class, empty for guests and anonymous voices."""

    id: str
    category: ActorCategory | None
    key: str
    short: str
    full: str
    name: str
    function: str
    anonymous: bool = False

    @property
    def label(self) -> str:
        """Who speaks, in the fewest words that are shown: name, else function, else category."""
        return self.name or self.function or self.full

    @property
    def who(self) -> str:
        """What stands beside the label of the category: name, else function, else nothing; nothing for what the label says already."""
        words = self.name or self.function
        return "" if words == self.short else words

    @property
    def worded(self) -> tuple[str, str]:
        """The short label and its language: a name or a function is in the site's, a category in the page's."""
        return self.short, SOURCE_LANGUAGE if self.short in (self.name, self.function) else current_language()

    @property
    def role(self) -> str:
        """The function, where the name or the label has not said it already."""
        return "" if self.function in (self.who, self.short) else self.function


@dataclass(frozen=True)
class StretchShown:
    """A stretch of a shared passage with the voice that says it; None where nobody's is known."""

    text: str
    voice: VoiceShown | None


@dataclass(frozen=True)
class PassageShown:
    """A passage on a page; `voice` None is the delegation's shared text."""

    id: str
    anchor: str
    voice: VoiceShown | None
    html: Markup
    opening: str
    lang: str
    words: int
    gathered_by: str
    prompt: str
    hash: str
    signed: bool
    stretches: tuple[StretchShown, ...] = ()


@dataclass(frozen=True)
class StanceShown:
    """Where a voice stands on a moment."""

    voice: VoiceShown
    code: str
    sign: str
    word: str
    note: str


@dataclass(frozen=True)
class MissingShown:
    """A category that does not tell a moment; `unnamed` if it may be speaking there as a voice that shows no category."""

    category: ActorCategory
    key: str
    short: str
    reason: str
    unnamed: bool = False


@dataclass(frozen=True)
class MomentShown:
    """A moment with all that is told of it; `revision` is None for words about the whole story."""

    number: int
    anchor: str
    revision: MomentRevision | None
    phase: str
    passages: tuple[PassageShown, ...]
    missing: tuple[MissingShown, ...]
    stances: tuple[StanceShown, ...]

    @property
    def mark(self) -> str:
        """The strongest stance: disagree, else nuance, else agree."""
        return strongest(stance.code for stance in self.stances)

    def of(self, category: str) -> tuple[PassageShown, ...]:
        """The passages of a category's voices."""
        return tuple(passage for passage in self.passages if passage.voice is not None and passage.voice.category == category)

    @property
    def shared(self) -> tuple[PassageShown, ...]:
        return tuple(passage for passage in self.passages if passage.voice is None)

    @property
    def guests(self) -> tuple[PassageShown, ...]:
        return tuple(passage for passage in self.passages if passage.voice is not None and passage.voice.category is None)

    def absence(self, category: str) -> MissingShown | None:
        return next((entry for entry in self.missing if entry.category == category), None)

    @property
    def told(self) -> dict[str, str]:
        """Look's key → stance, "" where none was stated, for the voices that tell this moment; of two voices of one seat, the stronger stance."""
        told: dict[str, str] = {}
        for passage in self.passages:
            if passage.voice is not None and passage.voice.key:
                told.setdefault(passage.voice.key, "")
        for stance in self.stances:
            key = stance.voice.key
            if key in told:
                told[key] = stance.code if not told[key] else strongest((told[key], stance.code))
        return told

    @property
    def unnamed(self) -> frozenset[str]:
        """Look's keys of the categories that must not be called missing here."""
        return frozenset(gap.key for gap in self.missing if gap.unnamed)

    @property
    def also(self) -> tuple[tuple[str, str], ...]:
        """Voices that tell this moment and have no strand, each with the language of its words."""
        return tuple(dict.fromkeys(passage.voice.worded for passage in self.guests if passage.voice is not None))

    def stance_of(self, voice: VoiceShown) -> StanceShown | None:
        """Where a voice stands on this moment, if it says so."""
        return next((stance for stance in self.stances if stance.voice.id == voice.id), None)

    def others(self, voice: VoiceShown) -> tuple[PassageShown, ...]:
        """The passages of the other voices, the delegation's shared text left out."""
        return tuple(passage for passage in self.passages if passage.voice is not None and passage.voice.id != voice.id)


@dataclass(frozen=True)
class StoryShown:
    """A whole version, ready for any of the three readings."""

    title: str
    standfirst: str
    lang: str
    format: str
    moments: tuple[MomentShown, ...]
    voices: tuple[VoiceShown, ...]
    words: int
    signed: int
    asked: int
    hash: str

    @property
    def minutes(self) -> int:
        """Minutes that reading takes, at least one."""
        return max(1, round(self.words / WORDS_PER_MINUTE))

    @property
    def told_moments(self) -> tuple[MomentShown, ...]:
        return tuple(moment for moment in self.moments if moment.revision is not None)

    @property
    def disagreements(self) -> int:
        return sum(moment.mark == "disagree" for moment in self.moments)

    @property
    def absences(self) -> int:
        return sum(not gap.unnamed for moment in self.moments for gap in moment.missing)

    @property
    def main_category(self) -> ActorCategory | None:
        """The category that tells most of the story, where one tells more than half of it; None where nobody does, or without a category."""
        words: dict[ActorCategory | None, int] = {}
        for moment in self.moments:
            for passage in moment.passages:
                if passage.voice is not None:
                    words[passage.voice.category] = words.get(passage.voice.category, 0) + passage.words
        return next((category for category, number in words.items() if number * 2 > self.words), None)

    def cast_of(self, category: str | None) -> tuple[VoiceShown, ...]:
        """The voices of a category, in the order of their mandates; without a category, guests and unnamed voices."""
        return tuple(voice for voice in self.voices if voice.category == category)

    @property
    def veiled(self) -> bool:
        """Whether a voice speaks here without its category, so that none can be said to be missing throughout."""
        return any(voice.anonymous for voice in self.voices)

    @property
    def crossing(self) -> MomentShown | None:
        """The moment that shows best what crossing voices means: most voices, then the strongest divergence, then the later one."""
        told = [moment for moment in self.told_moments if len(moment.told) > 1]
        weight = {"disagree": 2, "nuance": 1}
        return max(told, key=lambda moment: (len(moment.told), weight.get(moment.mark, 0), moment.number), default=None)

    def opening_of(self, category: str) -> PassageShown | None:
        """The first passage of a category's voices."""
        return next((passage for moment in self.moments for passage in moment.of(category)), None)


def show_voice(voice: Voice) -> VoiceShown:
    """Returns a voice as its holder wishes to be shown; applied at every page, so that a narrower choice holds at once."""
    display = Display(voice.display)
    category = ActorCategory(voice.category) if voice.category and display is not Display.ANONYMOUS else None
    name, function = shown_as(display, voice.name, voice.function)
    if category is None:
        label = str(ANONYMOUS) if display is Display.ANONYMOUS else name or function or _("Voix invitée")
        return VoiceShown(voice.id, None, "", label, label, name, function, anonymous=display is Display.ANONYMOUS)
    return VoiceShown(
        voice.id, category, CATEGORY_KEY[category], str(CATEGORY_SHORT[category]), str(CATEGORY_FULL[category]), name, function
    )


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
        stances=tuple(sorted(stances, key=lambda stance: _rank(stance.voice))),
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


def levelled(pieces: list[Any]) -> list[Any]:
    """Returns a stored fragment whose headings have their depth as level: 1 for the outermost, none skipped, whatever was typed."""
    open_levels: list[int] = []
    written = []
    for piece in pieces:
        if not isinstance(piece, list) or piece[0] != "heading":
            written.append(piece)
            continue
        _kind, level, end = piece
        if not end:
            while open_levels and open_levels[-1] >= level:
                open_levels.pop()
            open_levels.append(level)
        written.append(["heading", len(open_levels), end])
    return written


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


def _rank(voice: VoiceShown) -> int:
    return CATEGORIES.index(voice.category) if voice.category else len(CATEGORIES)


def _cast(rows: Mapping[str, Voice], voices: dict[str, VoiceShown], told: Sequence[PassageShown]) -> tuple[VoiceShown, ...]:
    """Returns the voices that speak: by category, then those of one seat in the order of their mandates."""
    speaking = {passage.voice.id for passage in told if passage.voice is not None}

    def place(voice: VoiceShown) -> tuple[int, date, str]:
        return _rank(voice), rows[voice.id].mandate_start or date.min, voice.id

    return tuple(sorted((voice for voice in voices.values() if voice.id in speaking), key=place))


def category_of_slug(slug: str) -> ActorCategory | None:
    """Returns the category that an address names, or None."""
    return next((category for category, name in CATEGORY_SLUG.items() if name == slug), None)
