"""Whatever a plugin does: it is marked failed, and the core goes on."""

import sys
from urllib.parse import quote

import pytest
from flask import Blueprint, Flask, Response, abort
from sqlalchemy import text

import app.factory
from app.factory import Trial, create_app
from app.hooks.calls import CALLS
from app.hooks.contracts import Manifest, MenuItem, Permission, PromptOffer, PromptSource, RoleOffer, SlotItem
from app.hooks.manager import Candidate, PluginManager
from app.services import plugins
from tests.conftest import Browser, close_engines, settings_for
from tests.factories import World, actor
from tests.fakes import plugin


def failing(name: str, error: BaseException) -> Candidate:
    def load():
        raise error

    return Candidate(name, load)


def raises(error: BaseException):
    def hook():
        raise error

    return hook


def pages_of(name: str, **options) -> Blueprint:
    blueprint = Blueprint(name, f"fake_{name}", **options)
    blueprint.add_url_rule("/page", "page", lambda: "une page")
    return blueprint


def reaches_into(function) -> Blueprint:
    """A blueprint that uses its registration to change the application."""
    blueprint = pages_of("alpha")
    blueprint.record(lambda state: function(state.app))
    return blueprint


BAD_PLUGINS = {
    "raises at import": failing("alpha", RuntimeError("boum")),
    "calls sys.exit at import": failing("alpha", SystemExit(3)),
    "is not there": failing("alpha", ModuleNotFoundError("no module")),
    "has a syntax error": failing("alpha", SyntaxError("invalid")),
    "recurses": failing("alpha", RecursionError("deep")),
    "has no manifest": plugin("alpha", manifest=False),
    "has a dictionary for a manifest": plugin("alpha", manifest={"name": "alpha"}),
    "has another name": plugin("alpha", manifest=Manifest("beta", "Titre", "Phrase.", "1", 1)),
    "has a reserved name": plugin("recits"),
    "has a name that tables of the core begin with": plugin("role"),
    "has a name that the tables of migrations begin with": plugin("alembic"),
    "has a capital in its name": plugin("Alpha"),
    "has an odd name": plugin("Alpha Beta"),
    "has markup for a name": plugin("<script>"),
    "wants another SDK": plugin("alpha", manifest=Manifest("alpha", "Titre", "Phrase.", "1", 99)),
    "wants an SDK that is gone": plugin("alpha", manifest=Manifest("alpha", "Titre", "Phrase.", "1", 0)),
    "shows in a place that does not exist": plugin("alpha", register_slot_items=lambda: [SlotItem("a", slot="home.roof")]),
    "shows a template of another": plugin("alpha", register_slot_items=lambda: [SlotItem("a", slot="home.foot", template="beta/x.html")]),
    "raises in a hook": plugin("alpha", register_permissions=raises(ValueError("boum"))),
    "calls sys.exit in a hook": plugin("alpha", register_menu_items=lambda: sys.exit(1)),
    "returns nothing": plugin("alpha", register_blueprints=lambda: None),
    "returns a number": plugin("alpha", register_permissions=lambda: 7),
    "returns texts": plugin("alpha", register_permissions=lambda: ["x"]),
    "declares one thing twice": plugin("alpha", register_menu_items=lambda: [MenuItem("a"), MenuItem("a")]),
    "has a hook that does not exist": plugin("alpha", register_everything=lambda: []),
    "wants arguments": plugin("alpha", register_blueprints=lambda session: []),
    "returns no blueprint": plugin("alpha", register_blueprints=lambda: [object()]),
    "has a blueprint of another name": plugin("alpha", register_blueprints=lambda: [pages_of("beta")]),
    "has a blueprint of the core's name": plugin("alpha", register_blueprints=lambda: [pages_of("desk")]),
    "has a blueprint twice": plugin("alpha", register_blueprints=lambda: [pages_of("alpha"), pages_of("alpha")]),
    "acts before every request": plugin("alpha", register_blueprints=lambda: [_before_app()]),
    "acts after every request": plugin("alpha", register_blueprints=lambda: [_after_app()]),
    "answers every error": plugin("alpha", register_blueprints=lambda: [_error_app()]),
    "adds to every template": plugin("alpha", register_blueprints=lambda: [_context_app()]),
    "replaces a global of every template": plugin("alpha", register_blueprints=lambda: [reaches_into(_replace_global)]),
    "replaces a filter of every template": plugin("alpha", register_blueprints=lambda: [_global_app()]),
    "wraps the application": plugin("alpha", register_blueprints=lambda: [reaches_into(lambda found: setattr(found, "wsgi_app", None))]),
    "adds a page of its own outside": plugin("alpha", register_blueprints=lambda: [reaches_into(lambda found: found.add_url_rule("/ailleurs", "x", lambda: "x"))]),
    "claims a permission of the core": plugin("alpha", register_permissions=lambda: [Permission("account.manage", roles=frozenset({"organiser"}))]),
    "claims a permission of another plugin": plugin("alpha", register_permissions=lambda: [Permission("communication.manage_prompts", roles=frozenset({"organiser"}))]),
    "gives a permission to a role that is none": plugin("alpha", register_permissions=lambda: [Permission("alpha.x", roles=frozenset({"god"}))]),
    "offers a role of the core": plugin("alpha", register_roles=lambda: [RoleOffer("organiser")]),
    "is granted what does not exist": plugin("alpha", manifest=Manifest("alpha", "Titre", "Phrase.", "1", 1, grants=frozenset({"media.nothing"}))),
    "has the name of a core blueprint": plugin("passages", register_blueprints=lambda: [pages_of("passages")]),
    "has the name of another core blueprint": plugin("moments", register_blueprints=lambda: [pages_of("moments")]),
    "has the name of a core path": plugin("compte", register_blueprints=lambda: [pages_of("compte")]),
    "has the name of a public path": plugin("methode", register_blueprints=lambda: [pages_of("methode")]),
}  # fmt: skip

