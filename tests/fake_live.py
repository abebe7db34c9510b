"""Writing together without a server: rooms in memory, for tests of what services and pages make of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from app.db.models import Passage, PassageRevision, Story
from app.kernel.content import Span
from app.kernel.editor.accepted import Proposal
from app.services.approvals import is_signed
from app.services.live_documents import LiveText, NoLive
from app.services.markup import prepare_here
from app.services.passages import write_revision
from app.services.site import Site


@dataclass
class FakeLive(NoLive):
    """Rooms as a test fills them; remembers what it was asked. `meanwhile` is done after each sealing: what somebody types before the step that follows."""

    is_open = True
    keeps_words = True
    texts: dict[str, LiveText] = field(default_factory=dict)
    proposed: dict[str, list[Proposal]] = field(default_factory=dict)
    marked: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    site: Site | None = None
    meanwhile: Callable[[str], None] | None = None

    def text(self, passage_id):
        return self.texts.get(passage_id)

    def write(self, passage_id, markdown, spans=(), contributors=()):
        """Somebody types in a room."""
        self.texts[passage_id] = LiveText(markdown, tuple(Span(*span) for span in spans), tuple(contributors), 1, False)

    def seal(self, passage_id):
        self.asked.append(("seal", passage_id))
        room = self.texts.get(passage_id)
        if room is None or self.site is None:
            return
        with self.site.writer.begin() as uow:
            passage = uow.session.get_one(Passage, passage_id)
            if is_signed(uow.session, passage):
                return
            lang = uow.session.get_one(Story, passage.story_id).lang
            prepared = prepare_here(room.markdown, lang=lang)
            write_revision(uow, None, passage, prepared, None, lang, spans=room.spans, contributors=room.contributors)
        if self.meanwhile is not None:
            self.meanwhile(passage_id)

    def unsealed(self, session, passage_ids):
        return frozenset(passage for passage in passage_ids if passage in self.texts and not self._is_held(session, passage))

    def _is_held(self, session, passage_id):
        revision = session.get(PassageRevision, session.get_one(Passage, passage_id).revision_id or "")
        return self.texts[passage_id].markdown == (revision.body if revision else "")

    def meet(self, passage_id, base, new, account, revision_id):
        self.asked.append(("meet", passage_id, base, new))

    def _take(self, passage_id, suggestion_id):
        left = [entry for entry in self.proposed.get(passage_id, []) if entry.id != suggestion_id]
        there = len(left) < len(self.proposed.get(passage_id, []))
        self.proposed[passage_id] = left
        return there

    def accept(self, passage_id, suggestion_id, account):
        self.asked.append(("accept", passage_id, suggestion_id))
        return self._take(passage_id, suggestion_id)

    def refuse(self, passage_id, suggestion_id, account):
        self.asked.append(("refuse", passage_id, suggestion_id))
        return self._take(passage_id, suggestion_id)

    def anchors(self, passage_id):
        return self.marked.get(passage_id, {})

    def suggestions(self, passage_id):
        return tuple(self.proposed.get(passage_id, []))

    def announce(self, story_id, kind, **facts):
        self.asked.append(("announce", story_id, kind))


def written_live(app) -> FakeLive:
    """Puts rooms into an application's site; returns them."""
    live = FakeLive()
    known = app.extensions["recits"]
    site = replace(known, live=live, writer=replace(known.writer, live=live))
    live.site = app.extensions["recits"] = site
    return live
