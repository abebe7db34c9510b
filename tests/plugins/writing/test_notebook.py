"""The notebook of traces: noted in three steps, read by nobody else, turned into the beginning of a passage.

Exercises register_tiles, register_slot_items and register_jobs with the real plugin.
"""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image

from app.db.models import Approval, Draft, Media, Passage, PassageRevision, PrivateMedia
from app.services import private_media
from plugins.communication.models import Trace
from plugins.communication.rules.notebook import Noted, image_of, is_web_address, passage_of
from plugins.communication.services import notebook
from tests.factories import actor

PAGE = "/communication/carnet"


def photograph(colour: str = "#0f6a58") -> bytes:
    """Returns a JPEG with a place hidden in it."""
    image, out = Image.new("RGB", (1200, 800), colour), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Brumeval"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def note(browser, **fields) -> str:
    """Notes a trace; returns the page of the notebook."""
    browser.get(f"{PAGE}/nouvelle")
    browser.post(f"{PAGE}/nouvelle", {"text": "", "link": "", "date": "", "moment": "", **fields}, content_type="multipart/form-data")
    return browser.follow()


def test_traces_become_markdown_in_their_order():
    traces = [Noted("Il pleuvait. ", "https://www.exemple.test/a", "![Une cour](media:x)"), Noted(""), Noted("Puis rien.")]
    assert passage_of(traces) == "Il pleuvait.\n\n![Une cour](media:x)\n\n[exemple.test](https://www.exemple.test/a)\n\nPuis rien."
    assert image_of("x", "Une [cour]") == "![Une (cour)](media:x)"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://exemple.test/a", True),
        ("http://exemple.test", True),
        ("javascript:0", False),
        ("https://", False),
        ("https://e.test/)(", False),
        ("https://[", False),
        ("/espace", False),
    ],
)
def test_only_an_address_that_a_browser_opens_is_a_link(text, good):
    assert is_web_address(text) is good


def test_register_tiles_lead_to_noting_a_trace_in_three_steps(as_person):
    helene = as_person("helene")
    home = helene.get("/espace/")
    order = [home.index(mark) for mark in ('id="attend-moi"', 'id="t-communication-notebook"', 'id="d-')]
    assert order == sorted(order), "before what the delegation shares, however long that is"
    assert "Carnet de traces" in home
    assert f'href="{PAGE}/nouvelle"' in home  # 1: the tile
    form = helene.get(f"{PAGE}/nouvelle")  # 2: the words
    assert "autofocus" in form
    helene.post(f"{PAGE}/nouvelle", {"text": "« On n’est pas prêts. »"})  # 3: keep
    page = helene.follow()
    assert "« On n’est pas prêts. »" in re.sub("[\u00a0\u202f]", " ", page)
    assert "1 trace attend de devenir un passage" in helene.get("/espace/")


def test_a_trace_keeps_its_date_moment_link_and_a_photograph_without_its_hidden_data(as_person, world, session, site):
    helene = as_person("helene")
    page = note(
        helene,
        text="La salle était froide.",
        link="https://exemple.test/compte-rendu",
        date="mai 2022",
        moment=world.moments["vote"],
        image=(io.BytesIO(photograph()), "photo.jpg"),
    )
    assert "mai 2022" in page
    assert "Le vote" in page
    assert 'href="https://exemple.test/compte-rendu" rel="noreferrer"' in page
    address = re.search(r'src="(/media/[^"]+)"', page)[1]
    assert helene.client.get(address, buffered=True).status_code == 200
    row = session.query(PrivateMedia).one()
    folder = site.settings.media_folder / row.hash[:2] / row.hash
    assert all(b"Appareil de Brumeval" not in file.read_bytes() for file in folder.iterdir())


@pytest.mark.parametrize("who", ["karim", "scribe", "autre_helene", "editrice", "organisation", "admin"])
def test_nobody_else_reads_a_notebook_whatever_their_role(as_person, session, who):
    helene = as_person("helene")
    page = note(helene, text="Entre moi et moi.", image=(io.BytesIO(photograph()), "photo.jpg"))
    address, trace = re.search(r'src="(/media/[^"]+)"', page)[1], session.query(Trace).one().id
    other = as_person(who)
    assert "Entre moi et moi" not in other.get(PAGE)
    assert "Entre moi et moi" not in other.get("/espace/")
    other.get(f"{PAGE}/{trace}", status=404)
    other.get(f"{PAGE}/passage?t={trace}", status=404)
    other.post(f"{PAGE}/{trace}", {"text": "Pris."}, status=404)
    other.post(f"{PAGE}/{trace}/corbeille", status=404)
    other.get(address, status=404)
    session.rollback()
    assert session.get_one(Trace, trace).text == "Entre moi et moi."
    assert session.get_one(Trace, trace).deleted_at is None


