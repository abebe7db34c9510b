"""The exchange with the review: the margin, the delegation's page of the story and the editors' page show the same threads, answered from each of them."""

import re

import pytest

from app.db.models import Comment, CommentThread, Passage, Voice
from app.services import passages, stories, workflow
from app.services.approvals import sign_passage
from app.services.live_documents import LiveText
from app.services.markup import prepare_here
from tests.factories import actor
from tests.fake_live import written_live

BASE_URL = "http://localhost"


@pytest.fixture
def rooms(app):
    return written_live(app)


@pytest.fixture
def passage(site, world):
    """Hélène's words, proposed to the review."""
    with site.writer.begin() as uow:
        helene = actor(site, world, "helene")
        row = passages.add_passage(uow, helene, world.stories["legumerie"], world.moments["vote"], world.voices["helene"])
        body = prepare_here("J’ai voté le budget.\n\nUne vingtaine de producteurs.", lang="fr")
        revision = passages.save_passage(uow, helene, row.id, body, None, None)
        sign_passage(uow, helene, row.id, world.voices["helene"], revision.hash)
        workflow.submit_story(uow, helene, world.stories["legumerie"], BASE_URL)
        workflow.start_review(uow, actor(site, world, "editrice"), world.stories["legumerie"])
        return row.id


@pytest.fixture
def places(world, passage):
    story = world.stories["legumerie"]
    return f"/espace/passages/{passage}", f"/espace/recits/{story}", f"/relecture/{story}"


def give_back(site, world):
    with site.writer.begin() as uow:
        workflow.request_changes(uow, actor(site, world, "editrice"), world.stories["legumerie"], "Une date.", BASE_URL)


def thread(session):
    session.rollback()
    (row,) = session.query(CommentThread)
    return row


def test_a_comment_of_the_review_is_read_and_answered_from_the_margin(as_person, session, passage, places):
    margin, desk, review = places
    editor, helene = as_person("editrice"), as_person("helene")
    editor.get(review)
    editor.post(f"{review}/commentaires", {"body": "Une date manque.", "passage": passage})
    page = helene.get(margin)
    assert "Une date manque." in page
    assert "Avec la relecture" in page
    row = thread(session)
    helene.post(f"{margin}/fils/{row.id}/repondre", {"body": "Le 12 mai."})
    page = editor.get(review)
    assert "Le 12 mai." in page
    assert f'href="#passage-{passage}"' in page
    editor.post(f"{review}/fils/{row.id}/repondre", {"body": "Merci."})
    editor.follow()
    assert editor.last.status_code == 200
    assert "Merci." in helene.get(desk)
    helene.post(f"{margin}/fils/{row.id}/regler")
    for person, path in ((editor, review), (helene, desk), (helene, margin)):
        assert "1 fil résolu" in person.get(path)
    helene.post(f"{review}/fils/{row.id}/rouvrir")
    assert "fil résolu" not in editor.get(review)


def test_a_comment_that_the_review_makes_in_the_margin_stands_on_its_page(as_person, session, passage, places):
    margin, desk, review = places
    editor = as_person("editrice")
    editor.get(margin)
    editor.post(f"{margin}/fils", {"body": "Dites combien.", "about": "Une vingtaine de producteurs."})
    for person, path in ((editor, review), (as_person("helene"), desk), (as_person("karim"), margin)):
        page = person.get(path)
        assert "Dites combien." in page, path
        assert "<q>Une vingtaine de producteurs.</q>" in page, path


def test_a_comment_about_the_whole_story_stands_on_both_pages_and_in_no_margin(as_person, session, passage, places):
    margin, desk, review = places
    helene = as_person("helene")
    helene.get(desk)
    helene.post(f"{review}/commentaires", {"body": "Le titre me va."})
    helene.follow()
    assert helene.path == desk
    assert "Le titre me va." in helene.get(desk)
    assert "Le titre me va." in as_person("editrice").get(review)
    assert "Le titre me va." not in helene.get(margin)


def test_what_the_delegation_says_among_itself_is_not_on_its_page_of_the_exchange(as_person, passage, places):
    margin, desk, review = places
    helene = as_person("helene")
    helene.get(margin)
    helene.post(f"{margin}/fils", {"body": "Entre nous."})
    assert "Entre nous." not in helene.get(desk)
    assert "Entre nous." in as_person("editrice").get(review), "its margins are open to the review while it reviews"


