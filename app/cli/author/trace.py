"""Asks for one page in this process and shows every call of a plugin's code that it took; writes nothing, not even a session."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.db.models import Account
from app.hooks.calls import CALLS, Answered
from app.services.accounts import normal_address
from app.services.site import Site

AS_ACCOUNT = "recits.as_account"
"""Key of `app.extensions`: whose eyes a traced request has; set in the process of this command only, which serves nobody."""


class CannotTrace(Exception):
    """The page cannot be asked for; the message says why."""


@dataclass(frozen=True)
class Trace:
    """What came back: status, milliseconds of the whole request, and the calls in the order in which they began."""

    path: str
    status: int
    milliseconds: float
    calls: tuple[Answered, ...]

    def lines(self) -> Iterator[str]:
        """Yields what the command prints."""
        yield f"GET {self.path} → {self.status}"
        width = max((len(call.hook) for call in self.calls), default=0)
        names = max((len(f"{call.owner}:{call.name}") for call in self.calls), default=0)
        for call in self.calls:
            fault = f"  ! {call.fault}" if call.fault else ""
            yield f"{call.milliseconds:9.2f} ms  {call.hook:{width}}  {f'{call.owner}:{call.name}':{names}}{fault}".rstrip()
        if not self.calls:
            yield "aucune extension n’a été appelée / no plugin was called"
        yield f"{self.milliseconds:9.2f} ms  total"


def trace(app: Flask, url: str, email: str = "") -> Trace:
    """Asks for a page twice, the second time with everything loaded, and returns that second time.

    Args:
        url: a path of the site, or one of its addresses.
        email: address of the account that reads; nobody in particular by default.

    Raises:
        CannotTrace: for another site's address, or an account that does not exist.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    site: Site = app.extensions["recits"]
    if parts.netloc and parts.netloc != urlsplit(site.settings.base_url).netloc:
        raise CannotTrace(f"{url} is not an address of this site ({site.settings.base_url})")
    if not path.startswith("/"):
        raise CannotTrace(f"{url!r} is no path: it begins with /")
    with _read_only(site):
        if email:
            app.extensions[AS_ACCOUNT] = _account(site, email)
        client = app.test_client()
        client.get(path)
        with CALLS.traced() as found:
            started = time.perf_counter()
            answer = client.get(path)
            milliseconds = (time.perf_counter() - started) * 1000
    return Trace(path, answer.status_code, milliseconds, tuple(sorted(found, key=lambda call: call.started)))


def _account(site: Site, email: str) -> str:
    with Session(site.engine) as session:
        try:
            found = session.scalar(select(Account.id).where(Account.email == normal_address(email)))
        except DatabaseError as error:
            raise CannotTrace("the database is not ready: run `recits migrate`") from error
    if found is None:
        raise CannotTrace(f"no account has the address {email}")
    return found


@contextmanager
def _read_only(site: Site) -> Iterator[None]:
    """Makes every transaction of the block refuse to write, whoever opens it."""
    sqlite = site.engine.dialect.name == "sqlite"

    def refuse_writes(connection: Connection) -> None:
        if not sqlite:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    def prepare(connection: object, *_more: object) -> None:
        connection.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]  # the driver's own connection

    site.engine.dispose()  # connections opened before do not know
    event.listen(site.engine, "begin", refuse_writes)
    if sqlite:
        event.listen(site.engine, "connect", prepare)
    try:
        yield
    finally:
        event.remove(site.engine, "begin", refuse_writes)
        if sqlite:
            event.remove(site.engine, "connect", prepare)
        site.engine.dispose()