def test_an_anonymous_reader_gets_no_photograph_either(as_person, browser):
    page = note(as_person("helene"), image=(io.BytesIO(photograph()), "photo.jpg"))
    browser.get(re.search(r'src="(/media/[^"]+)"', page)[1], status=404)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": " "}, "Notez au moins un mot"),
        ({"text": "Un mot", "date": "avant-hier soir"}, "Date non reconnue"),
        ({"text": "Un mot", "link": "javascript:alert(1)"}, "Écrivez une adresse complète"),
        ({"text": "Un mot", "moment": "0" * 20}, "Ce choix n’est pas proposé"),
    ],
)
def test_what_cannot_be_noted_is_handed_back_with_a_sentence(as_person, session, fields, words):
    helene = as_person("helene")
    helene.get(f"{PAGE}/nouvelle")
    page = helene.post(f"{PAGE}/nouvelle", fields, status=422).text
    assert words in page
    assert session.query(Trace).count() == 0
    if fields["text"].strip():
        assert ">Un mot</textarea>" in page.replace("\n", "").replace("\r", "")


def test_a_trace_is_edited_thrown_away_taken_back_and_erased(as_person, session):
    helene = as_person("helene")
    note(helene, text="Avant.", image=(io.BytesIO(photograph()), "photo.jpg"))
    trace = session.query(Trace).one().id
    helene.get(f"{PAGE}/{trace}")
    helene.post(f"{PAGE}/{trace}", {"text": "Après.", "date": "12 mai 2022", "drop_image": "y"})
    assert "Après." in helene.follow()
    session.rollback()
    assert session.query(PrivateMedia).count() == 0
    helene.post(f"{PAGE}/{trace}/corbeille")
    assert "Après." not in helene.follow()
    assert "Après." in helene.get(f"{PAGE}/corbeille")
    helene.get(f"{PAGE}/{trace}", status=404)
    helene.post(f"{PAGE}/{trace}/restaurer")
    assert "Après." in helene.follow()
    helene.post(f"{PAGE}/{trace}/effacer", status=404)
    helene.post(f"{PAGE}/{trace}/corbeille")
    helene.post(f"{PAGE}/{trace}/effacer")
    session.rollback()
    assert session.query(Trace).count() == 0


def test_traces_become_the_beginning_of_ones_own_passage(as_person, world, session):
    helene, story = as_person("helene"), world.stories["legumerie"]
    note(helene, text="Puis on a voté.", date="13 mai 2022")
    note(helene, text="Il pleuvait.", date="12 mai 2022", moment=world.moments["vote"], image=(io.BytesIO(photograph()), "photo.jpg"))
    session.rollback()
    ids = [row.id for row in session.query(Trace)]
    photo = session.query(Trace).filter(Trace.image_id.is_not(None)).one().id
    page = helene.get(f"{PAGE}/passage?" + "&".join(f"t={trace}" for trace in ids))
    assert f'<option selected value="{world.moments["vote"]}">' in page, "the traces' moment is proposed"
    fields = {"story": story, "moment": world.moments["vote"], "t": ids, f"with-{photo}": "1", f"credit-{photo}": "Hélène"}
    page = helene.post(f"{PAGE}/passage", {**fields, f"alt-{photo}": ""}, status=422).text
    assert "Décrivez la photographie" in page
    assert session.query(Media).count() == 0
    helene.post(f"{PAGE}/passage", {**fields, f"alt-{photo}": "La cour sous la pluie"})
    page = helene.follow()
    session.rollback()
    passage, media = session.query(Passage).one(), session.query(Media).one()
    assert (passage.voice_id, passage.moment_id, passage.revision_id) == (world.voices["helene"], world.moments["vote"], None)
    draft = session.query(Draft).one()
    assert draft.body == f"Il pleuvait.\n\n![La cour sous la pluie](media:{media.id})\n\nPuis on a voté."
    assert "Brouillon non enregistré" in page
    assert (media.alt, media.credit, media.story_id) == ("La cour sous la pluie", "Hélène", story)
    assert {row.went_to for row in session.query(Trace)} == {passage.id}
    assert "devenue un passage" in helene.get(PAGE)
    assert session.query(PassageRevision).count() == session.query(Approval).count() == 0, "nothing is a version, nothing is signed"


