"""The media library: images of the site beside those of stories, with their rights and source."""

import sqlalchemy as sa
from alembic import op

revision = "0008_media_library"
down_revision = "0007_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rights", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("source", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("deleted_by", sa.String(length=20), nullable=True))
        batch_op.alter_column("story_id", existing_type=sa.String(length=20), nullable=True)
        batch_op.create_foreign_key(batch_op.f("fk_media_deleted_by_account"), "account", ["deleted_by"], ["id"])


def downgrade() -> None:
    # The older code knows images of stories alone: the rows of the site's own go, their files stay.
    op.execute("DELETE FROM media WHERE story_id IS NULL")
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_media_deleted_by_account"), type_="foreignkey")
        batch_op.alter_column("story_id", existing_type=sa.String(length=20), nullable=False)
        batch_op.drop_column("deleted_by")
        batch_op.drop_column("source")
        batch_op.drop_column("rights")
