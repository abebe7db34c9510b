"""Pages as people meet them: a whole job by form, addresses that go on leading, two languages, the trash, reports before links break, two writers at once."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app.db import restrictions as clause
from app.db.models import AccountSession, MailMessage, MenuEntry, Page, PageText, PageVersion
from app.kernel.clock import system_clock
from app.services import menus, page_texts, pages
from app.services.library import MediaWords, add_to_library
from app.services.markup import prepare_here
from app.services.media import PreparedImage, Rendition
from app.services.page_texts import PageWords
from app.services.restrictions import restrict
from tests.factories import PASSWORD, actor, address
from tests.told_stories import told_story

PAGES = "/configuration/pages"
WORDS = "Ce que nous nous promettons, mot pour mot : **tenir parole**, et dire quand nous n’y arrivons pas."


@pytest.fixture
def admin(as_person):
    return as_person("admin")


@pytest.fixture
def make(site, world):
    """Returns a function that makes a public page; returns its id."""

    def make_one(title: str, body: str = "Un texte.", under: str | None = None, lang: str = "fr") -> str:
        person = actor(site, world, "admin")
        with site.writer.begin() as uow:
            page = page_texts.create_page(uow, person, under, lang, PageWords(title, "", prepare_here(body, lang=lang)))
            text = page_texts.page_text(uow.session, page.id, lang)
            page_texts.publish_text(uow, person, page.id, lang, uow.session.get_one(PageVersion, text.version_id).hash)
            return page.id

    return make_one


def field(page: str, name: str) -> str:
    """Returns what a hidden field or a text area holds."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page) or re.search(
        rf'<textarea[^>]*name="{name}"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL
    )
    assert found is not None, name
    return html.unescape(found[1])


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


# — the whole job —


def test_a_page_from_nothing_to_the_public_and_back(as_person, browser, admin):
    organiser, editor = as_person("organisation"), as_person("editrice")
    organiser.get(PAGES)
    organiser.get(f"{PAGES}/nouvelle")
    organiser.post(f"{PAGES}/nouvelle", {"title": "Notre charte", "lang": "fr", "parent": "", "type": "page", "slug": ""})
    write = organiser.last.headers["Location"]
    page = organiser.follow()
    organiser.post(write, {"title": "Notre charte", "standfirst": "Ce qui nous lie.", "body": WORDS, "base": field(page, "base")})
    overview = write.rsplit("/", 1)[0]
    browser.get("/notre-charte", 404)
    organiser.get(overview)
    organiser.post(f"{overview}/fr/proposer")
    assert "proposée" in organiser.follow()
    browser.get("/notre-charte", 404)
    page = editor.get(overview)
    editor.post(f"{overview}/fr/publier", {"hash": field(page, "hash")})
    page = browser.get("/notre-charte")
    assert "<h1>Notre charte</h1>" in page
    assert "<strong>tenir parole</strong>" in page
    assert "Ce qui nous lie." in page
    # The working copy lives on beside what is public.
    page = organiser.get(write)
    organiser.post(write, {"title": "Notre charte", "standfirst": "", "body": "Encore en chantier.", "base": field(page, "base")})
    assert "tenir parole" in browser.get("/notre-charte")
    assert "Le public lit la version 2\u202f; la version 3 est en travail." in organiser.get(overview)
    editor.get(f"{overview}/fr/depublier")
    editor.post(f"{overview}/fr/depublier")
    assert "Cette page a été retirée" in browser.get("/notre-charte", 410)


def test_what_is_only_written_is_nowhere_public(site, world, browser, make):
    top = make("Une charte")
    with site.writer.begin() as uow:
        page_texts.create_page(uow, actor(site, world, "admin"), top, "fr", PageWords("Le secret", "", prepare_here("Tout.", lang="fr")))
    assert "Le secret" not in browser.get("/une-charte")
    for path in ("/une-charte/le-secret", "/en/une-charte/le-secret"):
        page = browser.get(path, 404)
        assert page.replace(path.removeprefix("/en"), "X") == browser.get(path.replace("secret", "rien"), 404).replace(
            path.removeprefix("/en").replace("secret", "rien"), "X"
        )


