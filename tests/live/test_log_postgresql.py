"""What is PostgreSQL's own in the log: ids seen in another order than drawn, a connection that is lost, a Redis that is away."""

import hashlib
import socket
import threading
import time

import pytest
from sqlalchemy import text

from app.config import UnsafeSettings
from app.live import log_postgresql
from app.live.log import AWAY, SERVER, WRITE
from app.live.log_postgresql import PostgresqlLog
from tests.live.documents import say, text_of
from tests.live.forms import PostgresqlForm, opened
from tests.live.listening import SECONDS, entry, start

pytestmark = pytest.mark.long

LATE = """INSERT INTO recits_live.live_update (room, worker, account, kind, at, data)
    VALUES ('p1', 'slow', 'a1', 'write', extract(epoch FROM clock_timestamp()), 'late') RETURNING id"""


@pytest.fixture(params=["postgresql", "redis"])
def form(request, tmp_path):
    with opened(request.param, tmp_path) as found:
        yield found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_a_row_that_is_committed_late_is_heard_once(form: PostgresqlForm):
    (_, heard), (other, _) = start(form.log()), start(form.log())
    with form.engine.connect().execution_options(isolation_level="READ COMMITTED") as slow:
        late = slow.execute(text(LATE)).scalar()
        for number in range(3):
            other.append([entry("p2", b"early%d" % number)])
            heard.wait(lambda number=number: b"early%d" % number in heard.updates())
        assert form.ask("SELECT min(id) FROM live_update")[0][0] > late
        time.sleep(2 * log_postgresql.IDLE_SECONDS)
        slow.commit()
    heard.wait(lambda: b"late" in heard.updates())
    other.append([entry("p2", b"after")])
    heard.wait(lambda: b"after" in heard.updates())
    assert sorted(heard.updates()) == [b"after", b"early0", b"early1", b"early2", b"late"]


def test_whoever_writes_to_a_room_waits_for_the_one_before_so_that_nothing_is_folded_too_early(form: PostgresqlForm):
    log = form.log()
    first, second, third = say("un ", "deux ", "trois")
    log.write("p1", "a1", WRITE, first)
    done = threading.Event()

    def write_and_fold():
        log.write("p1", "a1", WRITE, third)
        log.compact("p1")
        done.set()

    slow = form.log()
    thread = threading.Thread(target=write_and_fold)
    with slow._writing("p1") as connection:
        insert = "INSERT INTO live_update (room, worker, account, kind, at, data) VALUES ('p1', '', 'a1', 'write', clock_now(), ?)"
        connection.execute(insert, (second,))
        thread.start()
        log.write("p2", "a1", WRITE, first)  # another room does not wait
        assert not done.wait(0.5)
    thread.join()
    assert text_of(form.log().load("p1").document()) == "un deux trois"
    assert log.load("p1").rows == 0


def test_a_lost_connection_fails_the_batch_and_comes_back(form: PostgresqlForm):
    log, heard = start(form.log())
    name = log._worker
    log.append([entry("p1", b"before", "before")])
    heard.wait(lambda: heard.tokens() == ["before"])
    with form.engine.connect().execution_options(isolation_level="READ COMMITTED") as holding:
        key = log_postgresql._key("p1")
        holding.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
        log.append([entry("p1", b"lost", "lost")])
        waiting = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'recits-live' AND datname = current_database() AND wait_event = 'advisory'"""
        deadline = time.monotonic() + SECONDS
        while not form.ask(waiting):
            assert time.monotonic() < deadline, "nobody waited for the lock"
            time.sleep(0.02)
    heard.wait(lambda: heard.failures)
    assert [(batch[0][5], reason) for batch, reason in heard.failures] == [("lost", AWAY)]
    deadline = time.monotonic() + SECONDS
    while "again" not in heard.tokens():
        assert time.monotonic() < deadline, "it did not come back"
        log.append([entry("p1", b"again", "again")])
        time.sleep(0.1)
    form.log().write("p1", "a1", SERVER, b"of another")
    heard.wait(lambda: b"of another" in heard.updates())
    assert form.ask("SELECT count(*) FROM live_update WHERE data = 'lost'") == [(0,)]
    # A commit whose answer was lost may be seen later: by then it is another's.
    form.ask(LATE.replace("'slow'", f"'{name}'"))
    heard.wait(lambda: b"late" in heard.updates())


def test_what_was_restored_from_another_server_is_not_taken_for_new(form: PostgresqlForm):
    form.log().write("p1", "a1", WRITE, b"old")
    form.ask("UPDATE live_update SET tx = '999999999999'")
    log, heard = start(form.log())
    form.log().write("p1", "a1", WRITE, b"new")
    heard.wait(heard.updates)
    assert heard.updates() == [b"new"]
    assert log._rows._handed.keys() <= {row[0] for row in form.ask("SELECT id FROM live_update WHERE data = 'new'")}


def test_without_redis_words_come_all_the_same(tmp_path):
    with opened("postgresql", tmp_path) as form:
        away = f"redis://127.0.0.1:{free_port()}/0"
        logs = [PostgresqlLog(form.url, away) for _ in range(2)]
        form.logs += logs
        (one, heard_one), (_, heard_other) = [start(log) for log in logs]
        one.append([entry("p1", b"words", "words")])
        form.log().signal("story:s1", b"{}")
        heard_other.wait(lambda: heard_other.updates() == [b"words"] and heard_other.topics() == ["story:s1"])
        assert heard_one.tokens() == ["words"]
        with pytest.raises(UnsafeSettings, match="RECITS_REDIS_URL"):
            one.check()


def test_a_server_that_is_away_is_named(monkeypatch):
    log = PostgresqlLog(f"postgresql://nobody:geheim@127.0.0.1:{free_port()}/recits")
    with pytest.raises(UnsafeSettings, match="RECITS_LIVE_URL") as refused:
        log.check()
    assert "geheim" not in str(refused.value)
    log.stop()


def test_each_database_has_a_channel_of_its_own(form: PostgresqlForm, tmp_path):
    one, same = form.log(), form.log()
    with opened("postgresql", tmp_path) as elsewhere:
        assert one._channel() == same._channel()
        assert one._channel() != elsewhere.log()._channel()
    assert hashlib.sha256(b"").hexdigest()[:16] not in one._channel()


def test_a_commit_is_on_disk_whatever_the_server_says(form: PostgresqlForm):
    name = form.ask("SELECT current_database()")[0][0]
    form.ask(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    with form.log()._reading() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone()[0] == "on"
