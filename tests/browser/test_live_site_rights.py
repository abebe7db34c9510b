"""Live writing on the real site: who may write, when that changes under an open page, what a forged client gets; comments and suggestions between two."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab
from pycrdt import XmlFragment
from websockets.exceptions import InvalidStatus

from app.db.models import Story
from app.live import wire
from app.services.approvals import reopen_passage
from tests.browser.conftest import PHONE, go
from tests.browser.live import Writer
from tests.browser.live_site import LiveSite, address_of, ready
from tests.live.page import Page
from tests.told_stories import carry, sign

SENTENCE = "Le préau ouvre à sept heures."


def may_write(writer: Writer, answer: bool) -> None:
    expect(writer.page.locator("#texte")).to_have_attribute("contenteditable", str(answer).lower())


def margin(writer: Writer) -> Locator:
    return writer.page.locator("[data-part=margin]")


def sign_in_a_tab(live: LiveSite, writer: Writer, passage: str) -> Tab:
    tab = live.page("helene", context=writer.page.context)
    tab.goto(f"{address_of(passage)}/signer")
    go(tab.get_by_role("button", name="Signer : bon à publier"))
    return tab


def test_a_signature_closes_the_passage_on_every_open_page_until_it_is_reopened(live: LiveSite):
    passage = live.passage("helene", SENTENCE)
    helene, scribe, karim = (live.open(name, passage) for name in ("helene", "scribe", "karim"))
    scribe.caret("heures", 6)
    scribe.type(" pile")
    live.agree(helene, scribe)
    sign_in_a_tab(live, helene, passage)
    for writer in (helene, scribe, karim):
        expect(writer.page.locator("#right-now")).to_contain_text("Ce passage est signé")
        may_write(writer, False)
    reopen = "Rouvrir ce passage"
    for writer in (helene, scribe):
        expect(writer.page.get_by_role("button", name=reopen)).to_be_visible()
    expect(karim.page.locator("#right-now")).to_contain_text("jusqu’à ce que sa voix le rouvre")
    expect(karim.page.get_by_role("button", name=reopen)).to_have_count(0)
    go(helene.page.get_by_role("button", name=reopen))
    ready(helene)
    for writer in (helene, scribe, karim):
        may_write(writer, True)
        expect(writer.page.get_by_role("button", name=reopen)).to_have_count(0)
    scribe.caret("préau", 5)
    scribe.type(" neuf")
    assert live.agree(helene, scribe, karim) == "Le préau neuf ouvre à sept heures pile."


def tools(writer: Writer) -> list[str]:
    """The buttons of the toolbar that are there."""
    return [one.inner_text() for one in writer.page.locator(".tools button:visible").all()]


def test_who_reads_has_the_buttons_that_reading_needs_and_nothing_jumps_when_the_right_changes(live: LiveSite):
    passage, shared = live.passage("helene", SENTENCE), live.passage(None, SENTENCE)
    helene, karim, maud = live.open("helene", passage), live.open("karim", passage), live.open("maud", shared)
    here = {name: writer.page.locator("[data-doing]") for name, writer in (("helene", helene), ("karim", karim))}
    expect(here["helene"]).to_have_text("Écrire")
    expect(here["karim"]).to_have_text("Proposer")
    assert karim.page.title().startswith("Proposer")
    helene.page.set_viewport_size({"width": 1280, "height": 500})
    everything = tools(helene)
    assert {"Gras", "Commenter", "Tableau"} <= set(everything)
    top = helene.page.locator("#texte").bounding_box()["y"]
    helene.page.locator(".tools button").first.focus()
    with live.site.writer.begin() as uow:
        sign(uow, live.person("helene"), passage, live.world.voices["helene"])
    for name, writer in (("helene", helene), ("karim", karim)):
        expect(here[name]).to_have_text("Lire")
        may_write(writer, False)
        assert tools(writer) == ["Commenter"]
        expect(writer.page.locator("[data-live=keys]")).not_to_contain_text("Ctrl+B")
    expect(helene.page.get_by_role("button", name="Commenter", exact=True).first).to_be_focused()
    expect(helene.page.get_by_role("button", name="Rouvrir ce passage")).to_be_visible()
    assert abs(helene.page.locator("#texte").bounding_box()["y"] - top) < 2
    assert "Montrer qui écrit quoi" in tools(maud)
    live.act("helene", reopen_passage, passage)
    may_write(helene, True)
    expect(here["helene"]).to_have_text("Écrire")
    expect(here["karim"]).to_have_text("Proposer")
    expect(helene.page.get_by_role("button", name="Rouvrir ce passage")).to_have_count(0)
    assert tools(helene) == everything
    assert abs(helene.page.locator("#texte").bounding_box()["y"] - top) < 2
    helene.page.set_viewport_size(PHONE)
    with live.site.writer.begin() as uow:
        sign(uow, live.person("helene"), passage, live.world.voices["helene"])
    may_write(helene, False)
    assert tools(helene) == ["Commenter"]


def test_one_is_you_on_the_page_of_the_story(live: LiveSite):
    passage = live.passage("helene", SENTENCE)
    page = live.page("helene")
    page.goto(f"/espace/recits/{live.story}")
    expect(page.locator(".here li")).to_have_text(["Vous"])
    live.open("karim", passage)
    expect(page.locator(".here li", has_text="Karim")).to_contain_text("au moment")
    expect(page.locator(".here li")).to_have_count(2)
    expect(page.locator(".here li", has_text="Vous")).to_have_count(1)


def test_an_english_page_is_told_in_english_that_a_passage_was_signed(live: LiveSite):
    passage = live.passage("helene", SENTENCE)
    page = live.page("karim")
    page.goto(f"/en{address_of(passage)}")
    expect(page.locator("#texte")).to_have_attribute("contenteditable", "true")
    with live.site.writer.begin() as uow:
        sign(uow, live.person("helene"), passage, live.world.voices["helene"])
    expect(page.locator("#right-now")).to_contain_text("This passage is signed")


def test_signing_out_in_another_tab_ends_the_writing_with_words(live: LiveSite):
    passage = live.passage(None, SENTENCE)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    tab = live.page("helene", context=helene.page.context)
    tab.goto("/compte")
    go(tab.get_by_role("button", name="Se déconnecter"))
    expect(helene.state).to_contain_text("Votre session est finie.")
    may_write(helene, False)
    expect(karim.page.locator(".here li")).to_have_text(["Vous"])
    karim.caret("préau", 5)
    karim.type(" neuf")
    karim.is_saved()
    assert helene.text() == SENTENCE, "nothing more is shown to who has signed out"


@contextmanager
def forged(live: LiveSite, name: str, **headers: str) -> Iterator[Page]:
    """A client of one's own making, with the cookie of somebody."""
    address = live.server.address
    page = Page(f"ws{address[4:]}/vivant/{live.story}", {"Origin": address, "Cookie": f"recits={live.cookie(name)}", **headers})
    try:
        yield page
    finally:
        page.end()


