"""Every page, in every role, on the demonstration site: no WCAG A or AA violation that axe finds, no sideways scroll, light enough, no cookie for readers."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from app.config import shipped
from app.db.base import db
from app.db.models import Account, Story
from app.factory import create_app
from app.services import media, passages, starter, stories, workflow
from app.services.access import load_actor
from app.services.approvals import current_hash, sign_passage
from app.services.markup import prepare_here
from app.services.site import Site
from tests.browser.conftest import DESK, PHONE, overflows, violations
from tests.conftest import close_engines, settings_for

ROLES = ("administration", "organisation", "relecture", "helene.marcadet")
LINK = re.compile(r'href="(/[^"#]*)')
MOST_BYTES = 100_000


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration site, with a story in writing and one under review."""
    home = tmp_path_factory.mktemp("demonstration")
    app = create_app(settings_for(home))
    site: Site = app.extensions["recits"]
    starter.migrate_and_fill(site, shipped("stories"))
    _write_and_submit(site, home)
    close_engines(app)
    return home


def _write_and_submit(site: Site, home: Path) -> None:
    """Hélène writes two stories: one stays open, one goes to the editors with a change since it was last read."""
    with site.writer.begin() as uow:
        account = uow.session.query(Account).filter_by(email=f"helene.marcadet@{starter.DEMO_DOMAIN}").one()
        actor = load_actor(uow.session, account.id, uow.now.date(), site.snapshots.current(uow.session))
        editor_row = uow.session.query(Account).filter_by(email=f"relecture@{starter.DEMO_DOMAIN}").one()
        editor = load_actor(uow.session, editor_row.id, uow.now.date(), site.snapshots.current(uow.session))
    picture = home / "picture.png"
    Image.new("RGB", (900, 600), "#9e1b45").save(picture)
    image = media.prepare_image(site.settings.media_folder, picture.read_bytes())
    voice, delegation = actor.voices[0].voice, actor.voices[0].delegation
    for title, submitted in (("Un récit en écriture", False), ("Un récit en relecture", True)):
        with site.writer.begin() as uow:
            story = stories.create_story(uow, actor, delegation, title, "Un chapeau.")
            picture_row = media.add_image(uow, actor, story.id, image, "Un aplat de garance", "Atelier de démonstration")
            passage = passages.add_passage(uow, actor, story.id, None, voice)
            for body in ("Un premier texte.", f"Un texte **repris**.\n\n![](media:{picture_row.id})"):
                revision = passages.write_revision(uow, actor, passage, prepare_here(body, lang="fr"), None, "fr")
                if not submitted:
                    continue
                sign_passage(uow, actor, passage.id, voice, str(current_hash(uow.session, passage)))
                workflow.submit_story(uow, actor, story.id, "http://localhost")
                workflow.start_review(uow, editor, story.id)
                if revision.number == 1:
                    workflow.request_changes(uow, editor, story.id, "Dites où cela se passe.", "http://localhost")


@pytest.fixture
def app(demonstration: Path, tmp_path: Path) -> Iterator[Flask]:
    """Overrides the world by a copy of the demonstration site."""
    home = tmp_path / "site"
    shutil.copytree(demonstration, home)
    app = create_app(settings_for(home))
    yield app
    close_engines(app)


def password_of(app: Flask, who: str) -> str:
    text = (app.extensions["recits"].settings.home / starter.DEMO_FILE).read_text(encoding="utf-8")
    return next(line.split()[1] for line in text.splitlines() if line.strip().startswith(f"{who}@"))


def pages_of(app: Flask, who: str | None) -> list[str]:
    """Crawls as somebody; returns one address for each view, the first that is met, stories in each of the three readings."""
    client = app.test_client()
    if who is not None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/connexion").text)[1]
        email = f"{who}@{starter.DEMO_DOMAIN}"
        assert client.post("/connexion", data={"csrf_token": token, "email": email, "password": password_of(app, who)}).status_code == 303
    waiting, seen, found = ["/", "/espace/", "/patterns"], set(), {}
    router = app.url_map.bind("localhost")
    while waiting:
        path = waiting.pop(0).replace("&amp;", "&")
        if path in seen or path.startswith(("/static/", "/media/", "/en/")):
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code in (200, 302), (who, path, answer.status_code)
        if answer.status_code == 200:
            endpoint, _arguments = router.match(path.split("?")[0])
            found.setdefault(endpoint, path)
            waiting += LINK.findall(answer.text)
    return sorted(found.values())


@pytest.mark.parametrize("who", [None, *ROLES])
def test_every_page_is_accessible_on_a_phone_and_a_desk(app, open_page, who):
    page = open_page(viewport=PHONE)
    if who is not None:
        page.goto("/connexion")
        page.get_by_label("Adresse électronique").fill(f"{who}@{starter.DEMO_DOMAIN}")
        page.get_by_label("Mot de passe").fill(password_of(app, who))
        page.get_by_role("button", name="Se connecter").click()
        page.get_by_role("heading", level=1).wait_for()
    faults = []
    for path in [*pages_of(app, who), "/aucune-page"]:
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
        weight = 0

        def weigh(response):
            nonlocal weight
            if "/media/" not in response.url:
                weight += response.request.sizes()["responseBodySize"]

        page.on("requestfinished", lambda request, weigh=weigh: weigh(request.response()))
        page.goto(path, wait_until="networkidle")
        if weight > MOST_BYTES:
            faults.append(f"{path} weighs {weight} bytes")
        if page.context.cookies():
            faults.append(f"{path} sets a cookie")
        page.context.close()
    assert faults == []


def test_published_images_are_public_and_drafts_are_not(app, open_page):
    with app.app_context():
        story = db.session.query(Story).filter_by(title="Un récit en relecture").one()
        image = db.session.query(media.Media).filter_by(story_id=story.id).one()
        address = f"/media/{image.hash}/{image.renditions[0][0]}.webp"
    assert app.test_client().get(address).status_code == 404
