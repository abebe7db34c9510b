"""The log: what it acknowledged is on disk, every worker hears of the others, nothing is folded too early, a full disk loses nothing silently."""

import sqlite3
import threading
import time

import pytest

from app.live.log import DISK_FULL, SERVER, WRITE, SqliteLog
from tests.live.documents import Writer, made, say, text_of

SECONDS = 10


class Heard:
    """A listener that keeps what it was told."""

    def __init__(self):
        self.batches, self.failures, self.rows, self.signals = [], [], [], []
        self.changed = threading.Condition()

    def _keep(self, where, what):
        with self.changed:
            where.append(what)
            self.changed.notify_all()

    def committed(self, batch):
        self._keep(self.batches, list(batch))

    def failed(self, batch, reason):
        self._keep(self.failures, (list(batch), reason))

    def arrived(self, rows, signals):
        self._keep(self.rows, rows)
        self._keep(self.signals, signals)

    def tokens(self):
        return [entry[5] for batch in self.batches for entry in batch]

    def updates(self):
        return [row[1] for rows in self.rows for row in rows]

    def topics(self):
        return [topic for signals in self.signals for topic, _ in signals]

    def wait(self, found):
        with self.changed:
            assert self.changed.wait_for(found, SECONDS)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "live.sqlite3"


@pytest.fixture
def started(path):
    running = []

    def start(prepare=None):
        log, heard = SqliteLog(path, prepare), Heard()
        log.busy = True
        log.start(heard)
        running.append(log)
        return log, heard

    yield start
    for log in running:
        log.stop()


def entry(room, data, token=None, account="a1"):
    return (room, account, WRITE, data, b"", token)


def test_what_is_acknowledged_is_on_disk_in_its_order(started, path):
    log, heard = started()
    updates = say(*"une phrase assez longue")
    for number, update in enumerate(updates):
        log.append([entry("p1", update, number)])
    heard.wait(lambda: len(heard.tokens()) == len(updates))
    assert heard.tokens() == list(range(len(updates)))
    assert len(heard.batches) < len(updates), "many updates share a commit"
    assert text_of(SqliteLog(path).load("p1").document()) == "une phrase assez longue"


