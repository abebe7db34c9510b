"""Jobs of extensions: one worker takes each, a failure is undone and noted, a plugin that is off has none."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.db.models import JobRun, Territory
from app.factory import create_app
from app.hooks.contracts import Job
from app.kernel.clock import system_clock
from app.services import plugins
from app.services.job_runs import run_due_jobs
from tests.conftest import close_engines, settings_for
from tests.fakes import plugin


class Later:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self):
        return system_clock() + self.ahead


@pytest.fixture
def run(home):
    """Returns a function that runs the due jobs of a site with the extension `alpha`, the clock, and the site."""
    clock, runs = Later(), []

    def work(uow):
        runs.append(uow.now)
        uow.session.query(Territory).first().name = "Changé"
        if len(runs) == 2:
            raise RuntimeError("pas cette fois")

    job = Job("work", every=60, run=work)
    made = create_app(settings_for(home), clock=clock, plugins=[plugin("alpha", register_jobs=lambda: [job])])
    site = made.extensions["recits"]
    yield lambda: run_due_jobs(site.writer, site.snapshots), clock, site, runs
    close_engines(made)


def switch(site, on):
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "alpha", on)


def test_register_jobs_runs_each_when_its_time_has_come_and_only_while_the_plugin_is_on(run):
    due, clock, site, runs = run
    assert due() == []
    switch(site, True)
    assert due() == ["alpha:work"]
    assert due() == [], "not before its time"
    clock.ahead = timedelta(seconds=61)
    switch(site, False)
    assert due() == []
    switch(site, True)
    assert due() == ["alpha:work"]
    assert len(runs) == 2


def test_a_job_that_fails_is_undone_noted_and_tried_again(run):
    due, clock, site, runs = run
    switch(site, True)
    due()
    with site.writer.begin() as uow:
        uow.session.query(Territory).first().name = "Avant"
    for turn, error in ((61, "RuntimeError: pas cette fois"), (122, "")):
        clock.ahead = timedelta(seconds=turn)
        due()
        with Session(site.engine) as session:
            row = session.get(JobRun, "alpha:work")
            assert row.error == error
            assert row.ended_at is not None
            assert session.query(Territory).first().name == ("Avant" if error else "Changé")
    assert len(runs) == 3


def test_two_workers_never_take_one_turn_twice(run, home):
    due, _clock, site, runs = run
    switch(site, True)
    other = create_app(settings_for(home), plugins=[plugin("alpha", register_jobs=lambda: [Job("work", every=60, run=lambda uow: runs.append("other"))])])  # fmt: skip
    elsewhere = other.extensions["recits"]
    assert len(due()) + len(run_due_jobs(elsewhere.writer, elsewhere.snapshots)) == 1
    assert len(runs) == 1
    close_engines(other)
