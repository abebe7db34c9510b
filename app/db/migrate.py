"""Runs migrations for the core and for each plugin, each with a version table of its own; never touches another owner's tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from app.db.base import metadata
from app.db.engine import writing_engine
from app.db.permissions import learn_core_permissions
from app.db.plugin_schema import CORE, OutsideFence, Owners, fenced, tables_of
from app.hooks.calls import said

CORE_SCRIPTS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class SchemaStatus:
    """Where a database stands for one owner; `known` is whether its revision is among this code's."""

    owner: str
    revision: str | None
    head: str | None
    known: bool

    @property
    def state(self) -> Literal["current", "behind", "ahead"]:
        """`current`, `behind` (there is a migration to run) or `ahead` (made by newer code)."""
        if self.revision == self.head:
            return "current"
        return "behind" if self.known else "ahead"


class MigrationRefused(Exception):
    """The migration would do harm; nothing was changed."""


def version_table(owner: str) -> str:
    """Returns the name of an owner's Alembic version table."""
    return "alembic_version" if owner == CORE else f"{owner}_alembic_version"


def scripts_of(folder: Path) -> ScriptDirectory:
    """Returns the migrations that stand in a folder."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def schema_status(connection: Connection, owner: str = CORE, folder: Path = CORE_SCRIPTS) -> SchemaStatus:
    """Compares a database with the migrations in a folder; writes nothing."""
    scripts = scripts_of(folder)
    revision = current_revision(connection, owner)
    known = revision is None or revision in {script.revision for script in scripts.walk_revisions()}
    return SchemaStatus(owner, revision, scripts.get_current_head(), known)


def migrate(
    engine: Engine,
    owner: str = CORE,
    folder: Path = CORE_SCRIPTS,
    target: str = "head",
    first: Callable[[Connection], None] | None = None,
) -> SchemaStatus:
    """Brings an owner's tables to a revision (`head` or `base`), in one writing transaction; repeatable, safe when two processes try at once.

    SQLite rebuilds a table to change it, which with foreign keys on would delete every child row: they are off during the transaction and checked before its end.

    Args:
        first: called under the write lock before anything is changed; what it raises stops all.

    Raises:
        MigrationRefused: if the database was made by newer code, a foreign key would dangle, or a plugin's migration raises or reaches beyond its own tables.
    """
    sqlite = engine.dialect.name == "sqlite"
    with writing_engine(engine).connect() as connection:
        if sqlite:
            _set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if first is not None:
                    first(connection)
                if owner == CORE:
                    _run(connection, owner, folder, target)
                    if target == "head":
                        learn_core_permissions(connection)
                else:
                    _run_fenced(connection, owner, folder, target)
                if sqlite and (dangling := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                    raise MigrationRefused(f"the migration of {owner} would leave {len(dangling)} rows that refer to nothing")
        finally:
            if sqlite:
                _set_foreign_keys(connection, "ON")
        with connection.begin():
            return schema_status(connection, owner, folder)


def differences(connection: Connection, owner: str = CORE) -> list[Any]:
    """Returns what the models have and the migrated tables have not, or the other way round; empty when they agree."""
    context = MigrationContext.configure(connection, opts=_comparison(owner))
    return list(compare_metadata(context, metadata))


def draft_migration(connection: Connection, owner: str = CORE) -> tuple[str, str]:
    """Returns the Python code of `upgrade` and `downgrade` that would bring the tables to the models."""
    context = MigrationContext.configure(connection, opts=_comparison(owner))
    operations = produce_migrations(context, metadata)
    if operations.upgrade_ops is None or operations.downgrade_ops is None:
        return "pass", "pass"
    return _code(operations.upgrade_ops), _code(operations.downgrade_ops)


def _code(operations: Any) -> str:
    """Renders operations; our instant is a plain DateTime to the database, and a migration must not import the models of its day."""
    return render_python_code(operations, render_as_batch=True, user_module_prefix="sa.").replace("sa.UtcDateTime", "sa.DateTime")


def check_scripts(folder: Path) -> tuple[str, ...]:
    """Reads every migration of a folder; returns their revisions, newest first.

    Raises:
        ValueError: if they are not one chain, or one cannot be read.
    """
    scripts = scripts_of(folder)
    try:
        heads = scripts.get_heads()
        revisions = list(scripts.walk_revisions())
    except CommandError as error:
        raise ValueError(str(error)) from error
    if len(heads) > 1:
        raise ValueError(f"the migrations have {len(heads)} heads: {', '.join(sorted(heads))}")
    if wrong := next((script.revision for script in revisions if script.dependencies or script.branch_labels), None):
        raise ValueError(f"the migration {wrong!r} depends on a chain that is not its own")
    return tuple(script.revision for script in revisions)


def current_revision(connection: Connection, owner: str) -> str | None:
    """Returns the revision that an owner's tables are at, None where there are none."""
    return MigrationContext.configure(connection, opts={"version_table": version_table(owner)}).get_current_revision()


