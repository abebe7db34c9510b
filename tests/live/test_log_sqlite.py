"""What is SQLite's own in the log: a full disk, a lock that does not come, who may read the file."""

import sqlite3

import pytest

from app.live.log import DISK_FULL, SERVER
from app.live.log_sqlite import SqliteLog
from tests.live.documents import say, text_of
from tests.live.listening import entry, start


@pytest.fixture
def path(tmp_path):
    return tmp_path / "live.sqlite3"


@pytest.fixture
def started():
    running = []

    def begin(log):
        running.append(log)
        return start(log)

    yield begin
    for log in running:
        log.stop()


def test_a_full_disk_acknowledges_nothing_and_heals(started, path):
    kept = []

    def prepare(connection):
        kept.append(connection)

    log, heard = started(SqliteLog(path, prepare))
    log.append([entry("p1", say("avant")[0], "before")])
    heard.wait(lambda: heard.batches)
    connection = kept[0]
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    log.append([entry("p1", b"x" * 200_000, "too much")])
    heard.wait(lambda: heard.failures)
    assert [(entry[5], reason) for batch, reason in heard.failures for entry in batch] == [("too much", DISK_FULL)]
    assert heard.tokens() == ["before"]
    assert text_of(SqliteLog(path).load("p1").document()) == "avant"
    connection.execute("PRAGMA max_page_count = 1000000")
    log.append([entry("p1", say("après")[0], "after")])
    heard.wait(lambda: len(heard.batches) == 2)
    assert heard.tokens() == ["before", "after"]


def test_a_worker_waits_for_its_turn(started, path):
    log, heard = started(SqliteLog(path))
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        log.append([entry("p1", say("un")[0], "waits")])
        with heard.changed:
            assert not heard.changed.wait_for(lambda: heard.batches or heard.failures, 0.3)
        other.execute("ROLLBACK")
        heard.wait(lambda: heard.tokens() == ["waits"])
    assert heard.failures == []


def test_a_worker_that_cannot_get_the_lock_says_so(started, path, monkeypatch):
    monkeypatch.setattr("app.live.log_rows.BUSY_SECONDS", 0.2)
    log, heard = started(SqliteLog(path))
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        log.append([entry("p1", b"x", "waits")])
        heard.wait(lambda: heard.failures)
        other.execute("ROLLBACK")
    assert heard.failures[0][1] == "restart"
    assert heard.batches == []


def test_only_the_site_reads_the_file(path):
    SqliteLog(path).write("p1", None, SERVER, b"x")
    assert path.stat().st_mode & 0o077 == 0
