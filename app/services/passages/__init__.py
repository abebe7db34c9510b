"""Passages: added, saved as hashed revisions, moved, put into the trash; only a voice's holder and scribe write in its passages."""

from app.services.passages.arranging import (
    add_passage,
    arranged,
    delete_passage,
    living_passages,
    move_moment,
    move_passage,
    restore_passage,
)
from app.services.passages.content import PromptAnswered, kept_prompt, own_words, passage_content, spans_of
from app.services.passages.drafts import drop_draft, keep_draft
from app.services.passages.revisions import StaleBase, ask_otherwise, name_revision, restore_revision, save_passage, write_revision
from app.services.passages.rights import (
    change_decision,
    may_write,
    ownership,
    passage_deletion,
    passage_reading,
    passage_writing,
    readable_passage,
    writable_passage,
)

__all__ = [
    "PromptAnswered",
    "StaleBase",
    "add_passage",
    "arranged",
    "ask_otherwise",
    "change_decision",
    "delete_passage",
    "drop_draft",
    "keep_draft",
    "kept_prompt",
    "living_passages",
    "may_write",
    "move_moment",
    "move_passage",
    "name_revision",
    "own_words",
    "ownership",
    "passage_content",
    "passage_deletion",
    "passage_reading",
    "passage_writing",
    "readable_passage",
    "restore_passage",
    "restore_revision",
    "save_passage",
    "spans_of",
    "writable_passage",
    "write_revision",
]
