"""Every page, in every role, on the demonstration site: no WCAG A or AA violation that axe finds, no sideways scroll, light enough, no cookie for readers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Request

from app.db.models import Story, StoryVersion
from app.factory import create_app
from app.services import media, starter, workflow
from app.services.site import Site
from tests.browser.conftest import DESK, PHONE, fill_sign_in, overflows, violations
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


# Those who organise read what those who administer read, and less.
TRIED = [pytest.param(who, marks=pytest.mark.long) if who == "organisation" else who for who in READERS]


@pytest.mark.parametrize("who", TRIED)
def test_every_page_is_accessible_on_a_phone_and_a_desk(app, open_page, who):
    page = open_page(viewport=PHONE)
    if who is not None:
        fill_sign_in(page, f"{who}@{starter.DEMO_DOMAIN}", password_of(app, who))
    faults = []
    # What a reader sees is tried as a reader; signed in, the head of the page is another, which these two show.
    readers = set(pages_of(app, None)) - {"/", "/recits/"} if who is not None else set()
    for path in [*(path for path in pages_of(app, who) if path not in readers), "/aucune-page"]:
        page.set_viewport_size(PHONE)
        page.goto(path)
        faults += [f"{path} (phone): {fault}" for fault in violations(page)]
        for width in (320, 375):
            page.set_viewport_size({"width": width, "height": 740})
            if overflows(page):
                faults.append(f"{path} scrolls sideways at {width} px")
        page.set_viewport_size(DESK)
        if page.locator("h1").count() != 1:
            faults.append(f"{path} has {page.locator('h1').count()} h1")
        if who is None:
            faults += [f"{path} (desk): {fault}" for fault in violations(page)]
    assert faults == []


def test_public_pages_in_the_dark_have_enough_contrast(app, open_page):
    page = open_page(color_scheme="dark")
    faults = []
    for path in pages_of(app, None):
        page.goto(path)
        faults += [f"{path}: {fault}" for fault in violations(page)]
    assert faults == []


def test_public_pages_are_light_set_no_cookie_and_load_nothing_from_elsewhere(app, open_page, address_of_site):
    """Elsewhere is refused by the fixture itself; weight is what travels, photographs apart."""
    faults = []
    for path in pages_of(app, None):
        if path.startswith("/connexion"):
            continue
        page = open_page()
        finished: list[Request] = []
        page.on("requestfinished", lambda request, finished=finished: finished.append(request))
        page.goto(path, wait_until="networkidle")
        weight = sum(request.sizes()["responseBodySize"] for request in finished if "/media/" not in request.url)
        if weight > MOST_BYTES:
            faults.append(f"{path} weighs {weight} bytes")
        if page.context.cookies():
            faults.append(f"{path} sets a cookie")
        page.context.close()
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
