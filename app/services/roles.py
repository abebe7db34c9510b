"""Roles as the site decides them: which permission each carries, roles added, renamed and archived; what plugins offer when they are first switched on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db.models import Account, AccountRole, Invitation, LocalRole, PermissionRow, RolePermission, RoleRow
from app.db.models.access import ROLE_KEY
from app.db.permissions import CORE_OWNER, learn_permissions
from app.hooks.contracts import Owned, Permission
from app.hooks.manager import Plugin
from app.hooks.snapshot import Snapshot
from app.kernel.access import CORE_PERMISSIONS, KEYS, ROLE_MANAGE, Actor, unguarded
from app.kernel.canonical import digest
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import RightsChanged
from app.kernel.slug import numbered, slugify
from app.services.access import require
from app.services.checks import checked
from app.services.unit_of_work import UnitOfWork

TITLE = 120
DESCRIPTION = 600

Pair = tuple[str, str]  # role, permission


@dataclass(frozen=True)
class KnownPermission:
    """A permission that can be given now or is dormant: `title` is what the plugin says of it, nothing for the core's (the pages have the words)."""

    name: str
    owner: str
    title: object = ""
    on: bool = True


# — reading —


def list_roles(session: Session, *, archived: bool = False) -> list[RoleRow]:
    """Returns the living roles in their order; the archived ones instead, if asked."""
    query = select(RoleRow).where(RoleRow.archived_at.is_not(None) if archived else RoleRow.archived_at.is_(None))
    return list(session.scalars(query.order_by(RoleRow.position, RoleRow.key)))


def known_permissions(session: Session, declared: Iterable[Owned[Permission]], snapshot: Snapshot) -> list[KnownPermission]:
    """Returns the core's permissions, those of the plugins that are on, and, dormant, those that the site remembers of all others.

    Args:
        declared: the permissions that all plugins declare, on or off.
    """
    core = [KnownPermission(name, CORE_OWNER) for name in CORE_PERMISSIONS]
    by_name = {owned.item.name: owned for owned in declared}
    on = [KnownPermission(name, owned.owner, _title(owned)) for name, owned in by_name.items() if snapshot.is_on(owned.owner)]
    shown = {entry.name for entry in (*core, *on)}
    rows = session.scalars(select(PermissionRow).where(PermissionRow.name.not_in(shown)).order_by(PermissionRow.owner, PermissionRow.name))
    dormant = [KnownPermission(row.name, row.owner, _title(by_name.get(row.name)), on=False) for row in rows]
    return [*core, *on, *dormant]


def _title(owned: Owned[Permission] | None) -> object:
    return owned.item.title if owned is not None else ""


def given_pairs(session: Session) -> frozenset[Pair]:
    """Returns (role, permission) of all that is given, dormant permissions included."""
    return frozenset((row.role, row.permission) for row in session.execute(select(RolePermission.role, RolePermission.permission)))


def fingerprint(pairs: Iterable[Pair]) -> str:
    """Returns what the form sends back, so that two people do not undo each other's changes unseen."""
    return digest({"pairs": sorted(f"{role} {permission}" for role, permission in pairs)})


def permissions_of(session: Session, roles: Iterable[str]) -> frozenset[str]:
    """Returns all permissions that some roles carry, dormant ones included."""
    return frozenset(session.scalars(select(RolePermission.permission).where(RolePermission.role.in_(list(roles)))))


def holders_of(session: Session, key: str) -> tuple[list[Account], list[tuple[LocalRole, Account]]]:
    """Returns who holds a role on the whole site, and who somewhere."""
    on_site = select(Account).join(AccountRole).where(AccountRole.role == key).order_by(Account.name, Account.id)
    somewhere = select(LocalRole, Account).join(Account, Account.id == LocalRole.account_id).where(LocalRole.role == key)
    return list(session.scalars(on_site)), [
        (row, account) for row, account in session.execute(somewhere.order_by(Account.name, Account.id))
    ]


def keepers(session: Session) -> int:
    """Returns how many open accounts hold both keys of the house on the whole site: they can give every right back."""
    query = (
        select(AccountRole.account_id)
        .join(Account, Account.id == AccountRole.account_id)
        .join(RoleRow, RoleRow.key == AccountRole.role)
        .join(RolePermission, RolePermission.role == AccountRole.role)
        .where(Account.disabled_at.is_(None), RoleRow.archived_at.is_(None), RolePermission.permission.in_(KEYS))
        .group_by(AccountRole.account_id)
        .having(func.count(RolePermission.permission.distinct()) == len(KEYS))
    )
    return len(session.scalars(query).all())


# — changing —


