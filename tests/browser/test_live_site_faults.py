"""Live writing on the real site when something fails: the line of one side, the tab, the server. What was acknowledged is on disk, all else is in the browser."""

import time
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect

from app.services.approvals import reopen_passage
from tests.browser.conftest import go
from tests.browser.live import Writer
from tests.browser.live_site import LiveSite, line_to, ready, wait_for
from tests.processes.conftest import command
from tests.told_stories import sign

SENTENCE = "Le préau ouvre à sept heures."
TEXT = f"{SENTENCE}\n\nUn second paragraphe."
BACK_SECONDS = 3


def line_is_cut(writer: Writer) -> None:
    expect(writer.state).to_contain_text("La connexion est coupée.")
    assert writer.state.get_attribute("data-state") == "offline"


def may_write(writer: Writer) -> None:
    expect(writer.page.locator("#texte")).to_have_attribute("contenteditable", "true")


def test_both_write_while_the_line_of_one_is_cut(live: LiveSite):
    """All meets at the return, and who was away is shown the place that both changed, not the others."""
    passage = live.passage(None, TEXT)
    with line_to(live) as line:
        helene, karim = live.open("helene", passage, address=line.address), live.open("karim", passage)
        line.cut()
        line_is_cut(helene)
        helene.caret("sept", 4)
        helene.type(" ou huit")
        karim.caret("préau")
        karim.type("vieux ")
        karim.caret("second", 6)
        karim.type(" petit")
        karim.is_saved()
        assert "huit" not in karim.text()
        line.mend()
        assert live.agree(helene, karim) == "Le vieux préau ouvre à sept ou huit heures.|Un second petit paragraphe."
        notice = helene.page.get_by_role("alert")
        expect(notice).to_contain_text("d’autres ont changé les mêmes endroits")
        expect(notice).to_contain_text("Le vieux préau ouvre à sept ou huit heures.")
        expect(notice).not_to_contain_text("second")
        expect(helene.page.get_by_role("status").filter(has_text="La connexion est revenue")).to_have_count(1)
        expect(karim.page.get_by_role("alert")).to_have_count(0)


def test_a_browser_that_says_it_is_offline(live: LiveSite):
    passage = live.passage(None, SENTENCE)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    helene.page.context.set_offline(True)
    line_is_cut(helene)
    helene.caret("sept", 4)
    helene.type(" ou huit")
    karim.caret("préau", 5)
    karim.type(" neuf")
    karim.is_saved()
    helene.page.wait_for_timeout(1500)
    line_is_cut(helene)
    helene.page.context.set_offline(False)
    assert live.agree(helene, karim) == "Le préau neuf ouvre à sept ou huit heures."


def test_a_tab_that_is_closed_without_a_line_keeps_its_words(live: LiveSite):
    passage = live.passage(None, SENTENCE)
    with line_to(live) as line:
        helene, karim = live.open("helene", passage, address=line.address), live.open("karim", passage)
        line.cut()
        line_is_cut(helene)
        helene.caret("sept", 4)
        helene.type(" ou huit")
        helene.page.wait_for_timeout(300)
        context = helene.page.context
        helene.page.close()
        karim.caret("préau", 5)
        karim.type(" neuf")
        karim.is_saved()
        line.mend()
        again = live.open("helene", passage, context=context)
        assert live.agree(again, karim) == "Le préau neuf ouvre à sept ou huit heures."


def test_a_full_disk_is_said_and_what_was_typed_meanwhile_is_kept(live: LiveSite):
    """Nobody is shown what is not on disk; a tab that is closed meanwhile comes back with its words."""
    passage = live.passage(None, TEXT)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    karim.caret("préau", 5)
    karim.type(" neuf")
    karim.is_saved()
    acknowledged = live.on_disk(passage)
    with live.full_disk():
        helene.caret("sept", 4)
        helene.type(" ou huit")
        expect(helene.state).to_contain_text("Le site n’a plus de place pour enregistrer.")
        karim.caret("second", 6)
        karim.type(" petit")
        expect(karim.state).to_contain_text("Le site n’a plus de place pour enregistrer.")
        assert "huit" not in karim.text()
        assert live.on_disk(passage) == acknowledged
        helene.type(" heures et demie")
        helene.page.wait_for_timeout(300)
        context = helene.page.context
        helene.page.close()
    karim.is_saved()
    again = live.open("helene", passage, context=context)
    assert live.agree(again, karim) == "Le préau neuf ouvre à sept ou huit heures et demie heures.|Un second petit paragraphe."
    assert "ou huit heures et demie" in live.on_disk(passage)


@pytest.mark.long
def test_a_line_that_is_dead_without_a_word(live: LiveSite):
    """A network that swallows packets: « Enregistré » is not said, the line is given up, and nothing is lost."""
    passage = live.passage(None, SENTENCE)
    with line_to(live) as line:
        helene, karim = live.open("helene", passage, address=line.address), live.open("karim", passage)
        line.die()
        helene.caret("sept", 4)
        helene.type(" ou huit")
        expect(helene.state).to_have_text("…Enregistrement…")
        expect(helene.state).to_contain_text("La connexion est coupée.", timeout=20_000)
        line.mend()
        assert live.agree(helene, karim) == "Le préau ouvre à sept ou huit heures."


@dataclass
class Typist:
    """Somebody who types word after word, and knows which were acknowledged."""

    writer: Writer
    name: str
    typed: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)

    def type(self) -> None:
        word = f"{self.name}{len(self.typed)}."
        self.typed.append(word)
        self.writer.type(word)

    def look(self) -> None:
        if self.writer.do("T.room.state") == "saved":
            self.acknowledged = self.typed[:]


