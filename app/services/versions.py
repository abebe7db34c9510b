"""Story versions: freezes a working copy into a manifest of hashes; never changes one."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db.models import MissingVoice, Moment, MomentRevision, Passage, PassageRevision, Stance, Story, StoryVersion, Voice
from app.kernel.access import Actor
from app.kernel.content import Manifest, MissingPin, PassagePin, StancePin
from app.services.passages import living_passages
from app.services.stories import delegations_of
from app.services.unit_of_work import UnitOfWork


def build_manifest(session: Session, story: Story) -> Manifest:
    """Returns the manifest of a story's working copy; passages without words are left out."""
    passages = [passage for passage in living_passages(session, story.id) if passage.revision_id]
    hashes = _passage_hashes(session, passages)
    kept = [passage for passage in passages if passage.revision_id in hashes]
    moments = _moment_hashes(session, {passage.moment_id for passage in kept if passage.moment_id})
    return Manifest(
        salt=story.salt,
        title=story.title,
        standfirst=story.standfirst,
        lang=story.lang,
        format=story.format,
        passages=[
            PassagePin(
                passage.id,
                [passage.voice_id] if passage.voice_id else [],
                moments[passage.moment_id] if passage.moment_id else None,
                hashes[str(passage.revision_id)],
            )
            for passage in kept
        ],
        stances=_stances(session, story, moments),
        missing=_missing(session, story, moments),
    )


def freeze_version(uow: UnitOfWork, actor: Actor | None, story: Story) -> StoryVersion:
    """Returns the version of the working copy as it stands; the same words give the same version."""
    manifest = build_manifest(uow.session, story)
    version_hash = manifest.hash
    known = uow.session.scalar(select(StoryVersion).where(StoryVersion.story_id == story.id, StoryVersion.hash == version_hash))
    if known is not None:
        return known
    version = StoryVersion(
        story_id=story.id,
        hash=version_hash,
        manifest=manifest.record(),
        created_at=uow.now,
        created_by=actor.account if actor else None,
    )
    uow.session.add(version)
    uow.session.flush()
    return version


def _passage_hashes(session: Session, passages: list[Passage]) -> dict[str, str]:
    """Returns revision id → hash of the passages' current revisions that have words."""
    ids = [passage.revision_id for passage in passages]
    said = or_(PassageRevision.body != "", PassageRevision.plain != "")
    query = select(PassageRevision.id, PassageRevision.hash).where(PassageRevision.id.in_(ids), said)
    return {row.id: row.hash for row in session.execute(query)}


def _moment_hashes(session: Session, moment_ids: set[str]) -> dict[str, str]:
    query = (
        select(Moment.id, MomentRevision.hash)
        .join(MomentRevision, MomentRevision.id == Moment.revision_id)
        .where(Moment.id.in_(moment_ids))
    )
    return {row.id: row.hash for row in session.execute(query)}


def _stances(session: Session, story: Story, moments: dict[str, str]) -> list[StancePin]:
    voices = select(Voice.id).where(Voice.delegation_id.in_(delegations_of(session, story.id)))
    query = select(Stance).where(Stance.moment_id.in_(moments), Stance.voice_id.in_(voices))
    return [StancePin(moments[row.moment_id], row.voice_id, row.stance, row.note) for row in session.scalars(query)]


def _missing(session: Session, story: Story, moments: dict[str, str]) -> list[MissingPin]:
    query = select(MissingVoice).where(MissingVoice.story_id == story.id, MissingVoice.moment_id.in_(moments))
    return [MissingPin(moments[row.moment_id], row.category, row.reason) for row in session.scalars(query)]
