"""What is said about a story and beside its words: threads, answers, mentions, of the delegation and with the review.

Nobody deletes another's words, and one's own change only for a while. The margin of a passage and the review's page show the same threads.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.db.models import Account, Comment, CommentThread, Mention, Passage, PassageRevision, Story, Voice
from app.kernel.access import Actor
from app.kernel.decision import Decision, no
from app.kernel.document.characters import clean
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import MarginChanged
from app.kernel.voice import Mandate
from app.kernel.workflow import REVIEWABLE_STATES, Capacity, StoryState
from app.services.approvals import current_hash
from app.services.checks import checked
from app.services.stories import capacities_in, delegations_of, visibility, visible_story
from app.services.unit_of_work import UnitOfWork

COMMENT = 4000
QUOTATION = 600
EDIT_FOR = timedelta(minutes=30)
_ANCHOR = re.compile(r"[A-Za-z0-9_-]{8,40}")


# — rights —


def margin_decision(session: Session, actor: Actor, passage: Passage | None) -> Decision:
    """Decides whether somebody may read a passage's working copy, comment it and suggest other words.

    Members of its delegations always may, whoever's voice it is; editors while the story is proposed or in review, since what its members type before and
    after is theirs.
    """
    if passage is None:
        return no(NotFound("passage"), "does_not_exist")
    if passage.deleted_at is not None:
        return no(NotFound("passage"), "in_trash")
    return working_copy_decision(session, actor, session.get(Story, passage.story_id))


def working_copy_decision(session: Session, actor: Actor, story: Story | None) -> Decision:
    """Decides whether somebody may read what a story says right now: its members, and its editors while it is with them."""
    seen = visibility(session, actor, story)
    if not seen.allowed or story is None or Capacity.MEMBER in capacities_in(session, actor, story.id):
        return seen
    return seen if StoryState(story.state) in REVIEWABLE_STATES else no(NotFound("passage"), "wrong_state", state=story.state)


def margin_passage(session: Session, actor: Actor, passage_id: str) -> tuple[Passage, Story]:
    """Returns a passage that somebody may read, comment and suggest in, with its story.

    Raises:
        NotFound: if it does not exist, is in the trash, or is not theirs to read.
    """
    passage = session.get(Passage, passage_id)
    margin_decision(session, actor, passage).demand()
    if passage is None:
        raise NotFound("passage")
    return passage, session.get_one(Story, passage.story_id)


def thread_decision(session: Session, actor: Actor, thread: CommentThread | None) -> Decision:
    """Decides whether somebody may read a thread, and so answer and settle it.

    Where the review takes part, whoever may read the story: its members, and its editors from the first submission on, also while the story is back with its
    delegation. Else whoever may read the margin that it stands in.
    """
    if thread is None:
        return no(NotFound("comment"), "does_not_exist")
    if thread.with_review:
        return visibility(session, actor, session.get(Story, thread.story_id))
    return margin_decision(session, actor, session.get(Passage, thread.passage_id) if thread.passage_id else None)


def readable_threads(session: Session, actor: Actor, threads: Iterable[CommentThread]) -> list[CommentThread]:
    """Keeps the threads that somebody may read; each place where threads stand is decided about once."""
    decided: dict[tuple[bool, str, str | None], bool] = {}
    kept = []
    for thread in threads:
        place = (thread.with_review, thread.story_id, None if thread.with_review else thread.passage_id)
        if place not in decided:
            decided[place] = thread_decision(session, actor, thread).allowed
        if decided[place]:
            kept.append(thread)
    return kept


def people_to_mention(session: Session, story_id: str, day: date) -> list[Account]:
    """Returns the people of a story's delegations whose voice, held or served, lasts on a day; by name."""
    voices = session.scalars(select(Voice).where(Voice.delegation_id.in_(delegations_of(session, story_id))))
    ids = {
        account
        for voice in voices
        if Mandate(voice.mandate_start, voice.mandate_end).holds(day)
        for account in (voice.account_id, voice.scribe_id)
        if account
    }
    return list(
        session.scalars(select(Account).where(Account.id.in_(ids), Account.disabled_at.is_(None)).order_by(Account.name, Account.id))
    )


# — threads —


