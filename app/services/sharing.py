"""Roles held on a programme, a territory or a story: who has which, where it comes from, given and taken by those who manage the place."""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.db.models import Account, AccountRole, Delegation, LocalRole, Programme, RolePermission, RoleRow, Story, StoryDelegation, Territory
from app.kernel.access import GUARDED, LOCAL_PERMISSIONS, PROGRAMME_MANAGE, ROLE_MANAGE, Actor, Scope, ScopeKind
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import Invalid, NotAllowed, NotFound
from app.kernel.events import RightsChanged
from app.kernel.workflow import Capacity
from app.services.accounts import Signer, look_up
from app.services.roles import permissions_of
from app.services.scopes import programme_scopes, story_scopes, territory_scopes
from app.services.stories import capacities_in
from app.services.unit_of_work import UnitOfWork

MODELS: dict[ScopeKind, type[Programme] | type[Territory] | type[Story]] = {
    ScopeKind.PROGRAMME: Programme,
    ScopeKind.TERRITORY: Territory,
    ScopeKind.STORY: Story,
}


@dataclass(frozen=True)
class Held:
    """A role that somebody has at a place; `scope` None means the whole site, another place than the page's one that contains it."""

    account: Account
    role: str
    scope: Scope | None


def scopes_at(session: Session, place: Scope) -> frozenset[Scope]:
    """Returns where a place lies, itself included."""
    if place.kind == ScopeKind.STORY:
        return story_scopes(session, place.id)
    return programme_scopes(place.id) if place.kind == ScopeKind.PROGRAMME else territory_scopes(place.id)


def sharing_decision(session: Session, actor: Actor, place: Scope) -> Decision:
    """Decides whether somebody sees and changes who has which role at a place.

    Whoever manages roles may everywhere; whoever manages a programme or a territory, there; whoever reviews a story, for that story.
    """
    gone = NotFound(place.kind)
    row = session.get(MODELS[ScopeKind(place.kind)], place.id)
    if row is None or (isinstance(row, Story) and row.deleted_at is not None):
        return no(gone, "does_not_exist")
    if actor.may(ROLE_MANAGE):
        return yes("role_gives", permission=ROLE_MANAGE)
    if isinstance(row, Story):
        if Capacity.EDITOR in capacities_in(session, actor, row.id) and row.submitted_version_id is not None:
            return yes("reviews_story")
        return no(gone, "manages_no_sharing")
    if actor.may_on(PROGRAMME_MANAGE, scopes_at(session, place)):
        return yes("role_gives", permission=PROGRAMME_MANAGE)
    return no(NotAllowed("needs_permission", permission=PROGRAMME_MANAGE), "manages_no_sharing")


def givable_roles(session: Session, actor: Actor, place: Scope) -> list[RoleRow]:
    """Returns the roles that somebody may give at a place: those that give something there, and nothing there that the giver has not got.

    A role with a guarded permission is one of the whole site: here it would give a part of what it says.
    """
    local = LOCAL_PERMISSIONS[ScopeKind(place.kind)]
    carried: dict[str, set[str]] = {}
    guarded = set()
    for row in session.scalars(select(RolePermission)):
        if row.permission in local:
            carried.setdefault(row.role, set()).add(row.permission)
        elif row.permission in GUARDED:
            guarded.add(row.role)
    carried = {role: permissions for role, permissions in carried.items() if role not in guarded}
    inside = scopes_at(session, place)
    everywhere = actor.may(ROLE_MANAGE)
    living = select(RoleRow).where(RoleRow.archived_at.is_(None), RoleRow.key.in_(list(carried))).order_by(RoleRow.position, RoleRow.key)
    return [
        row for row in session.scalars(living) if everywhere or all(actor.may_on(permission, inside) for permission in carried[row.key])
    ]


def find_to_share_with(uow: UnitOfWork, actor: Actor, signer: Signer, place: Scope, email: str) -> str | None:
    """Returns the account with an address, or None; counted, since the answer tells who has one, and so in a unit of work of its own.

    Raises:
        Invalid: if the actor has asked for too many addresses within the window.
    """
    sharing_decision(uow.session, actor, place).demand()
    return look_up(uow, signer, actor, email)


