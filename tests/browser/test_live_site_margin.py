"""The margin while others change it: whatever one is doing there goes on; focus, caret and words stay, and the focus is never lost."""

import re

import pytest
from playwright.sync_api import Locator, expect

from app.services import discussion
from tests.browser.live import Writer
from tests.browser.live_site import LiveSite

SENTENCE = "Le préau ouvre à sept heures."


def margin(writer: Writer) -> Locator:
    return writer.page.locator("[data-part=margin]")


@pytest.fixture
def passage(live: LiveSite) -> str:
    """A passage with two threads, the second longer, and a suggestion to come."""
    found = live.passage("helene", SENTENCE)
    thread = live.act("karim", discussion.start_thread, found, "Le matin ?", "", "Le préau")
    live.act("maud", discussion.start_thread, found, "Et le soir ?", "", "sept heures")
    live.act("maud", discussion.reply, thread.id, "Sept heures du matin.")
    return found


def comments(live: LiveSite, passage: str, words: str) -> None:
    """Somebody comments elsewhere."""
    live.act("karim", discussion.start_thread, passage, words)


def reply_box(writer: Writer, words: str) -> Locator:
    thread = margin(writer).locator(".talk > li", has_text=words)
    thread.locator("summary", has_text="Répondre").click()
    return thread.get_by_label("Votre réponse")


def test_half_a_reply_its_caret_and_the_focus_survive_another_comment(live: LiveSite, passage: str):
    helene = live.open("helene", passage)
    box = reply_box(helene, "Le matin ?")
    box.press_sequentially("Oui, mais pas ")
    box.evaluate("(element) => { window.box = element; element.setSelectionRange(3, 8, 'backward'); }")
    comments(live, passage, "Une troisième chose.")
    expect(margin(helene)).to_contain_text("Une troisième chose.")
    expect(box).to_be_focused()
    expect(box).to_have_value("Oui, mais pas ")
    state = box.evaluate("(element) => [element === window.box, element.selectionStart, element.selectionEnd, element.selectionDirection]")
    assert state == [True, 3, 8, "backward"]
    helene.press("End")
    helene.type("le dimanche.")
    comments(live, passage, "Une quatrième.")
    expect(margin(helene)).to_contain_text("Une quatrième.")
    expect(box).to_have_value("Oui, mais pas le dimanche.")
    helene.press("ControlOrMeta+z")
    expect(box).not_to_have_value("Oui, mais pas le dimanche.")


def test_a_composition_in_a_reply_goes_on(live: LiveSite, passage: str):
    helene = live.open("helene", passage)
    box = reply_box(helene, "Le matin ?")
    box.click()
    session = helene.page.context.new_cdp_session(helene.page)
    session.send("Input.imeSetComposition", {"text": "^", "selectionStart": 1, "selectionEnd": 1})
    comments(live, passage, "Une troisième chose.")
    expect(margin(helene)).to_contain_text("Une troisième chose.")
    session.send("Input.imeSetComposition", {"text": "ê", "selectionStart": 1, "selectionEnd": 1})
    session.send("Input.insertText", {"text": "ê"})
    helene.type("tre")
    expect(box).to_have_value("être")


def test_an_answer_that_cannot_leave_stays_and_says_so(live: LiveSite, passage: str):
    helene = live.open("helene", passage)
    box = reply_box(helene, "Le matin ?")
    box.fill("Oui, le matin.")
    send = box.locator("xpath=ancestor::form").get_by_role("button", name="Répondre")
    helene.page.context.set_offline(True)
    send.click()
    expect(margin(helene).get_by_role("alert")).to_contain_text("Rien n’est parti")
    expect(box).to_have_value("Oui, le matin.")
    helene.page.context.set_offline(False)
    send.click()
    expect(margin(helene).locator(".asis", has_text="Oui, le matin.")).to_have_count(1)
    expect(margin(helene).get_by_role("alert")).to_have_count(0)
    expect(box).to_have_value("")


def test_every_control_keeps_the_focus_while_comments_and_suggestions_come(live: LiveSite, passage: str):
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    karim.select("sept")
    karim.type("huit")
    expect(margin(helene).get_by_role("button", name=re.compile("^Accepter"))).to_have_count(1)
    for summary in margin(helene).locator("summary").all():
        summary.click()
    controls = margin(helene).locator("a[href], button, summary, input:not([type=hidden]), textarea, select")
    one_of_each = {
        f"{one.evaluate('(one) => one.nodeName')} {one.text_content()}": one for one in controls.element_handles() if one.is_visible()
    }
    assert len(one_of_each) > 8
    for number, (kind, control) in enumerate(one_of_each.items()):
        control.focus()
        comments(live, passage, f"Encore une chose, {number}.")
        expect(margin(helene)).to_contain_text(f"Encore une chose, {number}.")
        assert control.evaluate("(one) => one === document.activeElement && one.isConnected"), kind
    karim.select("heures")
    karim.type("jours")
    button = margin(helene).locator("li", has_text="huit").get_by_role("button", name="Refuser")
    button.focus()
    expect(margin(helene).get_by_role("button", name=re.compile("^Accepter"))).to_have_count(2)
    expect(button).to_be_focused()


def test_the_focus_goes_to_what_is_beside_when_what_had_it_goes(live: LiveSite, passage: str):
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    for words, instead in (("préau", "hangar"), ("sept", "huit")):
        karim.select(words)
        karim.type(instead)
        expect(margin(helene)).to_contain_text(instead)
    first, second = (
        margin(helene).locator("li[id^=suggestion-]", has=helene.page.locator("ins", has_text=words)) for words in ("hangar", "huit")
    )
    first.get_by_role("button", name="Accepter").focus()
    helene.press("Enter")
    expect(first).to_have_count(0)
    expect(second).to_be_focused()
    helene.press("Tab")
    expect(second.get_by_role("button", name=re.compile("^Accepter"))).to_be_focused()
    second.get_by_role("button", name="Refuser").focus()
    helene.press("Enter")
    expect(margin(helene).get_by_role("heading", name="Dans la marge")).to_be_focused()
    # Its words, « Le préau », went with what was accepted: it stands alone in the tray.
    expect(margin(helene).locator("#liste-sans-ancrage > li")).to_have_count(1)
    comments(live, passage, "Une troisième chose.")
    expect(margin(helene)).to_contain_text("Une troisième chose.")
    for settled, heir in (("Le matin ?", "h2"), ("Et le soir ?", "li:has-text('Une troisième chose.')")):
        thread = margin(helene).locator(".talk > li", has_text=settled)
        thread.get_by_role("button", name="Marquer résolu").focus()
        helene.press("Enter")
        expect(margin(helene).locator("#resolus li", has_text=settled)).to_have_count(1)
        expect(margin(helene).locator(heir)).to_be_focused()
