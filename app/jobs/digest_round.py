"""Sends digests from a thread of a served worker, when their time has come; which worker does it is the database's to say."""

import logging
import random
import threading

from app.services.digests import send_due_digests
from app.services.site import Site

log = logging.getLogger("recits.jobs")

EVERY_SECONDS = 60


def start_digest_round(site: Site) -> None:
    """Starts the thread; called in each worker after it was forked."""
    threading.Thread(target=_run, args=(site,), name="recits-digests", daemon=True).start()


def _run(site: Site) -> None:
    pause = threading.Event()
    while True:
        pause.wait(EVERY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311  # no secret
        try:
            send_due_digests(site.writer, site.settings.base_url)
        except Exception:  # the round must go on: a database that is away comes back
            log.exception("the round of digests failed")
