"""A working copy, arranged for the page: who wrote, who signed, what stands between it and the editors."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from app.db import desk as queries
from app.db.models import Voice
from app.kernel.access import Actor
from app.kernel.voice import CATEGORY_KEY, ActorCategory
from app.kernel.workflow import EDITABLE_STATES, StoryState
from app.services.passages import may_write
from app.services.workflow import Obstacle
from app.web.locale import is_local_path
from app.web.templating import said
from app.web.words import CATEGORY_SHORT, REASONS


def voice_key(voice: Voice | None) -> str:
    """Returns the look's class of a voice: elu, col, eco, eta; `all` for a shared passage, nothing for a guest."""
    if voice is None:
        return "all"
    return CATEGORY_KEY[voice.category] if voice.category else ""


def voice_words(voice: Voice | None) -> str:
    """« Élu·e, Hélène Marcadet »; inside the delegation everybody knows who is who."""
    if voice is None:
        return _("Passage commun")
    category = CATEGORY_SHORT.get(voice.category or "")
    return f"{category}, {voice.name}" if category else voice.name


def about_line(copy: queries.WorkingCopy, line: queries.PassageLine) -> str:
    """What a passage tells: its moment's title, marked with its language, or the story as a whole."""
    group = next(group for group in copy.groups if line in group.lines)
    return said(group.revision.title, copy.story.lang) if group.revision else _("le récit dans son ensemble")


@dataclass(frozen=True)
class ObstacleLine:
    """What stands between a story and the editors: a sentence, and the passage that it is about, if there is one."""

    sentence: str
    passage: str | None = None
    about: str = ""
    who: str = ""
    address: str = ""
    action: str = ""


def obstacle_lines(copy: queries.WorkingCopy, obstacles: Iterable[Obstacle]) -> list[ObstacleLine]:
    """Returns what is missing in words, each with its passage's moment and voice, since there may be many."""
    lines = []
    for obstacle in obstacles:
        sentence = obstacle_sentence(obstacle)
        line = copy.line(obstacle.passage) if obstacle.passage else None
        found = (
            ObstacleLine(sentence, line.passage.id, about_line(copy, line), voice_words(line.voice))
            if line
            else _elsewhere(sentence, obstacle)
        )
        lines.append(found)
    return lines


def _elsewhere(sentence: str, obstacle: Obstacle) -> ObstacleLine:
    """An obstacle that is put right on another page; only a path of this site is linked."""
    if not is_local_path(obstacle.address):
        return ObstacleLine(sentence)
    return ObstacleLine(sentence, address=request.script_root + obstacle.address, action=str(obstacle.action) or _("Y aller"))


def obstacle_sentence(obstacle: Obstacle) -> str:
    """Returns an obstacle in words; an extension's objection brings its own."""
    return str(REASONS[obstacle.reason]) % {"words": obstacle.words, "category": CATEGORY_SHORT.get(obstacle.category, "")}


@dataclass(frozen=True)
class LineShown:
    """A passage in the list of a working copy: what state it is in, in a sign and a word, and what the person may do with it.

    Args:
        short: whose it is, in as few words as tell the voices of the moment apart.
    """

    line: queries.PassageLine
    key: str
    label: str
    short: str
    sign: str
    state: str
    writable: bool
    signable: bool


@dataclass(frozen=True)
class GroupShown:
    """A moment of a working copy with its passages and the categories that do not tell it."""

    group: queries.MomentGroup
    lines: tuple[LineShown, ...]
    missing: tuple[tuple[ActorCategory, str, str], ...]


def show_working_copy(actor: Actor, copy: queries.WorkingCopy) -> tuple[GroupShown, ...]:
    """Arranges a working copy for the person who reads it."""
    return tuple(
        GroupShown(
            group,
            tuple(_show_line(actor, copy, line, group) for line in group.lines),
            tuple((category, CATEGORY_KEY[category], _reason(copy, group, category)) for category in map(ActorCategory, group.missing)),
        )
        for group in copy.groups
    )


def _reason(copy: queries.WorkingCopy, group: queries.MomentGroup, category: str) -> str:
    row = copy.missing.get((group.moment.id, category)) if group.moment else None
    return row.reason if row else ""


def short_words(voice: Voice | None, others: Iterable[Voice | None]) -> str:
    """Returns a voice's category, with the name only where another voice has the same; a guest's name."""
    category = CATEGORY_SHORT.get(voice.category or "") if voice is not None else None
    if voice is None or not category:
        return voice_words(voice)
    alike = any(other is not None and other.id != voice.id and other.category == voice.category for other in others)
    return voice_words(voice) if alike else str(category)


def _show_line(actor: Actor, copy: queries.WorkingCopy, line: queries.PassageLine, group: queries.MomentGroup) -> LineShown:
    editable = StoryState(copy.story.state) in EDITABLE_STATES
    mine = may_write(actor, line.passage, frozenset({copy.delegation.id}))
    sign, state = _line_state(line)
    waiting_for_me = any(actor.holds(voice) for voice in line.waits_for)
    return LineShown(
        line,
        voice_key(line.voice),
        voice_words(line.voice),
        short_words(line.voice, (other.voice for other in group.lines)),
        sign,
        state,
        writable=editable and mine and not line.is_signed,
        signable=editable and not line.is_empty and waiting_for_me,
    )


def _line_state(line: queries.PassageLine) -> tuple[str, str]:
    if line.is_empty:
        return "–", _("vide")
    if line.is_signed:
        return "✓", _("signé")
    if line.passage.voice_id is None and line.signed:
        return "…", _("signé par %(signed)s sur %(all)s", signed=len(line.signed & line.required), all=len(line.required))
    return "…", _("à signer")
