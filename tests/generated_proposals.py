"""Generated texts with proposals of several people in them: words, objects, and blocks that are more than their words."""

from dataclasses import replace

from hypothesis import strategies as st

from app.kernel.document.normal import normalise
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.nodes import ATOMS, ATTRIBUTES, DELETION, INSERTION, EditorDocument, Marks, Node, Suggestion, Words, element
from tests.generated_trees import DOCUMENTS

PEOPLE = ("bea", "ali")
SUGGESTIONS = st.sampled_from([Suggestion(f"{by}{number}", by) for by in PEOPLE for number in (1, 2)])
MAYBE = st.none() | st.none() | SUGGESTIONS


@st.composite
def proposed_documents(draw) -> EditorDocument:
    """Any text in which anything may be proposed."""
    return EditorDocument(tuple(_proposed(draw, draw(DOCUMENTS.map(normalise).map(from_tree)).children)))


def _proposed(draw, nodes: tuple[Node, ...]) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Words):
            middle = len(node.text) // 2
            found += [
                Words(text, replace(node.marks, insertion=draw(MAYBE), deletion=draw(MAYBE)))
                for text in (node.text[:middle], node.text[middle:])
                if text
            ]
            continue
        can = ATTRIBUTES.get(node.tag, frozenset())
        said = {name: str(one) for name in (INSERTION, DELETION) if name in can and (one := draw(MAYBE)) is not None}
        found.append(
            replace(
                node, attributes=tuple(sorted({**dict(node.attributes), **said}.items())), children=tuple(_proposed(draw, node.children))
            )
        )
    return _joined(found)


def _joined(nodes: list[Node]) -> list[Node]:
    """Neighbouring words with the same marks are one stretch, as a Yjs document has it."""
    found: list[Node] = []
    for node in nodes:
        if found and isinstance(node, Words) and isinstance(found[-1], Words) and found[-1].marks == node.marks:
            found[-1] = Words(found[-1].text + node.text, node.marks)
        else:
            found.append(node)
    return found


def new_things(one: Suggestion) -> list[tuple[str, Node]]:
    """Returns what somebody may put among blocks or among words under a proposal of theirs: (`block` or `inline`, node)."""
    said = str(one)
    added = Words("neuf", Marks(insertion=one))
    cells = element("table_row", *(element("table_cell", added) for _ in range(2)), insertion=said)
    inlines = [
        added,
        element("image", media="m", alt="", insertion=said),
        element("footnote_call", label="n", insertion=said),
        element("hard_break", insertion=said),
    ]
    blocks = [
        element("paragraph", added),
        element("paragraph"),
        element("heading", added, level=3),
        element("quote", element("paragraph", added)),
        element("bullet_list", element("list_item", element("paragraph", added), insertion=said)),
        element("table", cells, element("table_row", element("table_cell"), insertion=said), insertion=said),
        element("footnote", element("paragraph", added), label="neuve", insertion=said),
    ]
    return [*(("inline", node) for node in inlines), *(("block", node) for node in blocks)]


def with_proposal(draw, document: EditorDocument, one: Suggestion) -> EditorDocument:
    """Returns the text after somebody proposed something in it: put something in, or struck something out."""
    kind, thing = draw(st.sampled_from([*new_things(one), ("strike", element("hard_break"))]))
    if kind == "block":
        place = draw(st.integers(0, len(document.children)))
        return EditorDocument((*document.children[:place], thing, *document.children[place:]))
    return EditorDocument(tuple(_changed(draw, document.children, one, thing if kind == "inline" else None)))


def _changed(draw, nodes: tuple[Node, ...], one: Suggestion, thing: Node | None) -> list[Node]:
    """Nodes with `thing` put among their words, or, without one, some of them struck out."""
    found: list[Node] = []
    for node in nodes:
        is_block = not isinstance(node, Words) and node.tag not in ATOMS
        struck = _struck(node, one) if thing is None and draw(st.booleans()) else node
        if not is_block:
            found.append(struck)
            continue
        inside = _changed(draw, node.children, one, thing)
        if thing is not None and node.tag in {"paragraph", "heading", "table_cell"} and draw(st.booleans()):
            place = draw(st.integers(0, len(inside)))
            inside[place:place] = [thing]
        found.append(replace(struck, children=tuple(_joined(inside))))
    return found


def _struck(node: Node, one: Suggestion) -> Node:
    """A node that is to go, if it can be struck out and nobody has done so."""
    if isinstance(node, Words):
        return node if node.marks.deletion else replace(node, marks=replace(node.marks, deletion=one))
    if DELETION not in ATTRIBUTES.get(node.tag, ()) or node.has(DELETION):
        return node
    return replace(node, attributes=tuple(sorted((*node.attributes, (DELETION, str(one))))))
