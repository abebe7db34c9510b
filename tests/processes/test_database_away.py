"""A database server that does not answer: said on every page and by every command, and never taken for one that needs a migration."""

import socket

import pytest
from click.testing import CliRunner

from app.cli.base import Makers
from app.cli.main import recits
from app.factory import create_app
from tests.conftest import close_engines, settings_for
from tests.processes.conftest import command


@pytest.fixture
def away() -> str:
    """The address of a PostgreSQL that is not there: a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"postgresql+psycopg://nobody@127.0.0.1:{probe.getsockname()[1]}/recits"


def test_every_page_says_so(tmp_path, away: str):
    app = create_app(settings_for(tmp_path, database_url=away))
    for path in ("/", "/recits/", "/connexion"):
        answer = app.test_client().get(path)
        assert answer.status_code == 503
        assert "La base de données ne répond pas" in answer.text
        assert "recits migrate" not in answer.text
    close_engines(app)


@pytest.mark.parametrize("arguments", [("migrate",), ("verify",), ("serve", "--port", "0")], ids=lambda arguments: arguments[0])
def test_commands_say_so(tmp_path, away: str, arguments: tuple[str, ...]):
    result = command(*arguments, home=tmp_path, RECITS_DATABASE_URL=away)
    assert result.returncode != 0
    assert "La base de données ne répond pas" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_address_that_is_none_is_named_with_its_variable(tmp_path):
    result = command("migrate", home=tmp_path, RECITS_DATABASE_URL="postgres")
    assert result.returncode != 0
    assert "RECITS_DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("missing", "said"), [("psycopg", True), ("another", False)])
def test_a_missing_driver_is_named_with_its_remedy(missing: str, said: bool):
    def make() -> None:
        raise ModuleNotFoundError(name=missing)

    result = CliRunner().invoke(recits, ["verify"], obj=Makers(make, list))
    assert result.exit_code != 0
    assert ("pip install 'psycopg[binary]'" in result.output) is said
