"""A text changed elsewhere meets the text that is being written: the other side's changes come in, everything else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import XmlText

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.normal import normalise
from app.kernel.document.tree import Document
from app.kernel.editor.accepted import accepted_tree, proposals
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.nodes import EditorDocument, Marks, Suggestion, Words, element
from app.kernel.merge import merge_texts
from app.live.ydoc import doc_of, new_doc, read, root
from app.live.ymeet import meet_in
from app.services.markup import parse
from tests.examples import examples
from tests.generated_proposals import proposed_documents
from tests.generated_trees import DOCUMENTS

WORDS = st.lists(
    st.sampled_from(["le", "la", "chat", "chien", "dort", "été", "sur", "sous", "𝄞", "*toit*", "[lien](/x)"]), min_size=1, max_size=8
)
BLOCKS = st.tuples(st.sampled_from(["", "", "", "## ", "> ", "- ", "1. "]), WORDS.map(" ".join)).map("".join)
TEXTS = st.lists(BLOCKS, max_size=5).map("\n\n".join).map(parse)


def met(base: Document, new: Document, live: EditorDocument | None = None, voice=None):
    """The room's document after the meeting; the update makes the same of a browser's."""
    doc = new_doc(from_tree(base) if live is None else live)
    seed = doc.get_update()
    update = meet_in(doc, base, new, voice)
    if update is not None:
        assert read(doc_of([seed, update])) == read(doc)
    return read(doc)


def written(document):
    return to_markdown(accepted_tree(document))


class TestOneSideAlone:
    @examples(200)
    @given(TEXTS, TEXTS)
    def test_the_other_side_s_text_comes_in_whole(self, base, new):
        assert written(met(base, new)) == to_markdown(new) == merge_texts(to_markdown(base), to_markdown(new), to_markdown(base)).text

    @examples(80)
    @given(DOCUMENTS, DOCUMENTS)
    def test_whatever_it_is(self, base, new):
        assert written(met(normalise(base), normalise(new))) == to_markdown(new)

    @examples(60)
    @given(TEXTS, TEXTS)
    def test_where_the_other_side_changed_nothing_nothing_is_touched(self, base, live):
        doc = new_doc(from_tree(live))
        assert meet_in(doc, base, base) is None
        assert read(doc) == from_tree(live)

    @examples(150)
    @given(proposed_documents(), DOCUMENTS)
    def test_proposals_in_the_text_change_nothing_of_it(self, live, new):
        assert written(met(accepted_tree(live), normalise(new), live)) == to_markdown(new)

    @examples(100)
    @given(proposed_documents(), TEXTS)
    def test_what_is_proposed_stays_where_nothing_else_changed(self, live, more):
        """The other side adds at the end."""
        base = accepted_tree(live)
        after = met(base, normalise(Document((*base.blocks, *parse("Ajout.\n").blocks, *more.blocks), base.footnotes)), live)
        assert [(one.id, one.inserted) for one in proposals(after)] == [(one.id, one.inserted) for one in proposals(live)]


class TestBothSides:
    @pytest.mark.parametrize(
        ("base", "new", "live", "result"),
        [
            ("Un chat dort.\n\nB.\n", "Un gros chat dort.\n\nB.\n", "Un chat dort.\n\nC.\n", "Un gros chat dort.\n\nC.\n"),
            ("Un chat dort.\n", "Un gros chat dort.\n", "Un chat dort bien.\n", "Un gros chat dort bien.\n"),
            ("Un chat dort.\n", "Un gros chat dort.\n", "Un petit chat dort.\n", "Un petit chat dort.\n\nUn gros chat dort.\n"),
            ("A.\n\nB.\n", "A.\n\nB.\n\nC.\n", "Z.\n\nB.\n", "Z.\n\nB.\n\nC.\n"),
            ("A.\n\nB.\n", "A.\n", "A.\n\nB encore.\n", "A.\n\nB encore.\n"),
            ("A.\n", "A.\n\nB.\n", "A.\n\nB.\n", "A.\n\nB.\n"),
            ("A.\n", "A changé.\n", "A.\n\nB.\n", "A changé.\n\nB.\n"),
            ("A.\n", "A.\n\nB.\n", "A changé.\n", "A changé.\n\nB.\n"),
            ("A.\n\nB.\n", "Z.\n\nA.\n", "A.\n\nB changé.\n", "Z.\n\nA.\n\nB changé.\n"),
            ("a ![](media:x) b.\n", "a ![](media:x) b c.\n", "z a ![](media:x) b.\n", "z a ![](media:x) b c.\n"),
        ],
    )
    def test_met(self, base, new, live, result):
        assert written(met(parse(base), parse(new), from_tree(parse(live)))) == result

    @examples(300)
    @given(st.lists(st.tuples(st.sampled_from(["", "new", "live"]), st.sets(st.sampled_from(["new", "live"]))), min_size=1, max_size=6))
    def test_a_block_that_one_side_changed_is_replaced_and_never_doubled(self, blocks):
        """Each block is changed by one side at most, and after it each side may add one."""
        sides: dict[str, list[str]] = {"base": [], "new": [], "live": [], "both": []}
        for number, (changed_by, added_by) in enumerate(blocks):
            old = f"Le chat {number} dort ici."
            for side, row in sides.items():
                row.append(old.replace("dort", "veille") if changed_by and side in (changed_by, "both") else old)
            for adder in ("live", "new"):
                if adder in added_by:
                    sides[adder].append(f"Ajout de {adder}, {number}.")
                    sides["both"].append(f"Ajout de {adder}, {number}.")
        base, new, live, both = ("\n\n".join(row) + "\n" for row in sides.values())
        result = written(met(parse(base), parse(new), from_tree(parse(live)))).strip().split("\n\n")
        assert sorted(result) == sorted(sides["both"])
        assert [line for line in result if "chat" in line] == [line for line in both.strip().split("\n\n") if "chat" in line]

    @examples(120)
    @given(TEXTS, TEXTS, TEXTS)
    def test_no_word_that_somebody_added_is_lost(self, base, new, live):
        result = set(written(met(base, new, from_tree(live))).split())
        for side in (new, live):
            assert {word for word in to_markdown(side).split() if word.isalpha()} - set(to_markdown(base).split()) <= result


SAID = Marks(voice="ali", comments=frozenset({"c1"}))
OFFER = Words("très ", Marks(insertion=Suggestion("s1", "bea")))


class TestWhatIsSaidOfWords:
    def test_voices_comments_and_proposals_stay_beside_a_change(self):
        live = EditorDocument((element("paragraph", Words("Un chat ", SAID), OFFER, Words("gris dort.", SAID)), element("paragraph")))
        after = met(parse("Un chat gris dort.\n"), parse("Un **chat** gris dort encore.\n"), live, "dan")
        bold = Marks(strong=True, voice="ali", comments=frozenset({"c1"}))
        row = (
            Words("Un ", SAID),
            Words("chat", bold),
            Words(" ", SAID),
            OFFER,
            Words("gris dort", SAID),
            Words(" encore", Marks(voice="dan")),
            Words(".", SAID),
        )
        assert after.children == (element("paragraph", *row), element("paragraph"))

    def test_a_paragraph_that_becomes_a_heading_keeps_them(self):
        live = EditorDocument((element("paragraph", Words("Un chat", SAID), Words(" "), OFFER),))
        after = met(parse("Un chat\n"), parse("## Un chat\n"), live)
        assert after.children[0].tag == "heading"
        assert after.children[0].children[0] == Words("Un chat", SAID)
        assert len(proposals(after)) == 1

    def test_a_moved_paragraph_keeps_them(self):
        live = EditorDocument(
            (element("paragraph", Words("Un.", SAID)), element("paragraph", Words("Deux.")), element("paragraph", Words("Trois.")))
        )
        after = met(parse("Un.\n\nDeux.\n\nTrois.\n"), parse("Deux.\n\nTrois.\n\nUn.\n"), live)
        assert after.children[2] == element("paragraph", Words("Un.", SAID))

    def test_objects_keep_what_is_proposed_about_them_and_proposed_items_their_place(self):
        image = element("image", media="m", alt="", deletion="s2 bea")
        line = element("hard_break", insertion="s3 bea")
        item = element("list_item", element("paragraph", Words("neuf", OFFER.marks)), insertion="s1 bea")
        items = [element("list_item", element("paragraph", Words(word))) for word in ("un", "deux", "trois")]
        live = EditorDocument(
            (element("paragraph", Words("Un "), image, Words(" chat"), line), element("bullet_list", items[0], item, *items[1:]))
        )
        after = met(
            parse("Un ![](media:m) chat\n\n- un\n- deux\n- trois\n"),
            parse("Un ![](media:m) gros chat\n\n- un\n- 2\n- deux\n- trois\n"),
            live,
        )
        assert written(after) == "Un ![](media:m) gros chat\n\n- un\n- 2\n- deux\n- trois\n"
        assert {image, line} <= set(after.children[0].children)
        assert item in after.children[1].children

    def test_a_text_that_did_not_change_is_the_same_object(self):
        doc = new_doc(from_tree(parse("Un chat.\n\nDeux chats gris.\n")))
        kept, touched = (block.children[0] for block in root(doc).children)
        before = len(doc.get_update())
        meet_in(doc, parse("Un chat.\n\nDeux chats gris.\n"), parse("Un chat.\n\nDeux beaux chats gris.\n"))
        assert [block.children[0] for block in root(doc).children] == [kept, touched]
        assert len(doc.get_update()) - before < 40

    def test_words_outside_a_paragraph_are_met_too(self):
        doc = new_doc(from_tree(parse("")))
        root(doc).children.append(XmlText("Dehors."))
        meet_in(doc, parse("Dehors.\n"), parse("Dehors encore.\n"))
        assert written(read(doc)) == "Dehors encore.\n"
