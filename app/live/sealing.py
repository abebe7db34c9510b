"""Sessions of writing become revisions: what a room says, with the voices and all who took part, written once and only where it may be."""

import logging
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from app.db.models import Passage, PassageRevision, Story
from app.kernel.access import Actor
from app.kernel.workflow import EDITABLE_STATES, StoryState
from app.live.log import Loaded, UpdateLog
from app.services.access import load_actor
from app.services.approvals import is_signed
from app.services.live_documents import LiveText
from app.services.markup import MarkupRefused, prepare
from app.services.passages import kept_prompt, write_revision
from app.services.unit_of_work import UnitOfWork, Writer

log = logging.getLogger("recits.live")

MOST_TURNS = 5
# Longer than the pause after which a worker seals what is written through it.
QUIET_SECONDS = 120.0


class Rooms(Protocol):
    """Where the words come from."""

    log: UpdateLog

    def loaded(self, passage_id: str) -> Loaded: ...

    def text_of(self, passage_id: str, loaded: Loaded) -> LiveText: ...

    def meet(self, passage_id: str, base: str, new: str, account: str | None, revision_id: str) -> None: ...


class Sealing:
    """Makes revisions of what rooms say.

    Args:
        writer: of the site's database.
        rooms: of the log.
    """

    def __init__(self, writer: Writer, rooms: Rooms) -> None:
        self._writer = writer
        self._rooms = rooms

    def seal(self, passage_id: str) -> bool:
        """Makes what was written since the last time a revision; returns whether the room and the revision agree now.

        Nothing is written while the passage is signed, in the trash, or its story locked: the words stay in the room until it is open again.
        """
        for _ in range(MOST_TURNS):
            loaded = self._rooms.loaded(passage_id)
            if not loaded.exists:
                return True
            with Session(self._writer.engine) as session:
                passage = session.get(Passage, passage_id)
                if passage is None:
                    return False
                elsewhere = passage.revision_id != loaded.revision
                if loaded.upto <= loaded.sealed_upto and not elsewhere:
                    return True
                if not _is_open(session, passage):
                    return False
                base, new = (session.get(PassageRevision, found) if found else None for found in (loaded.revision, passage.revision_id))
                lang = session.get_one(Story, passage.story_id).lang
            if new is not None and elsewhere:
                self._rooms.meet(passage_id, base.body if base is not None else "", new.body, new.author_id, new.id)
            else:
                try:
                    if self._write(passage_id, loaded, lang):
                        return True
                except MarkupRefused as refusal:  # the page says so: the words stay in the room, and become a revision when there are fewer
                    log.warning("a passage was not sealed: %s", refusal.reason)
                    return False
        return False

    def _write(self, passage_id: str, loaded: Loaded, lang: str) -> bool:
        """Writes the revision, unless somebody else wrote one meanwhile."""
        text = self._rooms.text_of(passage_id, loaded)
        if not text.markdown and loaded.revision is None:
            self._rooms.log.mark_sealed(passage_id, loaded.upto, None)
            return True
        prepared = prepare(text.markdown, lang=lang)
        spans = text.spans if prepared.markdown == text.markdown else None
        with self._writer.begin() as uow:
            passage = uow.session.get_one(Passage, passage_id)
            if passage.revision_id != loaded.revision or not _is_open(uow.session, passage):
                return False
            current = uow.session.get(PassageRevision, passage.revision_id) if passage.revision_id else None
            revision = write_revision(
                uow,
                _who_wrote(uow, text.contributors),
                passage,
                prepared,
                kept_prompt(current),
                lang,
                spans=spans,
                contributors=text.contributors,
            )
        self._rooms.log.mark_sealed(passage_id, loaded.upto, revision.id)
        return True

    def seal_what_was_left(self) -> None:
        """Seals every room in which something was written and not sealed: its worker was killed, or the passage was signed then."""
        for passage_id in self._rooms.log.open_rooms(QUIET_SECONDS):
            try:
                self.seal(passage_id)
            except Exception:  # one passage must not keep the others from being sealed
                log.exception("a passage was not sealed")


def _is_open(session: Session, passage: Passage) -> bool:
    """Tells whether a passage's words may change now, whoever asks."""
    story = session.get_one(Story, passage.story_id)
    living = passage.deleted_at is None and story.deleted_at is None
    return living and StoryState(story.state) in EDITABLE_STATES and not is_signed(session, passage)


def _who_wrote(uow: UnitOfWork, contributors: Sequence[str]) -> Actor | None:
    """Returns the first of some accounts that is still there: who wrote most stands as the author."""
    found = (load_actor(uow.session, account, uow.today, uow.snapshot) for account in contributors)
    return next((actor for actor in found if actor is not None), None)
