"""Unsaved words: their writer's alone, never public, never a version."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete

from app.db.models import Draft, PassageRevision
from app.kernel.access import Actor
from app.services.passages.rights import ownership, readable_passage
from app.services.stories import delegations_of
from app.services.unit_of_work import UnitOfWork


def keep_draft(
    uow: UnitOfWork,
    actor: Actor,
    passage_id: str,
    body: str,
    prompt: str,
    base_revision_id: str | None,
    data: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Keeps unsaved words for their writer alone; never public, never a version. A base that is no revision of the passage is not kept.

    Args:
        data: what was typed into an extension's fields, by name.
    """
    passage, _ = readable_passage(uow.session, actor, passage_id)
    ownership(actor, passage, delegations_of(uow.session, passage.story_id)).demand()
    base = uow.session.get(PassageRevision, base_revision_id) if base_revision_id else None
    row = uow.session.get(Draft, (actor.account, passage_id))
    if row is None:
        row = Draft(account_id=actor.account, passage_id=passage_id)
        uow.session.add(row)
    row.body, row.prompt, row.updated_at = body, prompt[:200], uow.now
    row.data = {name: list(values) for name, values in (data or {}).items()}
    row.base_revision_id = base.id if base is not None and base.passage_id == passage_id else None


def drop_draft(uow: UnitOfWork, actor: Actor, passage_id: str) -> None:
    """Forgets the writer's unsaved words, once they are saved or given up."""
    uow.session.execute(delete(Draft).where(Draft.account_id == actor.account, Draft.passage_id == passage_id))
