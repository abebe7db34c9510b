"""The whole job in a real browser, with JavaScript and without: four members, one editor, one anonymous reader."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go

TEXTS = {
    "helene": "J’ai voté pour un bâtiment auquel je ne croyais **plus**.",
    "karim": "J’ai rédigé la délibération, et la note qui la déconseillait.",
    "maud": "J’ai appris le vote par le journal, le samedi, sur le marché.",
    "philippe": "J’ai signé l’avis favorable.",
}
TITLE = "Ce que le vote a laissé"
SAVED = re.compile("^Enregistré")  # not « Brouillon non enregistré », which is a status too


def save(page: Page) -> None:
    go(page.get_by_role("button", name="Enregistrer", exact=True))
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()


def begin_story(page: Page) -> str:
    """Starts a story and a moment; returns the story's path."""
    go(page.get_by_role("link", name="Mon espace"))
    go(page.get_by_role("link", name="Le parcours et ses moments"))
    go(page.get_by_role("link", name="Ajouter un moment"))
    page.get_by_label("Titre").fill("La visite de Lormeau")
    page.get_by_label("Quand").fill("mars 2022")
    page.get_by_label("Où").fill("Lormeau")
    go(page.get_by_role("button", name="Enregistrer"))
    expect(page.get_by_role("heading", name="La visite de Lormeau")).to_be_visible()
    go(page.get_by_role("link", name="Mon espace").first)
    go(page.get_by_role("link", name="Commencer un récit"))
    page.get_by_label("Titre").fill(TITLE)
    page.get_by_label("Chapeau").fill("Quatre personnes, un vote.")
    go(page.get_by_role("button", name="Commencer"))
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    return re.sub(r"^https?://[^/]+", "", page.url)


def write(page: Page, story: str, text: str) -> None:
    """Adds one's passage on the vote and saves it."""
    page.goto(story)
    page.get_by_label("Moment", exact=True).select_option(label="Le vote (12 mai 2022)")
    go(page.get_by_role("button", name="Écrire ce passage"))
    page.get_by_label("Votre texte").fill(text)
    save(page)


def sign(page: Page) -> None:
    go(page.get_by_role("link", name="Relire et signer").first)
    go(page.get_by_role("button", name="Signer : bon à publier"))
    expect(page.get_by_text("Signé : bon à publier.")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_whole_job(sign_in, open_page, world, javascript):
    members = {name: sign_in(name, javascript=javascript) for name in TEXTS}
    story = begin_story(members["helene"])
    for name, page in members.items():
        write(page, story, TEXTS[name])
        page.goto(story)
        sign(page)

    helene = members["helene"]
    helene.goto(story)
    go(helene.get_by_role("button", name="Proposer à la relecture"))
    expect(helene.get_by_text("Le récit est proposé à la relecture.")).to_be_visible()

    editor = sign_in("editrice", javascript=javascript)
    go(editor.get_by_role("link", name="Relecture"))
    go(editor.get_by_role("link", name=TITLE))
    go(editor.get_by_role("button", name="Prendre en relecture"))
    editor.get_by_label("Raisons").fill("Dites où cela se passe.")
    go(editor.get_by_role("button", name="Demander une reprise"))
    expect(editor.get_by_text("Le récit est rendu à sa délégation")).to_be_visible()

    helene.goto(story)
    expect(helene.get_by_text("Dites où cela se passe.").first).to_be_visible()
    go(helene.get_by_role("link", name="Lire : Élu·e, Helene"))
    go(helene.get_by_role("button", name="Rouvrir ce passage"))
    helene.get_by_label("Votre texte").fill(TEXTS["helene"] + " C’était à Lormeau.")
    save(helene)
    helene.goto(story)
    sign(helene)
    helene.goto(story)
    go(helene.get_by_role("button", name="Proposer à la relecture"))
    expect(helene.get_by_text("Le récit est proposé à la relecture.")).to_be_visible()

    go(editor.get_by_role("link", name="Relecture"))
    go(editor.get_by_role("link", name=TITLE))
    expect(editor.get_by_text("Un passage a changé depuis la dernière version relue.")).to_be_visible()
    expect(editor.locator("ins").first).to_contain_text("Lormeau")
    go(editor.get_by_role("button", name="Prendre en relecture"))
    go(editor.get_by_role("button", name="Publier cette version"))
    expect(editor.get_by_text("Le récit est publié.")).to_be_visible()

    reader = open_page(javascript=javascript)
    reader.goto("/")
    go(reader.get_by_role("link", name=TITLE).first)
    for words in ("C’était à Lormeau", "la note qui la déconseillait", "le samedi, sur le marché", "l’avis favorable"):
        expect(reader.get_by_text(words).first).to_be_visible()
    go(reader.get_by_role("link", name="En regard"))
    expect(reader.get_by_text("le samedi, sur le marché").first).to_be_visible()
    go(reader.get_by_role("link", name="Une voix"))
    expect(reader.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    assert reader.context.cookies() == []


def test_the_elected_official_reads_and_answers_on_a_phone(sign_in, world):
    """Hélène opens her mail on a phone, signs what her scribe wrote, and answers a comment; few steps, nothing to type but her answer."""
    scribe = sign_in("scribe")
    scribe.goto(f"/espace/recits/{world.stories['legumerie']}")
    scribe.get_by_label("Moment", exact=True).select_option(label="Le vote (12 mai 2022)")
    go(scribe.get_by_role("button", name="Écrire ce passage"))
    expect(scribe.get_by_text("Vous écrivez pour Helene")).to_be_visible()
    scribe.get_by_label("Votre texte").fill("J’ai voté pour, et je le regrette un peu.")
    save(scribe)
    scribe.goto(f"/espace/recits/{world.stories['legumerie']}")
    expect(scribe.get_by_role("link", name="Relire et signer")).to_have_count(0)

    phone = sign_in("helene", viewport={"width": 375, "height": 740}, has_touch=True, is_mobile=True)
    steps = 0
    for target in ("À relire et signer : Le vote",):
        go(phone.get_by_role("link", name=target), by_finger=True)
        steps += 1
    expect(phone.get_by_text("Recueilli par Scribe")).to_be_visible()
    button = phone.get_by_role("button", name="Signer : bon à publier")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["width"] >= 120
    go(button, by_finger=True)
    steps += 1
    expect(phone.get_by_text("Signé : bon à publier.")).to_be_visible()
    phone.get_by_label("Commentaire").fill("C’est bien ce que j’ai dit.")
    go(phone.get_by_role("button", name="Commenter"), by_finger=True)
    steps += 1
    expect(phone.get_by_role("paragraph").filter(has_text="C’est bien ce que j’ai dit.")).to_be_visible()
    assert steps <= 3
    assert not phone.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
