"""The site's rules of publication: read by the workflow inside its own transaction, changed by whoever configures the site."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import MissingVoice, MomentRevision, Passage, Story, StoryDecision, Voice
from app.db.models import Moment as MomentRow
from app.kernel.access import SITE_CONFIGURE, Actor
from app.kernel.errors import Invalid
from app.kernel.publishing import PublishingRules
from app.kernel.voice import CATEGORIES
from app.services.access import require
from app.services.site_settings import read_setting, write_setting
from app.services.unit_of_work import UnitOfWork

PUBLISHING = "publishing"
ENDORSE = "endorse"


def read_rules(session: Session) -> PublishingRules:
    """Returns the site's rules."""
    saved = read_setting(session, PUBLISHING)
    return PublishingRules(**{entry.name: saved[entry.name] for entry in fields(PublishingRules) if entry.name in saved})


def checked_rules(data: Mapping[str, Any]) -> PublishingRules:
    """Returns the rules that some data describes; what is not said has its default.

    Raises:
        Invalid: for the rule that is not of its kind.
    """
    default = PublishingRules()
    minimum = data.get("minimum_voices", default.minimum_voices)
    if isinstance(minimum, bool) or not isinstance(minimum, int) or not 1 <= minimum <= len(CATEGORIES):
        raise Invalid("minimum_voices", "unknown_choice")
    for name in ("explain_missing", "second_editor"):
        if not isinstance(data.get(name, False), bool):
            raise Invalid(name, "unknown_choice")
    return PublishingRules(minimum, data.get("explain_missing", False), data.get("second_editor", False))


def save_rules(uow: UnitOfWork, actor: Actor | None, data: Mapping[str, Any]) -> None:
    """Changes the rules; what is public already stays as it is."""
    if actor is not None:
        require(actor, SITE_CONFIGURE)
    rules, default = asdict(checked_rules(data)), asdict(PublishingRules())
    write_setting(uow, actor, PUBLISHING, {name: value for name, value in rules.items() if value != default[name]})


def unexplained_voices(session: Session, story: Story, passages: list[Passage], rules: PublishingRules) -> list[tuple[str, str, str]]:
    """Returns (moment, its title, category) of every voice that is missing without a reason."""
    if not rules.explain_missing:
        return []
    categories = _categories(session, passages)
    told: dict[str, set[str]] = {}
    for passage in passages:
        if passage.moment_id:
            told.setdefault(passage.moment_id, set()).update({categories[passage.voice_id]} if passage.voice_id in categories else ())
    explained: dict[str, set[str]] = {}
    for row in session.scalars(select(MissingVoice).where(MissingVoice.story_id == story.id)):
        explained.setdefault(row.moment_id, set()).add(row.category)
    titles = select(MomentRow.id, MomentRevision.title).join(MomentRevision, MomentRevision.id == MomentRow.revision_id)
    names = {row.id: row.title for row in session.execute(titles.where(MomentRow.id.in_(told)))}
    return [
        (moment, names.get(moment, ""), category)
        for moment, telling in told.items()
        for category in rules.unexplained(frozenset(telling), frozenset(explained.get(moment, ())))
    ]


def lacking_voices(session: Session, passages: list[Passage], rules: PublishingRules) -> int:
    """Returns how many categories are missing to the site's minimum."""
    return rules.lacks_voices(frozenset(_categories(session, passages).values()))


def _categories(session: Session, passages: list[Passage]) -> dict[str, str]:
    """Returns voice → category of the voices that speak in passages; guests have none."""
    voices = {passage.voice_id for passage in passages if passage.voice_id}
    rows = session.execute(select(Voice.id, Voice.category).where(Voice.id.in_(voices), Voice.category.is_not(None)))
    return {row.id: str(row.category) for row in rows}


def endorsed_by(session: Session, story: Story) -> frozenset[str]:
    """Returns the editors who agreed to the version that is submitted; a changed word asks for a new agreement."""
    query = select(StoryDecision.decided_by).where(
        StoryDecision.story_id == story.id, StoryDecision.transition == ENDORSE, StoryDecision.version_id == story.submitted_version_id
    )
    return frozenset(account for account in session.scalars(query) if account)
