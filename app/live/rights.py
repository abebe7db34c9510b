"""Who may write, suggest or read in a room: the services' own decisions, asked in threads, at the opening and again whenever they may have changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db.models import Passage, Story
from app.kernel.access import Actor
from app.kernel.clock import Clock
from app.kernel.voice import CATEGORY_KEY
from app.services.access import load_actor
from app.services.accounts import find_session, live_sessions
from app.services.approvals import reopening_decision
from app.services.discussion import margin_decision
from app.services.passages import passage_writing
from app.services.snapshots import SnapshotCache
from app.services.stories import delegations_of, visibility, voices_in_story
from app.services.suggestions import suggesting

WRITE, SUGGEST, READ, NONE = "write", "suggest", "read", "none"
GUEST, EDITOR = "guest", "editor"


@dataclass(frozen=True)
class Right:
    """What somebody may do in a room.

    Args:
        kind: `write`, `suggest`, `read` or `none`.
        because: code of the reason; `words.py` says it.
        voice: in which the sender speaks here, or None.
        shared: whether the passage is the whole delegation's.
    """

    kind: str
    because: str
    voice: str | None = None
    shared: bool = False

    @property
    def opens(self) -> bool:
        return self.kind != NONE


NOTHING = Right(NONE, "left")


@dataclass(frozen=True)
class Visitor:
    """Whoever stands behind a socket; `key` is how the look marks them."""

    account: str
    name: str
    key: str


class Rights(Protocol):
    """What the hub asks; every call may take a while and is made in a thread."""

    def enter(self, token: str | None, story: str) -> Visitor | str:
        """Returns who a session's token belongs to, or why they may not be here: `signed_out`, `not_allowed`."""

    def of(self, token: str, story: str, passages: Sequence[str]) -> dict[str, Right]:
        """Returns what a session may do in some passages of a story."""

    def ended(self, tokens: Collection[str]) -> set[str]:
        """Returns those of some sessions that are over."""


class SiteRights:
    """Rights as the site's services decide them."""

    def __init__(self, engine: Engine, clock: Clock, snapshots: SnapshotCache) -> None:
        self._engine = engine
        self._clock = clock
        self._snapshots = snapshots

    def enter(self, token: str | None, story: str) -> Visitor | str:
        with Session(self._engine) as session:
            actor = self._actor(session, token)
            if actor is None:
                return "signed_out"
            row = session.get(Story, story)
            if row is None or not visibility(session, actor, row).allowed:
                return "not_allowed"
            return Visitor(actor.account, actor.name, _key(session, actor, story))

    def of(self, token: str, story: str, passages: Sequence[str]) -> dict[str, Right]:
        with Session(self._engine) as session:
            actor = self._actor(session, token)
            if actor is None:
                return {passage: Right(NONE, "signed_out") for passage in passages}
            return {passage: _right(session, actor, story, session.get(Passage, passage)) for passage in passages}

    def ended(self, tokens: Collection[str]) -> set[str]:
        with Session(self._engine) as session:
            return set(tokens) - live_sessions(session, tokens, self._clock())

    def _actor(self, session: Session, token: str | None) -> Actor | None:
        now = self._clock()
        row = find_session(session, token, now) if token else None
        if row is None:
            return None
        return load_actor(session, row.account_id, self._clock.day_of(now), self._snapshots.current(session), row.id)


def _right(session: Session, actor: Actor, story_id: str, passage: Passage | None) -> Right:
    """Decides what somebody may do in a passage of a story: whoever may write, writes; who may propose, proposes; who may only comment, reads."""
    story = session.get(Story, story_id)
    if passage is None or story is None or passage.story_id != story_id or passage.deleted_at is not None:
        return Right(NONE, "not_there")
    if not visibility(session, actor, story).allowed:
        return Right(NONE, "not_allowed")
    shared = passage.voice_id is None
    writing = passage_writing(session, actor, passage)
    if writing.allowed:
        return Right(WRITE, writing.because, str(writing.facts["voice"]), shared)
    if not margin_decision(session, actor, passage).allowed:
        return Right(NONE, "not_in_review")
    proposing = suggesting(session, actor, passage)
    voice = next(iter(voices_in_story(session, actor, story_id)), None)
    if proposing.allowed:
        return Right(SUGGEST, proposing.because, voice, shared)
    anothers = proposing.because == "passage_signed" and not reopening_decision(session, actor, passage).allowed
    return Right(READ, "anothers_signed" if anothers else proposing.because, voice, shared)


def _key(session: Session, actor: Actor, story_id: str) -> str:
    """Returns how the look marks somebody: by the first voice that they hold or serve in the story."""
    delegations = delegations_of(session, story_id)
    grants = sorted((grant for grant in actor.voices if grant.delegation in delegations), key=lambda grant: grant.scribe)
    if not grants:
        return EDITOR
    return CATEGORY_KEY.get(grants[0].category or "", GUEST)