def give_local_role(uow: UnitOfWork, actor: Actor, place: Scope, account_id: str, role: str) -> LocalRole:
    """Gives a person a role at a place, if they have not got it.

    Raises:
        Invalid: if the role gives nothing there or is not the actor's to give, or the account is closed.
    """
    sharing_decision(uow.session, actor, place).demand()
    if role not in {row.key for row in givable_roles(uow.session, actor, place)}:
        raise Invalid("role", "unknown_choice")
    account = uow.session.get(Account, account_id)
    if account is None or account.disabled_at is not None:
        raise Invalid("email", "no_account_here")
    row = uow.session.get(LocalRole, (account_id, role, place.kind, place.id))
    if row is None:
        row = LocalRole(
            account_id=account_id, role=role, scope_kind=str(place.kind), scope_id=place.id, given_by=actor.account, given_at=uow.now
        )
        uow.session.add(row)
        uow.session.flush()
        uow.record(actor, "local_role.give", place.kind, place.id, account=account_id, role=role)
        uow.emit(RightsChanged(account_id))
    return row


def take_local_role(uow: UnitOfWork, actor: Actor, place: Scope, account_id: str, role: str) -> None:
    """Takes a role at a place from somebody; only what one could have given, and one's own always.

    Raises:
        NotFound: if they have not got it there.
    """
    if account_id != actor.account:
        sharing_decision(uow.session, actor, place).demand()
    row = uow.session.get(LocalRole, (account_id, role, str(place.kind), place.id))
    if row is None:
        raise NotFound("role")
    local = permissions_of(uow.session, [role]) & LOCAL_PERMISSIONS[ScopeKind(place.kind)]
    inside = scopes_at(uow.session, place)
    if account_id != actor.account and not actor.may(ROLE_MANAGE) and not all(actor.may_on(permission, inside) for permission in local):
        raise NotAllowed("cannot_take")
    uow.session.delete(row)
    uow.record(actor, "local_role.take", place.kind, place.id, account=account_id, role=role)
    uow.emit(RightsChanged(account_id))


def who_has_roles(session: Session, place: Scope) -> list[Held]:
    """Returns who has a role that gives something at a place: from the whole site, from what contains it, from itself; by name."""
    local = LOCAL_PERMISSIONS[ScopeKind(place.kind)]
    carrying = (
        select(RoleRow.key)
        .join(RolePermission, RolePermission.role == RoleRow.key)
        .where(RoleRow.archived_at.is_(None), RolePermission.permission.in_(local))
    )
    on_site = (
        select(Account, AccountRole.role)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(AccountRole.role.in_(carrying), Account.disabled_at.is_(None))
    )
    inside = scopes_at(session, place)
    here = or_(*(and_(LocalRole.scope_kind == scope.kind, LocalRole.scope_id == scope.id) for scope in inside))
    somewhere = select(Account, LocalRole).join(LocalRole, LocalRole.account_id == Account.id).where(here, Account.disabled_at.is_(None))
    held = [Held(account, role, None) for account, role in session.execute(on_site)]
    # A role given here that gives nothing any more (its permission was taken from it) is still shown, so that it can be removed.
    held += [Held(account, row.role, Scope(row.scope_kind, row.scope_id)) for account, row in session.execute(somewhere)]
    return sorted(held, key=lambda entry: (entry.account.name.casefold(), entry.account.id, entry.role))


def local_roles_of(session: Session, account_id: str) -> list[LocalRole]:
    """Returns the roles that an account holds somewhere."""
    query = select(LocalRole).where(LocalRole.account_id == account_id)
    return list(session.scalars(query.order_by(LocalRole.scope_kind, LocalRole.scope_id, LocalRole.role)))


def stories_at(session: Session, place: Scope) -> list[str]:
    """Returns the ids of the stories of a programme or a territory that are not in the trash."""
    column = Delegation.programme_id if place.kind == ScopeKind.PROGRAMME else Delegation.territory_id
    query = (
        select(Story.id)
        .join(StoryDelegation, StoryDelegation.story_id == Story.id)
        .join(Delegation, Delegation.id == StoryDelegation.delegation_id)
        .where(column == place.id, Story.deleted_at.is_(None))
        .order_by(Story.created_at, Story.id)
    )
    return list(dict.fromkeys(session.scalars(query)))
