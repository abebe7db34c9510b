"""Work that comes round by itself in a thread of a served worker; which worker of all does a piece of it is the database's to say."""

import logging
import random
import threading
from collections.abc import Callable

log = logging.getLogger("recits.jobs")


def start_round(name: str, seconds: float, act: Callable[[], object]) -> None:
    """Starts a thread that does something again and again, until the worker ends; called in each worker after it was forked.

    Args:
        name: of the thread, and in the log when it fails.
        seconds: between two turns, more or less: workers start together, and would all ask at the same instant.
        act: what is done; an error is logged, and the round goes on.
    """
    threading.Thread(target=_run, args=(name, seconds, act), name=f"recits-{name}", daemon=True).start()


def _run(name: str, seconds: float, act: Callable[[], object]) -> None:
    pause = threading.Event()
    while True:
        pause.wait(seconds * random.uniform(0.5, 1.5))  # noqa: S311  # no secret
        try:
            act()
        except Exception:  # the round must go on: a database that is away comes back
            log.exception("the round of %s failed", name)
