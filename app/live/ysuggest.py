"""Decides on a proposal in the Yjs document itself, so that every open page sees it and everything around it stays."""

from __future__ import annotations

from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from app.kernel.editor.accepted import insertions_in
from app.kernel.editor.nodes import ATOMS, DELETION, INSERTION, Marks, Suggestion, element, suggestion_of
from app.live.ydoc import made_by, marks_of, read_children, root, write_children

_Parent = XmlFragment | XmlElement


def accept(doc: Doc[Any], suggestion: str) -> bytes | None:
    """Makes a proposal part of the text: its insertions count, its deletions are carried out.

    Returns:
        The update that did so, for the log; None if the proposal is not there any more.
    """
    return _decide(doc, suggestion, kept=INSERTION, dropped=DELETION)


def refuse(doc: Doc[Any], suggestion: str) -> bytes | None:
    """Takes a proposal out of the text: its insertions go, its deletions are forgotten. Returns as `accept` does."""
    return _decide(doc, suggestion, kept=DELETION, dropped=INSERTION)


def _decide(doc: Doc[Any], suggestion: str, kept: str, dropped: str) -> bytes | None:
    def change() -> None:
        text = root(doc)
        _decide_in(text, suggestion, kept, dropped)
        if not len(text.children):
            write_children(text, [element("paragraph")])

    return made_by(doc, change)


def _decide_in(parent: _Parent, suggestion: str, kept: str, dropped: str) -> bool:
    """Decides in an element and all that it holds; tells whether something was taken out of it that leaves it empty."""
    took = False
    for index in reversed(range(len(parent.children))):
        child = parent.children[index]
        if isinstance(child, XmlText):
            took = _decide_text(child, suggestion, kept, dropped) or took
        elif isinstance(child, XmlElement) and _goes(parent, child, suggestion, kept, dropped):
            del parent.children[index]
            took = True
    return took and _is_empty(parent)


def _goes(parent: _Parent, child: XmlElement, suggestion: str, kept: str, dropped: str) -> bool:
    """Decides on an element and in it; tells whether the element goes.

    An object goes where it was to go; a block only when nothing is in it any more, for others may have written there.
    """
    emptied = _decide_in(child, suggestion, kept, dropped)
    _settle(child, kept, suggestion)
    if _settle(child, dropped, suggestion):
        if child.tag in ATOMS or _holds_nothing(child):
            return True
        _hand_on(child, dropped)
    return emptied and _may_go(parent, child, dropped)


def _settle(child: XmlElement, name: str, suggestion: str) -> bool:
    """Takes from an element what it says of a proposal; tells whether it said so."""
    said = child.attributes.get(name)
    if said is None or suggestion_of(str(said)).id != suggestion:
        return False
    del child.attributes[name]
    return True


def _hand_on(child: XmlElement, dropped: str) -> None:
    """A refused block in which somebody else proposes words is proposed by them: it still does not count."""
    if dropped == INSERTION:
        other = next(insertions_in(read_children(child)), None)
        if other is not None:
            child.attributes[INSERTION] = str(other)


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


def _is_of(marks: Marks, name: str, suggestion: str) -> bool:
    mark: Suggestion | None = marks.insertion if name == INSERTION else marks.deletion
    return mark is not None and mark.id == suggestion


def _may_go(parent: _Parent, child: XmlElement, dropped: str) -> bool:
    """An emptied block goes, but for cells and notes, which have their place, and the last paragraph of a text, where the caret stands.

    An item that held only proposed words was one before they came: no refusal changes what counts.
    """
    if child.tag in {"paragraph", "heading"}:
        return isinstance(parent, XmlElement) or len(parent.children) > 1
    return child.tag in {"bullet_list", "ordered_list", "quote"} or (child.tag, dropped) == ("list_item", DELETION)


def _is_empty(parent: _Parent) -> bool:
    return all(isinstance(child, XmlText) and len(child) == 0 for child in parent.children)


def _holds_nothing(block: XmlElement) -> bool:
    """Tells whether no word and no object stands in a block, however deep."""
    waiting: list[XmlElement | XmlFragment | XmlText] = [block]
    while waiting:
        current = waiting.pop()
        if isinstance(current, XmlText):
            if len(current):
                return False
        elif isinstance(current, XmlElement) and current.tag in ATOMS:
            return False
        else:
            waiting += list(current.children)
    return True