def may_give(session: Session, actor: Actor, roles: Iterable[str]) -> None:
    """Raises NotAllowed if one of the roles carries a guarded permission that the giver has not got."""
    missing = unguarded(permissions_of(session, roles), actor)
    if missing:
        raise NotAllowed("cannot_give", permissions=tuple(sorted(missing)))


def living_role(session: Session, key: str) -> RoleRow:
    """Returns a role that can be given.

    Raises:
        NotFound: if there is none of that key, or it is archived.
    """
    row = session.get(RoleRow, key)
    if row is None or row.archived_at is not None:
        raise NotFound("role")
    return row


def keep_a_keeper(session: Session, before: int) -> None:
    """Raises Refused if a change took the last of both keys away.

    Args:
        before: how many people kept both before the change.
    """
    if before and not keepers(session):
        raise Refused("last_administrator")


def set_permissions(
    uow: UnitOfWork, actor: Actor, declared: Iterable[Owned[Permission]], snapshot: Snapshot, wanted: frozenset[Pair], seen: str
) -> tuple[int, int]:
    """Gives living roles exactly these permissions, dormant ones left as they are; returns how many were given and how many taken.

    Args:
        wanted: all (role, permission) that are ticked.
        seen: fingerprint of what the person had on the page.

    Raises:
        Refused: if somebody changed it meanwhile, or nobody would keep the keys of the house.
        NotAllowed: if a guarded permission would be given by somebody who has not got it.
        Invalid: for a role or permission that the page did not offer.
    """
    require(actor, ROLE_MANAGE)
    session = uow.session
    before, keys_before = given_pairs(session), keepers(session)
    if seen != fingerprint(before):
        raise Refused("roles_changed")
    living = {row.key for row in list_roles(session)}
    owners = {entry.name: entry.owner for entry in known_permissions(session, declared, snapshot) if entry.on}
    if any(role not in living or permission not in owners for role, permission in wanted):
        raise Invalid("grant", "unknown_choice")
    editable = {(role, permission) for role, permission in before if role in living and permission in owners}
    added, removed = sorted(wanted - editable), sorted(editable - wanted)
    missing = unguarded({permission for _role, permission in added}, actor)
    if missing:
        raise NotAllowed("cannot_give", permissions=tuple(sorted(missing)))
    for role, permission in removed:
        session.execute(delete(RolePermission).where(RolePermission.role == role, RolePermission.permission == permission))
    session.add_all(RolePermission(role=role, permission=permission, owner=owners[permission]) for role, permission in added)
    session.flush()
    # Whoever ticked what the site had not learnt of has decided about it: no default is given later.
    for name, owner in owners.items():
        if session.get(PermissionRow, name) is None:
            session.add(PermissionRow(name=name, owner=owner))
    session.flush()
    keep_a_keeper(session, keys_before)
    if added or removed:
        facts = {"given": [" ".join(pair) for pair in added], "taken": [" ".join(pair) for pair in removed]}
        uow.record(actor, "role.set_permissions", "site", "roles", **facts)
        uow.emit(RightsChanged(""))
    return len(added), len(removed)


def create_role(uow: UnitOfWork, actor: Actor, title: str, description: str) -> RoleRow:
    """Adds a role that carries nothing yet; its key is made of its title and never changes."""
    require(actor, ROLE_MANAGE)
    title = checked("title", title, TITLE, required=True)
    wanted = slugify(title, "role")[: ROLE_KEY - 4]
    number = 1
    while uow.session.get(RoleRow, numbered(wanted, number)) is not None:
        number += 1
    last = uow.session.scalar(select(func.max(RoleRow.position))) or 0
    row = RoleRow(
        key=numbered(wanted, number), title=title, description=checked("description", description, DESCRIPTION), position=last + 1
    )
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "role.create", "role", row.key)
    return row


def edit_role(uow: UnitOfWork, actor: Actor, key: str, title: str, description: str) -> None:
    """Changes what a role is called; a builtin or offered one without a title of its own is called in the reader's language again."""
    require(actor, ROLE_MANAGE)
    row = uow.session.get(RoleRow, key)
    if row is None:
        raise NotFound("role")
    row.title = checked("title", title, TITLE, required=not row.builtin and row.owner is None)
    row.description = checked("description", description, DESCRIPTION)
    uow.record(actor, "role.edit", "role", row.key)


