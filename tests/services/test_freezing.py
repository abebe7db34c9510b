"""Steps after which words stand: whoever asks, they hold what is being written, or are refused; no page needs to have been looked at before."""

import pytest
from sqlalchemy import select

from app.db.models import Approval, AuditEntry, Passage, PassageRevision, StoryVersion
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.kernel.events import PassageSigned
from app.services import approvals, freezing, workflow
from app.services.saving import Saved, save_beside_others

BASE_URL = "http://localhost"


@pytest.fixture
def site(app, live):
    """The site with the rooms of `live`."""
    return app.extensions["recits"]


@pytest.fixture
def passage(desk):
    found = desk.add("helene")
    desk.save("helene", found, "Nous avons voté.")
    return found


def types(live, desk, passage, body, name="helene"):
    live.write(passage, f"{body}\n", contributors=[desk.world.accounts[name]])


def current(desk, passage):
    desk.session.rollback()
    return desk.session.get_one(PassageRevision, desk.session.get_one(Passage, passage).revision_id)


def bodies(desk, passage):
    desk.session.rollback()
    query = select(PassageRevision.body).where(PassageRevision.passage_id == passage).order_by(PassageRevision.number)
    return [body.strip() for body in desk.session.scalars(query)]


def signatures(desk):
    desk.session.rollback()
    return list(desk.session.scalars(select(Approval.hash).where(Approval.revoked_at.is_(None))))


def sign(rooms, desk, passage, seen, name="helene"):
    return freezing.sign(rooms, desk.who(name), passage, desk.world.voices[name], seen)


def submit(rooms, desk, name="helene"):
    return freezing.submit(rooms, desk.who(name), desk.story, BASE_URL)


def missing(refusal):
    return [(obstacle.reason, obstacle.passage) for obstacle in refusal.value.facts["obstacles"]]


# — signing —


def test_a_signature_under_words_that_were_read_before_others_were_typed_is_refused(desk, live, rooms, passage):
    seen = current(desk, passage).hash
    types(live, desk, passage, "Nous avons tous voté.")
    with pytest.raises(Refused, match="words_changed"):
        sign(rooms, desk, passage, seen)
    assert bodies(desk, passage) == ["Nous avons voté.", "Nous avons tous voté."], "what was typed is a version all the same"
    assert signatures(desk) == []
    assert sign(rooms, desk, passage, current(desk, passage).hash) == desk.story
    assert signatures(desk) == [current(desk, passage).hash]


def test_a_signature_is_bound_to_what_was_sealed_if_somebody_types_in_between(desk, live, rooms, passage):
    types(live, desk, passage, "Nous avons tous voté.")
    live.meanwhile = lambda found: types(live, desk, found, "Nous n’avons pas voté.")
    with pytest.raises(Refused, match="words_changed"):
        sign(rooms, desk, passage, current(desk, passage).hash)
    seen = current(desk, passage).hash
    types(live, desk, passage, "Nous avons tous voté.")
    with pytest.raises(Refused, match="words_unsealed"):
        sign(rooms, desk, passage, seen)
    assert signatures(desk) == []


def test_the_same_words_are_signed_again_after_they_were_reopened(desk, passage):
    """Whoever listens hears of it as of the first signature: open pages are closed by it."""
    desk.sign("helene", passage)
    seen, voice = current(desk, passage).hash, desk.world.voices["helene"]
    desk.do(approvals.reopen_passage, "helene", passage)
    heard = []
    with desk.site.writer.begin() as uow:
        approvals.sign_passage(uow, desk.who("helene"), passage, voice, seen)
        heard.extend(uow.events)
    assert heard == [PassageSigned(desk.story, passage, voice)]
    assert signatures(desk) == [seen], "one signature of one voice under the same words"
    verbs = desk.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_id == passage).order_by(AuditEntry.seq))
    assert list(verbs)[-3:] == ["passage.sign", "passage.reopen", "passage.sign"]


def test_whoever_calls_the_verb_itself_cannot_sign_an_older_text(desk, live, passage):
    seen = current(desk, passage).hash
    types(live, desk, passage, "Nous avons tous voté.")
    with pytest.raises(Refused, match="words_unsealed"):
        desk.do(approvals.sign_passage, "helene", passage, desk.world.voices["helene"], seen)
    assert signatures(desk) == []


def test_nobody_has_another_delegation_s_words_sealed(desk, live, rooms, passage):
    types(live, desk, passage, "Nous avons tous voté.")
    with pytest.raises(NotFound):
        sign(rooms, desk, passage, "0" * 64, "autre_helene")
    with pytest.raises(NotFound):
        submit(rooms, desk, "autre_helene")
    with pytest.raises(NotAllowed):
        freezing.restore(rooms, desk.who("karim"), passage, current(desk, passage).id)
    assert live.asked == []


# — proposing to the editors —