# What its author must be told, where Python's own words would not say it.
SAID = {
    "has no manifest": "no MANIFEST of type",
    "has a dictionary for a manifest": "no MANIFEST of type",
    "returns texts": "returned str instead of Permission",
    "returns no blueprint": "register_blueprints returned object",
}


def _replace_global(found: Flask) -> None:
    found.jinja_env.globals.update(visitor=lambda: None)


def _before_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.before_app_request(lambda: "tout est à moi")
    return blueprint


def _after_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.after_app_request(lambda response: response)
    return blueprint


def _error_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.app_errorhandler(404)(lambda error: ("à moi", 200))
    return blueprint


def _context_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.app_context_processor(lambda: {"visitor": None})
    return blueprint


def _global_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.add_app_template_filter(lambda value: "à moi", "day")
    return blueprint


@pytest.fixture
def app_with(home, monkeypatch):
    """Returns a function that makes the application with plugins from other distributions."""
    made: list[Flask] = []

    def make(*candidates: Candidate) -> Flask:
        monkeypatch.setattr(app.factory, "find_entry_points", lambda: list(candidates))
        found = create_app(settings_for(home))
        found.testing = False
        made.append(found)
        return found

    yield make
    for found in made:
        close_engines(found)


@pytest.mark.parametrize("kind", BAD_PLUGINS)
def test_a_plugin_that_does_not_hold_is_marked_failed_when_it_is_tried(kind):
    manager = PluginManager([BAD_PLUGINS[kind], plugin("good")], Trial())
    bad = next(found for name, found in manager.plugins.items() if name != "good")
    assert bad.failure is not None
    assert bad.failure.stage in ("import", "manifest", "hooks", "blueprints")
    assert "Traceback" not in bad.failure.message
    assert SAID.get(kind, "") in bad.failure.message
    assert (bad.declared, bad.blueprints) == ({}, [])
    assert [found.name for found in manager.usable()] == ["good"]


def test_the_site_goes_on_beside_plugins_that_do_not_hold(app_with):
    """One application with each of them in turn would be slow: those of one name are tried apart, the rest together."""
    together: dict[str, Candidate] = {}
    for number, (kind, candidate) in enumerate(BAD_PLUGINS.items()):
        if candidate.name == "alpha":
            together[kind] = Candidate(f"alpha_{number}", candidate.load)
    admin = Browser(app_with(*together.values(), failing("alpha", RuntimeError("boum"))).test_client()).sign_in("admin")
    for path in ("/", "/recits/", "/espace/", "/configuration/personnes"):
        admin.get(path)
    page = admin.get("/configuration/extensions")
    for candidate in together.values():
        assert candidate.name in page
    assert "boum" in page
    assert page.count("en défaut") == len(together) + 1


@pytest.mark.parametrize(
    "name", ["passages", "moments", "desk", "compte", "methode", "deconnexion", "<script>alert(1)</script>", "Alpha Beta", "../x"]
)
def test_a_plugin_cannot_take_a_name_of_the_core(app_with, name):
    found = app_with(plugin(name, register_blueprints=lambda: [pages_of(name)]))
    admin = Browser(found.test_client()).sign_in("admin")
    for path in ("/", "/espace/", "/compte", "/methode"):
        admin.get(path)
    page = admin.get("/configuration/extensions")
    assert "en défaut" in page
    assert "<script>" not in page.replace('<script type="module"', "")


