"""Extensions that fail only while the page is made, or take the database's connections for themselves: the page answers, they are named, nothing of theirs stays."""

import pytest
from sqlalchemy import NullPool, create_engine, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.db.models import Story
from app.factory import create_app
from app.hooks.calls import CALLS
from app.services.job_runs import run_due_jobs
from tests.conftest import Browser, close_engines, settings_for
from tests.hostile.making import found_in, write_plugin
from tests.services.plugins.conftest import switch

HEAD = """
import sys, threading
from flask import Blueprint
from sqlalchemy import create_engine, text
from app.sdk import *

blueprint = Blueprint("late", __name__)
KEPT = []

@hookimpl
def register_blueprints():
    return [blueprint]

def endless():
    yield "a"
    raise ValueError("boum")

def leaving():
    yield "a"
    sys.exit(3)

def asking(session, statement):
    yield "a"
    session.execute(text(statement))

class Facts:
    def __init__(self, act):
        self.act = act
    @property
    def words(self):
        return self.act()
    def __html__(self):
        return self.act()

def stop():
    raise GeneratorExit

def boom():
    raise ValueError("boum")
"""
ITEM = """
@hookimpl
def register_slot_items():
    return [SlotItem("s", slot="home.foot", template="late/shown.html", facts=lambda session, context: {facts})]
"""
SHOWN = "PART{% for word in words %}{{ word }}{% endfor %}"
# What it does → (its facts, its template).
LATE = {
    "an iterator that raises": ("{'words': endless()}", SHOWN),
    "an iterator that exits": ("{'words': leaving()}", SHOWN),
    "an iterator that breaks its query": ("{'words': asking(session, 'SELECT no FROM where_')}", SHOWN),
    "an iterator that ends the transaction": ("{'words': (session.commit() or '' for _ in 'a')}", SHOWN),
    "an iterator that ends it in words": ("{'words': asking(session, 'COMMIT')}", SHOWN),
    "an iterator that writes": ("{'words': asking(session, \"UPDATE story SET title = 'evil'\")}", SHOWN),
    "a property that raises": ("{'it': Facts(boom)}", "PART{{ it.words }}"),
    "a property that raises no Exception": ("{'it': Facts(stop)}", "PART{{ it.words }}"),
    "words that raise as they are written": ("{'it': Facts(boom)}", "PART{{ it }}"),
    "a function that the template calls": ("{'it': boom}", "PART{{ it() }}"),
    "facts named as what renders them": ("{'template_name_or_list': 'x'}", "PART"),
    "a template that shows itself while it may": ("{'more': True}", "PART{% if more %}{% include 'late/shown.html' %}{% endif %}"),
    "a macro that calls itself": ("{}", "PART{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}"),
    "a block of two that call each other": (
        "{'f': lambda: 1}",
        "PART{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
    ),
    "a place within its place": ("{}", "PART{{ slot('home.foot') }}{{ slot('home.foot') }}"),
    "a place within another": ("{}", "PART{{ slot('stories.foot') }}"),
}


@pytest.fixture
def app_with(home, tmp_path):
    made = []

    def make(code, files=None, **more):
        app = create_app(settings_for(home), plugins=[found_in(write_plugin(tmp_path, "late", HEAD + code, files=files, **more))])
        app.testing = False
        made.append(app)
        site = app.extensions["recits"]
        assert site.plugins.plugins["late"].failure is None
        switch(site, "late", True)
        return app, site

    yield make
    for app in made:
        close_engines(app)


@pytest.mark.parametrize("kind", LATE)
def test_what_fails_while_the_template_reads_it_is_left_out_and_named(app_with, kind):
    facts, template = LATE[kind]
    app, site = app_with(ITEM.replace("{facts}", facts), {"templates/shown.html": template})
    before = len(CALLS.faults())
    page = Browser(app.test_client()).get("/")
    assert "PART" not in page
    assert "</html>" in page
    assert len(CALLS.faults()) > before
    fault = CALLS.faults()[0]
    assert (fault.owner, fault.hook, fault.name) == ("late", "register_slot_items", "s")
    admin = Browser(app.test_client()).sign_in("admin")
    assert "n’a pas pu s’afficher ici" not in page
    assert "n’a pas pu s’afficher ici" in admin.get("/")  # who may mend it is told where
    switch(site, "late", False)
    assert "n’a pas pu s’afficher ici" not in admin.get("/")


