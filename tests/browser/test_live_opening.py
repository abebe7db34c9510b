"""Texts that the server has written into a room open in the editor as they are: nothing is lost, nothing is written on opening, and typing changes one thing."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from playwright.sync_api import Browser

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.normal import normalise
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.nodes import EditorDocument, Marks, Suggestion, Words, element
from app.kernel.editor.to_tree import to_tree
from app.live import ydoc
from tests.browser.live import ANA, BOB, Stage, staged
from tests.generated_trees import DOCUMENTS
from tests.live.documents_of_pages import document_of, markdown_of
from tests.live.relay import NOTHING


def generated(number: int) -> list[EditorDocument]:
    """Returns generated texts, the same at each run. Made apart from the test: an example costs a second, and telling of one that fails would take minutes."""
    found: list[EditorDocument] = []

    @settings(max_examples=number, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True, database=None)
    @given(document=DOCUMENTS)
    def collect(document):
        found.append(from_tree(normalise(document)))

    collect()
    return found


@pytest.fixture(scope="module")
def stage(chromium: Browser):
    with staged(chromium, {"ana": replace(ANA), "bob": replace(BOB)}) as stage:
        stage.seeds = 0
        yield stage


def in_the_room(stage: Stage, passage: str) -> EditorDocument:
    return ydoc.read(ydoc.doc_of([update for update in stage.relay.rooms[passage] if update != NOTHING]))


def opens_as_it_is(stage: Stage, document: EditorDocument) -> None:
    """Seeds a room, opens it, reads it, moves about in it, and types a word."""
    stage.seeds += 1
    passage = f"seed{stage.seeds}"
    seed = ydoc.new_doc(document).get_update()
    stage.relay.rooms[passage] = [seed]
    stage.relay.received.clear()
    writer = stage.open("ana", context=stage.contexts[0] if stage.contexts else None, passage=passage)
    try:
        shown = document_of(writer.json())
        assert to_markdown(to_tree(shown)) == to_markdown(to_tree(document))
        assert shown == document
        writer.do("H.choose(1, 1)")
        writer.press("ArrowRight", "ArrowDown", "ControlOrMeta+End")
        writer.is_saved()
        assert {update for update in stage.relay.received["ana"] if not is_empty(update)} == set()
        assert stage.relay.rooms[passage] == [seed]
        writer.do("H.choose(1, 1)")
        writer.type("mot")
        writer.is_saved()
        assert markdown_of(writer.json()) == to_markdown(to_tree(in_the_room(stage, passage)))
    finally:
        writer.page.close()


def is_empty(update: bytes) -> bool:
    return update == NOTHING


def test_any_text_opens_as_it_is(stage):
    for document in generated(12):
        opens_as_it_is(stage, document)


@pytest.mark.long
def test_any_text_opens_as_it_is_at_length(stage):
    for document in generated(300):
        opens_as_it_is(stage, document)


def test_marks_of_voices_proposals_and_overlapping_comments_open_as_they_are(stage):
    document = EditorDocument(
        (
            element(
                "paragraph",
                Words("un ", Marks(voice="va")),
                Words("deux ", Marks(voice="vb", comments=frozenset({"c1"}))),
                Words("trois ", Marks(voice="vb", comments=frozenset({"c1", "c2"}), strong=True)),
                Words("quatre", Marks(insertion=Suggestion("s1", "bob"))),
                Words("cinq", Marks(deletion=Suggestion("s1", "bob"), link="/x")),
            ),
        )
    )
    opens_as_it_is(stage, document)


@pytest.mark.parametrize(
    "document",
    [
        EditorDocument((element("bullet_list"), element("paragraph"))),
        EditorDocument(
            (element("quote", element("bullet_list", element("list_item"))), element("table", element("table_row")), element("paragraph"))
        ),
        EditorDocument((element("table", element("table_row", element("table_cell", Words("a"), align="")), element("table_row")),)),
        EditorDocument((element("footnote", element("paragraph", Words("avant")), label="1"), element("paragraph", Words("après")))),
        EditorDocument((element("table"), element("heading", level=3), element("ordered_list", element("list_item"), start=4))),
    ],
)
def test_what_simultaneous_edits_can_leave_opens_as_it_is(stage, document):
    opens_as_it_is(stage, document)


def test_a_text_without_a_place_for_words_gets_one_when_somebody_comes_to_write(stage):
    stage.relay.rooms["bare"] = [ydoc.new_doc(EditorDocument((element("bullet_list", element("list_item")),))).get_update()]
    writer = stage.open("ana", passage="bare")
    assert len(stage.relay.rooms["bare"]) == 1
    writer.page.locator("#texte").focus()
    writer.type("mot")
    writer.is_saved()
    assert "mot" in to_markdown(to_tree(in_the_room(stage, "bare")))
