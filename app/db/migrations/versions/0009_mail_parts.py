"""Mails with an HTML part, headers and a sender's name, and mails whose recipient only some may see."""

import sqlalchemy as sa
from alembic import op

revision = "0009_mail_parts"
down_revision = "0008_media_library"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mail_message") as batch:
        batch.add_column(sa.Column("html", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("headers", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("sender", sa.String(length=120), nullable=False, server_default=""))
        batch.add_column(sa.Column("seen_by", sa.String(length=60), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("mail_message") as batch:
        batch.drop_column("seen_by")
        batch.drop_column("sender")
        batch.drop_column("headers")
        batch.drop_column("html")
