"""A shared passage: every stretch keeps its voice through splits, joins, moves, paste and undo. And proposing in another's passage: accepted text never changes."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.editor.accepted import accepted_tree, proposals
from app.live import ydoc
from tests.browser.live import ANA, BOB, Stage, Writer, staged
from tests.browser.test_live_fuzz import DEEDS
from tests.live.documents_of_pages import document_of, markdown_of
from tests.live.relay import NOTHING

SENTENCE = "Le préau ouvre à sept heures."


# Voices ------------------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shared(chromium: Browser) -> Iterator[Stage]:
    with staged(chromium, {"ana": replace(ANA, shared=True), "bob": replace(BOB, shared=True)}) as stage:
        yield stage


@pytest.fixture
def ana(shared: Stage) -> Writer:
    return shared.open("ana")


@pytest.fixture
def bob(shared: Stage, ana: Writer) -> Writer:
    ana.begin(SENTENCE)
    ana.is_saved()
    return shared.open("bob")


def test_what_one_types_is_ones_own_inside_anothers_words_too(shared, ana, bob):
    bob.caret("préau", 2)
    bob.type("XY")
    shared.agree(ana, bob)
    assert ana.do("H.voices()") == [["va", "Le pr"], ["vb", "XY"], ["va", "éau ouvre à sept heures."]]


def test_voices_stay_through_split_join_and_undo(shared, ana, bob):
    bob.caret("ouvre")
    bob.press("Enter")
    bob.type("Il ")
    shared.agree(ana, bob)
    split = [["va", "Le préau "], ["vb", "Il "], ["va", "ouvre à sept heures."]]
    assert ana.do("H.voices()") == split
    bob.press("Home", "Backspace")
    shared.agree(ana, bob)
    assert ana.do("H.voices()") == split
    bob.select("préau")
    bob.press("Backspace")
    bob.press("ControlOrMeta+z")
    shared.agree(ana, bob)
    assert ana.do("H.voices()") == split


def test_words_that_are_cut_and_pasted_keep_their_voice_and_others_do_not(shared, ana, bob):
    bob.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bob.select("sept heures")
    bob.press("ControlOrMeta+x")
    bob.caret("Le préau")
    bob.press("ControlOrMeta+v")
    shared.agree(ana, bob)
    assert ana.do("H.voices()") == [["va", "sept heuresLe préau ouvre à ."]]
    bob.caret("ouvre")
    bob.paste('<p data-pm-slice="1 1 []"><span data-voice="va">jamais dit</span></p>')
    shared.agree(ana, bob)
    assert ["vb", "jamais dit"] in ana.do("H.voices()")


def test_words_typed_over_anothers_are_ones_own(shared, ana, bob):
    bob.select("sept")
    bob.type("sept")
    shared.agree(ana, bob)
    assert ["vb", "sept"] in ana.do("H.voices()")


def test_bold_and_lists_change_nobodys_voice(shared, ana, bob):
    bob.select("sept heures")
    bob.press("ControlOrMeta+b")
    bob.page.get_by_role("button", name="Liste", exact=True).click()
    shared.agree(ana, bob)
    assert ana.do("H.voices()") == [["va", SENTENCE]]


def test_a_composition_inside_anothers_words_is_whole_and_ones_own(shared, ana, bob):
    bob.caret("sept", 4)
    session = bob.page.context.new_cdp_session(bob.page)
    session.send("Input.imeSetComposition", {"text": "^", "selectionStart": 1, "selectionEnd": 1})
    ana.caret("heures")
    ana.type("ZZ")
    ana.is_saved()
    session.send("Input.imeSetComposition", {"text": "ê", "selectionStart": 1, "selectionEnd": 1})
    session.send("Input.insertText", {"text": "ê"})
    bob.type("me")
    assert shared.agree(ana, bob) == "Le préau ouvre à septême ZZheures."
    assert ["vb", "ême"] in ana.do("H.voices()")


def test_voices_are_shown_on_demand(shared, ana, bob):
    bob.begin(" Oui.")
    shared.agree(ana, bob)
    button = ana.page.get_by_role("button", name="Montrer qui écrit quoi")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(ana.page.locator("#texte.voices-shown .by.eco")).to_have_text(" Oui.")
    expect(ana.page.locator("#texte .who")).to_have_text(["Ana", "Bob"])  # in words, never by the colour alone
    button.click()
    expect(ana.page.locator("#texte .who")).to_have_count(0)
    assert ana.text() == f"{SENTENCE} Oui."


# Proposals ---------------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def stage(chromium: Browser) -> Iterator[Stage]:
    with staged(chromium, {"ana": replace(ANA), "bob": replace(BOB, right="suggest")}) as stage:
        yield stage


@pytest.fixture
def holder(stage: Stage) -> Writer:
    writer = stage.open("ana")
    writer.begin(SENTENCE)
    writer.press("Enter")
    writer.type("Les familles attendent.")
    writer.is_saved()
    return writer


@pytest.fixture
def guest(stage: Stage, holder: Writer) -> Writer:
    return stage.open("bob")


def accepted(writer: Writer) -> str:
    return to_markdown(accepted_tree(document_of(writer.json())))


def proposed(writer: Writer) -> list[tuple[str, str]]:
    """Returns (words to insert, words to delete) of each proposal."""
    found = proposals(document_of(writer.json()))
    assert all(one.by == "bob" for one in found)
    return [(one.inserted, one.deleted) for one in found]


def test_a_replacement_is_one_proposal(stage, holder, guest):
    before = accepted(holder)
    guest.select("sept")
    guest.type("huit")
    stage.agree(holder, guest)
    assert proposed(holder) == [("huit", "sept")]
    assert accepted(holder) == before
    expect(holder.page.locator("#texte del")).to_have_text("sept")
    expect(holder.page.locator("#texte ins")).to_have_text("huit")


def test_deleting_back_and_forth_is_one_proposal_and_the_caret_moves(stage, holder, guest):
    before = accepted(holder)
    guest.caret("sept", 4)
    guest.press("Backspace", "Backspace", "Backspace", "Backspace")
    guest.type("huit")
    guest.press("Delete", "Delete")
    stage.agree(holder, guest)
    assert accepted(holder) == before
    assert sorted(proposed(holder), key=len)[0][0] == "huit"
    assert "sept" in "".join(deleted for _, deleted in proposed(holder))


def test_ones_own_proposed_words_are_really_taken_back(stage, holder, guest):
    guest.caret("préau", 5)
    guest.type(" neuf")
    guest.press(*["Backspace"] * 5)
    stage.agree(holder, guest)
    assert proposed(holder) == []
    assert markdown_of(holder.json()) == accepted(holder)


def test_enter_proposes_a_paragraph_after_the_block(stage, holder, guest):
    before = accepted(holder)
    guest.caret("sept")
    guest.press("Enter")
    guest.type("Un ajout.")
    stage.agree(holder, guest)
    assert accepted(holder) == before
    assert markdown_of(holder.json()) == f"{SENTENCE}\n\nUn ajout.\n\nLes familles attendent.\n"
    guest.press(*["Backspace"] * 10)
    stage.agree(holder, guest)
    assert markdown_of(holder.json()) == before
    assert holder.text().count("|") == 1


def test_a_deletion_over_two_blocks_marks_their_words(stage, holder, guest):
    before = accepted(holder)
    guest.do("H.choose(H.at('heures'), H.at('attendent'))")
    guest.press("Backspace")
    stage.agree(holder, guest)
    assert accepted(holder) == before
    assert "".join(deleted for _, deleted in proposed(holder)).replace("\n", "") == "heures.Les familles "
    assert len({one.id for one in proposals(document_of(holder.json()))}) == 1


def test_shapes_are_not_proposed_and_this_is_said(stage, holder, guest):
    before = holder.json()
    for name in ("Gras", "Titre", "Liste", "Tableau", "Image", "Note", "Lien"):
        expect(guest.page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-disabled", "true")
    guest.select("sept")
    guest.press("ControlOrMeta+b", "ControlOrMeta+Alt+2")
    expect(guest.page.get_by_text("vous proposez des mots")).to_be_visible()
    stage.agree(holder, guest)
    assert holder.json() == before


def test_what_the_holder_types_inside_a_proposal_is_text(stage, holder, guest):
    guest.caret("préau", 5)
    guest.type(" tout neuf")
    stage.agree(holder, guest)
    holder.caret("tout", 4)
    holder.type("XX")
    stage.agree(holder, guest)
    assert "XX" in accepted(holder)


def test_a_composition_is_proposed_whole(stage, holder, guest):
    before = accepted(holder)
    guest.caret("sept", 4)
    session = guest.page.context.new_cdp_session(guest.page)
    session.send("Input.imeSetComposition", {"text": "^", "selectionStart": 1, "selectionEnd": 1})
    session.send("Input.imeSetComposition", {"text": "ê", "selectionStart": 1, "selectionEnd": 1})
    session.send("Input.insertText", {"text": "ê"})
    guest.type("me")
    stage.agree(holder, guest)
    assert proposed(holder) == [("ême", "")]
    assert accepted(holder) == before


def suggest_anything(chromium: Browser, seed: int, rounds: int) -> None:
    """The holder prepares a text; then the guest does whatever comes to mind, and accepted text is what it was."""
    chance = random.Random(seed)
    with staged(chromium, {"ana": replace(ANA), "bob": replace(BOB, right="suggest")}) as stage:
        holder, guest = stage.open("ana"), stage.open("bob")
        for writer in (holder, guest):
            writer.do(f"() => {{ {DEEDS} }}")
            writer.do("(seed) => F.seed(seed)", chance.randrange(2**32))
        holder.do("F.some(40)")
        stage.agree(holder, guest)
        before = accepted(holder)
        for _ in range(rounds):
            done = guest.do("F.some(6)")
            stage.agree(holder, guest)
            assert accepted(guest) == before, (seed, done)
            held = ydoc.read(ydoc.doc_of([update for update in stage.relay.rooms["p1"] if update != NOTHING]))
            assert to_markdown(accepted_tree(held)) == before, seed


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_a_suggester_does_changes_accepted_text(chromium, seed):
    suggest_anything(chromium, seed, 10)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200, 230))
def test_nothing_that_a_suggester_does_changes_accepted_text_at_length(chromium, seed):
    suggest_anything(chromium, seed, 40)
