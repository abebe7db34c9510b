"""A site with plugins written for the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.factory import create_app
from app.hooks.manager import Candidate
from app.services import plugins
from app.services.site import Site
from tests.conftest import close_engines, settings_for

MakeSite = Callable[..., Site]


@pytest.fixture
def site_with(home: Path) -> Iterator[MakeSite]:
    """Returns a function that makes the site, as a worker does, with the plugins given and no other."""
    made: list[Flask] = []

    def make(*candidates: Candidate) -> Site:
        app = create_app(settings_for(home), plugins=candidates)
        app.testing = False
        made.append(app)
        site: Site = app.extensions["recits"]
        return site

    yield make
    for app in made:
        close_engines(app)


def switch(site: Site, name: str, on: bool) -> None:
    """Switches a plugin as a page or a command does."""
    if on:
        plugins.prepare_tables(site, None, name)
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, name, on)
