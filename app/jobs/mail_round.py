"""Delivers mail beside the requests, so that a slow mail server never holds a page; tries again what failed."""

import logging
import threading

from app.services.mail import Postman

log = logging.getLogger("recits.mail")

EVERY_SECONDS = 60


class MailRound:
    """A thread that starts with the first mail and wakes for each one, and every minute for those that failed."""

    def __init__(self, postman: Postman) -> None:
        self._postman = postman
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Delivers what is due, soon."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="recits-mail", daemon=True)
                self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(EVERY_SECONDS)
            self._wake.clear()
            try:
                while self._postman.deliver_due():  # a round takes some, a letter has many
                    pass
            except Exception:  # the round must go on; the mail stays queued
                log.exception("the mail round failed")
