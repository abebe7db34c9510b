"""The log: what it acknowledged is on disk, every worker hears of the others, nothing is folded too early, a full disk loses nothing silently."""

import threading
import time

import pytest

from app.live.log import SERVER, WRITE
from tests.live.documents import Writer, made, say, text_of
from tests.live.forms import NAMES, opened
from tests.live.listening import SECONDS, entry, start


@pytest.fixture(params=NAMES)
def form(request, tmp_path):
    with opened(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def started(form):
    return lambda: start(form.log())


def test_what_is_acknowledged_is_on_disk_in_its_order(started, form):
    log, heard = started()
    updates = say(*"une phrase assez longue")
    for number, update in enumerate(updates):
        log.append([entry("p1", update, number)])
    heard.wait(lambda: len(heard.tokens()) == len(updates))
    assert heard.tokens() == list(range(len(updates)))
    assert len(heard.batches) < len(updates), "many updates share a commit"
    assert text_of(form.log().load("p1").document()) == "une phrase assez longue"


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
    deadline = time.monotonic() + SECONDS
    while not other.topics():  # a bell that carries signals may still be finding its ears
        assert time.monotonic() < deadline, "nobody was told"
        log.say("story:s1", b"x")
        with other.changed:
            other.changed.wait_for(other.topics, 0.2)
    assert set(other.topics()) == {"story:s1"}
    assert own.topics() == []


def test_what_a_thread_or_a_command_writes_reaches_every_worker(started, form):
    (_, one), (_, other) = started(), started()
    command = form.log()
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


def test_two_seeds_at_once_leave_one(form):
    logs = [form.log() for _ in range(6)]
    found = []
    all_saw_nothing = threading.Barrier(len(logs), timeout=SECONDS)

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


def test_folding_keeps_the_words_and_who_wrote_them(form):
    log = form.log()
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


def test_nothing_is_folded_while_a_piece_is_missing(form):
    log = form.log()
    first, second, third = say("un ", "deux ", "trois")
    log.write("p1", "a1", WRITE, first)
    log.write("p1", "a1", WRITE, third)
    assert log.compact("p1") == 0
    assert log.load("p1").rows == 2
    log.write("p1", "a1", WRITE, second)
    assert log.compact("p1") == 3
    assert text_of(log.load("p1").document()) == "un deux trois"


def test_who_folds_late_undoes_nothing(form, monkeypatch):
    log = form.log()
    updates = say(*"abcdef")
    for update in updates[:3]:
        log.write("p1", "a1", WRITE, update)
    stale = log.load("p1")
    for update in updates[3:]:
        log.write("p1", "a1", WRITE, update)
    assert log.compact("p1") == 6
    late = form.log()
    monkeypatch.setattr(late, "load", lambda room: stale)
    assert late.compact("p1") == 0
    log.forget("p2")
    assert text_of(log.load("p1").document()) == "abcdef"


def test_what_was_forgotten_is_gone(form):
    log = form.log()
    log.seed("p1", made("secret"))
    log.write("p1", "a1", WRITE, say("x")[0])
    log.compact("p1")
    log.forget("p1")
    assert not log.load("p1").exists
    assert log.open_rooms() == []
    assert b"secret" not in b"".join(update for update in log.seed("p1", made("autre")).updates)


def test_old_signals_are_swept(started, form, monkeypatch):
    monkeypatch.setattr("app.live.log_rows.KEPT_SECONDS", 0.3)
    log, _ = started()
    log.say("story:s1", b"x")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.2)
        log.say("story:s2", b"y")
        if not form.ask("SELECT 1 FROM live_signal WHERE topic = 'story:s1'"):
            return
    raise AssertionError("a signal stayed")


def test_folded_rows_stay_until_every_worker_has_read_them(started, form, monkeypatch):
    log, _ = started()
    for update in say(*"abc"):
        log.write("p1", "a1", WRITE, update)
    assert log.compact("p1") == 3
    assert form.ask("SELECT count(*) FROM live_update") == [(3,)]
    assert log.compact("p1") == 0
    assert (log.load("p1").rows, log.authors_since("p1", 0)) == (0, ["a1"])
    monkeypatch.setattr("app.live.log_rows.KEPT_SECONDS", 0.2)
    deadline = time.monotonic() + SECONDS
    while form.ask("SELECT count(*) FROM live_update") != [(0,)]:
        assert time.monotonic() < deadline, "folded rows stayed"
        time.sleep(0.05)
    assert text_of(log.load("p1").document()) == "abc"
    assert (log.authors_since("p1", 0), log.open_rooms()) == (["a1"], ["p1"])


def test_who_was_away_for_long_gets_what_was_folded_and_swept_meanwhile(started, form, monkeypatch):
    log, heard = started()
    asleep, awake = threading.Event(), threading.Event()

    def sleep(batch, said):
        asleep.set()
        awake.wait(SECONDS)
        monkeypatch.undo()
        log._looked -= 60
        return True

    monkeypatch.setattr(log, "_gather", sleep)
    assert asleep.wait(SECONDS)
    command = form.log()
    for update in say(*"abc"):
        command.write("p1", "a1", WRITE, update)
    assert command.compact("p1") == 3
    form.ask("DELETE FROM live_update")
    awake.set()
    heard.wait(heard.updates)
    assert text_of(Writer(*heard.updates()).document) == "abc"
