"""What a page shows (ProseMirror's JSON) as an editor document, so that tests can say it as Markdown."""

from typing import Any

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.editor.nodes import EditorDocument, Element, Marks, Node, Suggestion, Words
from app.kernel.editor.to_tree import to_tree


def document_of(json: dict[str, Any]) -> EditorDocument:
    """Returns the editor document of a page's JSON."""
    return EditorDocument(tuple(_node(child) for child in json.get("content", ())))


def markdown_of(json: dict[str, Any]) -> str:
    """Returns the canonical Markdown of a page's JSON."""
    return to_markdown(to_tree(document_of(json)))


def _node(json: dict[str, Any]) -> Node:
    if json["type"] == "text":
        return Words(json["text"], _marks(json.get("marks", ())))
    attributes = {name: value for name, value in json.get("attrs", {}).items() if value is not None}
    return Element(json["type"], tuple(sorted(attributes.items())), tuple(_node(child) for child in json.get("content", ())))


def _marks(marks: Any) -> Marks:
    found = {mark["type"]: mark.get("attrs", {}) for mark in marks if mark["type"] != "comment"}
    comments = frozenset(mark["attrs"]["id"] for mark in marks if mark["type"] == "comment")

    def suggestion(name: str) -> Suggestion | None:
        return Suggestion(**found[name]) if name in found else None

    return Marks(
        "strong" in found,
        "emphasis" in found,
        found.get("link", {}).get("target"),
        found.get("voice", {}).get("u"),
        comments,
        suggestion("insertion"),
        suggestion("deletion"),
    )
