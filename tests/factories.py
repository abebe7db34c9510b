"""A small world to test in: two delegations, their voices and accounts, an editor, an organiser, an administrator."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.db.models import Account, Story
from app.kernel.access import Actor, Role
from app.kernel.moment_date import parse_moment_date
from app.kernel.voice import CATEGORIES, Display, Mandate
from app.services import programme, voices
from app.services.access import load_actor
from app.services.accounts import give_role, hash_password
from app.services.markup import prepare_here
from app.services.moments import MomentForm, add_moment
from app.services.site import Site
from app.services.stories import create_story
from app.services.unit_of_work import UnitOfWork

PASSWORD = "une phrase assez longue"
CATEGORY_NAMES = {"elected_official": "helene", "local_agent": "karim", "socioeconomic_operator": "maud", "state_agent": "philippe"}


@dataclass
class World:
    """Ids of what was made, by name."""

    accounts: dict[str, str] = field(default_factory=dict)
    voices: dict[str, str] = field(default_factory=dict)
    seats: dict[str, str] = field(default_factory=dict)
    moments: dict[str, str] = field(default_factory=dict)
    stories: dict[str, str] = field(default_factory=dict)
    delegations: dict[str, str] = field(default_factory=dict)
    territories: dict[str, str] = field(default_factory=dict)
    programme: str = ""
    phase: str = ""


def build_world(site: Site) -> World:
    """Makes the world in one unit of work; every account has the password PASSWORD."""
    world = World()
    secret = hash_password(PASSWORD)
    with site.writer.begin() as uow:
        programme_row = programme.create_programme(uow, None, "Territoires pilotes", "")
        world.programme = programme_row.id
        world.phase = programme.add_phase(uow, None, programme_row.id, "Diagnostic du territoire", key="diagnostic").id
        _delegation(uow, world, "brumeval", "Pays de Brumeval", secret, prefix="")
        _delegation(uow, world, "valcendre", "Agglomération de Valcendre", secret, prefix="autre_")
        for name, role in (("editrice", Role.EDITOR), ("organisation", Role.ORGANISER), ("admin", Role.ADMINISTRATOR)):
            world.accounts[name] = _account(uow, name, secret)
            give_role(uow, world.accounts[name], role)
        world.accounts["personne"] = _account(uow, "personne", secret)
        world.accounts["scribe"] = _account(uow, "scribe", secret)
        voices_row = uow.session.get_one(voices.Voice, world.voices["helene"])
        voices_row.scribe_id = world.accounts["scribe"]
        world.stories["legumerie"] = create_story(uow, None, world.delegations["brumeval"], "La légumerie", "Un bâtiment.").id
        world.stories["autre"] = create_story(uow, None, world.delegations["valcendre"], "Un autre récit", "Ailleurs.").id
    return world


def _delegation(uow: UnitOfWork, world: World, key: str, name: str, secret: str, prefix: str) -> None:
    territory = programme.create_territory(uow, None, name, "Pays", prepare_here("Un territoire.", lang="fr"), fictitious=True)
    delegation = programme.create_delegation(uow, None, world.programme, territory.id)
    world.territories[key], world.delegations[key] = territory.id, delegation.id
    seats = {seat.category: seat.id for seat in voices.seats_of(uow.session, delegation.id)}
    for category in CATEGORIES:
        who = prefix + CATEGORY_NAMES[category]
        world.seats[who] = seats[category]
        voice = voices.seat_voice(uow, None, seats[category], who.capitalize(), "fonction", Mandate(date(2021, 9, 1), None), Display.NAME)
        world.voices[who] = voice.id
        world.accounts[who] = voice.account_id = _account(uow, who, secret)
    for title, when in (("Le premier tour de table", "21 septembre 2021"), ("Le vote", "12 mai 2022")):
        form = MomentForm(title, parse_moment_date(when), "Salle des fêtes", world.phase, "Ce qui s’est passé.")
        world.moments[prefix + ("tour" if "tour" in title else "vote")] = add_moment(uow, None, delegation.id, form).id


def _account(uow: UnitOfWork, name: str, secret: str) -> str:
    account = Account(email=address(name), name=name.capitalize(), password_hash=secret, created_at=uow.now)
    uow.session.add(account)
    uow.session.flush()
    return account.id


def address(name: str) -> str:
    """Returns the mail address of somebody in the world."""
    return f"{name.replace('_', '.')}@exemple.test"


def actor(site: Site, world: World, name: str) -> Actor:
    """Returns somebody of the world as the rules see them today."""
    with Session(site.engine) as session:
        found = load_actor(session, world.accounts[name], site.clock.today(), site.snapshots.current(session))
    assert found is not None
    return found


def story_state(uow: UnitOfWork, story_id: str) -> str:
    """Returns where a story's working copy stands."""
    return uow.session.get_one(Story, story_id).state
