"""The site's identity on its pages: name, picture, publisher, colours; served once, refused in words, gone without a trace."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import delete, select

from app.db.models import MailMessage, MissingVoice
from app.services import identity, publishing
from app.services.accounts import give_role
from tests.told_stories import told_story
from tests.web.bad_input.helpers import multipart

SHEET = re.compile(r'href="(/identite/[0-9a-f]{12}\.css)"')


def picture(width: int = 600, height: int = 300) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#9e1b45").save(out, "PNG")
    return out.getvalue()


def test_the_name_stands_in_titles_mast_foot_and_mails(as_person, browser, site):
    admin = as_person("admin")
    admin.get("/configuration/identite")
    admin.post("/configuration/identite", {"title": "Voix du plateau", "tagline": "Quatre voix.", "contact_email": "a@exemple.test"})
    page = browser.get("/")
    assert "Voix du plateau</title>" in page
    assert "Récits croisés" not in page
    assert "Quatre voix." in page
    english = browser.get("/en/recits/")
    assert "Voix du plateau</title>" in english
    admin.get("/configuration/personnes")
    admin.post("/configuration/personnes", {"name": "Une personne", "email": "une@exemple.test", "role": "editor"})
    with site.writer.begin() as uow:
        mail = uow.session.scalars(select(MailMessage).order_by(MailMessage.created_at.desc())).first()
        assert mail.subject == "Votre invitation à Voix du plateau"
        assert "\nVoix du plateau\n" in mail.body
        assert (mail.sender, "\ue000" in mail.body) == ("Voix du plateau", False)


def test_a_field_that_does_not_hold_keeps_what_was_typed(as_person, site):
    admin = as_person("admin")
    admin.get("/configuration/identite")
    admin.post("/configuration/identite", {"title": "x" * 80, "director": "Une personne", "contact_email": "non"}, status=422)
    assert 'value="Une personne"' in admin.last.text
    assert "contact_email-error" in admin.last.text
    with site.writer.begin() as uow:
        assert identity.read_identity(uow.session) == identity.Identity()


def test_a_site_without_own_colours_sends_no_sheet(browser):
    assert "/identite/" not in browser.get("/")


def test_own_colours_are_one_sheet_with_an_address_of_its_own(as_person, browser):
    admin = as_person("admin")
    page = admin.get("/configuration/couleurs")
    fields = dict(re.findall(r'id="((?:light|dark)-\w+)" name="\1" type="color" value="(#[0-9a-f]{6})"', page))
    assert len(fields) == 12
    admin.post("/configuration/couleurs", {**fields, "light-paper": "#ffffff"})
    first = SHEET.search(browser.get("/"))[1]
    assert SHEET.search(browser.get("/en/"))[1] == first, "the same address in both languages"
    answer = browser.client.get(first)
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "--paper:#ffffff" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert '<meta name="theme-color" content="#ffffff"' in browser.get("/")
    admin.get("/configuration/couleurs")
    admin.post("/configuration/couleurs", {**fields, "light-paper": "#fdf6e3"})
    assert browser.client.get(first).status_code == 404
    admin.get("/configuration/couleurs")
    admin.post("/configuration/couleurs/origine")
    assert "/identite/" not in browser.get("/")


@pytest.mark.parametrize(
    ("field", "colour", "words"),
    [
        ("light-ink", "#999999", "« Encre » sur la ligne choisie, contraste de 2,5 pour 1. Il faut au moins 4,5."),
        ("light-elu", "#0f6a50", "« Élu·e » et « Collectivité » se confondent"),
        ("dark-paper", "#ffffff", "Sombre : le papier doit être plus sombre que l’encre."),
    ],
)
def test_colours_below_a_floor_are_refused_with_the_measure(as_person, browser, field, colour, words):
    admin = as_person("admin")
    admin.get("/configuration/couleurs")
    admin.post("/configuration/couleurs", {field: colour}, status=422)
    shown = re.sub("[\u00a0\u202f]", " ", admin.last.text)
    assert words in shown
    assert f'fill="{colour}"' in admin.last.text, "the sample shows what was asked for"
    assert "/identite/" not in browser.get("/")


def test_a_colour_that_is_none_is_said_beside_its_field(as_person):
    admin = as_person("admin")
    admin.get("/configuration/couleurs")
    admin.post("/configuration/couleurs", {"light-ink": "red;}body{display:none"}, status=422)
    assert "light-ink-error" in admin.last.text


def test_the_logo_is_cleaned_shown_with_its_alternative_and_removed(as_person, browser):
    admin = as_person("admin")
    admin.get("/configuration/logo")
    body, kind = multipart({"csrf_token": admin.token(), "alt": "Un nœud de quatre fils"}, image=("logo.png", picture()))
    answer = admin.client.post("/configuration/logo", data=body, content_type=kind)
    assert answer.status_code == 303
    page = browser.get("/")
    assert 'alt="Un nœud de quatre fils"' in page
    address = re.search(r'src="(/identite/logo/[^"]+)"', page)[1]
    served = browser.client.get(address, buffered=True)
    assert (served.status_code, served.mimetype) == (200, "image/webp")
    admin.get("/configuration/logo")
    admin.post("/configuration/logo/retirer")
    assert browser.client.get(address).status_code == 404
    assert "/identite/logo" not in browser.get("/")


@pytest.mark.parametrize(("data", "alt"), [(b"not an image", "x"), (b"", "x"), (picture(), "")])
def test_a_logo_that_cannot_be_used_is_refused_in_words(as_person, data, alt):
    admin = as_person("admin")
    admin.get("/configuration/logo")
    body, kind = multipart({"csrf_token": admin.token(), "alt": alt}, image=("logo.png", data))
    answer = admin.client.post("/configuration/logo", data=body, content_type=kind)
    assert answer.status_code == 422
    assert 'class="err"' in answer.text


def test_the_legal_notice_says_what_set_up_says(browser, site):
    with site.writer.begin() as uow:
        identity.save_details(uow, None, {"publisher": "Une association\n1 rue du Lavoir", "director": "Une personne"})
    page = browser.get("/mentions-legales")
    assert "1 rue du Lavoir" in page
    assert "Il y manque\u202f: l’hébergeur, une adresse électronique de contact." in page.replace("\u00a0:", "\u202f:").replace(
        " :", "\u202f:"
    )


def test_the_legal_notice_says_that_it_is_incomplete_only_while_it_is(browser, site):
    for path, incomplete, filled in (
        ("/mentions-legales", "à compléter", "renseigner"),
        ("/en/mentions-legales", "to be completed", "filled in"),
    ):
        assert incomplete in browser.get(path)
        assert filled not in browser.get(path)
    with site.writer.begin() as uow:
        details = {"publisher": "Une association", "director": "Une personne", "host": "Un hébergeur", "contact_email": "a@exemple.test"}
        identity.save_details(uow, None, details)
    for path, incomplete in (("/mentions-legales", "à compléter"), ("/en/mentions-legales", "to be completed")):
        page = browser.get(path)
        assert incomplete not in page
        assert "Un hébergeur" in page


# — rules of publication, as editors and delegations meet them —


def test_rules_are_set_on_their_page_and_refused_in_words(as_person, site, world):
    admin = as_person("admin")
    admin.get("/configuration/publication")
    admin.post("/configuration/publication", {"minimum_voices": "9"}, status=422)
    admin.post("/configuration/publication", {"minimum_voices": "3", "explain_missing": "y"})
    with site.writer.begin() as uow:
        assert publishing.read_rules(uow.session).minimum_voices == 3
    story = told_story(site, world, "Un récit", "writing")
    with site.writer.begin() as uow:
        uow.session.execute(delete(MissingVoice).where(MissingVoice.story_id == story))
    helene = as_person("helene")
    helene.get(f"/espace/recits/{story}")
    helene.post(f"/espace/recits/{story}/proposer", status=409)
    page = helene.last.text
    assert "Ce site demande au moins 3 catégories" in page
    assert f"/espace/recits/{story}/moments/{world.moments['vote']}/voix-manquante/state_agent" in page


def test_two_editors_on_their_pages(as_person, site, world):
    with site.writer.begin() as uow:
        publishing.save_rules(uow, None, {"second_editor": True})
        give_role(uow, world.accounts["personne"], "editor")
    story = told_story(site, world, "Un récit", "in_review")
    first, second = as_person("editrice"), as_person("personne")
    page = first.get(f"/relecture/{story}")
    assert "Donner mon accord" in page
    assert "Publier cette version" not in page
    seen = re.search(r'name="hash" value="([0-9a-f]{64})"', page)[1]
    first.post(f"/relecture/{story}/accord", {"hash": seen})
    assert "une autre personne peut publier" in first.get(f"/relecture/{story}")
    first.post(f"/relecture/{story}/publier", {"hash": seen}, status=409)
    page = second.get(f"/relecture/{story}")
    assert "Accord déjà donné par Editrice" in page
    second.post(f"/relecture/{story}/publier", {"hash": seen})
    assert "accord donné pour publier" in first.get(f"/relecture/{story}")
