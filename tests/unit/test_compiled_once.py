"""What the tests compile once per process answers as what each application would compile for itself."""

from pathlib import Path

from flask import Flask
from jinja2 import DictLoader, Environment
from sqlalchemy import column, create_engine, select, table
from werkzeug.routing import BaseConverter, Map, Rule, UnicodeConverter

from app.db import migrate
from tests import compiled_once


def test_a_template_with_new_words_is_compiled_anew():
    kept = compiled_once._TemplatesInMemory()
    words = {"page.html": "one"}
    assert Environment(loader=DictLoader(words), bytecode_cache=kept).get_template("page.html").render() == "one"
    words["page.html"] = "two"
    assert Environment(loader=DictLoader(words), bytecode_cache=kept).get_template("page.html").render() == "two"


def test_a_query_is_compiled_once_for_two_engines_and_answers_each_from_its_own_tables(tmp_path: Path):
    things = table("thing", column("name"))
    answers, dialects = [], []
    for name in ("one", "two"):
        engine = create_engine(f"sqlite:///{tmp_path / name}")
        with engine.begin() as connection:
            connection.exec_driver_sql("create table thing (name text)")
            connection.exec_driver_sql(f"insert into thing values ('{name}')")
            answers.append((connection.scalar(select(things.c.name)), engine._compiled_cache))
        dialects.append(engine.dialect)
        engine.dispose()
    assert [answer for answer, _cache in answers] == ["one", "two"]
    assert answers[0][1] is answers[1][1]
    assert dialects[0] != dialects[1], "the site knows its own engines by them"


def test_two_routes_of_one_text_lead_to_their_own_views():
    first, second = Flask("first"), Flask("second")
    for app in (first, second):
        app.add_url_rule("/chose/<name>", "thing", lambda name, app=app: f"{app.name} {name}")
    assert first.test_client().get("/chose/a").text == "first a"
    assert second.test_client().get("/chose/b").text == "second b"


def test_a_route_is_read_anew_for_other_converters_and_keeps_its_addresses():
    class Loud(BaseConverter):
        def to_python(self, value: str) -> str:
            return value.upper()

        def to_url(self, value: str) -> str:
            return value.lower()

    found = []
    for converter in (UnicodeConverter, Loud, UnicodeConverter):
        routes = Map([Rule("/<word:name>/<int:number>", endpoint="thing", defaults={"more": 1})], converters={"word": converter})
        there = routes.bind("recits.example")
        found.append((there.match("/un/2"), there.build("thing", {"name": "UN", "number": 3, "other": "x"}), there.test("/un/deux")))
    quiet = (("thing", {"more": 1, "name": "un", "number": 2}), "/UN/3?other=x", False)
    loud = (("thing", {"more": 1, "name": "UN", "number": 2}), "/un/3?other=x", False)
    assert found == [quiet, loud, quiet]


def test_the_migrations_of_a_plugin_are_read_each_time(tmp_path: Path):
    assert migrate.scripts_of(migrate.CORE_SCRIPTS) is migrate.scripts_of(migrate.CORE_SCRIPTS)
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").touch()
    (tmp_path / "script.py.mako").touch()
    assert migrate.scripts_of(tmp_path) is not migrate.scripts_of(tmp_path)
