"""A distribution of a third party, installed before two servers start: its whole life while people read and write, without a restart."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from app.cli.author.place import find_place
from app.db.migrate import migrate
from app.db.models import PassageRevision, PluginState
from app.factory import create_app
from app.sdk_testing import SmallSite
from tests.conftest import settings_for
from tests.distributions import Distribution, make_distribution
from tests.processes.conftest import Server, serving

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
EXTENSION = "/configuration/extensions/essai"
PAGES = ("/essai/", "/en/essai/", "/essai/gerer", "/essai/static/essai.css")
FIGURE = {"value": "47 %", "label": "de l’eau vient du même captage", "source": "Syndicat des eaux"}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


@dataclass
class Person:
    """Somebody's browser, on whichever server they are led to."""

    cookie: str = ""

    def ask(self, server: Server, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
        """Returns status and body; a form is sent with the token of the page that it stands on."""
        body = None
        if data is not None:
            token = TOKEN.search(self.ask(server, "/compte")[1])
            body = urllib.parse.urlencode({"csrf_token": token[1] if token else "", **data}).encode()
        request = urllib.request.Request(server.address + path, body, {"Cookie": self.cookie} if self.cookie else {})
        try:
            answer = urllib.request.build_opener(_Stay).open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            if self.cookie:
                self.cookie = (answer.headers.get("Set-Cookie") or self.cookie).partition(";")[0]
            return answer.status, answer.read().decode("utf-8")

    def get(self, server: Server, path: str) -> str:
        status, page = self.ask(server, path)
        assert status == 200, (path, status, page[:500])
        return page

    def post(self, server: Server, path: str, data: dict[str, str] | None = None) -> None:
        status, page = self.ask(server, path, data or {})
        assert status == 303, (path, status, page[:1500])


@dataclass
class Town:
    """Two servers of one site, the people of it, and its database seen from beside."""

    one: Server
    two: Server
    site: SmallSite

    def person(self, role: str) -> Person:
        client = self.site.client(role).client
        return Person(f"recits={client.get_cookie('recits').value}")

    @property
    def servers(self) -> tuple[Server, Server]:
        return self.one, self.two


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    return make_distribution("essai", tmp_path_factory.mktemp("third-party"))


@pytest.fixture
def town(distribution: Distribution, empty_home: Path) -> Iterator[Town]:
    place = find_place(str(distribution.written.folder), [])
    site = SmallSite(create_app(settings_for(empty_home), plugins=[place.candidate]))
    migrate(site.core.engine)
    site.populate()
    path = {"PYTHONPATH": str(distribution.installed)}
    with serving(empty_home, "--workers", "1", **path) as one, serving(empty_home, "--workers", "1", **path) as two:
        yield Town(one, two, site)
        assert one.process.poll() is None
        assert two.process.poll() is None
    site.core.engine.dispose()


def test_the_whole_life_of_a_third_partys_plugin_without_a_restart(town: Town):
    admin, editor, member, reader = town.person("administrator"), town.person("editor"), town.person("member"), Person()
    one, two = town.servers
    started = [server.process.pid for server in town.servers]
    plain = town.site.make_story("Un récit sans chiffre")

    # Installed, off: nothing of it is there.
    for server in town.servers:
        for path in PAGES:
            assert reader.ask(server, path)[0] == 404, path
    assert "essai" in admin.get(one, "/configuration/extensions")

    # On: by a page of one server, at once on the other; its table is there, its page in both languages, its style sheet.
    admin.post(one, f"{EXTENSION}/activer")
    assert "Récits par étiquette" in reader.get(two, "/essai/")
    assert "Stories by label" in reader.get(two, "/en/essai/")
    assert ".essai-labels" in reader.get(two, "/essai/static/essai.css")
    assert "essai_label" in inspect(town.site.core.engine).get_table_names()

    # A setting, saved on one server, read on the other.
    admin.post(two, f"{EXTENSION}/reglages/page", {"r-introduction": "Choisissez un mot."})
    assert "Choisissez un mot." in reader.get(one, "/essai/")

    # A block in a published story, offered to whoever writes; a label, and the filter that it makes.
    story = town.site.make_story("Le captage", blocks=[("essai:figure", FIGURE)])
    draft = town.site.make_story("Un brouillon", published=False)
    assert "Chiffre repère" in member.get(two, f"/espace/recits/{draft.id}")
    editor.post(one, "/essai/gerer", {"story": story.id, "text": "Eau potable"})
    for server in town.servers:
        page = reader.get(server, story.path)
        assert "47\u00a0%" in page
        assert "même captage" in page
        assert "Eau potable" in page
        narrowed = reader.get(server, "/recits/?essai-label=eau+potable")
        assert "Le captage" in narrowed
        assert "Un récit sans chiffre" not in narrowed
    before = {(server.address, path): reader.get(server, path) for server in town.servers for path in ("/essai/", story.path, "/recits/")}
    kept = revisions(town)

    # Off, by the other server: its pages are gone on the next request of both, the published story still shows the block.
    admin.post(two, f"{EXTENSION}/desactiver")
    for server in town.servers:
        for path in PAGES:
            assert reader.ask(server, path)[0] == 404, path
        assert editor.ask(server, "/essai/gerer", {"story": plain.id, "text": "Trop tard"})[0] == 404
        page = reader.get(server, story.path)
        assert "même captage" in page
        assert "Eau potable" not in page
        assert "Eau potable" not in reader.get(server, "/recits/")
    assert "Chiffre repère" not in member.get(one, f"/espace/recits/{draft.id}")
    assert revisions(town) == kept

    # On again: all is back, byte for byte.
    admin.post(one, f"{EXTENSION}/activer")
    for (address, path), page in before.items():
        server = next(server for server in town.servers if server.address == address)
        assert reader.get(server, path) == page

    # Purged: what it owned is written to a file first, then gone; the story still shows the block.
    admin.post(two, f"{EXTENSION}/desactiver")
    assert admin.ask(one, f"{EXTENSION}/purger", {"typed": "autre chose"})[0] == 422
    admin.post(one, f"{EXTENSION}/purger", {"typed": "essai"})
    (export,) = (one.home / "exports").glob("essai-*.json")
    written = json.loads(export.read_text(encoding="utf-8"))
    assert written["tables"]["essai_label"][0]["text"] == "Eau potable"
    assert written["settings"]["page"]["introduction"] == "Choisissez un mot."
    assert [table for table in inspect(town.site.core.engine).get_table_names() if table.startswith("essai")] == []
    with town.site.reading() as session:
        assert session.get(PluginState, "essai") is None
    for server in town.servers:
        assert "même captage" in reader.get(server, story.path)
        assert reader.ask(server, "/essai/")[0] == 404

    # And it can begin anew.
    admin.post(two, f"{EXTENSION}/activer")
    page = reader.get(one, "/essai/")
    assert "Aucun récit n’a encore d’étiquette." in page
    assert "Choisissez un mot." not in page
    assert revisions(town) == kept
    assert [server.process.pid for server in town.servers] == started


def revisions(town: Town) -> list[tuple[str, str, str]]:
    """Returns what every passage says, as it is stored and hashed."""
    with town.site.reading() as session:
        rows = session.scalars(select(PassageRevision).order_by(PassageRevision.id))
        return [(row.hash, json.dumps(row.data, sort_keys=True), json.dumps(row.snapshot, sort_keys=True)) for row in rows]
