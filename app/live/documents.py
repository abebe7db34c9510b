"""What is written live, for services, pages and commands in any thread of any process: read from the log, changed through the log."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pycrdt import Doc
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db.models import Passage, PassageRevision, Suggestion, Voice
from app.kernel.document.markdown_writer import write_markdown
from app.kernel.editor import accepted, voices
from app.kernel.editor.accepted import Proposal
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.to_tree import to_tree
from app.kernel.editor.voices import from_tree_with_voices
from app.kernel.spans import merged_spans
from app.live import ydoc, ysuggest
from app.live.log import SERVER, Loaded, UpdateLog
from app.live.room import EMPTY_UPDATE
from app.live.sealing import Sealing
from app.live.ymeet import meet_in
from app.services.live_documents import LiveText, NoLive
from app.services.markup import parse
from app.services.passages import spans_of
from app.services.stories import delegations_of
from app.services.suggestions import OPEN, keep_proposals, proposals_of
from app.services.unit_of_work import Writer

STORY, ACCOUNT, FORGET = "story:", "account:", "forget"


class LiveTexts:
    """What the log says of passages: read, never changed.

    Args:
        update_log: of the site.
    """

    def __init__(self, update_log: UpdateLog) -> None:
        self.log = update_log

    def text_of(self, passage_id: str, loaded: Loaded) -> LiveText:
        """Returns what a passage said when it was loaded."""
        document = ydoc.read(loaded.document())
        counts = accepted.accepted(document)
        tree = to_tree(counts)
        contributors = self.log.authors_since(passage_id, loaded.sealed_upto)
        return LiveText(
            write_markdown(tree), voices.spans_of(counts, tree), tuple(contributors), loaded.upto, bool(accepted.proposals(document))
        )

    def unsealed(self, session: Session, passage_ids: Sequence[str]) -> frozenset[str]:
        """Says what `LiveWords` asks: a text is read only where something was written since it was sealed; what is only proposed does not count."""
        return frozenset(
            passage for passage in self.log.ahead(passage_ids) if not self._is_held(session, session.get_one(Passage, passage))
        )

    def _is_held(self, session: Session, passage: Passage) -> bool:
        """Tells whether the passage's revision, or the one that its room was last sealed with, says what the room says."""
        loaded = self.log.load(passage.id)
        text = self.text_of(passage.id, loaded)
        held = (session.get(PassageRevision, found) for found in (passage.revision_id, loaded.revision) if found)
        said = [(revision.body, spans_of(revision) if passage.voice_id is None else ()) for revision in held] or [("", ())]
        return (text.markdown, merged_spans(text.spans) if passage.voice_id is None else ()) in said


