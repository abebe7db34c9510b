"""Who holds which seat, how a voice is shown, who writes for it. A successor in a seat is a new voice and inherits no words."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.engine import by_name
from app.db.models import Account, Delegation, Seat, Territory, Voice
from app.kernel.access import Actor
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import RightsChanged
from app.kernel.voice import Display, Mandate
from app.services.checks import SHORT_TEXT, checked, get_or_404, may_manage_programme
from app.services.scopes import delegation_scopes
from app.services.unit_of_work import UnitOfWork


def seat_voice(
    uow: UnitOfWork,
    actor: Actor | None,
    seat_id: str,
    name: str,
    function: str,
    mandate: Mandate,
    display: Display = Display.FUNCTION,
) -> Voice:
    """Gives a seat to a person as a new voice; a predecessor's mandate must have ended before it starts.

    Raises:
        Refused: if another mandate of the seat overlaps.
    """
    seat = uow.session.get(Seat, seat_id)
    may_manage_programme(actor, delegation_scopes(uow.session, seat.delegation_id) if seat is not None else ())
    if seat is None:
        raise NotFound("seat")
    _check_mandate(mandate)
    for other in uow.session.scalars(select(Voice).where(Voice.seat_id == seat.id)):
        if _overlap(mandate, Mandate(other.mandate_start, other.mandate_end)):
            raise Refused("seat_taken", name=other.name)
    return _add_voice(uow, actor, seat.delegation_id, seat, name, function, mandate, display)


def add_guest(
    uow: UnitOfWork,
    actor: Actor | None,
    delegation_id: str,
    name: str,
    function: str,
    mandate: Mandate,
    display: Display = Display.FUNCTION,
) -> Voice:
    """Adds a voice without a seat to a delegation."""
    may_manage_programme(actor, delegation_scopes(uow.session, delegation_id))
    _check_mandate(mandate)
    return _add_voice(uow, actor, delegation_id, None, name, function, mandate, display)


def _add_voice(
    uow: UnitOfWork,
    actor: Actor | None,
    delegation_id: str,
    seat: Seat | None,
    name: str,
    function: str,
    mandate: Mandate,
    display: Display,
) -> Voice:
    row = Voice(
        delegation_id=delegation_id,
        seat_id=seat.id if seat else None,
        category=seat.category if seat else None,
        name=checked("name", name, 120, required=True),
        function=checked("function", function, SHORT_TEXT),
        mandate_start=mandate.start,
        mandate_end=mandate.end,
        display=str(display),
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "voice.create", "voice", row.id, seat=row.seat_id)
    return row


def set_mandate(uow: UnitOfWork, actor: Actor, voice_id: str, mandate: Mandate) -> None:
    """Changes when a voice's mandate starts and ends; what it wrote stays its own."""
    voice = get_or_404(uow.session, Voice, voice_id, "voice")
    may_manage_programme(actor, delegation_scopes(uow.session, voice.delegation_id))
    _check_mandate(mandate)
    for other in uow.session.scalars(select(Voice).where(Voice.seat_id == voice.seat_id, Voice.id != voice.id, Voice.seat_id.is_not(None))):
        if _overlap(mandate, Mandate(other.mandate_start, other.mandate_end)):
            raise Refused("seat_taken", name=other.name)
    voice.mandate_start, voice.mandate_end = mandate.start, mandate.end
    uow.record(actor, "voice.set_mandate", "voice", voice.id)
    _rights_changed(uow, voice.account_id, voice.scribe_id)


def set_display(uow: UnitOfWork, actor: Actor, voice_id: str, display: Display, function: str) -> None:
    """Changes how a voice is shown, everywhere and at once; only its holder may."""
    voice = _own_voice(uow.session, actor, voice_id)
    voice.display = str(display)
    voice.function = checked("function", function, SHORT_TEXT)
    uow.record(actor, "voice.set_display", "voice", voice.id, display=str(display))


def name_scribe(uow: UnitOfWork, actor: Actor, voice_id: str, account_id: str | None) -> None:
    """Names who writes for a voice, or nobody; only its holder may. The scribe never signs for it.

    Raises:
        Invalid: if the account is unknown, closed, or the holder's own.
    """
    voice = _own_voice(uow.session, actor, voice_id)
    if account_id is not None:
        scribe = uow.session.get(Account, account_id)
        if scribe is None or scribe.disabled_at is not None or account_id == actor.account:
            raise Invalid("email", "unknown_choice")
    before, voice.scribe_id = voice.scribe_id, account_id
    uow.record(actor, "voice.name_scribe", "voice", voice.id, scribe=account_id)
    _rights_changed(uow, before, account_id)


def _rights_changed(uow: UnitOfWork, *accounts: str | None) -> None:
    for account in dict.fromkeys(accounts):
        if account is not None:
            uow.emit(RightsChanged(account))


def _own_voice(session: Session, actor: Actor, voice_id: str) -> Voice:
    voice = session.get(Voice, voice_id)
    if voice is None or voice.delegation_id not in actor.writing_delegations:
        raise NotFound("voice")
    if not actor.holds(voice_id):
        raise NotAllowed("not_your_voice")
    return voice


def _check_mandate(mandate: Mandate) -> None:
    if mandate.start and mandate.end and mandate.end < mandate.start:
        raise Invalid("end", "date_backwards")


def _overlap(one: Mandate, other: Mandate) -> bool:
    starts_before_end = one.start is None or other.end is None or one.start <= other.end
    ends_after_start = one.end is None or other.start is None or one.end >= other.start
    return starts_before_end and ends_after_start


def current_seat_voice(voices: list[Voice], day: date) -> Voice | None:
    """Returns the voice that holds its seat on a day, among the voices of one seat."""
    return next((voice for voice in voices if Mandate(voice.mandate_start, voice.mandate_end).holds(day)), None)


def seats_of(session: Session, delegation_id: str) -> list[Seat]:
    """Returns the seats of a delegation."""
    return list(session.scalars(select(Seat).where(Seat.delegation_id == delegation_id)))


def voices_with_territory(session: Session) -> list[tuple[str, Voice]]:
    """Returns (name of the territory, voice) of every seated voice, by territory and category."""
    query = (
        select(Territory.name, Voice)
        .join(Delegation, Delegation.id == Voice.delegation_id)
        .join(Territory, Territory.id == Delegation.territory_id)
        .where(Voice.seat_id.is_not(None))
        .order_by(by_name(Territory.name), Voice.category, Voice.id)
    )
    return [(name, voice) for name, voice in session.execute(query)]
