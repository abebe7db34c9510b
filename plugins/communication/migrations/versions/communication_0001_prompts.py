"""Writing questions."""

import sqlalchemy as sa
from alembic import op

revision = "communication_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "communication_prompt",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("phase", sa.String(length=60), nullable=True),
        sa.Column("category", sa.String(length=32), nullable=True),
        sa.Column("starter_key", sa.String(length=60), nullable=True),
        sa.Column("validated", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_prompt")),
        sa.UniqueConstraint("starter_key", name=op.f("uq_communication_prompt_starter_key")),
    )


def downgrade() -> None:
    op.drop_table("communication_prompt")
