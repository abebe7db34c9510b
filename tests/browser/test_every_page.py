"""Every page, in every role, on the demonstration site: no WCAG A or AA violation that axe finds, no sideways scroll, light enough, no cookie for readers."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Request

from app.db.models import Story, StoryVersion
from app.factory import create_app
from app.services import media, starter, workflow
from app.services.site import Site
from tests.browser.conftest import DESK, NARROW, PHONE, fill_sign_in, overflows, violations
from tests.conftest import close_engines, settings_for
from tests.demonstration import READERS, build_demonstration, pages_of, password_of, somebody

MOST_BYTES = 100_000


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration site, with a story in writing and one under review."""
    home = tmp_path_factory.mktemp("demonstration")
    build_demonstration(home)
    return home


@pytest.fixture
def app(demonstration: Path, tmp_path: Path) -> Iterator[Flask]:
    """Overrides the world by a copy of the demonstration site."""
    home = tmp_path / "site"
    shutil.copytree(demonstration, home)
    app = create_app(settings_for(home))
    yield app
    close_engines(app)


class Shapes(HTMLParser):
    """What a page is made of: each element and the one that holds it, by tag, class, type and names of attributes; its words apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[tuple[object, object]] = set()
        self._open: list[tuple[str, ...]] = [("document",)]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        shape = (tag, values.get("class") or "", values.get("type") or "", *sorted(set(values) - WORDS_OF_A_PLACE))
        self.found.add((self._open[-1], shape))
        if tag not in VOID:
            self._open.append(shape)

    def handle_endtag(self, tag: str) -> None:
        while tag not in VOID and self._open.pop()[0] != tag:
            pass


VOID = {"meta", "link", "br", "img", "input", "hr"}
WORDS_OF_A_PLACE = {"href", "id", "value", "lang", "checked", "selected"}


@pytest.fixture(scope="module")
def pages_for(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str | None], list[str]]]:
    """Returns a function that names the pages to try as somebody: one of each view, but for those that show them nothing that others were not shown before."""
    home = tmp_path_factory.mktemp("crawled") / "site"
    shutil.copytree(demonstration, home)
    app = create_app(settings_for(home))
    found: dict[str | None, list[str]] = {}
    shown: dict[str, set[tuple[object, object]]] = defaultdict(set)

    def crawl_as(who: str | None) -> Iterator[str]:
        for view, (path, html) in pages_of(app, who).items():
            shapes = Shapes(html).found
            if not shapes <= shown[view]:
                yield path
            shown[view] |= shapes

    def pages(who: str | None) -> list[str]:
        for one in READERS[: READERS.index(who) + 1]:
            if one not in found:
                found[one] = list(crawl_as(one))
        return found[who]

    yield pages
    close_engines(app)


@pytest.mark.parametrize("who", READERS)
def test_every_page_is_accessible_on_a_phone_and_a_desk(app, open_page, pages_for, who):
    page = open_page(viewport=PHONE)
    if who is not None:
        fill_sign_in(page, f"{who}@{starter.DEMO_DOMAIN}", password_of(app, who))
    faults = []
    for path in [*pages_for(who), *(["/aucune-page"] if who is None else [])]:
        page.set_viewport_size(PHONE)
        page.goto(path)
        faults += [f"{path} (phone): {fault}" for fault in violations(page)]
        for size in (PHONE, NARROW):
            page.set_viewport_size(size)
            if overflows(page):
                faults.append(f"{path} scrolls sideways at {size['width']} px")
        if page.locator("h1").count() != 1:
            faults.append(f"{path} has {page.locator('h1').count()} h1")
        if who is None:
            page.set_viewport_size(DESK)
            faults += [f"{path} (desk): {fault}" for fault in violations(page)]
            page.emulate_media(color_scheme="dark")
            faults += [f"{path} (dark): {fault}" for fault in violations(page, "color-contrast")]
            page.emulate_media(color_scheme="light")
    assert faults == []


def test_public_pages_are_light_set_no_cookie_and_load_nothing_from_elsewhere(open_page, pages_for):
    """Elsewhere is refused by the fixture itself; weight is what travels to who has kept nothing, photographs apart."""
    faults = []
    page = open_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    finished: list[Request] = []

    def note(request: Request) -> None:
        finished.append(request)

    page.on("requestfinished", note)
    for path in pages_for(None):
        if path.startswith("/connexion"):
            continue
        finished.clear()
        page.goto(path, wait_until="networkidle")
        weight = sum(request.sizes()["responseBodySize"] for request in finished if "/media/" not in request.url)
        assert any("/static/css/" in request.url for request in finished), f"{path}: what is kept weighs nothing"
        if weight > MOST_BYTES:
            faults.append(f"{path} weighs {weight} bytes")
        if page.context.cookies():
            faults.append(f"{path} sets a cookie")
            page.context.clear_cookies()
    assert faults == []


def test_images_are_public_while_their_story_is(app):
    site: Site = app.extensions["recits"]
    reader = app.test_client()
    with site.writer.begin() as uow:
        story = uow.session.query(Story).filter_by(title="Un récit en relecture").one()
        image = uow.session.query(media.Media).filter_by(story_id=story.id).one()
        version = uow.session.get_one(StoryVersion, story.submitted_version_id)
    address = f"/media/{image.hash}/{image.renditions[0][0]}.webp"
    assert reader.get(address).status_code == 404
    with site.writer.begin() as uow:
        workflow.publish_story(uow, somebody(site, uow, "relecture"), story.id, version.hash, "http://localhost")
    assert reader.get(address, buffered=True).status_code == 200
    with site.writer.begin() as uow:
        workflow.unpublish_story(uow, somebody(site, uow, "relecture"), story.id, "Une voix le demande.", "http://localhost")
    assert reader.get(address).status_code == 404
