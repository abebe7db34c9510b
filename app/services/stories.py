"""Stories as a whole: made, described, found by address, put into the trash and taken back."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db.models import Delegation, Passage, PassageRevision, RevisionContributor, Story, StoryAddress, StoryDelegation
from app.kernel.access import STORY_REVIEW, TRASH_MANAGE, Actor, capacities_on, permission_decision, review_decision
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import NotFound, Refused
from app.kernel.events import StoryMoved
from app.kernel.ids import new_salt
from app.kernel.slug import numbered, slugify
from app.kernel.workflow import EDITABLE_STATES, REVIEWABLE_STATES, Capacity, StoryState
from app.services.access import require_somewhere
from app.services.checks import SHORT_TEXT, checked, get_or_404
from app.services.formats import DEFAULT_FORMAT, checked_format
from app.services.scopes import has_local, scopes_of_stories, story_scopes
from app.services.unit_of_work import UnitOfWork

STANDFIRST = 600


def create_story(
    uow: UnitOfWork,
    actor: Actor | None,
    delegation_id: str,
    title: str,
    standfirst: str = "",
    lang: str = "fr",
    slug: str = "",
    format_name: str = DEFAULT_FORMAT,
) -> Story:
    """Opens a story of a delegation for writing.

    Args:
        actor: who begins it; None only when the starter corpus is loaded, whose forms need not be offered yet.
        format_name: the form that it takes; one that a plugin offers.
    """
    if actor is not None and delegation_id not in actor.writing_delegations:
        raise NotFound("delegation")
    get_or_404(uow.session, Delegation, delegation_id, "delegation")
    title = checked("title", title, SHORT_TEXT, required=True)
    story = Story(
        slug=free_slug(uow.session, slug or slugify(title)),
        salt=new_salt(),
        lang=lang,
        format=format_name if actor is None else checked_format(uow.snapshot, format_name),
        title=title,
        standfirst=checked("standfirst", standfirst, STANDFIRST),
        state=str(StoryState.WRITING),
        state_since=uow.now,
        created_at=uow.now,
        created_by=actor.account if actor else None,
    )
    uow.session.add(story)
    uow.session.flush()
    uow.session.add_all(
        [
            StoryAddress(slug=story.slug, story_id=story.id, created_at=uow.now),
            StoryDelegation(story_id=story.id, delegation_id=delegation_id, lead=True),
        ]
    )
    uow.session.flush()
    uow.record(actor, "story.create", "story", story.id, delegation=delegation_id)
    return story


def edit_story(uow: UnitOfWork, actor: Actor, story_id: str, title: str, standfirst: str, format_name: str | None = None) -> Story:
    """Changes the title, standfirst and form of the working copy; the public address follows at the next publication.

    Args:
        format_name: the form that the story takes from now on; None leaves it as it is.
    """
    story = writable_story(uow.session, actor, story_id)
    story.title = checked("title", title, SHORT_TEXT, required=True)
    story.standfirst = checked("standfirst", standfirst, STANDFIRST)
    if format_name is not None:
        story.format = checked_format(uow.snapshot, format_name, story.format)
    if story.first_published_at is None:
        move_to_slug(uow, story, slugify(story.title))
    uow.record(actor, "story.edit", "story", story.id, format=story.format)
    return story


def delete_story(uow: UnitOfWork, actor: Actor, story_id: str) -> None:
    """Puts a story into the trash.

    Raises:
        Refused: if it is public, or with an editor; it must be unpublished or taken back first.
    """
    story = uow.session.get(Story, story_id)
    deletion_decision(uow.session, actor, story).demand()
    story = _there(story)
    story.deleted_at, story.deleted_by = uow.now, actor.account
    uow.record(actor, "story.delete", "story", story.id)
    uow.emit(StoryMoved(story.id))


def restore_story(uow: UnitOfWork, actor: Actor, story_id: str) -> None:
    """Takes a story back from the trash, with all its passages as they were."""
    story = rescued_story(uow.session, actor, story_id, deleted=True)
    story.deleted_at = story.deleted_by = None
    uow.record(actor, "story.restore", "story", story.id)
    uow.emit(StoryMoved(story.id))


# — who may see and change a working copy —


def delegations_of(session: Session, story_id: str) -> frozenset[str]:
    """Returns the delegations that tell a story."""
    return frozenset(session.scalars(select(StoryDelegation.delegation_id).where(StoryDelegation.story_id == story_id)))


def capacities_in(session: Session, actor: Actor, story_id: str) -> frozenset[Capacity]:
    """Returns the capacities of an actor on a story; whoever wrote a revision of it is not its editor."""
    return capacities_in_each(session, actor, [story_id])[story_id]


def capacities_in_each(session: Session, actor: Actor, ids: Sequence[str]) -> dict[str, frozenset[Capacity]]:
    """Returns the capacities of an actor on each of some stories, in at most three queries."""
    told: dict[str, set[str]] = {story_id: set() for story_id in ids}
    for row in session.execute(select(StoryDelegation).where(StoryDelegation.story_id.in_(ids))).scalars():
        told[row.story_id].add(row.delegation_id)
    wrote = wrote_in(session, actor, ids) if actor.may_somewhere(STORY_REVIEW) else frozenset()
    places = scopes_of_stories(session, ids) if has_local(actor, STORY_REVIEW) else {}
    return {
        story_id: capacities_on(actor, frozenset(told[story_id]), scopes=places.get(story_id, frozenset()), wrote=story_id in wrote)
        for story_id in ids
    }


def wrote_in(session: Session, actor: Actor, ids: Sequence[str]) -> frozenset[str]:
    """Returns those of some stories in which an actor wrote a revision, or took part in one."""
    written = (
        select(Passage.story_id)
        .join(PassageRevision, PassageRevision.passage_id == Passage.id)
        .outerjoin(RevisionContributor, RevisionContributor.revision_id == PassageRevision.id)
        .where(Passage.story_id.in_(ids))
        .where(or_(PassageRevision.author_id == actor.account, RevisionContributor.account_id == actor.account))
    )
    return frozenset(session.scalars(written.distinct()))


def lead_delegation(session: Session, story_id: str) -> str:
    """Returns the delegation that leads a story."""
    query = select(StoryDelegation.delegation_id).where(StoryDelegation.story_id == story_id, StoryDelegation.lead.is_(True))
    return session.scalars(query).one()


def membership(session: Session, actor: Actor, story: Story | None, *, deleted: bool = False) -> Decision:
    """Decides whether a story is one of the actor's delegations'; its working copy is theirs to read."""
    return _membership(actor, story, delegations_of(session, story.id) if story is not None else frozenset(), deleted)


def _membership(actor: Actor, story: Story | None, told_by: frozenset[str], deleted: bool = False) -> Decision:
    gone = NotFound("story")
    if story is None:
        return no(gone, "does_not_exist")
    if (story.deleted_at is not None) != deleted:
        return no(gone, "not_in_trash" if deleted else "in_trash")
    mine = [grant for grant in actor.voices if grant.delegation in told_by]
    if not mine:
        return no(gone, "mandate_over" if actor.held & told_by else "no_voice")
    grant = min(mine, key=lambda grant: grant.scribe)
    return yes("serves_voice" if grant.scribe else "holds_voice", voice=grant.voice)


def writing_decision(session: Session, actor: Actor, story: Story | None) -> Decision:
    """Decides whether the actor's delegation may change the working copy now."""
    member = membership(session, actor, story)
    if not member.allowed or story is None:
        return member
    if StoryState(story.state) not in EDITABLE_STATES:
        return no(Refused("story_locked", state=story.state), "story_locked", state=story.state)
    return member


