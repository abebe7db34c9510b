"""Themes, and the index of what is public, filled from the published versions."""

import sqlalchemy as sa
from alembic import op

revision = "0006_themes"
down_revision = "0005_roles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "theme",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("merged_into_id", sa.String(length=20), nullable=True),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("deleted_by", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["deleted_by"], ["account.id"], name=op.f("fk_theme_deleted_by_account")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["theme.id"], name=op.f("fk_theme_merged_into_id_theme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("key", name=op.f("uq_theme_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_theme_slug")),
    )
    op.create_table(
        "story_theme",
        sa.Column("story_id", sa.String(length=20), nullable=False),
        sa.Column("theme_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_theme_story_id_story")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_story_theme_theme_id_theme")),
        sa.PrimaryKeyConstraint("story_id", "theme_id", name=op.f("pk_story_theme")),
    )
    with op.batch_alter_table("story_theme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_story_theme_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "public_passage",
        sa.Column("story_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("passage_id", sa.String(length=20), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("voice_id", sa.String(length=20), nullable=True),
        sa.Column("moment_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_public_passage_passage_id_passage")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_public_passage_story_id_story")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_public_passage_voice_id_voice")),
        sa.PrimaryKeyConstraint("story_id", "number", name=op.f("pk_public_passage")),
    )
    with op.batch_alter_table("public_passage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_passage_hash"), ["hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_passage_moment_hash"), ["moment_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_passage_passage_id"), ["passage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_passage_voice_id"), ["voice_id"], unique=False)

    _fill_public_passages(op.get_bind())


def _fill_public_passages(connection: sa.Connection) -> None:
    story = sa.table("story", sa.column("id"), sa.column("published_version_id"))
    version = sa.table("story_version", sa.column("id"), sa.column("manifest", sa.JSON))
    index = sa.table(
        "public_passage", *(sa.column(name) for name in ("story_id", "number", "passage_id", "hash", "voice_id", "moment_hash"))
    )
    published = sa.select(story.c.id, version.c.manifest).join(version, version.c.id == story.c.published_version_id)
    for story_id, manifest in connection.execute(published).all():
        told = [(pin, voice) for pin in manifest["passages"] for voice in pin["voices"] or [None]]
        rows = [
            {
                "story_id": story_id,
                "number": number,
                "passage_id": pin["passage"],
                "hash": pin["hash"],
                "voice_id": voice,
                "moment_hash": pin["moment"],
            }
            for number, (pin, voice) in enumerate(told, 1)
        ]
        if rows:
            connection.execute(index.insert(), rows)


def downgrade() -> None:
    with op.batch_alter_table("public_passage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_passage_voice_id"))
        batch_op.drop_index(batch_op.f("ix_public_passage_passage_id"))
        batch_op.drop_index(batch_op.f("ix_public_passage_moment_hash"))
        batch_op.drop_index(batch_op.f("ix_public_passage_hash"))

    op.drop_table("public_passage")
    with op.batch_alter_table("story_theme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_story_theme_theme_id"))

    op.drop_table("story_theme")
    op.drop_table("theme")
