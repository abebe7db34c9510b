"""Fixtures: a world is built once, each test gets a copy of its database; browsers and servers are in their own folders' conftest."""

import gc
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.config import Settings, load_settings, shipped
from app.db.base import db
from app.db.migrate import migrate
from app.factory import create_app
from app.services import markup
from app.services.accounts import passwords
from app.services.page_starter import complete_site
from app.services.site import Site
from tests.compiled_once import compile_once
from tests.databases import copy_site, database_settings, drop_all_databases, drop_database, loose, refuse_what_postgresql_refuses
from tests.examples import load_profile
from tests.factories import PASSWORD, World, address, build_world

# The public helpers for plugins' tests: the project's own use them too.
pytest_plugins = ["app.sdk_testing"]

refuse_what_postgresql_refuses()
compile_once()
load_profile()
# A guess of a password must cost a fifth of a second of two cores; two thousand sign-ins of tests need not. Two tests hold the real cost.
COSTLY_DECOY = passwords._DECOY
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
passwords._DECOY = passwords._hasher.hash("")

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="session", autouse=True)
def _end_markup_workers() -> Iterator[None]:
    """Ends the child processes that parse, so that none is left behind."""
    yield
    markup.close()


@pytest.fixture(scope="session", autouse=True)
def _drop_databases() -> Iterator[None]:
    """Drops what was made on a PostgreSQL server, also after a failure."""
    yield
    drop_all_databases()


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The world's database, built once."""
    home = tmp_path_factory.mktemp("world")
    app = create_app(settings_for(home))
    site: Site = app.extensions["recits"]
    migrate(site.engine)
    complete_site(site, shipped("stories"))
    world = build_world(site)
    close_engines(app)
    return home, world


def settings_for(home: Path, **more: object) -> Settings:
    """Returns the settings of a site in a folder, whatever the environment says."""
    return load_settings({}, home=home, **{**database_settings(home), **more})


def close_engines(app: Flask) -> None:
    """Closes every connection of an application."""
    with app.app_context():
        db.engine.dispose()


Furnishing = Callable[[Site, World], Any]


@pytest.fixture
def furnishing() -> Furnishing | None:
    """What is done once to the world for all tests of a module or folder that overrides this; each of them begins with a copy."""
    return None


@pytest.fixture(scope="session")
def _furnished(_template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Furnishing | None], tuple[Path, Any]]:
    made: dict[Furnishing | None, tuple[Path, Any]] = {None: (_template[0], None)}

    def find(furnishing: Furnishing | None) -> tuple[Path, Any]:
        if furnishing is not None and furnishing not in made:
            home = tmp_path_factory.mktemp("furnished")
            copy_site(_template[0], home)
            app = create_app(settings_for(home))
            made[furnishing] = home, furnishing(app.extensions["recits"], _template[1])
            close_engines(app)
        return made[furnishing]

    return find


@pytest.fixture
def furnished(_furnished: Callable[[Furnishing | None], tuple[Path, Any]], furnishing: Furnishing | None) -> Any:
    """What the furnishing returned."""
    return deepcopy(_furnished(furnishing)[1])


@pytest.fixture
def home(_furnished: Callable[[Furnishing | None], tuple[Path, Any]], furnishing: Furnishing | None, tmp_path: Path) -> Iterator[Path]:
    """A site folder with the world in it."""
    folder = tmp_path / "site"
    folder.mkdir()
    copy_site(_furnished(furnishing)[0], folder)
    yield folder
    drop_database(folder)


@pytest.fixture
def world(_template: tuple[Path, World]) -> World:
    return _template[1]


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = create_app(settings_for(home))
    app.testing = False  # errors become pages, as they do for people
    yield app
    close_engines(app)


@pytest.fixture
def site(app: Flask) -> Site:
    found: Site = app.extensions["recits"]
    return found


@pytest.fixture
def session(site: Site) -> Iterator[Session]:
    with Session(loose(site.engine)) as session:
        yield session


@dataclass
class Browser:
    """A client that knows tokens and remembers the last page, as a person's browser does."""

    client: FlaskClient
    last: TestResponse | None = None
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, status: int = 200) -> str:
        """Opens a page; returns its HTML."""
        self.last = self.client.get(path, headers=self.headers)
        self.path = path
        assert self.last.status_code == status, (path, self.last.status_code, self.last.text[:500])
        return self.last.text

    def post(
        self, path: str, data: dict[str, object] | None = None, *, token: bool = True, status: int | None = 303, **more: object
    ) -> TestResponse:
        """Sends a form with the token of the last page (or of the account page, if that had none)."""
        fields = dict(data or {})
        if token:
            fields.setdefault("csrf_token", self.token())
        self.last = self.client.post(path, data=fields, headers=self.headers, **more)
        assert status is None or self.last.status_code == status, (path, self.last.status_code, self.last.text[:1500])
        return self.last

    def token(self) -> str:
        found = TOKEN.search(self.last.text) if self.last is not None and self.last.mimetype == "text/html" else None
        if found is None:
            found = TOKEN.search(self.client.get("/compte").text) or TOKEN.search(self.client.get("/connexion").text)
        assert found is not None, "no page with a token"
        return found[1]

    def follow(self) -> str:
        """Opens where the last answer leads."""
        assert self.last is not None
        return self.get(self.last.headers["Location"])

    def sign_in(self, name: str, password: str = PASSWORD) -> "Browser":
        self.get("/connexion")
        self.post("/connexion", {"email": address(name), "password": password})
        return self


@pytest.fixture
def browser(app: Flask) -> Browser:
    """An anonymous reader's browser."""
    return Browser(app.test_client())


@pytest.fixture
def as_person(app: Flask):
    """Returns a function that opens a signed-in browser for somebody of the world."""
    opened: dict[str, Browser] = {}

    def sign_in(name: str) -> Browser:
        if name not in opened:
            opened[name] = Browser(app.test_client()).sign_in(name)
        return opened[name]

    return sign_in


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the tests that wait most, on servers and browsers, first: what several workers still have at the end is then short."""
    slow = ("tests/processes/", "tests/browser/")
    items.sort(key=lambda item: not item.nodeid.startswith(slow))


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and applications come and go by the thousand: looking through all of it again and again costs a fifteenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
