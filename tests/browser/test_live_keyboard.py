"""Live writing by keyboard alone, on the real site: two people write, format, comment, propose, accept, name a version and sign; no mouse, no finger."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import overflows, violations
from tests.browser.live import Writer
from tests.browser.live_site import LiveSite, address_of

MOST_STOPS = 90


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Goes to something with the Tab key alone."""
    for _ in range(MOST_STOPS):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the Tab key does not reach {target}")


def enter(page: Page, target: Locator) -> None:
    """Goes to a link or a button that leads to another page, and presses it."""
    tab_to(page, target)
    with page.expect_event("framenavigated"):
        page.keyboard.press("Enter")
    page.wait_for_load_state()


def text(writer: Writer) -> Locator:
    return writer.page.locator("#texte")


def test_two_people_do_the_whole_job_by_keyboard_alone(live: LiveSite):
    passage = live.passage("helene")
    helene = live.open("helene", passage)
    tab_to(helene.page, text(helene))
    expect(text(helene)).to_have_attribute("aria-placeholder", re.compile("Écrivez ici"))
    helene.type("Nous avons rangé la ")
    helene.press("ControlOrMeta+b")
    helene.type("salle")
    helene.press("ControlOrMeta+b")
    helene.type(" comme d’habitude.")
    # to the buttons and back, without leaving the sentence
    helene.press("Shift+Home", "Alt+F10")
    assert helene.page.evaluate("document.activeElement.closest('[role=toolbar]') !== null")
    helene.press("ArrowRight", "ArrowRight", "Enter", "Escape")
    expect(text(helene).locator("h2")).to_have_count(1)
    helene.press("ControlOrMeta+z", "End")
    helene.is_saved()
    expect(text(helene).locator("strong")).to_have_text("salle")

    karim = live.open("karim", passage)
    tab_to(karim.page, text(karim))
    expect(karim.page.locator("#right-now")).to_contain_text("Vous pouvez le commenter ou suggérer, pas le réécrire. Ce que vous tapez")
    karim.press("Home", *["Shift+ArrowRight"] * 4, "ControlOrMeta+Alt+m")
    words = karim.page.get_by_label("Votre commentaire")
    expect(words).to_be_focused()
    karim.type("Qui, nous ?")
    tab_to(karim.page, karim.page.locator("form[data-comment] > button"))
    karim.press("Enter")
    expect(karim.page.get_by_role("list", name="Commentaires")).to_contain_text("Qui, nous ?")
    expect(words).to_have_value("")
    assert karim.page.locator("[name=anchor]").input_value() == ""
    tab_to(karim.page, text(karim), "Shift+Tab")
    karim.press("ControlOrMeta+End", *["ArrowLeft"] * 18)
    karim.type(" à fond,")
    karim.is_saved()

    # it is in the margin of who decides about it soon after the pause, and one of them is accepted there
    accept = helene.page.get_by_role("button", name="Accepter")
    expect(accept).to_be_visible(timeout=4000)
    expect(helene.page.get_by_role("list", name="Commentaires").locator("q")).to_have_text("Nous")
    helene.press("Escape", "Tab")
    assert not helene.page.evaluate("document.activeElement.closest('#texte') !== null"), "Escape, then Tab, leads out of the text"
    tab_to(helene.page, accept)
    helene.press("Enter")
    expect(text(helene).locator("ins")).to_have_count(0)
    expect(text(helene)).to_contain_text("à fond")

    enter(helene.page, helene.page.locator("[data-part=below]").get_by_role("link", name=re.compile("^Version")))
    tab_to(helene.page, helene.page.locator("summary", has_text="Nommer").first)
    helene.press("Enter", "Tab")
    helene.type("Après le ménage")
    enter(helene.page, helene.page.get_by_role("button", name="Nommer").first)
    expect(helene.page.get_by_role("rowheader").first).to_contain_text("Après le ménage")
    assert live.contributors(live.current(passage)) == {"helene", "karim"}

    helene.page.goto(address_of(passage))
    enter(helene.page, helene.page.get_by_role("link", name="Relire et signer"))
    enter(helene.page, helene.page.get_by_role("button", name="Signer : bon à publier"))
    expect(helene.page.get_by_text("Signé : bon à publier.")).to_be_visible()
    expect(text(karim)).to_have_attribute("aria-readonly", "true")
    expect(karim.page.locator("#right-now b")).to_contain_text(
        "Ce passage est signé : il se lit et se commente, jusqu’à ce que sa voix le rouvre."
    )
    # signed words are still commented, with their quotation
    tab_to(karim.page, text(karim), "Shift+Tab")
    karim.do("H.select('salle')")
    karim.press("ControlOrMeta+Alt+m")
    expect(karim.page.get_by_label("Votre commentaire")).to_be_focused()
    karim.type("Laquelle ?")
    tab_to(karim.page, karim.page.locator("form[data-comment] > button"))
    karim.press("Enter")
    expect(karim.page.get_by_role("list", name="Commentaires")).to_contain_text("Laquelle ?")
    expect(karim.page.get_by_role("list", name="Commentaires").locator("q").last).to_have_text("salle")


@pytest.mark.parametrize("name", ["helene", "karim"])
def test_the_live_page_is_accessible_and_narrow(live: LiveSite, name):
    passage = live.passage("helene", "Nous avons rangé la salle.")
    writer = live.open(name, passage)
    karim = writer if name == "karim" else live.open("karim", passage)
    karim.select("rangé")
    karim.type("lavé")
    karim.is_saved()
    expect(writer.page.locator("#suggestions")).to_be_visible()
    for width in (1280, 375, 320):
        writer.page.set_viewport_size({"width": width, "height": 800})
        assert not overflows(writer.page)
        assert violations(writer.page) == []
    # on a phone the state of one's words and the tools stay in sight, in one row that scrolls by itself; a link leads to the margin
    tools = writer.page.locator(".pen .tools")
    box = tools.bounding_box()
    assert box is not None
    assert box["height"] < 70
    writer.page.get_by_role("link", name="Voir la marge").click()
    expect(writer.page.get_by_role("heading", name="Dans la marge")).to_be_in_viewport()
