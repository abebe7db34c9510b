"""Cross-readings: the same phase, voice or theme over all territories, with the passages themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.sdk import (
    CATEGORIES,
    CATEGORY_FULL,
    CATEGORY_KEY,
    CATEGORY_SHORT,
    CATEGORY_SLUG,
    MomentInStory,
    NotFound,
    Session,
    SlotContext,
    Telling,
    find_territory,
    list_tellings,
    list_territories,
    phase_choices,
    show_public_moments,
    theme_choices,
)
from plugins.communication.rules.cross import NO_PHASE, Choice, Grid, grid_of, pages_of
from plugins.communication.services.remembering import Remembered

_VOICES = {CATEGORY_SLUG[category]: str(category) for category in CATEGORIES}
_SLUGS = {category: slug for slug, category in _VOICES.items()}


@dataclass(frozen=True)
class Place:
    """A territory as a table names it."""

    id: str
    slug: str
    name: str
    fictitious: bool


@dataclass(frozen=True)
class Named:
    """Something that was chosen, in words: `lang` is their language, "" where it is the page's; `address` is the reading without it."""

    words: str
    lang: str
    address: str


@dataclass(frozen=True)
class Silence:
    """A moment in question that the chosen voice does not tell; `unnamed` if it may be speaking there without its category."""

    telling: Telling
    unnamed: bool


@dataclass(frozen=True)
class Reading:
    """A page of a cross-reading, and what stands around it."""

    choice: Choice
    named: tuple[Named, ...]
    shown: tuple[tuple[Telling, MomentInStory], ...]
    moments: int
    stories: int
    territories: int
    parted: int
    page: int
    pages: int
    silences: tuple[Silence, ...]
    quiet: tuple[str, ...]


def read_grid(session: Session) -> Grid:
    """Returns the table of all that is public: territories by phases, with who speaks in each cell."""
    tellings = list_tellings(session)
    return _GRIDS.of(tellings, lambda: _grid_of(session, tellings))


_GRIDS = Remembered[Grid]()


def _grid_of(session: Session, tellings: Sequence[Telling]) -> Grid:
    return grid_of(tellings, places_of(session), phase_choices(session), _("Hors phase"))


def places_of(session: Session) -> list[Place]:
    """Returns all territories by name, as rows of no session: they can be kept."""
    found = (line.territory for line in list_territories(session))
    return [Place(territory.id, territory.slug, territory.name, territory.fictitious) for territory in found]


def choice_of(session: Session, arguments: Mapping[str, str]) -> Choice:
    """Returns what an address chooses; an empty value leaves the matter open.

    Raises:
        NotFound: if it names a territory, a phase, a voice or a theme that there is not.
    """
    territory, phase, voice, theme = (arguments.get(name) or None for name in ("territoire", "phase", "voix", "theme"))
    if territory is not None and find_territory(session, territory) is None:
        raise NotFound("territory")
    if phase is not None and phase != NO_PHASE and phase not in dict(phase_choices(session)):
        raise NotFound("phase")
    if voice is not None and voice not in _VOICES:
        raise NotFound("voice")
    if theme is not None and theme not in dict(theme_choices(session)):
        raise NotFound("theme")
    return Choice(territory, phase, _VOICES[voice] if voice else None, theme, parted=bool(arguments.get("ecarts")))


def address(choice: Choice, **more: Any) -> str:
    """Returns where a choice is read."""
    return url_for(
        "communication.readings",
        territoire=choice.territory,
        phase=choice.phase,
        voix=_SLUGS[choice.voice] if choice.voice else None,
        theme=choice.theme,
        ecarts="oui" if choice.parted else None,
        **more,
    )


