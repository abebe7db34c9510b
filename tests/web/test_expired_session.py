"""A session that ends while somebody writes, and a page left open too long: the words come back, and never go where they do not belong."""

import html
import re

import pytest
from sqlalchemy import select

from app.db.models import AccountSession, Comment, Draft, Moment, Passage, PassageRevision, Story, Voice
from tests.conftest import Browser
from tests.factories import PASSWORD, address
from tests.told_stories import told_story

WORDS = "Ce que j’écrivais depuis une heure, et que personne d’autre n’a : l’été, « la cour », <em>tout</em> & le reste.\n\nUn second paragraphe."
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
AREA = re.compile(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\n(.*?)</textarea>', re.DOTALL)


def fields_of(page: str) -> dict[str, str]:
    """What the page's form would send, as a browser reads it."""
    found = {name: html.unescape(value) for name, value in HIDDEN.findall(page)}
    found.update({name: html.unescape(value) for name, value in AREA.findall(page)})
    return found


def target_of(page: str) -> str:
    found = re.search(r'<form method="post" action="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


@pytest.fixture
def end_sessions(site):
    """Returns a function that ends every session, as time would."""

    def end() -> None:
        with site.writer.begin() as uow:
            for row in uow.session.scalars(select(AccountSession)):
                row.ended_at = uow.now

    return end


@pytest.fixture
def own_passage(as_person, world):
    """Hélène's empty passage, open in her browser; returns its path."""
    helene = as_person("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    path = helene.last.headers["Location"]
    helene.get(path)
    return path


def sign_in_with(browser: Browser, name: str) -> None:
    """Fills the sign-in form that the last page shows, with everything that it carries."""
    page = browser.last.text
    browser.post(target_of(page), {**fields_of(page), "email": address(name), "password": PASSWORD}, status=None)


def test_a_passage_sent_after_the_session_ended_is_an_unsaved_draft_after_signing_in(as_person, session, own_passage, end_sessions):
    helene = as_person("helene")
    end_sessions()
    helene.post(own_passage, {"body": WORDS, "base": "", "prompt": ""}, status=401)
    page = helene.last.text
    assert "Votre session a expiré pendant que vous écriviez" in page
    assert 'type="password"' in page
    carried = fields_of(page)
    assert carried["carried-body"].replace("\r\n", "\n") == WORDS
    sign_in_with(helene, "helene")
    assert helene.last.status_code == 303
    page = helene.follow()
    assert "pas encore enregistré" in page
    assert "la cour" in page
    assert html.unescape(re.search(r"<textarea[^>]*name=\"body\"[^>]*>\r?\n?(.*?)</textarea>", page, re.DOTALL)[1]) == WORDS
    assert session.scalar(select(PassageRevision.id)) is None, "nothing was saved behind her back"
    session.rollback()
    helene.post(own_passage, {"body": WORDS, "base": "", "prompt": ""})
    assert session.scalar(select(PassageRevision.plain)).startswith("Ce que j’écrivais")


def test_a_wrong_password_on_the_way_loses_nothing(as_person, own_passage, end_sessions):
    helene = as_person("helene")
    end_sessions()
    helene.post(own_passage, {"body": WORDS, "base": ""}, status=401)
    for password, status in (("faux", 401), ("", 422)):
        page = helene.last.text
        helene.post(target_of(page), {**fields_of(page), "email": address("helene"), "password": password}, status=status)
        assert fields_of(helene.last.text)["carried-body"].replace("\r\n", "\n") == WORDS
    sign_in_with(helene, "helene")
    assert "Un second paragraphe." in helene.follow()


def test_somebody_else_who_signs_in_sees_the_words_and_writes_nowhere(as_person, session, own_passage, end_sessions):
    helene = as_person("helene")
    for name in ("karim", "autre_helene", "personne", "editrice", "admin"):
        end_sessions()
        helene.post(own_passage, {"body": WORDS, "base": ""}, status=401)
        sign_in_with(helene, name)
        assert helene.last.status_code == 200
        assert fields_of(helene.last.text)["body"].replace("\r\n", "\n") == WORDS
        assert session.scalar(select(Draft.account_id)) is None
        assert session.scalar(select(PassageRevision.id)) is None
        session.rollback()
        page = helene.last.text
        helene.post(target_of(page), fields_of(page), status=403 if name == "karim" else 404)
        assert session.scalar(select(PassageRevision.id)) is None
        session.rollback()


def test_the_scribe_who_signs_in_finds_the_words_as_their_own_draft(as_person, session, world, own_passage, end_sessions):
    helene = as_person("helene")
    end_sessions()
    helene.post(own_passage, {"body": WORDS, "base": ""}, status=401)
    sign_in_with(helene, "scribe")
    assert helene.last.status_code == 303
    assert session.scalars(select(Draft.account_id)).all() == [world.accounts["scribe"]]


def test_the_last_words_kept_elsewhere_are_not_overwritten_without_a_word(as_person, app, session, own_passage, end_sessions):
    """Autosave on the phone kept newer words than the page that was left open at the office."""
    helene = as_person("helene")
    end_sessions()
    helene.post(own_passage, {"body": WORDS, "base": ""}, status=401)
    phone = Browser(app.test_client()).sign_in("helene")
    phone.get(own_passage)
    phone.post(f"{own_passage}/brouillon", {"body": "Les mots du téléphone, plus récents.", "base": ""}, status=200)
    sign_in_with(helene, "helene")
    page = helene.follow() if helene.last.status_code == 303 else helene.last.text
    kept = session.scalars(select(Draft.body)).all()
    assert any("Les mots du téléphone" in text for text in [*kept, page])


def _story(world) -> str:
    return world.stories["legumerie"]


FORMS = {
    "title": (
        "helene",
        lambda w, made: f"/espace/recits/{_story(w)}/titre",
        {"title": "Un titre qui dit tout de ce jour-là", "standfirst": WORDS},
        lambda s, w, made: s.get(Story, _story(w)).title == "Un titre qui dit tout de ce jour-là",
    ),
    "new story": (
        "helene",
        lambda w, made: f"/espace/delegations/{w.delegations['brumeval']}/recits/nouveau",
        {"title": "Un autre récit à raconter", "standfirst": "Trois mots."},
        lambda s, w, made: s.scalar(select(Story.id).where(Story.title == "Un autre récit à raconter")) is not None,
    ),
    "moment": (
        "karim",
        lambda w, made: f"/espace/moments/{w.moments['tour']}",
        {
            "title": "Le tour, et ce qui n’y fut pas dit",
            "date": "mai 2022",
            "place": "",
            "phase": "",
            "description": "Deux phrases, pas plus.",
        },
        lambda s, w, made: s.get(Moment, w.moments["tour"]).revision_id is not None,
    ),
    "comment": (
        "helene",
        lambda w, made: f"/relecture/{made}/commentaires",
        {"body": "Un commentaire assez long pour manquer à qui l’a écrit.", "passage": ""},
        lambda s, w, made: s.scalar(select(Comment.body)) == "Un commentaire assez long pour manquer à qui l’a écrit.",
    ),
    "reasons": (
        "editrice",
        lambda w, made: f"/relecture/{made}/rendre",
        {"reasons": "Des raisons que l’éditrice a pesées\nune à une."},
        lambda s, w, made: s.get(Story, made).state == "changes_requested",
    ),
    "stance": (
        "helene",
        lambda w, made: f"/espace/moments/{w.moments['vote']}/position/{w.voices['helene']}",
        {"stance": "nuance", "note": "Pas tout à fait d’accord, et voici pourquoi."},
        lambda s, w, made: True,
    ),
    "missing voice": (
        "helene",
        lambda w, made: f"/espace/recits/{_story(w)}/moments/{w.moments['vote']}/voix-manquante/state_agent",
        {"reason": "Le poste était vacant depuis le printemps."},
        lambda s, w, made: True,
    ),
    "image": (
        "helene",
        lambda w, made: f"/espace/recits/{_story(w)}/images",
        {"alt": "La cour de la cantine, un matin de gel", "credit": "Hélène, février 2022"},
        None,
    ),
    "territory": (
        "organisation",
        lambda w, made: f"/configuration/territoires/{w.territories['brumeval']}",
        {"name": "Pays de Brumeval", "nature": "Pays", "description": WORDS, "insee": "", "siren": ""},
        lambda s, w, made: True,
    ),
    "programme": (
        "organisation",
        lambda w, made: f"/configuration/programmes/{w.programme}",
        {"name": "Un programme", "description": "Une présentation assez longue."},
        lambda s, w, made: True,
    ),
}


@pytest.fixture
def in_review(site, world):
    return told_story(site, world, "Le récit en relecture", "in_review")


@pytest.mark.parametrize("name", FORMS)
def test_any_form_that_carries_text_comes_back_after_signing_in_and_is_then_accepted(
    name, as_person, world, session, in_review, end_sessions
):
    who, path_of, sent, done = FORMS[name]
    path = path_of(world, in_review)
    person = as_person(who)
    end_sessions()
    person.post(path, sent, status=401)
    sign_in_with(person, who)
    assert person.last.status_code == 200, "the resend page"
    page = person.last.text
    assert "rien n’est perdu" in page
    again = fields_of(page)
    assert {key: again[key].replace("\r\n", "\n") for key in sent} == sent
    assert target_of(page) == path
    person.post(path, again, status=303 if done else 422)
    if done is None:
        assert html.escape(sent["alt"]) in person.last.text, "the image must be chosen again, its words need not be typed again"
    else:
        assert done(session, world, in_review)


@pytest.mark.parametrize("name", FORMS)
def test_a_stale_token_brings_the_words_back_with_a_fresh_one(name, as_person, world, session, in_review):
    """A tab that was open before signing in again: its token is worth nothing, its words are."""
    who, path_of, sent, done = FORMS[name]
    path = path_of(world, in_review)
    person = as_person(who)
    for token in ("", "IjAi.forged.forged"):
        person.post(path, {**sent, "csrf_token": token}, status=400)
        again = fields_of(person.last.text)
        assert {key: again[key].replace("\r\n", "\n") for key in sent} == sent
    person.post(path, again, status=303 if done else 422)
    assert done is None or done(session, world, in_review)


def test_a_stale_token_on_a_passage_brings_the_words_back(as_person, session, own_passage):
    helene = as_person("helene")
    helene.post(own_passage, {"body": WORDS, "base": "", "prompt": "", "csrf_token": "old"}, status=400)
    again = fields_of(helene.last.text)
    assert again["body"].replace("\r\n", "\n") == WORDS
    helene.post(own_passage, again)
    assert session.scalar(select(PassageRevision.id)) is not None


def test_the_token_of_another_person_s_page_writes_nothing(as_person, session, own_passage):
    """Signed in as somebody else in another tab: the old page's token is of a session that is gone."""
    helene = as_person("helene")
    old = helene.token()
    helene.post("/deconnexion")
    helene.sign_in("karim")
    helene.post(own_passage, {"body": WORDS, "base": "", "csrf_token": old}, status=400)
    assert fields_of(helene.last.text)["body"].replace("\r\n", "\n") == WORDS
    helene.post(own_passage, fields_of(helene.last.text), status=403)
    assert session.scalar(select(PassageRevision.id)) is None
    assert session.scalar(select(Draft.body)) is None


def test_what_is_carried_cannot_fill_the_sign_in_form_or_lead_elsewhere(browser, app, own_passage, end_sessions):
    stranger = Browser(app.test_client())
    stranger.get("/connexion")
    sent = {"body": WORDS, "email": "mechant@exemple.test", "password": "x", "carried_to": "//mechant.example/", "csrf_token": ""}
    stranger.post(own_passage, sent, status=401)
    page = stranger.last.text
    assert 'value="mechant@exemple.test"' not in page.split('name="carried_to"')[0]
    assert fields_of(page)["carried_to"] == own_passage
    for target in ("//mechant.example/", "https://mechant.example/", "/\\mechant.example", "javascript:alert(1)", ""):
        stranger.get("/connexion")
        fields = {"email": address("helene"), "password": PASSWORD, "carried_to": target, "carried-body": WORDS}
        stranger.post("/connexion", fields)
        assert stranger.last.headers["Location"] == "/espace/"
        stranger.post("/deconnexion")


def test_markup_in_carried_words_stays_text(app, own_passage):
    stranger = Browser(app.test_client())
    stranger.get("/connexion")
    nasty = '</textarea><script>alert(1)</script><input name="x" value="'
    stranger.post(own_passage, {"body": nasty * 2, 'a"><script>': "un mot ou deux", "csrf_token": ""}, status=401)
    assert "<script>alert" not in stranger.last.text
    assert 'a"><script>' not in stranger.last.text


def test_a_form_without_words_leads_to_signing_in_and_back(app, world):
    stranger = Browser(app.test_client())
    stranger.get("/connexion")
    stranger.post(f"/espace/recits/{_story(world)}/proposer")
    assert stranger.last.headers["Location"].startswith("/connexion")
    stranger.get("/espace/?a=1", status=302)
    assert stranger.last.headers["Location"] == "/connexion?next=/espace/?a%3D1"
    stranger.follow()
    page = stranger.last.text
    stranger.post(target_of(page), {**fields_of(page), "email": address("helene"), "password": PASSWORD})
    assert stranger.last.headers["Location"] == "/espace/?a=1"


def test_who_reads_in_english_comes_back_in_english(app):
    stranger = Browser(app.test_client())
    stranger.get("/en/espace/", status=302)
    stranger.follow()
    page = stranger.last.text
    stranger.post(target_of(page), {**fields_of(page), "email": address("helene"), "password": PASSWORD})
    assert stranger.last.headers["Location"] == "/en/espace/"


def test_words_sent_after_a_locked_story_are_kept_as_a_draft(as_person, site, world, session, own_passage):
    """Karim proposed the story while Hélène was typing: her words wait for her."""
    helene = as_person("helene")
    helene.post(own_passage, {"body": "Un premier jet.", "base": "", "prompt": ""})
    with site.writer.begin() as uow:
        uow.session.get(Story, _story(world)).state = "submitted"
    base = session.scalar(select(PassageRevision.id))
    helene.post(own_passage, {"body": WORDS, "base": base, "prompt": ""}, status=409)
    assert "Un second paragraphe." in helene.get(own_passage)


def test_words_sent_to_a_passage_that_went_to_the_trash_come_back(as_person, site, world, session):
    """A shared passage that somebody else put aside meanwhile: the page says so and still holds the words."""
    helene, karim = as_person("helene"), as_person("karim")
    story = f"/espace/recits/{_story(world)}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": ""})
    path = helene.last.headers["Location"]
    helene.get(path)
    karim.post(f"{path}/corbeille")
    helene.post(path, {"body": WORDS, "base": "", "prompt": ""}, status=None)
    kept = session.scalars(select(Draft.body)).all()
    assert helene.last.status_code in (404, 409)
    assert any("Un second paragraphe." in text for text in [*kept, helene.last.text])


def test_words_sent_after_one_s_mandate_ended_come_back(as_person, site, world, session, own_passage):
    helene = as_person("helene")
    with site.writer.begin() as uow:
        uow.session.get(Voice, world.voices["helene"]).mandate_end = uow.now.date().replace(year=uow.now.year - 1)
    helene.post(own_passage, {"body": WORDS, "base": "", "prompt": ""}, status=404)
    assert session.scalar(select(PassageRevision.id)) is None, "the right is gone"
    assert "Un second paragraphe." in helene.last.text, "the words are still hers to copy"


def test_autosave_without_a_session_does_not_say_that_it_kept_anything(as_person, session, own_passage, end_sessions):
    helene = as_person("helene")
    end_sessions()
    helene.post(f"{own_passage}/brouillon", {"body": WORDS, "base": ""}, status=None)
    assert helene.last.status_code in (303, 401)
    assert "kept" not in helene.last.text
    assert session.scalar(select(Draft.body)) is None


def test_an_old_draft_of_a_passage_is_its_writer_s_alone(as_person, session, own_passage):
    helene = as_person("helene")
    helene.post(f"{own_passage}/brouillon", {"body": WORDS, "base": ""}, status=200)
    for name in ("karim", "scribe"):
        assert "Un second paragraphe." not in as_person(name).get(own_passage)
    assert session.scalars(select(Passage.revision_id)).all() == [None]