def start_thread(
    uow: UnitOfWork,
    actor: Actor,
    passage_id: str,
    body: str,
    anchor: str = "",
    quotation: str = "",
    mentioned: Sequence[str] = (),
    marked: str = "",
) -> CommentThread:
    """Begins a thread about a stretch of a passage, or about the passage as a whole, in its margin; an editor's is one with the review.

    Args:
        anchor: the id that a mark in the text carries, or "".
        quotation: the words that it is about, as the person saw them; kept only if the passage says them, or said them in a revision.
        mentioned: accounts to call, beside those that the body names with `@`.
        marked: the words that the anchor marks in the live text, which need no proof.
    """
    passage, story = margin_passage(uow.session, actor, passage_id)
    body = checked("body", body, COMMENT, required=True)
    if anchor and (not _ANCHOR.fullmatch(anchor) or _anchored(uow.session, anchor)):
        raise Invalid("anchor", "unknown_choice")
    said = " ".join(quotation.split())[:QUOTATION]
    thread = CommentThread(
        passage_id=passage.id,
        with_review=Capacity.MEMBER not in capacities_in(uow.session, actor, story.id),
        anchor=anchor or None,
        quotation=" ".join(clean(marked).split())[:QUOTATION] or (said if _was_said(uow.session, passage.id, said) else ""),
    )
    return _begin(uow, actor, story, thread, body, mentioned)


def start_review_thread(uow: UnitOfWork, actor: Actor, story_id: str, passage_id: str | None, body: str) -> CommentThread:
    """Begins a thread with the review about a story, or about one of its passages as it stands now.

    Raises:
        NotFound: if the story is not the actor's to read, or the passage is not in it.
    """
    story = visible_story(uow.session, actor, story_id)
    body = checked("body", body, COMMENT, required=True)
    passage = uow.session.get(Passage, passage_id) if passage_id is not None else None
    if passage_id is not None and (passage is None or passage.story_id != story.id or passage.deleted_at is not None):
        raise NotFound("passage")
    return _begin(uow, actor, story, CommentThread(passage_id=passage_id, with_review=True), body, ())


def _begin(uow: UnitOfWork, actor: Actor, story: Story, thread: CommentThread, body: str, mentioned: Sequence[str]) -> CommentThread:
    passage = uow.session.get(Passage, thread.passage_id) if thread.passage_id else None
    thread.story_id, thread.created_at, thread.created_by = story.id, uow.now, actor.account
    thread.revision_hash = current_hash(uow.session, passage) if passage is not None else None
    uow.session.add(thread)
    uow.session.flush()
    comment = _say(uow, actor, story, thread, body, mentioned)
    uow.record(actor, "thread.start", *_subject(thread), thread=thread.id, comment=comment.id)
    return thread


def _subject(thread: CommentThread) -> tuple[str, str]:
    """Returns what a thread is about, as the audit chain names it."""
    return ("passage", thread.passage_id) if thread.passage_id else ("story", thread.story_id)


def _anchored(session: Session, anchor: str) -> bool:
    return session.scalar(select(CommentThread.id).where(CommentThread.anchor == anchor)) is not None


def _was_said(session: Session, passage_id: str, words: str) -> bool:
    """Tells whether a passage ever said some words: nobody is quoted with what they did not write."""
    plains = session.scalars(select(PassageRevision.plain).where(PassageRevision.passage_id == passage_id))
    return bool(words) and any(words in " ".join(plain.split()) for plain in plains)


def propose_words(uow: UnitOfWork, actor: Actor, passage_id: str, paragraph: str, words: str, opening: str) -> CommentThread:
    """Proposes other words for a paragraph, as a comment about it; `opening` says so in the language of the page."""
    words = checked("words", words, COMMENT - len(opening) - 2, required=True)
    return start_thread(uow, actor, passage_id, f"{opening}\n\n{words}", quotation=paragraph)


def thread_in(session: Session, place_id: str, thread_id: str) -> None:
    """Raises NotFound unless a thread is of a passage or of a story."""
    thread = session.get(CommentThread, thread_id)
    if thread is None or place_id not in (thread.passage_id, thread.story_id):
        raise NotFound("comment")


def comment_in(session: Session, place_id: str, comment_id: str) -> None:
    """Raises NotFound unless a comment is of a passage or of a story."""
    comment = session.get(Comment, comment_id)
    if comment is None:
        raise NotFound("comment")
    thread_in(session, place_id, comment.thread_id)


def reply(uow: UnitOfWork, actor: Actor, thread_id: str, body: str, mentioned: Sequence[str] = ()) -> CommentThread:
    """Answers in a thread; whoever was mentioned in it has seen that by answering.

    Raises:
        Refused: if the thread is resolved.
    """
    thread, story = _open_to(uow.session, actor, thread_id)
    if thread.resolved_at is not None:
        raise Refused("thread_resolved")
    comment = _say(uow, actor, story, thread, checked("body", body, COMMENT, required=True), mentioned)
    _mark_seen(uow, actor, select(Comment.id).where(Comment.thread_id == thread.id))
    uow.record(actor, "thread.reply", *_subject(thread), thread=thread.id, comment=comment.id)
    return thread


