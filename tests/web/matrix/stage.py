"""The stage of the matrix: the world with its places, everybody signed in, and a copy of its rows to come back to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask
from sqlalchemy import Table, event, inspect, select
from werkzeug.test import TestResponse

from app.db.base import metadata
from app.db.models import AccountSession
from app.factory import create_app
from app.services.site import Site
from tests.conftest import TOKEN, close_engines, settings_for
from tests.databases import KeptRows, copy_site
from tests.factories import PASSWORD, World, address
from tests.web.matrix.line import PART, ROLES, Line
from tests.web.matrix.places import make_places

UNKNOWN = "0" * 20
COOKIE = "recits"
PEOPLE = {
    "member": "helene",  # whose passages the lines speak of
    "peer": "karim",  # another voice of the same delegation
    "scribe": "scribe",  # writes for helene
    "foreign": "autre_helene",
    "nobody": "personne",
    "editor": "editrice",
    "organiser": "organisation",
    "admin": "admin",
}


@dataclass
class Stage:
    """The world with a place for every line, its people signed in, and a copy of its rows to come back to."""

    app: Flask
    ids: dict[str, str]
    cookies: dict[str, str]
    tokens: dict[str, str]
    written: bool = False

    def keep(self) -> None:
        """Keeps every row as it is now, to come back to."""
        self._keep_rows()
        event.listen(self.site.engine, "commit", self._note)

    def keep_again(self) -> None:
        """Keeps every row as it is now instead."""
        self._rows.close()
        self._keep_rows()

    def _keep_rows(self) -> None:
        self._rows, self._words, self.written = KeptRows(self.site.engine, self.tables), "", False

    def back(self) -> None:
        """Puts every row back as it was kept, if anything was written since."""
        if self.written:
            self._rows.put_back()
            self.written = False

    def close(self) -> None:
        self._rows.close()

    @property
    def site(self) -> Site:
        found: Site = self.app.extensions["recits"]
        return found

    @cached_property
    def tables(self) -> list[Table]:
        """The tables of this site; a plugin that another test loaded in this process has models here and no tables."""
        there = set(inspect(self.site.engine).get_table_names())
        return [table for table in metadata.sorted_tables if table.name in there]

    def _note(self, _connection: object) -> None:
        self.written = True

    def ask(
        self,
        line: Line,
        role: str,
        *,
        without: tuple[str, ...] = (),
        fields: object = None,
        token: str | None = None,
        prefix: str = "",
    ) -> TestResponse:
        """Sends a line's request as somebody.

        Args:
            without: ids to be replaced by one that nothing has.
            fields: another form than the line's, if there is one; bytes are sent as they are.
            token: another token than the person's own.
            prefix: the prefix of another language than French.
        """
        address_of, form = line.sends
        parts = {name: UNKNOWN if name in without else self.value(value) for name, value in address_of.items()}
        path = prefix + PART.sub(lambda found: parts[found[1]], line.rule)
        headers = {"Cookie": f"{COOKIE}={self.cookies[role]}"}
        client = self.app.test_client(use_cookies=False)
        if line.method == "GET":
            return client.get(path, headers=headers, buffered=True)
        own = {"csrf_token": self.tokens[role] if token is None else token}
        if isinstance(fields, bytes):
            body = b"csrf_token=" + own["csrf_token"].encode() + b"&" + fields
            return client.post(path, data=body, headers=headers, content_type="application/x-www-form-urlencoded")
        sent = fields if isinstance(fields, dict) else {name: self.value(value) for name, value in form.items()}
        return client.post(path, data={**own, **sent}, headers=headers)

    def everything(self) -> str:
        """All that the database holds, to see whether a request changed anything; read anew only if something was committed since it was kept."""
        if self.written:
            return self._read_everything()
        self._words = self._words or self._read_everything()
        return self._words

    def _read_everything(self) -> str:
        with self.site.engine.connect() as connection:
            return "\n".join(
                f"{table.name} {tuple(row)}"
                for table in self.tables
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            )

    def value(self, name: str) -> str:
        return self.ids[name[1:]] if name.startswith("@") else name


@dataclass(frozen=True)
class Prepared:
    """A site folder with a place for every line of the table, and the cookies and tokens of everybody signed in."""

    home: Path
    ids: dict[str, str]
    cookies: dict[str, str]
    tokens: dict[str, str]


_prepared: dict[Path, Prepared] = {}


@contextmanager
def open_stage(template: tuple[Path, World], home: Path) -> Iterator[Stage]:
    """Makes an application in a folder, with a place for every line of the table and everybody signed in; they are made once for all files of tests."""
    if template[0] not in _prepared:
        _prepared[template[0]] = _prepare(template)
    prepared = _prepared[template[0]]
    copy_site(prepared.home, home)
    app = create_app(settings_for(home))
    app.testing = False
    shutil.copytree(prepared.home / "media", app.extensions["recits"].settings.media_folder)
    stage = Stage(app, dict(prepared.ids), dict(prepared.cookies), dict(prepared.tokens))
    stage.keep()
    yield stage
    stage.close()
    close_engines(app)


def _prepare(template: tuple[Path, World]) -> Prepared:
    home = template[0].with_name(f"{template[0].name}_stage")
    home.mkdir()
    copy_site(template[0], home)
    app = create_app(settings_for(home))
    site: Site = app.extensions["recits"]
    ids = make_places(site, template[1])
    for content_hash in ("a" * 64, "c" * 64):
        folder = home / "media" / content_hash[:2] / content_hash
        folder.mkdir(parents=True)
        (folder / "480.webp").write_bytes(b"RIFF")
    cookies, tokens = _sign_everybody_in(app)
    with site.writer.begin() as uow:
        own = select(AccountSession.id).where(AccountSession.account_id == template[1].accounts["helene"])
        ids["session"] = uow.session.scalars(own).one()
    close_engines(app)
    return Prepared(home, ids, cookies, tokens)


def _sign_everybody_in(app: Flask) -> tuple[dict[str, str], dict[str, str]]:
    cookies: dict[str, str] = {}
    tokens: dict[str, str] = {}
    for role in ROLES:
        client = app.test_client()
        page = client.get("/connexion").text
        if role != "anon":
            fields = {"email": address(PEOPLE[role]), "password": PASSWORD, "csrf_token": _token(page)}
            assert client.post("/connexion", data=fields).status_code == 303
            page = client.get("/compte").text
        cookie = client.get_cookie(COOKIE)
        assert cookie is not None
        cookies[role], tokens[role] = cookie.value, _token(page)
    return cookies, tokens


def _token(page: str) -> str:
    found = TOKEN.search(page)
    assert found is not None
    return found[1]
