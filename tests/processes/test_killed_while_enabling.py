"""A real process killed with -9 between a plugin's migration and its switch, and code that changes on the disk of a running site: each is seen, and finished by hand."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from app.db.migrate import migrate
from app.factory import create_app
from app.sdk_testing import SmallSite
from tests.conftest import settings_for
from tests.hostile.making import migration, table
from tests.processes.conftest import ROOT, command, environment, serving
from tests.processes.distributions import install
from tests.processes.test_hostile_plugins import get, info, until, workers
from tests.processes.test_third_party import Person

pytestmark = pytest.mark.long  # real servers and their workers

EXTENSIONS = "/configuration/extensions"
PAGE = f"{EXTENSIONS}/doomed"
MIGRATIONS = {"one.py": migration("doomed_1", None, table("doomed_note"), 'op.drop_table("doomed_note")')}
CODE = """
import os, signal
from pathlib import Path
from flask import Blueprint
from app.sdk import *

blueprint = Blueprint("doomed", __name__)
TRIGGER = Path(os.environ.get("RECITS_HOME", "/nowhere")) / "trigger"

@public
@blueprint.get("/version")
def page():
    return MANIFEST.version

@hookimpl
def register_blueprints():
    return [blueprint]

@hookimpl
def on_enable(session):
    session.execute(__import__("sqlalchemy").text("INSERT INTO doomed_note (words) VALUES ('enabled')"))
    if TRIGGER.exists():
        os.kill(os.getpid(), signal.SIGKILL)
"""
# A process of its own that has migrated, and dies before it switches.
BETWEEN = """
import os, signal
from app.factory import create_app
from app.services import plugins
site = create_app().extensions["recits"]
plugins.prepare_tables(site.engine, site.plugins, "doomed")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def distributions(tmp_path: Path) -> Path:
    folder = tmp_path / "distributions"
    folder.mkdir()
    install(folder, "doomed", CODE, migrations=MIGRATIONS)
    return folder


@pytest.fixture
def small(empty_home):
    found = SmallSite(create_app(settings_for(empty_home), plugins=[]))
    migrate(found.core.engine)
    found.populate()
    yield found
    found.core.engine.dispose()


def admin_of(small: SmallSite) -> Person:
    return Person(f"recits={small.client('administrator').client.get_cookie('recits').value}")


def notes(small: SmallSite) -> list[str]:
    with small.core.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT words FROM doomed_note").scalars())


def test_killed_between_the_migration_and_the_switch(empty_home, distributions, small):
    result = run_python(BETWEEN, empty_home, distributions)
    assert result == -signal.SIGKILL
    assert "doomed_note" in inspect(small.core.engine).get_table_names()
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        assert get(server, "/doomed/version") == 404
        assert "doomed\t1.0\tdésactivée\n" in info(empty_home, distributions, "list"), "its tables are there, and it is off"
        admin_of(small).post(server, f"{PAGE}/activer")
        until(lambda: get(server, "/doomed/version") == 200)
        assert notes(small) == ["enabled"]


def test_a_command_killed_within_the_switch_leaves_it_off_and_is_repeated(empty_home, distributions, small):
    (empty_home / "trigger").touch()
    killed = command("plugin", "enable", "doomed", home=empty_home, PYTHONPATH=str(distributions))
    assert killed.returncode == -signal.SIGKILL
    assert notes(small) == [], "what the switch wrote went with it; what was migrated stays"
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        assert get(server, "/") == 200
        assert get(server, "/doomed/version") == 404
        (empty_home / "trigger").unlink()
        info(empty_home, distributions, "enable", "doomed")
        until(lambda: get(server, "/doomed/version") == 200)
        assert notes(small) == ["enabled"]
        assert command("verify", home=empty_home).returncode == 0


def test_a_worker_killed_within_the_switch_is_replaced_named_and_the_page_completes_it(empty_home, distributions, small):
    (empty_home / "trigger").touch()
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        admin, before = admin_of(small), workers(server)
        with pytest.raises(OSError):  # noqa: PT011  # the connection ends with its worker
            admin.ask(server, f"{PAGE}/activer", {})
        until(lambda: len(workers(server)) == 2 and workers(server) != before)
        assert get(server, "/") == 200
        until(lambda: "on_enable doomed:on_enable" in info(empty_home, distributions, "info", "doomed"))
        assert notes(small) == []
        assert "appel est suspendu" in admin.get(server, EXTENSIONS)
        (empty_home / "trigger").unlink()
        assert "1 appel" in info(empty_home, distributions, "resume", "doomed")
        admin.post(server, f"{PAGE}/activer")
        until(lambda: get(server, "/doomed/version") == 200)
        assert notes(small) == ["enabled"]
        assert "suspendu" not in admin.get(server, PAGE)


def test_code_that_changes_on_the_disk_is_announced_and_brought_by_a_restart_from_the_page(empty_home, distributions, small):
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        admin = admin_of(small)
        admin.post(server, f"{PAGE}/activer")
        until(lambda: server.get("/doomed/version") == (200, "1.0"))
        assert "plus récent" not in admin.get(server, EXTENSIONS)
        install(distributions, "doomed", CODE, version="2.0", migrations=MIGRATIONS)
        install(distributions, "newcomer", "# nothing yet")
        page = admin.get(server, EXTENSIONS).replace("\u00a0", " ")
        assert "Code changé : doomed" in page
        assert "Nouvelles : newcomer" in page
        assert server.get("/doomed/version") == (200, "1.0"), "the workers run what they loaded"
        before = workers(server)
        admin.post(server, f"{EXTENSIONS}/redemarrer")
        until(lambda: not workers(server) & before)
        until(lambda: server.get("/doomed/version") == (200, "2.0"))
        page = admin.get(server, EXTENSIONS)
        assert "plus récent" not in page
        assert "newcomer" in page
        assert "Activée en 1.0, installée en 2.0" in page
        admin.post(server, f"{PAGE}/activer")
        assert "mise à niveau" not in admin.get(server, EXTENSIONS)


def run_python(code: str, home: Path, distributions: Path) -> int:
    path = f"{ROOT}{os.pathsep}{distributions}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(home, PYTHONPATH=path), check=False).returncode