def test_once_the_story_is_given_back_the_review_keeps_its_threads_and_sees_nothing_that_is_written(
    as_person, rooms, site, world, session, passage, places
):
    margin, _desk, review = places
    editor, helene = as_person("editrice"), as_person("helene")
    editor.get(margin)
    rooms.texts[passage] = LiveText("J’ai voté le budget.\n\nUne vingtaine de producteurs.\n", (), (), 1, False)
    rooms.marked[passage] = {"a" * 12: "Une vingtaine"}
    editor.post(f"{margin}/fils", {"body": "Dites combien.", "anchor": "a" * 12, "quotation": "Une vingtaine"})
    editor.post(f"{review}/commentaires", {"body": "Une date manque.", "passage": passage})
    helene.get(margin)
    helene.post(f"{margin}/fils", {"body": "Entre nous."})
    give_back(site, world)
    rooms.texts[passage] = LiveText("Un secret.\n", (), (), 2, False)
    rooms.marked[passage] = {"a" * 12: "Un secret"}
    with site.writer.begin() as uow:
        row = uow.session.get_one(Passage, passage)
        passages.write_revision(uow, actor(site, world, "helene"), row, prepare_here("Un secret.", lang="fr"), None, "fr")
    page = editor.get(review)
    assert "Dites combien." in page
    assert "<q>Une vingtaine</q>" in page
    assert "Une date manque." in page
    for hidden in ("secret", "Entre nous.", "Le passage a changé depuis.", "Sans ancrage"):
        assert hidden not in page, hidden
    page = helene.get(margin)
    assert "<q>Un secret</q>" in page
    assert "Le passage a changé depuis." in page
    editor.get(margin, status=404)


def test_voices_are_shown_to_the_review_as_they_choose(as_person, site, world, passage, places):
    _margin, desk, review = places
    with site.writer.begin() as uow:
        uow.session.get_one(Voice, world.voices["helene"]).display = "category"
        name = uow.session.get_one(Voice, world.voices["helene"]).name
    helene = as_person("helene")
    helene.get(desk)
    helene.post(f"{review}/commentaires", {"body": "Voici où.", "passage": passage})
    page = as_person("editrice").get(review)
    assert "Voici où." in page
    assert name not in page
    assert name in as_person("karim").get(desk)


@pytest.mark.parametrize("name", ["editrice", "helene"])
def test_what_cannot_be_taken_comes_back_where_it_was_typed(as_person, session, passage, places, name):
    _margin, desk, review = places
    person = as_person(name)
    person.get(review if name == "editrice" else desk)
    person.post(f"{review}/commentaires", {"body": "Une date manque."})
    row = thread(session)
    comment = session.query(Comment).one().id
    for path, place in (
        (f"{review}/commentaires", "new"),
        (f"{review}/fils/{row.id}/repondre", row.id),
        (f"{review}/commentaires/{comment}", comment),
    ):
        page = person.post(path, {"body": "é" * 4001}, status=422).text
        assert "4001 signes" in page
        assert re.search(rf'<textarea[^>]*id="t-{place}"[^>]*aria-invalid="true"[^>]*>é{{4001}}</textarea>', page)
        assert f'href="#t-{place}"' in page
    session.rollback()
    assert session.query(Comment).count() == 1


def test_a_passage_s_comment_comes_back_beside_the_passage(as_person, passage, places):
    review = places[2]
    editor = as_person("editrice")
    editor.get(review)
    page = editor.post(f"{review}/commentaires", {"body": "é" * 4001, "passage": passage}, status=422).text
    assert re.search(rf'<details open>.*?<textarea[^>]*id="t-{passage}"[^>]*>é{{4001}}</textarea>', page, re.DOTALL)


def test_another_story_s_thread_is_not_reached_through_one_s_own(as_person, site, world, session, passage, places):
    helene = as_person("helene")
    helene.get(places[1])
    helene.post(f"{places[2]}/commentaires", {"body": "Une date manque."})
    row, comment = thread(session), session.query(Comment).one()
    with site.writer.begin() as uow:
        other = stories.create_story(uow, actor(site, world, "helene"), world.delegations["brumeval"], "Un autre", "").id
    for path in (f"fils/{row.id}/repondre", f"fils/{row.id}/regler", f"commentaires/{comment.id}"):
        helene.post(f"/relecture/{other}/{path}", {"body": "Bonjour."}, status=404)
