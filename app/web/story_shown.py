"""A version of a story as a page shows it, in shapes: its moments, passages, stances and absences, and what can be said of them."""

from dataclasses import dataclass

from markupsafe import Markup

from app.db.models import MomentRevision
from app.kernel.braid import strongest
from app.kernel.voice import ActorCategory
from app.web.voice_view import VoiceShown

# Adults read prose on a screen at about this speed (Brysbaert 2019, 238 words a minute, rounded down for French).
WORDS_PER_MINUTE = 220


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