@pytest.mark.parametrize("shared", ["alpha_beta", "alpha_beta_pages"])
def test_two_plugins_whose_blueprints_share_a_name_do_not_stop_the_site_nor_the_first(app_with, world, shared):
    one = plugin("alpha", register_blueprints=lambda: [pages_of(shared)])
    two = plugin("alpha_beta", register_blueprints=lambda: [pages_of(shared)])
    found = app_with(one, two)
    admin = Browser(found.test_client()).sign_in("admin")
    assert "en défaut" in admin.get("/configuration/extensions")
    enable(found, world, "alpha")
    admin.get("/alpha/page")


def test_a_blueprint_that_holds_in_the_trial_alone_fails_its_plugin_and_its_pages_are_nowhere(app_with):
    found = app_with(plugin("alpha", register_blueprints=lambda: [reaches_into(lambda app: 1 / (app.name == "scratch"))]))
    failure = found.extensions["recits"].plugins.plugins["alpha"].failure
    assert failure is not None
    assert (failure.stage, failure.message) == ("blueprints", "ZeroDivisionError: division by zero")
    admin = Browser(found.test_client()).sign_in("admin")
    admin.get("/alpha/page", status=404)
    assert "en défaut" in admin.get("/configuration/extensions")


def test_a_plugin_that_is_found_twice_is_said_to_be(app_with):
    admin = Browser(app_with(plugin("communication"), plugin("alpha"), plugin("alpha")).test_client()).sign_in("admin")
    page = admin.get("/configuration/extensions")
    assert "Communication" in page
    assert "Titre alpha" in page
    assert page.count("en défaut") == 2, "each second one is named"


def enable(found: Flask, world: World, name: str) -> None:
    site = found.extensions["recits"]
    admin = actor(site, world, "admin")
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, admin, site.plugins, name, True)


def test_a_page_of_a_plugin_that_is_off_is_not_found_even_in_a_blueprint_within_a_blueprint(app_with, world):
    outer, inner = pages_of("alpha"), Blueprint("inner", "fake_inner")
    inner.add_url_rule("/inner", "inner", lambda: "dedans")
    outer.register_blueprint(inner)
    found = app_with(plugin("alpha", register_blueprints=lambda: [outer]))
    helene = Browser(found.test_client()).sign_in("helene")
    helene.get("/alpha/page", status=404)
    helene.get("/alpha/inner", status=404)
    enable(found, world, "alpha")
    helene.get("/alpha/page")
    helene.get("/alpha/inner")


def test_a_plugin_whose_activation_fails_stays_off(app_with, world):
    def refuse(session):
        raise RuntimeError("pas aujourd’hui")

    def leave(session):
        sys.exit(3)

    found = app_with(plugin("alpha", on_enable=refuse), plugin("beta", on_enable=leave))
    admin = Browser(found.test_client()).sign_in("admin")
    for name in ("alpha", "beta"):
        admin.get("/configuration/extensions")
        admin.post(f"/configuration/extensions/{name}/activer", status=409)
        assert name in admin.last.text
    assert "pas aujourd’hui" in admin.client.get("/configuration/extensions").text or "inactive" in admin.get("/configuration/extensions")


def _bad_source(offer=None, find=None) -> PromptSource:
    return PromptSource("s", offer=offer or (lambda session, context: ()), find=find or (lambda session, key: None))


def _out(*_arguments):
    sys.exit(3)


BAD_SOURCES = {
    "raises": _bad_source(raises_any := lambda *_a: 1 / 0, raises_any),
    "returns texts": _bad_source(lambda session, context: ["une question"], lambda session, key: "une question"),
    "returns nothing": _bad_source(lambda session, context: None),
    "returns numbers": _bad_source(lambda session, context: [PromptOffer(1, 2, 3)]),
    "calls sys.exit": _bad_source(_out, _out),
    "breaks the session": _bad_source(lambda session, context: session.execute(text("SELECT nothing FROM nowhere"))),
}


