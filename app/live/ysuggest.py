"""Decides on a proposal in the Yjs document itself, so that every open page sees it and everything around it stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from app.kernel.editor.nodes import ATOMS, Marks, Node, Suggestion, Words, element, standing
from app.live.ydoc import made_by, marks_of, read_words, root

_Parent = XmlFragment | XmlElement


def accept(doc: Doc[Any], suggestion: str) -> bytes | None:
    """Makes a proposal part of the text: its insertions count, its deletions are carried out.

    Returns:
        The update that did so, for the log; None if the proposal is not there any more.
    """
    return _decide(doc, suggestion, kept="insertion", dropped="deletion")


def refuse(doc: Doc[Any], suggestion: str) -> bytes | None:
    """Takes a proposal out of the text: its insertions go, its deletions are forgotten. Returns as `accept` does."""
    return _decide(doc, suggestion, kept="deletion", dropped="insertion")


def _decide(doc: Doc[Any], suggestion: str, kept: str, dropped: str) -> bytes | None:
    def change() -> None:
        _decide_in(root(doc), suggestion, kept, dropped)

    return made_by(doc, change)


def _decide_in(parent: _Parent, suggestion: str, kept: str, dropped: str) -> bool:
    """Decides in an element and all that it holds; tells whether something was taken out of it that leaves it empty."""
    took = _drop_objects(parent, suggestion, dropped)
    for index in reversed(range(len(parent.children))):
        child = parent.children[index]
        if isinstance(child, XmlText):
            took = _decide_text(child, suggestion, kept, dropped) or took
        elif isinstance(child, XmlElement) and _decide_in(child, suggestion, kept, dropped) and _may_go(parent, child):
            del parent.children[index]
            took = True
    return took and _is_empty(parent)


def _decide_text(text: XmlText, suggestion: str, kept: str, dropped: str) -> bool:
    took = False
    place = len(text)
    for chunk, formats in reversed(text.diff()):
        size = len(chunk.encode()) if isinstance(chunk, str) else 1
        place -= size
        marks = marks_of(formats)
        if _is_of(marks, dropped, suggestion):
            del text[place : place + size]
            took = True
        elif _is_of(marks, kept, suggestion):
            text.format(place, place + size, {kept: None})
    return took


def _drop_objects(parent: _Parent, suggestion: str, dropped: str) -> bool:
    """Objects among dropped words go with them."""
    children = list(parent.children)
    rows = [(index, node) for index, child in enumerate(children) for node in _inlines(child)]
    gone = [
        index
        for (index, _), (node, marks) in zip(rows, standing(node for _, node in rows), strict=True)
        if not isinstance(node, Words) and _is_of(marks, dropped, suggestion)
    ]
    for index in reversed(gone):
        del parent.children[index]
    return bool(gone)


def _inlines(child: object) -> Iterator[Node]:
    if isinstance(child, XmlText):
        yield from read_words(child)
    elif isinstance(child, XmlElement) and child.tag in ATOMS:
        yield element(child.tag or "")


def _is_of(marks: Marks, name: str, suggestion: str) -> bool:
    mark: Suggestion | None = marks.insertion if name == "insertion" else marks.deletion
    return mark is not None and mark.id == suggestion


def _may_go(parent: _Parent, child: XmlElement) -> bool:
    """An emptied block goes, but for cells and notes, which have their place, and the last block of a text, where the caret stands."""
    if child.tag not in {"paragraph", "heading", "list_item", "bullet_list", "ordered_list", "quote"}:
        return False
    return isinstance(parent, XmlElement) or len(parent.children) > 1


def _is_empty(parent: _Parent) -> bool:
    return all(isinstance(child, XmlText) and len(child) == 0 for child in parent.children)
