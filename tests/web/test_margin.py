"""The margin beside a passage, in a browser without JavaScript: comments, answers, calls, suggestions, and what an editor sees of it."""

import re
from datetime import date

import pytest

from app.db.models import Comment, CommentThread, Mention, Passage, PassageRevision, Story, Suggestion, Voice
from app.kernel.editor.accepted import Proposal
from app.kernel.voice import Display, Mandate
from app.services.approvals import sign_passage
from app.services.markup import prepare_here
from app.services.passages import add_passage, save_passage
from app.services.suggestions import keep_proposals
from app.services.voices import seat_voice
from tests.factories import actor
from tests.fake_live import written_live

MARK = "3f6c1f2e-0b7a-4c3e-9d55-8f1f6e1b2a77"


@pytest.fixture
def passage(site, world):
    """Hélène's words on the vote."""
    with site.writer.begin() as uow:
        helene = actor(site, world, "helene")
        row = add_passage(uow, helene, world.stories["legumerie"], world.moments["vote"], world.voices["helene"])
        save_passage(uow, helene, row.id, prepare_here("J’ai voté le budget.\n\nUne vingtaine de producteurs.", lang="fr"), None, None)
        return row.id


def page_of(passage):
    return f"/espace/passages/{passage}"


def one(session, model):
    session.rollback()
    (row,) = session.query(model)
    return row


def test_a_comment_on_a_paragraph_is_answered_settled_and_opened_again(as_person, passage, session):
    karim, helene = as_person("karim"), as_person("helene")
    page = karim.get(page_of(passage))
    assert '<textarea id="body"' not in page, "it is not Karim's to write"
    karim.post(f"{page_of(passage)}/fils", {"body": "Onze, d’après le tableau.", "about": "Une vingtaine de producteurs."})
    page = helene.get(page_of(passage))
    assert "Onze, d’après le tableau." in page
    assert "<q>Une vingtaine de producteurs.</q>" in page
    thread = one(session, CommentThread)
    helene.post(f"{page_of(passage)}/fils/{thread.id}/repondre", {"body": "Vous avez raison."})
    helene.post(f"{page_of(passage)}/fils/{thread.id}/regler")
    page = karim.get(page_of(passage))
    assert "1 fil résolu" in page
    assert "Vous avez raison." in page
    karim.post(f"{page_of(passage)}/fils/{thread.id}/repondre", {"body": "Merci."}, status=409)
    karim.post(f"{page_of(passage)}/fils/{thread.id}/rouvrir")
    assert "fil résolu" not in karim.get(page_of(passage))


def test_when_the_words_are_gone_the_thread_is_in_the_tray_with_its_quotation(as_person, passage, site, world):
    karim = as_person("karim")
    karim.get(page_of(passage))
    karim.post(f"{page_of(passage)}/fils", {"body": "Combien ?", "about": "Une vingtaine de producteurs."})
    assert "Sans ancrage" not in karim.get(page_of(passage))
    helene = as_person("helene")
    page = helene.get(page_of(passage))
    base = re.search(r'name="base"[^>]*value="(\w+)"', page)[1]
    helene.post(page_of(passage), {"body": "J’ai voté le budget.", "base": base})
    page = karim.get(page_of(passage))
    assert "Sans ancrage" in page
    assert "<q>Une vingtaine de producteurs.</q>" in page
    assert "Combien ?" in page


def test_an_empty_or_endless_comment_comes_back_with_its_words(as_person, passage, session):
    karim = as_person("karim")
    karim.get(page_of(passage))
    answer = karim.post(f"{page_of(passage)}/fils", {"body": "é" * 4001}, status=422)
    assert "4001 signes" in answer.text
    assert "é" * 4001 in answer.text
    answer = karim.post(f"{page_of(passage)}/fils", {"body": "  "}, status=422)
    assert "À remplir." in answer.text
    assert session.query(Comment).count() == 0


def test_one_is_called_and_says_that_one_has_seen(as_person, passage, world, session):
    karim = as_person("karim")
    page = karim.get(page_of(passage))
    assert ">Philippe<" in page
    assert 'value="' + world.accounts["autre_helene"] not in page
    karim.post(f"{page_of(passage)}/fils", {"body": "Une date ?", "mentioned": [world.accounts["philippe"], world.accounts["helene"]]})
    helene = as_person("helene")
    assert "On vous appelle ici." in helene.get(page_of(passage))
    helene.post(f"{page_of(passage)}/mentions/vues")
    session.rollback()
    seen = {row.account_id: row.seen_at is not None for row in session.query(Mention)}
    assert seen == {world.accounts["helene"]: True, world.accounts["philippe"]: False}
    assert "On vous appelle ici." not in helene.get(page_of(passage))


