"""What the core does with what extensions register: places and tiles fail soft, guards fail closed, reactions undo their own writes only."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.models import AuditEntry, PluginSetting, Story
from app.factory import create_app
from app.hooks.calls import CALLS
from app.hooks.contracts import SLOTS, Guard, Objection, SettingsPage, SlotItem, Subscriber, Tile
from app.kernel.errors import NotAllowed
from app.kernel.events import StorySubmitted
from app.services import passages, plugins, workflow
from app.services.approvals import current_hash, sign_passage
from app.services.markup import prepare_here
from app.services.plugin_settings import read_settings, save_settings
from app.web.slots import slot
from tests.conftest import Browser, close_engines, settings_for
from tests.factories import actor
from tests.fakes import plugin

TEMPLATES = {"good.html": "<p>Vu : {{ words }}</p>", "broken.html": "{{ nothing.at.all }}"}


@pytest.fixture
def folder(tmp_path):
    """Where the templates of the extension `alpha` stand."""
    (tmp_path / "alpha" / "templates").mkdir(parents=True)
    for name, text_ in TEMPLATES.items():
        (tmp_path / "alpha" / "templates" / name).write_text(text_, encoding="utf-8")
    return tmp_path / "alpha"


@pytest.fixture
def site_with(home):
    """Returns a function that makes the application with extensions, switched on, and their templates."""
    made = []

    def make(*candidates):
        found = create_app(settings_for(home), plugins=candidates)
        found.testing = False
        site = found.extensions["recits"]
        with site.writer.begin() as uow:
            for candidate in candidates:
                plugins.set_enabled(uow, None, site.plugins, candidate.name, True)
        made.append(found)
        return found

    yield make
    for found in made:
        close_engines(found)


def ready_story(site, world) -> str:
    """A story with one signed passage of helene's."""
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        passage = passages.add_passage(uow, helene, world.stories["legumerie"], world.moments["vote"], world.voices["helene"])
        passages.write_revision(uow, helene, passage, prepare_here("Ce jour-là.", lang="fr"), None, "fr")
        sign_passage(uow, helene, passage.id, world.voices["helene"], str(current_hash(uow.session, passage)))
    return world.stories["legumerie"]


def test_register_slot_items_shows_in_its_place_what_it_found_and_who_fails_is_left_out(site_with, world, folder):
    def failing(session, context):
        raise RuntimeError("boum")

    items = [
        SlotItem("good", slot="desk.story", template="alpha/good.html", facts=lambda session, context: {"words": f"{context.kind} {context.subject}"}),
        SlotItem("silent", slot="desk.story", template="alpha/good.html", facts=lambda session, context: None),
        SlotItem("fails", slot="desk.story", template="alpha/good.html", facts=failing),
        SlotItem("wrong", slot="desk.story", template="alpha/good.html", facts=lambda session, context: ["a list"]),
        SlotItem("query", slot="desk.story", template="alpha/good.html", facts=lambda session, context: session.execute(text("SELECT no FROM where_"))),
        SlotItem("undefined", slot="desk.story", template="alpha/broken.html", facts=lambda session, context: {}),
    ]  # fmt: skip
    found = site_with(plugin("alpha", folder=folder, register_slot_items=lambda: items))
    story = world.stories["legumerie"]
    page = Browser(found.test_client()).sign_in("helene").get(f"/espace/recits/{story}")
    assert f"<p>Vu : story {story}</p>" in page
    assert page.count("Vu :") == 1
    assert "n’a pas pu s’afficher" not in page, "members need not know"
    faulty = {fault.name for fault in CALLS.faults() if fault.owner == "alpha"}
    assert {"fails", "wrong", "query", "undefined"} <= faulty


def test_a_place_in_a_page_that_is_shown_before_anybody_is_known_is_empty(app):
    """A site's own templates may put one into what is answered while the site is not ready."""
    with app.test_request_context("/"):
        assert slot("home.foot") == ""


def test_every_place_is_in_a_page():
    templates = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).resolve().parents[2].joinpath("templates").rglob("*.html")
    )
    assert {place for place in SLOTS if f'slot("{place}"' not in templates} == set()


def test_register_tiles_shows_on_ones_own_page_to_those_with_the_permission(site_with, folder):
    tiles = [
        Tile("one", title="Mes traces", template="alpha/good.html", facts=lambda session, who: {"words": who.name}),
        Tile(
            "two",
            title="Pour la relecture",
            template="alpha/good.html",
            facts=lambda session, who: {"words": "x"},
            permission="story.review",
        ),
        Tile("three", title="Cassée", template="alpha/good.html", facts=lambda session, who: 1 / 0),
    ]
    found = site_with(plugin("alpha", folder=folder, register_tiles=lambda: tiles))
    page = Browser(found.test_client()).sign_in("helene").get("/espace/")
    assert "Mes traces" in page
    assert "Vu : Helene" in page
    assert "Pour la relecture" not in page
    assert "Cassée" not in page
    assert "Pour la relecture" in Browser(found.test_client()).sign_in("editrice").get("/espace/")


