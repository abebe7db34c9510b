"""Images of notebooks, private to their writers."""

import sqlalchemy as sa
from alembic import op

revision = "0010_private_media"
down_revision = "0009_mail_parts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "private_media",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.String(length=20), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("renditions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_private_media_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_media")),
    )
    with op.batch_alter_table("private_media", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_private_media_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_private_media_hash"), ["hash"], unique=False)


def downgrade() -> None:
    op.drop_table("private_media")
