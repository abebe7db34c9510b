"""The processes in which texts are read: reused, replaced, killed, never waited for without end."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

import app
from app.services.markup.worker import CPU_SECONDS, Lost, Pool, TooSlow
from tests.services.markup_checks import SLOW

ROOT = Path(app.__file__).resolve().parents[1]


class TestPool:
    @pytest.fixture
    def pool(self):
        pool = Pool("app.services.markup", 2)
        yield pool
        pool.close()

    def ask(self, pool, text="a"):
        return pool.ask({"text": text, "lang": "fr"})["plain"]

    def test_a_child_that_computes_too_long_is_killed(self, pool):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with pytest.raises(TooSlow):
            self.ask(pool, SLOW)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        start_up = 1.0
        assert CPU_SECONDS * 0.9 <= after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime <= CPU_SECONDS + start_up

    def test_a_child_that_died_is_replaced(self, pool):
        assert self.ask(pool) == "a"
        os.kill(pool._idle[0]._process.pid, signal.SIGKILL)
        assert self.ask(pool, "b") == "b"

    def test_one_that_cannot_start_is_said(self):
        with pytest.raises(Lost):
            Pool("app.services.no_such_module", 1).ask({})

    def test_a_stopped_child_is_killed_by_the_clock(self):
        pool = Pool("app.services.markup", 1, wall_seconds=1)
        assert self.ask(pool) == "a"
        os.kill(pool._idle[0]._process.pid, signal.SIGSTOP)
        with pytest.raises(TooSlow):
            self.ask(pool)
        assert self.ask(pool) == "a"
        pool.close()

    def test_threads_get_their_own_answers(self, pool):
        wrong = []

        def work(number):
            wrong.extend(turn for turn in range(10) if self.ask(pool, f"{number}x{turn}") != f"{number}x{turn}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(pool._idle) == 2

    def test_children_end_when_the_pool_is_closed_and_start_again(self, pool):
        assert self.ask(pool) == "a"
        process = pool._idle[0]._process
        pool.close()
        assert process.poll() == 0
        assert self.ask(pool) == "a"

    def test_secrets_stay_with_the_parent(self, pool, monkeypatch):
        monkeypatch.setenv("RECITS_SECRET", "x")
        assert self.ask(pool) == "a"
        environment = Path(f"/proc/{pool._idle[0]._process.pid}/environ")
        if environment.exists():
            assert b"RECITS_SECRET" not in environment.read_bytes()

    def test_from_elsewhere_forked_and_with_warnings_as_errors(self, tmp_path):
        script = textwrap.dedent(f"""
            import os, sys, time
            sys.path.insert(0, {str(ROOT)!r})
            from app.services.markup import close, prepare
            assert prepare("*père*", lang="fr").plain == "père"
            time.sleep(0.1)
            pid = os.fork()
            assert prepare("*tous deux*", lang="fr").plain == "tous deux"
            if pid == 0:
                close()
                sys.exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            assert prepare("*encore*", lang="fr").plain == "encore"
        """)
        result = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, "")

    @pytest.mark.long
    def test_children_end_when_their_parent_is_killed(self):
        script = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom app.services.markup import *\nfrom app.services.markup.child import _pool\n"
        script += "prepare('a', lang='fr'); print(_pool._idle[0]._process.pid, flush=True); import time; time.sleep(60)"
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
            pid = int(parent.stdout.readline())
            parent.kill()
        for _ in range(50):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return
            time.sleep(0.1)
        raise AssertionError("the child is still there")
