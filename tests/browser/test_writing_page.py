"""The writing page with JavaScript: toolbar, keyboard, count, autosave, preview; and two people in one passage."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go


@pytest.fixture
def page(sign_in, world) -> Page:
    """Hélène's page, on a fresh passage."""
    page = sign_in("helene")
    page.goto(f"/espace/recits/{world.stories['legumerie']}")
    page.get_by_label("Moment", exact=True).select_option(label="Le vote (12 mai 2022)")
    go(page.get_by_role("button", name="Écrire ce passage"))
    return page


def test_toolbar_and_shortcuts_write_markdown(page):
    text = page.get_by_label("Votre texte")
    text.fill("un mot")
    text.press("ControlOrMeta+a")
    page.get_by_role("button", name="Gras").click()
    expect(text).to_have_value("**un mot**")
    text.press("End")
    text.type(" et")
    text.press("ControlOrMeta+i")
    text.type("autre")
    expect(text).to_have_value("**un mot** et*autre*")
    page.get_by_role("button", name="Liste").click()
    expect(text).to_have_value("- **un mot** et*autre*")
    text.press("ControlOrMeta+z")
    expect(text).to_have_value("**un mot** et*autre*")


def test_toolbar_is_one_stop_for_the_tab_key(page):
    page.get_by_role("button", name="Gras").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Italique")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.tools') === null")


def test_words_are_counted_and_the_draft_is_kept_without_a_version(page):
    text = page.get_by_label("Votre texte")
    text.fill("Cinq mots que l’on garde")
    expect(page.locator("#count")).to_have_text("5 mots")
    expect(page.locator("#saved")).to_contain_text("Brouillon gardé")
    page.reload()
    expect(page.get_by_label("Votre texte")).to_have_value("Cinq mots que l’on garde")
    expect(page.get_by_text("Brouillon non enregistré")).to_be_visible()
    go(page.get_by_role("button", name="Abandonner ce brouillon"))
    expect(page.get_by_label("Votre texte")).to_have_value("")


def test_words_typed_offline_are_kept_on_the_device(page):
    text = page.get_by_label("Votre texte")
    page.context.set_offline(True)
    text.fill("Écrit dans le tunnel")
    expect(page.locator("#saved")).to_contain_text("La connexion est coupée")
    page.route("**/brouillon", lambda route: route.abort())  # the line is back, and the page is closed before it could send
    page.context.set_offline(False)
    page.reload()
    expect(text).to_have_value("")
    page.get_by_role("button", name="Le reprendre").click()
    expect(page.get_by_label("Votre texte")).to_have_value("Écrit dans le tunnel")


def test_preview_shows_beside_the_text_what_will_be_public(page):
    page.get_by_label("Votre texte").fill("**Fort** et <script>alert(1)</script>")
    page.get_by_role("button", name="Aperçu").click()
    expect(page.locator("#preview strong")).to_have_text("Fort")
    expect(page.locator("#preview")).to_contain_text("<script>alert(1)</script>")
    expect(page.get_by_label("Votre texte")).to_have_value("**Fort** et <script>alert(1)</script>")


def test_control_s_saves(page):
    text = page.get_by_label("Votre texte")
    text.fill("Par le clavier seul.")
    text.press("ControlOrMeta+s")
    expect(page.get_by_role("status").filter(has_text=re.compile("^Enregistré"))).to_be_visible()


def test_two_people_in_the_shared_passage(sign_in, world):
    """Different places are joined; the same words are shown twice, and neither is lost."""
    helene, karim = sign_in("helene"), sign_in("karim")
    helene.goto(f"/espace/recits/{world.stories['legumerie']}")
    helene.get_by_label("Moment", exact=True).select_option(label="Le vote (12 mai 2022)")
    helene.get_by_label("Passage commun à la délégation").check()
    go(helene.get_by_role("button", name="Écrire ce passage"))
    helene.get_by_label("Votre texte").fill("Un premier paragraphe.\n\nUn second paragraphe.")
    go(helene.get_by_role("button", name="Enregistrer", exact=True))
    karim.goto(helene.url)

    helene.get_by_label("Votre texte").fill("Un premier paragraphe, par Hélène.\n\nUn second paragraphe.")
    go(helene.get_by_role("button", name="Enregistrer", exact=True))
    karim.get_by_label("Votre texte").fill("Un premier paragraphe.\n\nUn second paragraphe, par Karim.")
    go(karim.get_by_role("button", name="Enregistrer", exact=True))
    expect(karim.get_by_text("avec ce qu’une autre personne avait écrit entre-temps")).to_be_visible()
    expect(karim.get_by_label("Votre texte")).to_have_value("Un premier paragraphe, par Hélène.\n\nUn second paragraphe, par Karim.\n")

    helene.get_by_label("Votre texte").fill("Tout autre chose, dit Hélène.\n\nUn second paragraphe.")
    go(helene.get_by_role("button", name="Enregistrer", exact=True))
    karim.get_by_label("Votre texte").fill("Et ceci encore, dit Karim.\n\nUn second paragraphe, par Karim.")
    go(karim.get_by_role("button", name="Enregistrer", exact=True))
    helene.reload()
    texts = [page.get_by_label("Votre texte").input_value() for page in (helene, karim)]
    assert any("Tout autre chose, dit Hélène." in text and "Et ceci encore, dit Karim." in text for text in texts)