def test_register_guards_object_in_words_and_one_that_fails_refuses(site_with, world):
    answers = {"now": lambda: [Objection("Il manque une difficulté.")]}
    guards = [Guard("g", transitions=frozenset({"submit", "publish"}), check=lambda session, context: answers["now"]())]
    found = site_with(plugin("alpha", register_guards=lambda: guards))
    site = found.extensions["recits"]
    story = ready_story(site, world)
    helene, editor = Browser(found.test_client()).sign_in("helene"), Browser(found.test_client()).sign_in("editrice")

    def propose(status):
        helene.get(f"/espace/recits/{story}")
        return helene.post(f"/espace/recits/{story}/proposer", status=status).text

    assert "Il manque une difficulté." in propose(409)
    for wrong in (lambda: 1 / 0, lambda: ["un texte"], lambda: None, lambda: (_ for _ in ()).throw(SystemExit(3))):
        answers["now"] = wrong
        assert "« alpha » n’a pas pu donner son avis" in re.sub("[\u202f\u00a0]", " ", propose(409))
    answers["now"] = list
    propose(303)
    editor.get(f"/relecture/{story}")
    editor.post(f"/relecture/{story}/prendre")
    version = re.search(r'name="hash" value="([0-9a-f]{64})"', editor.get(f"/relecture/{story}"))[1]
    answers["now"] = lambda: [Objection("Pas avant l’été.")]
    assert "Pas avant l’été." in editor.post(f"/relecture/{story}/publier", {"hash": version}, status=409).text
    answers["now"] = list
    editor.post(f"/relecture/{story}/publier", {"hash": version})


def test_a_suspended_guard_refuses_and_names_its_plugin(site_with, world):
    guards = [Guard("g", transitions=frozenset({"submit"}), check=lambda session, context: [])]
    found = site_with(plugin("alpha", register_guards=lambda: guards))
    site = found.extensions["recits"]
    story = ready_story(site, world)
    with site.writer.begin() as uow:
        uow.session.execute(
            text(
                "INSERT INTO plugin_suspension (call, owner, reason, at) VALUES ('register_guards alpha:g', 'alpha', 'hung', '2026-01-01')"
            )
        )
        uow.session.execute(text("UPDATE site_state SET generation = generation + 1"))
    helene = Browser(found.test_client()).sign_in("helene")
    helene.get(f"/espace/recits/{story}")
    assert "alpha" in helene.post(f"/espace/recits/{story}/proposer", status=409).text


def test_register_subscribers_react_in_the_transaction_and_after_it_and_a_failure_is_their_own(site_with, world):
    told = []

    def write(uow, event):
        uow.session.get_one(Story, event.story).standfirst = "Écrit par l’extension."

    def write_and_fail(uow, event):
        uow.session.get_one(Story, event.story).title = "Ne doit pas rester"
        uow.session.flush()
        raise RuntimeError("boum")

    subscribers = [
        Subscriber("a", event=StorySubmitted, when="in_transaction", handle=write),
        Subscriber("b", event=StorySubmitted, when="in_transaction", handle=write_and_fail),
        Subscriber("c", event=StorySubmitted, handle=lambda event: told.append(event.story)),
        Subscriber("d", event=StorySubmitted, handle=lambda event: 1 / 0),
    ]
    found = site_with(plugin("alpha", register_subscribers=lambda: subscribers))
    site = found.extensions["recits"]
    story = ready_story(site, world)
    with site.writer.begin() as uow:
        workflow.submit_story(uow, actor(site, world, "helene"), story, "http://localhost")
    with Session(site.engine) as session:
        row = session.get(Story, story)
        assert (row.state, row.standfirst, row.title) == ("submitted", "Écrit par l’extension.", "La légumerie")
    assert told == [story]
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "alpha", False)
        workflow.reopen_story(uow, actor(site, world, "helene"), story)
    with site.writer.begin() as uow:
        workflow.submit_story(uow, actor(site, world, "helene"), story, "http://localhost")
    assert told == [story], "a plugin that is off hears nothing"


def test_register_settings_are_kept_by_name_with_their_defaults_and_audited_without_their_values(site_with, world, session):
    page = SettingsPage("main", title="Réglages", defaults={"from": "", "most": 3})
    found = site_with(plugin("alpha", register_settings=lambda: [page]))
    site = found.extensions["recits"]
    owned = site.registry.of(SettingsPage)[0]
    assert read_settings(session, "alpha", page) == {"from": "", "most": 3}
    with site.writer.begin() as uow:
        save_settings(uow, actor(site, world, "admin"), owned, {"from": "La Fabrique", "unknown": 1})
    session.rollback()
    assert read_settings(session, "alpha", page) == {"from": "La Fabrique", "most": 3}
    entry = session.query(AuditEntry).filter_by(verb="plugin.set").one()
    assert entry.facts == {"page": "main", "changed": ["from"]}
    with pytest.raises(NotAllowed), site.writer.begin() as uow:
        save_settings(uow, actor(site, world, "editrice"), owned, {"most": 5})
    assert session.query(PluginSetting).one().data["most"] == 3


def test_on_disable_is_called_and_cannot_keep_a_plugin_on(site_with, world):
    called = []

    def on_disable(session):
        called.append(True)
        session.get_one(Story, world.stories["legumerie"]).title = "Ne doit pas rester"
        session.flush()
        raise RuntimeError("je reste")

    found = site_with(plugin("alpha", on_disable=on_disable))
    site = found.extensions["recits"]
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "alpha", False)
    with Session(site.engine) as session:
        assert not site.snapshots.current(session).is_on("alpha")
        assert session.get(Story, world.stories["legumerie"]).title == "La légumerie"
    assert called == [True]
