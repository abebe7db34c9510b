"""Reads who is asking: account, roles with their permissions, and the voices whose mandate lasts today; in four queries."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.db.models import Account, AccountRole, AccountSession, LocalRole, RolePermission, RoleRow, Voice
from app.db.permissions import CORE_OWNER
from app.hooks.snapshot import Snapshot
from app.kernel.access import LOCAL_PERMISSIONS, Actor, RoleGrant, Scope, ScopeKind, VoiceGrant, permission_decision
from app.kernel.errors import NotAllowed
from app.kernel.voice import ActorCategory, Mandate
from app.services.unit_of_work import UnitOfWork


def load_actor(session: Session, account_id: str, day: date, snapshot: Snapshot, session_id: str | None = None) -> Actor | None:
    """Returns the actor of an account, or None if it is gone or disabled.

    Args:
        day: the day on which mandates are judged.
        snapshot: which plugins are on; their permissions count.
        session_id: the signed-in session, if there is one.
    """
    account = session.get(Account, account_id)
    if account is None or account.disabled_at is not None:
        return None
    grants = read_grants(session, account_id, snapshot)
    of_the_site = [grant for grant in grants if grant.scope is None]
    voices = list(
        session.scalars(select(Voice).where(or_(Voice.account_id == account_id, Voice.scribe_id == account_id)).order_by(Voice.id))
    )
    return Actor(
        account.id,
        account.name,
        frozenset(grant.role for grant in of_the_site),
        _voice_grants(voices, account_id, day),
        frozenset(permission for grant in of_the_site for permission in grant.permissions),
        session_id,
        frozenset(voice.delegation_id for voice in voices if voice.account_id == account_id),
        grants,
    )


def read_grants(session: Session, account_id: str, snapshot: Snapshot) -> tuple[RoleGrant, ...]:
    """Returns the roles that an account holds and what each gives where it is held; archived roles and plugins that are off give nothing."""
    of_the_site = select(AccountRole.role, literal("").label("kind"), literal("").label("place")).where(
        AccountRole.account_id == account_id
    )
    local = select(LocalRole.role, LocalRole.scope_kind, LocalRole.scope_id).where(LocalRole.account_id == account_id)
    held = union_all(of_the_site, local).subquery()
    query = (
        select(held.c.role, held.c.kind, held.c.place, RolePermission.permission, RolePermission.owner)
        .join(RoleRow, RoleRow.key == held.c.role)
        .outerjoin(RolePermission, RolePermission.role == held.c.role)
        .where(RoleRow.archived_at.is_(None))
        .order_by(RoleRow.position, held.c.role, held.c.kind, held.c.place)
    )
    given: dict[tuple[str, str, str], set[str]] = {}
    for role, kind, place, permission, owner in session.execute(query):
        names = given.setdefault((role, kind, place), set())
        if permission is not None and (owner == CORE_OWNER or snapshot.is_on(owner)):
            names.add(permission)
    return tuple(
        RoleGrant(role, frozenset(names), None) if not kind else RoleGrant(role, local_part(kind, names), Scope(kind, place))
        for (role, kind, place), names in given.items()
    )


def who_may(session: Session, permission: str, scopes: Iterable[Scope]) -> set[str]:
    """Returns the accounts to which a permission of the core is given, on the whole site or in one of these scopes."""
    carrying = (
        select(RoleRow.key)
        .join(RolePermission, RolePermission.role == RoleRow.key)
        .where(RolePermission.permission == permission, RoleRow.archived_at.is_(None))
    )
    found = set(session.scalars(select(AccountRole.account_id).where(AccountRole.role.in_(carrying))))
    for scope in scopes:
        if permission in LOCAL_PERMISSIONS[ScopeKind(scope.kind)]:
            here = (LocalRole.scope_kind == scope.kind) & (LocalRole.scope_id == scope.id)
            found |= set(session.scalars(select(LocalRole.account_id).where(here, LocalRole.role.in_(carrying))))
    return found


def local_part(kind: str, permissions: Iterable[str]) -> frozenset[str]:
    """Returns what of some permissions holds where a role is held on a programme, a territory or a story."""
    return frozenset(permissions) & LOCAL_PERMISSIONS[ScopeKind(kind)]


def reread(uow: UnitOfWork, actor: Actor, snapshot: Snapshot) -> Actor:
    """Returns the actor as of now, inside the unit of work: a right that ended a second ago is not used.

    Raises:
        NotAllowed: if the account was disabled or the session ended meanwhile.
    """
    if actor.session is not None:
        row = uow.session.get(AccountSession, actor.session)
        if row is None or row.ended_at is not None:
            raise NotAllowed("signed_out")
    fresh = load_actor(uow.session, actor.account, uow.today, snapshot, actor.session)
    if fresh is None:
        raise NotAllowed("signed_out")
    return fresh


def require(actor: Actor, permission: str) -> None:
    """Raises NotAllowed unless a role of the actor carries the permission on the whole site."""
    if not actor.may(permission):
        raise NotAllowed("needs_permission", permission=permission)


def require_somewhere(actor: Actor, permission: str) -> None:
    """Raises NotAllowed unless a role of the actor carries the permission on the whole site or anywhere."""
    if not actor.may_somewhere(permission):
        raise NotAllowed("needs_permission", permission=permission)


def require_on(actor: Actor, permission: str, scopes: Iterable[Scope]) -> None:
    """Raises NotAllowed unless the permission holds for what lies in these scopes."""
    permission_decision(actor, permission, scopes).demand()


def _voice_grants(voices: Iterable[Voice], account_id: str, day: date) -> tuple[VoiceGrant, ...]:
    return tuple(
        VoiceGrant(
            voice.id, voice.delegation_id, ActorCategory(voice.category) if voice.category else None, scribe=voice.account_id != account_id
        )
        for voice in voices
        if Mandate(voice.mandate_start, voice.mandate_end).holds(day)
    )
