"""Brings what was changed elsewhere into the Yjs document, with the smallest changes: carets and marks in what stays are not touched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, cast

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from app.kernel.document.tree import Document
from app.kernel.editor.accepted import is_only_proposed
from app.kernel.editor.meet import carried, key_of, meet, spoken
from app.kernel.editor.nodes import INSERTION, PROPOSING, TEXTBLOCKS, Element, Node, Words, element, rows
from app.live.ydoc import formats_of, made_by, read, read_children, read_words, root, write_children

_TOKEN = re.compile(r"\s+|\w+[’']?|[^\w\s]")
_Parent = XmlFragment | XmlElement


def meet_in(doc: Doc[Any], base: Document, new: Document, voice: str | None = None) -> bytes | None:
    """Brings into a document what somebody made of `base` elsewhere.

    Args:
        doc: what is being written.
        base, new: in normal form.
        voice: who says the new words, in a shared passage; None in a voice's own.

    Returns:
        The update for the log; None if nothing had to change.
    """

    def change() -> None:
        _in_paragraphs(root(doc))
        _apply(doc, base, new, voice)

    return made_by(doc, change)


def _in_paragraphs(parent: XmlFragment) -> None:
    """Words that stand outside a paragraph get one, so that each block of the text is an element."""
    for index, child in enumerate(list(parent.children)):
        if isinstance(child, XmlText):
            words = list(read_words(child))
            del parent.children[index]
            write_children(parent, [element("paragraph", *words)], index)


def _apply(doc: Doc[Any], base: Document, new: Document, voice: str | None) -> None:
    parent = root(doc)
    live = at = 0
    for step in meet(base, new, read(doc), voice):
        if step.live is None:
            if step.block is not None:
                write_children(parent, [step.block], at)
                at += 1
            continue
        _drop(parent, at, step.live - live)
        if step.block is not None:
            _become(parent, at, step.block, voice)
        live, at = step.live + 1, at + 1
    _drop(parent, at, len(parent.children) - at)
    if not len(parent.children):
        write_children(parent, [element("paragraph")])


def _drop(parent: _Parent, at: int, count: int) -> None:
    for _ in range(count):
        del parent.children[at]


def _become(parent: _Parent, at: int, new: Element, voice: str | None) -> None:
    """Makes the element at a place say what `new` says."""
    present = cast("XmlElement", parent.children[at])
    old = read_children(present)
    tag = present.tag or ""
    if tag == new.tag and tag not in TEXTBLOCKS:
        _set_attributes(present, new)
        _become_children(present, old, new.children, voice)
        return
    is_row = {tag, new.tag} <= TEXTBLOCKS and all(inline for inline, _group in rows(old))
    target = carried(old, new.children, voice) if is_row else tuple(spoken(child, voice) for child in new.children)
    if is_row and tag == new.tag:
        _set_attributes(present, new)
        _become_row(present, target)
        return
    del parent.children[at]
    write_children(parent, [Element(new.tag, new.attributes, target)], at)


def _set_attributes(present: XmlElement, new: Element) -> None:
    for name, value in new.attributes:
        if present.attributes.get(name) != value:
            present.attributes[name] = value
    if present.attributes.get(INSERTION) is not None:  # what counts already counts as well when nothing is left in it
        del present.attributes[INSERTION]


def _become_children(present: XmlElement, old: Sequence[Node], new: Sequence[Node], voice: str | None) -> None:
    """Keeps the children that are equal at both ends; those between become the new ones in their order. What is only proposed keeps its place."""
    if not all(isinstance(child, Element) for child in old):
        _drop(present, 0, len(present.children))
        write_children(present, [spoken(child, voice) for child in new])
        return
    counted = [index for index, child in enumerate(old) if not is_only_proposed(child)]
    before, after = [_shown(old[index]) for index in counted], [_shown(child) for child in new]
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    last = min(len(before), len(after)) - end
    for index, child in zip(counted[start:last], new[start:last], strict=True):
        if isinstance(child, Element):
            _become(present, index, child, voice)
    for index in reversed(counted[last : len(before) - end]):
        _drop(present, index, 1)
    write_children(present, [spoken(child, voice) for child in new[last : len(after) - end]], counted[last - 1] + 1 if last else 0)


def _shown(node: Node) -> tuple[str, tuple[tuple[str, str | int], ...], str]:
    return (node.tag, node.without(PROPOSING).attributes, key_of(node)) if isinstance(node, Element) else ("", (), key_of(node))


# Rows of words ---------------------------------------------------------------------------------------------------------------------------------------


def _become_row(present: XmlElement, target: Sequence[Node]) -> None:
    """Makes the words and objects of an element those of `target`; where the objects are the same, only the words that differ are touched."""
    children = list(present.children)
    wanted = _grouped(target)
    same = len(children) == len(wanted) and all(_matches(child, one) for child, one in zip(children, wanted, strict=True))
    if not same:
        _drop(present, 0, len(children))
        write_children(present, target)
        return
    for child, one in zip(children, wanted, strict=True):
        if isinstance(child, XmlText) and isinstance(one, list):
            _become_text(child, one)


def _grouped(row: Sequence[Node]) -> list[list[Words] | Element]:
    groups: list[list[Words] | Element] = []
    for node in row:
        if isinstance(node, Element):
            groups.append(node)
        elif groups and isinstance(groups[-1], list):
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _matches(child: object, one: list[Words] | Element) -> bool:
    if isinstance(child, XmlText):
        return isinstance(one, list)
    return isinstance(child, XmlElement) and isinstance(one, Element) and read_children(child, itself=True) == (one,)


def _become_text(text: XmlText, target: Sequence[Words]) -> None:
    old = "".join(words.text for words in read_words(text))
    new = "".join(words.text for words in target)
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    for tag, a, b, c, d in reversed(SequenceMatcher(None, before, after, autojunk=False).get_opcodes()):
        if tag == "equal":
            continue
        start, size = len("".join(before[:a]).encode()), len("".join(before[a:b]).encode())
        if size:
            del text[start : start + size]
        first, last = len("".join(after[:c])), len("".join(after[:d]))
        for words in _cut(target, first, last):
            text.insert(start, words.text, formats_of(words.marks))
            start += len(words.text.encode())
    _reformat(text, target)


def _cut(target: Sequence[Words], first: int, last: int) -> list[Words]:
    found, place = [], 0
    for words in target:
        piece = words.text[max(first - place, 0) : max(last - place, 0)]
        found += [Words(piece, words.marks)] if piece else []
        place += len(words.text)
    return found


def _reformat(text: XmlText, target: Sequence[Words]) -> None:
    """Gives words that stayed the marks that they have now."""
    present = list(read_words(text))
    place = character = 0
    for words in target:
        stop = character + len(words.text)
        for piece in _cut(present, character, stop):
            size = len(piece.text.encode())
            if piece.marks != words.marks:
                old, new = formats_of(piece.marks), formats_of(words.marks)
                changed = {**dict.fromkeys(old.keys() - new.keys()), **{key: value for key, value in new.items() if old.get(key) != value}}
                text.format(place, place + size, changed)
            place += size
        character = stop
