"""*Mon espace*, arranged for the page: what waits on a person, on whom they wait, and their delegations' stories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.db import desk as queries
from app.db.margin import Waiting, waiting_for
from app.db.models import Story, Voice
from app.kernel.access import Actor
from app.kernel.workflow import EDITABLE_STATES, REVIEWABLE_STATES, StoryState
from app.web.desk_view import about_line, voice_key, voice_words
from app.web.templating import phrase


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
    if line.is_empty:
        _to_write(actor, copy, line, mine, theirs)
    elif not line.is_signed:
        _to_sign(actor, copy, line, mine, theirs)


def _to_write(actor: Actor, copy: queries.WorkingCopy, line: queries.PassageLine, mine: list[Task], theirs: list[Task]) -> None:
    about = about_line(copy, line)
    if line.voice is None:
        return  # a shared passage waits on nobody in particular
    if actor.writes_for(line.voice.id):
        address = url_for("passages.write", passage_id=line.passage.id)
        mine.append(_task(copy, line, phrase(_("À écrire : %(about)s"), about=about), address, line.voice))
    else:
        text = phrase(_("%(who)s n’a pas encore écrit : %(about)s"), who=voice_words(line.voice), about=about)
        theirs.append(_task(copy, line, text, url_for("desk.story", story_id=copy.story.id), line.voice))


def _to_sign(actor: Actor, copy: queries.WorkingCopy, line: queries.PassageLine, mine: list[Task], theirs: list[Task]) -> None:
    about = about_line(copy, line)
    for voice in (copy.voices[voice_id] for voice_id in sorted(line.waits_for) if voice_id in copy.voices):
        if actor.holds(voice.id):
            address = url_for("passages.sign_form", passage_id=line.passage.id)
            mine.append(_task(copy, line, phrase(_("À relire et signer : %(about)s"), about=about), address, voice))
        else:
            text = phrase(_("%(who)s n’a pas encore signé : %(about)s"), who=voice_words(voice), about=about)
            theirs.append(_task(copy, line, text, url_for("desk.story", story_id=copy.story.id), voice))


def _task(copy: queries.WorkingCopy, line: queries.PassageLine, text: str, address: str, voice: Voice) -> Task:
    since = line.revision.created_at if line.revision else line.passage.created_at
    return Task(text, copy.story, address, since, voice_key(voice))
