"""Suggestions: words that one person proposes in another's passage; only who may write there accepts or refuses them, and a publication never holds them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Account, Passage, Story, Suggestion
from app.kernel.access import Actor
from app.kernel.decision import Decision, no, yes
from app.kernel.document.characters import clean
from app.kernel.editor.accepted import Proposal
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.kernel.events import MarginChanged
from app.kernel.workflow import Capacity
from app.services.approvals import is_signed
from app.services.desk import Desk
from app.services.discussion import margin_decision, margin_passage
from app.services.live_documents import LiveDocuments
from app.services.passages import change_decision, passage_writing
from app.services.stories import capacities_in, writing_decision
from app.services.unit_of_work import UnitOfWork

OPEN, ACCEPTED, REFUSED, WITHDRAWN = "open", "accepted", "refused", "withdrawn"
_WORDS = 20_000
_ID = re.compile(r"[A-Za-z0-9_-]{2,40}")


def deciding(session: Session, actor: Actor, passage: Passage | None, *, accepting: bool) -> Decision:
    """Decides whether proposed words in a passage are somebody's to accept or to refuse: theirs who may write there.

    A refusal changes no accepted word, so that a signature does not stand in its way.
    """
    member = margin_decision(session, actor, passage)
    if not member.allowed:
        return member
    return passage_writing(session, actor, passage) if accepting else change_decision(session, actor, passage)


def suggesting(session: Session, actor: Actor, passage: Passage | None) -> Decision:
    """Decides whether somebody may propose words in a passage that is not theirs to write.

    Members of its delegations, while its words may change: what is signed, or proposed to the editors, is read only until it is reopened, and can still be
    commented. Editors, while the story is theirs to read again.
    """
    seen = margin_decision(session, actor, passage)
    if not seen.allowed or passage is None:
        return seen
    if Capacity.MEMBER not in capacities_in(session, actor, passage.story_id):
        return yes("editor")
    story = writing_decision(session, actor, session.get(Story, passage.story_id))
    if not story.allowed:
        return story
    return no(Refused("passage_signed"), "passage_signed") if is_signed(session, passage) else yes("another_voice", voice=passage.voice_id)


def keep_proposals(uow: UnitOfWork, passage_id: str, proposals: Sequence[Proposal]) -> bool:
    """Puts on record what is proposed in a passage's text now; what was open and is gone was taken back by its author. Returns whether anything changed.

    Called by what receives the text, and before anything is decided about it.
    """
    passage = uow.session.get_one(Passage, passage_id)
    rows = {row.id: row for row in uow.session.scalars(select(Suggestion).where(Suggestion.passage_id == passage_id))}
    there = {proposal.id for proposal in proposals}
    known = set(uow.session.scalars(select(Account.id).where(Account.id.in_({proposal.by for proposal in proposals}))))
    changed = False
    for proposal in _own(uow.session, passage_id, proposals):
        row = rows.get(proposal.id)
        inserted, deleted = proposal.inserted[:_WORDS], proposal.deleted[:_WORDS]
        if row is None:
            author = proposal.by if proposal.by in known else None
            row = Suggestion(id=proposal.id, passage_id=passage_id, author_id=author, created_at=uow.now, state=OPEN)
            uow.session.add(row)
            changed = True
        elif row.state == WITHDRAWN:  # an undo brought it back
            row.state, row.decided_at, row.decided_by, changed = OPEN, None, None, True
        if (row.inserted, row.deleted) != (inserted, deleted):
            row.inserted, row.deleted, changed = inserted, deleted, True
    for row in rows.values():
        if row.state == OPEN and row.id not in there:
            row.state, row.decided_at, changed = WITHDRAWN, uow.now, True
    uow.session.flush()
    if changed:
        uow.emit(MarginChanged(passage.story_id, passage_id, "suggestions"))
    return changed


def _own(session: Session, passage_id: str, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Leaves out ids that another passage has on record: a program of somebody's own brought them here, and they are nobody's to decide in this one."""
    ids = [proposal.id for proposal in proposals]
    elsewhere = set(session.scalars(select(Suggestion.id).where(Suggestion.id.in_(ids), Suggestion.passage_id != passage_id)))
    return [proposal for proposal in proposals if proposal.id not in elsewhere]


