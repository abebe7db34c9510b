"""The example site with its plugins on, built once for each module of tests that reads it; what a test changes, it puts back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db.models import Story, Voice
from app.factory import create_app
from app.services import starter
from tests.conftest import Browser, close_engines, settings_for
from tests.demonstration import fill, password_of


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site with the example stories and its plugins on."""
    home = tmp_path_factory.mktemp("corpus")
    fill(home)
    app = create_app(settings_for(home))
    yield app
    close_engines(app)


@pytest.fixture
def public(corpus: Flask) -> FlaskClient:
    """A reader without an account."""
    return corpus.test_client()


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """Returns a page's HTML."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.text


def member_of(app: Flask, who: str) -> Browser:
    """Returns the browser of somebody of the demonstration."""
    browser = Browser(app.test_client())
    browser.get("/connexion")
    browser.post("/connexion", {"email": f"{who}@{starter.DEMO_DOMAIN}", "password": password_of(app, who)})
    return browser


@contextmanager
def unpublished(app: Flask, slug: str) -> Iterator[None]:
    """Takes a story from the public for a while."""
    writer = app.extensions["recits"].writer
    with writer.begin() as uow:
        story = uow.session.scalars(select(Story).where(Story.slug == slug)).one()
        kept, story.published_version_id, story.state = story.published_version_id, None, "unpublished"
    try:
        yield
    finally:
        with writer.begin() as uow:
            story = uow.session.scalars(select(Story).where(Story.slug == slug)).one()
            story.published_version_id, story.state = kept, "published"


@contextmanager
def shown_as(app: Flask, name: str, display: str) -> Iterator[None]:
    """Lets a voice choose another display for a while."""
    writer = app.extensions["recits"].writer
    with writer.begin() as uow:
        voice = uow.session.scalars(select(Voice).where(Voice.name == name)).one()
        kept, voice.display = voice.display, display
    try:
        yield
    finally:
        with writer.begin() as uow:
            uow.session.scalars(select(Voice).where(Voice.name == name)).one().display = kept