def deletion_decision(session: Session, actor: Actor, story: Story | None) -> Decision:
    """Decides whether a story may be put into the trash: not while it is public, or with an editor."""
    member = membership(session, actor, story)
    if not member.allowed or story is None:
        return member
    if story.published_version_id is not None:
        return no(Refused("story_is_public"), "story_is_public")
    if StoryState(story.state) in REVIEWABLE_STATES:
        return no(Refused("story_in_review"), "story_in_review")
    return member


def visibility(session: Session, actor: Actor, story: Story | None) -> Decision:
    """Decides whether the actor may read a working copy: a member always, an editor once it was submitted."""
    told_by = delegations_of(session, story.id) if story is not None else frozenset()
    member = _membership(actor, story, told_by)
    if member.allowed or story is None or story.deleted_at is not None:
        return member
    editor = review_of(session, actor, story.id, told_by)
    if not editor.allowed:
        return editor if actor.may_somewhere(STORY_REVIEW) else member
    return editor if story.submitted_version_id is not None else no(NotFound("story"), "never_submitted")


def review_of(session: Session, actor: Actor, story_id: str, told_by: frozenset[str] | None = None) -> Decision:
    """Decides whether the actor may be a story's editor, whatever its state; whoever wrote a revision of it may not."""
    told_by = delegations_of(session, story_id) if told_by is None else told_by
    wrote = actor.may_somewhere(STORY_REVIEW) and bool(wrote_in(session, actor, [story_id]))
    places = story_scopes(session, story_id) if has_local(actor, STORY_REVIEW) else frozenset()
    return review_decision(actor, told_by, scopes=places, wrote=wrote)


