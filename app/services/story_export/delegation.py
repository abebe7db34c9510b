"""What one delegation tells in some stories: its territory, its voices and moments, and the stories themselves, in the shapes of files."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import desk as queries
from app.db.models import Media, Moment, MomentRevision, PassageRevision, Programme, Story, StoryVersion, Theme, Voice
from app.db.restrictions import IMAGE, STORY, restrictions_on
from app.db.themes import themes_of
from app.kernel.block import TEXT_BLOCK
from app.kernel.content import Span
from app.kernel.spans import carry_spans
from app.kernel.voice import CATEGORIES, CATEGORY_KEY, Display, shown_as
from app.services.blocks import DATA
from app.services.markup import MARKUP_VERSION, prepare
from app.services.moments import moment_date
from app.services.passages import kept_prompt, own_words, spans_of
from app.services.story_export.naming import keys_of, unique
from app.services.story_files import (
    SHARED,
    BlockFile,
    MissingFile,
    MomentFile,
    PassageFile,
    StanceFile,
    StoryFile,
    TerritoryFile,
    VoiceFile,
)
from app.services.versions import build_manifest

PROGRAMME = "programme.md"


class DelegationPart:
    """What one delegation tells in some stories: which voices speak there, which moments they tell, and what files call both."""

    def __init__(self, session: Session, copies: Sequence[queries.WorkingCopy]) -> None:
        self.session = session
        self.copies = copies
        self.territory, self.programme = copies[0].territory, copies[0].delegation.programme_id
        self.phases = {phase.id: phase for phase in queries.list_phases(session, self.programme)}
        self.moments = self._moments()
        self.voices = self._voices()
        titles = [(moment.id, revision.title) for moment, revision in self.moments]
        self.moment_keys = keys_of(titles, "moment")
        self.voice_keys = keys_of([(voice.id, _called(voice)) for voice in self.voices], "voix", taken=(SHARED,))

    def _moments(self) -> list[tuple[Moment, MomentRevision]]:
        """The moments that the stories tell, by their dates; those of one date in the order of the stories."""
        told = {group.moment.id: (group.moment, group.revision) for copy in self.copies for group in copy.groups if group.moment}
        found = [(moment, revision) for moment, revision in told.values() if revision is not None]
        return sorted(found, key=lambda row: (row[1].date_start, row[1].date_end))

    def _voices(self) -> list[Voice]:
        """The voices that the stories name, seat by seat in the order of time, guests last; a delegation's other voices are not theirs."""
        ids = unique(voice for copy in self.copies for voice in _speaking(copy))
        known = {voice.id: voice for copy in self.copies for voice in copy.voices.values()}
        order = {str(category): index for index, category in enumerate(CATEGORIES)}
        rows = [known[voice_id] for voice_id in ids if voice_id in known]
        return sorted(
            rows, key=lambda row: (order.get(row.category or "", len(order)), str(row.mandate_start or ""), str(row.mandate_end or ""))
        )

    def territory_file(self) -> TerritoryFile:
        """Returns the territory with its delegation."""
        return TerritoryFile(
            f"territories/{self.territory.slug}.md",
            self.territory.slug,
            self.territory.name,
            self.territory.nature,
            self.territory.fictitious,
            self.session.get_one(Programme, self.programme).slug,
            tuple(map(self._voice, self.voices)),
            tuple(self._moment(moment, revision) for moment, revision in self.moments),
            self.territory.description,
        )

    def _voice(self, row: Voice) -> VoiceFile:
        key = self.voice_keys[row.id]
        return VoiceFile(key, row.name, row.function, row.category or "", row.mandate_start, row.mandate_end, Display(row.display))

    def _moment(self, moment: Moment, revision: MomentRevision) -> MomentFile:
        phase = self.phases.get(revision.phase_id or "")
        key = self.moment_keys[moment.id]
        return MomentFile(key, revision.title, moment_date(revision), revision.place, phase.key if phase else None, revision.description)

    def story_file(self, copy: queries.WorkingCopy) -> StoryFile:
        """Returns a story without its images."""
        story = copy.story
        told = {group.moment.id for group in copy.groups if group.moment}
        blocks = {line.passage.id: f"bloc-{number}" for number, line in enumerate(_filled_in(copy), 1)}
        return StoryFile(
            _story_name(story.slug),
            story.slug,
            story.title,
            story.standfirst,
            story.lang,
            story.format,
            self.territory.slug,
            _published(self.session, story),
            tuple(self._passage(line, blocks) for line in copy.lines),
            self._stances(copy, told),
            self._missing(copy, told),
            tuple(theme.key for theme in _themes(self.session, story)),
            self.territory.fictitious,
            blocks=tuple(_block(line, blocks[line.passage.id]) for line in _filled_in(copy)),
        )

    def _passage(self, line: queries.PassageLine, blocks: Mapping[str, str]) -> PassageFile:
        passage, revision = line.passage, line.revision
        prompt = kept_prompt(revision)
        said = _spans(revision) if revision is not None and passage.voice_id is None else ()
        return PassageFile(
            self.moment_keys[passage.moment_id] if passage.moment_id else None,
            self.voice_keys[passage.voice_id] if passage.voice_id else None,
            revision.gathered_by if revision else "",
            prompt.text if prompt else "",
            revision.body.strip("\n") if revision else "",
            tuple((span.start, span.end, self.voice_keys[span.voice]) for span in said),
            blocks.get(passage.id, ""),
        )

    def _stances(self, copy: queries.WorkingCopy, told: set[str]) -> tuple[StanceFile, ...]:
        rows = [row for row in copy.stances.values() if row.moment_id in told]
        order = self._order()
        rows.sort(key=lambda row: (order(row.moment_id), order(row.voice_id)))
        return tuple(StanceFile(self.moment_keys[row.moment_id], self.voice_keys[row.voice_id], row.stance, row.note) for row in rows)

    def _missing(self, copy: queries.WorkingCopy, told: set[str]) -> tuple[MissingFile, ...]:
        rows = [row for row in copy.missing.values() if row.moment_id in told]
        order = self._order()
        rows.sort(key=lambda row: (order(row.moment_id), order(row.category)))
        return tuple(MissingFile(self.moment_keys[row.moment_id], row.category, row.reason) for row in rows)

    def _order(self) -> Callable[[str], int]:
        places = {one: place for place, one in enumerate([*self.moment_keys, *self.voice_keys, *CATEGORIES])}
        return places.__getitem__