def test_traces_stand_after_what_is_there_and_never_touch_signed_words(as_person, world, session, tell):
    story = tell({"vote": ("helene",)})
    helene = as_person("helene")
    note(helene, text="Encore ceci.")
    trace = session.query(Trace).one().id
    helene.get(f"{PAGE}/passage?t={trace}")
    page = helene.post(f"{PAGE}/passage", {"story": story, "moment": world.moments["vote"], "t": trace}, status=409).text
    assert "Ce passage est signé" in page
    passage = session.query(Passage).one()
    helene.post(f"/espace/passages/{passage.id}/rouvrir")
    helene.post(f"{PAGE}/passage", {"story": story, "moment": world.moments["vote"], "t": trace})
    session.rollback()
    draft = session.query(Draft).one()
    assert draft.body.startswith("mot mot")
    assert draft.body.endswith("\n\nEncore ceci.")
    assert draft.base_revision_id == passage.revision_id


def test_a_story_of_another_delegation_takes_no_trace(as_person, world, session):
    helene = as_person("helene")
    note(helene, text="Encore ceci.")
    trace = session.query(Trace).one().id
    helene.get(f"{PAGE}/passage?t={trace}")
    page = helene.post(f"{PAGE}/passage", {"story": world.stories["autre"], "moment": "", "t": trace}, status=409).text
    assert "Vous n’avez pas de voix dans ce récit" in page
    assert session.query(Passage).count() == 0


def test_ones_traces_stand_beside_the_text_that_one_writes(as_person, world, tell, session):
    story = tell({"vote": ("helene", "karim")})
    helene = as_person("helene")
    note(helene, text="Pour ce moment.", moment=world.moments["vote"])
    note(helene, text="Pour un autre.", moment=world.moments["tour"])
    mine = session.query(Passage).filter_by(story_id=story, voice_id=world.voices["helene"]).one().id
    helene.post(f"/espace/passages/{mine}/rouvrir")
    page = helene.get(f"/espace/passages/{mine}")
    assert "Pour ce moment." in page
    assert "Pour un autre." not in page
    assert f"/communication/carnet/passage?t={session.query(Trace).filter_by(text='Pour ce moment.').one().id}" in page


def test_register_jobs_empty_what_was_thrown_away_long_ago(as_person, site, session):
    helene = as_person("helene")
    note(helene, text="Vieille.", image=(io.BytesIO(photograph()), "photo.jpg"))
    note(helene, text="Récente.")
    for trace in session.query(Trace):
        helene.post(f"{PAGE}/{trace.id}/corbeille")
    with site.writer.begin() as uow:
        uow.session.query(Trace).filter_by(text="Vieille.").one().deleted_at = uow.now - timedelta(days=notebook.TRASH_DAYS + 1)
    with site.writer.begin() as uow:
        notebook.empty_old_trash(uow)
    session.rollback()
    assert [row.text for row in session.query(Trace)] == ["Récente."]
    assert session.query(PrivateMedia).count() == 0


def test_disabling_keeps_every_trace_and_gives_the_trash_its_full_time_again(as_person, site, session, switch):
    helene = as_person("helene")
    note(helene, text="Gardée.")
    note(helene, text="Jetée.")
    thrown = session.query(Trace).filter_by(text="Jetée.").one().id
    helene.post(f"{PAGE}/{thrown}/corbeille")
    with site.writer.begin() as uow:
        uow.session.get_one(Trace, thrown).deleted_at = uow.now - timedelta(days=notebook.TRASH_DAYS + 1)
    switch(False)
    helene.get(PAGE, status=404)
    assert "Carnet de traces" not in helene.get("/espace/")
    switch(True)
    with site.writer.begin() as uow:
        notebook.empty_old_trash(uow)
    assert "Gardée." in helene.get(PAGE)
    assert "Jetée." in helene.get(f"{PAGE}/corbeille")


def test_a_private_image_is_given_by_its_owner_alone(site, world, session, as_person):
    note(as_person("helene"), image=(io.BytesIO(photograph()), "photo.jpg"))
    row = session.query(PrivateMedia).one()
    assert private_media.find_private_image(session, actor(site, world, "helene"), row.id) is row
    with pytest.raises(private_media.NotFound):
        private_media.find_private_image(session, actor(site, world, "karim"), row.id)
