"""Where things lie: a story in its territories and their programmes, a delegation in both; local roles are held on these."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Delegation, StoryDelegation
from app.kernel.access import Actor, Scope, ScopeKind


def programme_scopes(programme_id: str) -> frozenset[Scope]:
    """Returns where a programme lies: in itself."""
    return frozenset({Scope(ScopeKind.PROGRAMME, programme_id)})


def territory_scopes(territory_id: str) -> frozenset[Scope]:
    """Returns where a territory lies: in itself; programmes come and go, and what is said of a territory is not theirs."""
    return frozenset({Scope(ScopeKind.TERRITORY, territory_id)})


def delegation_scopes(session: Session, delegation_id: str) -> frozenset[Scope]:
    """Returns where a delegation lies: in its programme and its territory."""
    row = session.get(Delegation, delegation_id)
    return _around(row.programme_id, row.territory_id) if row is not None else frozenset()


def story_scopes(session: Session, story_id: str) -> frozenset[Scope]:
    """Returns where a story lies: in itself, and in the programmes and territories of its delegations."""
    return scopes_of_stories(session, [story_id])[story_id]


def scopes_of_stories(session: Session, ids: Iterable[str]) -> dict[str, frozenset[Scope]]:
    """Returns where each of some stories lies, in one query."""
    found: dict[str, set[Scope]] = {story_id: {Scope(ScopeKind.STORY, story_id)} for story_id in ids}
    query = (
        select(StoryDelegation.story_id, Delegation.programme_id, Delegation.territory_id)
        .join(Delegation, Delegation.id == StoryDelegation.delegation_id)
        .where(StoryDelegation.story_id.in_(list(found)))
    )
    for story_id, programme_id, territory_id in session.execute(query):
        found[story_id] |= _around(programme_id, territory_id)
    return {story_id: frozenset(scopes) for story_id, scopes in found.items()}


def has_local(actor: Actor, permission: str) -> bool:
    """Tells whether it matters where something lies: a local role carries the permission, and none of the whole site does."""
    return not actor.may(permission) and bool(actor.scopes_of(permission))


def _around(programme_id: str, territory_id: str) -> frozenset[Scope]:
    return programme_scopes(programme_id) | territory_scopes(territory_id)