def test_a_story_is_proposed_with_the_last_words_of_every_passage(desk, live, rooms, passage):
    """A command or a job submits, and nobody has opened a page since the words were typed."""
    desk.sign("helene", passage)
    signed = current(desk, passage).hash
    desk.do(approvals.reopen_passage, "helene", passage)
    types(live, desk, passage, "Nous avons tous voté.")
    with pytest.raises(Refused, match="not_ready") as refusal:
        submit(rooms, desk)
    assert missing(refusal) == [("passage_unsigned", passage)]
    assert current(desk, passage).hash != signed
    sign(rooms, desk, passage, current(desk, passage).hash)
    version = submit(rooms, desk)
    desk.session.rollback()
    (told,) = desk.session.get_one(StoryVersion, version).manifest["passages"]
    assert told["hash"] == current(desk, passage).hash
    assert bodies(desk, passage)[-1] == "Nous avons tous voté."


def test_words_that_came_with_the_signature_keep_the_story_from_being_proposed_until_it_is_reopened(desk, live, rooms, passage):
    desk.sign("helene", passage)
    types(live, desk, passage, "Nous avons voté. Tard.")
    for propose in (lambda: submit(rooms, desk), lambda: desk.do(workflow.submit_story, "helene", desk.story, BASE_URL)):
        with pytest.raises(Refused, match="not_ready") as refusal:
            propose()
        assert missing(refusal) == [("passage_late_words", passage)]
    desk.do(approvals.reopen_passage, "helene", passage)
    with pytest.raises(Refused, match="not_ready") as refusal:
        submit(rooms, desk)
    assert missing(refusal) == [("passage_unsigned", passage)]
    assert bodies(desk, passage)[-1] == "Nous avons voté. Tard."
    sign(rooms, desk, passage, current(desk, passage).hash)
    submit(rooms, desk)


def test_words_that_cannot_be_a_version_keep_the_story_too(desk, live, rooms, passage, monkeypatch):
    monkeypatch.setattr(live, "seal", lambda passage_id: None)
    types(live, desk, passage, "Beaucoup trop.")
    with pytest.raises(Refused, match="not_ready") as refusal:
        submit(rooms, desk)
    assert missing(refusal) == [("passage_unsealed", passage)]


def test_the_page_says_what_came_late_and_how_to_go_on(app, as_person, desk, live, passage):
    desk.sign("helene", passage)
    helene = as_person("helene")
    late = "Des mots sont arrivés ici au moment de la signature."
    assert late not in helene.get(f"/espace/passages/{passage}")
    types(live, desk, passage, "Nous avons voté. Tard.")
    page = helene.get(f"/espace/passages/{passage}")
    assert late in page
    assert "Rouvrir ce passage" in page
    assert late in helene.get(f"/espace/passages/{passage}/pied")
    answer = helene.post(f"/espace/recits/{desk.story}/proposer", status=409)
    assert "Des mots y sont arrivés au moment de la signature" in answer.text


# — saving beside the rooms —


def test_a_form_that_is_saved_finds_what_is_being_written_and_the_room_hears_of_it(desk, live, rooms, passage):
    base = current(desk, passage).id
    types(live, desk, passage, "Nous avons voté.\n\nPuis mangé.")
    saved = save_beside_others(rooms, desk.who("helene"), passage, "Un vote.\n\nNous avons voté.\n", None, base, "fr")
    assert isinstance(saved, Saved)
    assert saved.merged
    assert bodies(desk, passage) == ["Nous avons voté.", "Nous avons voté.\n\nPuis mangé.", "Un vote.\n\nNous avons voté.\n\nPuis mangé."]
    assert live.asked[-1] == ("meet", passage, "Nous avons voté.\n\nPuis mangé.\n", "Un vote.\n\nNous avons voté.\n\nPuis mangé.\n")


def test_an_earlier_version_comes_back_after_the_last_words_became_one(desk, live, rooms, passage):
    first = current(desk, passage)
    types(live, desk, passage, "Nous avons tous voté.")
    assert freezing.restore(rooms, desk.who("helene"), passage, first.id) == 1
    assert bodies(desk, passage) == ["Nous avons voté.", "Nous avons tous voté.", "Nous avons voté."]
    assert live.asked[-1] == ("meet", passage, "Nous avons tous voté.\n", "Nous avons voté.\n")
    with pytest.raises(NotFound):
        freezing.restore(rooms, desk.who("helene"), passage, "0" * 20)


def test_another_question_stands_above_the_last_words(desk, live, rooms, passage):
    types(live, desk, passage, "Nous avons tous voté.")
    prompt = freezing.PromptAnswered("core:why", "Pourquoi ?")
    assert freezing.ask_otherwise(rooms, desk.who("helene"), passage, prompt)
    assert current(desk, passage).body == "Nous avons tous voté.\n"
    assert current(desk, passage).data["prompt"]["text"] == "Pourquoi ?"
