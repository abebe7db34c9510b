"""Empty on purpose: `app/db/migrate.py` runs the migrations itself; Alembic only asks that the file exists."""
