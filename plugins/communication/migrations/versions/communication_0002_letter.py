"""The letter: subscribers, refusals, issues, deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "communication_0002"
down_revision = "communication_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "communication_subscriber",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_from", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("confirm_hash", sa.String(length=64), nullable=True),
        sa.Column("confirm_until", sa.DateTime(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("leave_key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_subscriber")),
        sa.UniqueConstraint("email", name=op.f("uq_communication_subscriber_email")),
        sa.UniqueConstraint("confirm_hash", name=op.f("uq_communication_subscriber_confirm_hash")),
        sa.UniqueConstraint("leave_key", name=op.f("uq_communication_subscriber_leave_key")),
    )
    op.create_table(
        "communication_refusal",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_communication_refusal")),
    )
    op.create_table(
        "communication_issue",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("fragment", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("sending_at", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("base_url", sa.String(length=200), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_issue")),
        sa.UniqueConstraint("slug", name=op.f("uq_communication_issue_slug")),
    )
    op.create_table(
        "communication_issue_story",
        sa.Column("issue_id", sa.String(length=20), nullable=False),
        sa.Column("story_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["communication_issue.id"], name=op.f("fk_communication_issue_story_issue_id_communication_issue")
        ),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_communication_issue_story_story_id_story")),
        sa.PrimaryKeyConstraint("issue_id", "story_id", name=op.f("pk_communication_issue_story")),
    )
    op.create_table(
        "communication_delivery",
        sa.Column("issue_id", sa.String(length=20), nullable=False),
        sa.Column("subscriber_id", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["communication_issue.id"], name=op.f("fk_communication_delivery_issue_id_communication_issue")
        ),
        sa.PrimaryKeyConstraint("issue_id", "subscriber_id", name=op.f("pk_communication_delivery")),
    )


def downgrade() -> None:
    op.drop_table("communication_delivery")
    op.drop_table("communication_issue_story")
    op.drop_table("communication_issue")
    op.drop_table("communication_refusal")
    op.drop_table("communication_subscriber")
