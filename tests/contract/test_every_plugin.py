"""What every plugin must hold: it keeps the rules, boots alone, leaves nothing of itself while it is off or absent, and gets all of it back."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import url_for
from sqlalchemy import inspect, select, text
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule
from wtforms import Form

from app.db.models import PassageRevision
from app.hooks.contracts import BlockType, MenuItem, Permission, SettingsPage
from app.sdk_testing import MadeStory, SmallSite, problems_of, small_site
from app.services import stories, workflow
from app.services.form_data import make_form, values_of
from tests.contract.conftest import Subject

SAMPLES = {"IdConverter": "0" * 20, "SlugConverter": "un-mot", "HashConverter": "a" * 64, "WidthConverter": 320, "IntegerConverter": 1}
CORE_PAGES = ("/", "/recits/", "/territoires/", "/en/", "/en/recits/")
DESK_PAGES = ("/espace/", "/compte")


# — on its own —


def test_it_keeps_every_rule_of_the_check(subject: Subject):
    """Imports, hooks, names, migrations up and down, models, templates, catalogues, README, licence, links, static files."""
    assert [str(problem) for problem in problems_of(subject.name if subject.place.project is None else subject.place.package)] == []


def test_it_boots_alone_and_the_core_answers(subject: Subject, alone: SmallSite):
    story = alone.make_story()
    alone.enable(subject.name)
    for path in (*CORE_PAGES, story.path, f"/en{story.path}"):
        alone.client().get(path)
    for path in DESK_PAGES:
        alone.client("member").get(path)
    alone.client("administrator").get(f"/configuration/extensions/{subject.name}")
    alone.client("editor").get("/relecture/")


def test_what_it_declares_is_its_own(subject: Subject, alone: SmallSite):
    registry = alone.core.registry
    owned = {permission.item.name for permission in registry.of(Permission)}
    assert all(name.startswith(f"{subject.name}.") for name in owned)
    with alone.app.test_request_context("/"):
        for item in registry.of(MenuItem):
            assert url_for(item.item.endpoint).startswith(f"/{subject.name}/")
            assert item.item.permission is None or item.item.permission in owned or not item.item.permission.startswith(f"{subject.name}.")
    for rule in rules_of(alone, subject.name):
        assert rule.rule.startswith(f"/{subject.name}/")


# — off —


def rules_of(site: SmallSite, name: str) -> list[Rule]:
    blueprints = {blueprint.name for blueprint in site.core.plugins.plugins[name].blueprints}
    return [rule for rule in site.app.url_map.iter_rules() if rule.endpoint.split(".")[0] in blueprints]


def addresses(site: SmallSite, name: str) -> Iterator[tuple[str, str]]:
    """Yields (method, address) of every route, with an argument of the right shape in each place."""
    adapter = site.app.url_map.bind("localhost")
    for rule in rules_of(site, name):
        arguments: dict[str, Any] = {}
        for part, converter in rule._converters.items():
            items = getattr(converter, "items", None)  # `any(…)`
            arguments[part] = sorted(items)[0] if items else SAMPLES.get(type(converter).__name__, "un-mot")
        address = adapter.build(rule.endpoint, arguments)
        yield from ((method, address) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def test_every_route_answers_404_while_it_is_off(subject: Subject, alone: SmallSite):
    found = list(addresses(alone, subject.name))
    assert found
    for role in (None, "administrator"):
        client = alone.client(role).client
        for method, address in found:
            for prefix in ("", "/en"):
                answer = client.open(prefix + address, method=method)
                nobody = client.open(f"{prefix}/nobody/nothing")
                assert answer.status_code == nobody.status_code == 404, (role, method, prefix + address)
                assert method != "GET" or answer.text.replace(address, "") == nobody.text.replace("/nobody/nothing", ""), (
                    "it answers as what does not exist"
                )


def test_its_static_files_are_served_under_its_name_and_only_while_it_is_on(subject: Subject, alone: SmallSite):
    folder = subject.place.package / "static"
    files = [f"/{subject.name}/static/{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file()]
    for status in (404, 200):
        for path in files:
            with alone.client().client.get(path) as answer:
                assert (path, answer.status_code) == (path, status)
        alone.enable(subject.name)


def queries_of(site: SmallSite, story: MadeStory) -> dict[str, int]:
    """Returns how many queries each page of the core takes, once everything is loaded."""
    counts = {}
    for role, paths in ((None, (*CORE_PAGES, story.path)), ("member", (*DESK_PAGES, f"/espace/recits/{story.id}"))):
        client = site.client(role)
        for path in paths:
            client.get(path)
            with site.count_queries() as queries:
                client.get(path)
            counts[path.removesuffix(story.id)] = queries.count
    return counts


def test_it_adds_no_query_to_the_cores_pages_while_it_is_off(subject: Subject, alone: SmallSite, tmp_path: Path):
    with small_site(tmp_path / "bare", plugins=[]) as bare:
        without = queries_of(bare, bare.make_story())
    assert queries_of(alone, alone.make_story()) == without


# — off and on again, and gone —


GUESSES = ("Un texte d’essai", "https://exemple.test/page", "3", "12 mai 2022", "2022-05-12", "quelquun@exemple.test", "y", "")


def sample_data(kind: type[Form]) -> Mapping[str, Any]:
    """Returns data that a block's form accepts: each field tries one guess after the other until it has no error."""
    typed = {field.name: _first_choice(field) or GUESSES[0] for field in make_form(kind, None, "")}
    for guess in GUESSES:
        form = make_form(kind, MultiDict(typed), "")
        if form.validate():
            return values_of(form)
        typed |= dict.fromkeys(form.errors, guess)
    raise AssertionError(f"no guess fits {kind.__name__}: {form.errors}")


