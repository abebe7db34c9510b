"""Invitations by mail, to a role of the whole site or to a voice."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Account, Invitation, Voice
from app.kernel.access import ACCOUNT_MANAGE, PROGRAMME_MANAGE, Actor, Scope
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.events import RightsChanged
from app.services.access import require, require_on, require_somewhere
from app.services.accounts.account import NAME_MAXIMUM, give_role
from app.services.accounts.addresses import checked_address
from app.services.accounts.tokens import Signer
from app.services.checks import checked
from app.services.roles import living_role, may_give
from app.services.scopes import delegation_scopes
from app.services.unit_of_work import UnitOfWork

INVITATION_DAYS = 14


def invite(
    uow: UnitOfWork, actor: Actor | None, signer: Signer, email: str, name: str, role: str | None = None, voice: str | None = None
) -> tuple[Invitation, str]:
    """Invites a person to a role of the whole site or to a voice; returns the row and the token of the link.

    Args:
        actor: who invites; None only on the command line, where whoever runs it owns the site.
    """
    if (role is None) == (voice is None):
        raise ValueError("an invitation is to a role or to a voice")
    if actor is not None and role:
        require(actor, ACCOUNT_MANAGE)
        may_give(uow.session, actor, [living_role(uow.session, role).key])
    elif actor is not None:
        require_on(actor, PROGRAMME_MANAGE, _scopes_of_voice(uow.session, voice))
    address = checked_address(email)
    # A voice is given to one person: inviting again, at another address too, makes the earlier link useless.
    same = Invitation.voice_id == voice if voice else (Invitation.role == role) & (Invitation.email == address)
    earlier = select(Invitation).where(same, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    for old in uow.session.scalars(earlier):
        old.revoked_at = uow.now
    token, row_hash = signer.new("invitation")
    row = Invitation(
        token_hash=row_hash,
        email=address,
        name=checked("name", name, NAME_MAXIMUM, required=True),
        role=str(role) if role else None,
        voice_id=voice,
        invited_by=actor.account if actor else None,
        created_at=uow.now,
        expires_at=uow.now + timedelta(days=INVITATION_DAYS),
    )
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "account.invite", "invitation", row.id, role=row.role, voice=voice)
    return row, token


def open_invitation(session: Session, signer: Signer, token: str, now: datetime) -> Invitation:
    """Returns the invitation behind a link.

    Raises:
        NotFound: if there is none.
        Refused: if it was used, revoked, or has expired.
    """
    row = session.scalar(select(Invitation).where(Invitation.token_hash == signer.read("invitation", token)))
    if row is None:
        raise NotFound("link")
    if row.accepted_at is not None:
        raise Refused("link_used")
    if row.revoked_at is not None:
        raise Refused("link_replaced")
    if row.expires_at <= now:
        raise Refused("link_expired")
    return row


def accept_invitation(uow: UnitOfWork, signer: Signer, token: str, name: str, password_hash: str | None) -> str:
    """Uses an invitation: makes the account, or gives the existing one the role or voice. Returns the account's id.

    An address that already has an account keeps its password: whoever holds the link owns the mailbox, which is what a reset asks for too.
    """
    invitation = open_invitation(uow.session, signer, token, uow.now)
    account = uow.session.scalar(select(Account).where(Account.email == invitation.email))
    if account is None:
        name = checked("name", name, NAME_MAXIMUM, required=True)
        if password_hash is None:
            raise Invalid("password", "required")
        account = Account(email=invitation.email, name=name, password_hash=password_hash, created_at=uow.now)
        uow.session.add(account)
        uow.session.flush()
    if account.disabled_at is not None:
        raise Refused("account_disabled")
    invitation.accepted_at = uow.now
    if invitation.role:
        give_role(uow, account.id, invitation.role)
    if invitation.voice_id:
        voice = uow.session.get_one(Voice, invitation.voice_id)
        if voice.account_id not in (None, account.id):
            raise Refused("voice_taken")
        voice.account_id = account.id
    uow.record(None, "account.accept_invitation", "account", account.id, invitation=invitation.id)
    uow.emit(RightsChanged(account.id))
    return account.id


def revoke_invitation(uow: UnitOfWork, actor: Actor, invitation_id: str) -> None:
    """Makes the link of an invitation useless."""
    row = uow.session.get(Invitation, invitation_id)
    if row is None or row.accepted_at is not None:
        require_somewhere(actor, PROGRAMME_MANAGE)
        raise NotFound("invitation")
    if row.role:
        require(actor, ACCOUNT_MANAGE)
    else:
        require_on(actor, PROGRAMME_MANAGE, _scopes_of_voice(uow.session, row.voice_id))
    row.revoked_at = uow.now
    uow.record(actor, "account.revoke_invitation", "invitation", row.id)


def _scopes_of_voice(session: Session, voice_id: str | None) -> frozenset[Scope]:
    voice = session.get(Voice, voice_id) if voice_id else None
    return delegation_scopes(session, voice.delegation_id) if voice is not None else frozenset()
