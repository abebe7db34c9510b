"""Who can see and do this, and why: asks, for any item and person, the very decisions on which the services act; no rule of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Media, Moment, Page, Passage, Programme, Story, StoryDelegation, Territory, Voice
from app.hooks.snapshot import Snapshot
from app.kernel.access import (
    MEDIA_MANAGE,
    PAGE_EDIT,
    PAGE_PUBLISH,
    PROGRAMME_MANAGE,
    ROLE_MANAGE,
    Actor,
    Scope,
    ScopeKind,
    permission_decision,
)
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import NotAllowed, NotFound
from app.services import approvals, discussion, media, moments, passages, stories, visibility, workflow
from app.services.programme import territory_page_decision
from app.services.scopes import programme_scopes, territory_scopes
from app.services.sharing import sharing_decision

Item = Story | Passage | Moment | Media | Page | Programme | Territory
MODELS: dict[str, type[Item]] = {
    "story": Story,
    "passage": Passage,
    "moment": Moment,
    "image": Media,
    "page": Page,
    "programme": Programme,
    "territory": Territory,
}
STEPS = ("submit", "reopen", "start_review", "request_changes", "publish", "unpublish")


@dataclass(frozen=True)
class Answer:
    """One verb, and whether the person may: the decision says why."""

    verb: str
    decision: Decision


@dataclass(frozen=True)
class Asked:
    """Who is asked about; `actor` None is the public."""

    session: Session
    actor: Actor | None
    today: date
    snapshot: Snapshot

    def signed_in(self, verb: str, decide: Callable[[Actor], Decision]) -> Answer:
        """Answers a verb that needs somebody: the public is sent to the sign-in page before anything is decided."""
        if self.actor is None:
            return Answer(verb, no(NotAllowed("signed_out"), "not_signed_in"))
        return Answer(verb, decide(self.actor))


def explanation_decision(session: Session, actor: Actor, kind: str, item: Item | None) -> Decision:
    """Decides who may ask: whoever manages roles about everything, a story's editors about it, its passages and its images."""
    gone = NotFound(kind)
    if item is None:
        return no(gone, "does_not_exist")
    if actor.may(ROLE_MANAGE):
        return permission_decision(actor, ROLE_MANAGE, ())
    story_id = item.id if isinstance(item, Story) else item.story_id if isinstance(item, Passage | Media) else None
    if story_id is None:
        return no(gone, "no_role", permission=ROLE_MANAGE) if isinstance(item, Moment) else permission_decision(actor, ROLE_MANAGE, ())
    editor = stories.review_page_decision(session, actor, session.get(Story, story_id))
    return editor if editor.allowed else no(gone, editor.because, **editor.facts)


def explain(session: Session, actor: Actor | None, kind: str, item: Item, today: date, snapshot: Snapshot) -> list[Answer]:
    """Returns each verb of an item with the decision about it.

    Args:
        actor: the person as the rules see them today; None for the public.
        kind: a key of `MODELS`.
        snapshot: which plugins are on, whose guards are asked.
    """
    asked = Asked(session, actor, today, snapshot)
    if isinstance(item, Story):
        return _story(asked, item)
    if isinstance(item, Passage):
        return _passage(asked, item)
    if isinstance(item, Moment):
        return [
            asked.signed_in("open", lambda who: moments.moment_decision(who, item)),
            asked.signed_in("edit", lambda who: moments.moment_decision(who, item)),
            asked.signed_in("delete", lambda who: moments.moment_deletion(session, who, item)),
        ]
    if isinstance(item, Media):
        return _image(asked, item)
    if isinstance(item, Page):
        return _page(asked, item)
    place = Scope(ScopeKind(kind), item.id)
    inside = programme_scopes(item.id) if isinstance(item, Programme) else territory_scopes(item.id)
    manages = [asked.signed_in("edit", lambda who: permission_decision(who, PROGRAMME_MANAGE, inside))]
    manages.append(asked.signed_in("share", lambda who: sharing_decision(session, who, place)))
    if isinstance(item, Programme):
        return [asked.signed_in("open", lambda who: permission_decision(who, PROGRAMME_MANAGE, inside)), *manages]
    return [
        Answer("read_public", yes("always_public")),
        asked.signed_in("open", lambda who: territory_page_decision(who, item.id)),
        *manages,
    ]