def archive_role(uow: UnitOfWork, actor: Actor, key: str) -> None:
    """Puts a role away; it gives nothing any more, and nobody can be given it.

    Raises:
        Refused: while somebody holds it or is invited to it, or if it is builtin.
    """
    require(actor, ROLE_MANAGE)
    row = living_role(uow.session, key)
    if row.builtin:
        raise Refused("role_builtin")
    on_site, somewhere = holders_of(uow.session, key)
    names = sorted({account.name for account in on_site} | {account.name for _row, account in somewhere})
    if names:
        raise Refused("role_held", names=", ".join(names))
    invited = select(Invitation.name).where(Invitation.role == key, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    if waiting := sorted(uow.session.scalars(invited.where(Invitation.expires_at > uow.now))):
        raise Refused("role_invited", names=", ".join(waiting))
    row.archived_at = uow.now
    uow.record(actor, "role.archive", "role", row.key)
    uow.emit(RightsChanged(""))


def restore_role(uow: UnitOfWork, actor: Actor, key: str) -> None:
    """Takes an archived role back, with the permissions that it carried; guarded ones only by somebody who has them."""
    require(actor, ROLE_MANAGE)
    row = uow.session.get(RoleRow, key)
    if row is None or row.archived_at is None:
        raise NotFound("role")
    may_give(uow.session, actor, [key])
    row.archived_at = None
    uow.record(actor, "role.restore", "role", row.key)
    uow.emit(RightsChanged(""))


# — what plugins bring —


def learn_from_plugin(uow: UnitOfWork, actor: Actor | None, plugin: Plugin) -> None:
    """Learns what a plugin brings when it is switched on: its roles that the site does not know, and its new permissions with their default roles.

    What the site knows already is the site's: an administrator may have changed it, and switching off and on changes nothing.
    """
    offers: list[Any] = [owned.item for owned in plugin.declared.get("register_roles", ())]
    permissions: list[Any] = [owned.item for owned in plugin.declared.get("register_permissions", ())]
    own = {permission.name for permission in permissions}
    new = [offer for offer in offers if uow.session.get(RoleRow, offer.name) is None]
    last = uow.session.scalar(select(func.max(RoleRow.position))) or 0
    for place, offer in enumerate(new, last + 1):
        # Without a title of its own it is called as the plugin calls it, in the reader's language, until somebody renames it.
        uow.session.add(RoleRow(key=offer.name, owner=plugin.name, position=place))
    uow.session.flush()
    defaults: Mapping[str, Iterable[str]] = {permission.name: permission.roles for permission in permissions}
    learnt = learn_permissions(uow.session.connection(), plugin.name, defaults)
    held = given_pairs(uow.session)
    for offer in new:
        for name in sorted(offer.permissions):
            if (offer.name, name) not in held:
                uow.session.add(RolePermission(role=offer.name, permission=name, owner=plugin.name if name in own else CORE_OWNER))
    uow.session.flush()
    if new or learnt:
        uow.record(actor, "role.learn", "plugin", plugin.name, roles=[offer.name for offer in new], permissions=learnt)


@dataclass(frozen=True)
class Rights:
    """What a plugin has brought of rights.

    Args:
        permissions: its permissions that the site knows, given or not.
        roles: the roles that it offered and nobody has, nor was ever invited to.
        kept: those that somebody has, or was invited to: what people were given is not taken from them.
    """

    permissions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def rights_of(session: Session, owner: str) -> Rights:
    """Returns what a plugin has brought of rights."""
    known = set(session.scalars(select(PermissionRow.name).where(PermissionRow.owner == owner)))
    known |= set(session.scalars(select(RolePermission.permission).where(RolePermission.owner == owner)))
    roles = list(session.scalars(select(RoleRow.key).where(RoleRow.owner == owner).order_by(RoleRow.key)))
    used = {
        key
        for column in (AccountRole.role, LocalRole.role, Invitation.role)
        for key in session.scalars(select(column).where(column.in_(roles)))
    }
    return Rights(tuple(sorted(known)), tuple(key for key in roles if key not in used), tuple(key for key in roles if key in used))


def forget_rights(uow: UnitOfWork, owner: str, titles: Mapping[str, str]) -> Rights:
    """Takes away the permissions that a plugin brought, from every role, and the roles that it offered and nobody has; the others become the site's own.

    Args:
        titles: what the plugin calls its roles, by key, for those that the site keeps and never named.
    """
    session, rights = uow.session, rights_of(uow.session, owner)
    session.execute(delete(RolePermission).where(RolePermission.owner == owner))
    session.execute(delete(PermissionRow).where(PermissionRow.owner == owner))
    session.execute(delete(RolePermission).where(RolePermission.role.in_(rights.roles)))
    session.execute(delete(RoleRow).where(RoleRow.key.in_(rights.roles)))
    for key in rights.kept:
        row = session.get_one(RoleRow, key)
        row.owner, row.title = None, row.title or titles.get(key, key)[:TITLE]
    session.flush()
    return rights


def learn_from_enabled(uow: UnitOfWork, plugins: Iterable[Plugin], enabled: frozenset[str]) -> None:
    """Learns what the plugins that are on bring; run with the migrations, so that an upgraded plugin's new right reaches its roles."""
    for plugin in plugins:
        if plugin.name in enabled and plugin.usable:
            learn_from_plugin(uow, None, plugin)
