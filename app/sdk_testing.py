"""Helpers for the tests of plugins: a small site in a temporary folder, with people, stories and the installed plugins. Needs pytest.

A plugin's `conftest.py` says `pytest_plugins = ["app.sdk_testing"]`; its tests then ask for the fixture `recits`. See docs/test-a-plugin.md.
"""

import re
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.cli.author.problems import Problem
from app.cli.author.whole import find_problems
from app.config import load_settings
from app.db.migrate import migrate
from app.db.models import Account, Voice
from app.factory import create_app, find_plugins
from app.hooks.contracts import SDK_VERSION, Manifest
from app.hooks.manager import Candidate
from app.hooks.specs import hookimpl
from app.kernel.access import Actor, Role
from app.kernel.moment_date import parse_moment_date
from app.kernel.voice import CATEGORIES, Display, Mandate
from app.services import approvals, markup, passages, programme, stories, voices, workflow
from app.services import blocks as block_service
from app.services.access import load_actor
from app.services.accounts import give_role, open_session
from app.services.markup import prepare_here
from app.services.moments import MomentForm, add_moment
from app.services.plugins import prepare_tables, set_enabled
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork
from app.web.gate import SESSION_KEY

ROLES = ("administrator", "organiser", "editor", "member", "colleague", "person")
"""Who lives on a small site: one account for each role, two members of the delegation who hold a voice each, and a person without any role."""

VOICES = {"member": "elected_official", "colleague": "local_agent"}
"""Which voice the members hold."""

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_LINK = re.compile(r'(?:href|action)="([^"]+)"')


@dataclass
class Client:
    """A browser: it knows the form's token, remembers the last page and checks each answer's status."""

    client: FlaskClient
    last: TestResponse | None = None

    def get(self, path: str, status: int = 200) -> str:
        """Opens a page and returns its HTML."""
        self.last = self.client.get(path)
        assert self.last.status_code == status, f"GET {path} answered {self.last.status_code}, not {status}:\n{self.last.text[:1500]}"
        return self.last.text

    def post(self, path: str, data: Mapping[str, Any] | None = None, status: int = 303) -> TestResponse:
        """Sends a form, with the token of the last page; 303 is the answer to a form that was accepted, 422 to one that was not."""
        self.last = self.client.post(path, data={"csrf_token": self._token(), **(data or {})})
        assert self.last.status_code == status, f"POST {path} answered {self.last.status_code}, not {status}:\n{self.last.text[:1500]}"
        return self.last

    def follow(self) -> str:
        """Opens where the last answer leads."""
        assert self.last is not None, "nothing was asked yet"
        return self.get(self.last.headers["Location"])

    def link_in(self, page: str, ending: str) -> str:
        """Returns the address of the first link or form of a page that ends so."""
        found = next((address for address in _LINK.findall(page) if address.endswith(ending)), None)
        assert found is not None, f"no link or form of the page ends with {ending!r}"
        return str(found)

    def _token(self) -> str:
        page = self.last.text if self.last is not None and self.last.mimetype == "text/html" else ""
        found = _TOKEN.search(page) or _TOKEN.search(self.client.get("/compte").text) or _TOKEN.search(self.client.get("/connexion").text)
        assert found is not None, "no page with a token"
        return found[1]


@dataclass(frozen=True)
class MadeStory:
    """A story that a test made; `path` is its public address."""

    id: str
    slug: str
    title: str

    @property
    def path(self) -> str:
        return f"/recits/{self.slug}"


