"""How the workers on several machines wake each other, so that nobody asks a database a hundred times a second: Redis, or PostgreSQL's own notifications."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.config import UnsafeSettings
from app.live.log import Signal
from app.live.wire import Malformed, read_bytes, sized

log = logging.getLogger("recits.live")

# (who rang, whether rows were committed, what was said to the others).
Heard = Callable[[str, bool, Sequence[Signal]], None]

TURN_SECONDS = 0.5
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
REDIS_SECONDS = 2.0
HEALTH_SECONDS = 10
CHANNEL = "recits_live"


class Bell(ABC):
    """Rings at the other workers, and hears them in a thread of its own, which comes back after any failure.

    `carries`: whether it brings signals along; else they are rows.
    """

    carries = False
    errors: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def ring(self, worker: str, written: bool, said: Sequence[Signal]) -> None:
        """Tells the others; whoever is not reached finds rows a little later by themselves."""

    @abstractmethod
    def _listen(self, heard: Heard) -> None:
        """Hears until the bell is stopped, or something fails."""

    @abstractmethod
    def check(self) -> None:
        """Raises UnsafeSettings if nobody would hear it."""

    def hear(self, heard: Heard) -> None:
        """Begins to listen."""
        self._thread = threading.Thread(target=self._run, args=(heard,), name="recits-live-bell", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(LONGEST_WAIT)

    def _run(self, heard: Heard) -> None:
        wait = FIRST_WAIT
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._listen(heard)
            except self.errors as error:
                wait = FIRST_WAIT if time.monotonic() - began > LONGEST_WAIT else min(2 * wait, LONGEST_WAIT)
                log.warning("other workers are not heard, tried again in %.1f s: %s", wait, error)
                self._stopped.wait(wait)


class RedisBell(Bell):
    """Rings through Redis, which brings signals along: carets and presence need no rows.

    Args:
        url: `redis://`, `rediss://` or `unix://`.
        channel: tells on which channel; asked when it is first needed.
    """

    carries = True

    def __init__(self, url: str, channel: Callable[[], str]) -> None:
        super().__init__()
        try:
            import redis  # noqa: PLC0415  # an optional library
            from redis.backoff import NoBackoff  # noqa: PLC0415
            from redis.retry import Retry  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise UnsafeSettings(
                ["RECITS_REDIS_URL : il manque la bibliothèque de Redis. / The Redis library is missing: pip install redis"]
            ) from error
        self.errors = (redis.RedisError, OSError)
        self._client: Any = redis.Redis.from_url(
            url,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            health_check_interval=HEALTH_SECONDS,
            retry=Retry(NoBackoff(), 0),  # a keystroke does not wait for several tries
        )
        self._channel = channel
        self._silent_until = 0.0

    def check(self) -> None:
        try:
            self._client.ping()
        except self.errors as error:
            raise UnsafeSettings([f"RECITS_REDIS_URL : Redis ne répond pas. / Redis does not answer: {error}"]) from error

    def ring(self, worker: str, written: bool, said: Sequence[Signal]) -> None:
        if time.monotonic() < self._silent_until:
            return
        message = sized(worker.encode()) + (b"\1" if written else b"\0")
        message += b"".join(sized(topic.encode()) + sized(data) for topic, data in said)
        try:
            self._client.publish(self._channel(), message)
        except self.errors as error:
            self._silent_until = time.monotonic() + LONGEST_WAIT
            log.warning("Redis does not answer, other workers are not woken for %.0f s: %s", LONGEST_WAIT, error)

    def _listen(self, heard: Heard) -> None:
        with self._client.pubsub(ignore_subscribe_messages=True) as ears:
            ears.subscribe(self._channel())
            heard("", True, ())  # something may have been missed
            while not self._stopped.is_set():
                message = ears.get_message(timeout=TURN_SECONDS)
                if message is not None:
                    _read(message["data"], heard)

    def stop(self) -> None:
        super().stop()
        self._client.close()


def _read(message: bytes, heard: Heard) -> None:
    try:
        worker, at = read_bytes(message, 0)
        written = message[at : at + 1] == b"\1"
        at += 1
        said = []
        while at < len(message):
            topic, at = read_bytes(message, at)
            data, at = read_bytes(message, at)
            said.append((topic.decode(), data))
    except (Malformed, UnicodeDecodeError):
        log.warning("Redis brought something that no worker of this site says")
        return
    heard(worker.decode(), written, said)


class NotifyBell(Bell):
    """Rings through PostgreSQL itself; signals are rows, since a notification holds little.

    Args:
        engine: of the log's database, each statement a transaction of its own.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self.errors = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)

    def check(self) -> None:
        """Whoever reaches the database hears it."""

    def ring(self, worker: str, written: bool, said: Sequence[Signal]) -> None:  # noqa: ARG002  # they are rows
        if not written:
            return
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, worker))
        except self.errors as error:
            log.warning("other workers are not woken: %s", getattr(error, "orig", error))

    def _listen(self, heard: Heard) -> None:
        lent = self._engine.raw_connection()
        connection: Any = lent.driver_connection
        lent.detach()  # not to be lent to anybody else
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
            heard("", True, ())  # something may have been missed
            while not self._stopped.is_set():
                for notice in connection.notifies(timeout=TURN_SECONDS):
                    heard(notice.payload, True, ())
        finally:
            lent.close()
