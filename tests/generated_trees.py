"""Generated trees of every kind, odd ones included: the same strategies for the markup, the editor document and the Yjs document."""

from hypothesis import strategies as st

from app.kernel.document.tree import (
    BulletList,
    Cell,
    Document,
    Emphasis,
    Footnote,
    FootnoteReference,
    Heading,
    Image,
    LineBreak,
    Link,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Strong,
    Table,
    Text,
)


def cut(text):
    return text.split("¦")


SHARDS = st.sampled_from(
    [
        *"abé12 \n*_[](){}<>!#-+.|\\&`~^:=\"'/",
        *cut("  ¦\n\n¦- ¦1. ¦# ¦> ¦    ¦[^1]¦[^n]:¦](/x)¦![a](media:x)¦<http://a>¦---¦| a¦\\\n¦  \n¦mot¦ la suite"),
        *"\x00\t\u00a0\u2003\u0301\u0338\u2028\u202e\u1fef\u037e\u1100\u1161",
    ]
)
TEXTS = st.lists(SHARDS, max_size=8).map("".join) | st.text(max_size=6)
TARGETS = st.sampled_from(
    ["https://a.fr/", "https://a.fr/(b)", "https://a.fr/((b)", "/x)", "#a", "mailto:a@b.fr", "tel:+331", "https://é.fr/x_*y*?a=1&b=2"]
)
LABELS = st.sampled_from(["1", "n", "é_-"])
ATOMS = (
    st.builds(Text, TEXTS)
    | st.builds(Image, st.sampled_from(["a", "x9"]), TEXTS)
    | st.builds(FootnoteReference, LABELS)
    | st.just(LineBreak())
)


def row_of(inlines):
    return st.lists(inlines, max_size=4).map(tuple)


INLINES = row_of(
    st.recursive(
        ATOMS,
        lambda inner: st.builds(Emphasis, row_of(inner)) | st.builds(Strong, row_of(inner)) | st.builds(Link, TARGETS, row_of(inner)),
        max_leaves=6,
    )
)
CELLS = st.lists(st.builds(Cell, INLINES), max_size=3).map(tuple)
TABLES = st.builds(
    Table,
    CELLS.filter(bool),
    st.lists(st.sampled_from(["", "left", "center", "right"]), max_size=4).map(tuple),
    st.lists(CELLS, max_size=2).map(tuple),
)
PARAGRAPHS = st.builds(Paragraph, INLINES)
BLOCKS = st.recursive(
    PARAGRAPHS | st.builds(Heading, st.integers(2, 4), INLINES) | TABLES,
    lambda inner: (
        st.builds(Quote, row_of(inner))
        | st.builds(BulletList, row_of(st.builds(ListItem, row_of(inner))))
        | st.builds(OrderedList, st.sampled_from([0, 1, 7, 999_999_999]), row_of(st.builds(ListItem, row_of(inner))))
    ),
    max_leaves=8,
)
DOCUMENTS = st.builds(Document, row_of(BLOCKS), st.lists(st.builds(Footnote, LABELS, row_of(BLOCKS)), max_size=2).map(tuple))