def write_and_kill(live: LiveSite, typists: list[Typist], passage: str) -> float:
    """Kills the server in the middle of a word; returns the seconds from its being back until all is saved."""
    for _ in range(6):
        for typist in typists:
            typist.look()
            typist.type()
    live.kill()
    on_disk = live.on_disk(passage)
    for typist in typists:
        assert all(word in on_disk for word in typist.acknowledged), "an acknowledged word is not on disk"
        typist.type()
        line_is_cut(typist.writer)
    live.start_again()
    began = time.monotonic()
    live.agree(*(typist.writer for typist in typists))
    return time.monotonic() - began


def kill_again_and_again(live: LiveSite, kills: int) -> None:
    passage = live.passage(None)
    typists = []
    for name in ("helene", "karim"):
        typists.append(Typist(live.open(name, passage), name[0]))
        typists[-1].writer.begin()
        typists[-1].writer.press("Enter")
    for _ in range(kills):
        seconds = write_and_kill(live, typists, passage)
        assert seconds <= BACK_SECONDS, f"back after {seconds:.1f} s"
    assert any(typist.acknowledged for typist in typists)
    text, on_disk = typists[0].writer.text(), live.on_disk(passage)
    for typist in typists:
        expect(typist.writer.state).to_have_text("✓Enregistré")
        said = "".join(typist.typed)
        assert said in text, "each word is there once, in its order"
        assert said in on_disk


def test_the_server_is_killed_and_started_while_two_type(live: LiveSite):
    kill_again_and_again(live, 1)


@pytest.mark.long
def test_the_server_is_killed_ten_times_while_two_type(live: LiveSite):
    kill_again_and_again(live, 10)


def test_words_written_without_a_line_in_a_passage_that_was_closed_meanwhile_are_kept_aside(live: LiveSite):
    """The scribe writes offline, the passage is signed, they come back, twice: their words are not in it, and they have them; reopened, they write on."""
    passage = live.passage("helene", SENTENCE)
    with line_to(live) as line:
        scribe = live.open("scribe", passage, address=line.address)
        aside = scribe.page.get_by_role("alert")
        for number, hours in enumerate(("huit", "neuf"), start=1):
            line.cut()
            line_is_cut(scribe)
            scribe.caret("sept", 4)
            scribe.type(f" ou {hours}")
            with live.site.writer.begin() as uow:
                sign(uow, live.person("helene"), passage, live.world.voices["helene"])
            line.mend()
            expect(aside.filter(has_text=f"Le préau ouvre à sept ou {hours} heures.")).to_have_count(1)
            expect(scribe.page.locator("#right-now")).to_contain_text("Ce passage est signé")
            ready(scribe)
            assert scribe.text() == SENTENCE
            expect(aside).to_have_count(number)
            live.act("helene", reopen_passage, passage)
            may_write(scribe)
        scribe.page.reload()
        ready(scribe)
        expect(aside).to_have_count(2)
        for hours in ("huit", "neuf"):
            aside.filter(has_text=f"sept ou {hours} heures").get_by_role("button", name="J’ai lu").click()
        scribe.page.reload()
        ready(scribe)
        expect(aside).to_have_count(0)
        scribe.caret("préau", 5)
        scribe.type(" neuf")
        scribe.is_saved()
    assert live.on_disk(passage) == "Le préau neuf ouvre à sept heures.\n"


def test_a_session_that_ended_meanwhile_is_said_at_the_return(live: LiveSite):
    passage = live.passage(None, SENTENCE)
    with line_to(live) as line:
        helene = live.open("helene", passage, address=line.address)
        line.cut()
        line_is_cut(helene)
        helene.caret("sept", 4)
        helene.type(" ou huit")
        elsewhere = live.page("helene")
        elsewhere.context.add_cookies(helene.page.context.cookies())
        elsewhere.goto("/compte")
        go(elsewhere.get_by_role("button", name="Se déconnecter"))
        line.mend()
        expect(helene.state).to_contain_text("Votre session est finie.")
        context = helene.page.context
        context.add_cookies([{"name": "recits", "value": live.cookie("helene"), "url": line.address}])
        again = live.open("helene", passage, context=context)
        assert again.text() == "Le préau ouvre à sept ou huit heures."


def test_a_restart_for_new_code_is_hardly_seen(live: LiveSite):
    passage = live.passage(None, SENTENCE)
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    before = set(live.workers())
    done = command("restart", home=live.server.home)
    assert done.returncode == 0, done.stderr
    helene.caret("sept", 4)
    helene.type(" ou huit")
    karim.caret("préau", 5)
    karim.type(" neuf")
    assert live.agree(helene, karim) == "Le préau neuf ouvre à sept ou huit heures."
    wait_for(lambda: before.isdisjoint(live.workers()))


def test_leaving_the_page_with_the_last_letter_and_coming_back(live: LiveSite):
    passage = live.passage("helene", SENTENCE)
    helene = live.open("helene", passage)
    helene.caret("heures", 6)
    helene.type(" pile, le matin")
    go(helene.page.get_by_role("link", name="Revenir au récit"))
    helene.page.go_back()
    ready(helene)
    assert helene.text() == "Le préau ouvre à sept heures pile, le matin."
    helene.begin(" Oui.")
    helene.is_saved()
    go(helene.page.get_by_role("link", name="Revenir au récit"))
    expect(helene.page.locator(f"#passage-{passage}")).to_contain_text("le matin. Oui.")
