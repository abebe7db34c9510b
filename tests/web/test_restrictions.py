"""What is hidden is nowhere for the public, says why to those who tell it, outlives the plugin that hid it, and comes back when it is lifted."""

from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db.engine import writing_engine
from app.db.models import AuditEntry, PublicMedia, Restriction, Story
from app.db.permissions import CORE_OWNER
from app.db.reading import list_stories, public_story_clause
from app.db.restrictions import not_restricted_clause, restrictions_on
from app.factory import create_app
from app.hooks.contracts import SDK_VERSION, Manifest
from app.hooks.manager import Candidate
from app.kernel.access import Role
from app.kernel.errors import Invalid, NotAllowed, NotFound
from app.kernel.events import RestrictionLaid, RestrictionLifted
from app.sdk import lift, lift_all, restrict
from app.services import plugins
from app.services.accounts import give_role
from app.services.library import MediaWords, add_to_library
from app.services.media import PreparedImage, Rendition, is_public
from app.services.visibility import public_reading
from tests.conftest import Browser, close_engines, settings_for
from tests.factories import actor
from tests.told_stories import WAYS, told_story
from tests.web.test_pages import field, make

__all__ = ["make"]

PAGE = "/configuration/restrictions"


def slug_of(site, story: str) -> str:
    with Session(site.engine) as session:
        return session.get_one(Story, story).slug


def hide(site, story: str, owner: str = "electoral", reason: str = "periode", **more) -> str:
    with site.writer.begin() as uow:
        return restrict(uow, None, owner, "story", story, reason, "Période électorale : relu une seconde fois.", **more).id


def listed(site) -> list[str]:
    with Session(site.engine) as session:
        return [card.id for card in list_stories(session)[0]]


def test_a_hidden_story_is_nowhere_for_the_public(site, world, browser):
    story = told_story(site, world, "Le récit caché", "published")
    slug = slug_of(site, story)
    paths = ("/", "/recits/", "/territoires/", "/territoires/pays-de-brumeval", "/en/recits/")
    assert "Le récit caché" in browser.get("/recits/")
    hide(site, story)
    for path in paths:
        assert "Le récit caché" not in browser.get(path), path
    unknown = browser.client.get("/recits/un-recit-qui-n-existe-pas").text
    for way in ("", "/en-regard", "/une-voix", "/une-voix/elu-e"):
        answer = browser.client.get(f"/recits/{slug}{way}")
        assert answer.status_code == 404
        assert "Le récit caché" not in answer.text
        assert "électorale" not in answer.text
    assert browser.client.get(f"/recits/{slug}").text.replace(slug, "un-recit-qui-n-existe-pas") == unknown


@pytest.mark.parametrize(
    ("name", "knows"), [("helene", True), ("karim", True), ("scribe", True), ("editrice", True), ("autre_helene", False)]
)
def test_members_and_editors_read_why_and_others_do_not(site, world, as_person, name, knows):
    story = told_story(site, world, "Le récit caché", "published")
    hide(site, story)
    page = as_person(name).get(f"/recits/{slug_of(site, story)}", status=404)
    assert ("relu une seconde fois" in page) == knows
    assert ("caché au public" in page) == knows
    own = f"/relecture/{story}" if name == "editrice" else f"/espace/recits/{story}"
    assert "relu une seconde fois" in as_person(name).get(own) if knows else "relu" not in page


@pytest.mark.parametrize("name", ["personne", "organisation", "admin"])
def test_no_other_role_reads_why_at_the_public_address(site, world, as_person, name):
    story = told_story(site, world, "Le récit caché", "published")
    hide(site, story)
    assert "relu une seconde fois" not in as_person(name).get(f"/recits/{slug_of(site, story)}", status=404)


