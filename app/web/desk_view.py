"""Working copies and *Mon espace*, arranged for the page: who wrote, who signed, what waits on whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.db import desk as queries
from app.db.margin import Waiting, waiting_for
from app.db.models import Story, Voice
from app.kernel.access import Actor
from app.kernel.voice import ActorCategory
from app.kernel.workflow import EDITABLE_STATES, REVIEWABLE_STATES, StoryState
from app.services.passages import may_write
from app.services.workflow import Obstacle
from app.web.locale import is_local_path
from app.web.templating import phrase, said
from app.web.words import CATEGORY_KEY, CATEGORY_SHORT, REASONS


def voice_key(voice: Voice | None) -> str:
    """Returns the look's class of a voice: elu, col, eco, eta; `all` for a shared passage, nothing for a guest."""
    if voice is None:
        return "all"
    return CATEGORY_KEY[ActorCategory(voice.category)] if voice.category else ""


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
            tuple(
                (category, CATEGORY_KEY[ActorCategory(category)], _reason(copy, group, category))
                for category in map(ActorCategory, group.missing)
            ),
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


# — Mon espace —


@dataclass(frozen=True)
class Task:
    """Something that waits: on the person, or on somebody else."""

    text: str
    story: Story
    address: str
    since: datetime | None = None
    key: str = ""


@dataclass(frozen=True)
class StoryCard:
    """A story in *Mon espace*."""

    story: Story
    signed: int
    passages: int
    words: int


@dataclass(frozen=True)
class Space:
    """What *Mon espace* shows."""

    mine: tuple[Task, ...]
    theirs: tuple[Task, ...]
    stories: dict[str, tuple[StoryCard, ...]]


def _waiting_words(entry: Waiting, who: str) -> str:
    if entry.kind == "mention":
        return phrase(_("%(who)s vous appelle dans la marge"), who=who)
    if entry.kind == "suggestion":
        return ngettext("%(num)s suggestion attend votre décision", "%(num)s suggestions attendent votre décision", entry.number)
    return ngettext("%(num)s fil ouvert sur votre passage", "%(num)s fils ouverts sur votre passage", entry.number)


def in_margins(session: Session, actor: Actor) -> tuple[Task, ...]:
    """Returns what waits for a person in the margins: where they are called, suggestions to decide, threads open on their passages."""
    waiting = waiting_for(session, actor.account, [grant.voice for grant in actor.voices], sorted(actor.writing_delegations))
    names = queries.account_names(session, [entry.by for entry in waiting])
    members = queries.members_among(session, names)
    voices = queries.voices_of_passages(session, [entry.passage for entry in waiting])
    tasks = []
    for entry in waiting:
        who = names[entry.by] if entry.by in members else _("La relecture")
        anchor = f"fil-{entry.thread}" if entry.kind == "mention" else "marge"
        tasks.append(
            Task(
                _waiting_words(entry, who),
                entry.story,
                url_for("passages.write", passage_id=entry.passage.id, _anchor=anchor),
                entry.since,
                voice_key(voices.get(entry.passage.voice_id or "")),
            )
        )
    return tuple(tasks)


def my_space(session: Session, actor: Actor, cards: Sequence[queries.DelegationCard]) -> Space:
    """Returns what waits on a person, on whom they wait, and their delegations' stories."""
    mine: list[Task] = []
    theirs: list[Task] = []
    stories: dict[str, tuple[StoryCard, ...]] = {}
    for card in cards:
        shown: list[StoryCard] = []
        for story in queries.list_delegation_stories(session, card.delegation.id):
            copy = queries.read_working_copy(session, story)
            lines = copy.lines
            shown.append(
                StoryCard(
                    story, sum(line.is_signed for line in lines), len(lines), sum(line.revision.words for line in lines if line.revision)
                )
            )
            _tasks_of(actor, copy, mine, theirs)
        stories[card.delegation.id] = tuple(shown)
    return Space(tuple(mine), tuple(theirs), stories)


def _tasks_of(actor: Actor, copy: queries.WorkingCopy, mine: list[Task], theirs: list[Task]) -> None:
    story = copy.story
    state = StoryState(story.state)
    address = url_for("desk.story", story_id=story.id)
    if state is StoryState.CHANGES_REQUESTED:
        mine.append(Task(_("Des changements sont demandés"), story, address, story.state_since))
    if state in REVIEWABLE_STATES:
        word = _("Attend la relecture") if state is StoryState.SUBMITTED else _("En cours de relecture")
        theirs.append(Task(word, story, address, story.state_since))
    if state in EDITABLE_STATES:
        for line in copy.lines:
            _line_tasks(actor, copy, line, mine, theirs)


def _line_tasks(actor: Actor, copy: queries.WorkingCopy, line: queries.PassageLine, mine: list[Task], theirs: list[Task]) -> None:
    about = about_line(copy, line)
    since = line.revision.created_at if line.revision else line.passage.created_at
    own = line.passage.voice_id is not None and actor.writes_for(line.passage.voice_id)
    if line.is_empty:
        if own:
            mine.append(
                Task(
                    phrase(_("À écrire : %(about)s"), about=about),
                    copy.story,
                    url_for("passages.write", passage_id=line.passage.id),
                    since,
                    voice_key(line.voice),
                )
            )
        elif line.voice is not None:
            theirs.append(
                Task(
                    phrase(_("%(who)s n’a pas encore écrit : %(about)s"), who=voice_words(line.voice), about=about),
                    copy.story,
                    url_for("desk.story", story_id=copy.story.id),
                    since,
                    voice_key(line.voice),
                )
            )
        return
    if line.is_signed:
        return
    for voice_id in sorted(line.waits_for):
        voice = copy.voices.get(voice_id)
        if voice is None:
            continue
        if actor.holds(voice_id):
            mine.append(
                Task(
                    phrase(_("À relire et signer : %(about)s"), about=about),
                    copy.story,
                    url_for("passages.sign_form", passage_id=line.passage.id),
                    since,
                    voice_key(voice),
                )
            )
        else:
            theirs.append(
                Task(
                    phrase(_("%(who)s n’a pas encore signé : %(about)s"), who=voice_words(voice), about=about),
                    copy.story,
                    url_for("desk.story", story_id=copy.story.id),
                    since,
                    voice_key(voice),
                )
            )


def days_since(since: datetime, now: datetime) -> str:
    """« depuis 9 jours »"""
    days = (now - since).days
    return _("depuis aujourd’hui") if days < 1 else ngettext("depuis %(num)s jour", "depuis %(num)s jours", days)