def test_a_preview_saves_nothing(admin, session, make):
    page_id = make("Une charte")
    path = f"{PAGES}/{page_id}/fr"
    page = admin.get(path)
    admin.post(path, {"title": "Une charte", "body": "Un **essai**.", "base": field(page, "base"), "preview": "1"}, status=200)
    assert "<strong>essai</strong>" in admin.last.text
    assert field(admin.last.text, "body") == "Un **essai**."
    assert session.scalars(select(PageVersion.number).where(PageVersion.page_id == page_id)).all() == [1]


def test_a_page_without_a_title_is_asked_for_one_and_keeps_the_words(admin, make):
    path = f"{PAGES}/{make('Une charte')}/fr"
    page = admin.get(path)
    admin.post(path, {"title": " ", "body": WORDS, "base": field(page, "base")}, status=422)
    assert "À remplir" in admin.last.text
    assert field(admin.last.text, "body") == WORDS


# — addresses —


def test_old_addresses_lead_to_the_present_one_in_both_languages(admin, browser, make):
    top, child = make("Un lieu"), None
    child = make("Une charte", under=top)
    other = make("Ailleurs")
    admin.get(f"{PAGES}/{top}")
    admin.post(f"{PAGES}/{top}/adresse", {"parent": other, "slug": "un-autre-lieu"})
    for old, new in (("/un-lieu", "/ailleurs/un-autre-lieu"), ("/un-lieu/une-charte", "/ailleurs/un-autre-lieu/une-charte")):
        for prefix in ("", "/en"):
            browser.get(f"{prefix}{old}", 301)
            assert browser.last.headers["Location"] == f"{prefix}{new}"
            browser.get(f"{prefix}{new}")
    crumbs = re.search(r'<nav class="crumbs".*?</nav>', browser.get("/ailleurs/un-autre-lieu/une-charte"), re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', crumbs) == ["/ailleurs", "/ailleurs/un-autre-lieu"]
    assert 'href="/ailleurs/un-autre-lieu/une-charte"' in browser.get("/ailleurs/un-autre-lieu")
    assert child in admin.get(f"{PAGES}/{top}")


def test_an_address_of_the_core_or_of_a_plugin_is_refused(admin, make):
    page_id = make("Une charte")
    for word in ("recits", "communication", "static", "en", "configuration", "methode"):
        admin.get(f"{PAGES}/{page_id}")
        admin.post(f"{PAGES}/{page_id}/adresse", {"parent": "", "slug": word}, status=422)
        assert f"L’adresse /{word}" in admin.last.text
    admin.get(f"{PAGES}/nouvelle")
    admin.post(f"{PAGES}/nouvelle", {"title": "Récits", "lang": "fr", "parent": "", "slug": ""})
    assert "recits-2" in admin.get(PAGES)


def test_a_page_whose_address_was_taken_later_is_named(admin, browser, site, session, make):
    page_id = make("Une charte")
    with site.writer.begin() as uow:  # as a page made before the plugin of that name was installed
        row = uow.session.get_one(Page, page_id)
        row.slug, row.path = "communication", "/communication"
    browser.get("/communication", 404)
    assert "Illisible à cette adresse" in admin.get(PAGES)
    assert "une extension se sert de leur adresse. /communication" in admin.get("/configuration/sante")
    assert "Cette page ne se lit plus à son adresse." in admin.get(f"{PAGES}/{page_id}")
    admin.post(f"{PAGES}/{page_id}/adresse", {"parent": "", "slug": "nos-lettres"})
    assert "Une charte" in browser.get("/nos-lettres")


# — languages —


def test_english_shows_the_english_text_else_the_french_one_and_says_so(admin, browser, make):
    page_id = make("Une charte", "Des mots français.")
    page = browser.get("/en/une-charte")
    assert '<h1 lang="fr">Une charte</h1>' in page
    assert "This page has not been translated. Here it is in French." in page
    path = f"{PAGES}/{page_id}/en"
    assert "Des mots français." in admin.get(path), "the French text stands beside the form"
    admin.post(path, {"title": "A charter", "body": "English words.", "base": ""})
    assert "Une charte" in browser.get("/en/une-charte"), "not before it is published"
    overview = admin.get(f"{PAGES}/{page_id}")
    admin.post(f"{PAGES}/{page_id}/en/publier", {"hash": field(overview, "hash")})
    page = browser.get("/en/une-charte")
    assert "<h1>A charter</h1>" in page
    assert "has not been translated" not in page
    assert "<h1>Une charte</h1>" in browser.get("/une-charte")


def test_a_page_in_english_alone_is_shown_in_french_too_and_marked(browser, make):
    make("A charter", "English words.", lang="en")
    page = browser.get("/a-charter")
    assert '<h1 lang="en">A charter</h1>' in page
    assert "Cette page n’est pas traduite. La voici en anglais." in page


def test_the_starter_pages_say_what_the_law_asks(browser):
    for path, words in (
        ("/accessibilite", "non conforme"),
        ("/en/accessibilite", "not compliant"),
        ("/mentions-legales", "à compléter"),
        ("/vos-donnees", "Aucun cookie n’est posé."),
    ):
        assert words in main_of(browser.get(path))
    assert "braid" not in main_of(browser.get("/a-propos"))
    assert 'class="legend"' in browser.get("/methode")


# — links —


def test_links_follow_a_page_and_leave_words_alone_when_it_goes(admin, browser, make):
    target = make("Une charte")
    make("Une page", "Voir [la charte](/une-charte#deux) et [les récits](/recits/).")
    admin.get(f"{PAGES}/{target}")
    admin.post(f"{PAGES}/{target}/adresse", {"parent": "", "slug": "la-charte"})
    assert '<a href="/la-charte#deux">la charte</a>' in browser.get("/une-page")
    assert '<a href="/en/la-charte#deux">la charte</a>' in browser.get("/en/une-page")
    overview = admin.get(f"{PAGES}/{target}")
    assert "Où ce contenu est-il cité" in overview
    assert "Une page" in overview.split("Où ce contenu est-il cité")[1]
    report = admin.get(f"{PAGES}/{target}/fr/depublier")
    assert "1 lien public ne mènera plus nulle part." in report
    assert "/une-charte#deux" in report
    admin.post(f"{PAGES}/{target}/fr/depublier")
    page = browser.get("/une-page")
    assert "la charte" in page
    assert "la-charte" not in page
    links = admin.get("/configuration/liens")
    assert "/une-charte#deux" in links
    assert "n’est pas public" in links


def test_links_to_places_of_the_site_keep_the_readers_language(browser, make):
    make(
        "Une page",
        "Voir [rien](/nulle-part), [les récits](/recits/), [les territoires](/en/territoires/), [un site](https://exemple.fr/) et [ici](#ici).",
    )
    for prefix in ("", "/en"):
        page = browser.get(f"{prefix}/une-page")
        for target in (f"{prefix}/recits/", f"{prefix}/territoires/", "https://exemple.fr/", "#ici"):
            assert f'<a href="{target}"' in page
        assert "nulle-part" not in page
    assert '<a href="/recits/">Lire les récits</a>' in browser.get("/methode")


def test_who_unpublishes_a_story_reads_which_links_would_break(site, world, make, as_person):
    story = told_story(site, world, "Une halle", "published")
    review = f"/relecture/{story}"
    assert "mène à ce récit" not in as_person("editrice").get(review)
    make("Un renvoi", "Voir [le récit](/recits/une-halle/en-regard).")
    page = as_person("editrice").get(review)
    assert "1 lien public mène à ce récit." in page
    assert "/recits/une-halle/en-regard" in page
    assert "Un renvoi" in as_person("helene").get(f"/espace/recits/{story}").split("Où ce contenu est-il cité")[1]


def test_a_restriction_hides_a_page_everywhere(site, world, browser, make, admin):
    page_id = make("Une charte")
    make("Un renvoi", "Voir [la charte](/une-charte).")
    with site.writer.begin() as uow:
        menus.add_entry(uow, actor(site, world, "admin"), menus.FOOT, menus.PAGE, page_id, {})
    assert browser.get("/un-renvoi").count('href="/une-charte"') == 2
    with site.writer.begin() as uow:
        restrict(uow, None, "communication", "page", page_id, "essai")
    browser.get("/une-charte", 404)
    assert "/une-charte" not in browser.get("/un-renvoi")


def test_an_image_of_the_site_is_put_by_a_button_and_shown_on_the_page(site, world, browser, make, admin):
    with site.writer.begin() as uow:
        image = PreparedImage("d" * 64, "image/png", 480, 320, 100, (Rendition(480, 320, 50),))
        media_id = add_to_library(uow, actor(site, world, "admin"), image, MediaWords("Une halle vide", "Une personne, 2022")).id
    page_id = make("Une charte", f"![](media:{media_id})")
    assert f'data-image="{media_id}"' in admin.get(f"{PAGES}/{page_id}/fr")
    page = browser.get("/une-charte")
    assert 'alt="Une halle vide"' in page
    assert f"/media/{'d' * 64}/480.webp" in page


def test_a_link_to_a_page_inside_a_published_story_follows_too(site, world, browser, make, admin):
    target = make("Une charte")
    make("Un renvoi", "Voir [le récit](/recits/une-halle).")
    told_story(site, world, "Une halle", "published")
    assert 'href="/recits/une-halle"' in browser.get("/un-renvoi")
    admin.get(f"{PAGES}/{target}/corbeille")
    assert "Aucun texte public ne mène ici" in admin.last.text


# — trash —


def test_the_trash_by_form(admin, browser, as_person, make):
    top = make("Un lieu")
    make("Une charte", under=top)
    make("Une page", "Voir [la charte](/un-lieu/une-charte).")
    report = admin.get(f"{PAGES}/{top}/corbeille")
    assert "/un-lieu/une-charte" in report
    assert "1 lien public" in report
    organiser = as_person("organisation")
    assert 'action="/configuration/pages' not in main_of(organiser.get(f"{PAGES}/{top}/corbeille"))
    organiser.get(PAGES)
    organiser.post(f"{PAGES}/{top}/corbeille", status=403)
    admin.post(f"{PAGES}/{top}/corbeille")
    assert "avec 1 page dessous" in admin.follow()
    browser.get("/un-lieu", 410)
    browser.get("/un-lieu/une-charte", 410)
    admin.get(f"{PAGES}/{top}", 404)
    admin.post(f"{PAGES}/{top}/restaurer")
    browser.get("/un-lieu/une-charte")


# — two writers, and a session that ends —


def test_two_people_write_at_once(as_person, session, make):
    page_id = make("Une charte", "Un.\n\nDeux.")
    path = f"{PAGES}/{page_id}/fr"
    one, two = as_person("editrice"), as_person("organisation")
    base = field(one.get(path), "base")
    two.get(path)
    one.post(path, {"title": "Une charte", "body": "Un, repris par une.\n\nDeux.", "base": base})
    two.post(path, {"title": "Une charte", "body": "Un.\n\nDeux, repris par deux.", "base": base})
    assert "avec ce qu’une autre personne avait écrit entre-temps" in two.follow()
    assert field(two.last.text, "body").strip() == "Un, repris par une.\n\nDeux, repris par deux."
    two.post(path, {"title": "Une charte", "body": "Un, autrement.\n\nDeux.", "base": base}, status=409)
    page = two.last.text
    assert "Editrice a changé les mêmes mots" in page or "Organisation a changé les mêmes mots" in page
    assert "Un, autrement." in page
    assert "Un, repris par une." in page
    saved = session.get_one(PageText, (page_id, "fr"))
    assert session.get_one(PageVersion, saved.version_id).plain == "Un, repris par une.\n\nDeux, repris par deux."
    two.post(path, {"title": "Une charte", "body": "Un accord.", "base": field(page, "base")})
    session.rollback()
    assert session.get_one(PageVersion, session.get_one(PageText, (page_id, "fr")).version_id).plain == "Un accord."


def test_a_session_that_ended_gives_the_words_back(site, admin, session, make):
    page_id = make("Une charte")
    path = f"{PAGES}/{page_id}/fr"
    base = field(admin.get(path), "base")
    with site.writer.begin() as uow:
        for row in uow.session.scalars(select(AccountSession)):
            row.ended_at = uow.now
    admin.post(path, {"title": "Une charte", "standfirst": "", "body": WORDS, "base": base}, status=401)
    page = admin.last.text
    hidden = {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)}
    areas = re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\r?\n(.*?)</textarea>', page, re.DOTALL)
    hidden.update({name: html.unescape(value) for name, value in areas})
    admin.post("/connexion", {**hidden, "email": address("admin"), "password": PASSWORD}, status=200)
    assert "tenir parole" in html.unescape(admin.last.text)
    assert session.scalars(select(PageVersion.number).where(PageVersion.page_id == page_id)).all() == [1]


