"""Seals, in a thread of a served worker, what another worker left when it was killed, and what was written while a passage was closed."""

import logging
import random
import threading
from collections.abc import Callable

log = logging.getLogger("recits.live")

EVERY_SECONDS = 120


def start_sealing_round(seal: Callable[[], None]) -> None:
    """Starts the thread; called in each worker after it was forked."""
    threading.Thread(target=_run, args=(seal,), name="recits-sealing", daemon=True).start()


def _run(seal: Callable[[], None]) -> None:
    pause = threading.Event()
    while True:
        pause.wait(EVERY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311  # no secret
        try:
            seal()
        except Exception:  # the round must go on: a database that is away comes back
            log.exception("the round of sealing failed")