def test_a_correction_is_in_the_commit_of_what_it_corrects(started):
    log, heard = started()
    for number in range(50):
        log.append([entry("p1", b"%d" % number, number), ("p1", None, SERVER, b"c", b"", number)])
    heard.wait(lambda: len(heard.tokens()) == 100)
    for batch in heard.batches:
        assert [kind for _room, _account, kind, *_ in batch] == [WRITE, SERVER] * (len(batch) // 2)


def test_every_worker_hears_of_the_others_and_never_of_itself(started):
    workers = [started() for _ in range(3)]
    writers = [say(*f"{number}" * 40) for number in range(3)]
    for updates in zip(*writers, strict=True):
        for (log, _), update in zip(workers, updates, strict=True):
            log.append([entry("p1", update)])
    for number, (_, heard) in enumerate(workers):
        others = [update for other, updates in enumerate(writers) if other != number for update in updates]
        heard.wait(lambda heard=heard, others=others: len(heard.updates()) >= len(others))
        assert sorted(heard.updates()) == sorted(others)


def test_signals_travel_to_the_other_workers(started):
    (log, own), (_, other) = started(), started()
    log.say("story:s1", b"x")
    other.wait(lambda: other.topics() == ["story:s1"])
    assert own.topics() == []


def test_what_a_thread_or_a_command_writes_reaches_every_worker(started, path):
    (_, one), (_, other) = started(), started()
    command = SqliteLog(path)
    command.write("p1", "a1", SERVER, say("mot")[0])
    command.signal("story:s1", b"{}")
    for heard in (one, other):
        heard.wait(lambda heard=heard: heard.updates() and heard.topics())
        assert heard.rows[0] == [("p1", say("mot")[0], "a1", SERVER)] or text_of(Writer(heard.updates()[0]).document) == "mot"


def test_a_new_worker_is_not_told_what_it_will_load(started):
    log, heard = started()
    log.append([entry("p1", say("avant")[0])])
    log.say("story:s1", b"x")
    heard.wait(lambda: heard.batches)
    _, late = started()
    log.append([entry("p1", b"after")])
    late.wait(late.updates)
    assert late.updates() == [b"after"]


def test_two_seeds_at_once_leave_one(path):
    logs = [SqliteLog(path) for _ in range(6)]
    found = []
    all_saw_nothing = threading.Barrier(len(logs))

    def seed(log, number):
        def make():
            all_saw_nothing.wait()
            return made(f"texte {number}", f"r{number}")()

        found.append(log.seed("p1", make))

    threads = [threading.Thread(target=seed, args=pair) for pair in zip(logs, range(len(logs)), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({loaded.updates for loaded in found}) == 1
    assert len({loaded.revision for loaded in found}) == 1
    assert found[0].sealed_upto == found[0].upto
    assert logs[0].open_rooms() == []


def test_folding_keeps_the_words_and_who_wrote_them(path):
    log = SqliteLog(path)
    log.seed("p1", made("Début. "))
    one = Writer(*log.load("p1").updates)
    for letter in "un mot de plus":
        log.write("p1", "long", WRITE, one.type(letter))
    last = log.write("p1", "short", WRITE, one.type("!"))
    assert log.compact("p1") == 16
    loaded = log.load("p1")
    assert (loaded.rows, loaded.upto, text_of(loaded.document())) == (0, last, "Début. un mot de plus!")
    assert log.authors_since("p1", loaded.sealed_upto) == ["long", "short"]
    assert log.open_rooms() == ["p1"]
    log.mark_sealed("p1", loaded.upto, "r2")
    assert (log.authors_since("p1", loaded.upto), log.open_rooms(), log.load("p1").revision) == ([], [], "r2")
    log.write("p1", "late", WRITE, one.type("?"))
    assert log.open_rooms() == ["p1"]
    assert log.authors_since("p1", loaded.upto) == ["late"]
    assert text_of(log.load("p1").document()) == "Début. un mot de plus!?"


def test_nothing_is_folded_while_a_piece_is_missing(path):
    log = SqliteLog(path)
    first, second, third = say("un ", "deux ", "trois")
    log.write("p1", "a1", WRITE, first)
    log.write("p1", "a1", WRITE, third)
    assert log.compact("p1") == 0
    assert log.load("p1").rows == 2
    log.write("p1", "a1", WRITE, second)
    assert log.compact("p1") == 3
    assert text_of(log.load("p1").document()) == "un deux trois"


def test_who_folds_late_undoes_nothing(path, monkeypatch):
    log = SqliteLog(path)
    updates = say(*"abcdef")
    for update in updates[:3]:
        log.write("p1", "a1", WRITE, update)
    stale = log.load("p1")
    for update in updates[3:]:
        log.write("p1", "a1", WRITE, update)
    assert log.compact("p1") == 6
    late = SqliteLog(path)
    monkeypatch.setattr(late, "load", lambda room: stale)
    assert late.compact("p1") == 0
    log.forget("p2")
    assert text_of(log.load("p1").document()) == "abcdef"


def test_what_was_forgotten_is_gone(path):
    log = SqliteLog(path)
    log.seed("p1", made("secret"))
    log.write("p1", "a1", WRITE, say("x")[0])
    log.compact("p1")
    log.forget("p1")
    assert not log.load("p1").exists
    assert log.open_rooms() == []
    assert b"secret" not in b"".join(update for update in log.seed("p1", made("autre")).updates)


def test_a_full_disk_acknowledges_nothing_and_heals(started, path):
    kept = []

    def prepare(connection):
        kept.append(connection)

    log, heard = started(prepare)
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


def test_a_worker_that_cannot_get_the_lock_says_so(started, path, monkeypatch):
    monkeypatch.setattr("app.live.log.BUSY_SECONDS", 0.2)
    log, heard = started()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        log.append([entry("p1", b"x", "waits")])
        heard.wait(lambda: heard.failures)
        other.execute("ROLLBACK")
    assert heard.failures[0][1] == "restart"
    assert heard.batches == []


def test_old_signals_are_swept(started, path, monkeypatch):
    monkeypatch.setattr("app.live.log.SIGNAL_SECONDS", 0.3)
    log, _ = started()
    log.say("story:s1", b"x")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.2)
        log.say("story:s2", b"y")
        with sqlite3.connect(path) as connection:
            if not connection.execute("SELECT 1 FROM live_signal WHERE topic = 'story:s1'").fetchone():
                return
    raise AssertionError("a signal stayed")


def test_only_the_site_reads_the_file(path):
    SqliteLog(path).write("p1", None, SERVER, b"x")
    assert path.stat().st_mode & 0o077 == 0
