"""What the tests of accounts share."""

import re
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from app.db.models import MailMessage, Voice
from app.kernel.voice import Mandate
from app.services import accounts, letters, mail, voices
from tests.factories import actor

NEW = "une tout autre phrase"


class HandClock:
    """A clock that only ticks (a microsecond at each look, so that what happened first is earlier) until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def invite(site, world, email, *, role=None, voice=None, by="admin", name="Jeanne"):
    """Invites somebody; returns (id, path of the link)."""
    who = actor(site, world, by)
    with site.writer.begin() as uow:
        row, token = accounts.invite(uow, who, site.signer, email, name, role=role, voice=voice)
        mail.queue(uow, letters.invitation(row.email, "fr", site.settings.base_url, name, "relecture", token, accounts.INVITATION_DAYS))
    return row.id, f"/invitation/{token}"


def free_voice(site, world):
    """A voice of Valcendre without an account, in a seat whose holder left."""
    organiser = actor(site, world, "organisation")
    with site.writer.begin() as uow:
        uow.session.get_one(Voice, world.voices["autre_maud"]).mandate_end = date(2022, 1, 31)
        return voices.seat_voice(uow, organiser, world.seats["autre_maud"], "Jeanne", "gérante", Mandate(date(2022, 2, 1), None)).id


def last_link(session, to):
    """The address in the last mail to somebody."""
    session.rollback()
    body = session.scalars(
        select(MailMessage.body).where(MailMessage.recipient == to).order_by(MailMessage.created_at.desc(), MailMessage.id)
    ).first()
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", body or "")
    assert found is not None
    return found[1]
