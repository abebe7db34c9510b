"""Tells people by mail that they are mentioned or that suggestions wait for them: one digest a day at most, or at once for who chose so, or never."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.desk import account_names, members_among
from app.db.margin import Waiting, waiting_for
from app.db.models import Account, Digest, JobRun, Voice
from app.kernel.access import Actor
from app.kernel.errors import Invalid
from app.kernel.voice import Mandate
from app.services import letters
from app.services.mail import queue
from app.services.unit_of_work import UnitOfWork, Writer

DAILY, AT_ONCE, NEVER = "daily", "at_once", "never"
CHOICES = (DAILY, AT_ONCE, NEVER)
TOLD = ("mention", "suggestion")
# Digests leave in the morning of the site's time zone; whoever asked to be told at once waits at most one round.
MORNING = 7
EVERY = timedelta(minutes=5)
JOB = "core:digests"


def digest_choice(session: Session, account: str) -> str:
    """Returns how somebody wants to be told."""
    row = session.get(Digest, account)
    return row.choice if row is not None else DAILY


def choose_digest(uow: UnitOfWork, actor: Actor, choice: str) -> None:
    """Says how one wants to be told from now on; what came before is not told again."""
    if choice not in CHOICES:
        raise Invalid("digest", "unknown_choice")
    row = _row(uow, actor.account)
    if row.choice != choice:
        row.choice, row.sent_at = choice, uow.now
    uow.record(actor, "account.choose_digest", "account", actor.account, choice=choice)


def _row(uow: UnitOfWork, account: str) -> Digest:
    row = uow.session.get(Digest, account)
    if row is None:
        row = Digest(account_id=account, choice=DAILY)
        uow.session.add(row)
    return row


def send_due_digests(writer: Writer, base_url: str) -> int:
    """Queues the digests whose time has come; returns how many. One worker of all does it in each round."""
    if not _take(writer):
        return 0
    sent = 0
    for account_id in _people(writer):
        with writer.begin() as uow:
            sent += _tell(uow, account_id, base_url)
    return sent


def _take(writer: Writer) -> bool:
    with writer.begin() as uow:
        row = uow.session.get(JobRun, JOB)
        if row is not None and row.started_at + EVERY > uow.now:
            return False
        if row is None:
            row = JobRun(name=JOB)
            uow.session.add(row)
        row.started_at = row.ended_at = uow.now
        row.error = ""
        return True


def _people(writer: Writer) -> list[str]:
    """Returns who may have something to be told: people with a mail address and a voice, held or served."""
    with Session(writer.engine) as session:
        voices = select(Voice.account_id, Voice.scribe_id)
        ids = {account for row in session.execute(voices) for account in row if account}
        known = select(Account.id).where(Account.id.in_(ids), Account.email.is_not(None), Account.disabled_at.is_(None))
        return sorted(session.scalars(known))


def _tell(uow: UnitOfWork, account_id: str, base_url: str) -> bool:
    row = uow.session.get(Digest, account_id)
    choice = row.choice if row is not None else DAILY
    if not _is_due(uow, choice, row.sent_at if row is not None else None):
        return False
    account = uow.session.get_one(Account, account_id)
    waiting = [entry for entry in _waiting(uow, account_id) if entry.kind in TOLD]
    since = row.sent_at if row is not None else None
    if not account.email or not any(since is None or entry.latest > since for entry in waiting):
        return False
    names = _names(uow.session, waiting)
    lines = [
        letters.DigestLine(entry.kind, entry.number, names.get(entry.by or "", ""), entry.story.title, entry.passage.id)
        for entry in waiting
    ]
    queue(uow, letters.digest(account.email, account.lang, base_url, lines))
    _row(uow, account_id).sent_at = uow.now
    return True


def _is_due(uow: UnitOfWork, choice: str, sent_at: datetime | None) -> bool:
    if choice == DAILY:
        local = uow.clock.local(uow.now)
        return local.hour >= MORNING and (sent_at is None or uow.clock.day_of(sent_at) < uow.today)
    return choice == AT_ONCE


def _waiting(uow: UnitOfWork, account_id: str) -> list[Waiting]:
    """Returns what waits for somebody under the mandates that last today."""
    mine = select(Voice).where((Voice.account_id == account_id) | (Voice.scribe_id == account_id))
    voices = [voice for voice in uow.session.scalars(mine) if Mandate(voice.mandate_start, voice.mandate_end).holds(uow.today)]
    return waiting_for(uow.session, account_id, [voice.id for voice in voices], sorted({voice.delegation_id for voice in voices}))


def _names(session: Session, waiting: Sequence[Waiting]) -> dict[str, str]:
    """Returns the names of people of the delegations; an editor writes as the review."""
    names = account_names(session, [entry.by for entry in waiting])
    members = members_among(session, names)
    return {account: name for account, name in names.items() if account in members}