# — versions —


def test_versions_are_compared_and_come_back(admin, session, make):
    page_id = make("Une charte", "Nous promettons de tenir parole.")
    path = f"{PAGES}/{page_id}/fr"
    page = admin.get(path)
    admin.post(path, {"title": "Une charte", "body": "Nous essayons de tenir parole.", "base": field(page, "base")})
    versions = admin.get(f"{path}/versions")
    assert "<del>promettons</del>" in versions
    assert "<ins>essayons</ins>" in versions
    assert "lue par le public" in versions
    first = session.scalar(select(PageVersion.id).where(PageVersion.page_id == page_id, PageVersion.number == 1))
    session.rollback()
    admin.post(f"{path}/versions/{first}/restaurer")
    text = session.get_one(PageText, (page_id, "fr"))
    assert session.get_one(PageVersion, text.version_id).plain == "Nous promettons de tenir parole."
    assert text.state == "published"
    admin.get(f"{path}/versions?avant=9", 404)


# — menus —


def test_menus_by_form(admin, browser, session, make):
    page_id = make("Une charte")
    admin.get("/configuration/menus")
    admin.post("/configuration/menus", {"menu": "main", "kind": "page", "page": page_id, "title_fr": "", "title_en": "A charter"})
    menu = re.search(r'<nav aria-label="Principale">.*?</nav>', browser.get("/une-charte"), re.DOTALL)[0]
    assert '<a href="/une-charte" aria-current="page">Une charte</a>' in menu
    assert '<a href="/en/une-charte">A charter</a>' in browser.get("/en/recits/")
    admin.get("/configuration/menus")
    admin.post("/configuration/menus", {"menu": "foot", "kind": "url", "url": "javascript:x", "title_fr": "Mots"}, status=422)
    assert "Écrivez une adresse complète" in admin.last.text
    admin.post("/configuration/menus", {"menu": "foot", "kind": "url", "url": "https://exemple.fr/", "title_fr": ""}, status=422)
    admin.post("/configuration/menus", {"menu": "foot", "kind": "url", "url": "https://exemple.fr/", "title_fr": "Ailleurs"})
    assert '<a href="https://exemple.fr/">Ailleurs</a>' in browser.get("/")
    assert '<a href="https://exemple.fr/" lang="fr">Ailleurs</a>' in browser.get("/en/")
    entry = session.scalar(select(MenuEntry.id).where(MenuEntry.target == page_id))
    admin.post(f"/configuration/menus/{entry}/haut")
    first = re.search(r'<nav aria-label="Principale">.*?</nav>', browser.get("/"), re.DOTALL)[0]
    assert first.index("Une charte") < first.index("Méthode")
    admin.post(f"/configuration/menus/{entry}/retirer")
    assert "Une charte" not in browser.get("/recits/")