def _first_choice(field: Any) -> str:
    choices = [choice[0] if isinstance(choice, tuple) else choice.value for choice in getattr(field, "choices", None) or []]
    return str(next((value for value in choices if value), ""))


def make_blocks(site: SmallSite) -> MadeStory:
    """Makes a published story with a block of every kind that the plugin brings."""
    with site.app.test_request_context("/"):
        blocks = [(owned.full_name, sample_data(owned.item.form())) for owned in site.core.registry.of(BlockType)]
        return site.make_story("Un récit et ses blocs", blocks=blocks)


def bytes_of(site: SmallSite, name: str) -> dict[str, list[tuple[Any, ...]]]:
    """Returns every row of the plugin's tables, and every passage with its block, as stored."""
    with site.reading() as session:
        tables = [table for table in inspect(site.core.engine).get_table_names() if table.startswith(f"{name}_")]
        stored = {table: sorted(map(tuple, session.execute(text(f'SELECT * FROM "{table}"'))), key=repr) for table in tables}
        rows = session.execute(
            select(PassageRevision.id, PassageRevision.hash, PassageRevision.body, PassageRevision.data, PassageRevision.snapshot)
        )
        stored["passage_revision"] = sorted((row.id, row.hash, row.body, repr(row.data), repr(row.snapshot)) for row in rows)
        return stored


def test_off_then_edited_by_others_then_on_keeps_everything_byte_for_byte(subject: Subject, alone: SmallSite):
    alone.enable(subject.name)
    story = make_blocks(alone)
    page, stored = alone.client().get(story.path), bytes_of(alone, subject.name)

    alone.disable(subject.name)
    assert bytes_of(alone, subject.name) == stored
    with alone.writing("member") as (uow, member):
        workflow.reopen_story(uow, member, story.id)
    with alone.writing("member") as (uow, member):
        stories.edit_story(uow, member, story.id, "Un autre titre", "Un autre chapeau.")
    alone.client("member").get(f"/espace/recits/{story.id}")
    with alone.writing("member") as (uow, member):
        stories.edit_story(uow, member, story.id, "Un récit et ses blocs", "Un chapeau.")

    alone.enable(subject.name)
    assert bytes_of(alone, subject.name) == stored
    assert alone.client().get(story.path) == page
    alone.client("member").get(f"/espace/recits/{story.id}")


def test_its_blocks_are_read_when_its_code_is_gone(subject: Subject, alone: SmallSite, tmp_path: Path):
    alone.enable(subject.name)
    story = make_blocks(alone)
    kinds = [owned.full_name for owned in alone.core.registry.of(BlockType)]
    alone.core.engine.dispose()
    with small_site(tmp_path / "alone", plugins=[], fresh=False) as bare:
        page = bare.client().get(story.path)
        assert page.count("Un texte d’essai") >= len(kinds)
        for path in CORE_PAGES:
            bare.client().get(path)
        bare.client("member").get(f"/espace/recits/{story.id}")
        bare.client("administrator").get("/configuration/extensions")


def test_its_settings_pages_open_and_save(subject: Subject, alone: SmallSite):
    alone.enable(subject.name)
    admin = alone.client("administrator")
    pages = [owned.item.name for owned in alone.core.registry.of(SettingsPage)]
    for name in pages:
        path = f"/configuration/extensions/{subject.name}/reglages/{name}"
        assert 'name="csrf_token"' in admin.get(path)
    alone.disable(subject.name)
    for name in pages:
        # A page that asks for a right of the plugin's own is closed with it; the others say that the settings wait.
        assert admin.client.get(f"/configuration/extensions/{subject.name}/reglages/{name}").status_code in (200, 403)


@pytest.mark.parametrize("lang", ["", "/en"])
def test_nothing_of_it_is_offered_while_it_is_off(subject: Subject, alone: SmallSite, lang: str):
    """No link to its pages stands on any page of the core that its people see."""
    story = alone.make_story()
    for role, paths in (
        (None, (*"/", "/recits/", "/territoires/", story.path)),
        ("member", (*DESK_PAGES, f"/espace/recits/{story.id}")),
        ("editor", ("/relecture/",)),
        ("administrator", ("/configuration/",)),
    ):
        for path in paths:
            assert f'href="{lang}/{subject.name}/' not in alone.client(role).get(lang + path)
