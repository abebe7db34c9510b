"""Attempts at what could be guessed: counted per address and network under keyed hashes, and refused past a limit."""

from datetime import timedelta

from sqlalchemy import delete, func, select

from app.db.models import SignInAttempt
from app.kernel.errors import Refused
from app.services.accounts.addresses import normal_address
from app.services.accounts.tokens import Signer
from app.services.unit_of_work import UnitOfWork

ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ADDRESS = 10
ATTEMPTS_PER_NETWORK = 60
LINKS_PER_ADDRESS = 4


def reserve_attempt(uow: UnitOfWork, keys: dict[str, int]) -> tuple[str, ...]:
    """Counts one attempt under each key before it is made, so that many at once cannot pass together; returns the ids of what was counted.

    Raises:
        Refused: if one of the keys has reached its limit within the window; nothing is counted then.
    """
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.at < uow.now - timedelta(days=1)))
    for key, limit in keys.items():
        counted = (
            select(func.count()).select_from(SignInAttempt).where(SignInAttempt.key == key, SignInAttempt.at > uow.now - ATTEMPT_WINDOW)
        )
        if (uow.session.scalar(counted) or 0) >= limit:
            raise Refused("too_many_attempts")
    rows = [SignInAttempt(key=key, at=uow.now) for key in keys]
    uow.session.add_all(rows)
    uow.session.flush()
    return tuple(row.id for row in rows)


def forget_attempts(uow: UnitOfWork, ids: tuple[str, ...]) -> None:
    """Takes back what was counted, after the right password."""
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(ids)))


def sign_in_keys(signer: Signer, email: str, network: str) -> dict[str, int]:
    """Returns the keys under which a sign-in is counted, each with its limit."""
    return {
        signer.keyed("address:" + normal_address(email)): ATTEMPTS_PER_ADDRESS,
        signer.keyed("network:" + network): ATTEMPTS_PER_NETWORK,
    }


def link_keys(signer: Signer, email: str, network: str) -> dict[str, int]:
    """Returns the keys under which a request for a link is counted, each with its limit."""
    return {
        signer.keyed("link:" + normal_address(email)): LINKS_PER_ADDRESS,
        signer.keyed("network:" + network): ATTEMPTS_PER_NETWORK,
    }
