"""For developers: drafts a migration from the difference between the models and the migrated tables, in a database of its own."""

import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine

from app.db import models  # noqa: F401  # imported for its tables
from app.db.engine import configure_engine
from app.db.migrate import CORE_SCRIPTS, draft_migration, migrate, scripts_of


def write_draft(name: str) -> Path:
    """Writes the draft beside the other migrations and returns its path; to be read and corrected by a person."""
    scripts = scripts_of(CORE_SCRIPTS)
    head = scripts.get_current_head()
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/draft.sqlite3")
        configure_engine(engine)
        if head:
            migrate(engine)
        with engine.connect() as connection:
            upgrade, downgrade = draft_migration(connection)
        engine.dispose()
    revision = f"{len(list(scripts.walk_revisions())) + 1:04d}_{name}"
    text = (CORE_SCRIPTS / "script.py.mako").read_text(encoding="utf-8")
    for key, value in {
        "${message}": name.replace("_", " ").capitalize(),
        "${up_revision}": revision,
        "${repr(down_revision)}": repr(head),
        '${upgrades if upgrades else "pass"}': upgrade.strip() or "pass",
        '${downgrades if downgrades else "pass"}': downgrade.strip() or "pass",
    }.items():
        text = text.replace(key, value)
    path = CORE_SCRIPTS / "versions" / f"{revision}.py"
    path.write_text(text, encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write_draft(sys.argv[1]))
