"""The media library and the trash on pages: what is shown to whom, what uploading and describing say, and what signed words keep."""

import io
import re

import pytest
from PIL import Image

from app.services import library, media, passages, stories
from app.services.library import MediaWords
from tests.factories import actor
from tests.services.test_library import picture
from tests.told_stories import carry, sign, written


def png(colour: str = "red") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (700, 500), colour).save(out, "PNG")
    out.seek(0)
    return out


@pytest.fixture
def editor(as_person):
    return as_person("editrice")


@pytest.fixture
def story(site, world):
    """A public story of Brumeval with an image that Hélène signed as « La cour »."""
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        story_id = stories.create_story(uow, helene, world.delegations["brumeval"], "Un récit illustré").id
        image = media.add_image(uow, helene, story_id, picture("a"), "La cour", "Hélène").id
        passage = passages.add_passage(uow, helene, story_id, world.moments["vote"], world.voices["helene"]).id
        written(uow, helene, passage, f"Voici la cour.\n\n![](media:{image})")
        sign(uow, helene, passage, world.voices["helene"])
    carry(site, world, story_id, "published", helene)
    return {"story": story_id, "image": image}


def test_an_image_is_added_with_its_rights_and_shown_by_a_page(editor, site):
    editor.get("/configuration/mediatheque")
    fields = {"alt": "Une halle vide", "credit": "La commune, 2023", "rights": "CC BY-SA 4.0", "source": "fonds communal"}
    answer = editor.post("/configuration/mediatheque", {**fields, "image": (png(), "halle.png")}, content_type="multipart/form-data")
    page = editor.follow()
    assert "CC BY-SA 4.0" in page
    assert "fonds communal" in page
    assert "Nulle part." in page
    media_id = answer.headers["Location"].rsplit("/", 1)[-1]
    assert f'value="![Une halle vide](media:{media_id})"' in page
    source = re.search(r'<img src="([^"]+)"', page)
    assert source is not None
    assert editor.client.get(source[1], buffered=True).status_code == 200
    assert "Qui ne servent nulle part (1)" in editor.get("/configuration/mediatheque")


def test_the_same_image_twice_is_refused_in_words(editor):
    for status in (303, 409):
        editor.get("/configuration/mediatheque")
        fields = {"alt": "", "credit": "", "image": (png(), "halle.png")}
        editor.post("/configuration/mediatheque", fields, content_type="multipart/form-data", status=status)
    assert "déjà dans la médiathèque" in editor.last.text


def test_a_form_that_fails_keeps_what_was_typed(editor):
    editor.get("/configuration/mediatheque")
    fields = {"alt": "Une halle", "rights": "accord écrit", "image": (io.BytesIO(b"no image"), "x.png")}
    answer = editor.post("/configuration/mediatheque", fields, content_type="multipart/form-data", status=422)
    assert "pas une image lisible" in answer.text
    assert 'value="accord écrit"' in answer.text


def test_readers_go_on_reading_the_alternative_that_was_signed(editor, browser, story):
    page = editor.get(f"/configuration/mediatheque/{story['image']}")
    assert "Récit public" in page
    assert "ils font partie de ce qui fut signé" in page
    editor.post(f"/configuration/mediatheque/{story['image']}", {"alt": "La cour, le soir", "credit": "Hélène et Karim"})
    public = browser.get("/recits/un-recit-illustre")
    assert 'alt="La cour"' in public
    assert "Hélène et Karim" not in public
    assert "La cour, le soir" in editor.get("/configuration/mediatheque")


def test_what_an_editor_may_not_read_is_counted_and_not_shown(editor, site, world):
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        media.add_image(uow, helene, world.stories["legumerie"], picture("b"), "Le portail secret", "Hélène")
    page = editor.get("/configuration/mediatheque")
    assert "1 image est dans un brouillon" in page
    assert "portail" not in page
    for gap in ("orphelines", "sans-droits"):
        assert "portail" not in editor.get(f"/configuration/mediatheque?manque={gap}")


@pytest.mark.parametrize("query", ["manque=autre", "suite=x", "suite=MjAyMg"])
def test_an_address_that_names_nothing_is_no_page(editor, query):
    editor.get(f"/configuration/mediatheque?{query}", status=404)


def test_a_picture_in_the_trash_is_found_there_and_comes_back(editor, site, world):
    with site.writer.begin() as uow:
        row = library.add_to_library(uow, actor(site, world, "editrice"), picture("d"), MediaWords("Une halle", ""))
    editor.get(f"/configuration/mediatheque/{row.id}")
    editor.post(f"/configuration/mediatheque/{row.id}/corbeille")
    editor.get(f"/configuration/mediatheque/{row.id}", status=404)
    page = editor.get("/configuration/corbeille?genre=image")
    assert "Une halle" in page
    assert "par Editrice" in page
    editor.post(f"/configuration/corbeille/image/{row.id}/restaurer")
    assert "La corbeille est vide." in editor.follow()
    editor.get(f"/configuration/mediatheque/{row.id}")


def test_a_delegation_s_trash_leads_each_thing_back_to_its_place(as_person, site, world):
    member = as_person("helene")
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        row = media.add_image(uow, helene, world.stories["legumerie"], picture("b"), "Le portail", "Hélène")
        media.delete_image(uow, helene, row.id)
    page = member.get(f"/espace/delegations/{world.delegations['brumeval']}/corbeille")
    assert "Le portail" in page
    action = re.search(r'action="(/espace/images/[^"]+)"', page)
    assert action is not None
    member.post(action[1])
    assert "Le portail" in member.follow()


def test_an_administrator_brings_back_a_story_without_reading_it(as_person, site, world):
    with site.writer.begin() as uow:
        stories.delete_story(uow, actor(site, world, "helene"), world.stories["legumerie"])
    admin = as_person("admin")
    page = admin.get("/configuration/corbeille")
    assert "Pays de Brumeval" in page
    assert "légumerie" not in page
    admin.post(f"/configuration/corbeille/story/{world.stories['legumerie']}/restaurer")
    assert "La légumerie" in as_person("karim").get(f"/espace/recits/{world.stories['legumerie']}")


def test_a_kind_that_is_none_is_no_page(as_person):
    as_person("admin").get("/configuration/corbeille?genre=compte", status=404)