def is_behind(connection: Connection, owner: str, revisions: Sequence[str]) -> bool:
    """Tells whether a plugin's tables are older than its code; newer ones are not.

    Args:
        revisions: of its migrations, newest first.
    """
    if not revisions:
        return False
    present = current_revision(connection, owner)
    return present is None or present in revisions[1:]


def drop_tables(engine: Engine, owner: str, first: Callable[[Connection], None]) -> list[str]:
    """Drops every table of a plugin, for one whose own `downgrade` cannot be used; returns their names. `first` is as in `migrate`."""
    sqlite = engine.dialect.name == "sqlite"
    with writing_engine(engine).connect() as connection:
        if sqlite:
            _set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                first(connection)
                names = tables_of(connection, owner)
                quoted = [connection.dialect.identifier_preparer.quote(name) for name in names]
                if quoted and sqlite:
                    for name in quoted:
                        connection.exec_driver_sql(f"DROP TABLE {name}")
                elif quoted:
                    connection.exec_driver_sql(f"DROP TABLE {', '.join(quoted)}")
        finally:
            if sqlite:
                _set_foreign_keys(connection, "ON")
    return names


def _run_fenced(connection: Connection, owner: str, folder: Path, target: str) -> None:
    """Runs a plugin's migrations; whatever they do wrong refuses them, and nothing of it stays."""
    before = current_revision(connection, owner)
    try:
        with fenced(connection, owner):
            _run(connection, owner, folder, target)
    except MigrationRefused:
        raise
    except (Exception, SystemExit) as error:  # a plugin's code: what it raises must stay with it
        # Past SQLAlchemy, which takes a transaction for ended when somebody tried to end it.
        connection.connection.rollback()
        raise MigrationRefused(str(error) if isinstance(error, OutsideFence) else said(error)) from error
    if current_revision(connection, owner) != before:
        # Which plugins may be asked depends on their tables.
        connection.exec_driver_sql("UPDATE site_state SET generation = generation + 1")


def _run(connection: Connection, owner: str, folder: Path, target: str) -> None:
    before = schema_status(connection, owner, folder)
    if before.state == "ahead":
        raise MigrationRefused(
            f"the database of {owner} is at {before.revision}, which this version does not know: install the newer version"
        )
    scripts = scripts_of(folder)

    def steps(revision: Any, _context: object) -> Any:
        return scripts._downgrade_revs("base", revision) if target == "base" else scripts._upgrade_revs(target, revision)

    context = MigrationContext.configure(connection, opts={"version_table": version_table(owner), "fn": steps, "render_as_batch": True})
    with Operations.context(context):
        context.run_migrations()


def _comparison(owner: str) -> dict[str, Any]:
    """Returns Alembic's options for a comparison that sees one owner's tables only; what stands on a table follows it."""

    def include_name(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or _owner_of(str(name)) == owner

    def include_object(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or _owner_of(str(name)) == owner

    return {
        "version_table": version_table(owner),
        "include_name": include_name,
        "include_object": include_object,
        "compare_type": False,
        "render_as_batch": True,
    }


def _owner_of(table: str) -> str:
    """Returns whose a table is, version tables apart."""
    return "nobody" if table.endswith("alembic_version") else Owners(frozenset()).of(table)


def _set_foreign_keys(connection: Connection, value: str) -> None:
    """Sets the pragma on the driver's connection, since SQLite ignores it inside a transaction."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys = {value}")
    cursor.close()