def test_an_image_of_a_hidden_story_is_its_members_alone(site, world, session):
    story = told_story(site, world, "Le récit caché", "published")
    with site.writer.begin() as uow:
        uow.session.add(PublicMedia(story_id=story, hash="c" * 64))
    assert is_public(session, "c" * 64)
    row = hide(site, story)
    session.rollback()
    assert not is_public(session, "c" * 64)
    with site.writer.begin() as uow:
        lift(uow, None, row, "electoral")
    session.rollback()
    assert is_public(session, "c" * 64)


def test_a_restriction_outlives_the_plugin_that_laid_it(home, world):
    """The plugin is on, hides, is switched off, is not even installed any more: the story stays hidden until an administrator shows it."""
    module = ModuleType("fake_electoral")
    module.MANIFEST = Manifest("electoral", "Période électorale", "Une phrase.", "1", SDK_VERSION)
    made = create_app(settings_for(home), plugins=[Candidate("electoral", lambda: module)])
    site = made.extensions["recits"]
    story = told_story(site, world, "Le récit caché", "published")
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "electoral", True)
        restrict(uow, None, "electoral", "story", story, "periode", "Période électorale.")
    reader = Browser(made.test_client())
    path = f"/recits/{slug_of(site, story)}"
    reader.get(path, status=404)
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "electoral", False)
    reader.get(path, status=404)
    assert "Le récit caché" not in reader.get("/recits/")
    assert "Période électorale" in Browser(made.test_client()).sign_in("admin").get(PAGE)
    close_engines(made)

    without = create_app(settings_for(home), plugins=[])
    Browser(without.test_client()).get(path, status=404)
    admin = Browser(without.test_client()).sign_in("admin")
    page = admin.get(PAGE)
    assert "electoral" in page
    with Session(site.engine) as session:
        row = restrictions_on(session, "story", story)[0].id
    admin.post(f"{PAGE}/{row}/lever")
    assert "Le récit caché" in Browser(without.test_client()).get(path)
    close_engines(without)


def test_an_administrator_hides_a_story_by_hand_and_shows_it_again(site, world, as_person, browser, session):
    story = told_story(site, world, "Le récit caché", "published")
    slug = slug_of(site, story)
    admin = as_person("admin")
    admin.get(PAGE)
    for form, said in (
        ({"address": "inconnu", "words": "Parce que."}, "Aucun récit publié"),
        ({"address": world.stories["legumerie"], "words": "Parce que."}, "Aucun récit publié"),
        ({"address": slug, "words": " "}, "À remplir"),
        ({"address": slug, "words": "Parce que.", "until": "hier"}, "Date non reconnue"),
        ({"address": slug, "words": "Parce que.", "until": "12 mai 2012"}, "Cette date est passée"),
    ):
        admin.get(PAGE)
        admin.post(PAGE, form, status=422)
        assert said in admin.last.text, form
    browser.get(f"/recits/{slug}")
    admin.get(PAGE)
    admin.post(PAGE, {"address": f"https://exemple.test/en/recits/{slug}", "words": "Un nom à vérifier.", "until": "12 mai 2099"})
    page = admin.follow()
    assert "Un nom à vérifier" in page
    assert "Admin" in page
    browser.get(f"/recits/{slug}", status=404)
    assert "Un nom à vérifier" in as_person("helene").get(f"/espace/recits/{story}")
    row = session.scalars(select(Restriction)).one()
    assert (row.owner, row.created_by, row.until) == (CORE_OWNER, world.accounts["admin"], datetime(2099, 5, 12, 22, tzinfo=UTC))
    admin.post(f"{PAGE}/{row.id}/lever")
    browser.get(f"/recits/{slug}")
    admin.get(PAGE)
    admin.post(f"{PAGE}/{row.id}/lever", status=404)
    session.rollback()
    verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.like("restriction.%")).order_by(AuditEntry.seq)).all()
    assert verbs == ["restriction.lay", "restriction.lift"]