def test_the_foot_says_how_accessible_the_site_is_whatever_the_menu_holds(admin, browser, session):
    for entry in session.scalars(select(MenuEntry)):
        admin.get("/configuration/menus")
        admin.post(f"/configuration/menus/{entry.id}/retirer")
    foot = re.search(r"<footer.*?</footer>", browser.get("/"), re.DOTALL)[0]
    assert '<a href="/accessibilite">Accessibilité\u00a0: non conforme</a>' in foot
    page_id = session.scalar(select(Page.id).where(Page.path == "/accessibilite"))
    admin.get(f"{PAGES}/{page_id}/corbeille")
    admin.post(f"{PAGES}/{page_id}/corbeille")
    foot = re.search(r"<footer.*?</footer>", browser.get("/"), re.DOTALL)[0]
    assert "Accessibilité\u00a0: non conforme" in foot
    assert "/accessibilite" not in foot


def test_the_menu_costs_a_page_one_query(app, browser, site):
    browser.get("/recits/")
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(site.engine, "before_cursor_execute", note)
    browser.get("/recits/")
    event.remove(site.engine, "before_cursor_execute", note)
    assert [statement for statement in asked if "menu_entry" in statement or "navigation" in statement] == [
        "SELECT navigation FROM site_state WHERE id = 1"
    ]


