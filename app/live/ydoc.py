"""The Yjs document of a passage and its editor document; writes what y-prosemirror would write, and reads whatever it or anybody else wrote.

Positions in a Y text are bytes of UTF-8 here, never characters.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from app.kernel.editor.nodes import EditorDocument, Element, Marks, Node, Suggestion, Words

ROOT = "text"
"""The name of the fragment that holds a passage's text."""

MAX_DEPTH = 40
"""How deep elements are followed; what is deeper is read as if it stood at this depth. Lists and quotes stop at 8."""

_HASHED = re.compile(r"(.*)--[a-zA-Z0-9+/=]{8}")
_Parent = XmlFragment | XmlElement


def new_doc(document: EditorDocument) -> Doc[Any]:
    """Returns a Yjs document that holds the text and nothing else: the seed of a room is `new_doc(…).get_update()`."""
    doc: Doc[Any] = Doc()
    with doc.transaction():
        write_children(root(doc), document.children)
    return doc


def doc_of(updates: Iterable[bytes]) -> Doc[Any]:
    """Returns the Yjs document that the updates make, applied in their order."""
    doc: Doc[Any] = Doc()
    root(doc)
    for update in updates:
        doc.apply_update(update)
    return doc


def root(doc: Doc[Any]) -> XmlFragment:
    """Returns the fragment that holds the text."""
    return cast("XmlFragment", doc.get(ROOT, type=XmlFragment))


def read(doc: Doc[Any]) -> EditorDocument:
    """Returns the text of a Yjs document, whatever has been written into it."""
    with doc.transaction():
        return EditorDocument(tuple(_read(root(doc), MAX_DEPTH)))


def made_by(doc: Doc[Any], change: Callable[[], None]) -> bytes | None:
    """Lets a change happen in one transaction and returns the update that it made; None if it changed nothing."""
    updates: list[bytes] = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    try:
        with doc.transaction():
            change()
    finally:
        doc.unobserve(subscription)
    return updates[0] if updates else None


def read_children(parent: XmlFragment | XmlElement, *, itself: bool = False) -> tuple[Node, ...]:
    """Returns what stands in an element of a document; with `itself`, the element with what stands in it."""
    inside = tuple(_read(parent, MAX_DEPTH))
    return (Element(getattr(parent, "tag", None) or "", _attributes(parent), inside),) if itself else inside


# Reading ---------------------------------------------------------------------------------------------------------------------------------------------


def _read(parent: _Parent, depth: int) -> Iterator[Node]:
    for child in parent.children:
        if isinstance(child, XmlText):
            yield from read_words(child)
        elif depth == 0:
            yield from _flat(child)
        else:
            yield Element(getattr(child, "tag", None) or "", _attributes(child), tuple(_read(child, depth - 1)))


def _flat(node: _Parent) -> Iterator[Node]:
    """All that stands in an element, without its elements; needs no stack of calls."""
    waiting: list[XmlElement | XmlFragment | XmlText] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, XmlText):
            yield from read_words(current)
        else:
            if isinstance(current, XmlElement):
                yield Element(current.tag or "", _attributes(current))
            waiting += reversed(list(current.children))


def _attributes(node: object) -> tuple[tuple[str, str | int], ...]:
    if not isinstance(node, XmlElement):
        return ()
    found: list[tuple[str, Any]] = list(cast("Iterable[tuple[str, Any]]", node.attributes))
    return tuple(sorted((name, _plain(value)) for name, value in found if value is not None))


