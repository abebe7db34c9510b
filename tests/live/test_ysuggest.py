"""Deciding on proposals in the document itself, and what somebody who may only suggest can change."""

from dataclasses import replace

import pytest

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.editor.accepted import accepted_tree, proposals
from app.kernel.editor.nodes import EditorDocument, Marks, Suggestion, Words, element
from app.kernel.editor.suggesting import same_accepted, strangers
from app.live.ydoc import doc_of, new_doc, read
from app.live.ysuggest import accept, refuse

ONE, TWO = Suggestion("s1", "bea"), Suggestion("s2", "bea")
ADDED, REMOVED = Marks(insertion=ONE), Marks(deletion=ONE)


def text(*blocks):
    return EditorDocument(blocks)


def p(*children, tag="paragraph", **attributes):
    return element(tag, *(Words(child) if isinstance(child, str) else child for child in children), **attributes)


BREAK = element("hard_break")
PROPOSED = text(
    p(
        "Le chat ",
        Words("noir é", ADDED),
        BREAK,
        Words("là ", ADDED),
        "dort ",
        Words("bien ", REMOVED),
        Words("peu ", Marks(deletion=TWO)),
        "ici.",
    ),
    p(Words("Tout nouveau.", ADDED)),
    element("bullet_list", element("list_item", p(Words("Un point.", ADDED)))),
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

    def test_marks_beside_stay(self):
        bold = Marks(strong=True, voice="v", comments=frozenset({"c"}))
        after = decided(accept, text(p(Words("a", bold), Words("b", replace(bold, insertion=ONE)))))
        assert after == text(p(Words("ab", bold)))


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


class TestSuggesters:
    @pytest.mark.parametrize(
        "after",
        [
            BEFORE,
            changed(None, None, p(Words("Ajout.", ADDED))),
            changed(p(CHAT, NOIR, Words("dort ", Marks(voice="ali")), Words("ici.", Marks(voice="ali", deletion=ONE)))),
            changed(p(CHAT, NOIR, Words("bien ", ADDED), DORT)),
            changed(p(Words("Le chat ", Marks(voice="ali", comments=frozenset({"mien"}))), NOIR, DORT)),
        ],
        ids=["nothing", "a paragraph", "a deletion", "words", "one's own comment"],
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
        ],
    )
    def test_may_not(self, after):
        assert not same_accepted(BEFORE, after, "bea", {"mien"})


def test_what_a_browser_would_delete_is_named():
    odd = text(p(Words("a", Marks(strange=frozenset({"font"}))), element("video"), class_="x"))
    assert strangers(odd) == {"mark font", "element video", "attribute paragraph class_"}
    assert strangers(PROPOSED) == frozenset()