def _undecided(session: Session, passage_id: str, proposals: Sequence[Proposal]) -> list[str]:
    decided = select(Suggestion.id).where(Suggestion.passage_id == passage_id, Suggestion.state.in_((ACCEPTED, REFUSED)))
    known = set(session.scalars(decided))
    return [proposal.id for proposal in _own(session, passage_id, proposals) if proposal.id not in known]


def proposals_of(live: LiveDocuments, passage_id: str) -> list[Proposal]:
    """Returns what is proposed in a passage, in characters that a text may hold, and under ids as our editor draws them.

    What another program calls otherwise is nobody's to decide.
    """
    return [_cleaned(proposal) for proposal in live.suggestions(passage_id) if _ID.fullmatch(proposal.id)]


def _cleaned(proposal: Proposal) -> Proposal:
    """A room holds what browsers sent; a text is cleaned when it becomes a revision, which proposed words never do."""
    return replace(
        proposal,
        by=clean(proposal.by),
        inserted=clean(proposal.inserted),
        deleted=clean(proposal.deleted),
        before=clean(proposal.before),
        after=clean(proposal.after),
        added=tuple(replace(thing, words=clean(thing.words)) for thing in proposal.added),
        taken=tuple(replace(thing, words=clean(thing.words)) for thing in proposal.taken),
    )


class Decisions(Desk):
    """What is decided about suggestions, at a desk."""

    def decide(self, actor: Actor, passage_id: str, suggestion_id: str, *, accepting: bool) -> None:
        """Makes proposed words part of the text, or takes them out of it.

        Raises:
            NotFound: if there is no such suggestion in the passage.
            NotAllowed: if the passage is another voice's.
            Refused: if the passage is signed (accepting only) or the story locked, or the words are not there any more.
        """
        self._settle(actor, passage_id, [suggestion_id], ACCEPTED if accepting else REFUSED)

    def decide_all(self, actor: Actor, passage_id: str, *, accepting: bool) -> int:
        """Accepts or refuses every suggestion in a passage's text that can be decided; returns how many there were."""
        with self.reading() as session:
            ids = _undecided(session, passage_id, proposals_of(self.live, passage_id))
        self._settle(actor, passage_id, ids, ACCEPTED if accepting else REFUSED)
        return len(ids)

    def withdraw(self, actor: Actor, passage_id: str, suggestion_id: str) -> None:
        """Takes one's own suggestion back.

        Raises:
            NotAllowed: if it is another's.
        """
        self._settle(actor, passage_id, [suggestion_id], WITHDRAWN)

    def _settle(self, actor: Actor, passage_id: str, ids: Sequence[str], state: str) -> None:
        """Checks, changes the text, records: the text lies in a log of its own, so that no transaction holds both."""
        with self.writing(actor) as (uow, fresh):
            self._check(uow, fresh, passage_id, ids, state)
        change = self.live.accept if state == ACCEPTED else self.live.refuse
        gone = [suggestion_id for suggestion_id in ids if not change(passage_id, suggestion_id, actor.account)]
        with self.writer.begin() as uow:
            for suggestion_id in set(ids) - set(gone):
                row = uow.session.get_one(Suggestion, suggestion_id)
                row.state, row.decided_by, row.decided_at = state, actor.account, uow.now
                uow.record(actor, f"suggestion.{_VERBS[state]}", "passage", passage_id, suggestion=suggestion_id)
            if ids:
                keep_proposals(uow, passage_id, proposals_of(self.live, passage_id))
                uow.emit(MarginChanged(uow.session.get_one(Passage, passage_id).story_id, passage_id, "suggestions"))
        if gone:
            raise Refused("suggestion_gone")

    def _check(self, uow: UnitOfWork, actor: Actor, passage_id: str, ids: Sequence[str], state: str) -> None:
        passage, _story = margin_passage(uow.session, actor, passage_id)
        if state != WITHDRAWN:
            deciding(uow.session, actor, passage, accepting=state == ACCEPTED).demand()
        keep_proposals(uow, passage_id, proposals_of(self.live, passage_id))
        for suggestion_id in ids:
            row = uow.session.get(Suggestion, suggestion_id)
            if row is None or row.passage_id != passage_id:
                raise NotFound("suggestion")
            if state == WITHDRAWN and row.author_id != actor.account:
                raise NotAllowed("not_your_suggestion")
            if row.state != OPEN:
                raise Refused("suggestion_gone")


_VERBS = {ACCEPTED: "accept", REFUSED: "refuse", WITHDRAWN: "withdraw"}
