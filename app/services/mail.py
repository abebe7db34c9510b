"""Mail: queued in the transaction that causes it, delivered after the commit to SMTP or into a folder, tried again when it fails."""

import logging
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import delete, or_, select

from app.config import Settings
from app.db.models import MailMessage
from app.kernel.events import MailQueued
from app.services.identity import Identity, read_identity
from app.services.unit_of_work import UnitOfWork, Writer

log = logging.getLogger("recits.mail")

SMTP_SECONDS = 20
MOST_ATTEMPTS = 8
_BATCH = 20

HEADERS = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To"})
"""Headers that a mail may have beside those of every mail."""

# No line of a header is folded: a long address would be cut and encoded, and a mail program could not follow it.
_POLICY = policy.EmailPolicy(max_line_length=998)


# Stands in a letter where the site's own name goes; put in when it is queued, since only then the database is at hand. A sign that nobody types.
SITE_TITLE = "\ue000"


@dataclass(frozen=True)
class Letter:
    """A mail before it is queued.

    Args:
        recipient: address.
        subject: one line.
        body: plain text, which says everything.
        html: the same as a page, for mail programs that show one.
        headers: further ones, of those in `HEADERS`.
        sender: name beside the site's address.
        seen_by: the permission without which nobody of the site reads whom it is for; such a mail leaves no copy once a server has taken it.
    """

    recipient: str
    subject: str
    body: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    seen_by: str = ""


def queue(uow: UnitOfWork, letter: Letter) -> None:
    """Keeps a mail with the change that causes it: both are there after the commit, or neither is."""
    if unknown := set(letter.headers) - HEADERS:
        raise ValueError(f"headers that a mail may not have: {', '.join(sorted(unknown))}")
    title = read_identity(uow.session).title
    message = MailMessage(
        recipient=letter.recipient,
        subject=letter.subject.replace(SITE_TITLE, title),
        body=letter.body.replace(SITE_TITLE, title),
        html=letter.html,
        headers=dict(letter.headers),
        sender=letter.sender or (title if title != Identity.title else ""),
        seen_by=letter.seen_by,
        created_at=uow.now,
    )
    uow.session.add(message)
    uow.session.flush()
    uow.emit(MailQueued(message.id))


def forget(uow: UnitOfWork, recipient: str, seen_by: str) -> None:
    """Drops the mails of one kind to one address, sent or waiting."""
    uow.session.execute(delete(MailMessage).where(MailMessage.recipient == recipient, MailMessage.seen_by == seen_by))


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
            row = uow.session.get(MailMessage, message_id)
            if row is None:  # forgotten meanwhile
                return
            if row.seen_by and not error and not self.uses_folder:
                uow.session.delete(row)
                return
            row.error = error
            row.sent_at = None if error else uow.now

    def _compose(self, row: MailMessage) -> EmailMessage:
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = formataddr((row.sender, self.settings.mail_from)) if row.sender else self.settings.mail_from
        mail["To"] = row.recipient
        mail["Subject"] = row.subject
        mail["Date"] = format_datetime(self.writer.clock())
        # The same at every attempt: a server that took the mail and could not say so may tell the second one.
        mail["Message-ID"] = f"<{row.id}@{urlsplit(self.settings.base_url).hostname or 'localhost'}>"
        mail["Auto-Submitted"] = "auto-generated"
        for name, value in row.headers.items():
            mail[name] = value
        mail.set_content(row.body, cte="quoted-printable")
        if row.html:
            mail.add_alternative(row.html, subtype="html", cte="quoted-printable")
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