@dataclass
class Queries:
    """The SQL statements of a block of a test."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)


@dataclass
class SmallSite:
    """A site of one delegation, with one account for each of `ROLES`.

    Args:
        app: its Flask application.
        accounts: role → id of the account.
        voices: category of actors → id of the voice; `VOICES` says which are held by somebody.
        delegation: id of the delegation.
        moment: id of a moment of its journey.
    """

    app: Flask
    accounts: dict[str, str] = field(default_factory=dict)
    voices: dict[str, str] = field(default_factory=dict)
    delegation: str = ""
    moment: str = ""

    @property
    def core(self) -> Site:
        """The site's own object, for tests that look below the SDK."""
        found: Site = self.app.extensions["recits"]
        return found

    def failure_of(self, name: str) -> str:
        """Returns why a plugin cannot be used, or an empty text."""
        failure = self.core.plugins.plugins[name].failure
        return "" if failure is None else f"{failure.stage}: {failure.message}"

    def enable(self, *names: str) -> None:
        """Migrates plugins and switches them on, as an administrator would."""
        for name in names:
            assert name in self.core.plugins.plugins, f"no plugin {name!r} is installed: {', '.join(self.core.plugins.plugins)}"
            assert not self.failure_of(name), f"{name} failed: {self.failure_of(name)}"
            prepare_tables(self.core, None, name)
            with self.core.writer.begin() as uow:
                set_enabled(uow, None, self.core.plugins, name, True)

    def disable(self, *names: str) -> None:
        """Switches plugins off; nothing is deleted."""
        for name in names:
            with self.core.writer.begin() as uow:
                set_enabled(uow, None, self.core.plugins, name, False)

    @contextmanager
    def enabled(self, *names: str) -> Iterator[None]:
        """Plugins are on inside the block, and off after it."""
        self.enable(*names)
        yield
        self.disable(*reversed(names))

    def actor(self, role: str) -> Actor:
        """Returns somebody of the site as services know them today."""
        with self.reading() as session:
            found = load_actor(session, self.accounts[role], self.core.clock.today(), self.core.snapshots.current(session))
        assert found is not None
        return found

    def client(self, role: str | None = None) -> Client:
        """Returns the browser of somebody who is signed in, or of an anonymous reader."""
        client = self.app.test_client()
        if role is not None:
            with self.core.writer.begin() as uow:
                token = open_session(uow, self.accounts[role], "a test", self.core.settings.session_days)
            with client.session_transaction() as cookie:
                cookie[SESSION_KEY] = token
        return Client(client)

    def populate(self) -> None:
        """Gives an empty, migrated site its people, delegation and moment; `small_site` has done it."""
        with self.core.writer.begin() as uow:
            _people(self, uow)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Opens a session to read with."""
        with Session(self.core.engine) as session:
            yield session

    @contextmanager
    def writing(self, role: str) -> Iterator[tuple[UnitOfWork, Actor]]:
        """Opens a unit of work as somebody: what a view gets from `app.sdk.writing`."""
        actor = self.actor(role)
        with self.core.writer.begin() as uow:
            yield uow, actor

    @contextmanager
    def count_queries(self) -> Iterator[Queries]:
        """Collects the SQL statements of the block."""
        found = Queries()

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            found.statements.append(statement)

        event.listen(self.core.engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(self.core.engine, "before_cursor_execute", note)

    def make_story(
        self,
        title: str = "La légumerie",
        *,
        body: str = "Ce jour-là, il pleuvait sur la légumerie.",
        blocks: Sequence[tuple[str, Mapping[str, Any]]] = (),
        published: bool = True,
    ) -> MadeStory:
        """Makes a récit croisé: both members tell one moment, the two other voices are missing for a reason; signed, submitted, reviewed and published.

        Args:
            title: its title.
            body: Markdown of its first passage.
            blocks: (block type `<plugin>:<name>`, data of its form) of further passages; their plugins must be on.
            published: whether the public can read it; else it stays in writing.
        """
        with self.writing("member") as (uow, member):
            story = stories.create_story(uow, member, self.delegation, title, "Un chapeau.")
            for category in CATEGORIES:
                if category not in VOICES.values():
                    approvals.state_missing_voice(uow, member, story.id, self.moment, category, "En congé ce jour-là.")
        self._write("member", story.id, [("text", body, None), *((kind, "", data) for kind, data in blocks)])
        self._write("colleague", story.id, [("text", "Moi, je prenais des notes.", None)])
        if published:
            with self.writing("member") as (uow, member):
                version = workflow.submit_story(uow, member, story.id, "http://localhost")
            with self.writing("editor") as (uow, editor):
                workflow.start_review(uow, editor, story.id)
                story = workflow.publish_story(uow, editor, story.id, version.hash, "http://localhost")
        return MadeStory(story.id, story.slug, title)

    def _write(self, role: str, story_id: str, texts: Sequence[tuple[str, str, Mapping[str, Any] | None]]) -> None:
        """Writes and signs passages of a member: (block type, body, data of the block's form)."""
        voice = self.voices[VOICES[role]]
        with self.writing(role) as (uow, actor):
            for kind, body, data in texts:
                block = None if data is None else block_service.prepare_block(uow.session, uow.snapshot, kind, data)
                passage = passages.add_passage(uow, actor, story_id, self.moment, voice, kind)
                revision = passages.write_revision(uow, actor, passage, prepare_here(body, lang="fr"), None, "fr", block=block)
                approvals.sign_passage(uow, actor, passage.id, voice, revision.hash)


@contextmanager
def small_site(home: Path, *, plugins: Sequence[Candidate] | None = None, fresh: bool = True) -> Iterator[SmallSite]:
    """Makes a site in an empty folder, and closes it.

    Args:
        home: the folder; made where it does not exist.
        plugins: what is installed on it; by default all that is installed in this environment.
        fresh: False opens the small site that stands there, with other plugins perhaps.
    """
    home.mkdir(parents=True, exist_ok=True)
    made = _first_site()
    for name, content in made.files.items() if fresh else ():
        (home / name).write_bytes(content)
    site = replace(made.site, app=create_app(load_settings({}, home=home), plugins=plugins))
    try:
        yield site
    finally:
        site.core.engine.dispose()


@dataclass(frozen=True)
class _Made:
    """The files of a small site, and who lives on it."""

    files: dict[str, bytes]
    site: SmallSite


@cache
def _first_site() -> _Made:
    """Builds the small site once for a process; every other one is a copy of its files."""
    with tempfile.TemporaryDirectory(prefix="recits-") as folder:
        home = Path(folder)
        site = SmallSite(create_app(load_settings({}, home=home), plugins=[]))
        migrate(site.core.engine)
        site.populate()
        site.core.engine.dispose()  # the last connection puts all into the one file
        return _Made({path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}, site)


def _people(site: SmallSite, uow: UnitOfWork) -> None:
    for role in ROLES:
        account = Account(email=f"{role}@exemple.test", name=role.capitalize(), created_at=uow.now)
        uow.session.add(account)
        uow.session.flush()
        site.accounts[role] = account.id
        if role in list(Role):
            give_role(uow, account.id, Role(role))
    programme_row = programme.create_programme(uow, None, "Territoires pilotes", "")
    phase = programme.add_phase(uow, None, programme_row.id, "Diagnostic du territoire", key="diagnostic")
    description = prepare_here("Un territoire.", lang="fr")
    territory = programme.create_territory(uow, None, "Pays de Brumeval", "Pays", description, fictitious=True)
    site.delegation = programme.create_delegation(uow, None, programme_row.id, territory.id).id
    seats = {seat.category: seat.id for seat in voices.seats_of(uow.session, site.delegation)}
    for category in CATEGORIES:
        voice = voices.seat_voice(uow, None, seats[category], "Camille Essai", "fonction", Mandate(date(2021, 9, 1), None), Display.NAME)
        site.voices[category] = voice.id
    for role, category in VOICES.items():
        uow.session.get_one(Voice, site.voices[category]).account_id = site.accounts[role]
    moment = MomentForm("Le premier tour de table", parse_moment_date("21 septembre 2021"), "Salle des fêtes", phase.id, "")
    site.moment = add_moment(uow, None, site.delegation, moment).id


def fake_plugin(name: str, *, folder: Path | None = None, manifest: Manifest | None = None, **hooks: Callable[..., Any]) -> Candidate:
    """Returns a plugin that exists in a test only.

    Args:
        name: its name.
        folder: where its `templates/`, `migrations/` or `translations/` stand, if it has any.
        manifest: what it says of itself; a plain one by default.
        hooks: implementations by name (`register_menu_items=lambda: [...]`).
    """
    module = types.ModuleType(f"recits_fake_{name}.plugin")
    module.__dict__["MANIFEST"] = manifest or Manifest(name, name.capitalize(), "A plugin of a test.", "0.1.0", SDK_VERSION)
    for hook, implementation in hooks.items():
        module.__dict__[hook] = hookimpl(implementation)
    if folder is not None:
        module.__file__ = str(folder / "plugin.py")
    return Candidate(name, lambda: module, module.__name__)


@contextmanager
def installed_with(home: Path, *fakes: Candidate) -> Iterator[SmallSite]:
    """Makes a small site with plugins of a test beside the installed ones."""
    with small_site(home, plugins=[*find_plugins(), *fakes]) as site:
        yield site


def problems_of(plugin: str | Path) -> list[Problem]:
    """Returns what `recits plugin check` finds wrong with an installed plugin, or with the one in a folder; empty when it keeps every rule."""
    return find_problems(str(plugin), create_app, find_plugins())


@pytest.fixture(scope="session")
def _recits_workers() -> Iterator[None]:
    """Ends the processes that parse texts, so that none is left behind."""
    yield
    markup.close()


@pytest.fixture
def recits(tmp_path: Path, _recits_workers: None) -> Iterator[SmallSite]:
    """A small site with every installed plugin, all off."""
    with small_site(tmp_path / "recits") as site:
        yield site
