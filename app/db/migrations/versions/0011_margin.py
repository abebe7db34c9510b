"""Who took part in a revision; comments, mentions and suggestions beside the words; how one is told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0011_margin"
down_revision = "0010_private_media"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("account_id", sa.String(length=20), nullable=False),
        sa.Column("choice", sa.String(length=12), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_digest_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_digest")),
    )
    op.create_table(
        "comment_thread",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("passage_id", sa.String(length=20), nullable=False),
        sa.Column("anchor", sa.String(length=40), nullable=True),
        sa.Column("quotation", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=20), nullable=True),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_comment_thread_created_by_account")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_comment_thread_passage_id_passage")),
        sa.ForeignKeyConstraint(["resolved_by"], ["account.id"], name=op.f("fk_comment_thread_resolved_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_thread")),
        sa.UniqueConstraint("anchor", name=op.f("uq_comment_thread_anchor")),
    )
    with op.batch_alter_table("comment_thread", schema=None) as batch_op:
        batch_op.create_index("ix_comment_thread_passage_at", ["passage_id", "created_at"], unique=False)

    op.create_table(
        "suggestion",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("passage_id", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.String(length=20), nullable=True),
        sa.Column("inserted", sa.Text(), nullable=False),
        sa.Column("deleted", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_by", sa.String(length=20), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_suggestion_author_id_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_suggestion_decided_by_account")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_suggestion_passage_id_passage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.create_index("ix_suggestion_passage_state", ["passage_id", "state"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("thread_id", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.String(length=20), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_comment_author_id_account")),
        sa.ForeignKeyConstraint(["thread_id"], ["comment_thread.id"], name=op.f("fk_comment_thread_id_comment_thread")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_thread_id"), ["thread_id"], unique=False)

    op.create_table(
        "revision_contributor",
        sa.Column("revision_id", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_revision_contributor_account_id_account")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["passage_revision.id"], name=op.f("fk_revision_contributor_revision_id_passage_revision")
        ),
        sa.PrimaryKeyConstraint("revision_id", "account_id", name=op.f("pk_revision_contributor")),
    )
    with op.batch_alter_table("revision_contributor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_contributor_account_id"), ["account_id"], unique=False)

    op.create_table(
        "mention",
        sa.Column("comment_id", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.String(length=20), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mention_account_id_account")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_mention_comment_id_comment")),
        sa.PrimaryKeyConstraint("comment_id", "account_id", name=op.f("pk_mention")),
    )
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mention_account_id"), ["account_id"], unique=False)


def downgrade() -> None:
    for table in ("mention", "revision_contributor", "comment", "suggestion", "comment_thread", "digest"):
        op.drop_table(table)