class SiteDocuments(LiveTexts, NoLive):
    """The live documents of a site.

    Args:
        is_open: whether this process, or whoever serves it, answers sockets.
    """

    def __init__(self, update_log: UpdateLog, engine: Engine, writer: Writer) -> None:
        super().__init__(update_log)
        self.is_open = False
        self.keeps_words = True
        self._engine = engine
        self._writer = writer
        self._sealing = Sealing(writer, self)

    def check(self) -> None:
        self.log.check()

    def seed(self, passage_id: str) -> tuple[bytes, str | None]:
        """Returns the first update of a passage's room, made from its revision, and that revision."""
        with Session(self._engine) as session:
            passage = session.get_one(Passage, passage_id)
            revision = session.get(PassageRevision, passage.revision_id) if passage.revision_id else None
        if revision is None:
            return ydoc.new_doc(from_tree(parse(""))).get_update(), None
        tree = parse(revision.body)
        document = from_tree(tree) if passage.voice_id is not None else from_tree_with_voices(tree, spans_of(revision))
        return ydoc.new_doc(document).get_update(), revision.id

    def loaded(self, passage_id: str) -> Loaded:
        """Returns all that the log holds of a passage."""
        return self.log.load(passage_id)

    def text(self, passage_id: str) -> LiveText | None:
        loaded = self.log.load(passage_id)
        return self.text_of(passage_id, loaded) if loaded.exists else None

    def seal(self, passage_id: str) -> None:
        if self.log.load(passage_id).exists:
            self._sealing.seal(passage_id)
            self.record_suggestions(passage_id)

    def record_suggestions(self, passage_id: str) -> None:
        """Puts on record what is proposed now, so that it reaches who decides it; writes only if that is not on record yet."""
        proposals = proposals_of(self, passage_id)
        with Session(self._engine) as session:
            rows = session.scalars(select(Suggestion).where(Suggestion.passage_id == passage_id, Suggestion.state == OPEN))
            known = {(row.id, row.inserted, row.deleted) for row in rows}
        if {(one.id, one.inserted, one.deleted) for one in proposals} != known:
            with self._writer.begin() as uow:
                keep_proposals(uow, passage_id, proposals)

    def seal_what_was_left(self) -> None:
        """Seals the rooms that a process which ended left unsealed."""
        self._sealing.seal_what_was_left()

    def mark_sealed(self, passage_id: str, upto: int, revision_id: str) -> None:
        self.log.mark_sealed(passage_id, upto, revision_id)

    def anchors(self, passage_id: str) -> Mapping[str, str]:
        loaded = self.log.load(passage_id)
        return accepted.anchors(ydoc.read(loaded.document())) if loaded.exists else {}

    def suggestions(self, passage_id: str) -> Sequence[Proposal]:
        loaded = self.log.load(passage_id)
        return accepted.proposals(ydoc.read(loaded.document())) if loaded.exists else ()

    def meet(self, passage_id: str, base: str, new: str, account: str | None, revision_id: str) -> None:
        loaded = self.log.load(passage_id)
        if not loaded.exists:
            return
        update = meet_in(loaded.document(), parse(base), parse(new), self._voice_of(passage_id, account))
        if update is not None:
            self.log.write(passage_id, account, SERVER, update)
        self.log.mark_sealed(passage_id, 0, revision_id)

    def _voice_of(self, passage_id: str, account: str | None) -> str | None:
        """Returns in which voice an account writes in a shared passage; None in a voice's own, where all words are that voice's."""
        with Session(self._engine) as session:
            passage = session.get_one(Passage, passage_id)
            if passage.voice_id is not None or account is None:
                return None
            delegations = delegations_of(session, passage.story_id)
            own = select(Voice.id).where(Voice.delegation_id.in_(delegations))
            held = session.scalar(own.where(Voice.account_id == account).order_by(Voice.created_at.desc()).limit(1))
            return held or session.scalar(own.where(Voice.scribe_id == account).order_by(Voice.created_at.desc()).limit(1))

    def accept(self, passage_id: str, suggestion_id: str, account: str) -> bool:
        proposed = next((one.by for one in self.suggestions(passage_id) if one.id == suggestion_id), None)
        if not self._decide(passage_id, suggestion_id, account, ysuggest.accept):
            return False
        if proposed not in (None, account):  # whose words they are took part in the text from now on
            self.log.write(passage_id, proposed, SERVER, EMPTY_UPDATE)
        return True

    def refuse(self, passage_id: str, suggestion_id: str, account: str) -> bool:
        return self._decide(passage_id, suggestion_id, account, ysuggest.refuse)

    def _decide(self, passage_id: str, suggestion_id: str, account: str, decide: Callable[[Doc[Any], str], bytes | None]) -> bool:
        loaded = self.log.load(passage_id)
        update = decide(loaded.document(), suggestion_id) if loaded.exists else None
        if update is None:
            return False
        self.log.write(passage_id, account, SERVER, update)
        return True

    def announce(self, story_id: str, kind: str, **facts: object) -> None:
        self.log.signal(STORY + story_id, json.dumps({"kind": kind, **facts}).encode())

    def announce_rights(self, account_id: str) -> None:
        """Lets every worker ask again what an account may do; an empty id means everybody."""
        self.log.signal(ACCOUNT + account_id, b"")

    def forget(self, passage_id: str) -> None:
        self.log.forget(passage_id)
        self.log.signal(FORGET, passage_id.encode())
