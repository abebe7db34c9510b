"""Live writing on the real site: two people and four, in a voice's passage and in a shared one; what they see of each other, and what is kept."""

import re

import pytest
from playwright.sync_api import Locator, expect

from app.services.passages import delete_passage, move_passage, restore_passage
from tests.browser.live import Writer
from tests.browser.live_site import LiveSite, address_of, ready, wait_for

HERE = "En ligne sur ce récit"
SENTENCE = "Le préau ouvre à sept heures."


def present(writer: Writer) -> Locator:
    return writer.page.get_by_role("list", name=HERE).get_by_role("listitem")


def plan(writer: Writer) -> Locator:
    return writer.page.locator("[data-part=passages] a")


@pytest.mark.parametrize(("voice", "other", "key"), [("helene", "scribe", "elu"), (None, "karim", "col")])
def test_letters_carets_and_names_both_ways(live: LiveSite, voice, other, key):
    passage = live.passage(voice, SENTENCE)
    helene, second = live.open("helene", passage), live.open(other, passage)
    helene.caret("préau", 5)
    second.caret("heures", 6)
    for mine, theirs in zip(" neuf", " pile", strict=True):
        helene.type(mine)
        second.type(theirs)
    assert live.agree(helene, second) == "Le préau neuf ouvre à sept heures pile."
    for writer, name, whose in ((helene, other.capitalize(), key), (second, "Helene", "elu")):
        expect(writer.page.locator("#texte .caret")).to_have_text(name)
        expect(writer.page.locator("#texte .caret")).to_have_class(re.compile(rf"\b{whose}\b"))
        expect(present(writer)).to_have_text([re.compile("Vous|" + name)] * 2)
        expect(present(writer).filter(has_text=name)).to_contain_text("dans ce passage")


def test_who_is_in_which_passage_and_which_passages_there_are(live: LiveSite):
    """What others do to the story's passages is on an open page at once."""
    first, second = live.passage("helene", SENTENCE), live.passage("karim", "Un autre.")
    helene, karim = live.open("helene", first), live.open("karim", second)
    expect(present(helene).filter(has_text="Karim")).to_contain_text("au moment « Le vote »")
    before = plan(helene).count()
    new = live.passage(None)
    expect(plan(helene)).to_have_count(before + 1)
    order = [link.get_attribute("href") for link in plan(helene).all()]
    live.act("karim", move_passage, new, -1)
    wait_for(lambda: [link.get_attribute("href") for link in plan(helene).all()] != order)
    live.act("karim", delete_passage, new)
    expect(plan(helene)).to_have_count(before)
    live.act("helene", delete_passage, first)
    expect(helene.state).to_contain_text("Ce passage n’est plus là")
    expect(helene.page.locator("#texte")).to_have_attribute("contenteditable", "false")
    live.act("helene", restore_passage, first)
    expect(helene.page.locator("#texte")).to_have_attribute("contenteditable", "true")
    karim.page.close()
    expect(present(helene)).to_have_text(["Vous"])


def test_the_page_of_the_story_shows_who_is_there_and_what_changes(live: LiveSite):
    passage = live.passage("karim", SENTENCE)
    page = live.page("helene")
    page.goto(f"/espace/recits/{live.story}")
    here, told = page.get_by_role("list", name=HERE).get_by_role("listitem"), page.locator("[data-part=passages] li[id^=passage-]")
    expect(here).to_have_text(["Vous"])
    karim = live.open("karim", passage)
    expect(here.filter(has_text="Karim")).to_contain_text("au moment « Le vote »")
    expect(told).to_have_count(1)
    new = live.passage(None)
    expect(told).to_have_count(2)
    live.act("karim", delete_passage, new)
    expect(told).to_have_count(1)
    karim.page.close()
    expect(here).to_have_count(1)


def test_saved_is_said_only_when_it_is_on_disk(live: LiveSite):
    passage = live.passage(None)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    expect(helene.state).to_have_text("✓Enregistré")
    with live.slow_disk():
        helene.begin("Un mot")
        expect(helene.state).to_have_text("…Enregistrement…")
        helene.page.wait_for_timeout(700)
        expect(helene.state).to_have_text("…Enregistrement…")
        assert karim.text() == "", "nobody is shown what could still be lost"
    expect(helene.state).to_have_text("✓Enregistré")
    assert live.agree(helene, karim) == "Un mot"


