"""A plugin's hook or job that ends the transaction it was lent changes nothing and is named."""

import pytest
from sqlalchemy import text

from app.hooks.calls import CALLS
from app.hooks.manager import Candidate
from app.services.job_runs import run_due_jobs
from app.services.site import Site
from tests.hostile.making import found_in, migration, table, write_plugin
from tests.services.plugins.conftest import switch
from tests.services.plugins.states import is_on, verbs

ENDS = {
    "exits": "raise SystemExit(3)",
    "commits": "session.commit()",
    "rolls back": "session.rollback()",
    "commits in words": "session.execute(text('COMMIT'))",
    "commits past the session": "session.connection().commit()",
    "closes the connection": "session.connection().close()",
    "closes the transaction itself": "session.get_transaction().close()",
    "rolls back past the session and hides it": "try:\n        session.connection().rollback()\n    except Exception:\n        pass",
}


HOOKS = """
from sqlalchemy import text

@hookimpl
def on_enable(session):
    session.execute(text("INSERT INTO ender_note (words) VALUES ('on')"))
    {enable}

@hookimpl
def on_disable(session):
    session.execute(text("INSERT INTO ender_note (words) VALUES ('off')"))
    {disable}

def run(uow):
    session = uow.session
    session.execute(text("INSERT INTO ender_note (words) VALUES ('job')"))
    {job}

@hookimpl
def register_jobs():
    return [Job("j", every=60, run=run)]
"""


def ender(tmp_path, **acts: str) -> Candidate:
    code = HOOKS
    for hook in ("enable", "disable", "job"):
        code = code.replace(f"{{{hook}}}", acts.get(hook, "pass"))
    return found_in(write_plugin(tmp_path, "ender", code, migrations={"one.py": migration("ender_1", None, table("ender_note"))}))


def words(site: Site) -> list[str]:
    with site.engine.connect() as connection:
        return list(connection.scalars(text("SELECT words FROM ender_note ORDER BY id")))


@pytest.mark.parametrize("kind", ENDS)
def test_a_hook_that_ends_the_transaction_of_its_own_switching_on_is_not_on(site_with, tmp_path, kind):
    site = site_with(ender(tmp_path, enable=ENDS[kind]))
    with pytest.raises(Exception):  # noqa: B017, PT011  # refused, or given up whole where SQLAlchemy takes the transaction for ended
        switch(site, "ender", True)
    assert not is_on(site, "ender")
    assert words(site) == []
    assert "plugin.enable" not in verbs(site)
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("ender", "on_enable")


@pytest.mark.parametrize("kind", ["exits", "commits", "rolls back", "commits in words"])
def test_a_hook_that_ends_the_transaction_of_its_switching_off_keeps_nothing_on(site_with, tmp_path, kind):
    site = site_with(ender(tmp_path, disable=ENDS[kind]))
    switch(site, "ender", True)
    switch(site, "ender", False)
    assert not is_on(site, "ender")
    assert words(site) == ["on"]
    assert verbs(site)[-2:] == ["plugin.enable", "plugin.disable"]


@pytest.mark.parametrize("kind", ENDS)
def test_a_job_that_ends_its_transaction_leaves_nothing_and_is_named(site_with, tmp_path, kind):
    site = site_with(ender(tmp_path, job=ENDS[kind]))
    switch(site, "ender", True)
    assert run_due_jobs(site.writer, site.snapshots) == ["ender:j"]
    assert words(site) == ["on"]
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("ender", "register_jobs")


SWITCHES_OFF = """
from sqlalchemy import text

def run(uow):
    uow.session.execute(text("UPDATE plugin_state SET enabled = false WHERE name = 'second'"))
    uow.session.execute(text("UPDATE site_state SET generation = generation + 1"))

@hookimpl
def register_jobs():
    return [Job("j", every=60, run=run)]
"""


def test_a_job_of_a_plugin_that_was_switched_off_since_is_not_run(site_with, tmp_path):
    site = site_with(*(found_in(write_plugin(tmp_path, name, SWITCHES_OFF)) for name in ("first", "second")))
    for name in ("first", "second"):
        switch(site, name, True)
    assert run_due_jobs(site.writer, site.snapshots) == ["first:j"]