# — what was public once —


def test_a_page_that_was_public_once_says_that_it_is_gone_and_one_that_never_was_does_not(site, world, admin, browser, make):
    page_id = make("Une charte")
    with site.writer.begin() as uow:
        never = page_texts.create_page(
            uow, actor(site, world, "admin"), None, "fr", PageWords("Jamais", "", prepare_here("Rien.", lang="fr"))
        )
    browser.get("/jamais", 404)
    admin.get(f"{PAGES}/{page_id}/fr/depublier")
    admin.post(f"{PAGES}/{page_id}/fr/depublier")
    for path, words in (("/une-charte", "Cette page a été retirée"), ("/en/une-charte", "This page has been withdrawn")):
        page = browser.get(path, 410)
        assert words in page
        assert "<time" in page
        assert "Une charte" not in main_of(page)
    # Written on since: still gone, without a day that would not be its own.
    page = admin.get(f"{PAGES}/{page_id}/fr")
    admin.post(f"{PAGES}/{page_id}/fr", {"title": "Une charte", "body": "Autre chose.", "base": field(page, "base")})
    assert "<time" not in main_of(browser.get("/une-charte", 410))
    with site.writer.begin() as uow:
        restrict(uow, None, "core", "page", page_id, "test", "Caché.")
    browser.get("/une-charte", 404)
    for row in (page_id, never.id):
        with site.writer.begin() as uow:
            pages.delete_page(uow, actor(site, world, "admin"), row)
    browser.get("/jamais", 404)


