"""Re-computes every hash and the audit chain; writes nothing, repairs nothing."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import AuditEntry, Moment, MomentRevision, Page, PageVersion, Passage, PassageRevision, StoryVersion
from app.kernel.canonical import digest
from app.kernel.content import MediaUse, PageContent, PassageContent, Span
from app.services.moments import MomentForm, moment_content, moment_date
from app.services.unit_of_work import CHAIN_START, audit_record


@dataclass(frozen=True)
class VerifyReport:
    """How many records were re-computed, and those whose hash differs."""

    checked: int
    faults: tuple[str, ...]

    @property
    def summary(self) -> str:
        if not self.faults:
            return f"{self.checked} empreintes recalculées, aucune différence. / {self.checked} hashes re-computed, none differs."
        return "\n".join([f"{len(self.faults)} différences sur {self.checked} empreintes. / differences:", *self.faults])


def verify_site(session: Session) -> VerifyReport:
    """Re-computes passage revisions, moment revisions, page versions, story versions and the audit chain."""
    checked = 0
    faults: list[str] = []
    for check in (_passages, _moments, _pages, _versions, _audit):
        number, found = check(session)
        checked += number
        faults += found
    return VerifyReport(checked, tuple(faults))


def _passages(session: Session) -> tuple[int, list[str]]:
    number, faults = 0, []
    query = select(PassageRevision, Passage.salt, Passage.block).join(Passage, Passage.id == PassageRevision.passage_id)
    for revision, salt, block in session.execute(query.execution_options(yield_per=500)):
        number += 1
        content = PassageContent(
            salt=salt,
            block=block,
            lang=revision.lang,
            body=revision.body,
            data=revision.data,
            snapshot=revision.snapshot,
            spans=[Span(*span) for span in revision.spans],
            media=[MediaUse(**use) for use in revision.media],
        )
        if content.hash != revision.hash:
            faults.append(f"passage revision {revision.id}")
    return number, faults


def _moments(session: Session) -> tuple[int, list[str]]:
    number, faults = 0, []
    for revision, salt in session.execute(select(MomentRevision, Moment.salt).join(Moment, Moment.id == MomentRevision.moment_id)):
        number += 1
        form = MomentForm(revision.title, moment_date(revision), revision.place, revision.phase_id, revision.description)
        if moment_content(salt, form).hash != revision.hash:
            faults.append(f"moment revision {revision.id}")
    return number, faults


def _pages(session: Session) -> tuple[int, list[str]]:
    number, faults = 0, []
    query = select(PageVersion, Page.salt, Page.type).join(Page, Page.id == PageVersion.page_id)
    for version, salt, kind in session.execute(query.execution_options(yield_per=500)):
        number += 1
        media = [MediaUse(**use) for use in version.media]
        words = (version.title, version.standfirst, version.body, version.data, version.alternative)
        if PageContent(salt, kind, version.lang, *words, media).hash != version.hash:
            faults.append(f"page version {version.id}")
    return number, faults


def _versions(session: Session) -> tuple[int, list[str]]:
    number, faults = 0, []
    for version in session.scalars(select(StoryVersion)):
        number += 1
        if digest(version.manifest) != version.hash:
            faults.append(f"story version {version.id}")
    return number, faults


def _audit(session: Session) -> tuple[int, list[str]]:
    """Checks each entry's hash, that it names the one before, and that none is missing."""
    number, faults, last = 0, [], CHAIN_START
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500)):
        number += 1
        if entry.seq != number or entry.prev != last or digest(audit_record(entry)) != entry.hash:
            faults.append(f"audit entry {entry.seq}")
        last = entry.hash
    return number, faults
