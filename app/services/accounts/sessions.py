"""Sessions: a browser that is signed in, until it signs out, expires, or its account is taken back."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Account, AccountSession
from app.kernel.access import Actor
from app.kernel.errors import NotFound
from app.kernel.events import RightsChanged
from app.services.accounts.tokens import token_hash
from app.services.unit_of_work import UnitOfWork


def open_session(uow: UnitOfWork, account_id: str, browser: str, days: int) -> str:
    """Signs a browser in; returns the token for its cookie, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    uow.session.add(
        AccountSession(
            token_hash=token_hash(token),
            account_id=account_id,
            created_at=uow.now,
            last_seen_at=uow.now,
            expires_at=uow.now + timedelta(days=days),
            browser=browser[:80],
        )
    )
    uow.session.flush()
    uow.record(None, "account.sign_in", "account", account_id)
    return token


def find_session(session: Session, token: str, now: datetime) -> AccountSession | None:
    """Returns the live session behind a cookie, or None if it ended or expired."""
    row = session.scalar(select(AccountSession).where(AccountSession.token_hash == token_hash(token)))
    return row if row is not None and row.ended_at is None and row.expires_at > now else None


def live_sessions(session: Session, tokens: Collection[str], now: datetime) -> set[str]:
    """Returns those of some cookies whose sessions are live and whose accounts are enabled."""
    by_hash = {token_hash(token): token for token in tokens}
    query = (
        select(AccountSession.token_hash)
        .join(Account, Account.id == AccountSession.account_id)
        .where(AccountSession.token_hash.in_(by_hash), AccountSession.ended_at.is_(None), AccountSession.expires_at > now)
        .where(Account.disabled_at.is_(None))
    )
    return {by_hash[found] for found in session.scalars(query)}


def touch_session(uow: UnitOfWork, session_id: str, days: int) -> None:
    """Puts a used session's end off."""
    row = uow.session.get(AccountSession, session_id)
    if row is not None and row.ended_at is None:
        row.last_seen_at = uow.now
        row.expires_at = uow.now + timedelta(days=days)


def end_session(uow: UnitOfWork, actor: Actor, session_id: str) -> None:
    """Ends one of the actor's own sessions; its cookie, copied or not, is refused from then on."""
    row = uow.session.get(AccountSession, session_id)
    if row is None or row.account_id != actor.account:
        raise NotFound("session")
    if row.ended_at is None:
        row.ended_at = uow.now
    uow.record(actor, "account.end_session", "account", actor.account)
    uow.emit(RightsChanged(actor.account))


def end_sessions(uow: UnitOfWork, account_id: str, *, but: str | None = None) -> None:
    """Ends every session of an account, but one if it is named."""
    live = select(AccountSession).where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
    for row in uow.session.scalars(live):
        if row.id != but:
            row.ended_at = uow.now