def test_those_who_publish_are_written_to_when_a_page_is_proposed(site, world, as_person, session, make):
    organiser, page_id = as_person("organisation"), make("Une charte")
    page = organiser.get(f"{PAGES}/{page_id}/fr")
    organiser.post(f"{PAGES}/{page_id}/fr", {"title": "Une charte revue", "body": WORDS, "base": field(page, "base")})
    organiser.get(f"{PAGES}/{page_id}")
    organiser.post(f"{PAGES}/{page_id}/fr/proposer")
    mails = session.scalars(select(MailMessage).where(MailMessage.subject == "Page à publier : Une charte revue")).all()
    assert {mail.recipient for mail in mails} == {address("editrice"), address("admin")}
    assert all(f"{site.settings.base_url}{PAGES}/{page_id}" in mail.body for mail in mails)
    as_person("editrice").get(f"{PAGES}/{page_id}")


def test_a_menu_shows_a_page_again_when_its_restriction_ends_by_its_date(site, world, browser, make, monkeypatch):
    page_id = make("Une charte")
    with site.writer.begin() as uow:
        menus.add_entry(uow, None, menus.MAIN, menus.PAGE, page_id, {})
        restrict(uow, None, "core", "page", page_id, "test", "", system_clock() + timedelta(hours=1))
    assert "Une charte" not in browser.get("/")
    assert "Une charte" not in browser.get("/")
    later = system_clock() + timedelta(hours=2)
    monkeypatch.setattr(clause, "system_clock", lambda: later)
    assert "Une charte" in browser.get("/")
    browser.get("/une-charte")