def test_nobody_speaks_in_anothers_voice(live: LiveSite):
    """A forged client types under Hélène's voice and takes her words for Karim's: both are set right, on her page and in what is kept."""
    passage = live.passage(None)
    helene = live.open("helene", passage)
    helene.begin(SENTENCE)
    helene.is_saved()
    mine, theirs = live.world.voices["helene"], live.world.voices["karim"]
    with forged(live, "karim") as page:
        page.open(passage)
        page.write("Je renonce.", voice={"u": mine})
        page.wait_saved()
        text = page.documents[1].get("text", type=XmlFragment).children[0].children[0]
        text.format(0, len(SENTENCE), {"voice": {"u": theirs}})
        page.wait_saved()
        helene.until("H.text().includes('Je renonce.')")
        assert sorted(map(tuple, helene.do("H.voices()"))) == sorted([(mine, SENTENCE), (theirs, "Je renonce.")])
    live.leave(helene)
    assert live.voices(live.wait_revision(passage, 1)) == [("helene", SENTENCE), ("karim", "Je renonce.")]


def test_nobody_writes_where_they_only_propose(live: LiveSite):
    passage = live.passage("helene", SENTENCE)
    helene = live.open("helene", passage)
    with forged(live, "karim") as page:
        page.open(passage)
        assert page.rights[1]["right"] == "suggest"
        page.write("Je renonce.")
        page.wait(lambda: page.refusals)
        assert page.refusals[1]["reason"] == "suggest_only"
    helene.caret("heures", 6)
    helene.type(" pile")
    helene.is_saved()
    assert helene.text() == "Le préau ouvre à sept heures pile."
    assert "renonce" not in live.on_disk(passage)


