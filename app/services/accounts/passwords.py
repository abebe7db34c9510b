"""Passwords: hashed, and verified in the same time for an unknown address."""

import secrets
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Account
from app.kernel.access import Actor
from app.kernel.errors import Invalid
from app.kernel.events import RightsChanged
from app.services.accounts.addresses import normal_address
from app.services.accounts.sessions import end_sessions
from app.services.unit_of_work import UnitOfWork

PASSWORD_MINIMUM = 10
PASSWORD_MAXIMUM = 256

_hasher = PasswordHasher()


def _decoy() -> str:
    """Returns a hash in the form of real ones that is no password's; nothing is computed, which each start of the site would wait for."""
    salt, digest = (b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (_hasher.salt_len, _hasher.hash_len))
    return f"$argon2id$v={ARGON2_VERSION}$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${salt}${digest}"


# Verified when the address is unknown or has no password, so that the answer takes the same time.
_DECOY = _decoy()


def hash_password(password: str) -> str:
    """Returns the argon2 hash of a new password; to be called before the unit of work, since it costs tens of milliseconds.

    Raises:
        Invalid: if the password is too short or too long.
    """
    if len(password) < PASSWORD_MINIMUM:
        raise Invalid("password", "password_short", minimum=PASSWORD_MINIMUM)
    if len(password) > PASSWORD_MAXIMUM:
        raise Invalid("password", "password_long", maximum=PASSWORD_MAXIMUM)
    return _hasher.hash(password)


def check_password(session: Session, email: str, password: str) -> str | None:
    """Returns the id of the account whose password this is, or None; takes as long for an unknown address."""
    account = session.scalar(select(Account).where(Account.email == normal_address(email)))
    usable = account is not None and account.disabled_at is None
    matches = _matches(account.password_hash if account is not None and usable else None, password)
    return account.id if account is not None and matches else None


def change_password(uow: UnitOfWork, actor: Actor, current_is_right: bool, password_hash: str) -> None:
    """Changes one's own password and ends one's other sessions."""
    if not current_is_right:
        raise Invalid("current", "password_wrong")
    uow.session.get_one(Account, actor.account).password_hash = password_hash
    end_sessions(uow, actor.account, but=actor.session)
    uow.record(actor, "account.change_password", "account", actor.account)
    uow.emit(RightsChanged(actor.account))


def _matches(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _DECOY, password[:PASSWORD_MAXIMUM])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and len(password) <= PASSWORD_MAXIMUM
