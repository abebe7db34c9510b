"""`recits serve`: fills an empty site once, keeps what is there, refuses what is unsafe, says what to do when it is not ready."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from tests.conftest import settings_for
from tests.processes.conftest import command, environment, serving

SECRET = "x" * 40


@contextmanager
def database(home: Path) -> Iterator[Connection]:
    """A transaction in a site's database, past the site."""
    with create_engine(settings_for(home).database_url, poolclass=NullPool).begin() as connection:
        yield connection


def test_first_and_second_start(empty_home):
    with serving(empty_home, "--workers", "2") as server:
        status, page = server.get("/")
        assert status == 200
        assert "La légumerie que nous n’avons pas ouverte" in page or "récit" in page
        output = server.output.read_text(encoding="utf-8")
        assert "relecture@demonstration.example" in output
    passwords = (empty_home / "comptes-de-demonstration.txt").read_text(encoding="utf-8")
    assert (empty_home / "comptes-de-demonstration.txt").stat().st_mode & 0o077 == 0
    with database(empty_home) as connection:
        stories = connection.scalar(text("SELECT count(*) FROM story"))
        connection.execute(text("DELETE FROM story_address"))
    assert stories >= 6
    with serving(empty_home) as server:
        assert server.get("/recits/")[0] == 200
        assert "relecture@demonstration.example" in server.output.read_text(encoding="utf-8")
    with database(empty_home) as connection:
        assert connection.scalar(text("SELECT count(*) FROM story_address")) == 0, "the starter corpus is loaded once"
    assert (empty_home / "comptes-de-demonstration.txt").read_text(encoding="utf-8") == passwords


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "RECITS_SECRET_KEY"),
        ({"RECITS_SECRET_KEY": "short"}, "RECITS_SECRET_KEY"),
        ({"RECITS_SECRET_KEY": SECRET}, "RECITS_BASE_URL"),
        ({"RECITS_SECRET_KEY": SECRET, "RECITS_BASE_URL": "http://site.example"}, "RECITS_BASE_URL"),
        ({"RECITS_SECRET_KEY": SECRET, "RECITS_BASE_URL": "https://site.example", "RECITS_DEBUG": "1"}, "RECITS_DEBUG"),
        ({"RECITS_SECRET_KEY": SECRET, "RECITS_BASE_URL": "https://site.example"}, "recits migrate"),
        ({"RECITS_SECRET_KEY": SECRET, "RECITS_BASE_URL": "https://site.example", "RECITS_SESSION_DAYS": "many"}, "RECITS_SESSION_DAYS"),
    ],
)
def test_production_refuses_unsafe_settings_and_says_what_to_set(empty_home, more, said):
    result = command("serve", "--production", "--port", "0", home=empty_home, **more)
    assert result.returncode != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_production_refuses_demonstration_accounts_and_serves_without_them(empty_home):
    safe = {"RECITS_SECRET_KEY": SECRET, "RECITS_BASE_URL": "https://site.example"}
    assert command("migrate", home=empty_home).returncode == 0
    loaded = command("starter", "--demonstration", home=empty_home)
    assert loaded.returncode == 0, loaded.stderr
    refused = command("serve", "--production", "--port", "0", home=empty_home, **safe)
    assert refused.returncode != 0
    assert "démonstration" in refused.stderr
    with database(empty_home) as connection:
        connection.execute(text("UPDATE account SET disabled_at = '2026-01-01 00:00:00.000000'"))
    with serving(empty_home, "--production", **safe) as server, urllib.request.urlopen(server.address + "/connexion", timeout=30) as answer:
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"]


def test_commands_on_an_unmigrated_site_name_the_command(empty_home):
    for arguments in (("starter",), ("admin", "invite", "a@b.example"), ("plugin", "list"), ("verify",)):
        result = command(*arguments, home=empty_home)
        assert result.returncode != 0
        assert "recits migrate" in result.stderr


def test_first_administrator_by_command(empty_home):
    assert command("migrate", home=empty_home).returncode == 0
    invited = command("admin", "invite", "camille@site.example", "--name", "Camille", home=empty_home)
    assert invited.returncode == 0, invited.stderr
    link = invited.stdout.strip()
    assert link.startswith("http://127.0.0.1:8000/invitation/")
    assert list((empty_home / "mail").glob("*.eml"))
    with serving(empty_home) as server:
        status, page = server.get(link.removeprefix("http://127.0.0.1:8000"))
        assert status == 200
        assert "Bienvenue, Camille" in page
    assert command("verify", home=empty_home).returncode == 0


def test_a_used_port_is_said(empty_home):
    with serving(empty_home) as server:
        port = server.address.rsplit(":", 1)[1]
        result = command("serve", "--port", port, home=empty_home)
        assert result.returncode != 0
        assert f"Le port {port}" in result.stderr


def test_the_environment_helper_hides_the_developers_own_settings(empty_home, monkeypatch):
    monkeypatch.setenv("RECITS_DEBUG", "1")
    assert "RECITS_DEBUG" not in environment(empty_home)
