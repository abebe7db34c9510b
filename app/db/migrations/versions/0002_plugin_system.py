"""Plugin system."""

import sqlalchemy as sa
from alembic import op

revision = "0002_plugin_system"
down_revision = "0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=110), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_run")),
    )
    op.create_table(
        "plugin_setting",
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "page", name=op.f("pk_plugin_setting")),
    )
    op.create_table(
        "plugin_suspension",
        sa.Column("call", sa.String(length=160), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_plugin_suspension")),
    )
    with op.batch_alter_table("plugin_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.String(length=40), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("plugin_state", schema=None) as batch_op:
        batch_op.drop_column("version")

    op.drop_table("plugin_suspension")
    op.drop_table("plugin_setting")
    op.drop_table("job_run")
