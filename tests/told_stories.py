"""Stories that tests begin with: told, signed, and carried to a state of the workflow."""

from sqlalchemy import select

from app.db.models import Passage, PassageRevision, Story, StoryVersion, Voice
from app.kernel.access import Actor
from app.kernel.voice import CATEGORIES
from app.services import approvals, passages, stories, workflow
from app.services.markup import prepare_here
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork
from tests.factories import World, actor


def told_story(
    site: Site, world: World, title: str, state: str = "writing", voices: tuple[str, ...] = ("helene", "karim"), moment: str = "vote"
) -> str:
    """Makes a story told and signed by these voices of one delegation, and carries it to a state; returns its id."""
    delegation = world.delegations["valcendre" if voices[0].startswith("autre_") else "brumeval"]
    people = {name: actor(site, world, name) for name in voices}
    with site.writer.begin() as uow:
        story_id = stories.create_story(uow, people[voices[0]], delegation, title, "Un chapeau.").id
        for name, person in people.items():
            passage = passages.add_passage(uow, person, story_id, world.moments[moment], world.voices[name])
            written(uow, person, passage.id, f"Ce que {name} raconte de « {title} ».")
            sign(uow, person, passage.id, world.voices[name])
        _say_who_is_missing(uow, people[voices[0]], story_id, world.moments[moment])
    carry(site, world, story_id, state, people[voices[0]])
    return story_id


def _say_who_is_missing(uow: UnitOfWork, person: Actor, story_id: str, moment: str) -> None:
    """States a reason for each category that does not tell the moment, as the chantier Communication asks where it is on."""
    told = {voice for voice in uow.session.scalars(select(Passage.voice_id).where(Passage.story_id == story_id)) if voice}
    speaking = set(uow.session.scalars(select(Voice.category).where(Voice.id.in_(told))))
    for category in CATEGORIES:
        if category not in speaking:
            approvals.state_missing_voice(uow, person, story_id, moment, category, "Le siège était vacant.")


def written(uow: UnitOfWork, person: Actor, passage_id: str, text: str) -> PassageRevision:
    """Saves words in a passage."""
    base = uow.session.get_one(Passage, passage_id).revision_id
    saved = passages.save_passage(uow, person, passage_id, prepare_here(text, lang="fr"), None, base)
    assert isinstance(saved, PassageRevision)
    return saved


def sign(uow: UnitOfWork, person: Actor, passage_id: str, voice_id: str) -> None:
    """Signs a passage's present words."""
    row = uow.session.get_one(Passage, passage_id)
    approvals.sign_passage(uow, person, passage_id, voice_id, uow.session.get_one(PassageRevision, row.revision_id).hash)


# How to reach each state from writing: the steps, each by a member or by the editor.
WAYS = {
    "writing": (),
    "submitted": ("submit",),
    "in_review": ("submit", "start_review"),
    "changes_requested": ("submit", "start_review", "request_changes"),
    "published": ("submit", "start_review", "publish"),
    "unpublished": ("submit", "start_review", "publish", "unpublish"),
}
BASE_URL = "http://127.0.0.1:8000"


def carry(site: Site, world: World, story_id: str, state: str, member: Actor) -> None:
    """Takes a signed story to a state."""
    for name in WAYS[state]:
        person = member if name in ("submit", "reopen") else actor(site, world, "editrice")
        with site.writer.begin() as uow:
            take(uow, person, story_id, name)


def take(uow: UnitOfWork, person: Actor, story_id: str, name: str, reasons: str = "Parce que.") -> None:
    """Takes one step of the workflow, with what it needs."""
    if name == "submit":
        workflow.submit_story(uow, person, story_id, BASE_URL)
    elif name == "reopen":
        workflow.reopen_story(uow, person, story_id)
    elif name == "start_review":
        workflow.start_review(uow, person, story_id)
    elif name == "request_changes":
        workflow.request_changes(uow, person, story_id, reasons, BASE_URL)
    elif name == "publish":
        version = uow.session.get(StoryVersion, uow.session.get_one(Story, story_id).submitted_version_id or "")
        workflow.publish_story(uow, person, story_id, version.hash if version else "0" * 64, BASE_URL)
    else:
        workflow.unpublish_story(uow, person, story_id, reasons, BASE_URL)
