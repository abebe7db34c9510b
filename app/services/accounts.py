"""Accounts: invitations, passwords, sign-in links, sessions, attempts. Answers about unknown addresses never differ from the others."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db.models import Account, AccountRole, AccountSession, Invitation, SignInAttempt, SignInLink, Voice
from app.kernel.access import ACCOUNT_MANAGE, PROGRAMME_MANAGE, Actor, Scope
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.events import RightsChanged
from app.services.access import require, require_on, require_somewhere
from app.services.checks import checked
from app.services.roles import keep_a_keeper, keepers, living_role, may_give
from app.services.scopes import delegation_scopes
from app.services.unit_of_work import UnitOfWork

INVITATION_DAYS = 14
LINK_MINUTES = 30
PASSWORD_MINIMUM = 10
PASSWORD_MAXIMUM = 256

ADDRESS_MAXIMUM = 254
NAME_MAXIMUM = 120
# One @, something on both sides, a dot in the domain, no white space: what mail can be sent to is learnt by sending.
_ADDRESS = re.compile(r"[^@\s<>,;:\"]{1,64}@[^@\s.<>,;:\"]+(\.[^@\s.<>,;:\"]+)+")

ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ADDRESS = 10
ATTEMPTS_PER_NETWORK = 60
LINKS_PER_ADDRESS = 4
LOOKUPS_PER_ACCOUNT = 10

_hasher = PasswordHasher()
# Verified when the address is unknown or has no password, so that the answer takes the same time.
_DECOY = _hasher.hash(secrets.token_hex(16))


def normal_address(email: str) -> str:
    """Returns the form under which an address is kept and compared."""
    return email.strip().lower()


def checked_address(email: str) -> str:
    """Returns the normal form of an address that mail can be sent to.

    Raises:
        Invalid: for the field `email`.
    """
    address = normal_address(email)
    if len(address) > ADDRESS_MAXIMUM or not _ADDRESS.fullmatch(address):
        raise Invalid("email", "email")
    return address


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


def _matches(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _DECOY, password[:PASSWORD_MAXIMUM])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and len(password) <= PASSWORD_MAXIMUM


@dataclass(frozen=True)
class Signer:
    """Makes and reads single-use tokens: signed by the site, and known to the database by the hash of their random part."""

    secret: str

    def new(self, purpose: str) -> tuple[str, str]:
        """Returns (token for the link, hash for the row)."""
        nonce = secrets.token_urlsafe(24)
        return str(self._serializer(purpose).dumps(nonce)), token_hash(nonce)

    def read(self, purpose: str, token: str) -> str:
        """Returns the hash under which the row is kept.

        Raises:
            NotFound: if the token was not made by this site for this purpose.
        """
        try:
            return token_hash(str(self._serializer(purpose).loads(token)))
        except BadSignature as error:
            raise NotFound("link") from error

    def keyed(self, text: str) -> str:
        """Returns a keyed hash of an address or network: attempts are counted without keeping who tried."""
        return hmac.new(self.secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"recits-{purpose}")


def token_hash(token: str) -> str:
    """Returns the SHA-256 under which a random token is kept."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# — invitations —


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


def _scopes_of_voice(session: Session, voice_id: str | None) -> frozenset[Scope]:
    voice = session.get(Voice, voice_id) if voice_id else None
    return delegation_scopes(session, voice.delegation_id) if voice is not None else frozenset()


def give_role(uow: UnitOfWork, account_id: str, role: str) -> None:
    """Adds a role of the whole site to an account, if it has not got it."""
    if uow.session.get(AccountRole, (account_id, str(role))) is None:
        uow.session.add(AccountRole(account_id=account_id, role=str(role)))
        uow.session.flush()


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


# — roles and state, by an administrator —


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
        _end_all_sessions(uow, account_id)
    uow.record(actor, "account.disable" if disabled else "account.enable", "account", account_id)
    uow.emit(RightsChanged(account_id))


# — attempts —


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


# — signing in and out —


def check_password(session: Session, email: str, password: str) -> str | None:
    """Returns the id of the account whose password this is, or None; takes as long for an unknown address."""
    account = session.scalar(select(Account).where(Account.email == normal_address(email)))
    usable = account is not None and account.disabled_at is None
    matches = _matches(account.password_hash if account is not None and usable else None, password)
    return account.id if account is not None and matches else None


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


def _end_all_sessions(uow: UnitOfWork, account_id: str) -> None:
    for row in uow.session.scalars(
        select(AccountSession).where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
    ):
        row.ended_at = uow.now


# — links by mail —


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
    _end_all_sessions(uow, account_id)
    for link in uow.session.scalars(select(SignInLink).where(SignInLink.account_id == account_id, SignInLink.used_at.is_(None))):
        link.used_at = uow.now  # whoever resets takes the account back: links asked for before are worth nothing
    uow.record(None, "account.reset_password", "account", account_id)
    uow.emit(RightsChanged(account_id))
    return account_id


def change_password(uow: UnitOfWork, actor: Actor, current_is_right: bool, password_hash: str) -> None:
    """Changes one's own password and ends one's other sessions."""
    if not current_is_right:
        raise Invalid("current", "password_wrong")
    uow.session.get_one(Account, actor.account).password_hash = password_hash
    others = select(AccountSession).where(AccountSession.account_id == actor.account, AccountSession.ended_at.is_(None))
    for row in uow.session.scalars(others):
        if row.id != actor.session:
            row.ended_at = uow.now
    uow.record(actor, "account.change_password", "account", actor.account)
    uow.emit(RightsChanged(actor.account))


def set_profile(uow: UnitOfWork, actor: Actor, name: str, lang: str) -> None:
    """Changes one's own name and language of mails."""
    if lang not in ("fr", "en"):
        raise Invalid("lang", "unknown_choice")
    account = uow.session.get_one(Account, actor.account)
    account.name, account.lang = checked("name", name, NAME_MAXIMUM, required=True), lang
    uow.record(actor, "account.set_profile", "account", actor.account)