def test_it_ends_when_its_time_has_come(site, world, session):
    story = told_story(site, world, "Le récit caché", "published")
    row = hide(site, story, until=datetime.now(UTC) + timedelta(hours=1))
    assert listed(site) == []
    with writing_engine(site.engine).begin() as connection:
        connection.execute(update(Restriction).where(Restriction.id == row).values(until=datetime.now(UTC) - timedelta(seconds=1)))
    assert listed(site) == [story], "the clause is asked anew at each execution"
    assert restrictions_on(session, "story", story) == []


def test_two_restrictions_hide_until_both_are_lifted(site, world):
    story = told_story(site, world, "Le récit caché", "published")
    first, second = hide(site, story), hide(site, story, owner="autre")
    assert hide(site, story) == first, "laying the same again changes it"
    with site.writer.begin() as uow:
        lift(uow, None, first, "electoral")
    assert listed(site) == []
    with site.writer.begin() as uow:
        assert lift_all(uow, None, "autre", "story", story) == 1
        assert uow.session.get_one(Restriction, second).lifted_at is not None
    assert listed(site) == [story]


def test_a_plugin_lifts_its_own_and_only_whoever_manages_restrictions_lifts_all(site, world):
    story = told_story(site, world, "Le récit caché", "published")
    row = hide(site, story)
    with pytest.raises(NotFound), site.writer.begin() as uow:
        lift(uow, None, row, "autre")
    for name in ("editrice", "organisation", "helene"):
        with pytest.raises(NotAllowed), site.writer.begin() as uow:
            lift(uow, actor(site, world, name), row)
        with pytest.raises(NotAllowed), site.writer.begin() as uow:
            restrict(uow, actor(site, world, name), CORE_OWNER, "story", story, "by_hand")
    with site.writer.begin() as uow:
        lift(uow, actor(site, world, "admin"), row)


@pytest.mark.parametrize(("kind", "reason"), [("story", ""), ("story", "Deux mots"), ("", "code"), ("Récit", "code"), ("x" * 41, "code")])
def test_what_is_no_code_is_refused(site, world, kind, reason):
    with pytest.raises(Invalid), site.writer.begin() as uow:
        restrict(uow, None, "electoral", kind, world.stories["legumerie"], reason)


def test_events_say_what_was_hidden_and_shown(site, world):
    heard = []
    for kind in (RestrictionLaid, RestrictionLifted):
        site.writer.bus.subscribe(kind, heard.append)
    story = told_story(site, world, "Le récit caché", "published")
    row = hide(site, story)
    with site.writer.begin() as uow:
        lift(uow, None, row, "electoral")
    assert heard == [RestrictionLaid("story", story, "electoral"), RestrictionLifted("story", story, "electoral")]


def test_the_clause_of_the_lists_and_the_decision_of_the_page_agree(site, world):
    """In every state, hidden and not, and after a second publication."""
    made = [told_story(site, world, f"Récit {state}", state) for state in WAYS]
    for story in [told_story(site, world, f"Caché {state}", state) for state in WAYS]:
        hide(site, story)
        made.append(story)
    with Session(site.engine) as session:
        public = set(session.scalars(select(Story.id).where(public_story_clause())))
        assert public == {story for story in made if public_reading(session, session.get_one(Story, story)).allowed}
        assert len(public) == 1


def test_the_clause_serves_any_kind(site, session):
    with site.writer.begin() as uow:
        restrict(uow, None, "electoral", "sheet", "une-fiche", "periode")
    query = select(Restriction.subject_id).where(not_restricted_clause("sheet", Restriction.subject_id))
    assert restrictions_on(session, "sheet", "une-fiche") != []
    assert restrictions_on(session, "story", "une-fiche") == []
    assert "NOT (EXISTS" in str(query)


