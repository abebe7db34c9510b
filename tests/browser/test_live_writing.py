"""One person in the live editor: typing in French, shaping by keyboard alone, pasting from elsewhere; what comes out is canonical Markdown."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import violations
from tests.browser.live import ANA, BOB, Stage, Writer, staged
from tests.live.documents_of_pages import markdown_of

FIXTURES = Path(__file__).parent / "pasted"
NARROW, FIXED = "\u202f", "\u00a0"


@pytest.fixture
def stage(chromium: Browser) -> Iterator[Stage]:
    with staged(chromium, {"ana": replace(ANA), "bob": replace(BOB)}) as stage:
        yield stage


@pytest.fixture
def ana(stage: Stage) -> Writer:
    return stage.open("ana")


def written(writer: Writer) -> str:
    """Returns the canonical Markdown of what the page shows."""
    return markdown_of(writer.json())


# Typing ------------------------------------------------------------------------------------------------------------------------------------------------

TYPED = [
    ('dit "oui" et', f"dit «{NARROW}oui{NARROW}» et"),
    ('"Oui"', f"«{NARROW}Oui{NARROW}»"),
    ("« oui » et", f"«{NARROW}oui{NARROW}» et"),
    ("«oui» et", f"«{NARROW}oui{NARROW}» et"),
    ("Vraiment ?", f"Vraiment{NARROW}?"),
    ("Vraiment?", f"Vraiment{NARROW}?"),
    ("Non !! Si ; peut-être", f"Non{NARROW}!! Si{NARROW}; peut-être"),
    ("Trois choses : pain", f"Trois choses{FIXED}: pain"),
    ("Trois choses: pain", f"Trois choses{FIXED}: pain"),
    ("l'école d'aujourd'hui", "l’école d’aujourd’hui"),
    ("et puis...", "et puis…"),
    ("à 10:30 précises", "à 10:30 précises"),
    ("voir https://exemple.fr/page?a=b;c!d'e ici", "voir https://exemple.fr/page?a=b;c!d'e ici"),
    ("écrire à maud@exemple.fr?", "écrire à maud@exemple.fr?"),
]


@pytest.mark.parametrize(("typed", "shown"), TYPED)
def test_french_typography_as_one_types(ana, typed, shown):
    ana.begin(typed)
    assert ana.text() == shown


def test_typography_is_taken_back_by_backspace_and_by_undo(ana):
    ana.begin("dit l'")
    ana.press("Backspace")
    assert ana.text() == "dit l'"
    ana.type("air?")
    assert ana.text() == f"dit l'air{NARROW}?"
    ana.press("ControlOrMeta+z")
    assert ana.text() == "dit l'air?"


def test_an_english_story_is_typed_as_it_is(stage):
    writer = stage.open("ana", lang="en")
    writer.begin('He said "yes": really? It\'s so...')
    assert writer.text() == 'He said "yes": really? It\'s so...'


def test_a_line_that_begins_as_in_markdown_becomes_what_it_says(ana):
    ana.begin("### Un titre")
    ana.press("Enter")
    ana.type("- un")
    ana.press("Enter")
    ana.type("deux")
    ana.press("Enter", "Enter")
    ana.type("3. trois")
    ana.press("Enter", "Enter")
    ana.type("> dit-il")
    assert written(ana) == "### Un titre\n\n- un\n- deux\n\n3. trois\n\n> dit-il\n"


# Keys and toolbar --------------------------------------------------------------------------------------------------------------------------------------


def test_shortcuts(ana):
    ana.press("Tab", "Tab")
    ana.begin("un ")
    ana.press("ControlOrMeta+b")
    ana.type("fort")
    ana.press("ControlOrMeta+b", "ControlOrMeta+i")
    ana.type(" doux")
    ana.press("ControlOrMeta+i", "Shift+Enter")
    ana.type("ligne")
    ana.press("Enter", "ControlOrMeta+Alt+3")
    ana.type("Titre")
    assert written(ana) == "un **fort** *doux*\\\nligne\n\n### Titre\n"


def test_the_toolbar_alone_by_keyboard(ana):
    page, bold = ana.page, ana.page.get_by_role("button", name="Gras")
    ana.begin("Un mot")
    ana.press("ControlOrMeta+a", "Shift+Tab")
    expect(bold).to_be_focused()
    ana.press("Enter")
    expect(bold).to_have_attribute("aria-pressed", "true")
    expect(bold).to_be_focused()
    ana.press("ArrowRight")
    expect(page.get_by_role("button", name="Italique")).to_be_focused()
    ana.press("Space", "ArrowRight", "Space", "Space", "End")
    expect(page.get_by_role("button", name="Rétablir")).to_be_focused()
    expect(page.get_by_role("button", name="Rétablir")).to_have_attribute("aria-disabled", "true")
    assert written(ana) == "### ***Un mot***\n"
    ana.press("ArrowLeft", "Space")
    assert written(ana) == "## ***Un mot***\n"
    ana.press("Escape")
    expect(page.locator("#texte")).to_be_focused()
    ana.press("Shift+Tab")
    expect(page.get_by_role("button", name="Annuler")).to_be_focused()
    ana.press("Shift+Tab")
    expect(page.locator("#before")).to_be_focused()


def test_escape_then_tab_leaves_the_text_and_tab_alone_indents_an_item(ana):
    ana.begin("- un")
    ana.press("Enter")
    ana.type("deux")
    ana.press("Tab")
    assert written(ana) == "- un\n    - deux\n"
    ana.press("Shift+Tab")
    assert written(ana) == "- un\n- deux\n"
    ana.press("Escape", "Tab")
    expect(ana.page.locator("#after")).to_be_focused()
    assert written(ana) == "- un\n- deux\n"


def test_control_s_says_what_is_saved(ana):
    ana.begin("mot")
    ana.is_saved()
    expect(ana.state).to_have_text("✓Enregistré")
    ana.press("ControlOrMeta+s")
    expect(ana.page.get_by_role("status")).to_have_text("Enregistré")


def test_a_link_is_asked_for_in_a_form_changed_and_removed(ana):
    ana.begin("Voir la mairie.")
    ana.select("la mairie")
    ana.press("ControlOrMeta+k")
    dialog = ana.page.get_by_role("dialog", name="Lien")
    expect(dialog.get_by_label("Adresse")).to_be_focused()
    assert violations(ana.page) == []
    ana.type("javascript:alert(1)")
    ana.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("ne peut pas être un lien")
    dialog.get_by_label("Adresse").fill("mairie.fr")
    ana.press("Enter")
    expect(ana.page.locator("#texte")).to_be_focused()
    assert written(ana) == "Voir [la mairie](https://mairie.fr).\n"
    ana.caret("mairie", 3)
    ana.press("ControlOrMeta+k")
    expect(dialog.get_by_label("Adresse")).to_have_value("https://mairie.fr")
    ana.press("Escape")
    expect(dialog).to_have_count(0)
    expect(ana.page.locator("#texte")).to_be_focused()
    ana.press("ControlOrMeta+k")
    dialog.get_by_role("button", name="Retirer le lien").click()
    assert written(ana) == "Voir la mairie.\n"


def test_an_image_of_the_story_is_put_in_and_described(ana):
    ana.begin("Avant ")
    ana.page.get_by_role("button", name="Image").click()
    dialog = ana.page.get_by_role("dialog", name="Image")
    dialog.get_by_label("Ce que montre l’image").fill("Le marché, un samedi")
    ana.press("Enter")
    assert written(ana) == "Avant ![Le marché, un samedi](media:m1)\n"
    expect(ana.page.get_by_role("img", name="Le marché, un samedi")).to_be_visible()


def test_footnotes_by_keyboard(ana):
    ana.begin("Onze")
    ana.press("ControlOrMeta+Alt+f")
    ana.type("D’après le tableau.")
    ana.press("ControlOrMeta+Alt+f")
    ana.type(" producteurs, trois")
    ana.press("ControlOrMeta+Alt+f")
    ana.type("Ou quatre.")
    assert written(ana) == "Onze[^1] producteurs, trois[^2]\n\n[^1]: D’après le tableau.\n\n[^2]: Ou quatre.\n"
    expect(ana.page.locator("#texte .call")).to_have_count(2)
    assert ana.page.locator("#texte .call").first.get_attribute("aria-label") == "Note 1"


def test_tables_by_keyboard(ana):
    ana.begin("Avant")
    ana.page.get_by_role("button", name="Tableau").click()
    for words in ("Nom", "Âge", "Ana", "12"):
        ana.type(words)
        ana.press("Tab")
    ana.type("Bob")
    ana.page.get_by_role("button", name="Ajouter une colonne").click()
    ana.type("x")
    ana.page.get_by_role("button", name="Centrer").click()
    ana.press("Enter")
    ana.type("Après")
    assert written(ana) == "Avant\n\n| Nom |  | Âge |\n| --- | :---: | --- |\n| Ana |  | 12 |\n| Bob | x |  |\n\nAprès\n"
    ana.caret("Ana")
    ana.page.get_by_role("button", name="Supprimer la ligne").click()
    ana.page.get_by_role("button", name="Supprimer la colonne").click()
    assert "Ana" not in written(ana)
    ana.caret("x")
    ana.page.get_by_role("button", name="Supprimer le tableau").click()
    assert written(ana) == "Avant\n\nAprès\n"


def test_axe_finds_nothing(ana, stage):
    ana.begin("## Titre")
    ana.press("Enter")
    ana.type("Un mot")
    ana.press("ControlOrMeta+Alt+f")
    ana.type("Une note.")
    ana.page.get_by_role("button", name="Tableau").click()
    bob = stage.open("bob")
    bob.caret("mot")
    expect(ana.page.locator("#texte .caret")).to_be_visible()
    assert violations(ana.page) == []


def test_on_a_phone_all_is_there(stage, ana):
    ana.page.set_viewport_size({"width": 360, "height": 640})
    ana.begin("Un mot long comme anticonstitutionnellement, et puis encore des mots.")
    assert ana.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(ana.page.get_by_role("button", name="Rétablir")).to_be_visible()


# Pasting -----------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", sorted(path.stem for path in FIXTURES.glob("*.html")))
def test_what_is_pasted_comes_out_clean(ana, source):
    html = (FIXTURES / f"{source}.html").read_text(encoding="utf-8")
    ana.begin()
    ana.paste(html)
    assert written(ana) == (FIXTURES / f"{source}.md").read_text(encoding="utf-8")


def test_images_that_are_pasted_are_left_out_and_counted(ana):
    ana.begin()
    ana.paste("<p>Avant<img src='https://elsewhere.example/x.png' alt='photo'>après</p>")
    assert written(ana) == "Avantaprès\n"
    expect(ana.page.get_by_text("Images non collées : 1.")).to_be_visible()


def test_plain_text_is_pasted_as_paragraphs(ana):
    ana.begin()
    ana.paste(text="Une ligne\r\nqui continue.\r\n\r\nUn **second** paragraphe.\r\n")
    assert written(ana) == "Une ligne qui continue.\n\nUn \\*\\*second\\*\\* paragraphe.\n"


def test_a_whole_book_is_not_pasted_at_once(ana):
    ana.begin()
    ana.paste(text="mot " * 60_000)
    assert ana.text() == ""
    expect(ana.page.get_by_text("trop long pour être collé")).to_be_visible()