def test_a_part_that_fails_takes_no_other_with_it(app_with):
    code = """
@hookimpl
def register_slot_items():
    bad = lambda session, context: {"words": asking(session, "SELECT no FROM where_")}
    good = lambda session, context: {"words": session.scalars(text("SELECT 'GOOD'"))}
    return [SlotItem(name, slot="home.foot", template="late/shown.html", facts=bad if name == "b" else good) for name in "abc"]
"""
    app, _site = app_with(code, {"templates/shown.html": "{% for word in words %}{{ word }}{% endfor %}"})
    assert Browser(app.test_client()).get("/").count("GOOD") == 2


VIEWS = """
import os

OWN = {
    "same": lambda url: url,
    "relative": lambda url: url.set(database=os.path.relpath(url.database)) if url.drivername == "sqlite" else url,
    "file": lambda url: url.set(database=f"file:{url.database}", query={"uri": "true"}) if url.drivername == "sqlite" else url,
}

@public
@blueprint.get("/take/<what>")
def take(what):
    engine = reader().get_bind()
    if what in OWN:
        own = create_engine(OWN[what](engine.url))
        with own.begin() as connection:
            connection.execute(text("UPDATE story SET title = 'evil'"))
        return "written"
    writes = engine.execution_options(recits_write=True)
    connection = (engine if what == "reading" else writes).connect()
    connection.execute(text("SELECT count(*) FROM story" if what == "reading" else "UPDATE story SET title = 'evil'"))
    KEPT.append(connection)
    return "taken"

@public
@blueprint.get("/stream")
def stream():
    engine = reader().get_bind().execution_options(recits_write=True)
    def parts():
        connection = engine.connect()
        connection.execute(text("UPDATE story SET title = 'evil'"))
        KEPT.append(connection)
        yield "taken"
    return parts()

@public
@blueprint.get("/fine")
def fine():
    with reader().get_bind().connect() as connection:
        return str(connection.execute(text("SELECT count(*) FROM story")).scalar_one())

def run(uow):
    connection = uow.session.get_bind().execution_options(recits_write=False).connect()
    connection.execute(text("SELECT count(*) FROM story"))
    KEPT.append(connection)

@hookimpl
def register_jobs():
    return [Job("j", every=60, run=run)]
"""


def kept_out(site, world) -> None:
    """The site writes as before, and nothing of the plugin's stays."""
    with site.writer.begin() as uow:
        uow.record(None, "story.test", "story", world.stories["legumerie"])
    with Session(site.engine) as session:
        assert "evil" not in session.scalars(select(Story.title)).all()
    assert site.engine.pool.checkedout() == 0


@pytest.mark.parametrize("path", ["/late/take/reading", "/late/take/writing", "/late/stream"])
def test_a_transaction_that_a_view_keeps_open_is_taken_back(app_with, world, path):
    app, site = app_with(VIEWS)
    assert Browser(app.test_client()).get(path) == "taken"
    kept_out(site, world)
    fault = CALLS.faults()[0]
    assert (fault.owner, fault.hook) == ("late", "view")
    assert "kept a connection" in fault.message
    with pytest.raises(StatementError):  # what the plugin still holds is good for nothing
        site.plugins.plugins["late"].module.KEPT[0].execute(text("SELECT 1"))


@pytest.mark.parametrize("way", ["same", "relative", "file"])
def test_an_engine_of_its_own_to_the_sites_database_is_refused(app_with, world, way):
    app, site = app_with(VIEWS)
    Browser(app.test_client()).get(f"/late/take/{way}", status=500)
    kept_out(site, world)
    assert any("a connection of its own" in fault.message and fault.owner == "late" for fault in CALLS.faults())


def test_who_is_no_plugin_may_open_the_database_with_an_engine_of_its_own(app_with):
    _app, site = app_with(VIEWS)
    own = create_engine(site.engine.url, poolclass=NullPool)
    with own.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM story")).scalar_one() > 0


def test_a_connection_that_is_given_back_is_nobodys_fault(app_with, world):
    app, site = app_with(VIEWS)
    before = len(CALLS.faults())
    assert int(Browser(app.test_client()).get("/late/fine")) > 0
    kept_out(site, world)
    assert len(CALLS.faults()) == before


def test_a_transaction_that_a_job_keeps_open_is_taken_back(app_with, world):
    _app, site = app_with(VIEWS)
    assert run_due_jobs(site.writer, site.snapshots) == ["late:j"]
    kept_out(site, world)
    assert (CALLS.faults()[0].hook, CALLS.faults()[0].name) == ("register_jobs", "j")
