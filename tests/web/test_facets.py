"""Facets of extensions: beside the core's filters, counted within what is public, left out where they fail."""

import re

import pytest
from sqlalchemy import literal_column

from app.db.models import Story
from app.factory import create_app
from app.hooks.calls import CALLS
from app.hooks.contracts import Facet
from app.services import plugins
from tests.conftest import close_engines, settings_for
from tests.fakes import plugin
from tests.told_stories import told_story


def by_title(_session, key):
    return Story.title.startswith({"i": "Ici", "l": "Là"}[key])


GOOD = Facet("initiale", title="Initiale", options=lambda _session: [("i", "Ici"), ("l", "Là")], clause=by_title)


def raises(*_arguments):
    raise RuntimeError("no")


BAD = {
    "options raise": Facet("cassee", title="Cassée", options=raises, clause=by_title),
    "clause raises": Facet("cassee", title="Cassée", options=lambda _session: [("i", "Ici")], clause=raises),
    "no condition": Facet("cassee", title="Cassée", options=lambda _session: [("i", "Ici")], clause=lambda _session, _key: "1 = 1"),
    "no pairs": Facet("cassee", title="Cassée", options=lambda _session: ["ici"], clause=by_title),
    "broken sql": Facet(
        "cassee",
        title="Cassée",
        options=lambda _session: [("i", "Ici")],
        clause=lambda _session, _key: literal_column("nowhere.at_all") == 1,
    ),
}


@pytest.fixture
def client_with(home, world):
    """Returns a function that makes the application with a facet of `alpha`, two public stories and a draft, and opens a browser."""
    made = []

    def make(*facets):
        alpha = plugin("alpha", register_facets=lambda: list(facets))
        app = create_app(settings_for(home), plugins=[alpha])
        app.testing = False
        site = app.extensions["recits"]
        with site.writer.begin() as uow:
            plugins.set_enabled(uow, None, site.plugins, "alpha", True)
        told_story(site, world, "Ici la lumière", "published")
        told_story(site, world, "Là le théâtre", "published", ("autre_helene", "autre_karim"), "autre_vote")
        told_story(site, world, "Ici un brouillon", "writing")
        made.append(app)
        return app.test_client()

    yield make
    for app in made:
        close_engines(app)


def titles(page: str) -> list[str]:
    return re.findall(r'<h2><a href="/recits/([^"]+)"', page)


def test_a_facet_narrows_and_counts_what_is_public(client_with):
    client = client_with(GOOD)
    page = client.get("/recits/").text
    assert '<select id="f-alpha-initiale" name="alpha-initiale">' in page
    assert '<option value="i">Ici (1)</option>' in page, "the draft is not counted"
    page = client.get("/recits/?alpha-initiale=i").text
    assert titles(page) == ["ici-la-lumiere"]
    assert "Initiale\u00a0: <b>Ici</b>" in page
    assert '<option value="pays-de-brumeval">Pays de Brumeval (1)</option>' in page
    assert "Agglomération de Valcendre (" not in page, "the core's filters are counted within it"
    assert titles(client.get("/recits/?alpha-initiale=i&territoire=agglomeration-de-valcendre").text) == []


def test_a_value_that_a_facet_does_not_offer_is_no_page(client_with):
    assert client_with(GOOD).get("/recits/?alpha-initiale=z").status_code == 404


def test_a_facet_of_an_extension_that_is_off_is_no_filter(client_with):
    client = client_with(GOOD)
    site = client.application.extensions["recits"]
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "alpha", False)
    page = client.get("/recits/?alpha-initiale=i").text
    assert len(titles(page)) == 2
    assert "f-alpha-initiale" not in page


@pytest.mark.parametrize("fault", BAD)
def test_a_facet_that_fails_is_left_out_and_named(client_with, fault):
    client = client_with(BAD[fault], GOOD)
    for address in ("/recits/", "/recits/?alpha-cassee=i"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert len(titles(answer.text)) == 2
        assert "f-alpha-cassee" not in answer.text
        assert "f-alpha-initiale" in answer.text
    assert any((entry.owner, entry.name) == ("alpha", "cassee") for entry in CALLS.faults())
