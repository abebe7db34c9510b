"""Proposing more than words on the real site: images, notes, line ends, tables and paragraphs, decided one by one and all at once, also without JavaScript."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from app.db.models import Story
from app.services import media
from tests.browser.conftest import go
from tests.browser.live import Writer
from tests.browser.live_site import LiveSite, address_of
from tests.told_stories import carry, sign

SENTENCE = "Le préau ouvre à sept heures."
TEXT = f"{SENTENCE}\n\nLes familles attendent."


@pytest.fixture
def image(live: LiveSite) -> str:
    """A picture of the story."""
    raw = io.BytesIO()
    Image.new("RGB", (640, 480), "tan").save(raw, "PNG")
    prepared = media.prepare_image(live.site.settings.media_folder, raw.getvalue())
    return str(live.act("helene", lambda uow, who: media.add_image(uow, who, live.story, prepared, "Le préau en hiver", "Helene").id))


def margin(page: Page) -> Locator:
    return page.locator("[data-part=margin]")


def suggestion(page: Page, words: str) -> Locator:
    return margin(page).locator("li[id^=suggestion-]", has_text=words)


def tool(writer: Writer, name: str) -> Locator:
    return writer.page.locator(".tools").get_by_role("button", name=name, exact=True)


def propose_everything(writer: Writer) -> None:
    """An image, a line end, a note, a table and a paragraph, each a proposal of its own."""
    writer.caret("familles", 8)
    tool(writer, "Image").click()
    writer.page.get_by_role("dialog").get_by_role("button", name="Appliquer").click()
    writer.caret("ouvre")
    writer.press("Shift+Enter")
    writer.caret("sept", 4)
    tool(writer, "Note").click()
    writer.type("Depuis 1911.")
    writer.caret("attendent.", 10)
    writer.press("Enter")
    writer.type("Un paragraphe entier.")
    writer.press("Enter")
    tool(writer, "Tableau").click()
    writer.type("Jour")
    writer.is_saved()


LISTED = ["[à la ligne]", "[appel de note]", "[image : Le préau en hiver]", "Un paragraphe entier.", "[tableau]"]


def decide(page: Page, words: str, button: str) -> None:
    go(suggestion(page, words).get_by_role("button", name=button))
    expect(suggestion(page, words)).to_have_count(0)


def test_each_is_decided_without_javascript_and_none_is_published_before(live: LiveSite, image: str):
    passage, other = live.passage("helene", TEXT), live.passage("karim", "Moi aussi.")
    karim = live.open("karim", passage)
    propose_everything(karim)
    assert live.on_disk(passage) == f"{TEXT}\n"
    helene = live.page("helene", java_script_enabled=False)
    helene.goto(address_of(passage))
    for words in LISTED:
        expect(suggestion(helene, words)).to_have_count(1)
    decide(helene, "Le préau en hiver", "Accepter")
    decide(helene, "appel de note", "Accepter")
    decide(helene, "à la ligne", "Refuser")
    written = f"{SENTENCE[:-8]}[^1] heures.\n\nLes familles![Le préau en hiver](media:{image}) attendent.\n\n[^1]: Depuis 1911.\n"
    assert re.sub(r"(?<=\[\^1)-\w+", "", live.on_disk(passage)) == written
    karim.until("!H.html().includes('↵') && document.querySelectorAll('#texte img').length === 1")
    expect(karim.page.locator("#texte ins img")).to_have_count(0)
    live.leave(karim)
    live.site.live.seal(passage)
    for name, one in (("helene", passage), ("karim", other)):
        live.act(name, sign, one, live.world.voices[name])
    carry(live.site, live.world, live.story, "published", live.person("helene"))
    with live.site.writer.begin() as uow:
        slug = uow.session.get_one(Story, live.story).slug
    reader = live.chromium.new_context(base_url=live.server.address)
    live.contexts.append(reader)
    page = reader.new_page()
    page.goto(f"/recits/{slug}")
    expect(page.get_by_alt_text("Le préau en hiver")).to_have_count(1)
    expect(page.get_by_text("Depuis 1911.")).to_have_count(1)
    assert not re.search(r"Un paragraphe entier|Jour\b", page.locator("main").inner_html())


@pytest.mark.parametrize(("button", "gone"), [("Tout accepter", False), ("Tout refuser", True)])
def test_all_are_decided_at_once(live: LiveSite, image: str, button: str, gone: bool):
    passage = live.passage("helene", TEXT)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    propose_everything(karim)
    for words in LISTED:
        expect(suggestion(helene.page, words)).to_have_count(1)
    margin(helene.page).get_by_role("button", name=button).click()
    expect(margin(helene.page).locator("li[id^=suggestion-]")).to_have_count(0)
    live.agree(helene, karim)
    for writer in (helene, karim):
        expect(writer.page.locator("#texte :is(ins, del, .to-come, .to-go)")).to_have_count(0)
    written = live.on_disk(passage)
    assert (written == f"{TEXT}\n") is gone
    assert all(
        (part in written) is not gone for part in ("préau\\\nouvre", "[^1", f"media:{image}", "Un paragraphe entier.", "| Jour |  |")
    )


def test_an_image_of_the_text_is_proposed_to_go_and_taken_back_by_its_author(live: LiveSite, image: str):
    passage = live.passage("helene", f"{SENTENCE} ![Le préau en hiver](media:{image})")
    karim = live.open("karim", passage)
    karim.do("H.choose(H.at('\\ufffc') , H.at('\\ufffc') + 1)")
    karim.press("Delete")
    expect(suggestion(karim.page, "Le préau en hiver").locator("del")).to_have_count(1)
    expect(karim.page.locator("#texte del img")).to_have_count(1)
    suggestion(karim.page, "Le préau en hiver").get_by_role("button", name="Reprendre ma suggestion").click()
    expect(karim.page.locator("#texte del")).to_have_count(0)
    assert live.on_disk(passage) == f"{SENTENCE} ![Le préau en hiver](media:{image})\n"