def test_other_words_are_proposed_without_javascript(as_person, passage, session):
    maud = as_person("maud")
    maud.get(page_of(passage))
    maud.post(f"{page_of(passage)}/proposer", {"about": "J’ai voté le budget.", "words": "Nous avons voté le budget."})
    page = as_person("helene").get(page_of(passage))
    assert "Je propose" in page
    assert "Nous avons voté le budget." in page
    assert one(session, CommentThread).quotation == "J’ai voté le budget."


def test_an_editor_in_review_comments_and_sees_voices_as_they_choose_to_be_shown(as_person, passage, site, world):
    with site.writer.begin() as uow:
        uow.session.get_one(Story, world.stories["legumerie"]).state = "in_review"
        uow.session.get_one(Story, world.stories["legumerie"]).submitted_version_id = "0" * 20
        uow.session.get_one(Voice, world.voices["helene"]).display = "category"
    helene = as_person("helene")
    helene.get(page_of(passage))
    helene.post(f"{page_of(passage)}/fils", {"body": "Entre nous."})
    editor = as_person("editrice")
    page = editor.get(page_of(passage))
    main = page[page.index("<main") :]
    assert "Helene" not in main, "the category is all that she shows"
    assert "Les passages de ce récit" not in page
    editor.post(f"{page_of(passage)}/fils", {"body": "Pourquoi ce jour-là, @Helene ?", "mentioned": [world.accounts["maud"]]})
    assert "Appelle Socio-éco, Maud" in editor.get(page_of(passage))
    main = helene.get(page_of(passage))
    assert "Pourquoi ce jour-là" in main
    assert "Editrice" not in main, "the review speaks as the review"


@pytest.fixture
def live(app, passage, world):
    rooms = written_live(app)
    rooms.proposed[passage] = [Proposal(MARK, world.accounts["karim"], "à l’unanimité", "le budget", "J’ai voté ", ".")]
    return rooms


@pytest.mark.usefixtures("live")
def test_what_the_server_says_live_is_in_the_language_of_the_page(as_person, passage, world):
    helene, story = as_person("helene"), world.stories["legumerie"]
    for prefix in ("", "/en"):
        assert f'data-socket="{prefix}/vivant/{story}"' in helene.get(f"{prefix}{page_of(passage)}")
        assert f'data-here="{prefix}/vivant/{story}"' in helene.get(f"{prefix}/espace/recits/{story}")


def test_suggestions_are_decided_by_forms(as_person, passage, live, world, session):
    helene, karim, maud = as_person("helene"), as_person("karim"), as_person("maud")
    page = helene.get(page_of(passage))
    assert "<ins>à l’unanimité</ins>" in page
    assert "<del>le budget</del>" in page
    assert "Accepter" in page
    assert "Accepter" not in maud.get(page_of(passage))
    assert "Reprendre ma suggestion" in karim.get(page_of(passage))
    maud.post(f"{page_of(passage)}/suggestions/{MARK}/accepter", status=403)
    helene.post(f"{page_of(passage)}/suggestions/{MARK}/accepter")
    assert ("accept", passage, MARK) in live.asked
    assert one(session, Suggestion).state == "accepted"
    helene.post(f"{page_of(passage)}/suggestions/{MARK}/accepter", status=409)


def test_the_editor_s_page_holds_what_the_editor_reads(as_person, passage, live, world):
    helene, karim = as_person("helene"), as_person("karim")
    page = helene.get(page_of(passage))
    assert f'data-socket="/vivant/{world.stories["legumerie"]}"' in page
    assert f'data-voice="{world.voices["helene"]}"' in page
    assert f'data-voice="{world.voices["karim"]}"' in karim.get(page_of(passage))
    for name in ("state", "here", "tools", "text"):
        assert f'data-live="{name}"' in page
    assert "&#34;Bold&#34;" in as_person("helene").get("/en" + page_of(passage))
    simple = helene.get(page_of(passage) + "?simple=1")
    assert 'id="live"' not in simple
    assert "<textarea" in simple


