"""One account: its name and language, its roles of the whole site, open or closed."""

from sqlalchemy import delete, select

from app.db.models import Account, AccountRole
from app.kernel.access import ACCOUNT_MANAGE, Actor
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.events import RightsChanged
from app.services.access import require
from app.services.accounts.sessions import end_sessions
from app.services.checks import checked
from app.services.roles import keep_a_keeper, keepers, living_role, may_give
from app.services.unit_of_work import UnitOfWork

NAME_MAXIMUM = 120


def set_profile(uow: UnitOfWork, actor: Actor, name: str, lang: str) -> None:
    """Changes one's own name and language of mails."""
    if lang not in ("fr", "en"):
        raise Invalid("lang", "unknown_choice")
    account = uow.session.get_one(Account, actor.account)
    account.name, account.lang = checked("name", name, NAME_MAXIMUM, required=True), lang
    uow.record(actor, "account.set_profile", "account", actor.account)


def give_role(uow: UnitOfWork, account_id: str, role: str) -> None:
    """Adds a role of the whole site to an account, if it has not got it."""
    if uow.session.get(AccountRole, (account_id, str(role))) is None:
        uow.session.add(AccountRole(account_id=account_id, role=str(role)))
        uow.session.flush()


def set_roles(uow: UnitOfWork, actor: Actor, account_id: str, roles: frozenset[str]) -> None:
    """Gives an account exactly these roles of the whole site; the last person who keeps both keys of the house cannot lose them.

    Raises:
        NotAllowed: if a role that is new to the account carries a guarded permission that the giver has not got.
    """
    require(actor, ACCOUNT_MANAGE)
    account = uow.session.get(Account, account_id)
    if account is None:
        raise NotFound("account")
    keys_before = keepers(uow.session)
    before = frozenset(uow.session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))
    for role in sorted(roles - before):
        living_role(uow.session, role)
    may_give(uow.session, actor, roles - before)
    uow.session.execute(delete(AccountRole).where(AccountRole.account_id == account_id))
    uow.session.add_all(AccountRole(account_id=account_id, role=role) for role in sorted(roles))
    uow.session.flush()
    keep_a_keeper(uow.session, keys_before)
    uow.record(actor, "account.set_roles", "account", account_id, before=sorted(before), after=sorted(roles))
    uow.emit(RightsChanged(account_id))


def set_disabled(uow: UnitOfWork, actor: Actor, account_id: str, disabled: bool) -> None:
    """Closes or reopens an account; closing ends its sessions. What the person wrote stays."""
    require(actor, ACCOUNT_MANAGE)
    account = uow.session.get(Account, account_id)
    if account is None:
        raise NotFound("account")
    if disabled and account_id == actor.account:
        raise Refused("own_account")
    keys_before = keepers(uow.session)
    account.disabled_at = uow.now if disabled else None
    uow.session.flush()
    keep_a_keeper(uow.session, keys_before)
    if disabled:
        end_sessions(uow, account_id)
    uow.record(actor, "account.disable" if disabled else "account.enable", "account", account_id)
    uow.emit(RightsChanged(account_id))
