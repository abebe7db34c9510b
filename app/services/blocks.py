"""Blocks of extensions: asks the extension what the public will read of a form's data, once, when somebody saves; reading never asks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.db.models import PassageRevision
from app.hooks.calls import CALLS
from app.hooks.contracts import BlockSnapshot, BlockType, Owned
from app.hooks.snapshot import Snapshot
from app.kernel.block import TEXT_BLOCK, Block, BlockRefused, kept_block, read_block
from app.kernel.errors import Refused
from app.services.asking import Failed, insist

DATA = "block"
"""Where a revision's data keeps what the extension's form filled in, beside the question that the passage answers."""


@dataclass(frozen=True)
class PreparedBlock:
    """A block before it is saved: the form's data, and what the public will read of it."""

    data: Mapping[str, Any]
    block: Block


def prepare_block(session: Session, snapshot: Snapshot, name: str, data: Mapping[str, Any]) -> PreparedBlock:
    """Returns what is kept of a block's data.

    Args:
        session: to read with.
        snapshot: which plugins are on.
        name: the block type, `<plugin>:<name>`.
        data: JSON values by name of field.

    Raises:
        Refused: if the extension is off, or fails at it; nothing is lost, the caller keeps the form.
    """
    owned = snapshot.find(BlockType, name)
    if owned is None:
        raise Refused("block_dormant", plugin=name.partition(":")[0])
    try:
        answer = insist(session, owned, partial(_snapshot_of, session, owned, data))
    except Failed as error:
        raise Refused("block_failed", plugin=owned.owner) from error
    try:
        return PreparedBlock(dict(data), kept_block(answer))
    except BlockRefused as error:
        CALLS.fault(owned.owner, "register_block_types", owned.item.name, str(error))
        raise Refused("block_failed", plugin=owned.owner) from error


def _snapshot_of(session: Session, owned: Owned[BlockType], data: Mapping[str, Any]) -> BlockSnapshot:
    answer = owned.item.snapshot(session, dict(data))
    if not isinstance(answer, BlockSnapshot):
        raise TypeError(f"snapshot returned {type(answer).__name__} instead of BlockSnapshot")
    # Lazy texts become words here, inside the call that is watched.
    return BlockSnapshot(**{name: answer.__dict__[name] for name in ("title", "text", "facts", "items", "table", "link")})


def kept_of(revision: PassageRevision | None) -> PreparedBlock | None:
    """Returns the block that a revision keeps, as it was saved; None for an ordinary passage."""
    block = read_block(revision.snapshot) if revision is not None else None
    return PreparedBlock(dict((revision.data if revision else {}).get(DATA, {})), block) if block is not None else None


def is_plain(name: str) -> bool:
    """Tells whether a block type is the ordinary one: words only."""
    return name == TEXT_BLOCK
