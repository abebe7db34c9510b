"""Migrations: they give exactly the models' tables, go up, down and up, and refuse a database made by newer code."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from app.db.engine import configure_engine, engine_options, writing_engine
from app.db.migrate import CORE, CORE_SCRIPTS, MigrationRefused, differences, migrate, schema_status
from app.factory import load_plugins
from app.services.plugins import migrations_folder
from tests.conftest import settings_for
from tests.databases import drop_database, sqlite_only

OWNERS = [(CORE, CORE_SCRIPTS), *((plugin.name, folder) for plugin in load_plugins().usable() if (folder := migrations_folder(plugin)))]


@pytest.fixture
def engine(tmp_path: Path):
    url = settings_for(tmp_path).database_url
    engine = create_engine(url, **engine_options(url))
    configure_engine(engine)
    yield engine
    engine.dispose()
    drop_database(tmp_path)


@pytest.mark.parametrize(("owner", "folder"), OWNERS, ids=[owner for owner, _folder in OWNERS])
def test_up_down_up_gives_the_models_tables(engine, owner, folder):
    for name, place in OWNERS[:1] if owner == CORE else OWNERS:  # PostgreSQL drops no table that a plugin’s refers to
        migrate(engine, name, place)
    migrate(engine, owner, folder, "base")
    with engine.connect() as connection:
        left = [table for table in inspect(connection).get_table_names() if table.startswith(f"{owner}_") and "alembic" not in table]
    assert left == []
    assert migrate(engine, owner, folder).state == "current"
    with engine.connect() as connection:
        assert differences(connection, owner) == []


def test_again_changes_nothing(engine):
    assert migrate(engine) == migrate(engine)


def test_an_unknown_revision_is_newer_code_and_is_refused(engine):
    migrate(engine)
    with writing_engine(engine).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    with engine.connect() as connection:
        assert schema_status(connection).state == "ahead"
    with pytest.raises(MigrationRefused, match="newer version"):
        migrate(engine)


def test_an_empty_database_is_behind(engine):
    with engine.connect() as connection:
        assert schema_status(connection).state == "behind"


@sqlite_only("foreign keys can be off on SQLite alone")
def test_foreign_keys_are_on_for_everybody_else(engine):
    migrate(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
