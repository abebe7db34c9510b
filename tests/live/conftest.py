"""A site that answers sockets, served in a thread of the test; pages that write on it."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from flask import Flask

from app.asgi import LiveFront, create_asgi
from app.services.passages import add_passage
from app.services.site import Site
from tests.conftest import Browser
from tests.factories import World, actor
from tests.live.page import SECONDS, Page

WORKER = {"ws": "app.direct_socket:DirectSocket", "ws_per_message_deflate": False, "log_level": "critical", "lifespan": "off"}


@dataclass
class Served:
    """A site that answers sockets."""

    app: Flask
    front: LiveFront
    port: int
    world: World
    pages: list[Page] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cookie(self, name: str) -> str:
        """Returns the cookie of somebody of the world who signs in."""
        browser = Browser(self.app.test_client()).sign_in(name)
        found = browser.client.get_cookie("recits")
        assert found is not None
        return f"recits={found.value}"

    def open(self, name: str | None, story: str = "legumerie", *, prefix: str = "", **more: str) -> Page:
        """Opens a story's socket for somebody."""
        headers = {"Origin": self.origin, **({"Cookie": self.cookie(name)} if name else {}), **more}
        page = Page(f"ws://127.0.0.1:{self.port}{prefix}/vivant/{self.world.stories.get(story, story)}", headers)
        self.pages.append(page)
        return page


@contextmanager
def serving_live(app: Flask, world: World) -> Iterator[Served]:
    """Serves an application with its sockets until the block ends."""
    front = create_asgi(app)
    server = uvicorn.Server(uvicorn.Config(front, port=0, **WORKER))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + SECONDS
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    served = Served(app, front, server.servers[0].sockets[0].getsockname()[1], world)
    try:
        yield served
    finally:
        for page in served.pages:
            page.end()
        server.should_exit = server.force_exit = True
        thread.join(SECONDS)
        front.stop()


@pytest.fixture
def served(app: Flask, world: World) -> Iterator[Served]:
    with serving_live(app, world) as found:
        yield found


@dataclass
class Passages:
    """A passage of the voice `helene` and the one that the delegation shares, both empty."""

    own: str
    shared: str


@pytest.fixture
def passages(site: Site, world: World) -> Passages:
    with site.writer.begin() as uow:
        someone = actor(site, world, "helene")
        story, moment = world.stories["legumerie"], world.moments["vote"]
        own = add_passage(uow, someone, story, moment, world.voices["helene"]).id
        shared = add_passage(uow, someone, story, moment, None).id
    return Passages(own, shared)