def test_dead_keys_survive_the_others_typing(live: LiveSite):
    passage = live.passage(None, SENTENCE)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    helene.caret("sept", 4)
    session = helene.page.context.new_cdp_session(helene.page)
    for letter in ("^", "ê"):
        session.send("Input.imeSetComposition", {"text": letter, "selectionStart": 1, "selectionEnd": 1})
        karim.caret("préau")
        karim.type("Z")
        karim.is_saved()
    session.send("Input.insertText", {"text": "ê"})
    helene.type("me")
    assert live.agree(helene, karim) == "Le ZZpréau ouvre à septême heures."


def test_opening_makes_no_revision_and_leaving_makes_one_with_all_who_took_part(live: LiveSite):
    passage = live.passage(None, SENTENCE)
    for writer in (live.open("helene", passage), live.open("karim", passage)):
        writer.caret("préau")
        writer.press("ArrowRight", "ControlOrMeta+End")
        live.leave(writer)
    helene, karim, maud = (live.open(name, passage) for name in ("helene", "karim", "maud"))
    assert len(live.revisions(passage)) == 1
    helene.caret("heures", 6)
    helene.type(" précises")
    karim.caret("préau", 5)
    karim.type(" neuf")
    live.agree(helene, karim, maud)
    live.leave(helene, karim, maud)
    revision = live.wait_revision(passage, 2)
    assert revision.plain.strip() == "Le préau neuf ouvre à sept heures précises."
    assert live.contributors(revision) == {"helene", "karim"}
    page = live.page("maud")
    page.goto(f"{address_of(passage)}/versions")
    page.locator("#etat").focus()
    expect(page.locator("#replayed")).to_contain_text("précises")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#replayed .text")).not_to_contain_text("précises")
    assert len(live.revisions(passage)) == 2


FOUR = ("helene", "karim", "maud", "philippe")


def type_at_once(writers: list[Writer], words: list[str]) -> None:
    """Types letter by letter, each person's next letter before anybody's second."""
    for letters in zip(*words, strict=True):
        for writer, letter in zip(writers, letters, strict=True):
            writer.type(letter)


def four_write(live: LiveSite, rounds: int) -> None:
    """Four write at the same moment, one takes back: all show the same, and each stretch keeps its voice."""
    passage = live.passage(None)
    writers = [live.open(name, passage) for name in FOUR]
    for number, writer in enumerate(writers):
        writer.begin(f"{FOUR[number]} dit")
        writer.press("Enter")
        live.agree(*writers)
    for turn in range(rounds):
        for name, writer in zip(FOUR, writers, strict=True):
            writer.caret(f"{name} dit", len(name) + 4)
        type_at_once(writers, [f" {name[0]}{turn:02}x" for name in FOUR])
        live.agree(*writers)
    for writer in writers:
        writer.press("ControlOrMeta+z")
        live.agree(*writers)
    text = live.agree(*writers)
    assert not any(f"{name[0]}{rounds - 1:02}x" in text for name in FOUR), "each took back their last word"
    assert all(f"{name[0]}{turn:02}x" in text for name in FOUR for turn in range(rounds - 1)), "and no more"
    live.leave(*writers)
    revision = live.wait_revision(passage, 1)
    said = live.voices(revision)
    assert [voice for voice, _words in said] == list(FOUR)
    assert all(words.startswith(f"{voice} dit") for voice, words in said)
    assert live.contributors(revision) == set(FOUR)


def test_four_write_at_the_same_moment(live: LiveSite):
    four_write(live, 2)


@pytest.mark.long
def test_four_write_at_length(live: LiveSite):
    four_write(live, 40)


def test_reloading_shows_what_is_there(live: LiveSite):
    passage = live.passage("helene")
    helene = live.open("helene", passage)
    helene.begin("Écrit.")
    helene.is_saved()
    helene.page.reload()
    ready(helene)
    assert helene.text() == "Écrit."
