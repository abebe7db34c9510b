"""What somebody who may only suggest can change: nothing that counts, nothing that others proposed or quoted."""

from __future__ import annotations

from collections.abc import Container, Iterator

from app.kernel.editor.accepted import accepted, commented, proposals
from app.kernel.editor.nodes import (
    ATOMS,
    ATTRIBUTES,
    CONTAINERS,
    DELETION,
    INSERTION,
    TEXTBLOCKS,
    EditorDocument,
    Element,
    Node,
    Suggestion,
    Words,
)
from app.kernel.editor.to_tree import to_tree
from app.kernel.editor.voices import spans_of


def same_accepted(before: EditorDocument, after: EditorDocument, by: str, own_comments: Container[str] = ()) -> bool:
    """Tells whether a suggester's update changes only what a suggester may.

    Accepted text, with its links and images, and its voices must be equal; what others propose and quote must be as it was; every new proposal bears the
    sender's name; nothing may come in that a browser would delete because it does not know it.

    Args:
        before, after: the document without and with the update.
        by: who sent it, as proposals name people.
        own_comments: the ids of the comments that the sender may anchor.
    """
    return (
        strangers(after) <= strangers(before)
        and _says_the_same(accepted(before), accepted(after))
        and _are_own(_suggestions(after) - _suggestions(before), by, {one.id for one in _suggestions(before) if one.by != by})
        and _proposed_by_others(before, by) == _proposed_by_others(after, by)
        and _quoted_by_others(before, by, own_comments) == _quoted_by_others(after, by, own_comments)
    )


def strangers(document: EditorDocument) -> frozenset[str]:
    """Returns the names of what the site's editor does not know: tags, attributes and marks. Browsers delete words that bear one."""
    return frozenset(_strangers(document.children))


def _strangers(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Words):
            yield from (f"mark {name}" for name in node.marks.strange)
            continue
        if node.tag not in ATOMS | TEXTBLOCKS | CONTAINERS:
            yield f"element {node.tag}"
        yield from (f"attribute {node.tag} {name}" for name, _value in node.attributes if name not in ATTRIBUTES.get(node.tag, ()))
        yield from _strangers(node.children)


def _says_the_same(before: EditorDocument, after: EditorDocument) -> bool:
    old, new = to_tree(before), to_tree(after)
    return old == new and spans_of(before, old) == spans_of(after, new)


def _are_own(new: set[Suggestion], by: str, others: Container[str]) -> bool:
    return all(one.by == by and one.id and one.id not in others for one in new)


def _suggestions(document: EditorDocument) -> set[Suggestion]:
    return set(_marked(document.children))


def _marked(nodes: tuple[Node, ...]) -> Iterator[Suggestion]:
    for node in nodes:
        if isinstance(node, Words):
            yield from (one for one in (node.marks.insertion, node.marks.deletion) if one is not None)
        else:
            yield from _stated(node)
            yield from _marked(node.children)


def _stated(node: Element) -> Iterator[Suggestion]:
    yield from (one for one in map(node.proposed, (INSERTION, DELETION)) if one is not None)


def _proposed_by_others(document: EditorDocument, by: str) -> list[object]:
    """What others propose, in words and as elements."""
    elements = [(node.tag, one) for node in _elements(document.children) for one in _stated(node) if one.by != by]
    return [*(one for one in proposals(document) if one.by != by), *elements]


def _elements(nodes: tuple[Node, ...]) -> Iterator[Element]:
    for node in nodes:
        if isinstance(node, Element):
            yield node
            yield from _elements(node.children)


def _quoted_by_others(document: EditorDocument, by: str, own: Container[str]) -> dict[str, str]:
    return {name: words for name, words in commented(document, leaving_out=by).items() if name not in own}
