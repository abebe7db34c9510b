"""Mail: queued in the transaction that causes it, delivered after the commit to SMTP or into a folder, tried again when it fails."""

import logging
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import or_, select

from app.config import Settings
from app.db.models import MailMessage
from app.kernel.events import MailQueued
from app.services.unit_of_work import UnitOfWork, Writer

log = logging.getLogger("recits.mail")

SMTP_SECONDS = 20
MOST_ATTEMPTS = 8
_BATCH = 20


@dataclass(frozen=True)
class Letter:
    """A mail before it is queued."""

    recipient: str
    subject: str
    body: str


def queue(uow: UnitOfWork, letter: Letter) -> None:
    """Keeps a mail with the change that causes it: both are there after the commit, or neither is."""
    message = MailMessage(recipient=letter.recipient, subject=letter.subject, body=letter.body, created_at=uow.now)
    uow.session.add(message)
    uow.session.flush()
    uow.emit(MailQueued(message.id))


@dataclass(frozen=True)
class Postman:
    """Delivers what is queued; to SMTP where `RECITS_SMTP_URL` is set, else as `.eml` files in the site folder."""

    settings: Settings
    writer: Writer

    @property
    def uses_folder(self) -> bool:
        return not self.settings.smtp_url

    def deliver_due(self) -> int:
        """Delivers every mail whose time has come; returns how many left. A failure is kept with the mail and tried again later."""
        sent = 0
        for message in self._claim():
            sent += self._deliver(message)
        return sent

    def _claim(self) -> list[MailMessage]:
        """Takes the mails to deliver, putting their next attempt off so that no other process sends them too."""
        with self.writer.begin() as uow:
            due = or_(MailMessage.next_attempt_at.is_(None), MailMessage.next_attempt_at <= uow.now)
            waiting = select(MailMessage).where(MailMessage.sent_at.is_(None), MailMessage.attempts < MOST_ATTEMPTS, due)
            messages = list(uow.session.scalars(waiting.order_by(MailMessage.created_at).limit(_BATCH)))
            for message in messages:
                message.attempts += 1
                message.next_attempt_at = uow.now + _pause(message.attempts)
            return messages

    def _deliver(self, message: MailMessage) -> bool:
        try:
            self._send(self._compose(message), message.id)
        except (OSError, ValueError, smtplib.SMTPException) as error:  # ValueError: a header that no mail can have
            log.warning("mail %s could not be delivered: %s", message.id, type(error).__name__)
            self._note(message.id, error=f"{type(error).__name__}: {error}"[:300])
            return False
        self._note(message.id, error="")
        return True

    def _note(self, message_id: str, error: str) -> None:
        with self.writer.begin() as uow:
            row = uow.session.get_one(MailMessage, message_id)
            row.error = error
            row.sent_at = None if error else uow.now

    def _compose(self, row: MailMessage) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self.settings.mail_from
        mail["To"] = row.recipient
        mail["Subject"] = row.subject
        mail["Date"] = format_datetime(self.writer.clock())
        mail["Message-ID"] = make_msgid(idstring=row.id, domain=urlsplit(self.settings.base_url).hostname or "localhost")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(row.body)
        return mail

    def _send(self, mail: EmailMessage, message_id: str) -> None:
        if self.uses_folder:
            _write_file(self.settings.mail_folder, message_id, mail)
            return
        url = urlsplit(self.settings.smtp_url)
        kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
        with kind(url.hostname or "localhost", url.port or 0, timeout=SMTP_SECONDS) as server:
            if url.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(mail)


def _write_file(folder: Path, message_id: str, mail: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{message_id}"
    draft.write_bytes(mail.as_bytes())
    draft.replace(folder / f"{message_id}.eml")


def _pause(attempts: int) -> timedelta:
    """1, 4, 16, 64 minutes… at most a day."""
    return min(timedelta(minutes=4 ** (attempts - 1)), timedelta(days=1))
