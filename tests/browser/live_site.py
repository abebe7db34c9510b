"""Writers on the real site: `recits serve` in processes of its own, each person in a browser context of their own; and a line to it that can be cut."""

import contextlib
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Passage, PassageRevision, RevisionContributor
from app.factory import create_app
from app.kernel.access import Actor
from app.services.markup import prepare_here
from app.services.passages import add_passage, spans_of, write_revision
from app.services.site import Site
from app.services.stories import create_story
from tests.browser.conftest import DESK, PATIENCE
from tests.browser.live import HELPERS, Writer
from tests.conftest import Browser, close_engines, settings_for
from tests.databases import copy_site, drop_database
from tests.factories import World, actor
from tests.processes.conftest import Server, serving


@dataclass
class LiveSite:
    """A site that is served, and whoever writes on it."""

    app: Flask
    world: World
    server: Server
    chromium: Chromium
    servers: contextlib.ExitStack
    arguments: tuple[str, ...]
    story: str = ""
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def site(self) -> Site:
        found: Site = self.app.extensions["recits"]
        return found

    def clear(self) -> None:
        """Closes all pages; no script may have failed on any."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()
        complaints, self.complaints = self.complaints, []
        assert complaints == [], complaints

    # — what is in the story —

    def begin_story(self) -> None:
        """Starts a story for a test: nobody else is on it."""
        with self.site.writer.begin() as uow:
            self.story = create_story(uow, None, self.world.delegations["brumeval"], "Le préau", "Un bâtiment.").id

    def passage(self, voice: str | None, text: str = "", moment: str = "vote") -> str:
        """Adds a passage of somebody's voice, or a shared one; returns its id."""
        with self.site.writer.begin() as uow:
            someone = actor(self.site, self.world, voice or "helene")
            row = add_passage(uow, someone, self.story, self.world.moments[moment], voice and self.world.voices[voice])
            if text:
                write_revision(uow, someone, row, prepare_here(text, lang="fr"), None, "fr")
            return row.id

    def act(self, name: str, what: Callable[..., Any], *arguments: Any) -> Any:
        """Does something as somebody, through a service, in the test's own process."""
        with self.site.writer.begin() as uow:
            return what(uow, actor(self.site, self.world, name), *arguments)

    def person(self, name: str) -> Actor:
        """Returns somebody as the rules see them."""
        return actor(self.site, self.world, name)

    def revisions(self, passage: str) -> list[PassageRevision]:
        with Session(self.site.engine) as session:
            rows = session.scalars(select(PassageRevision).where(PassageRevision.passage_id == passage).order_by(PassageRevision.number))
            return list(rows)

    def contributors(self, revision: PassageRevision) -> set[str]:
        """Returns who took part in a revision, by name."""
        names = {account: name for name, account in self.world.accounts.items()}
        with Session(self.site.engine) as session:
            rows = session.scalars(select(RevisionContributor.account_id).where(RevisionContributor.revision_id == revision.id))
            return {names[account] for account in rows}

    def voices(self, revision: PassageRevision) -> list[tuple[str, str]]:
        """Returns the stretches of a revision by whose voice they are."""
        names = {voice: name for name, voice in self.world.voices.items()}
        return [(names[span.voice], revision.plain[span.start : span.end]) for span in spans_of(revision)]

    def current(self, passage: str) -> PassageRevision | None:
        with Session(self.site.engine) as session:
            row = session.get_one(Passage, passage)
            return session.get(PassageRevision, row.revision_id) if row.revision_id else None

    # — who is there —

    def cookie(self, name: str) -> str:
        """Signs somebody in; returns their cookie."""
        found = Browser(self.app.test_client()).sign_in(name).client.get_cookie("recits")
        assert found is not None
        return found.value

    def context(self, name: str, address: str = "", **options: Any) -> BrowserContext:
        """Returns a browser of somebody who has signed in."""
        base = address or self.server.address
        context = self.chromium.new_context(base_url=base, locale="fr-FR", **{"viewport": DESK, **options})
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "recits", "value": self.cookie(name), "url": base}])
        context.add_init_script(HELPERS)
        self.contexts.append(context)
        return context

    def page(self, name: str, *, context: BrowserContext | None = None, **options: Any) -> Page:
        page = (context or self.context(name, **options)).new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error.stack or error}"))
        page.on("console", lambda message: self.complaints.append(f"{name}: {message.text}") if _is_fault(message) else None)
        return page

    def open(self, name: str, passage: str, **options: Any) -> Writer:
        """Opens a passage as somebody, and waits until they can write there."""
        writer = Writer(self.page(name, **options))
        writer.page.goto(address_of(passage))
        ready(writer)
        return writer

    def agree(self, *writers: Writer) -> str:
        """Waits until all have everything on disk and show the same; returns the text."""
        first, *others = writers
        deadline = time.monotonic() + 2 * PATIENCE / 1000
        while time.monotonic() < deadline:
            if all(writer.do("['saved', 'read'].includes(T.room.state)") for writer in writers):
                shown = first.json()
                if all(other.json() == shown for other in others):
                    return first.text()
            first.page.wait_for_timeout(50)
        raise AssertionError("\n".join(f"{writer.do('T.room.state')}: {writer.html()}" for writer in writers))

    def leave(self, *writers: Writer) -> None:
        for writer in writers:
            writer.page.close()

    def wait_revision(self, passage: str, number: int) -> PassageRevision:
        """Waits until a passage has so many revisions; returns the newest."""
        deadline = time.monotonic() + PATIENCE / 1000
        while len(found := self.revisions(passage)) < number:
            assert time.monotonic() < deadline, "the revision never came"
            time.sleep(0.05)
        assert len(found) == number
        return found[-1]

    # — what can go wrong —

    @contextmanager
    def slow_disk(self) -> Iterator[None]:
        """Nothing can be committed to the log of live writing until the block ends: another process holds its lock."""
        with contextlib.closing(sqlite3.connect(self.server.home / "live.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """The server can write to no file until the block ends."""
        workers = self.workers()
        for worker in workers:
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        try:
            yield
        finally:
            for worker in workers:
                resource.prlimit(worker, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert self.workers() == workers, "a full disk ends no worker"

    def workers(self) -> list[int]:
        """Returns the processes of the server's workers."""
        found = subprocess.run(["pgrep", "-P", str(self.server.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def kill(self) -> None:
        """Ends the server and its workers as a power cut does."""
        for pid in [self.server.process.pid, *self.workers()]:
            os.kill(pid, signal.SIGKILL)
        self.server.process.wait()

    def start_again(self) -> None:
        """Starts a server that was killed, at the same address."""
        port = self.server.address.rsplit(":", 1)[1]
        self.server = self.servers.enter_context(serving(self.server.home, *self.arguments, "--port", port))

    def on_disk(self, passage: str) -> str:
        """Returns what the log holds of a passage, whatever the server remembers."""
        text = self.site.live.text(passage)
        return text.markdown if text else ""

    def people_by_worker(self) -> dict[str, set[str]]:
        """Returns who is at the story through which worker, as the workers last told each other."""
        with contextlib.closing(sqlite3.connect(self.server.home / "live.sqlite3")) as log:
            rows = log.execute("SELECT data FROM live_signal WHERE topic = 'present' ORDER BY id").fetchall()
        found: dict[str, set[str]] = {}
        for (data,) in rows:
            facts = json.loads(data)
            found[facts["worker"]] = {person["name"] for person in facts["stories"].get(self.story, ())}
        return found


def _is_fault(message: Any) -> bool:
    expected = ("Failed to load resource", "WebSocket connection to", "TextSelection endpoint not pointing into a node with inline content")
    return message.type in {"error", "warning"} and not message.text.startswith(expected)


def address_of(passage: str) -> str:
    return f"/espace/passages/{passage}"


def ready(writer: Writer) -> None:
    """Waits until the editor stands and the server has all that it holds."""
    writer.until("Boolean(window.T) && ['saved', 'read'].includes(T.room.state)", 2 * PATIENCE)


def wait_for(found: Callable[[], Any], seconds: float = PATIENCE / 1000) -> Any:
    """Asks until the answer is true; returns it."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return answer


@contextmanager
def serving_live_site(template: tuple[Path, World], folder: Path, chromium: Chromium, *arguments: str) -> Iterator[LiveSite]:
    """Serves a copy of the world until the block ends."""
    home = folder / "site"
    home.mkdir()
    copy_site(template[0], home)
    app = create_app(settings_for(home))
    try:
        with contextlib.ExitStack() as servers:
            server = servers.enter_context(serving(home, *arguments))
            yield LiveSite(app, template[1], server, chromium, servers, arguments)
    finally:
        close_engines(app)
        drop_database(home)


@contextmanager
def line_to(live: LiveSite, *, sockets: bool = True) -> Iterator["Line"]:
    """A line to the site; `sockets`: whether it lets them through, as some old proxies do not."""
    line = Line(live.server.address, sockets)
    try:
        yield line
    finally:
        line.close()


class Line:
    """A line to the server that can be cut, and be dead without being cut."""

    def __init__(self, address: str, sockets: bool) -> None:
        self._sockets, self._late = sockets, 0.0
        self._port = int(address.rsplit(":", 1)[1])
        self._works, self._flows = True, threading.Event()
        self._flows.set()
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _peer = self._listener.accept()
                if self._works:
                    threading.Thread(target=self._carry, args=(near,), daemon=True).start()
                else:
                    near.close()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._port))
        except OSError:
            near.close()
            return
        self._ends += [near, far]
        back = threading.Thread(target=self._pump, args=(near, far), daemon=True)
        back.start()
        self._pump(far, near)
        back.join()
        near.close()
        far.close()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                if self._late and b"upgrade: websocket" in data.lower():
                    time.sleep(self._late)
                if not self._sockets and b"upgrade: websocket" in data.lower():
                    source.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    break
                target.sendall(data)
        _shut(source, target)

    def cut(self) -> None:
        """Ends what goes over the line, and takes nothing until it is mended."""
        self._works = False
        _shut(*self._ends)
        self._ends.clear()

    def die(self) -> None:
        """Carries nothing any more, and says nothing of it."""
        self._flows.clear()

    def slow_sockets(self, seconds: float) -> None:
        """Lets sockets through so much later."""
        self._late = seconds

    def mend(self) -> None:
        self._works = True
        self._flows.set()

    def close(self) -> None:
        self.mend()
        self.cut()
        self._listener.close()


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
