"""`kill -9`, or a disk that fills up, while people type: whatever was acknowledged is in the log, and what was not is still in the pages and comes back with them."""

import os
import random
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask

from app.live import ydoc
from app.live.log_sqlite import SqliteLog
from tests.conftest import Browser
from tests.live.conftest import Passages, passages  # noqa: F401  # a fixture
from tests.live.page import Page
from tests.processes.conftest import Server, serving

BACK_SECONDS = 60  # on a machine that does other things as well
PAUSE_SECONDS = 0.02  # so that ten rounds stay far from the length that a passage may have, beyond which each key is looked at twice


def workers_of(server: Server) -> list[int]:
    """Returns the processes of a server's workers."""
    found = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


@dataclass
class Typist:
    """Somebody who types without rest, and knows which of their words were acknowledged."""

    page: Page
    name: str
    typed: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        first = self.page.sent[1]
        while not stop.is_set() and self.page.closed is None:
            word = f"{self.name}{len(self.typed)}."
            self.typed.append(word)
            self.page.write(word)
            while self.page.take(PAUSE_SECONDS):
                pass
        while self.page.closed is None and self.page.take(0.2):
            pass
        self.acknowledged = self.typed[: max(0, self.page.acknowledged[1] - first)]


def open_page(server: Server, cookie: str, story: str, passage: str, document=None) -> Page:
    deadline = time.monotonic() + BACK_SECONDS
    while True:
        try:
            page = Page(f"ws{server.address[4:]}/vivant/{story}", {"Origin": server.address, "Cookie": cookie})
            page.open(passage, document=document)
            page.wait_saved()
            return page
        except (OSError, AssertionError, EOFError):
            assert time.monotonic() < deadline, "the site did not come back"
            time.sleep(0.1)


def words_in_log(home, passage: str) -> str:
    """Returns what a passage's room says on disk."""
    return str(ydoc.root(SqliteLog(home / "live.sqlite3").load(passage).document()))


def cookies_of(app: Flask, *names: str) -> dict[str, str]:
    found = {}
    for name in names:
        client = Browser(app.test_client()).sign_in(name).client
        found[name] = f"recits={client.get_cookie('recits').value}"
    return found


def kill_one(server: Server) -> None:
    """Kills a worker, whoever it serves; another takes its place."""
    os.kill(random.choice(workers_of(server)), signal.SIGKILL)
    time.sleep(0.5)


def fill_disk(server: Server) -> None:
    """Lets the workers write a little more to their files, then nothing, and gives them room again: as far as a test may fill a disk."""
    workers = workers_of(server)
    size = (server.home / "live.sqlite3-wal").stat().st_size
    for room, seconds in ((random.randrange(size + 60_000), 0.5), (1, 1.0), (resource.RLIM_INFINITY, 0)):
        for worker in workers:
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        time.sleep(seconds)
    assert workers_of(server) == workers, "a full disk ends no worker"


def break_while_typing(app: Flask, home, story: str, places: Passages, turns: int, workers: int, disaster: Callable[[Server], None]) -> int:
    """Brings a disaster over the server again and again while four pages type; returns how many words were acknowledged."""
    cookies = cookies_of(app, "helene", "karim")
    people = [("helene", places.own), ("helene", places.own), ("helene", places.shared), ("karim", places.shared)]
    documents = [None] * len(people)
    known: list[tuple[str, str]] = []
    with serving(home, "--workers", str(workers)) as server:
        for turn in range(turns):
            typists = [
                Typist(open_page(server, cookies[name], story, passage, document), f"{turn}{'abcd'[number]}")
                for number, ((name, passage), document) in enumerate(zip(people, documents, strict=True))
            ]
            for word, passage in known:
                assert f"{word}<" in words_in_log(home, passage), f"{word} was acknowledged and lost"
            stop = threading.Event()
            threads = [threading.Thread(target=typist.run, args=(stop,)) for typist in typists]
            for thread in threads:
                thread.start()
            time.sleep(0.5 + random.random())
            disaster(server)
            stop.set()
            for thread in threads:
                thread.join()
            ends = {typist.page.closed[1] for typist in typists if typist.page.closed is not None}
            assert disaster is kill_one or "disk_full" in ends, "the disk was not full"
            for typist, (_name, passage) in zip(typists, people, strict=True):
                text = words_in_log(home, passage)
                assert all(f"{word}<" in text for word in typist.acknowledged), "an acknowledged word is not on disk"
                known += [(word, passage) for word in typist.acknowledged]
            documents = [typist.page.documents[1] for typist in typists]
            for typist in typists:
                typist.page.end()
        last = [
            open_page(server, cookies[name], story, passage, document) for (name, passage), document in zip(people, documents, strict=True)
        ]
        for page in last:
            page.settle(0.5)
        for one, other in ((0, 1), (2, 3)):
            assert last[one].text() == last[other].text(), "the pages of a room do not say the same"
        for page in last:
            page.end()
    return len(known)


def test_a_killed_worker_loses_no_acknowledged_word(app, home, world, passages):  # noqa: F811
    assert break_while_typing(app, home, world.stories["legumerie"], passages, 1, 2, kill_one) > 0


def test_a_disk_that_fills_up_loses_no_acknowledged_word(app, home, world, passages):  # noqa: F811
    assert break_while_typing(app, home, world.stories["legumerie"], passages, 2, 1, fill_disk) > 0


@pytest.mark.long
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("disaster", [kill_one, fill_disk])
def test_ten_times_lose_no_acknowledged_word(app, home, world, passages, workers, disaster):  # noqa: F811
    assert break_while_typing(app, home, world.stories["legumerie"], passages, 10, workers, disaster) > 100
