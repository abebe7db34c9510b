"""Somebody who listens to a log and keeps what they are told."""

import threading
from typing import Any

from app.live.log import WRITE, Append
from app.live.log_rows import RowLog

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


def start(log: RowLog) -> tuple[RowLog, Heard]:
    """Starts a log as a worker with open pages does."""
    heard = Heard()
    log.busy = True
    log.start(heard)
    return log, heard


def entry(room: str, data: bytes, token: Any = None, account: str = "a1") -> Append:
    """Returns what a worker appends."""
    return (room, account, WRITE, data, b"", token)