def read_passages(session: Session, choice: Choice, page: int) -> Reading:
    """Returns a page of the passages of a choice, through the visibility clause, each exactly as its story shows it.

    Raises:
        NotFound: if there is no such page.
    """
    tellings = list_tellings(session)
    about = [telling for telling in tellings if choice.about(telling)]
    fitting = sorted((telling for telling in about if choice.fits(telling)), key=_place)
    pages = pages_of(fitting, choice.voice)
    if page < 1 or page > max(1, len(pages)):
        raise NotFound("page")
    here = pages[page - 1] if pages else []
    rendered = show_public_moments(session, [(telling.story, telling.number) for telling in here])
    names = {line.territory.slug: line.territory.name for line in list_territories(session)}
    told = {telling.territory.slug for telling in fitting}
    return Reading(
        choice=choice,
        named=tuple(_named(session, choice)),
        shown=tuple((telling, rendered[key]) for telling in here if (key := (telling.story, telling.number)) in rendered),
        moments=len({telling.revision.moment_id for telling in fitting}),
        stories=len({telling.story for telling in fitting}),
        territories=len(told),
        parted=sum(telling.mark == "disagree" for telling in fitting),
        page=page,
        pages=max(1, len(pages)),
        silences=tuple(_silences(about, choice.voice)) if choice.voice else (),
        quiet=tuple(name for slug, name in names.items() if slug not in told) if choice.territory is None else (),
    )


def _place(telling: Telling) -> tuple[Any, ...]:
    return telling.territory.name, telling.revision.date_start, telling.revision.date_end, telling.revision.title, telling.title


def _silences(about: Sequence[Telling], voice: str) -> list[Silence]:
    """Returns the moments in question that a voice does not tell in any story."""
    spoken = {telling.revision.moment_id for telling in about if voice in telling.told}
    silent: dict[str, list[Telling]] = {}
    for telling in about:
        if telling.revision.moment_id not in spoken:
            silent.setdefault(telling.revision.moment_id, []).append(telling)
    return [Silence(group[-1], any(voice in telling.unnamed for telling in group)) for group in silent.values()]


def words_of(session: Session, choice: Choice) -> dict[str, tuple[str, str]]:
    """Returns what was chosen in words: name of the part → (words, their language, "" where it is the page's)."""
    found: dict[str, tuple[str, str]] = {}
    if choice.voice:
        found["voice"] = str(CATEGORY_FULL[choice.voice]), ""
    if choice.phase:
        found["phase"] = (_("Hors phase"), "") if choice.phase == NO_PHASE else (dict(phase_choices(session))[choice.phase], "fr")
    if choice.theme:
        found["theme"] = dict(theme_choices(session))[choice.theme], "fr"
    if choice.territory:
        territory = find_territory(session, choice.territory)
        found["territory"] = territory.name if territory else choice.territory, "fr"
    if choice.parted:
        found["parted"] = _("Là où les voix divergent"), ""
    return found


def _named(session: Session, choice: Choice) -> list[Named]:
    return [Named(words, lang, address(choice.without(part))) for part, (words, lang) in words_of(session, choice).items()]


@dataclass(frozen=True)
class Door:
    """A way into a cross-reading: words, their language where it is not the page's, address; `key` is the look's where it is a voice."""

    words: str
    lang: str
    address: str
    key: str = ""


def doors(session: Session) -> dict[str, list[Door]]:
    """Returns the ways in that need no table: each phase, each voice, each theme."""
    return {
        "phases": [Door(name, "fr", address(Choice(phase=key))) for key, name in phase_choices(session)],
        "voices": [
            Door(str(CATEGORY_SHORT[category]), "", address(Choice(voice=str(category))), CATEGORY_KEY[category]) for category in CATEGORIES
        ],
        "themes": [Door(name, "fr", address(Choice(theme=slug))) for slug, name in theme_choices(session)],
    }


def on_home(session: Session, _context: SlotContext) -> dict[str, object]:
    """The doors on the front page."""
    return {"doors": doors(session)}


def on_story(session: Session, context: SlotContext) -> dict[str, object] | None:
    """Where the same moments of the journey are told elsewhere."""
    tellings = list_tellings(session, story_id=context.subject)
    phases = {telling.phase.key: telling.phase.name for telling in tellings if telling.phase}
    if not phases:
        return None
    return {
        "phases": [Door(name, "fr", address(Choice(phase=key))) for key, name in phases.items()],
        "territories": list({telling.territory.slug: telling.territory for telling in tellings}.values()),
    }
