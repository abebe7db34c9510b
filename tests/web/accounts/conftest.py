"""The application with a clock that the test moves."""

import pytest

from app.factory import create_app
from tests.conftest import Browser, close_engines, settings_for
from tests.web.accounts.helpers import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def app(home, clock):
    """The application, with a clock that the test moves."""
    app = create_app(settings_for(home), clock=clock)
    app.testing = False
    yield app
    close_engines(app)


@pytest.fixture
def new_browser(app):
    return lambda: Browser(app.test_client())
