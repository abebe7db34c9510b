"""A shared passage: every stretch keeps its voice through splits, joins, moves, paste and undo. And proposing in another's passage: accepted text never changes."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.editor.accepted import accepted_tree, proposals
from app.kernel.editor.nodes import EditorDocument
from app.kernel.editor.suggesting import same_accepted
from app.kernel.editor.to_tree import to_tree
from app.live import ydoc, ysuggest
from tests.browser.live import ANA, BOB, EVE, Stage, Writer, staged
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


def button(writer: Writer, name: str):
    return writer.page.locator(".tools").get_by_role("button", name=name, exact=True)


def test_the_shape_of_what_is_written_is_not_proposed_and_this_is_said(stage, holder, guest):
    before = holder.json()
    guest.select("sept")
    for name in ("Gras", "Titre", "Liste", "Lien"):
        expect(button(guest, name)).to_have_attribute("aria-disabled", "true")
    for name in ("Tableau", "Image", "Note"):
        expect(button(guest, name)).to_have_attribute("aria-disabled", "false")
    guest.press("ControlOrMeta+b", "ControlOrMeta+Alt+2")
    expect(guest.page.get_by_text("la forme de ce qui est écrit reste à qui écrit ce passage")).to_be_visible()
    stage.agree(holder, guest)
    assert holder.json() == before


def test_joining_two_paragraphs_is_not_proposed_and_this_is_said(stage, holder, guest):
    before = holder.json()
    guest.caret("Les familles")
    guest.press("Backspace")
    expect(guest.page.get_by_text("la forme de ce qui est écrit reste à qui écrit ce passage")).to_be_visible()
    stage.agree(holder, guest)
    assert holder.json() == before
    guest.press("Backspace")
    stage.agree(holder, guest)
    assert proposed(holder) == [("", ".")]


# Objects and blocks ------------------------------------------------------------------------------------------------------------------------------------


def decide(writer: Writer, accepting: bool) -> str:
    """What the text says once all that is proposed in it is accepted, or refused."""
    doc = ydoc.new_doc(document_of(writer.json()))
    for one in proposals(document_of(writer.json())):
        (ysuggest.accept if accepting else ysuggest.refuse)(doc, one.id)
    left = ydoc.read(doc)
    assert not proposals(left)
    return re.sub(r"(?<=\[\^1)-\w+(?=\])", "", to_markdown(to_tree(left)))  # a note's label has a few letters while others are there


def put_image(writer: Writer) -> None:
    button(writer, "Image").click()
    writer.page.get_by_role("dialog").get_by_role("button", name="Appliquer").click()


def proposes(stage, holder, guest, deed, result: str, *listed: str) -> None:
    """What the guest does changes nothing that counts, is listed in words, and makes `result` when it is accepted."""
    before = accepted(holder)
    deed()
    stage.agree(holder, guest)
    assert accepted(holder) == before
    assert [one[0] or one[1] for one in proposed(holder)] == list(listed)
    assert decide(holder, True) == result
    assert decide(holder, False) == re.sub(r"(?<=\[\^1)-\w+(?=\])", "", before)


def test_an_image_alone(stage, holder, guest):
    guest.caret("familles", 8)
    proposes(
        stage,
        holder,
        guest,
        lambda: put_image(guest),
        f"{SENTENCE}\n\nLes familles![Le marché](media:m1) attendent.\n",
        "\ufffc",
    )
    for writer in (holder, guest):
        expect(writer.page.locator("#texte ins img")).to_have_attribute("alt", "Le marché")


def test_an_image_that_one_has_proposed_is_taken_back_by_one_key(stage, holder, guest):
    before = holder.json()
    guest.caret("familles", 8)
    put_image(guest)
    expect(guest.page.locator("#texte ins img")).to_have_count(1)
    guest.press("Backspace")
    stage.agree(holder, guest)
    assert holder.json() == before


def test_an_image_of_the_text_is_proposed_to_go_and_to_be_another(stage, holder, guest):
    holder.caret("familles", 8)
    put_image(holder)
    stage.agree(holder, guest)
    guest.do("H.choose(H.at('familles', 8), H.at('familles', 9))")
    proposes(stage, holder, guest, lambda: guest.press("Delete"), f"{SENTENCE}\n\nLes familles attendent.\n", "\ufffc")
    expect(holder.page.locator("#texte del img")).to_have_count(1)
    guest.press("ControlOrMeta+z")
    stage.agree(holder, guest)
    expect(holder.page.locator("#texte del")).to_have_count(0)
    guest.do("H.choose(H.at('familles', 8), H.at('familles', 9))")
    proposes(stage, holder, guest, lambda: guest.type("d’ici"), f"{SENTENCE}\n\nLes famillesd’ici attendent.\n", "d’ici")


def test_an_image_that_one_has_chosen_goes_when_another_takes_it_away(stage, holder, guest):
    holder.caret("familles", 8)
    put_image(holder)
    stage.agree(holder, guest)
    guest.page.locator("#texte img").click()
    assert guest.do("T.view.state.selection.node !== undefined")
    holder.caret("attendent")
    holder.press("ArrowLeft", "Backspace")
    expect(guest.page.locator("#texte img")).to_have_count(0)
    stage.agree(holder, guest)
    assert stage.complaints == []


def test_a_line_end_alone(stage, holder, guest):
    guest.caret("ouvre")
    proposes(
        stage, holder, guest, lambda: guest.press("Shift+Enter"), "Le préau\\\nouvre à sept heures.\n\nLes familles attendent.\n", "\ufffc"
    )
    expect(holder.page.locator("#texte ins")).to_have_text("↵")


def test_a_line_end_of_the_text_is_proposed_to_go(stage, holder, guest):
    holder.caret("ouvre")
    holder.press("Shift+Enter")
    stage.agree(holder, guest)
    guest.caret("ouvre")
    proposes(stage, holder, guest, lambda: guest.press("Backspace"), f"{SENTENCE}\n\nLes familles attendent.\n", "\ufffc")
    expect(holder.page.locator("#texte del")).to_have_text("↵")


def test_a_note_is_one_proposal(stage, holder, guest):
    def note() -> None:
        guest.caret("préau", 5)
        button(guest, "Note").click()
        guest.type("Bâti en 1911.")

    result = "Le préau[^1] ouvre à sept heures.\n\nLes familles attendent.\n\n[^1]: Bâti en 1911.\n"
    proposes(stage, holder, guest, note, result, "\ufffc\n\nBâti en 1911.")
    expect(holder.page.locator("#texte .call.to-come")).to_have_attribute("aria-label", "Note 1, proposée")


def test_the_call_of_a_note_is_proposed_to_go(stage, holder, guest):
    holder.caret("préau", 5)
    button(holder, "Note").click()
    holder.type("Bâti en 1911.")
    stage.agree(holder, guest)
    guest.do("H.choose(H.at('préau', 5), H.at('préau', 6))")
    result = f"{SENTENCE}\n\nLes familles attendent.\n\n[^1]: Bâti en 1911.\n"
    proposes(stage, holder, guest, lambda: guest.press("Backspace"), result, "\ufffc")


def test_enter_at_an_end_begins_a_paragraph_that_one_shapes(stage, holder, guest):
    def write() -> None:
        guest.caret("heures", 7)
        guest.press("Enter")
        guest.type("Les horaires")
        button(guest, "Titre").click()
        guest.press("End", "Enter")
        guest.type("- un")
        guest.press("Enter")
        guest.type("deux")

    result = f"{SENTENCE}\n\n## Les horaires\n\n- un\n- deux\n\nLes familles attendent.\n"
    proposes(stage, holder, guest, write, result, "Les horaires", "un\n\ndeux")


def test_enter_in_an_item_proposes_an_item(stage, holder, guest):
    holder.caret("Les familles")
    button(holder, "Liste").click()
    stage.agree(holder, guest)

    def write() -> None:
        guest.caret("attendent.", 10)
        guest.press("Enter")
        guest.type("Les enfants aussi.")

    proposes(stage, holder, guest, write, f"{SENTENCE}\n\n- Les familles attendent.\n- Les enfants aussi.\n", "Les enfants aussi.")


def test_three_paragraphs_pasted(stage, holder, guest):
    pasted = "<p>Un.</p><p>Deux.</p><h2>Trois</h2><ul><li>quatre</li></ul>"
    guest.caret("sept")
    result = "Le préau ouvre à Un.sept heures.\n\nDeux.\n\n## Trois\n\n- quatre\n\nLes familles attendent.\n"
    proposes(stage, holder, guest, lambda: guest.paste(pasted), result, "Un.\n\nDeux.\n\nTrois\n\nquatre")
    guest.press("ControlOrMeta+z")
    stage.agree(holder, guest)
    guest.caret("heures", 7)
    result = f"{SENTENCE}Un.\n\nDeux.\n\n## Trois\n\n- quatre\n\nLes familles attendent.\n"
    proposes(stage, holder, guest, lambda: guest.paste(pasted), result, "Un.\n\nDeux.\n\nTrois\n\nquatre")


def test_a_table_is_one_proposal_and_one_fills_it(stage, holder, guest):
    def write() -> None:
        guest.caret("heures", 7)
        button(guest, "Tableau").click()
        guest.type("Jour")
        guest.press("Tab")
        guest.type("Heure")
        guest.press("Tab")
        guest.type("lundi")
        guest.press("Tab", "Tab")
        guest.type("mardi")
        button(guest, "Ajouter une colonne").click()
        button(guest, "Supprimer la colonne").click()

    table = "| Jour | Heure |\n| --- | --- |\n| lundi |  |\n| mardi |  |"
    result = f"{SENTENCE}\n\n{table}\n\nLes familles attendent.\n"
    proposes(stage, holder, guest, write, result, "\ufffc\n\nJour\n\nHeure\n\nlundi\n\nmardi")
    expect(holder.page.locator("#texte table.to-come")).to_have_count(1)


def test_a_row_of_a_table_is_proposed_and_a_column_is_not(stage, holder, guest):
    holder.caret("heures", 7)
    button(holder, "Tableau").click()
    for word in ("Jour", "Heure", "lundi", "huit"):
        holder.type(word)
        if word != "huit":
            holder.press("Tab")
    stage.agree(holder, guest)
    shape = holder.json()
    guest.caret("huit", 4)
    for name in ("Ajouter une colonne", "Supprimer la colonne", "Centrer"):
        expect(button(guest, name)).to_have_attribute("aria-disabled", "true")
    expect(button(guest, "Supprimer la ligne")).to_have_attribute("aria-disabled", "false")
    assert holder.json() == shape

    def write() -> None:
        guest.caret("lundi", 5)
        guest.press("Tab", "Tab")
        guest.type("mardi")

    def table(*rows: str) -> str:
        return f"{SENTENCE}\n\n" + "\n".join(["| Jour | Heure |", "| --- | --- |", *rows]) + "\n\nLes familles attendent.\n"

    proposes(stage, holder, guest, write, table("| lundi | huit |", "| mardi |  |"), "mardi")
    guest.press("ControlOrMeta+z", "ControlOrMeta+z")
    stage.agree(holder, guest)
    guest.caret("lundi", 5)
    proposes(stage, holder, guest, button(guest, "Supprimer la ligne").click, table(), "\ufffc\n\nlundi\n\nhuit")
    guest.press("ControlOrMeta+z")
    stage.agree(holder, guest)
    guest.caret("lundi", 5)
    gone = f"{SENTENCE}\n\nLes familles attendent.\n"
    proposes(stage, holder, guest, button(guest, "Supprimer le tableau").click, gone, "\ufffc\n\nJour\n\nHeure\n\nlundi\n\nhuit")


def test_one_shapes_the_words_that_one_proposes(stage, holder, guest):
    def write() -> None:
        guest.caret("préau", 5)
        guest.type(" tout neuf")
        guest.do("H.choose(H.at('neuf'), H.at('neuf', 4))")
        guest.press("ControlOrMeta+b")

    proposes(stage, holder, guest, write, "Le préau tout **neuf** ouvre à sept heures.\n\nLes familles attendent.\n", " tout neuf")
    assert decide(holder, True) != decide(holder, False)


def test_typography_strikes_no_letter_of_the_text(stage, holder, guest):
    guest.caret("heures", 6)
    guest.type(" !")
    stage.agree(holder, guest)
    assert [deleted for _inserted, deleted in proposed(holder)] == [""]


def test_what_the_holder_puts_into_a_proposed_item_is_text(stage, holder, guest):
    guest.caret("attendent.", 10)
    guest.press("Enter")
    guest.type("- un")
    stage.agree(holder, guest)
    holder.caret("un", 2)
    holder.press("Enter")
    holder.type("deux")
    stage.agree(holder, guest)
    assert accepted(holder) == f"{SENTENCE}\n\nLes familles attendent.\n\n- deux\n"
    assert decide(holder, True) == f"{SENTENCE}\n\nLes familles attendent.\n\n- un\n- deux\n"


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
    """The holder prepares a text and somebody proposes in it; then the guest does whatever comes to mind, and neither the text nor their proposals change."""
    chance = random.Random(seed)
    people = {"ana": replace(ANA), "bob": replace(BOB, right="suggest"), "eve": replace(EVE, right="suggest")}
    with staged(chromium, people) as stage:
        holder, guest, other = (stage.open(name) for name in people)
        for writer in (holder, guest, other):
            writer.do(f"() => {{ {DEEDS} }}")
            writer.do("(seed) => F.seed(seed)", chance.randrange(2**32))
        holder.do("F.some(40)")
        stage.agree(holder, guest, other)
        before = accepted(holder)
        other.do("F.some(12)")
        stage.agree(holder, guest, other)
        assert accepted(holder) == before, seed
        held = kept(stage)
        for _ in range(rounds):
            done = guest.do("F.some(6)")
            stage.agree(holder, guest)
            assert accepted(guest) == before, (seed, done)
            last, held = held, kept(stage)
            assert same_accepted(last, held, "bob"), (seed, done)


def kept(stage: Stage) -> EditorDocument:
    """What a server would hold."""
    return ydoc.read(ydoc.doc_of([update for update in stage.relay.rooms["p1"] if update != NOTHING]))


@pytest.mark.parametrize("seed", range(1))
def test_nothing_that_a_suggester_does_changes_accepted_text(chromium, seed):
    suggest_anything(chromium, seed, 10)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200, 230))
def test_nothing_that_a_suggester_does_changes_accepted_text_at_length(chromium, seed):
    suggest_anything(chromium, seed, 40)
