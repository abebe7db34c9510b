"""Plugins that hang or end the process, in a real server: it costs one worker, which is replaced; the call is suspended, named, and can be resumed."""

import http.client
import os
import signal
import subprocess
import threading
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes.conftest import Server, command, serving
from tests.processes.distributions import install

MENACE = """
import os, signal, sys, time
from pathlib import Path
from flask import Blueprint
from app.sdk import *

blueprint = Blueprint("menace", __name__)
TRIGGER = Path(os.environ["RECITS_HOME"]) / "trigger"

def act(what):
    if what == "exit":
        os._exit(3)
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "leave":
        sys.exit(3)
    if what == "sleep":
        time.sleep(600)
    if what == "busy":
        while True:
            pass
    return "rien"

@public
@blueprint.get("/<what>")
def page(what):
    return act(what)

@public
@blueprint.get("/later")
def later():
    def parts():
        yield "a"
        sys.exit(3)
    return parts()

@hookimpl
def register_blueprints():
    return [blueprint]

def facts(session, context):
    act(TRIGGER.read_text() if TRIGGER.exists() else "")
    return None

@hookimpl
def register_slot_items():
    return [SlotItem("s", slot="home.foot", template="", facts=facts)]
"""

pytestmark = pytest.mark.long  # real workers end and are replaced: a minute and more


@pytest.fixture
def distributions(tmp_path: Path) -> Path:
    folder = tmp_path / "distributions"
    folder.mkdir()
    return folder


def workers(server: Server) -> set[int]:
    """The processes that the supervisor has started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True, check=False)
    return {int(line) for line in found.stdout.split()}


def until(check: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.2)


def get(server: Server, path: str) -> int | None:
    """Returns the status of a page; None if its worker ended before it answered."""
    try:
        return server.get(path)[0]
    except (OSError, http.client.HTTPException, urllib.error.URLError):
        return None


def info(home: Path, distributions: Path, *arguments: str) -> str:
    result = command("plugin", *arguments, home=home, PYTHONPATH=str(distributions))
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("what", ["exit", pytest.param("kill", marks=pytest.mark.long)])
def test_a_page_that_ends_the_process_costs_one_worker_and_is_suspended(empty_home, distributions, what):
    install(distributions, "menace", MENACE)
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        info(empty_home, distributions, "enable", "menace")
        assert get(server, "/menace/nothing") == 200
        assert get(server, "/menace/leave") == 500
        assert get(server, "/menace/nothing") == 200, "sys.exit ends a request, not a worker, and suspends nothing"
        before = workers(server)
        assert get(server, f"/menace/{what}") is None
        until(lambda: get(server, "/menace/nothing") == 503)
        assert get(server, "/") == 200
        until(lambda: len(workers(server)) == 2)
        assert len(workers(server) & before) == 1, "one worker was lost, and replaced"
        assert get(server, f"/menace/{what}") == 503, "the page is not asked again"
        told = info(empty_home, distributions, "info", "menace")
        assert "view menace:menace.page" in told
        assert "exit" in told
        assert "1 appel" in info(empty_home, distributions, "resume", "menace")
        until(lambda: get(server, "/menace/nothing") == 200)
        info(empty_home, distributions, "disable", "menace")
        assert get(server, "/menace/nothing") == 404


@pytest.mark.long
@pytest.mark.parametrize("what", ["sleep", "busy"])
def test_a_hook_that_hangs_costs_one_worker_and_is_suspended(empty_home, distributions, what):
    install(distributions, "menace", MENACE)
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        info(empty_home, distributions, "enable", "menace")
        assert get(server, "/") == 200
        before = workers(server)
        (empty_home / "trigger").write_text(what)
        threading.Thread(target=get, args=(server, "/"), daemon=True).start()
        time.sleep(1)
        assert get(server, "/methode") in (200, 404), "other pages answer meanwhile"
        until(lambda: "register_slot_items menace:s" in info(empty_home, distributions, "info", "menace"))
        assert "hang" in info(empty_home, distributions, "info", "menace")
        until(lambda: len(workers(server)) == 2 and len(workers(server) & before) == 1)
        for _ in range(6):
            assert get(server, "/") == 200, "the page without what hung"


def test_a_plugin_that_ends_the_process_at_import_is_left_out(empty_home, distributions):
    install(distributions, "doomed", "import os\nos._exit(3)")
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        assert get(server, "/") == 200
        assert "en échec (import)" in info(empty_home, distributions, "list")
        install(distributions, "doomed", "# better now", version="1.1")
        assert "doomed\t1.1\tdésactivée" in info(empty_home, distributions, "list"), "other code is tried again"


PAGE = """
from flask import Blueprint
from app.sdk import *

