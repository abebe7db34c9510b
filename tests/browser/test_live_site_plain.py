"""The plain form beside live writers, without JavaScript and where no socket passes; and axe on the page of those who write live."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, go, overflows, violations
from tests.browser.live import Writer
from tests.browser.live_site import LiveSite, address_of, line_to

FIRST, SECOND = "Le préau ouvre à sept heures.", "Les familles attendent."
TEXT = f"{FIRST}\n\n{SECOND}"


def save(page: Page, text: str) -> None:
    page.get_by_label("Votre texte").fill(text)
    go(page.get_by_role("button", name="Enregistrer", exact=True))


def beside_a_live_writer(live: LiveSite, passage: str, helene: Writer, plain: Page) -> None:
    """Karim saves by the plain form while Hélène types: other blocks meet, on both screens; the same block is shown to him twice."""
    helene.caret("sept", 4)
    helene.type(" ou huit")
    helene.is_saved()
    save(plain, f"{FIRST}\n\nLes familles attendent déjà.")
    expect(plain.get_by_text("avec ce qu’une autre personne avait écrit entre-temps")).to_be_visible()
    both = "Le préau ouvre à sept ou huit heures.\n\nLes familles attendent déjà."
    expect(plain.get_by_label("Votre texte")).to_have_value(f"{both}\n")
    helene.until(f"H.text() === {both!r}.replace('\\n\\n', '|')")
    caret = helene.do("T.view.state.selection.head")
    assert caret == helene.do("H.at('sept', 12)"), "her caret stays where she types"
    voices = {live.world.voices[name]: name for name in ("helene", "karim")}
    said = [(voices[voice], words) for voice, words in helene.do("H.voices()")]
    assert ("karim", " déjà") in said
    assert said[-1][0] == "helene"
    helene.type(" du matin")
    helene.is_saved()
    save(plain, "Le préau ouvre à midi.\n\nLes familles attendent déjà.")
    expect(plain.get_by_role("alert").filter(has_text="Helene a changé les mêmes mots")).to_be_visible()
    expect(plain.locator("#theirs")).to_contain_text("du matin")
    save(plain, "Le préau ouvre à sept ou huit heures du matin, pas à midi.\n\nLes familles attendent déjà.")
    helene.until("H.text().includes('du matin, pas à midi.')")
    helene.is_saved()
    assert live.on_disk(passage).startswith("Le préau ouvre à sept ou huit heures du matin, pas à midi.\n")
    revision = live.current(passage)
    assert revision is not None
    assert revision.body == live.on_disk(passage)


def test_without_javascript(live: LiveSite):
    passage = live.passage(None, TEXT)
    helene = live.open("helene", passage)
    karim = live.page("karim", java_script_enabled=False)
    karim.goto(address_of(passage))
    beside_a_live_writer(live, passage, helene, karim)


def test_where_no_socket_passes(live: LiveSite):
    passage = live.passage(None, TEXT)
    with line_to(live, sockets=False) as line:
        helene = live.open("helene", passage)
        karim = live.page("karim", address=line.address)
        karim.goto(address_of(passage))
        expect(karim.get_by_label("Votre texte")).to_be_visible()
        expect(karim.locator("[data-live=text]")).to_be_hidden()
        beside_a_live_writer(live, passage, helene, karim)


def margin_is_full(live: LiveSite, passage: str, helene: Writer, karim: Writer) -> None:
    """Karim proposes and comments in Hélène's passage; both are on both pages."""
    karim.select("sept")
    karim.type("huit")
    karim.select("familles")
    karim.page.get_by_role("button", name="Commenter", exact=True).first.click()
    karim.type("Toutes ?")
    karim.page.locator("form[data-comment]").get_by_role("button", name="Commenter").click()
    for writer in (helene, karim):
        expect(writer.page.locator("[data-part=margin] ins")).to_have_text("huit")
        expect(writer.page.locator("[data-part=margin]")).to_contain_text("Toutes ?")


def test_axe_finds_nothing_on_the_page_of_live_writers(live: LiveSite):
    passage, shared = live.passage("helene", TEXT), live.passage(None)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    margin_is_full(live, passage, helene, karim)
    both = [live.open(name, shared) for name in ("maud", "philippe")]
    for writer in both:
        writer.begin("Un mot de plus. ")
    live.agree(*both)
    for writer in both:
        writer.page.get_by_role("button", name="Montrer qui écrit quoi").click()
    faults = []
    for name, writer in (("holder", helene), ("guest", karim), ("shared", both[0])):
        for scheme in ("light", "dark"):
            writer.page.emulate_media(color_scheme=scheme)
            for size in (PHONE, DESK):
                writer.page.set_viewport_size(size)
                faults += [f"{name} {scheme} {size['width']}: {fault}" for fault in violations(writer.page)]
                if overflows(writer.page):
                    faults.append(f"{name} scrolls sideways at {size['width']}")
    assert faults == []


@pytest.mark.parametrize("language", ["", "/en"])
def test_axe_finds_nothing_where_a_passage_is_only_read(live: LiveSite, language):
    passage = live.passage("helene", TEXT)
    helene = live.open("helene", passage)
    tab = live.page("helene", context=helene.page.context)
    tab.goto(f"{address_of(passage)}/signer")
    go(tab.get_by_role("button", name="Signer : bon à publier"))
    tab.goto(language + address_of(passage))
    expect(tab.locator("#texte")).to_have_attribute("contenteditable", "false")
    assert violations(tab) == []


def test_what_was_begun_in_the_plain_form_is_not_taken_away_by_the_editor(live: LiveSite):
    """On a slow line the form is there before the editor: who types in it goes on typing in it."""
    passage = live.passage("helene", TEXT)
    with line_to(live) as line:
        page = live.page("helene", address=line.address)
        line.slow_sockets(2)
        page.goto(address_of(passage))
        body = page.get_by_label("Votre texte")
        body.fill(f"{TEXT}\n\nDéjà dit.")
        page.wait_for_timeout(6500)
        expect(body).to_be_visible()
        expect(page.locator("[data-live=text]")).to_be_hidden()
        go(page.get_by_role("button", name="Enregistrer", exact=True))
        expect(page.locator("[data-live=text]")).to_contain_text("Déjà dit.")


def test_a_draft_of_the_plain_form_is_seen_when_one_comes_back(live: LiveSite):
    passage = live.passage("helene", TEXT)
    page = live.page("helene")
    page.goto(f"{address_of(passage)}?simple=1")
    page.get_by_label("Votre texte").fill(f"{TEXT}\n\nUn brouillon.")
    expect(page.locator("#saved")).to_contain_text("Brouillon gardé")
    page.goto(address_of(passage))
    expect(page.get_by_text("Brouillon non enregistré")).to_be_visible()
    page.wait_for_timeout(1000)
    expect(page.get_by_label("Votre texte")).to_have_value(f"{TEXT}\n\nUn brouillon.")
    go(page.get_by_role("button", name="Enregistrer", exact=True))
    expect(page.locator("[data-live=text]")).to_contain_text("Un brouillon.")
