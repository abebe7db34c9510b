"""Two people in one passage: their words meet, a composition is not torn, undo takes back one's own, the state is told in words."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.live import ANA, BOB, Stage, Writer, staged


@pytest.fixture
def stage(chromium: Browser) -> Iterator[Stage]:
    with staged(chromium, {"ana": replace(ANA), "bob": replace(BOB)}) as stage:
        yield stage


@pytest.fixture
def ana(stage: Stage) -> Writer:
    return stage.open("ana")


@pytest.fixture
def bob(stage: Stage, ana: Writer) -> Writer:
    """Comes once Ana has written a sentence."""
    ana.begin("Le préau ouvre à sept heures.")
    ana.is_saved()
    return stage.open("bob")


def test_words_of_both_meet(stage, ana, bob):
    ana.caret("préau", 5)
    bob.caret("heures", 6)
    for mine, yours in zip(" neuf et clair", " du matin là  ", strict=True):
        ana.type(mine)
        bob.type(yours)
    assert stage.agree(ana, bob) == "Le préau neuf et clair ouvre à sept heures du matin là  ."


def test_each_sees_the_others_caret_and_place_by_the_name_that_the_server_gives(stage, ana, bob):
    bob.caret("préau")
    caret = ana.page.locator("#texte .caret")
    expect(caret).to_have_class(re.compile(r"\beco\b"))
    expect(caret).to_have_text("Bob")
    expect(caret).to_have_attribute("aria-hidden", "true")
    expect(ana.page.get_by_role("list", name="En ligne sur ce récit").get_by_role("listitem")).to_have_text(
        ["Vous", "Bob, dans ce passage"]
    )
    elsewhere = stage.open("bob", passage="p2")
    expect(ana.page.locator(".here")).to_contain_text("Bob, dans le moment 2")
    for writer in (bob, elsewhere):
        writer.page.close()
    expect(caret).to_have_count(0)
    expect(ana.page.locator(".here li")).to_have_text(["Vous"])


@pytest.mark.parametrize("remote", ["before", "after"])
def test_dead_keys_survive_the_others_typing(stage, ana, bob, remote):
    """A circumflex is being composed while the other types in the same paragraph, before it or after it."""
    ana.caret("sept", 4)
    session = ana.page.context.new_cdp_session(ana.page)
    session.send("Input.imeSetComposition", {"text": "^", "selectionStart": 1, "selectionEnd": 1})
    bob.caret("préau" if remote == "before" else "heures")
    bob.type("ZZ")
    bob.is_saved()
    ana.page.wait_for_timeout(300)
    assert "ZZ" not in ana.text()
    session.send("Input.imeSetComposition", {"text": "ê", "selectionStart": 1, "selectionEnd": 1})
    session.send("Input.insertText", {"text": "ê"})
    ana.type("me")
    text = stage.agree(ana, bob)
    assert "septême" in text
    assert text.count("ZZ") == 1


def test_a_composition_that_is_left_open_holds_the_others_for_three_seconds_only(stage, ana, bob):
    ana.caret("sept", 4)
    session = ana.page.context.new_cdp_session(ana.page)
    session.send("Input.imeSetComposition", {"text": "^", "selectionStart": 1, "selectionEnd": 1})
    bob.caret("heures")
    bob.type("ZZ")
    ana.page.wait_for_function("H.text().includes('ZZ')", timeout=6000)


def test_undo_takes_back_ones_own_last_word_and_no_more(stage, ana, bob):
    ana.caret("préau", 5)
    ana.type(" tout neuf")
    bob.caret("heures", 6)
    bob.type(" pile")
    stage.agree(ana, bob)
    ana.press("ControlOrMeta+z")
    assert stage.agree(ana, bob) == "Le préau tout  ouvre à sept heures pile."
    ana.press("ControlOrMeta+z")
    assert stage.agree(ana, bob) == "Le préau  ouvre à sept heures pile."
    bob.press("ControlOrMeta+z")
    assert stage.agree(ana, bob) == "Le préau  ouvre à sept heures ."
    ana.press("ControlOrMeta+y")
    assert stage.agree(ana, bob) == "Le préau tout  ouvre à sept heures ."


def test_words_typed_in_two_places_are_taken_back_one_after_the_other(ana, bob):
    ana.caret("préau", 5)
    ana.type("x")
    ana.press("End")
    ana.type("y")
    ana.press("ControlOrMeta+z")
    assert ana.text() == "Le préaux ouvre à sept heures."


def test_saved_is_said_only_when_the_server_has_answered(stage, ana):
    stage.relay.acknowledges = False
    ana.begin("Un mot")
    expect(ana.state).to_have_text("…Enregistrement…")
    ana.page.wait_for_timeout(300)
    expect(ana.state).to_have_text("…Enregistrement…")
    stage.relay.acknowledges = True
    stage.relay.stop()
    expect(ana.state).to_contain_text("La connexion est coupée.")
    expect(ana.page.get_by_role("status")).to_contain_text("La connexion est coupée.")
    ana.type(" et un autre")
    stage.relay.start()
    expect(ana.state).to_have_text("✓Enregistré")
    expect(ana.page.get_by_role("status")).to_have_text("La connexion est revenue, tout est enregistré.")
    assert stage.open("bob").text() == "Un mot et un autre"


def test_a_page_that_is_closed_before_the_answer_loses_nothing(stage, ana):
    stage.relay.acknowledges = False
    ana.begin("Dit dans le tunnel.")
    ana.page.wait_for_timeout(500)
    context = ana.page.context
    ana.page.close()
    stage.relay.acknowledges = True
    again = stage.open("ana", context=context)
    again.is_saved()
    assert again.text() == "Dit dans le tunnel."
    assert stage.open("bob").text() == "Dit dans le tunnel."


def test_back_within_two_seconds_of_a_cut_however_long_it_was(stage, ana, bob):
    stage.relay.stop()
    ana.page.wait_for_timeout(6000)
    stage.relay.start()
    ana.page.wait_for_function("T.room.state === 'saved'", timeout=3000)


def test_what_both_changed_while_one_was_away_is_shown(stage, ana, bob):
    ana.press("End", "Enter")
    ana.type("Un second paragraphe.")
    stage.agree(ana, bob)
    stage.relay.sockets_work = False
    stage.relay.kick("bob", 1013, "restart")
    expect(bob.state).to_contain_text("Le site redémarre")
    bob.caret("sept", 4)
    bob.type(" ou huit")
    ana.caret("préau")
    ana.type("vieux ")
    ana.caret("second", 6)
    ana.type(" petit")
    ana.is_saved()
    stage.relay.sockets_work = True
    stage.agree(ana, bob)
    notice = bob.page.get_by_role("alert")
    expect(notice).to_contain_text("d’autres ont changé les mêmes endroits")
    expect(notice).to_contain_text("Le préau ouvre à sept ou huit heures.")
    expect(notice).to_contain_text("Le vieux préau ouvre à sept ou huit heures.")
    expect(notice).not_to_contain_text("second")
    notice.get_by_role("button", name="J’ai lu").click()
    expect(notice).to_have_count(0)
    expect(ana.page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("code", "reason", "sentence"),
    [(1008, "signed_out", "Votre session est finie."), (1009, "too_large", "trop long"), (1002, "malformed", "Rechargez-la")],
)
def test_a_closing_for_good_is_said_and_not_answered(stage, ana, bob, code, reason, sentence):
    stage.relay.kick("bob", code, reason)
    expect(bob.state).to_contain_text(sentence)
    expect(bob.page.get_by_role("status")).to_contain_text(sentence)
    expect(bob.page.locator("#texte")).to_have_attribute("contenteditable", "false")
    bob.page.wait_for_timeout(2500)
    assert [client.user for client in stage.relay.clients] == ["ana"]


def test_a_right_that_ends_makes_the_text_read_only_and_says_why(stage, ana, bob):
    stage.relay.grant("bob", right="read", why="Ce passage est signé.")
    expect(bob.state).to_have_text("–Ce passage est signé.")
    expect(bob.page.locator("#texte")).to_have_attribute("contenteditable", "false")
    expect(bob.page.get_by_role("button", name="Gras")).to_have_count(0)
    stage.relay.grant("bob", right="write", why="")
    expect(bob.page.locator("#texte")).to_have_attribute("contenteditable", "true")
    expect(bob.page.get_by_role("button", name="Gras")).to_be_visible()
    bob.caret("préau", 5)
    bob.type(" clair")
    assert stage.agree(ana, bob) == "Le préau clair ouvre à sept heures."


def test_a_right_that_comes_later_lets_one_write(stage, ana):
    ana.begin("Le préau.")
    ana.is_saved()
    stage.relay.people["bob"].right = "read"
    bob = stage.open("bob")
    expect(bob.state).to_contain_text("sans pouvoir y écrire")
    stage.relay.grant("bob", right="write")
    bob.page.wait_for_function("T.room.maySend")
    bob.caret("préau", 5)
    bob.type(" clair")
    assert stage.agree(ana, bob) == "Le préau clair."


def test_a_passage_that_is_taken_away_and_given_back_is_written_again(stage, ana, bob):
    stage.relay.grant("bob", right="none", why="Ce passage n’est plus là.")
    expect(bob.state).to_contain_text("Ce passage n’est plus là.")
    stage.relay.people["bob"].right = "write"
    stage.relay.notice(kind="passages")
    bob.page.wait_for_function("T.room.state === 'saved'")
    bob.caret("préau", 5)
    bob.type(" clair")
    assert stage.agree(ana, bob).startswith("Le préau clair")


def test_words_that_the_server_refuses_are_kept_aside(stage, ana, bob):
    stage.relay.refuses.add("bob")
    bob.caret("préau", 5)
    bob.type("x")
    notice = bob.page.get_by_role("alert")
    expect(notice).to_contain_text("Ces mots ne sont pas pris.")
    expect(notice).to_contain_text("Le préaux ouvre à sept heures.")
    stage.relay.refuses.clear()
    bob.page.wait_for_function("T.room.state === 'saved' && !T.view.isDestroyed")
    assert stage.agree(ana, bob) == "Le préau ouvre à sept heures."
    bob.page.reload()
    expect(bob.page.get_by_role("alert")).to_contain_text("Le préaux ouvre à sept heures.")
    bob.page.get_by_role("button", name="J’ai lu").click()
    bob.page.reload()
    expect(bob.page.locator("#texte[role=textbox]")).to_be_visible()
    expect(bob.page.get_by_role("alert")).to_have_count(0)


def test_what_was_written_offline_by_somebody_who_may_not_any_more_is_kept_aside(stage, ana, bob):
    stage.relay.stop()
    bob.caret("préau", 5)
    bob.type("x")
    stage.relay.people["bob"].right = "read"
    stage.relay.start()
    expect(bob.page.get_by_role("alert")).to_contain_text("Le préaux ouvre à sept heures.")
    stage.agree(ana, bob)


def test_opening_and_reading_writes_nothing(stage, ana, bob):
    before = dict(stage.relay.rooms)
    bob.caret("préau")
    bob.press("ArrowRight", "End", "Home")
    bob.page.wait_for_timeout(300)
    assert dict(stage.relay.rooms) == before
    assert all(update == b"\0\0" for update in stage.relay.received["bob"])


def test_without_a_socket_the_plain_form_stays(stage):
    stage.relay.sockets_work = False
    page = stage.open("ana", live=False).page
    page.wait_for_timeout(6000)
    expect(page.get_by_label("Votre texte")).to_be_visible()
    expect(page.locator("[data-live=text]")).to_be_hidden()
    stage.relay.sockets_work = True
    page.wait_for_timeout(2500)
    expect(page.get_by_label("Votre texte")).to_be_visible()


def test_a_comment_is_anchored_to_the_chosen_words(stage, ana, bob):
    bob.caret("sept")
    bob.press("ControlOrMeta+Alt+m")
    expect(bob.page.get_by_role("status")).to_have_text("Choisissez d’abord les mots que vous commentez.")
    bob.select("sept heures")
    bob.press("ControlOrMeta+Alt+m")
    comment = bob.page.get_by_label("Commentaire")
    expect(comment).to_be_focused()
    expect(bob.page.locator("[data-quotation]")).to_have_text("sept heures")
    expect(ana.page.locator("#texte mark")).to_have_count(0)
    comment.fill("Plutôt huit.")
    bob.page.route("**/post", lambda route: route.fulfill(body="ok"))
    with bob.page.expect_request("**/post") as sent:
        bob.page.get_by_role("button", name="Envoyer").click()
    expect(ana.page.locator("#texte mark[data-comment]")).to_have_text("sept heures")
    anchor = ana.page.locator("#texte mark[data-comment]").get_attribute("data-comment")
    assert anchor is not None
    assert anchor in (sent.value.post_data or "")
    ana.caret("sept", 4)
    ana.type(" ou huit")
    ana.caret("Le préau")
    ana.press("Enter")
    stage.agree(ana, bob)
    expect(ana.page.locator("#texte mark[data-comment]")).to_have_text("sept ou huit heures")


def test_a_notice_fetches_the_part_that_changed(stage, ana, bob):
    stage.relay.notice(kind="comments")
    expect(ana.page.locator("#fetched")).to_contain_text("/part/margin")