blueprint = Blueprint("guest", __name__)

@public
@blueprint.get("/version")
def page():
    return MANIFEST.version

@hookimpl
def register_blueprints():
    return [blueprint]
"""


def test_a_rolling_restart_brings_new_code_and_fails_no_request(empty_home, distributions):
    install(distributions, "guest", PAGE)
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        info(empty_home, distributions, "enable", "guest")
        stop, answers, failures = threading.Event(), [], []
        host = server.address.removeprefix("http://")

        def ask(keep: bool) -> None:
            connection = http.client.HTTPConnection(host, timeout=60)
            while not stop.is_set():
                try:
                    connection.request("GET", "/guest/version")
                    answer = connection.getresponse()
                    body = answer.read().decode()
                    answers.append(body)
                    if answer.status != 200:
                        failures.append((answer.status, body[:200]))
                    if not keep or answer.getheader("Connection") == "close":
                        connection.close()
                except (OSError, http.client.HTTPException) as error:
                    failures.append((keep, repr(error)))
                    connection.close()
                time.sleep(0.01)
            connection.close()

        threads = [threading.Thread(target=ask, args=(number % 2 == 0,)) for number in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(answers) > 20)
        before = workers(server)
        install(distributions, "guest", PAGE, version="2.0")
        restarted = command("restart", home=empty_home, PYTHONPATH=str(distributions))
        assert restarted.returncode == 0, restarted.stderr
        until(lambda: not workers(server) & before)
        seen = len(answers)
        until(lambda: len(answers) > seen + 20)
        stop.set()
        for thread in threads:
            thread.join()
        assert failures == []
        assert answers[0] == "1.0"
        assert set(answers[seen + 5 :]) == {"2.0"}
        assert "mise à niveau à finir (1.0 → 2.0)" in info(empty_home, distributions, "list")
        info(empty_home, distributions, "enable", "guest")
        assert "guest\t2.0\tactivée\n" in info(empty_home, distributions, "list")


def test_a_restart_without_a_server_says_so(empty_home):
    refused = command("restart", home=empty_home)
    assert refused.returncode != 0
    assert "Aucun serveur" in refused.stderr


@pytest.mark.long
def test_new_code_that_does_not_start_leaves_the_old_workers_at_work(empty_home, distributions):
    """The core's own code, which no trial holds back."""
    install(distributions, "guest", PAGE)
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        (distributions / "sitecustomize.py").write_text("", encoding="utf-8")
        (distributions / "a2wsgi.py").write_text("raise RuntimeError('broken')", encoding="utf-8")
        before = workers(server)
        failed = command("restart", home=empty_home, PYTHONPATH=str(distributions.parent))
        assert failed.returncode != 0
        assert "l’ancien continue" in failed.stderr
        assert get(server, "/") == 200
        assert before <= workers(server)


@pytest.mark.long
def test_an_end_of_everything_at_once_blames_nobody(empty_home, distributions):
    """Power, or a container that is stopped: a call that was under way did nothing wrong."""
    install(distributions, "menace", MENACE)
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        info(empty_home, distributions, "enable", "menace")
        threading.Thread(target=get, args=(server, "/menace/sleep"), daemon=True).start()
        time.sleep(2)
        for pid in (server.process.pid, *workers(server)):
            os.kill(pid, signal.SIGKILL)
        server.process.wait(timeout=30)
    with serving(empty_home, PYTHONPATH=str(distributions)) as server:
        time.sleep(2)
        assert get(server, "/menace/nothing") == 200