def review_page_decision(session: Session, actor: Actor, story: Story | None) -> Decision:
    """Decides whether the editors' page of a story is there for somebody: for its editors, once it was submitted."""
    if not actor.may_somewhere(STORY_REVIEW):
        return permission_decision(actor, STORY_REVIEW, ())
    seen = visibility(session, actor, story)
    if not seen.allowed or story is None:
        return seen
    editor = review_of(session, actor, story.id)
    if editor.allowed and story.submitted_version_id is None:
        return no(NotFound("story"), "never_submitted")
    return editor


def member_story(session: Session, actor: Actor, story_id: str, *, deleted: bool = False) -> Story:
    """Returns a story of one of the actor's delegations.

    Raises:
        NotFound: if it does not exist, is (not) in the trash, or is another delegation's.
    """
    story = session.get(Story, story_id)
    membership(session, actor, story, deleted=deleted).demand()
    return _there(story)


def rescued_story(session: Session, actor: Actor, story_id: str, *, deleted: bool = False) -> Story:
    """Returns a story of which the actor may take something back from the trash: one of their delegations', or any for who keeps the site's trash.

    Raises:
        NotFound: as `member_story`.
    """
    if not actor.may(TRASH_MANAGE):
        return member_story(session, actor, story_id, deleted=deleted)
    story = session.get(Story, story_id)
    if story is None or (story.deleted_at is not None) != deleted:
        raise NotFound("story")
    return story


def writable_story(session: Session, actor: Actor, story_id: str) -> Story:
    """Returns a story whose working copy the actor's delegation may change now.

    Raises:
        NotFound: as `member_story`.
        Refused: while it is submitted, in review or published: it is read-only until it is reopened.
    """
    story = session.get(Story, story_id)
    writing_decision(session, actor, story).demand()
    return _there(story)


def open_stories(session: Session, actor: Actor) -> list[Story]:
    """Returns the stories whose working copy the actor's delegations may change now, those changed last first."""
    query = (
        select(Story)
        .join(StoryDelegation)
        .where(StoryDelegation.delegation_id.in_(list(actor.writing_delegations)), Story.deleted_at.is_(None))
        .where(Story.state.in_([str(state) for state in EDITABLE_STATES]))
        .order_by(Story.state_since.desc(), Story.id)
        .distinct()
    )
    return list(session.scalars(query))


def voices_in_story(session: Session, actor: Actor, story_id: str) -> list[str]:
    """Returns the voices for which the actor may write in a story, those that they hold before those that they serve."""
    delegations = delegations_of(session, story_id)
    return [grant.voice for grant in sorted(actor.voices, key=lambda grant: grant.scribe) if grant.delegation in delegations]


def reviewed_story(session: Session, actor: Actor, story_id: str) -> Story:
    """Returns a story that is the actor's to review, once it was submitted.

    Raises:
        NotAllowed: if no role of the actor reviews stories, here or anywhere.
        NotFound: if it does not exist, was never submitted, or the actor has a voice in it.
    """
    require_somewhere(actor, STORY_REVIEW)
    story = visible_story(session, actor, story_id)
    if Capacity.EDITOR not in capacities_in(session, actor, story_id) or story.submitted_version_id is None:
        raise NotFound("story")
    return story


def visible_story(session: Session, actor: Actor, story_id: str) -> Story:
    """Returns a story whose working copy the actor may read: a member always, an editor once it was submitted."""
    story = session.get(Story, story_id)
    visibility(session, actor, story).demand()
    return _there(story)


def _there(story: Story | None) -> Story:
    if story is None:  # every decision about nothing has refused by now
        raise NotFound("story")
    return story


# — addresses —


def free_slug(session: Session, wanted: str, own_story: str | None = None) -> str:
    """Returns the wanted slug, or the first numbered one that no other story ever had."""
    number = 1
    while True:
        slug = numbered(wanted, number)
        owner = session.scalar(select(StoryAddress.story_id).where(StoryAddress.slug == slug))
        if owner is None or owner == own_story:
            return slug
        number += 1


def move_to_slug(uow: UnitOfWork, story: Story, wanted: str) -> None:
    """Gives a story a new address; the old one goes on leading there."""
    slug = free_slug(uow.session, wanted, own_story=story.id)
    if slug == story.slug:
        return
    if uow.session.get(StoryAddress, slug) is None:
        uow.session.add(StoryAddress(slug=slug, story_id=story.id, created_at=uow.now))
    story.slug = slug
    uow.session.flush()
