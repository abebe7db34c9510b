"""How many public stories each choice of a filter leaves; never without the visibility clause."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from app.db.clauses import Clause
from app.db.engine import by_name
from app.db.models import Delegation, MomentRevision, Phase, PublicPassage, Story, StoryDelegation, StoryTheme, Territory, Theme
from app.db.reading import public_story_clause


@dataclass(frozen=True)
class FacetOption:
    """One choice: its key in addresses, its words, and how many public stories it leaves."""

    key: str
    title: str
    stories: int


def counted(session: Session, query: Select[str, int]) -> dict[str, int]:
    """Returns key → number for a grouped query."""
    return {key: number for key, number in session.execute(query)}


def count_stories(session: Session, where: Sequence[Clause] = ()) -> int:
    """Returns how many public stories meet some clauses."""
    return session.scalars(select(func.count()).select_from(Story).where(public_story_clause(), *where)).one()


def theme_options(session: Session, where: Sequence[Clause] = ()) -> list[FacetOption]:
    """Returns the themes in their order, with the public stories of each that meet some clauses."""
    counts = counted(
        session,
        select(StoryTheme.theme_id, func.count())
        .join(Story, Story.id == StoryTheme.story_id)
        .where(public_story_clause(), *where)
        .group_by(StoryTheme.theme_id),
    )
    living = select(Theme).where(Theme.deleted_at.is_(None), Theme.merged_into_id.is_(None)).order_by(Theme.position, Theme.id)
    return [FacetOption(row.slug, row.name, counts.get(row.id, 0)) for row in session.scalars(living)]


def territory_options(session: Session, where: Sequence[Clause] = ()) -> list[FacetOption]:
    """Returns the territories by name, with the public stories of each that meet some clauses."""
    counts = counted(
        session,
        select(Delegation.territory_id, func.count())
        .join(StoryDelegation, and_(StoryDelegation.delegation_id == Delegation.id, StoryDelegation.lead.is_(True)))
        .join(Story, Story.id == StoryDelegation.story_id)
        .where(public_story_clause(), *where)
        .group_by(Delegation.territory_id),
    )
    return [
        FacetOption(row.slug, row.name, counts.get(row.id, 0))
        for row in session.scalars(select(Territory).order_by(by_name(Territory.name)))
    ]


def phase_options(session: Session, where: Sequence[Clause] = ()) -> list[FacetOption]:
    """Returns the phases in the order of the journey, those of one key once, with the public stories that tell a moment of each."""
    counts = counted(
        session,
        select(Phase.key, func.count(Story.id.distinct()))
        .join(MomentRevision, MomentRevision.phase_id == Phase.id)
        .join(PublicPassage, PublicPassage.moment_hash == MomentRevision.hash)
        .join(Story, Story.id == PublicPassage.story_id)
        .where(public_story_clause(), *where)
        .group_by(Phase.key),
    )
    names: dict[str, str] = {}
    for row in session.scalars(select(Phase).order_by(Phase.position, Phase.id)):
        names.setdefault(row.key, row.name)
    return [FacetOption(key, name, counts.get(key, 0)) for key, name in names.items()]


def counted_options(session: Session, choices: Sequence[tuple[str, str, Clause]], where: Sequence[Clause] = ()) -> list[FacetOption]:
    """Returns choices given as (key, title, clause), with the public stories that each leaves; one query for all."""
    if not choices:
        return []
    counts = session.execute(
        select(*(func.count().filter(clause) for _key, _title, clause in choices)).select_from(Story).where(public_story_clause(), *where)
    ).one()
    return [FacetOption(key, title, count) for (key, title, _clause), count in zip(choices, counts, strict=True)]
