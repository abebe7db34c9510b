"""Runs extensions' jobs in a thread of a served worker, when their time has come; which worker takes which job is the database's to say."""

import logging
import random
import threading

from app.services.job_runs import run_due_jobs
from app.services.site import Site

log = logging.getLogger("recits.jobs")

EVERY_SECONDS = 15


def start_plugin_round(site: Site) -> None:
    """Starts the thread; called in each worker after it was forked, never in a process that only makes the application."""
    threading.Thread(target=_run, args=(site,), name="recits-jobs", daemon=True).start()


def _run(site: Site) -> None:
    pause = threading.Event()
    while True:
        # Workers start together: without a little chance they would all ask at the same instant.
        pause.wait(EVERY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311  # no secret
        try:
            run_due_jobs(site.writer, site.snapshots)
        except Exception:  # the round must go on: a database that is away comes back
            log.exception("the round of jobs failed")
