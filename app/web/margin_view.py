"""What is said, arranged for who reads it: the margin of a passage with its suggestions and threads, and the exchange with the review about a story."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from app.db import desk as queries
from app.db.margin import ThreadLine, list_suggestions, thread_lines, threads_about, threads_beside
from app.db.models import Account, Comment, CommentThread, Passage, Voice
from app.kernel.access import Actor
from app.kernel.editor.accepted import OBJECT, Proposal, Thing
from app.services.discussion import may_edit, people_to_mention, readable_threads, working_copy_decision
from app.services.live_documents import LiveDocuments
from app.services.suggestions import deciding, proposals_of
from app.web.desk_view import about_line, voice_key
from app.web.story_view import show_voice
from app.web.words import CATEGORY_SHORT

_OPENING = 90


@dataclass(frozen=True)
class Speaker:
    """Who says something beside the text: the look's key, the short label of the voice, and the person's name."""

    key: str
    label: str
    name: str


@dataclass(frozen=True)
class CommentShown:
    """A comment with who says it, whom it calls, and whether the reader may still change it."""

    comment: Comment
    by: Speaker
    called: tuple[str, ...]
    editable: bool


@dataclass(frozen=True)
class ThreadShown:
    """A thread with the words that it is about: as they stand in the text now, else as they were.

    Args:
        lost: whether these words are gone.
        changed: whether the passage says something else than when the thread began.
        about: what the passage tells, where the thread is not read beside it.
    """

    line: ThreadLine
    comments: tuple[CommentShown, ...]
    quotation: str
    lost: bool = False
    changed: bool = False
    about: str = ""


@dataclass(frozen=True)
class ThreadPlace:
    """Where the forms of threads lead: beside a passage, or on the pages of a story."""

    blueprint: str
    of: Mapping[str, str]

    def address(self, verb: str, **more: str) -> str:
        return url_for(f"{self.blueprint}.{verb}", **self.of, **more)


@dataclass(frozen=True)
class Piece:
    """A stretch of what is proposed: words of the text, or the site's words for an object."""

    words: str
    is_object: bool = False


@dataclass(frozen=True)
class SuggestionShown:
    """What is proposed, with who proposes it, since when, and whether it is the reader's own; `said` is all of it in words."""

    proposal: Proposal
    inserted: tuple[Piece, ...]
    deleted: tuple[Piece, ...]
    by: Speaker
    at: datetime | None
    mine: bool

    @property
    def said(self) -> str:
        return "".join(piece.words for piece in self.inserted or self.deleted)


@dataclass(frozen=True)
class MarginShown:
    """All that stands beside a passage."""

    suggestions: tuple[SuggestionShown, ...]
    threads: tuple[ThreadShown, ...]
    lost: tuple[ThreadShown, ...]
    settled: tuple[ThreadShown, ...]
    people: tuple[tuple[str, str], ...]
    may_accept: bool
    may_refuse: bool
    unseen: bool
    paragraphs: tuple[str, ...]
    place: ThreadPlace


@dataclass(frozen=True)
class ExchangeShown:
    """What was said with the review about a story and its passages, oldest first, open threads before those that are settled."""

    threads: tuple[ThreadShown, ...]
    settled: tuple[ThreadShown, ...]
    place: ThreadPlace


@dataclass(frozen=True)
class Typed:
    """What somebody sent that could not be taken: shown again where it was typed, with the reason."""

    place: str = ""
    text: str = ""
    error: str = ""
    mentioned: Sequence[str] = field(default_factory=tuple)
    about: str = ""


NOTHING_TYPED = Typed()