def _called(voice: Voice) -> str:
    """Returns what a voice's key is made of: no more than the public sees of it, since keys stand in the story itself."""
    name, function = shown_as(Display(voice.display), voice.name, voice.function)
    return name or function.partition(",")[0] or CATEGORY_KEY.get(voice.category or "", "")


def _speaking(copy: queries.WorkingCopy) -> list[str]:
    """Returns the voices that a story names: whose passages it has, who says some words of shared ones, who has a position on its moments."""
    told = {group.moment.id for group in copy.groups if group.moment}
    own = [line.passage.voice_id for line in copy.lines if line.passage.voice_id]
    shared = [span.voice for line in copy.lines if line.revision and not line.passage.voice_id for span in spans_of(line.revision)]
    stances = [row.voice_id for row in copy.stances.values() if row.moment_id in told]
    return [*own, *shared, *stances]


def _story_name(slug: str) -> str:
    """Returns the name of a story's file; one whose title is another file's name stands in a folder."""
    return f"recits/{slug}.md" if f"{slug}.md" == PROGRAMME else f"{slug}.md"


def _themes(session: Session, story: Story) -> list[Theme]:
    return [
        theme for theme in themes_of(session, [story.id]).get(story.id, []) if theme.deleted_at is None and theme.merged_into_id is None
    ]


def _published(session: Session, story: Story) -> date | None:
    """Returns since when the very words of the working copy are public, or None: whoever reads the file makes public what it dates.

    What hides a story, or an image of it, does not travel with files; so that nobody shows what is hidden here, such a story has no date.
    The day is that of UTC, as reading takes it.
    """
    if story.published_version_id is None or story.published_at is None:
        return None
    told = session.get_one(StoryVersion, story.published_version_id)
    images = session.scalars(select(Media.id).where(Media.story_id == story.id))
    hidden = restrictions_on(session, STORY, story.id) or any(restrictions_on(session, IMAGE, image) for image in images)
    return None if hidden or told.hash != build_manifest(session, story).hash else story.published_at.date()


# — passages —


def _filled_in(copy: queries.WorkingCopy) -> list[queries.PassageLine]:
    """Returns the passages that a form of an extension fills in."""
    return [line for line in copy.lines if line.passage.block != TEXT_BLOCK]


def _block(line: queries.PassageLine, key: str) -> BlockFile:
    revision = line.revision
    return BlockFile(key, line.passage.block, revision.data.get(DATA, {}) if revision else {}, revision.snapshot if revision else None)


def _spans(revision: PassageRevision) -> tuple[Span, ...]:
    """Returns which voice says what, over the letters as Markdown is read today: an older reading may have counted them otherwise."""
    spans = spans_of(revision)
    if not spans or revision.markup_version == MARKUP_VERSION:
        return spans
    return carry_spans(own_words(revision), spans, prepare(revision.body, lang=revision.lang).plain, None)