def test_the_page_shows_what_is_being_written_right_now(as_person, passage, live, world):
    live.write(passage, "J’ai voté hier soir.\n", contributors=[world.accounts["helene"]])
    page = as_person("helene").get(page_of(passage))
    assert re.search(r"<textarea[^>]*>\s*J’ai voté hier soir.", page)
    assert "Version 2" in page


def test_words_typed_since_the_page_was_shown_are_not_signed(as_person, passage, live, world):
    helene = as_person("helene")
    page = helene.get(f"{page_of(passage)}/signer")
    seen = re.search(r'name="hash" value="(\w{64})"', page)[1]
    live.write(passage, "Tout autre chose.\n")
    answer = helene.post(f"{page_of(passage)}/signer", {"voice": world.voices["helene"], "hash": seen}, status=409)
    assert "Le texte a changé pendant que vous lisiez" in answer.text


def test_fragments_are_the_parts_of_the_page_alone(as_person, passage, world):
    karim = as_person("karim")
    karim.get(page_of(passage))
    karim.post(f"{page_of(passage)}/fils", {"body": "Une date ?"})
    margin = karim.get(f"{page_of(passage)}/marge")
    assert "Une date ?" in margin
    assert "<html" not in margin
    assert 'name="about"' not in margin, "the editor marks the words"
    plan = karim.get(f"/espace/recits/{world.stories['legumerie']}/plan?passage={passage}")
    assert 'aria-current="page"' in plan
    assert "<html" not in plan


def test_mon_espace_says_where_one_is_called_and_what_waits_for_a_decision(as_person, passage, live, world, site):
    karim, helene = as_person("karim"), as_person("helene")
    karim.get(page_of(passage))
    karim.post(f"{page_of(passage)}/fils", {"body": "Une date ?", "mentioned": [world.accounts["helene"], world.accounts["maud"]]})
    with site.writer.begin() as uow:
        keep_proposals(uow, passage, live.suggestions(passage))
    page = helene.get("/espace/")
    assert "Karim vous appelle dans la marge" in page
    assert "1 suggestion attend votre décision" in page
    assert "1 fil ouvert sur votre passage" in page
    page = as_person("maud").get("/espace/")
    assert "Karim vous appelle dans la marge" in page
    assert "attend votre décision" not in page
    assert "Dans la marge" not in as_person("philippe").get("/espace/")
    assert "Dans la marge" not in karim.get("/espace/")


def test_in_anothers_passage_the_page_says_whose_it_is_and_what_one_may_do(as_person, passage, site, world):
    karim, helene = as_person("karim"), as_person("helene")
    may = "Vous pouvez le commenter ou suggérer, pas le réécrire."
    assert f"Ce passage est celui d’Helene. {may}" in karim.get(page_of(passage))
    with site.writer.begin() as uow:
        someone = actor(site, world, "karim")
        other = add_passage(uow, someone, world.stories["legumerie"], world.moments["vote"], world.voices["karim"]).id
    assert f"Ce passage est celui de Karim. {may}" in helene.get(page_of(other))
    with site.writer.begin() as uow:
        revision = uow.session.get_one(Passage, passage).revision_id
        seen = uow.session.get_one(PassageRevision, revision).hash
        sign_passage(uow, actor(site, world, "helene"), passage, world.voices["helene"], seen)
    page = karim.get(page_of(passage))
    assert may not in page, "signed words are read and commented, until they are reopened"
    assert "jusqu’à ce que sa voix le rouvre." in page


def test_the_plan_names_a_voice_only_where_two_share_a_category(as_person, passage, site, world):
    plan = f"/espace/recits/{world.stories['legumerie']}/plan"
    assert "Élu·e, Helene" not in as_person("helene").get(plan)
    with site.writer.begin() as uow:  # the seat passes on: the former holder's passages stay
        uow.session.get_one(Voice, world.voices["helene"]).mandate_end = date(2026, 8, 31)
        seat_voice(uow, None, world.seats["helene"], "Paul Ferrand", "fonction", Mandate(date(2026, 9, 1), None), Display.NAME)
        uow.session.flush()
        paul = uow.session.query(Voice).filter_by(name="Paul Ferrand").one().id
        uow.session.add(
            Passage(
                story_id=world.stories["legumerie"],
                moment_id=world.moments["vote"],
                voice_id=paul,
                salt="0" * 32,
                position=9,
                created_at=uow.now,
            )
        )
    page = as_person("karim").get(plan)
    assert "Élu·e, Helene" in page
    assert "Élu·e, Paul Ferrand" in page