@pytest.mark.parametrize("kind", BAD_SOURCES)
def test_a_source_of_questions_that_fails_is_left_out_and_the_words_are_saved(app_with, world, kind):
    found = app_with(plugin("alpha", register_prompt_sources=lambda: [BAD_SOURCES[kind]]))
    enable(found, world, "alpha")
    helene = Browser(found.test_client()).sign_in("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    path = helene.last.headers["Location"]
    helene.get(path)
    helene.post(path, {"body": "Mes mots.", "base": "", "prompt": "alpha:s:1"})
    assert "Mes mots." in helene.get(path)


def test_a_menu_item_that_leads_nowhere_breaks_no_page(app_with, world):
    """Above all not the page on which the plugin could be switched off."""
    blueprint = pages_of("alpha")
    blueprint.add_url_rule("/one/<name>", "one", lambda name: name)
    items = [
        MenuItem("a", title="A", endpoint="alpha.one"),
        MenuItem("b", title="B", endpoint="alpha.nowhere"),
        MenuItem("c", title="C", endpoint="alpha.page"),
    ]
    found = app_with(plugin("alpha", register_blueprints=lambda: [blueprint], register_menu_items=lambda: items))
    enable(found, world, "alpha")
    admin = Browser(found.test_client()).sign_in("admin")
    page = admin.get("/configuration/extensions")
    assert ">C<" in page
    admin.post("/configuration/extensions/alpha/desactiver")


def test_a_page_of_a_plugin_that_raises_is_its_own_error(app_with, world):
    blueprint = pages_of("alpha")
    blueprint.add_url_rule("/broken", "broken", lambda: 1 / 0)
    found = app_with(plugin("alpha", register_blueprints=lambda: [blueprint]))
    enable(found, world, "alpha")
    helene = Browser(found.test_client()).sign_in("helene")
    helene.get("/alpha/broken", status=500)
    helene.get("/espace/")


def test_what_a_plugin_s_page_does_wrong_is_named_and_what_it_answers_is_not(app_with, world):
    blueprint = pages_of("alpha")
    for name, view in {"raises": lambda: 1 / 0, "leaves": lambda: sys.exit(3), "answers": lambda: abort(404)}.items():
        blueprint.add_url_rule(f"/{name}", name, view)
    found = app_with(plugin("alpha", register_blueprints=lambda: [blueprint]))
    enable(found, world, "alpha")
    helene = Browser(found.test_client()).sign_in("helene")
    helene.get("/alpha/answers", status=404)
    assert CALLS.faults() == []
    for name in ("raises", "leaves"):
        helene.get(f"/alpha/{name}", status=500)
        fault = CALLS.faults()[0]
        assert (fault.owner, fault.hook, fault.name) == ("alpha", "view", f"alpha.{name}")


def _on_error(blueprint: Blueprint) -> None:
    blueprint.errorhandler(404)(_out)
    blueprint.before_request(lambda: abort(404))


@pytest.mark.parametrize(
    "handler", [lambda blueprint: blueprint.before_request(_out), lambda blueprint: blueprint.after_request(_out), _on_error]
)
def test_a_handler_of_a_plugin_s_pages_that_leaves_is_its_own_error(app_with, world, handler):
    blueprint = pages_of("alpha")
    handler(blueprint)
    found = app_with(plugin("alpha", register_blueprints=lambda: [blueprint]))
    enable(found, world, "alpha")
    helene = Browser(found.test_client()).sign_in("helene")
    helene.get("/alpha/page", status=500)
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("alpha", "view")
    helene.get("/espace/")


def test_what_a_plugin_sends_in_parts_is_closed_at_its_end(app_with, world):
    closed = []

    class Parts:
        def __iter__(self):
            yield "une partie"

        def close(self):
            closed.append(True)

    blueprint = pages_of("alpha")
    blueprint.add_url_rule("/parts", "parts", lambda: Response(Parts()))
    found = app_with(plugin("alpha", register_blueprints=lambda: [blueprint]))
    enable(found, world, "alpha")
    assert Browser(found.test_client()).sign_in("helene").get("/alpha/parts") == "une partie"
    assert closed == [True]


def test_a_plugin_s_page_asks_for_a_session_unless_it_says_otherwise(app_with, world):
    found = app_with(plugin("alpha", register_blueprints=lambda: [pages_of("alpha")]))
    enable(found, world, "alpha")
    Browser(found.test_client()).get("/alpha/page", status=302)


def test_a_plugin_that_went_away_leaves_the_site_running(app_with, world, home):
    found = app_with(plugin("alpha"))
    enable(found, world, "alpha")
    without = app_with()
    admin = Browser(without.test_client()).sign_in("admin")
    admin.get("/configuration/extensions")
    admin.get("/espace/")
    admin.post("/configuration/extensions/alpha/desactiver")
    admin.post("/configuration/extensions/beta/desactiver", status=404)


def test_a_switch_of_a_plugin_that_does_not_exist_is_not_found(as_person):
    admin = as_person("admin")
    admin.get("/configuration/extensions")
    for name in ("nothing", "%00", "..", "é", "a" * 500):
        for what in ("activer", "desactiver"):
            admin.post(f"/configuration/extensions/{quote(name, safe='%')}/{what}", status=404)
