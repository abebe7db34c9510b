"""Links by mail, for signing in and for a new password; an unknown address gets none, silently."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Account, SignInLink
from app.kernel.errors import NotFound, Refused
from app.kernel.events import RightsChanged
from app.services.accounts.addresses import normal_address
from app.services.accounts.sessions import end_sessions
from app.services.accounts.tokens import Signer
from app.services.unit_of_work import UnitOfWork

LINK_MINUTES = 30


def request_link(uow: UnitOfWork, signer: Signer, email: str, purpose: str) -> tuple[Account, str] | None:
    """Makes a single-use link of a purpose (`sign_in`, `reset`) for an address; None, silently, if no open account has it."""
    account = uow.session.scalar(select(Account).where(Account.email == normal_address(email)))
    if account is None or account.disabled_at is not None:
        return None
    token, row_hash = signer.new(purpose)
    uow.session.add(
        SignInLink(
            token_hash=row_hash,
            account_id=account.id,
            purpose=purpose,
            created_at=uow.now,
            expires_at=uow.now + timedelta(minutes=LINK_MINUTES),
        )
    )
    uow.record(None, f"account.request_{purpose}", "account", account.id)
    return account, token


def open_link(session: Session, signer: Signer, token: str, purpose: str, now: datetime) -> SignInLink:
    """Returns the row behind a link by mail, without using it.

    Raises:
        NotFound: if there is none.
        Refused: if it was used or has expired.
    """
    row = session.scalar(select(SignInLink).where(SignInLink.token_hash == signer.read(purpose, token), SignInLink.purpose == purpose))
    if row is None:
        raise NotFound("link")
    if row.used_at is not None:
        raise Refused("link_used")
    if row.expires_at <= now:
        raise Refused("link_expired")
    return row


def use_link(uow: UnitOfWork, signer: Signer, token: str, purpose: str) -> str:
    """Uses a link by mail; returns the id of its account."""
    row = open_link(uow.session, signer, token, purpose, uow.now)
    account = uow.session.get_one(Account, row.account_id)
    if account.disabled_at is not None:
        raise Refused("account_disabled")
    row.used_at = uow.now
    return account.id


def reset_password(uow: UnitOfWork, signer: Signer, token: str, password_hash: str) -> str:
    """Sets a new password by a reset link and ends every session of the account; returns its id."""
    account_id = use_link(uow, signer, token, "reset")
    uow.session.get_one(Account, account_id).password_hash = password_hash
    end_sessions(uow, account_id)
    for link in uow.session.scalars(select(SignInLink).where(SignInLink.account_id == account_id, SignInLink.used_at.is_(None))):
        link.used_at = uow.now  # whoever resets takes the account back: links asked for before are worth nothing
    uow.record(None, "account.reset_password", "account", account_id)
    uow.emit(RightsChanged(account_id))
    return account_id
