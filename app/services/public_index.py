"""Lists the passages and stances of published versions where SQL can ask (filters, cross-readings); the manifest stays the truth."""

from sqlalchemy import delete

from app.db.models import PublicPassage, PublicStance, Story, StoryVersion
from app.services.unit_of_work import UnitOfWork


def index_version(uow: UnitOfWork, story: Story, version: StoryVersion) -> None:
    """Lists what a version tells and where its voices stand, and nothing else of its story."""
    unindex_story(uow, story)
    told = [(pin, voice) for pin in version.manifest["passages"] for voice in pin["voices"] or [None]]
    uow.session.add_all(
        PublicPassage(
            story_id=story.id, number=number, passage_id=pin["passage"], hash=pin["hash"], voice_id=voice, moment_hash=pin["moment"]
        )
        for number, (pin, voice) in enumerate(told, 1)
    )
    uow.session.add_all(
        PublicStance(story_id=story.id, number=number, voice_id=pin["voice"], moment_hash=pin["moment"], stance=pin["stance"])
        for number, pin in enumerate(version.manifest["stances"], 1)
    )
    uow.session.flush()


def unindex_story(uow: UnitOfWork, story: Story) -> None:
    """Lists nothing of a story any more."""
    for index in (PublicPassage, PublicStance):
        uow.session.execute(delete(index).where(index.story_id == story.id))
