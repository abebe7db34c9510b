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
from tests.hostile.making import found_in, migration, table, write_plugin

MakeSite = Callable[..., Site]


ONE = {"one.py": migration("tidy_1", None, table("tidy_note"), 'op.drop_table("tidy_note")')}

TWO = ONE | {
    "two.py": migration(
        "tidy_2",
        "tidy_1",
        'with op.batch_alter_table("tidy_note") as batch:\n    batch.add_column(sa.Column("more", sa.String(10)))',
        'with op.batch_alter_table("tidy_note") as batch:\n    batch.drop_column("more")',
    )
}

LOG = """
@hookimpl
def on_enable(session):
    session.execute(__import__("sqlalchemy").text("INSERT INTO tidy_note (words) VALUES ('enabled')"))

@hookimpl
def on_disable(session):
    session.execute(__import__("sqlalchemy").text("INSERT INTO tidy_note (words) VALUES ('disabled')"))

@hookimpl
def register_settings():
    return [SettingsPage("main", title="Réglages", defaults={"greeting": "bonjour"})]
"""


@pytest.fixture
def tidy(tmp_path):
    return found_in(write_plugin(tmp_path / "one", "tidy", LOG, migrations=ONE))


@pytest.fixture
def tidy_two(tmp_path):
    return found_in(write_plugin(tmp_path / "two", "tidy", LOG, version="2.0", migrations=TWO))


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
