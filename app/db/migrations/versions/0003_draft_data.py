"""Draft data."""

import sqlalchemy as sa
from alembic import op

revision = "0003_draft_data"
down_revision = "0002_plugin_system"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("data", sa.JSON(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_column("data")
