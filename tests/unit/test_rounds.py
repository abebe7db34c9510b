"""A round goes on whatever happens in one of its turns."""

import logging
import threading

from app.jobs.rounds import start_round


def test_a_turn_that_fails_is_logged_and_the_next_one_comes(caplog):
    turns, came = [], threading.Event()

    def act() -> None:
        turns.append(threading.current_thread().name)
        if len(turns) == 1:
            raise OSError("the database is away")
        came.set()
        threading.Event().wait()  # no third turn: the thread ends with the process, as in a worker

    with caplog.at_level(logging.ERROR, logger="recits.jobs"):
        start_round("essai", 0.001, act)
        assert came.wait(10)
    assert turns == ["recits-essai"] * 2
    assert "the round of essai failed" in caplog.text
    assert "the database is away" in caplog.text