def _plain(value: object) -> str | int:
    """Numbers come out of Yjs as floats; anything but a number or a string is no attribute of ours, and is kept in words."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int) and not isinstance(value, bool) else str(value)


def read_words(text: XmlText) -> Iterator[Words]:
    """Yields the words of a Y text, neighbours with the same marks together."""
    before: Words | None = None
    for chunk, formats in text.diff():
        words = Words(chunk, marks_of(formats)) if isinstance(chunk, str) else Words("", Marks(strange=frozenset({"embed"})))
        if before is not None and before.marks == words.marks:
            before = Words(before.text + words.text, before.marks)
            continue
        if before is not None:
            yield before
        before = words
    if before is not None:
        yield before


def marks_of(formats: Mapping[str, Any] | None) -> Marks:
    """Returns the marks that the formats of a stretch of Y text mean."""
    if not formats:
        return _PLAIN
    known: dict[str, Any] = {}
    comments: set[str] = set()
    strange: set[str] = set()
    for key, value in formats.items():
        name = mark_name(key)
        facts = value if isinstance(value, Mapping) else {}
        if value is None:
            continue
        if name in {"strong", "emphasis"}:
            known[name] = True
        elif name in {"insertion", "deletion"}:
            known[name] = Suggestion(_fact(facts, "id"), _fact(facts, "by"))
        elif name == "link":
            known[name] = _fact(facts, "target")
        elif name == "voice":
            known[name] = _fact(facts, "u")
        elif name == "comment":
            comments.add(_fact(facts, "id"))
        else:
            strange.add(name)
    return Marks(**known, comments=frozenset(comments), strange=frozenset(strange))


_PLAIN = Marks()


def _fact(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name, "")
    return str(_plain(value)) if value is not None else ""


def mark_name(key: str) -> str:
    """Returns the name of the mark that a format's key stands for: marks that may overlap carry a hash, `comment--QUJDREVG`."""
    hashed = _HASHED.fullmatch(key)
    return hashed.group(1) if hashed else key


# Writing ---------------------------------------------------------------------------------------------------------------------------------------------


def write_children(parent: _Parent, nodes: Iterable[Node], at: int | None = None) -> None:
    """Writes nodes into an element that is in a document, before its child number `at` (none: after all its children).

    Neighbouring words are one Y text, as y-prosemirror has it.
    """
    place = len(parent.children) if at is None else at
    group: list[Words] = []
    for node in nodes:
        if isinstance(node, Words):
            group.append(node)
            continue
        if group:
            place = _write_text(parent, place, group)
            group = []
        made = XmlElement(node.tag, cast("dict[str, str]", dict(node.attributes)))
        parent.children.insert(place, made)
        place += 1
        write_children(made, node.children)
    if group:
        _write_text(parent, place, group)


def _write_text(parent: _Parent, place: int, words: Iterable[Words]) -> int:
    text = XmlText()
    parent.children.insert(place, text)
    length = 0
    for one in words:
        if one.text:
            text.insert(length, one.text, formats_of(one.marks))
            length += len(one.text.encode())
    return place + 1


def formats_of(marks: Marks) -> dict[str, Any]:
    """Returns marks as the formats of a stretch of Y text, with the keys that y-prosemirror gives them."""
    formats: dict[str, Any] = {name: {} for name, has in (("strong", marks.strong), ("emphasis", marks.emphasis)) if has}
    if marks.link is not None:
        formats["link"] = {"target": marks.link}
    if marks.voice is not None:
        formats["voice"] = {"u": marks.voice}
    for name, suggestion in (("insertion", marks.insertion), ("deletion", marks.deletion)):
        if suggestion is not None:
            formats[name] = {"id": suggestion.id, "by": suggestion.by}
    formats |= {comment_key(name): {"id": name} for name in sorted(marks.comments)}
    return formats


def comment_key(comment: str) -> str:
    """Returns the key under which y-prosemirror keeps the mark of a comment: lib0's hash of the mark's JSON follows the name."""
    encoded = b"\x76\x02" + _string("type") + b"\x77" + _string("comment") + _string("attrs") + b"\x76\x01" + _string("id") + b"\x77"
    digest = hashlib.sha256(encoded + _string(comment)).digest()
    folded = bytearray(digest[:6])
    for index in range(6, len(digest)):
        folded[index % 6] ^= digest[index]
    return "comment--" + base64.b64encode(folded).decode()


def _string(text: str) -> bytes:
    data = text.encode()
    length, prefix = len(data), bytearray()
    while length > 127:
        prefix.append(length & 127 | 128)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + data
