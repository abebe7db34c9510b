"""The demonstration site with two stories more, one in writing and one under review, and a crawler that reads it as somebody."""

import atexit
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flask import Flask
from PIL import Image

from app.config import shipped
from app.db.models import Account
from app.db.reading import living_moments
from app.factory import create_app
from app.kernel.access import Actor
from app.services import media, passages, starter, stories, workflow
from app.services.access import load_actor
from app.services.approvals import current_hash, sign_passage, state_missing_voice
from app.services.markup import prepare_here
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork
from tests.conftest import close_engines, settings_for
from tests.databases import copy_site

READERS = (None, "administration", "organisation", "relecture", "helene.marcadet")
"""Who reads the demonstration: nobody in particular, and one person of each kind."""

LINK = re.compile(r'href="(/[^"#]*)')


def fill(home: Path) -> None:
    """Puts the example stories, the plugins and the accounts of the demonstration into an empty folder: a copy of what is made once per process."""
    copy_site(_filled(), home)
    shutil.copy(_filled() / starter.DEMO_FILE, home)


@cache
def _filled() -> Path:
    home = Path(tempfile.mkdtemp(prefix="recits-demonstration-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    app = create_app(settings_for(home))
    starter.migrate_and_fill(app.extensions["recits"], shipped("stories"))
    close_engines(app)
    return home


def build_demonstration(home: Path) -> None:
    """Fills an empty folder with the site."""
    fill(home)
    app = create_app(settings_for(home))
    _write_and_submit(app.extensions["recits"], home)
    close_engines(app)


def _write_and_submit(site: Site, home: Path) -> None:
    """Hélène writes two stories: one stays open, one goes to the editors with a change since it was last read."""
    with site.writer.begin() as uow:
        actor, editor = somebody(site, uow, "helene.marcadet"), somebody(site, uow, "relecture")
        other = somebody(site, uow, "maud.tessier")
    picture = home / "picture.png"
    Image.new("RGB", (900, 600), "#9e1b45").save(picture)
    image = media.prepare_image(site.settings.media_folder, picture.read_bytes())
    voice, delegation = actor.voices[0].voice, actor.voices[0].delegation
    with site.writer.begin() as uow:
        moment = living_moments(uow.session, delegation)[0][0].id
    for title, submitted in (("Un récit en écriture", False), ("Un récit en relecture", True)):
        with site.writer.begin() as uow:
            story = stories.create_story(uow, actor, delegation, title, "Un chapeau.")
            picture_row = media.add_image(uow, actor, story.id, image, "Un aplat de garance", "Atelier de démonstration")
            passage = passages.add_passage(uow, actor, story.id, moment, voice)
            if submitted:
                _cross(uow, actor, other, story.id, moment)
            for body in ("Un premier texte.", f"Un texte **repris**.\n\n![](media:{picture_row.id})"):
                revision = passages.write_revision(uow, actor, passage, prepare_here(body, lang="fr"), None, "fr")
                if not submitted:
                    continue
                sign_passage(uow, actor, passage.id, voice, str(current_hash(uow.session, passage)))
                workflow.submit_story(uow, actor, story.id, "http://localhost")
                workflow.start_review(uow, editor, story.id)
                if revision.number == 1:
                    workflow.request_changes(uow, editor, story.id, "Dites où cela se passe.", "http://localhost")


def _cross(uow: UnitOfWork, actor: Actor, other: Actor, story_id: str, moment: str) -> None:
    """Maud tells the same moment and signs; why the two others do not is said."""
    passage = passages.add_passage(uow, other, story_id, moment, other.voices[0].voice)
    passages.write_revision(uow, other, passage, prepare_here("Le même matin, vu de l’atelier.", lang="fr"), None, "fr")
    sign_passage(uow, other, passage.id, other.voices[0].voice, str(current_hash(uow.session, passage)))
    for category in ("local_agent", "state_agent"):
        state_missing_voice(uow, actor, story_id, moment, category, "La personne n’était pas encore en poste.")


def somebody(site: Site, uow: UnitOfWork, who: str) -> Actor:
    """Returns a person of the demonstration as the rules see them."""
    account = uow.session.query(Account).filter_by(email=f"{who}@{starter.DEMO_DOMAIN}").one()
    found = load_actor(uow.session, account.id, uow.today, site.snapshots.current(uow.session))
    assert found is not None
    return found


def password_of(app: Flask, who: str) -> str:
    """Returns the password that the demonstration drew for somebody."""
    text = (app.extensions["recits"].settings.home / starter.DEMO_FILE).read_text(encoding="utf-8")
    return next(line.split()[1] for line in text.splitlines() if line.strip().startswith(f"{who}@"))


MOST_ALIKE = 2
"""How many pages of one view a short crawl reads: a test holds that it meets every view that a whole crawl meets."""


def crawl(app: Flask, who: str | None, prefix: str = "", most_alike: int | None = None) -> Iterator[tuple[str, str]]:
    """Reads every page of one language that somebody can reach by links; yields (address without prefix, HTML).

    Args:
        most_alike: how many pages of one view are read at most, those with other questions in their address counted apart; all of them by default.
    """
    router = app.url_map.bind("localhost")
    alike: Counter[tuple[object, ...]] = Counter()
    client = app.test_client()
    if who is not None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/connexion").text)[1]
        email = f"{who}@{starter.DEMO_DOMAIN}"
        assert client.post("/connexion", data={"csrf_token": token, "email": email, "password": password_of(app, who)}).status_code == 303
    elsewhere = ("/static/", "/media/", f"{prefix}/media/", *(() if prefix else ("/en/",)))
    waiting, seen, asked = [f"{prefix}{path}" for path in ("/", "/espace/", "/patterns")], set(), set()
    while waiting:
        path = waiting.pop(0).replace("&amp;", "&")
        if path in seen or path.startswith(elsewhere) or not path.startswith(f"{prefix}/"):
            continue
        seen.add(path)
        place, _mark, query = path.partition("?")
        question = (place, tuple(sorted(part.partition("=")[0] for part in query.split("&"))))
        if place.endswith("/lectures-croisees/passages") and question in asked:
            continue  # one of each kind of question: the table asks a hundred
        asked.add(question)
        kind = (router.match(place.removeprefix(prefix) or "/")[0], question[1])
        alike[kind] += 1
        if most_alike is not None and alike[kind] > most_alike:
            continue
        answer = client.get(path)
        assert answer.status_code in (200, 302), (who, path, answer.status_code)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            yield path.removeprefix(prefix), answer.text
            waiting += LINK.findall(answer.text)


def pages_of(app: Flask, who: str | None) -> dict[str, tuple[str, str]]:
    """Crawls as somebody; returns (address, HTML) of one page of each view, the first that is met, stories in each of the three readings."""
    router = app.url_map.bind("localhost")
    found: dict[str, tuple[str, str]] = {}
    for path, page in crawl(app, who, most_alike=MOST_ALIKE):
        endpoint, _arguments = router.match(path.split("?")[0])
        found.setdefault(endpoint, (path, page))
    return found
