"""Two servers on PostgreSQL and Redis, as on two machines: pages of both write one text, and `kill -9` of one loses nothing acknowledged."""

import os
import signal
import threading
import time

import pytest

from app.live import ydoc
from app.live.log_postgresql import PostgresqlLog
from app.live.log_sqlite import SqliteLog
from tests.databases import scratch_database
from tests.live.conftest import passages  # noqa: F401  # a fixture
from tests.live.forms import REDIS
from tests.processes.conftest import command, serving
from tests.processes.test_killed_while_writing import Typist, cookies_of, open_page, workers_of

pytestmark = pytest.mark.long


def words_in(url: str, passage: str) -> str:
    """Returns what a room says on disk."""
    log = PostgresqlLog(url)
    try:
        return str(ydoc.root(log.load(passage).document()))
    finally:
        log.stop()


def test_pages_of_two_servers_write_one_text_and_a_killed_one_loses_nothing(app, home, world, passages):  # noqa: F811
    cookies = cookies_of(app, "helene", "karim")
    story, passage = world.stories["legumerie"], passages.shared
    with scratch_database() as url:
        live = {"RECITS_LIVE_URL": url, "RECITS_REDIS_URL": REDIS}
        with serving(home, "--workers", "1", **live) as one, serving(home, "--workers", "1", **live) as other:
            typists = [
                Typist(open_page(one, cookies["helene"], story, passage), "a"),
                Typist(open_page(other, cookies["karim"], story, passage), "b"),
            ]
            stop = threading.Event()
            threads = [threading.Thread(target=typist.run, args=(stop,)) for typist in typists]
            for thread in threads:
                thread.start()
            time.sleep(1.5)
            os.kill(workers_of(one)[0], signal.SIGKILL)
            time.sleep(1)
            stop.set()
            for thread in threads:
                thread.join()
            text = words_in(url, passage)
            for typist in typists:
                assert len(typist.acknowledged) > 10
                assert all(f"{word}<" in text for word in typist.acknowledged), "an acknowledged word is not on disk"
            for typist in typists:
                typist.page.end()
            pages = [
                open_page(server, cookies[name], story, passage, typist.page.documents[1])
                for server, name, typist in zip((one, other), cookies, typists, strict=True)
            ]
            pages[0].write("encore")
            pages[1].wait(lambda: "encore" in pages[1].text())
            pages[1].write("enfin")
            pages[0].wait(lambda: "enfin" in pages[0].text())
            for page in pages:
                page.settle(0.5)
            assert pages[0].text() == pages[1].text(), "the pages of the two servers do not say the same"
            assert all(word in pages[1].text() for typist in typists for word in typist.typed), "a typed word did not come back"
            for page in pages:
                page.end()
    assert not SqliteLog(home / "live.sqlite3").load(passage).exists, "it was written beside the setting"


@pytest.mark.parametrize("name", ["RECITS_LIVE_URL", "RECITS_REDIS_URL"])
def test_serve_says_what_does_not_answer(home, name):
    with scratch_database() as url:
        settings = {"RECITS_LIVE_URL": url, name: "redis://127.0.0.1:1/0" if "REDIS" in name else "postgresql://127.0.0.1:1/recits"}
        result = command("serve", "--port", "0", home=home, **settings)
    assert result.returncode != 0
    assert name in result.stderr
    assert "Traceback" not in result.stderr