def show_margin(
    session: Session, actor: Actor, copy: queries.WorkingCopy, passage: Passage, live: LiveDocuments, now: datetime, day: date
) -> MarginShown:
    """Arranges the margin of a passage for somebody who may read it."""
    lines = thread_lines(session, threads_beside(session, passage.id))
    proposals = proposals_of(live, passage.id)
    known = list_suggestions(session, passage.id)
    people = people_to_mention(session, copy.story.id, day)
    names = _names_to_call(actor, copy, people)
    speakers = _speakers(session, actor, copy, [*_authors(lines), *(proposal.by for proposal in proposals)])
    reader = _Reader(actor, now, copy, live, speakers, names)
    shown = [reader.thread(line) for line in lines]
    return MarginShown(
        suggestions=tuple(
            SuggestionShown(
                proposal,
                _pieces(proposal.inserted, proposal.added),
                _pieces(proposal.deleted, proposal.taken),
                speakers[proposal.by],
                known[proposal.id].created_at if proposal.id in known else None,
                proposal.by == actor.account,
            )
            for proposal in proposals
        ),
        threads=tuple(thread for thread in shown if thread.line.thread.resolved_at is None and not thread.lost),
        lost=tuple(thread for thread in shown if thread.line.thread.resolved_at is None and thread.lost),
        settled=tuple(thread for thread in shown if thread.line.thread.resolved_at is not None),
        people=tuple((account, name) for account, name in names.items() if account != actor.account),
        may_accept=deciding(session, actor, passage, accepting=True).allowed,
        may_refuse=deciding(session, actor, passage, accepting=False).allowed,
        unseen=any(actor.account in line.unseen for line in lines if line.thread.resolved_at is None),
        paragraphs=tuple(text for text in _plain(copy, passage.id).split("\n\n") if text.strip()),
        place=ThreadPlace("margin", {"passage_id": passage.id}),
    )


def show_exchange(
    session: Session, actor: Actor, copy: queries.WorkingCopy, live: LiveDocuments, now: datetime, day: date
) -> ExchangeShown:
    """Arranges what was said with the review about a story; to its editors, while they review it, also what stands in its margins.

    Editors to whom the working copy is closed are shown nothing of it: a thread has the words that it began with.
    """
    found = readable_threads(session, actor, threads_about(session, copy.story.id))
    lines = thread_lines(session, [thread for thread in found if thread.with_review or not is_member(actor, copy)])
    names = _names_to_call(actor, copy, people_to_mention(session, copy.story.id, day))
    open_copy = copy if working_copy_decision(session, actor, copy.story).allowed else None
    reader = _Reader(actor, now, open_copy, live, _speakers(session, actor, copy, _authors(lines)), names)
    shown = [reader.thread(line) for line in lines]
    return ExchangeShown(
        tuple(thread for thread in shown if thread.line.thread.resolved_at is None),
        tuple(thread for thread in shown if thread.line.thread.resolved_at is not None),
        ThreadPlace("review", {"story_id": copy.story.id}),
    )


def _pieces(text: str, things: Sequence[Thing]) -> tuple[Piece, ...]:
    """Returns proposed words with the objects among them in words."""
    first, *others = text.split(OBJECT)
    pieces = [Piece(first)]
    for thing, words in zip(things, others, strict=False):
        pieces += [Piece(_object_words(thing), True), Piece(words)]
    return tuple(piece for piece in pieces if piece.words)


def _object_words(thing: Thing) -> str:
    if thing.tag == "image" and thing.words:
        return _("[image : %(alt)s]", alt=thing.words)
    return {
        "image": _("[image]"),
        "footnote_call": _("[appel de note]"),
        "hard_break": _("[à la ligne]"),
        "table": _("[tableau]"),
        "table_row": _("[ligne du tableau]"),
        "footnote": _("[note]"),
    }[thing.tag]


def _authors(lines: Sequence[ThreadLine]) -> list[str]:
    return [comment.author_id for line in lines for comment in line.comments if comment.author_id]


def _plain(copy: queries.WorkingCopy, passage_id: str) -> str:
    line = copy.line(passage_id)
    return line.revision.plain if line is not None and line.revision is not None else ""


class _Reader:
    """Arranges threads for one person; the marks of a passage that is written live are read once. Without a working copy, none of its words are shown."""

    def __init__(
        self,
        actor: Actor,
        now: datetime,
        copy: queries.WorkingCopy | None,
        live: LiveDocuments,
        speakers: Mapping[str, Speaker],
        names: Mapping[str, str],
    ) -> None:
        self._actor, self._now, self._copy, self._live = actor, now, copy, live
        self._speakers, self._names = speakers, names
        self._marks: dict[str, Mapping[str, str] | None] = {}

    def thread(self, line: ThreadLine) -> ThreadShown:
        """Returns a thread. Where its passage is written live, a mark says whether the words are still there; else they are looked for."""
        thread = line.thread
        shown = ThreadShown(line, tuple(self._comment(comment, line) for comment in line.comments), thread.quotation)
        if self._copy is None or thread.passage_id is None:
            return shown
        passage = self._copy.line(thread.passage_id)
        shown = replace(shown, about=about_line(self._copy, passage) if passage is not None else "")
        marks = self._marks_of(thread.passage_id) if thread.anchor else None
        if thread.anchor and marks is not None:
            now_there = marks.get(thread.anchor, "")
            return replace(shown, quotation=now_there or thread.quotation, lost=not now_there)
        if thread.quotation:
            return replace(shown, lost=thread.quotation not in " ".join(_plain(self._copy, thread.passage_id).split()))
        return replace(shown, changed=_has_changed(thread, passage))

    def _comment(self, comment: Comment, line: ThreadLine) -> CommentShown:
        return CommentShown(
            comment,
            self._speakers.get(comment.author_id or "", _NOBODY),
            tuple(self._names[account] for account in line.mentioned.get(comment.id, ()) if account in self._names),
            may_edit(self._actor, comment, self._now),
        )

    def _marks_of(self, passage_id: str) -> Mapping[str, str] | None:
        if passage_id not in self._marks:
            written = self._live.text(passage_id) is not None
            self._marks[passage_id] = self._live.anchors(passage_id) if written else None
        return self._marks[passage_id]


