"""The public pages of the example site: what they say of voices, and that they are light, valid in their structure, and leave nothing behind."""

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import shipped
from app.db.migrate import migrate
from app.db.models import Story, Voice
from app.db.reading import list_stories
from app.factory import create_app
from app.services import starter
from app.web.assembly import levelled
from app.web.story_view import opening
from tests.conftest import close_engines, settings_for
from tests.databases import loose

LEGUMERIE = "/recits/la-legumerie-que-nous-n-avons-pas-ouverte"
REFERENTIEL = "/recits/le-referentiel-nous-a-d-abord-faches"
PAGES = [
    "/",
    "/recits/",
    LEGUMERIE,
    f"{LEGUMERIE}/en-regard",
    f"{LEGUMERIE}/une-voix",
    f"{LEGUMERIE}/une-voix/etat",
    REFERENTIEL,
    f"{REFERENTIEL}/en-regard",
    f"{REFERENTIEL}/une-voix/collectivite",
    "/territoires/",
    "/territoires/pays-de-brumeval",
    "/methode",
    "/a-propos",
    "/mentions-legales",
    "/accessibilite",
    "/vos-donnees",
    "/patterns",
    "/en/",
    f"/en{LEGUMERIE}",
]
VOID = {"meta", "link", "br", "img", "input", "hr"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site with the example stories."""
    app = create_app(settings_for(tmp_path_factory.mktemp("demo")))
    site = app.extensions["recits"]
    migrate(site.engine)
    starter.load_into_empty_site(site, shipped("stories"), demonstration=True)
    yield app
    close_engines(app)


@pytest.fixture
def reader(demo: Flask) -> FlaskClient:
    return demo.test_client()


class Structure(HTMLParser):
    """Ids, headings and open elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.levels: list[int] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if len(values) != len(attrs):
            self.faults.append(f"attribute twice on {tag}")
        self.faults += [f"{name} on {tag}" for name in values if name == "style" or name.startswith("on")]
        self.ids += [values["id"]] if "id" in values else []
        for name in ("href", "aria-labelledby", "aria-describedby", "for"):
            value = values.get(name) or ""
            if name == "href" and not value.startswith("#"):
                continue
            self.targets |= set(value.removeprefix("#").split())
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


@pytest.mark.parametrize("path", [*PAGES, "/nulle-part"])
def test_pages_are_sound_and_leave_nothing_behind(reader, path):
    answer = reader.get(path)
    assert answer.status_code == (404 if path == "/nulle-part" else 200)
    assert "Set-Cookie" not in answer.headers
    assert "<style" not in answer.text
    assert "<script" not in answer.text
    page = Structure(answer.text)
    assert page.faults == []
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.targets <= set(page.ids)
    assert page.levels.count(1) == 1
    assert page.levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(page.levels, page.levels[1:], strict=False)), page.levels
    assert re.search(r"<title>[^<]+</title>", answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_light(reader, path):
    """HTML, styles and both fonts together, as a server that compresses sends them."""
    styles = sum(
        len(gzip.compress((shipped("static") / "css" / name).read_bytes())) for name in ("tokens.css", "base.css", "components.css")
    )
    fonts = sum(file.stat().st_size for file in (shipped("static") / "fonts").glob("*.woff2"))
    assert len(gzip.compress(reader.get(path).data)) + styles + fonts < 100_000


def test_a_missing_voice_is_said_in_every_reading(reader):
    for path in (LEGUMERIE, f"{LEGUMERIE}/en-regard"):
        page = reader.get(path).text
        assert page.count("État : voix manquante") == 0  # the colon stands after a no-break space
        assert page.count("État\u00a0: voix manquante") == 2
        assert "Le poste était vacant" in page
    alone = reader.get(f"{LEGUMERIE}/une-voix/etat").text
    assert alone.count("Ici, cette voix manque.") == 2
    assert "5 moments sur 7" in alone
    assert "Hélène Marcadet</span>" not in alone.split('class="fil"')[1]


def test_stances_are_published_with_their_words(reader):
    for path in (LEGUMERIE, f"{LEGUMERIE}/en-regard"):
        page = reader.get(path).text
        assert "Ici, les voix divergent" in page
        assert "≠</i> désaccord" in page


def test_all_three_readings_have_the_same_anchors(reader):
    for path in (LEGUMERIE, f"{LEGUMERIE}/en-regard", f"{LEGUMERIE}/une-voix/elu-e"):
        assert re.findall(r'<section class="[a-z]+" id="(m\d+)"', reader.get(path).text) == [f"m{number}" for number in range(1, 8)]


def test_successors_in_one_seat_both_appear(reader):
    for path in (REFERENTIEL, f"{REFERENTIEL}/en-regard", f"{REFERENTIEL}/une-voix/collectivite"):
        page = reader.get(path).text
        assert page.index("Karim Lahlou") < page.index("Jeanne Ottavi")


def test_choosing_a_voice_offers_the_four_with_their_first_words(reader):
    page = reader.get(f"{LEGUMERIE}/une-voix").text
    assert page.count("Lire cette voix seule") == 4
    assert "Je remplaçais une collègue." in page
    assert reader.get(f"{LEGUMERIE}/une-voix/personne").status_code == 404


def test_a_voice_is_shown_no_more_than_it_wishes(demo, reader):
    with Session(loose(demo.extensions["recits"].engine)) as session:
        voice = session.scalars(select(Voice).where(Voice.name == "Maud Tessier")).one()
        kept = voice.display
        try:
            voice.display = "anonymous"
            session.commit()
            page = reader.get(LEGUMERIE).text
            assert "Maud Tessier" not in page
            assert "Une voix de la délégation" in page
            assert "Socio-éco\u00a0: voix manquante" not in page
            assert "Socio-éco\u00a0: rien n’est dit à ce titre" in page
            journey = reader.get("/territoires/pays-de-brumeval").text.partition('<ol class="frise">')[2]
            assert 'class="b eco"' not in journey
            assert "Socio-éco ne raconte pas" not in journey
            assert "Socio-éco\u00a0: rien n’est dit à ce titre." in journey
            voice.display = "category"
            session.commit()
            page = reader.get(LEGUMERIE).text
            assert "Maud Tessier" not in page
            assert "Rangs Serrés</span>" not in page
            assert "Opérateur·rice socio-économique" in page
        finally:
            voice.display = kept
            session.commit()


def test_a_withdrawn_story_leaves_a_trace(demo, reader):
    with Session(loose(demo.extensions["recits"].engine)) as session:
        story = session.scalars(select(Story).where(Story.slug == "quatre-chaises-pour-une-halle")).one()
        version, story.published_version_id, story.state = story.published_version_id, None, "unpublished"
        session.commit()
        try:
            answer = reader.get("/recits/quatre-chaises-pour-une-halle")
            assert answer.status_code == 410
            assert "Cette trace reste, le texte non." in answer.text
            assert "retiré le" in answer.text
        finally:
            story.published_version_id, story.state = version, "published"
            session.commit()


def test_a_journey_leads_into_the_stories(reader):
    page = reader.get("/territoires/pays-de-brumeval").text
    for path, anchor in re.findall(r'href="(/recits/[a-z0-9-]+)#(m\d+)"', page):
        assert f'id="{anchor}"' in reader.get(path).text
    assert page.count("<h3>") >= 11


def test_pages_of_the_list_follow_each_other(reader, monkeypatch):
    monkeypatch.setattr(list_stories, "__kwdefaults__", {**list_stories.__kwdefaults__, "limit": 3})
    seen, path = [], "/recits/"
    while path:
        page = reader.get(path).text
        seen += re.findall(r'<h2><a href="(/recits/[^"]+)"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1] if following else ""
    assert len(seen) == len(set(seen)) == 7


def test_headings_inside_passages_skip_no_level():
    typed = [["heading", 4, False], "a", ["heading", 4, True], "b", ["heading", 2, False], "c", ["heading", 2, True], ["heading", 4, False]]
    assert [piece[1] for piece in levelled(typed) if isinstance(piece, list)] == [1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("Une phrase.", "Une phrase."),
        ("Une phrase courte. " + "mot " * 60, "Une phrase courte."),
        ("mot " * 60, ("mot " * 30).strip() + "\u00a0…"),
        ("Axe « managérial ». Suite.\nAutre.", "Axe “managérial”. Suite."),
    ],
)
def test_openings_end_with_a_sentence_or_an_ellipsis(plain, expected):
    assert opening(plain, "fr") == expected
