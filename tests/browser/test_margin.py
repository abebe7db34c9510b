"""The margin and the versions in a real browser: axe, narrow screens, both languages, by keyboard alone and without JavaScript."""

import pytest
from playwright.sync_api import expect

from app.kernel.content import Span
from app.kernel.editor.accepted import Proposal
from app.services import discussion
from app.services.markup import prepare_here
from app.services.passages import add_passage, write_revision
from app.services.suggestions import keep_proposals
from tests.browser.conftest import DESK, PHONE, go, overflows, violations
from tests.factories import actor
from tests.fake_live import written_live

MARK = "3f6c1f2e-0b7a-4c3e-9d55-8f1f6e1b2a77"


@pytest.fixture
def shared(app, world):
    """A shared passage in two versions, with all that a margin can hold."""
    live = written_live(app)
    live.is_open = False
    site = app.extensions["recits"]
    with site.writer.begin() as uow:
        karim = actor(site, world, "karim")
        row = add_passage(uow, karim, world.stories["legumerie"], world.moments["vote"], None)
        for body, spans in (
            ("Une vingtaine de producteurs.", [("helene", 0, 29)]),
            ("Nous avons voté. Il pleuvait.\n\nOnze producteurs.", [("helene", 0, 16), ("karim", 17, 29), ("maud", 31, 48)]),
        ):
            said = [Span(start, end, world.voices[name]) for name, start, end in spans]
            people = [world.accounts[name] for name, _start, _end in spans]
            write_revision(uow, karim, row, prepare_here(body, lang="fr"), None, "fr", spans=said, contributors=people)
        discussion.start_thread(uow, karim, row.id, "Combien au juste ? @Helene", quotation="Une vingtaine")
        thread = discussion.start_thread(uow, karim, row.id, "Quel jour ?", quotation="Nous avons voté")
        discussion.reply(uow, actor(site, world, "maud"), thread.id, "Le 12.")
        settled = discussion.start_thread(uow, karim, row.id, "Merci.")
        discussion.set_thread_resolved(uow, karim, settled.id, True)
        live.proposed[row.id] = [
            Proposal(MARK, world.accounts["karim"], "à l’unanimité", "", "Nous avons voté ", "."),
            Proposal(MARK[::-1], world.accounts["maud"], "", "Il pleuvait.", "", ""),
        ]
        keep_proposals(uow, row.id, live.suggestions(row.id))
        return row.id


@pytest.mark.parametrize("language", ["", "/en"])
def test_pages_with_a_full_margin_are_accessible_and_narrow(sign_in, shared, language):
    page = sign_in("helene")
    faults = []
    for path in (f"/espace/passages/{shared}", f"/espace/passages/{shared}/versions", "/espace/", "/compte"):
        page.goto(language + path)
        for details in page.locator("main details:not([open]) > summary").all():
            if details.is_visible():
                details.click()
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            faults += [f"{path} {size['width']}: {fault}" for fault in violations(page)]
        for width in (320, 375):
            page.set_viewport_size({"width": width, "height": 740})
            if overflows(page):
                faults.append(f"{path} scrolls sideways at {width} px")
        page.set_viewport_size(DESK)
    assert faults == []


def test_one_answers_and_decides_by_keyboard_without_javascript(sign_in, shared):
    page = sign_in("helene", javascript=False)
    page.goto(f"/espace/passages/{shared}")
    thread = page.locator(".talk > li", has_text="Quel jour ?")
    thread.locator("summary", has_text="Répondre").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("C’était un jeudi.")
    thread.get_by_role("button", name="Répondre").focus()
    go(thread.get_by_role("button", name="Répondre"))
    expect(page.locator(".talk > li", has_text="Quel jour ?")).to_contain_text("C’était un jeudi.")
    go(page.locator(f"#suggestion-{MARK}").get_by_role("button", name="Accepter"))
    expect(page.get_by_text("La suggestion est dans le texte.")).to_be_visible()
    expect(page.locator(f"#suggestion-{MARK}")).to_have_count(0)


def test_the_slider_replays_the_states_by_keyboard(sign_in, shared):
    page = sign_in("helene")
    page.goto(f"/espace/passages/{shared}/versions")
    replayed = page.locator("#replayed")
    expect(replayed).to_contain_text("Il pleuvait.")
    page.locator("#etat").focus()
    page.keyboard.press("ArrowLeft")
    expect(replayed).to_contain_text("Une vingtaine de producteurs.")
    expect(replayed.locator(".text")).not_to_contain_text("Il pleuvait.")
    page.keyboard.press("ArrowRight")
    expect(replayed).to_contain_text("Il pleuvait.")