def _has_changed(thread: CommentThread, line: queries.PassageLine | None) -> bool:
    """Tells whether a passage was changed since a thread about all of it began."""
    now_there = line.revision if line is not None else None
    return now_there is not None and thread.revision_hash is not None and now_there.hash != thread.revision_hash


_NOBODY = Speaker("", "", "–")


def _names_to_call(actor: Actor, copy: queries.WorkingCopy, people: Sequence[Account]) -> dict[str, str]:
    """Returns whom one may call, in words: members by name, an editor those who show who they are, as they show it."""
    if is_member(actor, copy):
        return {account.id: account.name for account in people}
    shown = {voice.account_id: show_voice(voice) for voice in copy.voices.values()}
    return {
        account.id: ", ".join(part for part in (voice.short, voice.who) if part)
        for account in people
        if (voice := shown.get(account.id)) is not None and not voice.anonymous
    }


def is_member(actor: Actor, copy: queries.WorkingCopy) -> bool:
    """Tells whether somebody reads a working copy as one of its delegations; else it is an editor."""
    return any(grant.voice in copy.voices for grant in actor.voices)


def speaker_of(voice: Voice | None, member: bool) -> Speaker:
    """Returns whose passage it is: to its delegation by name, to an editor as the voice chooses to be shown."""
    if voice is None:
        return Speaker("all", _("Passage commun"), "")
    return _speaker(voice, voice.name, member)


def anothers_words(speaker: Speaker) -> str:
    """Returns what one may do in a passage of another, with the name that one may read."""
    if speaker.key == "all":
        return _("Ce passage est celui de toute la délégation. Vous pouvez le commenter ou suggérer, pas le réécrire.")
    if not speaker.name:
        return _("Ce passage est celui d’une autre voix. Vous pouvez le commenter ou suggérer, pas le réécrire.")
    if unicodedata.normalize("NFD", speaker.name)[0].upper() in "AEIOUYH":
        return _("Ce passage est celui d’%(name)s. Vous pouvez le commenter ou suggérer, pas le réécrire.", name=speaker.name)
    return _("Ce passage est celui de %(name)s. Vous pouvez le commenter ou suggérer, pas le réécrire.", name=speaker.name)


def _speakers(session: Session, actor: Actor, copy: queries.WorkingCopy, accounts: Sequence[str]) -> dict[str, Speaker]:
    """Returns who speaks: members by their voice; editors as the review, whose names stay on its own desk; to an editor, voices as they choose to be shown."""
    member = is_member(actor, copy)
    names = queries.account_names(session, accounts)
    voices: dict[str, Voice] = {}
    for voice in copy.voices.values():
        for account in (voice.scribe_id, voice.account_id):
            if account:
                voices[account] = voice
    return {account: _speaker(voices.get(account), names.get(account, "–"), member) for account in accounts}


def _speaker(voice: Voice | None, name: str, member: bool) -> Speaker:
    if voice is None:
        return Speaker("", pgettext("qui commente", "Relecture"), "" if member else name)
    if not member:
        shown = show_voice(voice)
        return Speaker(shown.key or "guest", shown.short, shown.who)
    label = str(CATEGORY_SHORT[voice.category]) if voice.category else _("Voix invitée")
    return Speaker(voice_key(voice) or "guest", label, name)


def beginning(text: str) -> str:
    """Returns the first words of a paragraph, for lists to choose from."""
    line = " ".join(text.split())
    return line if len(line) <= _OPENING else line[:_OPENING].rsplit(" ", 1)[0] + " …"
