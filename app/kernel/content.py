"""The hashed records: what a passage revision, a moment revision, a page version and a story version consist of (docs/decisions.md, 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.canonical import digest

FORMAT_VERSION = 1


@dataclass(frozen=True)
class MediaUse:
    """An image as a passage uses it: the hash of its bytes, its alternative text and its credit."""

    hash: str
    alt: str
    credit: str


@dataclass(frozen=True)
class Span:
    """A stretch of plain text, in code points, and the voice that says it."""

    start: int
    end: int
    voice: str


@dataclass(frozen=True)
class PassageContent:
    """All that a passage revision's hash covers."""

    salt: str
    block: str
    lang: str
    body: str
    data: Mapping[str, object] = field(default_factory=dict)
    snapshot: Mapping[str, object] | None = None
    spans: Sequence[Span] = ()
    media: Sequence[MediaUse] = ()

    def record(self) -> dict[str, object]:
        """Returns the record as it is hashed."""
        return {
            "v": FORMAT_VERSION,
            "salt": self.salt,
            "block": self.block,
            "lang": self.lang,
            "body": self.body,
            "data": dict(self.data),
            "snapshot": None if self.snapshot is None else dict(self.snapshot),
            "spans": [[span.start, span.end, span.voice] for span in self.spans],
            "media": [{"hash": use.hash, "alt": use.alt, "credit": use.credit} for use in self.media],
        }

    @property
    def hash(self) -> str:
        """The passage revision's hash."""
        return digest(self.record())


@dataclass(frozen=True)
class MomentContent:
    """All that a moment revision's hash covers; dates are ISO days, both ends included."""

    salt: str
    title: str
    date_kind: str
    date_start: str
    date_end: str
    place: str
    phase: str | None
    description: str

    @property
    def hash(self) -> str:
        """The moment revision's hash."""
        date = {"kind": self.date_kind, "start": self.date_start, "end": self.date_end}
        return digest(
            {
                "v": FORMAT_VERSION,
                "salt": self.salt,
                "title": self.title,
                "date": date,
                "place": self.place,
                "phase": self.phase,
                "description": self.description,
            }
        )


@dataclass(frozen=True)
class PageContent:
    """All that the hash of a page's version in one language covers.

    `data` is what the form of the page's type wrote, `alternative` what the public reads of it in plain text, whatever becomes of the type.
    """

    salt: str
    type: str
    lang: str
    title: str
    standfirst: str
    body: str
    data: Mapping[str, object] = field(default_factory=dict)
    alternative: str = ""
    media: Sequence[MediaUse] = ()

    @property
    def hash(self) -> str:
        """The page version's hash."""
        return digest(
            {
                "v": FORMAT_VERSION,
                "salt": self.salt,
                "type": self.type,
                "lang": self.lang,
                "title": self.title,
                "standfirst": self.standfirst,
                "body": self.body,
                "data": dict(self.data),
                "alternative": self.alternative,
                "media": [{"hash": use.hash, "alt": use.alt, "credit": use.credit} for use in self.media],
            }
        )


@dataclass(frozen=True)
class PassagePin:
    """A passage as a story version holds it; `voices` has one id, or none for a shared passage."""

    passage: str
    voices: Sequence[str]
    moment: str | None
    hash: str


@dataclass(frozen=True)
class StancePin:
    """Where a voice stands on a moment, as a story version holds it."""

    moment: str
    voice: str
    stance: str
    note: str


@dataclass(frozen=True)
class MissingPin:
    """A voice that does not tell a moment, and the reason given for it."""

    moment: str
    category: str
    reason: str


@dataclass(frozen=True)
class Manifest:
    """All that a story version's hash covers; `moment` fields are hashes of moment revisions."""

    salt: str
    title: str
    standfirst: str
    lang: str
    format: str
    passages: Sequence[PassagePin]
    stances: Sequence[StancePin] = ()
    missing: Sequence[MissingPin] = ()

    def record(self) -> dict[str, object]:
        """Returns the manifest as it is stored and hashed; stances and absences in a fixed order, passages in the story's."""
        return {
            "v": FORMAT_VERSION,
            "salt": self.salt,
            "title": self.title,
            "standfirst": self.standfirst,
            "lang": self.lang,
            "format": self.format,
            "passages": [
                {"passage": pin.passage, "voices": list(pin.voices), "moment": pin.moment, "hash": pin.hash} for pin in self.passages
            ],
            "stances": sorted(
                ({"moment": pin.moment, "voice": pin.voice, "stance": pin.stance, "note": pin.note} for pin in self.stances),
                key=lambda entry: (entry["moment"], entry["voice"]),
            ),
            "missing": sorted(
                ({"moment": pin.moment, "category": pin.category, "reason": pin.reason} for pin in self.missing),
                key=lambda entry: (entry["moment"], entry["category"]),
            ),
        }

    @property
    def hash(self) -> str:
        """The story version's hash."""
        return digest(self.record())
