"""Where a plugin's tables stand: its migrations, what the database has of them, how many rows; changes nothing."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, func, select, table

from app.db.migrate import SchemaStatus, schema_status
from app.db.plugin_schema import tables_of
from app.hooks.manager import Plugin


def migrations_folder(plugin: Plugin) -> Path | None:
    """Returns where a plugin's migrations stand, or None if it has no tables."""
    file = getattr(plugin.module, "__file__", None)
    folder = Path(file).parent / "migrations" if file else None
    return folder if folder is not None and folder.is_dir() else None


def tables_status(connection: Connection, plugin: Plugin) -> SchemaStatus | None:
    """Compares a plugin's tables with its migrations; None where it has none, or they cannot be read."""
    folder = migrations_folder(plugin)
    if folder is None:
        return None
    try:
        return schema_status(connection, plugin.name, folder)
    except Exception:  # broken migrations have failed the plugin already, with the reason; its page must still be shown
        return None


def count_rows(connection: Connection, owner: str) -> Mapping[str, int]:
    """Returns the number of rows of each of a plugin's tables, its version table left out."""
    names = [name for name in tables_of(connection, owner) if not name.endswith("_alembic_version")]
    return {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}
