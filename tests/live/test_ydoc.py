"""The Yjs document holds all that the editor document says, in the form that y-prosemirror reads and writes."""

import pytest
from hypothesis import given
from pycrdt import Doc, XmlElement, XmlText

from app.kernel.document.html_writer import to_fragment
from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.normal import normalise
from app.kernel.editor.accepted import accepted_tree
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.nodes import EditorDocument, Marks, Suggestion, Words, element
from app.kernel.editor.to_tree import to_tree
from app.live.ydoc import MAX_DEPTH, comment_key, doc_of, new_doc, read, root
from app.services.markup import parse
from tests.examples import examples
from tests.generated_trees import DOCUMENTS

FULL = Marks(True, True, "/x", "v1", frozenset({"c1", "c2"}), Suggestion("s1", "bea"), Suggestion("s2", "ali"))


class TestRoundTrip:
    @examples(150)
    @given(DOCUMENTS)
    def test_canonical_markdown_comes_back_byte_for_byte(self, document):
        written = to_markdown(document)
        tree = parse(written)
        editor = from_tree(tree)
        back = read(doc_of([new_doc(editor).get_update()]))
        assert back == editor
        assert to_markdown(to_tree(back)) == to_markdown(accepted_tree(back)) == written
        assert to_fragment(to_tree(back)) == to_fragment(normalise(document))

    def test_every_mark_comes_back(self):
        document = EditorDocument((element("paragraph", Words("é𝄞 ", FULL), Words("a", Marks(strong=True)), Words("b")),))
        assert read(new_doc(document)) == document


def test_comments_have_the_keys_that_yprosemirror_gives_them():
    # Computed by y-prosemirror 1.3.7: hashOfJSON({type: "comment", attrs: {id}}).
    assert comment_key("c-1é") == "comment--neICK0r+"
    assert comment_key("x" * 200) == "comment--TfGorChj"


def typed(*texts) -> Doc:
    """A document of one paragraph that holds Y texts beside each other."""
    doc = Doc()
    paragraph = XmlElement("paragraph")
    root(doc).children.append(paragraph)
    for chunks in texts:
        text = XmlText()
        paragraph.children.append(text)
        for chunk, formats in chunks:
            text.insert(len(text), chunk, formats)
    return doc


class TestReading:
    def test_texts_beside_each_other_are_read_in_their_order(self):
        doc = typed([("a", {})], [("b", {"strong": {}})], [("", {})])
        assert read(doc).children[0].children == (Words("a"), Words("b", Marks(strong=True)))

    def test_numbers_and_strings_are_attributes(self):
        doc = Doc()
        root(doc).children.append(XmlElement("heading", {"level": 3}))
        root(doc).children.append(XmlElement("heading", {"level": "4"}))
        assert [node.number("level", 2) for node in read(doc).children] == [3, 4]

    @pytest.mark.parametrize("formats", [{"voice": None}, {"strong": None}, {}])
    def test_a_mark_that_was_taken_away_is_none(self, formats):
        assert read(typed([("a", formats)])).children[0].children == (Words("a"),)

    def test_a_mark_without_its_facts_is_read_all_the_same(self):
        (words,) = read(typed([("a", {"voice": 3, "insertion": {}, "link": {"target": None}, "script": {"x": 1}})])).children[0].children
        assert words.marks == Marks(voice="", insertion=Suggestion("", ""), link="", strange=frozenset({"script"}))

    def test_the_deepest_document_is_read_and_loses_no_word(self):
        depth = MAX_DEPTH * 50
        doc = Doc()
        with doc.transaction():
            parent = root(doc)
            for _ in range(depth):
                inner = XmlElement("quote")
                parent.children.append(inner)
                parent = inner
            parent.children.append(XmlText("fond"))
        assert to_markdown(to_tree(read(doc))).strip("> \n") == "fond"
