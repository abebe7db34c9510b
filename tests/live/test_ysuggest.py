"""Deciding on proposals in the document itself, and what somebody who may only suggest can change."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.plain import images, plain_text
from app.kernel.editor.accepted import accepted_tree, proposals
from app.kernel.editor.nodes import ATOMS, EditorDocument, Marks, Suggestion, Words, element
from app.kernel.editor.suggesting import same_accepted, strangers
from app.kernel.editor.to_tree import to_tree
from app.live.ydoc import doc_of, new_doc, read
from app.live.ysuggest import accept, refuse
from tests.examples import examples
from tests.generated_proposals import PEOPLE, SUGGESTIONS, proposed_documents, with_proposal

ONE, TWO = Suggestion("s1", "bea"), Suggestion("s2", "bea")
ADDED, REMOVED = Marks(insertion=ONE), Marks(deletion=ONE)


def text(*blocks):
    return EditorDocument(blocks)


def p(*children, tag="paragraph", **attributes):
    return element(tag, *(Words(child) if isinstance(child, str) else child for child in children), **attributes)


PROPOSED = text(
    p(
        "Le chat ",
        Words("noir é", ADDED),
        element("hard_break", insertion="s1 bea"),
        Words("là ", ADDED),
        "dort ",
        Words("bien ", REMOVED),
        Words("peu ", Marks(deletion=TWO)),
        "ici.",
    ),
    p(Words("Tout nouveau.", ADDED)),
    element("bullet_list", element("list_item", p(Words("Un point.", ADDED)), insertion="s1 bea")),
    p(Words("Ancien.", REMOVED)),
)


def decided(decide, document, name="s1"):
    """What the text counts after a decision, here and where the update arrives."""
    doc = new_doc(document)
    seed = doc.get_update()
    update = decide(doc, name)
    assert update is not None
    assert read(doc_of([seed, update])) == read(doc)
    assert [one for one in proposals(read(doc)) if one.id == name] == []
    return read(doc)


OBJECTS = (element("image", media="m", alt=""), element("footnote_call", label="n"), element("hard_break"))


class TestDecisions:
    def test_accepted(self):
        after = decided(accept, PROPOSED)
        assert to_markdown(accepted_tree(after)) == "Le chat noir é\\\nlà dort peu ici.\n\nTout nouveau.\n\n- Un point.\n"
        assert len(after.children) == 3
        assert proposals(after)[0].deleted == "peu "

    def test_refused(self):
        after = decided(refuse, PROPOSED)
        assert to_markdown(accepted_tree(after)) == "Le chat dort bien peu ici.\n\nAncien.\n"
        assert len(after.children) == 2

    @pytest.mark.parametrize("decide", [accept, refuse])
    def test_what_is_not_there_any_more(self, decide):
        doc = new_doc(PROPOSED)
        before = read(doc)
        assert decide(doc, "autre") is None
        assert read(doc) == before

    def test_the_last_paragraph_stays_for_the_caret(self):
        assert decided(refuse, text(p(Words("Tout.", ADDED)))).children[0].tag == "paragraph"

    def test_a_cell_stays(self):
        table = element("table", element("table_row", p(Words("a", ADDED), tag="table_header"), p("b", tag="table_header")))
        assert len(decided(refuse, text(table)).children[0].children[0].children) == 2

    def test_an_empty_paragraph_that_was_there_before_stays(self):
        assert len(decided(refuse, text(p(), p("a ", Words("b", ADDED)), p())).children) == 3

    @pytest.mark.parametrize("thing", OBJECTS, ids=lambda thing: thing.tag)
    def test_an_object_alone(self, thing):
        added, struck = (
            replace(thing, attributes=tuple(sorted((*thing.attributes, (name, "s1 bea"))))) for name in ("insertion", "deletion")
        )
        note = element("footnote", p("Note."), label="n")
        without, holding = (text(p(*row), note) for row in (("Le chat dort.",), ("Le chat", thing, " dort.")))
        for proposed, if_accepted, if_refused in ((added, holding, without), (struck, without, holding)):
            document = text(p("Le chat", proposed, " dort."), note)
            assert accepted_tree(document) == to_tree(if_refused)
            assert to_tree(decided(accept, document)) == to_tree(if_accepted)
            assert to_tree(decided(refuse, document)) == to_tree(if_refused)

    @pytest.mark.parametrize(
        ("block", "written"),
        [
            (p(element("image", media="m", alt="", insertion="s1 bea")), "![](media:m)"),
            (p(Words("Titre", ADDED), tag="heading", level=2), "## Titre"),
            (element("quote", p(Words("Dit.", ADDED))), "> Dit."),
            (element("ordered_list", element("list_item", p(Words("Un.", ADDED)), insertion="s1 bea"), start=1), "1. Un."),
            (
                element("table", element("table_row", p(Words("a", ADDED), tag="table_header"), insertion="s1 bea"), insertion="s1 bea"),
                "| a |\n| --- |",
            ),
            (element("footnote", p(Words("Note.", ADDED)), label="n", insertion="s1 bea"), "[^n]: Note."),
        ],
    )
    def test_a_whole_block(self, block, written):
        document = text(p("Avant."), block, p("Après."))
        assert to_markdown(accepted_tree(document)) == "Avant.\n\nAprès.\n"
        assert decided(refuse, document) == text(p("Avant."), p("Après."))
        after = decided(accept, document)
        parts = ["Avant.", "Après.", written] if block.tag == "footnote" else ["Avant.", written, "Après."]
        assert to_markdown(to_tree(after)) == "\n\n".join(parts) + "\n"
        assert not strangers(after)

    def test_a_struck_table_goes_and_one_in_which_somebody_wrote_stays(self):
        row = element("table_row", p(Words("a", REMOVED), tag="table_header"))
        table = element("table", row, deletion="s1 bea")
        assert decided(accept, text(p("Avant."), table)) == text(p("Avant."))
        written = replace(table, children=(element("table_row", p(Words("a", REMOVED), "b", tag="table_header")),))
        assert to_markdown(to_tree(decided(accept, text(written)))) == "| b |\n| --- |\n"
        assert to_markdown(to_tree(decided(refuse, text(table)))) == "| a |\n| --- |\n"

    def test_a_text_that_was_only_a_proposal_keeps_a_place_for_the_caret(self):
        table = element("table", element("table_row", p(tag="table_header")), insertion="s1 bea")
        assert decided(refuse, text(table)) == text(p())

    def test_a_refused_item_in_which_another_proposes_is_theirs(self):
        item = element("list_item", p(Words("Un.", ADDED), Words("Deux.", Marks(insertion=Suggestion("s3", "ali")))), insertion="s1 bea")
        after = decided(refuse, text(element("bullet_list", item)))
        assert accepted_tree(after) == to_tree(text())
        assert decided(refuse, after, "s3") == text(p())

    @examples(150)
    @given(proposed_documents(), st.randoms())
    def test_refusing_all_leaves_what_counted(self, document, chance):
        doc = new_doc(document)
        before = accepted_tree(document)
        for name in mixed(document, chance):
            refuse(doc, name)
            assert accepted_tree(read(doc)) == before
        assert to_tree(read(doc)) == before
        assert not list(all_suggestions(read(doc)))

    @examples(150)
    @given(proposed_documents(), st.randoms())
    def test_accepting_all_leaves_no_struck_word_and_every_proposed_one(self, document, chance):
        doc = new_doc(document)
        for name in mixed(document, chance):
            accept(doc, name)
        after = read(doc)
        assert not list(all_suggestions(after))
        assert said(after) == said(carried_out(document))

    def test_marks_beside_stay(self):
        bold = Marks(strong=True, voice="v", comments=frozenset({"c"}))
        after = decided(accept, text(p(Words("a", bold), Words("b", replace(bold, insertion=ONE)))))
        assert after == text(p(Words("ab", bold)))


def mixed(document, chance):
    names = sorted({one.id for one in all_suggestions(document)})
    chance.shuffle(names)
    return names


def all_suggestions(node):
    for child in node.children:
        if isinstance(child, Words):
            yield from (one for one in (child.marks.insertion, child.marks.deletion) if one is not None)
        else:
            yield from (one for one in map(child.proposed, ("insertion", "deletion")) if one is not None)
            yield from all_suggestions(child)


def said(document):
    """Words without spaces and objects, in their order; what an empty block is made of does not matter."""
    tree = to_tree(document)
    return "".join(plain_text(tree).split()), [image.media for image in images(tree)]


def carried_out(node):
    """The text with every insertion in it and every deletion out of it, by a rule of its own."""
    kept = []
    for child in node.children:
        if isinstance(child, Words):
            if child.marks.deletion is None:
                kept.append(replace(child, marks=replace(child.marks, insertion=None)))
        elif not (child.tag in ATOMS and child.has("deletion")):
            inside = carried_out(child)
            if not (child.has("deletion") and not everything(inside)):
                kept.append(inside.without({"insertion", "deletion"}))
    return replace(node, children=tuple(kept))


def everything(node):
    return [child for child in node.children if isinstance(child, Words) or child.tag in ATOMS or everything(child)]


BEFORE = text(
    p(
        Words("Le chat ", Marks(voice="ali")),
        Words("noir ", Marks(insertion=Suggestion("x", "ali"))),
        Words("dort ici.", Marks(voice="ali")),
    ),
    p("Cité", Words(" mot", Marks(comments=frozenset({"c1"})))),
)


def changed(first=None, second=None, *more):
    return text(first or BEFORE.children[0], second or BEFORE.children[1], *more)


CHAT, NOIR, DORT = BEFORE.children[0].children
IMAGE = element("image", media="m", alt="", insertion="s1 bea")


class TestSuggesters:
    @pytest.mark.parametrize(
        "after",
        [
            BEFORE,
            changed(None, None, p(Words("Ajout.", ADDED))),
            changed(p(CHAT, NOIR, Words("dort ", Marks(voice="ali")), Words("ici.", Marks(voice="ali", deletion=ONE)))),
            changed(p(CHAT, NOIR, Words("bien ", ADDED), DORT)),
            changed(p(Words("Le chat ", Marks(voice="ali", comments=frozenset({"mien"}))), NOIR, DORT)),
            changed(p(CHAT, IMAGE, NOIR, DORT)),
            changed(None, None, element("bullet_list", element("list_item", p(Words("Un.", ADDED)), insertion="s1 bea"))),
            changed(None, None, element("table", element("table_row", p(tag="table_header")), insertion="s1 bea")),
        ],
        ids=["nothing", "a paragraph", "a deletion", "words", "one's own comment", "an image", "an item", "a table"],
    )
    def test_may(self, after):
        assert same_accepted(BEFORE, after, "bea", {"mien"})

    @pytest.mark.parametrize(
        "after",
        [
            changed(p(CHAT, NOIR, DORT, "!")),
            changed(p(CHAT, NOIR)),
            changed(p(CHAT, DORT)),
            changed(p(Words("Le chat ", Marks(voice="bea")), NOIR, DORT)),
            changed(p(Words("Le chat ", Marks(voice="ali", strong=True)), NOIR, DORT)),
            changed(p(Words("Le chat ", Marks(voice="ali", link="/x")), NOIR, DORT)),
            changed(p(CHAT, Words("noir", NOIR.marks), DORT)),
            changed(p(CHAT, NOIR, Words("bien ", Marks(insertion=Suggestion("y", "ali"))), DORT)),
            changed(p(CHAT, NOIR, Words("bien ", Marks(insertion=Suggestion("x", "ali"))), DORT)),
            changed(p(CHAT, NOIR, Words("bien ", Marks(insertion=Suggestion("x", "bea"))), DORT)),
            changed(p(CHAT, NOIR, Words("bien ", Marks(insertion=Suggestion("", "bea"))), DORT)),
            changed(None, p("Cité mot")),
            changed(None, p(Words("Cité mot", Marks(comments=frozenset({"c1"}))))),
            changed(None, p("Cité", Words(" mot", Marks(comments=frozenset({"c1", "autre"}))))),
            changed(None, p("Cité", Words(" mot", Marks(comments=frozenset({"c1"}), strange=frozenset({"script"}))))),
            changed(None, None, element("script")),
            changed(None, None, p(element("image", media="a", alt=""))),
            changed(p(CHAT, NOIR, DORT, tag="heading", level=2)),
            changed(element("paragraph", CHAT, NOIR, DORT, style="x")),
            text(BEFORE.children[1], BEFORE.children[0]),
            changed(p(CHAT, element("image", media="m", alt="", insertion="s1 ali"), NOIR, DORT)),
            changed(p(CHAT, element("image", media="m", alt="", insertion="x bea"), NOIR, DORT)),
            changed(p(CHAT, element("image", media="m", alt="", deletion="s1 bea"), NOIR, DORT)),
            changed(p(CHAT, element("image", media="m", alt="", insertion=""), NOIR, DORT)),
            changed(None, None, element("bullet_list", element("list_item", p(Words("Un.", ADDED))))),
            changed(None, None, element("footnote", p(Words("Un.", ADDED)), label="n")),
            changed(p(CHAT, NOIR, DORT, insertion="s1 bea")),
        ],
    )
    def test_may_not(self, after):
        assert not same_accepted(BEFORE, after, "bea", {"mien"})

    def test_may_propose_in_the_middle_of_what_another_strikes_out(self):
        theirs = Marks(deletion=Suggestion("x", "ali"))
        before = text(p(Words("Le chat dort.", theirs)))
        assert same_accepted(before, text(p(Words("Le chat", theirs), Words(" noir", ADDED), Words(" dort.", theirs))), "bea")

    def test_may_not_take_a_row_from_a_table_that_another_proposes(self):
        row = element("table_row", p(tag="table_header"), insertion="x ali")
        table = element("table", row, row, insertion="x ali")
        assert not same_accepted(text(table), text(replace(table, children=(row,))), "bea")


class TestAnyText:
    @examples(150)
    @given(st.data(), proposed_documents())
    def test_whoever_proposes_may(self, data, document):
        mine = data.draw(SUGGESTIONS)
        after = with_proposal(data.draw, document, Suggestion(f"{mine.id}-neuf", mine.by))
        assert same_accepted(document, after, mine.by)
        assert accepted_tree(after) == accepted_tree(document)

    @examples(150)
    @given(st.data(), proposed_documents())
    def test_nobody_decides_or_proposes_for_another(self, data, document):
        """What one person proposes, another's update cannot change, and what counts it cannot hide."""
        names = sorted({one.id for one in all_suggestions(document)})
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        by = next(one.by for one in all_suggestions(document) if one.id == name)
        stranger = next(person for person in PEOPLE if person != by)
        for decide in (accept, refuse):
            doc = new_doc(document)
            decide(doc, name)
            assert not same_accepted(document, read(doc), stranger)
        after = with_proposal(data.draw, document, Suggestion("neuf", by))
        if after != document and "neuf" in {one.id for one in all_suggestions(after)}:
            assert not same_accepted(document, after, stranger)


def test_what_a_browser_would_delete_is_named():
    odd = text(p(Words("a", Marks(strange=frozenset({"font"}))), element("video"), class_="x"))
    assert strangers(odd) == {"mark font", "element video", "attribute paragraph class_"}
    assert strangers(PROPOSED) == frozenset()
