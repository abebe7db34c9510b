"""What the public reads of an extension's block: plain texts in a fixed shape, cleaned when kept and again when shown; never markup, never an unsafe address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.document.characters import clean
from app.kernel.document.targets import safe_target

TEXT_BLOCK = "text"
"""The block type of an ordinary passage; all others are an extension's, `<plugin>:<name>`."""

MOST_TEXT = 16_000
MOST_LINE = 1000
MOST_ENTRIES = 200
MOST_CELLS = 12


class BlockRefused(ValueError):
    """What an extension returned cannot be kept; the message says which part, for its author."""


@dataclass(frozen=True)
class Block:
    """A block as it is kept and shown; the parts are those of `app.sdk.BlockSnapshot`."""

    title: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    link: tuple[str, str] | None = None

    def record(self) -> dict[str, object]:
        """Returns the block as it is stored and hashed; empty parts are left out."""
        record: dict[str, object] = {"title": self.title, "text": self.text}
        if self.facts:
            record["facts"] = [list(pair) for pair in self.facts]
        if self.items:
            record["items"] = list(self.items)
        if self.table:
            record["table"] = [list(row) for row in self.table]
        if self.link:
            record["link"] = list(self.link)
        return record

    @property
    def words(self) -> str:
        """All that the block says, line by line: for counts, searches and comparisons."""
        lines = [self.title, *(f"{label} : {value}" for label, value in self.facts), *self.items]
        lines += [" | ".join(row) for row in self.table]
        lines += [self.text, *([f"{self.link[1]} ({self.link[0]})"] if self.link else [])]
        return "\n".join(line for line in lines if line)


def kept_block(part: Any) -> Block:
    """Returns an extension's snapshot as it is kept.

    Args:
        part: an object with the attributes of `BlockSnapshot`; its texts may be lazy.

    Raises:
        BlockRefused: if a part has another shape, is too long, or the title or the text alternative is empty.
    """
    title, text = _line("title", part.title), _text("text", part.text, MOST_TEXT)
    if not title or not text:
        raise BlockRefused("a block needs a title and a text alternative")
    table = tuple(
        tuple(_line("table", cell) for cell in _list("table", row, MOST_CELLS)) for row in _list("table", part.table, MOST_ENTRIES)
    )
    if table and (len(table) < 2 or len({len(row) for row in table}) > 1 or not table[0]):
        raise BlockRefused("a table needs a row of headings, a row more, and rows of one length")
    return Block(
        title,
        text,
        tuple(_pair("facts", pair) for pair in _list("facts", part.facts, MOST_ENTRIES)),
        tuple(_line("items", item) for item in _list("items", part.items, MOST_ENTRIES)),
        table,
        _link(part.link),
    )


def read_block(record: Mapping[str, Any] | None) -> Block | None:
    """Returns a stored block for showing, cleaned again; None for none, or for one that no version of ours wrote."""
    if not record:
        return None
    try:
        return kept_block(
            Block(
                record["title"],
                record["text"],
                tuple(tuple(pair) for pair in record.get("facts", ())),
                tuple(record.get("items", ())),
                tuple(tuple(row) for row in record.get("table", ())),
                tuple(record["link"]) if record.get("link") else None,
            )
        )
    except (KeyError, TypeError, BlockRefused):
        return None


def _list(name: str, value: Any, most: int) -> list[Any]:
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise BlockRefused(f"{name} must be a list, not {type(value).__name__}")
    if len(value) > most:
        raise BlockRefused(f"{name} has more than {most} entries")
    return list(value)


def _pair(name: str, value: Any) -> tuple[str, str]:
    entries = _list(name, value, 2)
    if len(entries) != 2:
        raise BlockRefused(f"{name} holds pairs")
    return _line(name, entries[0]), _line(name, entries[1])


def _line(name: str, value: Any) -> str:
    return " ".join(_text(name, value, MOST_LINE).split())


def _text(name: str, value: Any, most: int) -> str:
    if value is None or isinstance(value, bytes | Mapping | list | tuple):
        raise BlockRefused(f"{name} must be a text, not {type(value).__name__}")
    text = clean(str(value)).strip()
    if len(text) > most:
        raise BlockRefused(f"{name} is longer than {most} signs")
    return text


def _link(value: Any) -> tuple[str, str] | None:
    if not value:
        return None
    address, words = _pair("link", value)
    target = safe_target(address)
    if target is None or not target.startswith(("http://", "https://", "/")):
        raise BlockRefused("link must lead to http, https or an address of this site")
    return target, words or target


# — an extension's data, as forms fill it in —


@dataclass(frozen=True)
class DataMerge:
    """Three versions of a form's data put together; `clashes` are the fields that two people changed differently, with (mine, theirs)."""

    data: dict[str, Any]
    clashes: dict[str, tuple[Any, Any]]


def merge_data(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> DataMerge:
    """Merges field by field what two people made of the same data; where both changed a field differently, mine stands and the clash is told."""
    merged: dict[str, Any] = {}
    clashes: dict[str, tuple[Any, Any]] = {}
    for name in dict.fromkeys((*mine, *theirs)):
        before, here, there = base.get(name), mine.get(name), theirs.get(name)
        if here == before and there != before:
            merged[name] = there
            continue
        merged[name] = here
        if here not in (there, before) and there != before:
            clashes[name] = (here, there)
    return DataMerge(merged, clashes)
