"""A database that is missing, old, newer, busy or none: 503 or a refusal with the command to run."""

import pytest
from sqlalchemy import text

from app.factory import create_app
from tests.conftest import close_engines, settings_for
from tests.databases import loose


def test_an_unmigrated_site_says_which_command_to_run(tmp_path):
    made = create_app(settings_for(tmp_path / "new"))
    client = made.test_client()
    for path in ("/", "/connexion", "/espace/", "/nulle-part"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "recits migrate" in answer.text
        assert answer.headers["Retry-After"]
    assert client.post("/connexion", data={}).status_code == 503
    assert client.get("/static/css/base.css", buffered=True).status_code == 200
    close_engines(made)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(home, world):
    made = create_app(settings_for(home))
    site = made.extensions["recits"]
    with loose(site.engine).connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'futur'")
        connection.commit()
    answer = made.test_client().get("/")
    assert answer.status_code == 503
    assert "plus récente" in answer.text
    from app.db.migrate import MigrationRefused, migrate

    with pytest.raises(MigrationRefused):
        migrate(site.engine)
    with site.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "futur"
    close_engines(made)


def test_a_file_that_is_no_database_is_a_503(tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "recits.sqlite3").write_bytes(b"ceci n'est pas une base" * 500)
    made = create_app(settings_for(folder))
    answer = made.test_client().get("/")
    assert answer.status_code == 503
    assert "<h1>" in answer.text
    close_engines(made)


def test_a_database_that_is_busy_is_a_503_that_loses_nothing(app, as_person, site, world, monkeypatch):
    from sqlalchemy.exc import OperationalError

    helene = as_person("helene")
    helene.get(f"/espace/recits/{world.stories['legumerie']}/titre")

    def busy(*_args, **_options):
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr("app.services.stories.edit_story", busy)
    helene.post(f"/espace/recits/{world.stories['legumerie']}/titre", {"title": "Un titre"}, status=503)
    assert "occupé" in helene.last.text
    assert "BEGIN" not in helene.last.text


def test_an_unforeseen_error_shows_nothing_of_the_site_s_inside(app, as_person, monkeypatch):
    helene = as_person("helene")

    def fail(*_args, **_options):
        raise RuntimeError("SECRET-DU-SITE /root/.ssh")

    monkeypatch.setattr("app.web.desk.my_space", fail)
    page = helene.get("/espace/", status=500)
    assert "SECRET" not in page
    assert "Traceback" not in page
    assert "<h1>" in page
