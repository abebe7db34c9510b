"""The desk of a story, and rooms in which words are written live. A module with rooms has a `site` of its own, which has them."""

import pytest

from app.services.desk import Desk as Rooms
from tests.fake_live import written_live
from tests.services.desk import Desk


@pytest.fixture
def desk(site, world, session):
    return Desk(site, world, session)


@pytest.fixture
def live(app):
    return written_live(app)


@pytest.fixture
def rooms(desk):
    return rooms_of(desk.site)


def rooms_of(site) -> Rooms:
    """Returns what steps that seal first ask of a site."""
    with site.writer.begin() as uow:
        return Rooms(site.writer, uow.snapshot, site.live)
