"""Whatever is put into a form: never a 500, a message in words, nothing lost, and what is kept is kept as text."""

import pytest
from sqlalchemy import select, text

from app.db.models import Comment, MailMessage, Story
from app.web.gate import takes_no_token
from tests.told_stories import told_story
from tests.web.bad_input.helpers import POSTS, allowed_role, is_said, multipart
from tests.web.matrix import PART, read_table

NASTY = "\x00\x01\x1b\x7f\u0085\u200b\u202e\ufeff\ufffe\U0010ffff"


PAYLOADS = {
    "no field": lambda names: {},
    "blanks": lambda names: dict.fromkeys(names, "  \t\r\n "),
    "nul and control": lambda names: {name: f"a{NASTY}b" for name in names},
    "only nul": lambda names: dict.fromkeys(names, "\x00"),
    "huge": lambda names: dict.fromkeys(names, "é" * 30_000),
    "twice": lambda names: {name: ["un", "deux"] for name in names},
    "markup": lambda names: dict.fromkeys(names, "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}%(name)s%s{0}"),
    "invalid utf-8": lambda names: b"&".join(name.encode() + b"=%ff%fe%00%c3%28%ed%a0%80" for name in names),
    "half a sequence": lambda names: b"&".join(name.encode() + b"=%c3&%ff=%ff" for name in names),
}


WITHOUT_TOKEN = {"/communication/lettre", "/communication/lettre/confirmer/<token>", "/communication/lettre/fin/<key>"}


@pytest.mark.parametrize("line", POSTS, ids=lambda line: line.key)
def test_no_form_breaks_on_what_is_put_into_it(stage, line):
    role = allowed_role(line)
    names = list(line.sends[1]) or ["x"]
    broken = []
    for kind, make in PAYLOADS.items():
        answer = stage.ask(line, role, fields=make(names))
        if not is_said(answer):
            broken.append(f"{kind}: {answer.status_code}")
        if "<script>alert(1)" in answer.text:
            broken.append(f"{kind}: markup came back as markup")
        stage.back()
    assert broken == []


IDENTIFIED = [line for line in POSTS if any(part.endswith("_id") for part in PART.findall(line.rule))]


@pytest.mark.parametrize("line", IDENTIFIED, ids=lambda line: line.key)
def test_an_unknown_id_in_an_address_is_not_found_and_changes_nothing(stage, line):
    role = allowed_role(line)
    before = stage.everything()
    for part in PART.findall(line.rule):
        if part.endswith("_id"):
            answer = stage.ask(line, role, without=(part,))
            assert answer.status_code == (403 if part == "voice_id" and "position" in line.rule else 404), part
            assert stage.everything() == before, part


def test_only_forms_of_readers_need_no_token(app):
    """They are open to everybody, change nothing but what their own link or address is about, and set no cookie (views marked `without_token`)."""
    marked = {
        rule.rule for rule in app.url_map.iter_rules() if takes_no_token(app.view_functions[rule.endpoint]) and "POST" in rule.methods
    }
    assert marked == WITHOUT_TOKEN


@pytest.mark.parametrize("line", [line for line in POSTS if line.rule not in WITHOUT_TOKEN], ids=lambda line: line.key)
def test_a_form_without_a_valid_token_changes_nothing_and_says_so(stage, line):
    role = allowed_role(line)
    before = stage.everything()
    others = stage.tokens["foreign" if role != "foreign" else "member"]
    keeps_text = line.cells["anon"] == "401"
    for token in ("", "x", "IjEi.aaaa.bbbb", others, "\x00", "é" * 50):
        answer = stage.ask(line, role, token=token)
        assert answer.status_code == 400, token
        if keeps_text:
            assert "Votre texte est là" in answer.text
            for value in line.sends[1].values():
                assert stage.value(value) in answer.text
        else:
            assert "n’a pas pu être vérifié" in answer.text
    assert stage.everything() == before


def test_no_page_is_changed_by_being_read(stage):
    """GET and HEAD change nothing, whoever asks: no link in a mail or picture can act."""
    before = stage.everything()
    for line in read_table():
        if line.method == "GET":
            for role in ("anon", "member", "editor", "admin"):
                stage.ask(line, role)
    assert stage.everything() == before


def test_a_method_that_an_address_does_not_know_is_refused_with_a_page(browser):
    for method in ("put", "delete", "patch"):
        answer = getattr(browser.client, method)("/recits/")
        assert answer.status_code == 405
        assert "<h1>" in answer.text
        assert answer.headers.get("Allow"), "HTTP asks for it"


def test_a_refusal_speaks_the_reader_s_language(browser):
    """Not the framework's English."""
    page = browser.client.put("/recits/").text
    assert "method is not allowed" not in page


def test_many_fields_are_refused_or_ignored(browser):
    browser.get("/connexion")
    many = {f"f{number}": "x" for number in range(5000)}
    for sent in (many, {**many, "email": "a@b.example", "password": "non"}):
        browser.post("/connexion", sent, status=None)
        assert browser.last.status_code in (401, 413, 422)
        assert "<h1>" in browser.last.text
    browser.get("/connexion")
    body, kind = multipart({"csrf_token": browser.token(), **many})
    answer = browser.client.post("/connexion", data=body, content_type=kind)
    assert answer.status_code == 413
    assert "<h1>" in answer.text


