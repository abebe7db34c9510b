"""Sets of questions, the notebook of traces, the quality grid."""

import sqlalchemy as sa
from alembic import op

revision = "communication_0003"
down_revision = "communication_0002"
branch_labels = None
depends_on = None

STARTER_SET, SITE_SET = "jeudedepart000000000", "questionsdusite00000"


def upgrade() -> None:
    sets = op.create_table(
        "communication_prompt_set",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("programme_id", sa.String(length=20), nullable=True),
        sa.Column("format", sa.String(length=40), nullable=True),
        sa.Column("starter_key", sa.String(length=60), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_prompt_set")),
        sa.UniqueConstraint("starter_key", name=op.f("uq_communication_prompt_set_starter_key")),
    )
    _make_sets_of_what_is_there(sets)
    with op.batch_alter_table("communication_prompt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("format", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("set_id", sa.String(length=20), nullable=True))
    prompt = sa.table("communication_prompt", sa.column("set_id", sa.String), sa.column("starter_key", sa.String))
    op.execute(prompt.update().where(prompt.c.starter_key.is_not(None)).values(set_id=STARTER_SET))
    op.execute(prompt.update().where(prompt.c.starter_key.is_(None)).values(set_id=SITE_SET))
    with op.batch_alter_table("communication_prompt", schema=None) as batch_op:
        batch_op.alter_column("set_id", existing_type=sa.String(length=20), nullable=False)
        batch_op.create_index(batch_op.f("ix_communication_prompt_set_id"), ["set_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_communication_prompt_set_id_communication_prompt_set"), "communication_prompt_set", ["set_id"], ["id"]
        )
    op.create_table(
        "communication_trace",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("image_id", sa.String(length=20), nullable=True),
        sa.Column("image_hash", sa.String(length=64), nullable=True),
        sa.Column("image_width", sa.Integer(), nullable=True),
        sa.Column("image_height", sa.Integer(), nullable=True),
        sa.Column("date_kind", sa.String(length=8), nullable=True),
        sa.Column("date_start", sa.Date(), nullable=True),
        sa.Column("date_end", sa.Date(), nullable=True),
        sa.Column("moment_id", sa.String(length=20), nullable=True),
        sa.Column("went_to", sa.String(length=20), nullable=True),
        sa.Column("went_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_trace")),
    )
    op.create_index("ix_communication_trace_account", "communication_trace", ["account_id", "date_start"], unique=False)
    op.create_index(op.f("ix_communication_trace_moment_id"), "communication_trace", ["moment_id"], unique=False)
    op.create_table(
        "communication_criterion",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("machine", sa.String(length=32), nullable=True),
        sa.Column("starter_key", sa.String(length=60), nullable=True),
        sa.Column("validated", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_criterion")),
        sa.UniqueConstraint("starter_key", name=op.f("uq_communication_criterion_starter_key")),
    )
    op.create_table(
        "communication_assessment",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("story_id", sa.String(length=20), nullable=False),
        sa.Column("version_hash", sa.String(length=64), nullable=False),
        sa.Column("criterion_id", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("found", sa.String(length=8), nullable=False),
        sa.Column("account_id", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_assessment")),
    )
    op.create_index("ix_communication_assessment_story", "communication_assessment", ["story_id", "version_hash"], unique=False)


def _make_sets_of_what_is_there(sets: sa.Table) -> None:
    """The starter questions go into the starter set, an editor's own into the site's; a site without questions gets its sets when they are loaded."""
    connection = op.get_bind()
    found = {bool(key) for (key,) in connection.execute(sa.text("SELECT starter_key FROM communication_prompt"))}
    rows = [
        (STARTER_SET, "Jeu de départ", "Un exemple, à valider question par question.", "depart", True),
        (SITE_SET, "Questions du site", "", "site", False),
    ]
    for position, (row_id, name, description, key, starter) in enumerate(rows, 1):
        if starter in found:
            op.bulk_insert(
                sets, [{"id": row_id, "name": name, "description": description, "enabled": True, "starter_key": key, "position": position}]
            )


def downgrade() -> None:
    op.drop_table("communication_assessment")
    op.drop_table("communication_criterion")
    op.drop_table("communication_trace")
    with op.batch_alter_table("communication_prompt", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_communication_prompt_set_id_communication_prompt_set"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_communication_prompt_set_id"))
        batch_op.drop_column("set_id")
        batch_op.drop_column("format")
    op.drop_table("communication_prompt_set")
