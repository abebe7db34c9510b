"""What one file of a corpus names must stand in another."""

from collections.abc import Iterable, Set

from app.services.story_files.keys import StoryFileError
from app.services.story_files.shapes import SHARED, Corpus, StoryFile, TerritoryFile


def check_references(corpus: Corpus) -> None:
    """Checks that every key that one file uses stands in another.

    Raises:
        StoryFileError: at the first that does not.
    """
    phases = {entry.slug: {phase.key for phase in entry.phases} for entry in corpus.programmes}
    for territory in corpus.territories:
        _check_territory(territory, phases)
    _check_images(corpus.stories)
    territories = {entry.slug: entry for entry in corpus.territories}
    themes = {theme.key for entry in corpus.programmes for theme in entry.themes}
    for story in corpus.stories:
        _check_story(story, territories, themes)


def _check_territory(territory: TerritoryFile, phases: dict[str, set[str]]) -> None:
    _known(territory.file, "programme", territory.programme, phases.keys())
    if any(voice.key == SHARED for voice in territory.voices):
        raise StoryFileError(f"{territory.file}: no voice can have the key '{SHARED}', which means a passage of all")
    for moment in territory.moments:
        _known(f"{territory.file}, moment '{moment.key}'", "phase", moment.phase, phases[territory.programme])


def _check_images(stories: Iterable[StoryFile]) -> None:
    """Checks that no image is of two stories; one that is lost may be named by all."""
    owners: dict[str, str] = {}
    for story in stories:
        for image in story.images:
            if image.file is not None and owners.setdefault(image.id, story.file) != story.file:
                raise StoryFileError(f"{story.file}, images: the id '{image.id}' stands in {owners[image.id]} too")


def _check_story(story: StoryFile, territories: dict[str, TerritoryFile], themes: set[str]) -> None:
    for theme in story.themes:
        _known(story.file, "theme", theme, themes)
    _known(story.file, "territory", story.territory, territories.keys())
    told_in = territories[story.territory]
    moments, voices = {entry.key for entry in told_in.moments}, {entry.key for entry in told_in.voices}
    blocks = {entry.key for entry in story.blocks}
    for passage in story.passages:
        _known(story.file, "block", passage.block or None, blocks)
        _known(story.file, "moment", passage.moment, moments)
        _known(story.file, "voice", passage.voice, voices)
        for _start, _end, voice in passage.said:
            _known(story.file, "voice", voice, voices)
    for stance in story.stances:
        _known(story.file, "moment", stance.moment, moments)
        _known(story.file, "voice", stance.voice, voices)
    for gap in story.missing:
        _known(story.file, "moment", gap.moment, moments)


def _known(where: str, what: str, key: str | None, among: Set[str]) -> None:
    if key is not None and key not in among:
        raise StoryFileError(f"{where}: unknown {what} '{key}'")
