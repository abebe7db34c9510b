"""By what stories can be narrowed, as clauses over `Story`; none says what is public: they stand beside the visibility clause, never instead of it."""

from sqlalchemy import ColumnElement, and_, select

from app.db.models import Delegation, MomentRevision, Phase, PublicPassage, Story, StoryDelegation, StoryTheme, StoryVersion, Voice
from app.kernel.voice import Display

Clause = ColumnElement[bool]


def theme_clause(theme_id: str) -> Clause:
    """Stories about a theme."""
    return select(StoryTheme.theme_id).where(StoryTheme.story_id == Story.id, StoryTheme.theme_id == theme_id).correlate(Story).exists()


def territory_clause(territory_id: str) -> Clause:
    """Stories led by a territory's delegation."""
    leads = and_(StoryDelegation.story_id == Story.id, StoryDelegation.lead.is_(True), Delegation.territory_id == territory_id)
    return (
        select(Delegation.id).join(StoryDelegation, StoryDelegation.delegation_id == Delegation.id).where(leads).correlate(Story).exists()
    )


def phase_clause(phase_key: str) -> Clause:
    """Stories of which the published version tells a moment of a phase, in whichever programme."""
    query = (
        select(PublicPassage.story_id)
        .join(MomentRevision, MomentRevision.hash == PublicPassage.moment_hash)
        .join(Phase, Phase.id == MomentRevision.phase_id)
        .where(PublicPassage.story_id == Story.id, Phase.key == phase_key)
    )
    return query.correlate(Story).exists()


def category_clause(category: str) -> Clause:
    """Stories in whose published version a voice of a category speaks and shows it."""
    query = (
        select(PublicPassage.story_id)
        .join(Voice, Voice.id == PublicPassage.voice_id)
        .where(PublicPassage.story_id == Story.id, Voice.category == category, Voice.display != Display.ANONYMOUS)
    )
    return query.correlate(Story).exists()


def format_clause(name: str) -> Clause:
    """Stories of which the published version has a format; a working copy may have taken another since."""
    version = select(StoryVersion.id).where(
        StoryVersion.id == Story.published_version_id, StoryVersion.manifest["format"].as_string() == name
    )
    return version.correlate(Story).exists()