def edit_comment(uow: UnitOfWork, actor: Actor, comment_id: str, body: str) -> CommentThread:
    """Changes one's own words, for half an hour after they were said; the hash of what they were stays in the audit chain.

    Raises:
        NotAllowed: if they are another's.
        Refused: if that was too long ago.
    """
    comment = uow.session.get(Comment, comment_id)
    if comment is None:
        raise NotFound("comment")
    thread, story = _open_to(uow.session, actor, comment.thread_id)
    if comment.author_id != actor.account:
        raise NotAllowed("not_your_comment")
    if uow.now > comment.created_at + EDIT_FOR:
        raise Refused("comment_settled")
    before = hashlib.sha256(comment.body.encode()).hexdigest()
    comment.body, comment.edited_at = checked("body", body, COMMENT, required=True), uow.now
    _mention(uow, actor, story, thread, comment, ())
    uow.record(actor, "comment.edit", *_subject(thread), comment=comment.id, before=before)
    _tell(uow, thread)
    return thread


def set_thread_resolved(uow: UnitOfWork, actor: Actor, thread_id: str, resolved: bool) -> CommentThread:
    """Marks a thread as settled, or open again; all that was said stays."""
    thread, _story = _open_to(uow.session, actor, thread_id)
    thread.resolved_at = uow.now if resolved else None
    thread.resolved_by = actor.account if resolved else None
    uow.record(actor, "thread.resolve" if resolved else "thread.reopen", *_subject(thread), thread=thread.id)
    _tell(uow, thread)
    return thread


def see_mentions(uow: UnitOfWork, actor: Actor, passage_id: str) -> None:
    """Notes that somebody has seen where they are mentioned beside a passage."""
    passage, _story = margin_passage(uow.session, actor, passage_id)
    _mark_seen(uow, actor, select(Comment.id).join(CommentThread).where(CommentThread.passage_id == passage.id))


def _open_to(session: Session, actor: Actor, thread_id: str) -> tuple[CommentThread, Story]:
    thread = session.get(CommentThread, thread_id)
    thread_decision(session, actor, thread).demand()
    if thread is None:
        raise NotFound("comment")
    return thread, session.get_one(Story, thread.story_id)


def _say(uow: UnitOfWork, actor: Actor, story: Story, thread: CommentThread, body: str, mentioned: Sequence[str]) -> Comment:
    comment = Comment(thread_id=thread.id, author_id=actor.account, body=body, created_at=uow.now)
    uow.session.add(comment)
    uow.session.flush()
    _mention(uow, actor, story, thread, comment, mentioned)
    _tell(uow, thread)
    return comment


def _tell(uow: UnitOfWork, thread: CommentThread) -> None:
    """Lets open pages know; what is said of the whole story stands in no margin."""
    if thread.passage_id is not None:
        uow.emit(MarginChanged(thread.story_id, thread.passage_id, "comments"))


def _mention(uow: UnitOfWork, actor: Actor, story: Story, thread: CommentThread, comment: Comment, chosen: Sequence[str]) -> None:
    """Calls people; beside a passage alone, where they can be led to."""
    if thread.passage_id is None:
        return
    people = {account.id: account.name for account in people_to_mention(uow.session, story.id, uow.today)}
    if not set(chosen) <= set(people):
        raise Invalid("mentioned", "unknown_choice")
    known = set(uow.session.scalars(select(Mention.account_id).where(Mention.comment_id == comment.id)))
    # An editor may not know names: what a guessed one leads to would tell.
    named = named_in(comment.body, people.items()) if Capacity.MEMBER in capacities_in(uow.session, actor, story.id) else set()
    wanted = {*chosen, *named} - {actor.account} - known
    uow.session.add_all(Mention(comment_id=comment.id, account_id=account) for account in sorted(wanted))
    uow.session.flush()


def named_in(body: str, people: Iterable[tuple[str, str]]) -> set[str]:
    """Returns those of some people (account, name) whom a text calls with `@` and their whole name; the longest name that fits is meant."""
    lowered, found = body.casefold(), set()
    for account, name in sorted(people, key=lambda person: -len(person[1])):
        called = re.compile(rf"@{re.escape(name.casefold())}(?!\w)")
        if called.search(lowered):
            found.add(account)
            lowered = called.sub(" ", lowered)
    return found


def _mark_seen(uow: UnitOfWork, actor: Actor, comments: Select[str]) -> None:
    uow.session.execute(
        update(Mention)
        .where(Mention.account_id == actor.account, Mention.seen_at.is_(None), Mention.comment_id.in_(comments))
        .values(seen_at=uow.now)
    )


def may_edit(actor: Actor, comment: Comment, now: datetime) -> bool:
    """Tells whether a comment is the actor's own and young enough to be changed."""
    return comment.author_id == actor.account and now <= comment.created_at + EDIT_FOR
