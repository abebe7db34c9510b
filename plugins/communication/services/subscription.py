"""Asking for the letter, confirming, leaving: nobody receives it who did not confirm, and who leaves is erased."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select

from app.sdk import (
    Actor,
    Letter,
    NotFound,
    Session,
    UnitOfWork,
    checked_address,
    forget_mail,
    in_language,
    keyed,
    new_token,
    queue_mail,
    read_token,
    require,
    site_address,
    site_title,
)
from plugins.communication.models import Delivery, Refusal, Subscriber
from plugins.communication.rules.letter import CONFIRM_DAYS
from plugins.communication.services.catalogue import catalogue

PERMISSION = "communication.manage_letter"
TOKEN = "communication-letter"  # noqa: S105  # what tokens are for, not one
PATH = "/communication/lettre"


def leave_address(base_url: str, lang: str, key: str) -> str:
    """Returns where a subscription ends."""
    return base_url + in_language(f"{PATH}/fin/{key}", lang)


def ask(uow: UnitOfWork, email: str, lang: str, asked_from: str, words: str) -> None:
    """Somebody asks for the letter: a mail goes to the address, and the page says the same whoever it is.

    Args:
        uow: the unit of work.
        email: what was typed.
        lang: language of the page.
        asked_from: path of the page.
        words: what the page said that one agrees to, kept as the proof.

    Raises:
        Invalid: if no mail can be sent to the address.
    """
    address = checked_address(email)
    if uow.session.get(Refusal, _key(address)) is not None:
        return
    row = uow.session.scalar(select(Subscriber).where(Subscriber.email == address))
    if row is not None and row.confirmed_at is not None:
        _send(uow, row, *_known(uow.session, row))
        return
    token, hashed = new_token(TOKEN)
    if row is None:
        row = Subscriber(email=address, leave_key=secrets.token_urlsafe(24))
        uow.session.add(row)
    row.lang, row.asked_at, row.asked_from, row.words = lang, uow.now, asked_from, words
    row.confirm_hash, row.confirm_until = hashed, uow.now + timedelta(days=CONFIRM_DAYS)
    uow.session.flush()
    uow.record(None, "communication.ask_letter", "subscriber", row.id)
    _send(uow, row, *_question(uow.session, row, token))


def _key(address: str) -> str:
    return keyed(f"letter:{address}")


def _question(session: Session, row: Subscriber, token: str) -> tuple[str, list[str]]:
    _ = catalogue(row.lang).gettext
    return _("Confirmez : recevoir la lettre"), [
        _("Quelqu’un a demandé que cette adresse reçoive la lettre de %(site)s. Si c’est vous, ouvrez cette page et confirmez :")
        % {"site": site_title(session)},
        site_address() + in_language(f"{PATH}/confirmer/{token}", row.lang),
        _("Le lien sert une fois et expire dans %(days)s jours. Sans réponse de votre part, votre adresse est effacée.")
        % {"days": CONFIRM_DAYS},
        _("Si ce n’est pas vous, vous n’avez rien à faire. Pour que ce site ne vous écrive plus jamais :"),
        leave_address(site_address(), row.lang, row.leave_key),
    ]


def _known(session: Session, row: Subscriber) -> tuple[str, list[str]]:
    _ = catalogue(row.lang).gettext
    return _("Vous recevez déjà la lettre"), [
        _("Quelqu’un, vous peut-être, a demandé que cette adresse reçoive la lettre de %(site)s. Elle la reçoit déjà : rien ne change.")
        % {"site": site_title(session)},
        _("Pour ne plus la recevoir :"),
        leave_address(site_address(), row.lang, row.leave_key),
    ]


def _send(uow: UnitOfWork, row: Subscriber, subject: str, paragraphs: list[str]) -> None:
    queue_mail(uow, Letter(row.email, subject, "\n\n".join(paragraphs) + "\n", seen_by=PERMISSION))


def find_request(session: Session, token: str, now) -> Subscriber:
    """Returns the request that a link confirms.

    Raises:
        NotFound: if the link was used, is too old, or was not made by this site.
    """
    row = session.scalar(select(Subscriber).where(Subscriber.confirm_hash == read_token(TOKEN, token)))
    if row is None or row.confirm_until is None or row.confirm_until < now:
        raise NotFound("link")
    return row


def confirm(uow: UnitOfWork, token: str) -> None:
    """The holder of the address agrees; the link is worth nothing from here on."""
    row = find_request(uow.session, token, uow.now)
    row.confirmed_at, row.confirm_hash, row.confirm_until = uow.now, None, None
    uow.record(None, "communication.confirm_letter", "subscriber", row.id)


def find_by_leave_key(session: Session, key: str) -> Subscriber | None:
    """Returns whose subscription a link ends; None once it has ended."""
    return session.scalar(select(Subscriber).where(Subscriber.leave_key == key))


def leave(uow: UnitOfWork, key: str, *, for_ever: bool = False) -> None:
    """Ends a subscription and erases it; doing it twice is no fault.

    Args:
        uow: the unit of work.
        key: the key of the link.
        for_ever: also keep a keyed hash, so that the site never writes to this address again, not even to ask.
    """
    row = find_by_leave_key(uow.session, key)
    if row is None:
        return
    if for_ever and uow.session.get(Refusal, _key(row.email)) is None:
        uow.session.add(Refusal(key=_key(row.email), at=uow.now))
    _erase(uow, row)
    uow.record(None, "communication.leave_letter", "subscriber", row.id)


def remove(uow: UnitOfWork, actor: Actor, subscriber_id: str) -> None:
    """Erases a subscriber who asked for it otherwise than by the link."""
    require(actor, PERMISSION)
    row = uow.session.get(Subscriber, subscriber_id)
    if row is None:
        raise NotFound("subscriber")
    _erase(uow, row)
    uow.record(actor, "communication.remove_subscriber", "subscriber", subscriber_id)


def _erase(uow: UnitOfWork, row: Subscriber) -> None:
    uow.session.execute(delete(Delivery).where(Delivery.subscriber_id == row.id))
    forget_mail(uow, row.email, PERMISSION)
    uow.session.delete(row)
    uow.session.flush()


def sweep(uow: UnitOfWork) -> None:
    """Erases requests that nobody confirmed in time."""
    for row in uow.session.scalars(select(Subscriber).where(Subscriber.confirmed_at.is_(None), Subscriber.confirm_until < uow.now)):
        _erase(uow, row)


def list_subscribers(session: Session, actor: Actor) -> list[Subscriber]:
    """Returns everybody who asked, the latest first."""
    require(actor, PERMISSION)
    return list(session.scalars(select(Subscriber).order_by(Subscriber.asked_at.desc(), Subscriber.id)))


def count_confirmed(session: Session) -> int:
    """Returns how many people receive the letter."""
    return session.scalar(select(func.count()).select_from(Subscriber).where(Subscriber.confirmed_at.is_not(None))) or 0