def test_a_page_is_hidden_by_hand_from_its_own_page_and_its_writers_read_why(site, world, as_person, browser, make):
    page_id = make("Une charte")
    admin = as_person("admin")
    overview = f"/configuration/pages/{page_id}"
    assert f'href="{PAGE}?adresse=/une-charte#cacher"' in admin.get(overview)
    assert PAGE not in as_person("editrice").get(overview)
    assert field(admin.get(f"{PAGE}?adresse=/une-charte"), "address") == "/une-charte"
    admin.post(PAGE, {"address": "https://exemple.test/en/une-charte", "words": "Un nom à vérifier."})
    assert "/une-charte" in admin.follow()
    for path in ("/une-charte", "/en/une-charte"):
        assert "vérifier" not in browser.get(path, status=404)
    page = as_person("organisation").get(overview)
    assert "Un nom à vérifier" in page
    assert "Cette page est cachée au public" in page
    with Session(site.engine) as session:
        row = restrictions_on(session, "page", page_id)[0].id
    admin.get(PAGE)
    admin.post(f"{PAGE}/{row}/lever")
    browser.get("/une-charte")


def test_an_image_is_hidden_by_hand_wherever_it_stands_and_its_alternative_remains(site, world, as_person, browser, make):
    stored = PreparedImage("d" * 64, "image/webp", 480, 270, 1000, (Rendition(480, 270, 1000),))
    folder = site.settings.media_folder / "dd" / stored.hash
    folder.mkdir(parents=True)
    (folder / "480.webp").write_bytes(b"RIFF")
    with site.writer.begin() as uow:
        image = add_to_library(uow, actor(site, world, "admin"), stored, MediaWords("Une halle vide", "Une personne, 2022")).id
    make("Une charte", f"![Une halle vide](media:{image})")
    file = f"/media/{stored.hash}/480.webp"
    assert f'src="{file}"' in browser.get("/une-charte")
    with browser.client.get(file) as answer:
        assert answer.status_code == 200
    admin = as_person("admin")
    item = f"/configuration/mediatheque/{image}"
    assert f'href="{PAGE}?adresse={item}#cacher"' in admin.get(item)
    admin.get(PAGE)
    admin.post(PAGE, {"address": item, "words": "Deux familles ne veulent pas."})
    page = browser.get("/une-charte")
    assert file not in page
    assert "Image indisponible" in page
    assert "Une halle vide" in page
    assert browser.client.get(file).status_code == 404
    assert "Deux familles" in admin.get(item)
    assert "Deux familles" in admin.get(f"/configuration/qui-peut-quoi/image/{image}")
    assert "Deux familles" not in page
    with Session(site.engine) as session:
        row = restrictions_on(session, "image", image)[0].id
    admin.get(PAGE)
    admin.post(f"{PAGE}/{row}/lever")
    assert f'src="{file}"' in browser.get("/une-charte")
    # The file by its own address too, and what is not there is not hidden.
    admin.get(PAGE)
    admin.post(PAGE, {"address": file, "words": "Encore."})
    assert file not in browser.get("/une-charte")
    admin.get(PAGE)
    admin.post(PAGE, {"address": "/media/" + "e" * 64 + "/480.webp", "words": "Rien."}, status=422)
    for kind in ("page", "image"):
        with pytest.raises(NotFound), site.writer.begin() as uow:
            restrict(uow, None, CORE_OWNER, kind, "0" * 20, "essai")


def test_who_can_do_what_is_linked_from_each_thing_for_whoever_may_ask(site, world, as_person, make):
    page_id = make("Une charte")
    admin = as_person("admin")
    link = f'href="/configuration/qui-peut-quoi/page/{page_id}"'
    assert link in admin.get(f"/configuration/pages/{page_id}")
    assert link not in as_person("organisation").get(f"/configuration/pages/{page_id}")
    moment = world.moments["tour"]
    assert "qui-peut-quoi" not in as_person("helene").get(f"/espace/moments/{moment}")
    with site.writer.begin() as uow:
        give_role(uow, world.accounts["helene"], Role.ADMINISTRATOR)
    assert f'href="/configuration/qui-peut-quoi/moment/{moment}"' in as_person("helene").get(f"/espace/moments/{moment}")