def _story(asked: Asked, story: Story) -> list[Answer]:
    session, place = asked.session, Scope(ScopeKind.STORY, story.id)
    return [
        Answer("read_public", visibility.public_reading(session, story)),
        asked.signed_in("open_desk", lambda who: stories.membership(session, who, story)),
        asked.signed_in("open_review", lambda who: stories.review_page_decision(session, who, story)),
        asked.signed_in("comment", lambda who: stories.visibility(session, who, story)),
        asked.signed_in("edit", lambda who: stories.writing_decision(session, who, story)),
        *(asked.signed_in(name, _step(asked, story, name)) for name in STEPS),
        asked.signed_in("delete", lambda who: stories.deletion_decision(session, who, story)),
        asked.signed_in("share", lambda who: sharing_decision(session, who, place)),
    ]


def _passage(asked: Asked, passage: Passage) -> list[Answer]:
    session = asked.session
    return [
        asked.signed_in("open", lambda who: discussion.margin_decision(session, who, passage)),
        asked.signed_in("write", lambda who: passages.passage_writing(session, who, passage)),
        asked.signed_in("sign", lambda who: approvals.signing_decision(session, who, passage, voice_to_sign_with(session, who, passage))),
        asked.signed_in("reopen_passage", lambda who: approvals.reopening_decision(session, who, passage)),
        asked.signed_in("delete", lambda who: passages.passage_deletion(session, who, passage, asked.today)),
    ]


def voice_to_sign_with(session: Session, actor: Actor, passage: Passage) -> str | None:
    """Returns the voice for which somebody would sign a passage: its own, or, of a shared one, the person's own in a delegation of the story."""
    if passage.voice_id is not None:
        return passage.voice_id
    told_by = stories.delegations_of(session, passage.story_id)
    return next((grant.voice for grant in actor.voices if not grant.scribe and grant.delegation in told_by), None)


def _image(asked: Asked, image: Media) -> list[Answer]:
    session = asked.session

    def deletion(actor: Actor) -> Decision:
        if image.story_id is None:  # an image of the site's library
            return permission_decision(actor, MEDIA_MANAGE, ())
        return media.image_deletion(session, actor, image, session.get(Story, image.story_id))

    return [Answer("see", media.image_decision(session, asked.actor, image.hash)), asked.signed_in("delete", deletion)]


def _page(asked: Asked, page: Page) -> list[Answer]:
    def living(actor: Actor, permission: str) -> Decision:
        right = permission_decision(actor, permission, ())
        return right if not right.allowed or page.deleted_at is None else no(NotFound("page"), "in_trash")

    return [
        Answer("read_public", visibility.page_reading(asked.session, page)),
        asked.signed_in("open", lambda who: living(who, PAGE_EDIT)),
        asked.signed_in("publish", lambda who: living(who, PAGE_PUBLISH)),
    ]


def passages_of(session: Session, story_id: str) -> list[tuple[Passage, Voice | None]]:
    """Returns a story's passages with their voices, in their order."""
    return [
        (passage, session.get(Voice, passage.voice_id) if passage.voice_id else None)
        for passage in passages.living_passages(session, story_id)
    ]


def people_of(session: Session, story_id: str) -> set[str]:
    """Returns the accounts that hold or serve a voice in a story's delegations, mandates that ended included."""
    told_by = select(StoryDelegation.delegation_id).where(StoryDelegation.story_id == story_id)
    voices = session.scalars(select(Voice).where(Voice.delegation_id.in_(told_by)))
    return {account for voice in voices for account in (voice.account_id, voice.scribe_id) if account}


def _step(asked: Asked, story: Story, name: str) -> Callable[[Actor], Decision]:
    def decide(actor: Actor) -> Decision:
        step = workflow.step_decision(asked.session, actor, story, name)
        ready = workflow.ready_decision(asked.session, actor, story, name, asked.snapshot) if step.allowed else step
        return step if ready.allowed else ready

    return decide
