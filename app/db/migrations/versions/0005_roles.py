"""Roles as data: the three builtin ones with their permissions, roles held somewhere, restrictions on visibility."""

import sqlalchemy as sa
from alembic import op

revision = "0005_roles"
down_revision = "0004_site_settings"
branch_labels = None
depends_on = None


BUILTIN = ("administrator", "organiser", "editor")
# What the builtin roles carried until now. Permissions that come later are given to their default roles by app/db/permissions.py.
CARRIED = {
    "site.configure": ("administrator",),
    "site.read_mail": ("administrator",),
    "plugin.manage": ("administrator",),
    "account.manage": ("administrator",),
    "programme.manage": ("administrator", "organiser"),
    "story.review": ("editor",),
}


def upgrade() -> None:
    op.create_table(
        "permission",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_permission")),
    )
    op.create_table(
        "role",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_role")),
    )
    op.create_table(
        "local_role",
        sa.Column("account_id", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("scope_kind", sa.String(length=16), nullable=False),
        sa.Column("scope_id", sa.String(length=20), nullable=False),
        sa.Column("given_by", sa.String(length=20), nullable=True),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_local_role_account_id_account")),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_local_role_given_by_account")),
        sa.ForeignKeyConstraint(["role"], ["role.key"], name=op.f("fk_local_role_role_role")),
        sa.PrimaryKeyConstraint("account_id", "role", "scope_kind", "scope_id", name=op.f("pk_local_role")),
    )
    with op.batch_alter_table("local_role", schema=None) as batch_op:
        batch_op.create_index("ix_local_role_scope", ["scope_kind", "scope_id"], unique=False)

    op.create_table(
        "restriction",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("effect", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=20), nullable=True),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_restriction_created_by_account")),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name=op.f("fk_restriction_lifted_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    with op.batch_alter_table("restriction", schema=None) as batch_op:
        batch_op.create_index("ix_restriction_subject", ["subject_kind", "subject_id", "lifted_at"], unique=False)

    op.create_table(
        "role_permission",
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("permission", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["role"], ["role.key"], name=op.f("fk_role_permission_role_role")),
        sa.PrimaryKeyConstraint("role", "permission", name=op.f("pk_role_permission")),
    )
    _builtin_roles()
    with op.batch_alter_table("account_role", schema=None) as batch_op:
        batch_op.alter_column("role", existing_type=sa.String(length=32), type_=sa.String(length=64), existing_nullable=False)
        batch_op.create_foreign_key(batch_op.f("fk_account_role_role_role"), "role", ["role"], ["key"])

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.alter_column("role", existing_type=sa.String(length=32), type_=sa.String(length=64), existing_nullable=True)
        batch_op.create_foreign_key(batch_op.f("fk_invitation_role_role"), "role", ["role"], ["key"])


def _builtin_roles() -> None:
    role = sa.table("role", *(sa.column(name) for name in ("key", "title", "description", "builtin", "position")))
    known = sa.table("permission", sa.column("name"), sa.column("owner"))
    carried = sa.table("role_permission", *(sa.column(name) for name in ("role", "permission", "owner")))
    op.bulk_insert(
        role, [{"key": key, "title": "", "description": "", "builtin": True, "position": place} for place, key in enumerate(BUILTIN, 1)]
    )
    op.bulk_insert(known, [{"name": name, "owner": "core"} for name in CARRIED])
    op.bulk_insert(carried, [{"role": role, "permission": name, "owner": "core"} for name, roles in CARRIED.items() for role in roles])


def downgrade() -> None:
    # Roles that only these tables know mean nothing to the older software: who held them loses them.
    for name in ("account_role", "invitation"):
        table = sa.table(name, sa.column("role"))
        op.execute(sa.delete(table).where(table.c.role.is_not(None), table.c.role.not_in(BUILTIN)))
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_invitation_role_role"), type_="foreignkey")
        batch_op.alter_column("role", existing_type=sa.String(length=64), type_=sa.String(length=32), existing_nullable=True)

    with op.batch_alter_table("account_role", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_account_role_role_role"), type_="foreignkey")
        batch_op.alter_column("role", existing_type=sa.String(length=64), type_=sa.String(length=32), existing_nullable=False)

    op.drop_table("role_permission")
    with op.batch_alter_table("restriction", schema=None) as batch_op:
        batch_op.drop_index("ix_restriction_subject")

    op.drop_table("restriction")
    with op.batch_alter_table("local_role", schema=None) as batch_op:
        batch_op.drop_index("ix_local_role_scope")

    op.drop_table("local_role")
    op.drop_table("role")
    op.drop_table("permission")
