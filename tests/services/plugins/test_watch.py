"""The watch over plugins' calls, round by round, and what a process leaves behind when it dies."""

import subprocess
import sys
import threading

import pytest
from sqlalchemy.orm import Session

from app.factory import create_app
from app.hooks.calls import CALLS, Suspended
from app.hooks.contracts import Guard, GuardContext, Tile
from app.hooks.run_files import Journal, condemned_calls, forget_the_dead, loading, refused_marks
from app.jobs.watch import Limits, Watch
from app.services import plugins
from app.services.guards import objections
from app.services.plugins import absorb
from tests.conftest import Browser, close_engines, settings_for
from tests.hostile.making import found_in, write_plugin
from tests.services.plugins.conftest import switch

CODE = """
from flask import Blueprint

blueprint = Blueprint("slow", __name__)

@public
@blueprint.get("/page")
def page():
    return "une page"

@hookimpl
def register_blueprints():
    return [blueprint]

@hookimpl
def register_tiles():
    return [Tile("t", title="T")]

@hookimpl
def register_guards():
    return [Guard("g", transitions=frozenset({"submit"}), check=lambda session, context: ())]
"""


@pytest.fixture
def site(site_with, tmp_path):
    found = site_with(found_in(write_plugin(tmp_path, "slow", CODE)))
    switch(found, "slow", True)
    yield found
    CALLS.keep_in(None)
    CALLS.refuse(frozenset())


@pytest.fixture
def folder(site):
    return site.settings.run_folder


class Hanging:
    """A thread that is in a plugin's call until it is let go."""

    def __init__(self, hook: str, name: str, *, waits: bool = False) -> None:
        self._go, self._in = threading.Event(), threading.Event()
        self._arguments, self._waits = ("slow", hook, name), waits
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with CALLS.call(*self._arguments):
            if self._waits:
                with CALLS.waiting():
                    self._in.set()
                    self._go.wait(60)
            else:
                self._in.set()
                self._go.wait(60)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._in.wait(10)

    def __exit__(self, *_error: object) -> None:
        self._go.set()
        self._thread.join()


def watch_of(site, folder, events: list[str]) -> Watch:
    return Watch(site, folder, lambda: events.append("leave"), Limits(tick=1), end=lambda _code: events.append("end"))


@pytest.mark.parametrize(("hook", "limit"), [("register_tiles", 5), ("view", 20), ("register_jobs", 60), ("migration", 60)])
def test_a_call_over_its_limit_is_condemned_and_its_worker_leaves_after_a_grace(site, folder, hook, limit):
    events: list[str] = []
    watch = watch_of(site, folder, events)
    with Hanging(hook, "x"):
        for _ in range(limit + 1):
            watch.look()
        assert events == []
        watch.look()
        assert events == ["leave"]
        assert [(entry.call, entry.reason) for entry in condemned_calls(folder).values()] == [(f"{hook} slow:x", "hang")]
        with pytest.raises(Suspended), CALLS.call("slow", hook, "x"):
            pytest.fail("it must not be made again in this process")
        for _ in range(5):
            watch.look()
        assert events == ["leave", "end"]
    assert CALLS.faults()[0].message.startswith("no answer within")
    watch.stop()


def test_waiting_for_the_writer_and_many_short_calls_condemn_nobody(site, folder):
    events: list[str] = []
    watch = watch_of(site, folder, events)
    with Hanging("register_tiles", "x", waits=True):
        for _ in range(50):
            watch.look()
    for _ in range(50):
        with Hanging("register_tiles", "x"):
            watch.look()
    assert events == []
    watch.stop()


def test_what_is_condemned_is_suspended_by_whoever_writes_next(site, folder):
    events: list[str] = []
    watch = watch_of(site, folder, events)
    with Hanging("register_tiles", "t"):
        for _ in range(8):
            watch.look()
    watch.stop()
    CALLS.refuse(frozenset())
    assert absorb(site.writer, folder) == 1
    assert absorb(site.writer, folder) == 0
    assert condemned_calls(folder) == {}
    with Session(site.engine) as session:
        snapshot = site.snapshots.current(session)
        assert snapshot.of(Tile) == ()
        assert len(snapshot.suspended_of(Tile)) == 1


def test_a_suspended_guard_refuses_and_a_suspended_page_says_so(site, world):
    for call in ("register_guards slow:g", "view slow:slow.page"):
        with site.writer.begin() as uow:
            plugins.suspend(uow, call, "slow", "hang")
    with site.writer.begin() as uow:
        found = objections(uow.session, uow.snapshot, GuardContext("submit", world.stories["legumerie"], None))
        other = objections(uow.session, uow.snapshot, GuardContext("publish", world.stories["legumerie"], None))
    assert found == ([], ["slow"])
    assert other == ([], []), "it stands before one step alone"
    assert len(site.registry.of(Guard)) == 1


def test_a_suspended_page_answers_503_until_it_is_resumed(home, tmp_path):
    app = create_app(settings_for(home), plugins=[found_in(write_plugin(tmp_path, "slow", CODE))])
    app.testing = False
    site = app.extensions["recits"]
    switch(site, "slow", True)
    reader = Browser(app.test_client())
    assert reader.get("/slow/page") == "une page"
    with site.writer.begin() as uow:
        plugins.suspend(uow, "view slow:slow.page", "slow", "hang")
    assert "suspendue" in reader.get("/slow/page", status=503)
    reader.get("/")
    with site.writer.begin() as uow:
        plugins.resume(uow, None, "slow")
    reader.get("/slow/page")
    CALLS.refuse(frozenset({"view slow:slow.page"}))  # the database does not say so yet
    try:
        assert "suspendue" in reader.get("/slow/page", status=503)
    finally:
        CALLS.refuse(frozenset())
    close_engines(app)


DIES = """
import os, sys
from pathlib import Path
from app.hooks.calls import CALLS
from app.hooks.run_files import Journal, loading
folder = Path(sys.argv[1])
if sys.argv[2] == "loading":
    with loading(folder) as note:
        note("slow@stamp")
        os._exit(1)
CALLS.keep_in(Journal(folder))
with CALLS.call("slow", "view", "outer"):
    with CALLS.call("slow", "register_tiles", "done"):
        pass
    with CALLS.call("slow", "register_tiles", "é"):
        os._exit(1)
"""


def die(folder, how: str) -> None:
    assert subprocess.run([sys.executable, "-c", DIES, str(folder), how], check=False).returncode == 1


def test_the_innermost_call_of_a_process_that_died_is_suspended_and_named(site, folder):
    die(folder, "calling")
    assert absorb(site.writer, folder) == 1
    with Session(site.engine) as session:
        status = plugins.read_status(session, site.plugins, "slow")
    assert status is not None
    assert [(call.call, call.reason) for call in status.suspended] == [("register_tiles slow:é", "exit")]
    assert CALLS.faults()[0].message == "it ended the process; suspended"
    assert absorb(site.writer, folder) == 0


def test_the_living_and_those_that_died_with_their_server_are_not_blamed(site, folder):
    journal = Journal(folder)
    journal.write(1, "register_tiles slow:t")
    assert absorb(site.writer, folder) == 0
    journal.forget()
    die(folder, "calling")
    forget_the_dead(folder)
    assert absorb(site.writer, folder) == 0


def test_what_ended_the_process_that_loaded_it_is_remembered(site, folder):
    with loading(folder) as note:
        note("fine@stamp")
    assert refused_marks(folder) == frozenset()
    die(folder, "loading")
    assert refused_marks(folder) == {"slow@stamp"}
    assert refused_marks(folder) == {"slow@stamp"}