@pytest.mark.parametrize(
    ("send", "closing"),
    [
        (lambda page: page.send(b"\xff"), (1002, "malformed")),
        (lambda page: page.send(wire.sync(1, wire.UPDATE, b"\1\2\3")), (1002, "malformed")),
        (lambda page: [page.move({}, clock=clock) for clock in range(1000)], (1013, "too_fast")),
    ],
    ids=["garbage", "no update", "flood"],
)
def test_nonsense_ends_its_own_socket_and_nobody_elses(live: LiveSite, send, closing):
    passage = live.passage(None, SENTENCE)
    helene = live.open("helene", passage)
    with forged(live, "karim") as page:
        page.open(passage)
        send(page)
        helene.caret("préau", 5)
        helene.type(" neuf")
        assert page.wait_closed() == closing
    helene.is_saved()
    assert live.on_disk(passage) == "Le préau neuf ouvre à sept heures.\n"


def test_a_page_of_another_site_opens_no_socket(live: LiveSite):
    with pytest.raises(InvalidStatus) as refused, forged(live, "karim", Origin="https://ailleurs.example"):
        pass
    assert refused.value.response.status_code == 403


def test_a_comment_reaches_the_others_page_with_its_words(live: LiveSite):
    passage = live.passage("helene", SENTENCE)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    karim.select("sept heures")
    karim.page.get_by_role("button", name="Commenter", exact=True).first.click()
    karim.type("Le matin ou le soir ?")
    margin(karim).locator("form[data-comment]").get_by_role("button", name="Commenter").click()
    for writer in (helene, karim):
        expect(writer.page.locator("#texte mark")).to_have_text("sept heures")
        thread = margin(writer).locator("li[data-anchor]")
        expect(thread.locator("q")).to_have_text("sept heures")
        expect(thread).to_contain_text("Le matin ou le soir ?")
    helene.caret("sept", 4)
    helene.type(" ou huit")
    live.agree(helene, karim)
    expect(karim.page.locator("#texte mark")).to_have_text(re.compile("^sept ou huit(Helene)? heures$"))  # her caret is in it
    thread = margin(helene).locator("li[data-anchor]")
    thread.locator("summary", has_text="Répondre").click()
    thread.get_by_label("Votre réponse").fill("Le matin.")
    thread.get_by_role("button", name="Répondre").click()
    expect(margin(karim)).to_contain_text("Le matin.")


def suggestion(writer: Writer, words: str) -> Locator:
    return margin(writer).locator("li[id^=suggestion-]", has=writer.page.locator("ins", has_text=words))


def test_suggestions_are_accepted_and_refused_and_never_published_before(live: LiveSite):
    passage, other = live.passage("helene", f"{SENTENCE}\n\nLes familles attendent."), live.passage("karim", "Moi aussi.")
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    for words, instead in (("sept", "huit"), ("familles", "enfants"), ("préau", "hangar")):
        karim.select(words)
        karim.type(instead)
    live.agree(helene, karim)
    expect(helene.page.locator("#texte ins")).to_have_text(["hangar", "huit", "enfants"])
    suggestion(helene, "huit").get_by_role("button", name="Accepter").click()
    expect(suggestion(helene, "huit")).to_have_count(0)
    suggestion(helene, "enfants").get_by_role("button", name="Refuser").click()
    expect(suggestion(helene, "enfants")).to_have_count(0)
    for writer in (helene, karim):
        writer.until("H.text() === 'Le préauhangar ouvre à huit heures.|Les familles attendent.'")
        expect(suggestion(writer, "hangar")).to_have_count(1)
        assert writer.do("H.accepted()") == ["paragraph:Le préau ouvre à huit heures.", "paragraph:Les familles attendent."]
    live.leave(helene, karim)
    revision = live.wait_revision(passage, 2)
    assert revision.plain.split("\n\n")[0] == "Le préau ouvre à huit heures."
    with live.site.writer.begin() as uow:
        sign(uow, live.person("helene"), passage, live.world.voices["helene"])
        sign(uow, live.person("karim"), other, live.world.voices["karim"])
    carry(live.site, live.world, live.story, "published", live.person("helene"))
    reader = live.chromium.new_context(base_url=live.server.address)
    live.contexts.append(reader)
    page = reader.new_page()
    with live.site.writer.begin() as uow:
        slug = uow.session.get_one(Story, live.story).slug
    page.goto(f"/recits/{slug}")
    expect(page.get_by_text("Le préau ouvre à huit heures.")).to_have_count(1)
    assert not re.search("hangar|enfants|sept heures", page.content())
    again = live.open("karim", passage)
    ready(again)
    assert "hangar" in again.text(), "what is proposed still waits"
