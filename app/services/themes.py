"""Themes: added, renamed, ordered, merged, put into the trash; and which of them a story is about."""

from collections.abc import Iterable
from itertools import count

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db.models import Story, StoryTheme, Theme
from app.db.themes import living_themes
from app.kernel.access import Actor
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import StoryClassified
from app.kernel.slug import numbered, slugify
from app.kernel.workflow import Capacity
from app.services.checks import SHORT_TEXT, checked, may_manage_programme
from app.services.stories import capacities_in, visible_story, writable_story
from app.services.unit_of_work import UnitOfWork

KEY = 60


def add_theme(uow: UnitOfWork, actor: Actor | None, name: str, key: str = "") -> Theme:
    """Adds a theme at the end of the list."""
    may_manage_programme(actor)
    name = _free_name(uow.session, name)
    slug = _free_slug(uow.session, slugify(key or name, "theme")[:KEY].strip("-"))
    last = max((theme.position for theme in living_themes(uow.session)), default=0)
    row = Theme(key=slug, slug=slug, name=name, position=last + 1, created_at=uow.now)
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "theme.add", "theme", row.id)
    return row


def rename_theme(uow: UnitOfWork, actor: Actor | None, theme_id: str, name: str) -> None:
    """Changes the name of a theme; its address stays."""
    may_manage_programme(actor)
    row = _living(uow.session, theme_id)
    row.name = _free_name(uow.session, name, theme_id)
    uow.record(actor, "theme.rename", "theme", row.id)


def move_theme(uow: UnitOfWork, actor: Actor, theme_id: str, step: int) -> None:
    """Moves a theme one place up (-1) or down (1); at the end of the list nothing happens."""
    may_manage_programme(actor)
    row = _living(uow.session, theme_id)
    order = living_themes(uow.session)
    place = order.index(row)
    other = place + step
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, theme in enumerate(order, 1):
        theme.position = position
    uow.record(actor, "theme.move", "theme", row.id, position=other + 1)


def merge_theme(uow: UnitOfWork, actor: Actor, theme_id: str, into_id: str) -> Theme:
    """Gives all stories of a theme to another one; the address of the former then leads to the latter.

    Raises:
        Invalid: for the field `into`, if that is not another living theme.
    """
    may_manage_programme(actor)
    row = _living(uow.session, theme_id)
    into = uow.session.get(Theme, into_id)
    if into is None or into.id == row.id or into.deleted_at is not None or into.merged_into_id is not None:
        raise Invalid("into", "unknown_choice")
    both = select(StoryTheme.story_id).where(StoryTheme.theme_id == into.id)
    stories = list(uow.session.scalars(select(StoryTheme.story_id).where(StoryTheme.theme_id == row.id).order_by(StoryTheme.story_id)))
    for known in uow.session.scalars(select(StoryTheme).where(StoryTheme.theme_id == row.id, StoryTheme.story_id.in_(both))):
        uow.session.delete(known)
    uow.session.flush()
    uow.session.execute(update(StoryTheme).where(StoryTheme.theme_id == row.id).values(theme_id=into.id))
    row.merged_into_id = into.id
    uow.record(actor, "theme.merge", "theme", row.id, into=into.id, stories=len(stories))
    for story_id in stories:
        uow.emit(StoryClassified(story_id))
    return into


def delete_theme(uow: UnitOfWork, actor: Actor, theme_id: str) -> None:
    """Puts a theme that no story has into the trash.

    Raises:
        Refused: while a story has it, even one in the trash; it can be merged into another.
    """
    may_manage_programme(actor)
    row = _living(uow.session, theme_id)
    if uow.session.scalar(select(StoryTheme.story_id).where(StoryTheme.theme_id == row.id).limit(1)):
        raise Refused("theme_used")
    row.deleted_at, row.deleted_by = uow.now, actor.account
    uow.record(actor, "theme.delete", "theme", row.id)


def restore_theme(uow: UnitOfWork, actor: Actor | None, theme_id: str) -> None:
    """Takes a theme back from the trash, at the end of the list.

    Raises:
        Refused: if another theme took its name meanwhile.
    """
    may_manage_programme(actor)
    row = uow.session.get(Theme, theme_id)
    if row is None or row.deleted_at is None:
        raise NotFound("theme")
    living = living_themes(uow.session)
    if row.name.casefold() in {theme.name.casefold() for theme in living}:
        raise Refused("theme_name_taken", name=row.name)
    row.deleted_at = row.deleted_by = None
    row.position = max((theme.position for theme in living), default=0) + 1
    uow.record(actor, "theme.restore", "theme", row.id)


def choose_themes(uow: UnitOfWork, actor: Actor, story_id: str, theme_ids: Iterable[str]) -> None:
    """Says which themes a story is about: its delegation before it is public, editors whenever they may read it.

    Raises:
        Invalid: for the field `themes`, if one is not a living theme.
        NotAllowed: to a member, once the story is public: what readers see then changes by review alone.
        Refused: to a member while the working copy is locked.
    """
    story = visible_story(uow.session, actor, story_id)
    if Capacity.EDITOR not in capacities_in(uow.session, actor, story_id):
        if story.published_version_id is not None:
            raise NotAllowed("themes_are_public")
        writable_story(uow.session, actor, story_id)
    set_themes(uow, actor, story, theme_ids)


def set_themes(uow: UnitOfWork, actor: Actor | None, story: Story, theme_ids: Iterable[str]) -> None:
    """Gives a story exactly these themes; the caller has checked who asks. Nothing is recorded where nothing changes."""
    wanted = set(theme_ids)
    if not wanted <= {theme.id for theme in living_themes(uow.session)}:
        raise Invalid("themes", "unknown_choice")
    rows = {row.theme_id: row for row in uow.session.scalars(select(StoryTheme).where(StoryTheme.story_id == story.id))}
    if wanted == set(rows):
        return
    for theme_id in set(rows) - wanted:
        uow.session.delete(rows[theme_id])
    uow.session.add_all([StoryTheme(story_id=story.id, theme_id=theme_id) for theme_id in sorted(wanted - set(rows))])
    uow.session.flush()
    uow.record(actor, "story.classify", "story", story.id, themes=sorted(wanted))
    uow.emit(StoryClassified(story.id))


def _living(session: Session, theme_id: str) -> Theme:
    row = session.get(Theme, theme_id)
    if row is None or row.deleted_at is not None or row.merged_into_id is not None:
        raise NotFound("theme")
    return row


def _free_slug(session: Session, wanted: str) -> str:
    """Returns the wanted slug, or the first numbered one; those of merged themes and of the trash go on leading where they led."""
    taken = set(session.scalars(select(Theme.slug)))
    return next(slug for number in count(1) if (slug := numbered(wanted, number)) not in taken)


def _free_name(session: Session, name: str, own: str | None = None) -> str:
    """Returns the name, if no other living theme has it, capitals aside."""
    name = checked("name", name, SHORT_TEXT, required=True)
    if name.casefold() in {theme.name.casefold() for theme in living_themes(session) if theme.id != own}:
        raise Invalid("name", "name_taken")
    return name
