"""Reads who is asking: account, roles, permissions and the voices whose mandate lasts today."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db.models import Account, AccountRole, AccountSession, Voice
from app.hooks.contracts import Permission
from app.hooks.snapshot import Snapshot
from app.kernel.access import CORE_PERMISSIONS, Actor, Role, VoiceGrant
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
    roles = frozenset(Role(name) for name in session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))
    held = frozenset(session.scalars(select(Voice.delegation_id).where(Voice.account_id == account_id)))
    return Actor(account.id, account.name, roles, _grants(session, account_id, day), _permissions(roles, snapshot), session_id, held)


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
    """Raises NotAllowed unless a role of the actor carries the permission."""
    if not actor.may(permission):
        raise NotAllowed("needs_permission", permission=permission)


def _permissions(roles: frozenset[Role], snapshot: Snapshot) -> frozenset[str]:
    core = {name for name, carriers in CORE_PERMISSIONS.items() if carriers & roles}
    brought = {owned.item.name for owned in snapshot.of(Permission) if owned.item.roles & {str(role) for role in roles}}
    return frozenset(core | brought)


def _grants(session: Session, account_id: str, day: date) -> tuple[VoiceGrant, ...]:
    mine = select(Voice).where(or_(Voice.account_id == account_id, Voice.scribe_id == account_id)).order_by(Voice.id)
    return tuple(
        VoiceGrant(
            voice.id, voice.delegation_id, ActorCategory(voice.category) if voice.category else None, scribe=voice.account_id != account_id
        )
        for voice in session.scalars(mine)
        if Mandate(voice.mandate_start, voice.mandate_end).holds(day)
    )
