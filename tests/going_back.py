"""A database as an earlier version of the software left it."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine

from app.db.engine import writing_engine
from app.db.migrate import CORE, CORE_SCRIPTS, scripts_of, version_table


def go_back(engine: Engine, revision: str) -> None:
    """Takes the core's migrations after a revision back."""
    scripts = scripts_of(CORE_SCRIPTS)
    with writing_engine(engine).connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            options = {
                "version_table": version_table(CORE),
                "fn": lambda present, _context: scripts._downgrade_revs(revision, present),
                "render_as_batch": True,
            }
            context = MigrationContext.configure(connection, opts=options)
            with Operations.context(context):
                context.run_migrations()
