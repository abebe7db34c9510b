"""What pages read of the margin: threads with what was said in them, suggestions, contributors, what waits for somebody; the callers have checked who may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db.models import Comment, CommentThread, Mention, Passage, RevisionContributor, Story, StoryDelegation, Suggestion
from app.kernel.workflow import EDITABLE_STATES


@dataclass(frozen=True)
class ThreadLine:
    """A thread with its comments, oldest first, whom each of them calls, and who of these has not seen it."""

    thread: CommentThread
    comments: tuple[Comment, ...]
    mentioned: dict[str, tuple[str, ...]]
    unseen: frozenset[str]


def threads_beside(session: Session, passage_id: str) -> list[CommentThread]:
    """Returns the threads about a passage, oldest first."""
    query = select(CommentThread).where(CommentThread.passage_id == passage_id)
    return list(session.scalars(query.order_by(CommentThread.created_at, CommentThread.id)))


def threads_about(session: Session, story_id: str) -> list[CommentThread]:
    """Returns the threads about a story and its passages, oldest first."""
    query = select(CommentThread).where(CommentThread.story_id == story_id)
    return list(session.scalars(query.order_by(CommentThread.created_at, CommentThread.id)))


def thread_lines(session: Session, threads: Sequence[CommentThread]) -> list[ThreadLine]:
    """Returns threads with what was said in them."""
    ids = [thread.id for thread in threads]
    comments: dict[str, list[Comment]] = {}
    for row in session.scalars(select(Comment).where(Comment.thread_id.in_(ids)).order_by(Comment.created_at, Comment.id)):
        comments.setdefault(row.thread_id, []).append(row)
    calls: dict[str, dict[str, tuple[str, ...]]] = {}
    unseen: dict[str, set[str]] = {}
    called = select(Comment.thread_id, Mention).join(Comment, Comment.id == Mention.comment_id)
    for thread_id, mention in session.execute(called.where(Comment.thread_id.in_(ids)).order_by(Mention.account_id)):
        known = calls.setdefault(thread_id, {})
        known[mention.comment_id] = (*known.get(mention.comment_id, ()), mention.account_id)
        if mention.seen_at is None:
            unseen.setdefault(thread_id, set()).add(mention.account_id)
    return [ThreadLine(row, tuple(comments.get(row.id, ())), calls.get(row.id, {}), frozenset(unseen.get(row.id, ()))) for row in threads]


def list_suggestions(session: Session, passage_id: str) -> dict[str, Suggestion]:
    """Returns what is on record of a passage's suggestions, by id."""
    return {row.id: row for row in session.scalars(select(Suggestion).where(Suggestion.passage_id == passage_id))}


def contributors_of(session: Session, revisions: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Returns revision → the accounts that took part in it, in their order."""
    query = select(RevisionContributor).where(RevisionContributor.revision_id.in_(list(revisions)))
    found: dict[str, tuple[str, ...]] = {}
    for row in session.scalars(query.order_by(RevisionContributor.revision_id, RevisionContributor.position)):
        found[row.revision_id] = (*found.get(row.revision_id, ()), row.account_id)
    return found


# — what waits for somebody —


@dataclass(frozen=True)
class Waiting:
    """Something in a margin that waits for a person: `mention`, `suggestion` or `thread`; how many of it, from when to when, and from whom the first came."""

    kind: str
    story: Story
    passage: Passage
    number: int
    since: datetime
    latest: datetime
    by: str | None
    thread: str | None = None


def waiting_for(session: Session, account: str, voices: Sequence[str], delegations: Sequence[str]) -> list[Waiting]:
    """Returns what waits for somebody: mentions that they have not seen, suggestions that are theirs to decide, open threads on their voices' passages.

    Args:
        voices: for which they write.
        delegations: whose working copies they may open; their shared passages are theirs too.
    """
    own = or_(Passage.voice_id.in_(voices), Passage.voice_id.is_(None))
    mentions = _within(select(Comment.created_at, Comment.author_id, CommentThread.id, Passage, Story), delegations)
    mentions = (
        mentions.join(CommentThread, CommentThread.passage_id == Passage.id)
        .join(Comment, Comment.thread_id == CommentThread.id)
        .join(Mention, Mention.comment_id == Comment.id)
        .where(Mention.account_id == account, Mention.seen_at.is_(None), CommentThread.resolved_at.is_(None))
        .order_by(Comment.created_at, Comment.id)
    )
    suggestions = (
        _within(select(Suggestion.created_at, Suggestion.author_id, Passage, Story), delegations)
        .join(Suggestion, Suggestion.passage_id == Passage.id)
        .where(Suggestion.state == "open", Suggestion.author_id != account, Story.state.in_([str(state) for state in EDITABLE_STATES]), own)
        .order_by(Suggestion.created_at, Suggestion.id)
    )
    threads = (
        _within(select(CommentThread.created_at, CommentThread.created_by, CommentThread.id, Passage, Story), delegations)
        .join(CommentThread, CommentThread.passage_id == Passage.id)
        .where(CommentThread.resolved_at.is_(None), Passage.voice_id.in_(voices), CommentThread.created_by != account)
        .order_by(CommentThread.created_at, CommentThread.id)
    )
    found = [Waiting("mention", story, passage, 1, at, at, by, thread) for at, by, thread, passage, story in session.execute(mentions)]
    found += _by_passage("suggestion", ((at, by, None, passage, story) for at, by, passage, story in session.execute(suggestions)))
    found += _by_passage("thread", session.execute(threads))
    return found


def _within(query: Any, delegations: Sequence[str]) -> Any:
    """Keeps to living passages of living stories of some delegations; a story that two of them tell is there once."""
    theirs = select(StoryDelegation.story_id).where(StoryDelegation.delegation_id.in_(delegations))
    return (
        query.select_from(Passage)
        .join(Story, Story.id == Passage.story_id)
        .where(Passage.deleted_at.is_(None), Story.deleted_at.is_(None), Story.id.in_(theirs))
    )


def _by_passage(kind: str, rows: Iterable[Any]) -> list[Waiting]:
    found: dict[str, Waiting] = {}
    for at, by, thread, passage, story in rows:
        first = found.get(passage.id)
        if first is None:
            found[passage.id] = Waiting(kind, story, passage, 1, at, at, by, thread)
        else:
            found[passage.id] = replace(first, number=first.number + 1, latest=at)
    return list(found.values())
