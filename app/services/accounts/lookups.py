"""Finds an account by its address for somebody who may ask; counted, since the answer tells who has one."""

from sqlalchemy import select

from app.db.models import Account
from app.kernel.access import Actor
from app.kernel.errors import Invalid, NotFound, Refused
from app.services.accounts.addresses import normal_address
from app.services.accounts.attempts import reserve_attempt
from app.services.accounts.tokens import Signer
from app.services.unit_of_work import UnitOfWork

LOOKUPS_PER_ACCOUNT = 10


def find_by_address(uow: UnitOfWork, signer: Signer, actor: Actor, email: str) -> str | None:
    """Returns the id of the open account with an address, or None, to somebody with a voice; counted, since the answer tells who has an account.

    Raises:
        NotFound: unless the actor holds a voice.
        Invalid: if the actor has asked for too many addresses within the window.
    """
    if not any(actor.holds(grant.voice) for grant in actor.voices):
        raise NotFound("voice")
    return look_up(uow, signer, actor, email)


def look_up(uow: UnitOfWork, signer: Signer, actor: Actor, email: str) -> str | None:
    """Returns the id of the open account with an address, or None; the caller has checked who may ask.

    Raises:
        Invalid: if the actor has asked for too many addresses within the window.
    """
    try:
        reserve_attempt(uow, {signer.keyed("lookup:" + str(actor.account)): LOOKUPS_PER_ACCOUNT})
    except Refused as refusal:
        raise Invalid("email", "too_many_lookups") from refusal
    return uow.session.scalar(select(Account.id).where(Account.email == normal_address(email), Account.disabled_at.is_(None)))
