"""Comments of review become threads: one kind of conversation about a story, a passage or words, wherever it is read."""

import sqlalchemy as sa
from alembic import op

revision = "0013_one_thread"
down_revision = "0012_public_stances"
branch_labels = None
depends_on = None

_PASSAGE = sa.table("passage", sa.column("id"), sa.column("story_id"))
_REVIEW = sa.table(
    "review_comment",
    *(
        sa.column(name)
        for name in ("id", "story_id", "passage_id", "revision_hash", "author_id", "body", "created_at", "resolved_at", "resolved_by")
    ),
)
_THREAD = sa.table(
    "comment_thread",
    *(
        sa.column(name)
        for name in (
            "id",
            "story_id",
            "passage_id",
            "with_review",
            "anchor",
            "quotation",
            "revision_hash",
            "created_at",
            "created_by",
            "resolved_at",
            "resolved_by",
        )
    ),
)
_COMMENT = sa.table("comment", *(sa.column(name) for name in ("id", "thread_id", "author_id", "body", "created_at", "edited_at")))
_MENTION = sa.table("mention", sa.column("comment_id"))


def upgrade() -> None:
    with op.batch_alter_table("comment_thread", schema=None) as batch_op:
        batch_op.add_column(sa.Column("story_id", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("with_review", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("revision_hash", sa.String(length=64), nullable=True))
        batch_op.alter_column("passage_id", existing_type=sa.String(length=20), nullable=True)
    _bring_over(op.get_bind())
    with op.batch_alter_table("comment_thread", schema=None) as batch_op:
        batch_op.alter_column("story_id", existing_type=sa.String(length=20), nullable=False)
        batch_op.alter_column("with_review", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        batch_op.create_foreign_key(batch_op.f("fk_comment_thread_story_id_story"), "story", ["story_id"], ["id"])
        batch_op.create_index("ix_comment_thread_story_at", ["story_id", "created_at"], unique=False)
    op.drop_table("review_comment")


def _bring_over(connection: sa.Connection) -> None:
    """Gives each thread its story, and makes of each comment of review a thread with that one comment, under the same id: the audit chain names it."""
    story = sa.select(_PASSAGE.c.story_id).where(_PASSAGE.c.id == _THREAD.c.passage_id).scalar_subquery()
    connection.execute(_THREAD.update().values(story_id=story))
    read = sa.select(
        _REVIEW.c.id,
        _REVIEW.c.story_id,
        _REVIEW.c.passage_id,
        sa.true(),
        sa.literal(""),
        _REVIEW.c.revision_hash,
        _REVIEW.c.created_at,
        _REVIEW.c.author_id,
        _REVIEW.c.resolved_at,
        _REVIEW.c.resolved_by,
    )
    columns = (
        "id",
        "story_id",
        "passage_id",
        "with_review",
        "quotation",
        "revision_hash",
        "created_at",
        "created_by",
        "resolved_at",
        "resolved_by",
    )
    connection.execute(_THREAD.insert().from_select(columns, read))
    said = sa.select(_REVIEW.c.id, _REVIEW.c.id, _REVIEW.c.author_id, _REVIEW.c.body, _REVIEW.c.created_at)
    connection.execute(_COMMENT.insert().from_select(("id", "thread_id", "author_id", "body", "created_at"), said))


def downgrade() -> None:
    op.create_table(
        "review_comment",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("story_id", sa.String(length=20), nullable=False),
        sa.Column("passage_id", sa.String(length=20), nullable=True),
        sa.Column("revision_hash", sa.String(length=64), nullable=True),
        sa.Column("author_id", sa.String(length=20), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_review_comment_author_id_account")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_review_comment_passage_id_passage")),
        sa.ForeignKeyConstraint(["resolved_by"], ["account.id"], name=op.f("fk_review_comment_resolved_by_account")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_review_comment_story_id_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comment")),
    )
    with op.batch_alter_table("review_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_comment_story_id"), ["story_id"], unique=False)
    _take_back(op.get_bind())
    with op.batch_alter_table("comment_thread", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_thread_story_at")
        batch_op.drop_constraint(batch_op.f("fk_comment_thread_story_id_story"), type_="foreignkey")
        batch_op.drop_column("story_id")
        batch_op.drop_column("with_review")
        batch_op.drop_column("revision_hash")
        batch_op.alter_column("passage_id", existing_type=sa.String(length=20), nullable=False)


def _take_back(connection: sa.Connection) -> None:
    """Makes comments of review of all that was said with the review, answers too; whom they call is forgotten."""
    threads = sa.select(_THREAD.c.id).where(_THREAD.c.with_review.is_(sa.true()))
    read = (
        sa.select(
            _COMMENT.c.id,
            _THREAD.c.story_id,
            _THREAD.c.passage_id,
            _THREAD.c.revision_hash,
            _COMMENT.c.author_id,
            _COMMENT.c.body,
            _COMMENT.c.created_at,
            _THREAD.c.resolved_at,
            _THREAD.c.resolved_by,
        )
        .join(_THREAD, _THREAD.c.id == _COMMENT.c.thread_id)
        .where(_THREAD.c.with_review.is_(sa.true()))
    )
    connection.execute(_REVIEW.insert().from_select([column.name for column in _REVIEW.c], read))
    said = sa.select(_COMMENT.c.id).where(_COMMENT.c.thread_id.in_(threads))
    connection.execute(_MENTION.delete().where(_MENTION.c.comment_id.in_(said)))
    connection.execute(_COMMENT.delete().where(_COMMENT.c.thread_id.in_(threads)))
    connection.execute(_THREAD.delete().where(_THREAD.c.with_review.is_(sa.true())))
