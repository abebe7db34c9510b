"""The stances of published versions, where filters can ask; filled from the manifests."""

import sqlalchemy as sa
from alembic import op

revision = "0012_public_stances"
down_revision = "0011_margin"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_stance",
        sa.Column("story_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voice_id", sa.String(length=20), nullable=False),
        sa.Column("moment_hash", sa.String(length=64), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_public_stance_story_id_story")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_public_stance_voice_id_voice")),
        sa.PrimaryKeyConstraint("story_id", "number", name=op.f("pk_public_stance")),
    )
    with op.batch_alter_table("public_stance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_stance_stance"), ["stance"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_stance_voice_id"), ["voice_id"], unique=False)

    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    story = sa.table("story", sa.column("id"), sa.column("published_version_id"))
    version = sa.table("story_version", sa.column("id"), sa.column("manifest", sa.JSON))
    index = sa.table("public_stance", *(sa.column(name) for name in ("story_id", "number", "voice_id", "moment_hash", "stance")))
    published = sa.select(story.c.id, version.c.manifest).join(version, version.c.id == story.c.published_version_id)
    for story_id, manifest in connection.execute(published).all():
        rows = [
            {"story_id": story_id, "number": number, "voice_id": pin["voice"], "moment_hash": pin["moment"], "stance": pin["stance"]}
            for number, pin in enumerate(manifest["stances"], 1)
        ]
        if rows:
            connection.execute(index.insert(), rows)


def downgrade() -> None:
    op.drop_table("public_stance")