def test_a_body_that_is_too_heavy_is_refused_in_words(browser):
    browser.get("/connexion")
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        answer = browser.client.post("/connexion", data=b"a=" + b"x" * (13 * 1024 * 1024), content_type=content_type)
        assert answer.status_code in (400, 413)
        assert "<h1>" in answer.text
    body, kind = multipart({"csrf_token": browser.token(), "email": "x" * (3 * 1024 * 1024), "password": "x"})
    answer = browser.client.post("/connexion", data=body, content_type=kind)
    assert answer.status_code == 413
    assert "Envoi trop lourd" in answer.text


def test_a_form_of_words_that_is_too_heavy_is_refused_on_a_whole_page(as_person, world):
    """The page that gives words back must not read the form that was too heavy to read."""
    helene = as_person("helene")
    path = f"/espace/recits/{world.stories['legumerie']}/titre"
    helene.get(path)
    helene.post(path, {"title": "Un titre", "standfirst": "x" * (13 * 1024 * 1024)}, status=413)
    assert "Envoi trop lourd" in helene.last.text


def test_a_text_over_the_limit_of_a_passage_is_kept_and_said(as_person, world):
    helene = as_person("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    path = helene.last.headers["Location"]
    helene.get(path)
    helene.post(path, {"body": "Un long récit. " * 6000, "base": "", "prompt": ""}, status=422)
    assert "Texte trop long" in helene.last.text
    assert helene.last.text.count("Un long récit.") >= 6000
    assert "Un long récit." in helene.get(path)


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded; charset=utf-16", ""]
)
def test_a_body_of_another_kind_is_refused(browser, content_type):
    answer = browser.client.post("/connexion", data=b'{"email": "x"}\xff', content_type=content_type)
    assert answer.status_code == 400
    assert "<h1>" in answer.text


def test_a_comment_that_is_too_long_comes_back_with_the_reason(as_person, site, world, session):
    """To the editor and to a member alike."""
    story = told_story(site, world, "Le récit proposé", "submitted")
    for name in ("editrice", "helene"):
        person = as_person(name)
        person.get("/espace/")
        person.post(f"/relecture/{story}/commentaires", {"body": "Trop long. " * 400}, status=None)
        assert person.last.status_code in (409, 422)
        assert "est vide" not in person.last.text, name
        assert "Trop long" in person.last.text, name
    assert session.scalars(select(Comment.id)).all() == []


def test_a_line_end_in_a_title_does_not_stop_the_post(as_person, site, world, session):
    """A title with a line end in it would be a header of the mail's own; and one bad mail must not hold back the others."""
    helene = as_person("helene")
    path = f"/espace/delegations/{world.delegations['brumeval']}/recits/nouveau"
    helene.get(path)
    helene.post(path, {"title": "Un titre\nBcc: tous@exemple.test", "standfirst": ""}, status=None)
    session.rollback()
    titles = session.scalars(select(Story.title)).all()
    assert not any("\n" in title for title in titles), "a title is one line"


def test_a_mail_that_cannot_be_written_does_not_hold_back_the_others(site, world):
    with site.writer.begin() as uow:
        uow.session.add(MailMessage(recipient="a@exemple.test", subject="Bonjour\nBcc: b@exemple.test", body="x", created_at=uow.now))
        uow.session.add(MailMessage(recipient="c@exemple.test", subject="Bonjour", body="y", created_at=uow.now))
    site.postman.deliver_due()
    with site.writer.begin() as uow:
        sent = set(uow.session.scalars(select(MailMessage.recipient).where(MailMessage.sent_at.is_not(None))))
    assert "c@exemple.test" in sent
    for path in site.settings.mail_folder.glob("*.eml"):
        assert b"\nBcc:" not in path.read_bytes()


def test_one_line_fields_are_one_line(as_person, site, world, session):
    helene, organiser = as_person("helene"), as_person("organisation")
    helene.get(f"/espace/moments/{world.moments['vote']}")
    helene.post(f"/espace/moments/{world.moments['vote']}", {"title": "Un\njour", "date": "mai 2022", "place": "Une\r\nsalle"}, status=None)
    page = helene.get(f"/espace/delegations/{world.delegations['brumeval']}/parcours")
    assert "Un\njour" not in page
    organiser.get("/configuration/programmes")
    organiser.post("/configuration/programmes", {"name": "Un\nprogramme", "description": ""}, status=None)
    names = session.scalars(text("SELECT name FROM programme")).all()
    assert not any("\n" in name for name in names)


def test_a_description_has_a_limit_when_it_is_made_as_when_it_is_changed(as_person, world):
    organiser = as_person("organisation")
    long = "é" * 100_000
    organiser.get("/configuration/programmes")
    organiser.post("/configuration/programmes", {"name": "Un programme", "description": long}, status=422)
    for where in ("phases", "chantiers"):
        sent = {"name": "Un nom", "kind": "thematic", "description": long}
        organiser.post(f"/configuration/programmes/{world.programme}/{where}", sent, status=422)


def test_an_official_code_has_ascii_digits(as_person, world):
    organiser = as_person("organisation")
    path = f"/configuration/territoires/{world.territories['brumeval']}"
    for field, code in (
        ("siren", "²²²²²²²²²"),
        ("siren", "٣٣٣٣٣٣٣٣٣"),
        ("insee", "1ßßßß"),
        ("insee", "0１２３４"),
        ("siren", "12345678"),
        ("insee", "x"),
    ):
        organiser.get(path)
        organiser.post(path, {"name": "Pays de Brumeval", "description": "", field: code}, status=422)
