"""The editor document: it holds all that a tree says, and any of them, however odd, gives a tree in which no word, image or note is missing."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.document.html_writer import to_fragment
from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.normal import normalise
from app.kernel.document.plain import images, plain_text
from app.kernel.document.tree import Document, Emphasis, Footnote, Image, Paragraph, Strong, Text
from app.kernel.editor.accepted import Proposal, Thing, accepted, accepted_tree, anchors, proposals
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.nodes import EditorDocument, Marks, Suggestion, Words, element
from app.kernel.editor.to_tree import to_tree
from tests.examples import examples
from tests.generated_trees import DOCUMENTS

ADDED = Marks(insertion=Suggestion("s1", "bea"))
REMOVED = Marks(deletion=Suggestion("s2", "bea"))


def p(*children, tag="paragraph", **attributes):
    return element(tag, *(Words(child) if isinstance(child, str) else child for child in children), **attributes)


def text(*blocks) -> EditorDocument:
    return EditorDocument(blocks)


class TestRoundTrip:
    @examples(150)
    @given(DOCUMENTS)
    def test_every_tree_comes_back(self, document):
        tree = normalise(document)
        back = to_tree(from_tree(tree))
        assert back == tree
        assert to_markdown(back) == to_markdown(tree)
        assert to_fragment(back) == to_fragment(tree)
        assert accepted_tree(from_tree(tree)) == tree

    def test_an_empty_text_has_a_place_for_the_caret(self):
        assert from_tree(Document(())) == text(element("paragraph"))
        assert to_tree(text(element("paragraph"))) == to_tree(EditorDocument()) == Document(())

    def test_an_object_says_its_marks_only_where_its_neighbours_would_be_misread(self):
        inside = Paragraph((Strong((Text("a "), Image("x", ""), Text(" b"))),))
        beside = Paragraph((Strong((Text("a"),)), Image("x", ""), Strong((Text("b"),))))
        assert from_tree(Document((inside,))).children[0].children[1] == element("image", media="x", alt="")
        assert from_tree(Document((beside,))).children[0].children[1] == element("image", media="x", alt="", marks="")


# Any tags in any order, numbered words, images and notes.
_WORD = st.builds(
    Words,
    st.integers(0, 400).map("m{}x ".format),
    st.builds(
        Marks, st.booleans(), st.booleans(), st.sampled_from([None, "/x", "javascript:x", "https://a.fr"]), comments=st.just(frozenset())
    ),
)
_ATTRIBUTES = st.sampled_from(
    [
        (),
        (("level", 9),),
        (("level", "x"),),
        (("start", -4),),
        (("start", 10**12),),
        (("align", "left"),),
        (("label", "n"),),
        (("label", "a b"),),
    ]
)
_TAGS = st.sampled_from(
    [
        "paragraph",
        "heading",
        "bullet_list",
        "ordered_list",
        "list_item",
        "quote",
        "table",
        "table_row",
        "table_header",
        "table_cell",
        "footnote",
        "image",
        "script",
        "hard_break",
    ]
)
_ODD = st.recursive(
    _WORD
    | st.integers(0, 400).map(lambda n: element("image", media=f"i{n}", alt=""))
    | st.sampled_from(
        [element("footnote_call", label="n"), element("footnote_call", label="a b"), element("image", media="É/", alt="m7x")]
    ),
    lambda inner: st.builds(
        lambda tag, attributes, children: element(tag, *children, **dict(attributes)), _TAGS, _ATTRIBUTES, st.lists(inner, max_size=5)
    ),
    max_leaves=25,
)


def everything(node):
    """All numbered words and ids of images in an editor node."""
    if isinstance(node, Words):
        return re.findall(r"m\d+x", node.text)
    own = (
        [node.get("media")]
        if re.fullmatch(r"i\d+", node.get("media"))
        else re.findall(r"m\d+x", node.get("alt"))
        if node.tag == "image"
        else []
    )
    return own + [found for child in node.children for found in everything(child)]


class TestOddDocuments:
    @examples(300)
    @given(st.lists(_ODD, max_size=6))
    def test_nothing_is_lost(self, nodes):
        tree = to_tree(EditorDocument(tuple(nodes)))
        assert normalise(tree) == tree
        found = re.findall(r"m\d+x", plain_text(tree)) + [image.media for image in images(tree)]
        assert sorted(found) == sorted(word for node in nodes for word in everything(node))

    @pytest.mark.parametrize(
        ("odd", "plain"),
        [
            (text(Words("a"), p("b")), [p("a"), p("b")]),
            (text(p("a", p("b"), "c")), [p("a"), p("b"), p("c")]),
            (text(element("bullet_list", p("a"))), [element("bullet_list", element("list_item", p("a")))]),
            (text(element("list_item", p("a"))), [p("a")]),
            (
                text(p("a", tag="heading", level=1), p("b", tag="heading", level=7)),
                [p("a", tag="heading", level=2), p("b", tag="heading", level=4)],
            ),
            (
                text(element("table", p("a"), element("table_row", p("b", tag="table_cell"), Words("c")))),
                [
                    element(
                        "table",
                        element("table_row", p("a", tag="table_cell")),
                        element("table_row", p("b", tag="table_cell"), p("c", tag="table_cell")),
                    )
                ],
            ),
            (
                text(element("table", element("table_row", element("table_cell", p("a"), p("b"))))),
                [element("table", element("table_row", p("a b", tag="table_cell")))],
            ),
        ],
    )
    def test_odd_places(self, odd, plain):
        assert to_tree(odd) == to_tree(EditorDocument(tuple(plain)))

    def test_a_note_is_found_wherever_it_stands(self):
        call = element("footnote_call", label="n")
        note = element("footnote", p("la note"), label="n")
        tree = to_tree(text(element("quote", note, p("a", call)), p("b")))
        assert tree == to_tree(text(element("quote", p("a", call)), p("b"), note))
        assert tree.footnotes == (Footnote("n", (Paragraph((Text("la note"),)),)),)

    def test_an_unsafe_link_leaves_its_words(self):
        assert to_tree(text(element("paragraph", Words("a", Marks(link="javascript:x"))))) == to_tree(text(p("a")))


class TestAccepted:
    document = text(
        element("paragraph", Words("Le chat "), Words("noir ", ADDED), Words("dort "), Words("bien ", REMOVED), Words("ici.")),
        element("paragraph", Words("Tout nouveau.", ADDED)),
    )

    def test_what_is_only_proposed_does_not_count(self):
        assert to_markdown(accepted_tree(self.document)) == "Le chat dort bien ici.\n"

    def test_what_is_proposed_is_listed(self):
        assert proposals(self.document) == (
            Proposal("s1", "bea", "noir \n\nTout nouveau.", "", "Le chat ", "dort bien ici."),
            Proposal("s2", "bea", "", "bien ", "Le chat dort ", "ici."),
        )

    def test_an_object_is_proposed_where_it_says_so_and_nowhere_else(self):
        """Whoever may write can put an image between proposed words: it is no proposal."""
        among = text(element("paragraph", Words("a "), Words("b", ADDED), element("image", media="x", alt=""), Words("c", ADDED)))
        added = text(p("a ", element("image", media="x", alt="", insertion="s1 bea"), " b"))
        struck = text(p("a ", element("image", media="x", alt="", deletion="s1 bea"), " b"))
        assert to_markdown(accepted_tree(among)) == to_markdown(accepted_tree(struck)).replace(" b", "") == "a ![](media:x)\n"
        assert accepted(added) == text(p("a ", " b"))
        assert accepted(struck) == text(p("a ", element("image", media="x", alt=""), " b"))

    def test_proposed_objects_are_listed_with_the_words_beside_them(self):
        image = element("image", media="x", alt="Le marché", deletion="s1 bea")
        document = text(
            p("Avant ", image, Words("neuf", ADDED), element("hard_break", insertion="s1 bea"), " après."),
            element("table", element("table_row", p(Words("case", ADDED), tag="table_header")), insertion="s1 bea"),
            element("footnote", p("Une note."), label="n", deletion="s2 ali"),
        )
        assert proposals(document) == (
            Proposal(
                *("s1", "bea", "neuf\ufffc\n\n\ufffc\n\ncase", "\ufffc", "Avant ", " après."),
                added=(Thing("hard_break"), Thing("table")),
                taken=(Thing("image", "Le marché"),),
            ),
            Proposal("s2", "ali", "", "\ufffc", "", "", taken=(Thing("footnote", "n"),)),
        )

    @pytest.mark.parametrize(
        ("tag", "inside"),
        [
            ("list_item", p(Words("b", ADDED))),
            ("footnote", p(Words("b", ADDED))),
            ("table_row", p(Words("b", ADDED), tag="table_cell")),
            ("list_item", element("paragraph")),
        ],
    )
    def test_a_proposed_block_counts_as_soon_as_something_in_it_does(self, tag, inside):
        around = {"list_item": "bullet_list", "table_row": "table"}.get(tag)
        block = element(tag, inside, insertion="s1 bea")

        def holding(*blocks):
            return text(element(around, *blocks)) if around else text(*blocks)

        assert accepted(holding(block)) == holding()
        written = p("écrit", tag=inside.tag)
        assert (
            accepted(holding(element(tag, inside, written, insertion="s1 bea"))).children
            == holding(element(tag, replace(inside, children=()), written)).children
        )

    def test_what_is_proposed_beside_an_object_changes_nothing_about_it(self):
        linked = Marks(link="/x", comments=frozenset({"c"}))
        image = element("image", media="x", alt="")
        alone = text(p(Words("a", linked), image, Words("b", linked)))
        beside = text(p(Words("a", linked), Words("neuf", ADDED), image, Words("b", linked)))
        assert accepted_tree(beside) == to_tree(alone)
        assert anchors(beside) == anchors(alone)

    def test_an_object_keeps_its_marks_when_a_proposed_neighbour_does_not_count(self):
        strong = Marks(strong=True)
        document = text(
            element(
                "paragraph",
                Words("a", strong),
                element("hard_break"),
                Words("b", Marks(True, insertion=Suggestion("s", "x"))),
                Words("c", strong),
            )
        )
        assert accepted_tree(document).blocks == (
            Paragraph((Strong((Text("a"), *to_tree(text(p("x", element("hard_break"), "y"))).blocks[0].children[1:2], Text("c"))),)),
        )

    def test_the_boundary_of_the_suggestion_mode_is_no_word(self):
        assert accepted(text(element("paragraph", Words("a"), Words("\u200b", REMOVED)))) == text(p("a"))

    def test_what_comments_quote(self):
        quoted = Marks(comments=frozenset({"c1"}))
        both = Marks(emphasis=True, comments=frozenset({"c1", "c2"}))
        document = text(element("paragraph", Words("a "), Words("b ", quoted), Words("c", both)), element("paragraph", Words("d", both)))
        assert anchors(document) == {"c1": "b c\n\nd", "c2": "c\n\nd"}

    def test_emphasis_of_proposed_words_does_not_reach_the_others(self):
        document = text(
            element(
                "paragraph",
                Words("a "),
                Words("b ", Marks(emphasis=True, insertion=Suggestion("s", "x"))),
                Words("c", Marks(emphasis=True)),
            )
        )
        assert accepted_tree(document).blocks == (Paragraph((Text("a "), Emphasis((Text("c"),)))),)
