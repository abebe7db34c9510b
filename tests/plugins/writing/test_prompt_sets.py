"""Sets of writing questions: several, named, put in order, switched on and off, for a programme or a form; the starter set is an example.

Exercises register_checks with the real plugin.
"""

import re

import pytest

from app.db.models import Passage
from plugins.communication.models import Prompt, PromptSet
from plugins.communication.rules.prompts import Candidate, moved, ranked
from plugins.communication.services import prompts

PAGE = "/communication/questions"


def questions_for(browser, passage: str) -> list[str]:
    """Returns the questions that the writing page offers, in their order."""
    page = browser.get(f"/espace/passages/{passage}")
    return [
        re.sub(r"\s*<span.*", "", words, flags=re.S).strip()
        for words in re.findall(r'name="prompt" id="q[1-9]\d*" value="[^"]*"><label for="q\d+">(.*?)</label>', page, re.S)
    ]


@pytest.fixture
def empty_passage(as_person, world, session):
    """Returns what begins an empty passage of Hélène in a story of a form."""

    def begin(form: str = "recit-croise") -> str:
        helene = as_person("helene")
        path = f"/espace/delegations/{world.delegations['brumeval']}/recits/nouveau"
        helene.get(path)
        helene.post(path, {"title": f"Un {form}", "standfirst": "", "format": form})
        story = str(helene.last.headers["Location"])
        helene.get(story)
        helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
        session.rollback()
        return str(helene.last.headers["Location"]).rsplit("/", 1)[1]

    return begin


def add_set(editor, name: str, **fields) -> None:
    editor.get(f"{PAGE}/jeux/nouveau")
    editor.post(f"{PAGE}/jeux/nouveau", {"name": name, "description": "", "programme": "", "format": "", **fields})


def add_question(editor, text: str, **fields) -> None:
    editor.get(PAGE)
    editor.post(PAGE, {"text": text, "set": "", "phase": "", "category": "", "format": "", **fields})


def test_the_closest_question_comes_first_then_the_earlier_set_then_the_earlier_place():
    made = [
        Candidate("all", None, None, 1, None, 1),
        Candidate("form", None, None, 9, "portrait", 2),
        Candidate("other form", "diagnostic", "state_agent", 1, "chronique", 1),
        Candidate("second set", None, None, 1, None, 2),
        Candidate("all again", None, None, 2, None, 1),
        Candidate("three", "diagnostic", "state_agent", 9, "portrait", 9),
    ]
    found = [entry.key for entry in ranked(made, "diagnostic", "state_agent", "portrait")]
    assert found == ["three", "form", "all", "all again", "second set"]
    assert moved(["a", "b", "c"], "b", -1) == ["b", "a", "c"]
    assert moved(["a", "b", "c"], "c", 1) == ["a", "b", "c"]


def test_a_set_for_a_form_is_offered_in_that_form_alone(as_person, session, empty_passage):
    editor, helene = as_person("editrice"), as_person("helene")
    add_set(editor, "Portraits", format="portrait")
    portraits = session.query(PromptSet).filter_by(name="Portraits").one().id
    add_question(editor, "Que faites-vous à huit heures ?", set=portraits, phase="diagnostic", category="elected_official")
    assert "Que faites-vous à huit heures" in questions_for(helene, empty_passage("portrait"))[0]
    assert not any("huit heures" in words for words in questions_for(helene, empty_passage()))


def test_a_question_for_a_form_comes_first_there(as_person, empty_passage):
    editor, helene = as_person("editrice"), as_person("helene")
    add_question(editor, "Qu’est-ce qui vous manque ce matin ?", format="carnet-de-bord", phase="diagnostic", category="elected_official")
    assert "manque ce matin" in questions_for(helene, empty_passage("carnet-de-bord"))[0]
    assert not any("manque ce matin" in words for words in questions_for(helene, empty_passage("chronique")))


def test_a_set_for_another_programme_is_not_offered(as_person, site, session, empty_passage):
    from_admin = as_person("admin")
    from_admin.get("/configuration/programmes")
    from_admin.post("/configuration/programmes", {"name": "Un autre programme", "description": ""})
    editor = as_person("editrice")
    page = editor.get(f"{PAGE}/jeux/nouveau")
    other = re.search(r'<option value="([0-9a-z]{20})">Un autre programme', page)[1]
    add_set(editor, "Ailleurs", programme=other)
    ailleurs = session.query(PromptSet).filter_by(name="Ailleurs").one().id
    add_question(editor, "Là-bas, qu’avez-vous vu ?", set=ailleurs, phase="diagnostic", category="elected_official")
    assert not any("Là-bas" in words for words in questions_for(as_person("helene"), empty_passage()))


def test_a_set_that_is_off_offers_nothing_and_keeps_its_questions(as_person, session, empty_passage):
    editor, helene = as_person("editrice"), as_person("helene")
    starter = session.query(PromptSet).filter_by(starter_key="depart").one().id
    passage = empty_passage()
    assert questions_for(helene, passage)
    before = session.query(Prompt).count()
    editor.get(PAGE)
    editor.post(f"{PAGE}/jeux/{starter}/desactiver")
    assert questions_for(helene, passage) == []
    assert "éteint" in editor.get(PAGE)
    session.rollback()
    assert session.query(Prompt).count() == before
    editor.post(f"{PAGE}/jeux/{starter}/activer")
    assert questions_for(helene, passage)


def test_questions_are_moved_validated_and_edited(as_person, session):
    editor = as_person("editrice")
    starter = session.query(PromptSet).filter_by(starter_key="depart").one().id
    order = [row.id for row in prompts.list_prompts(session) if row.set_id == starter]
    editor.get(PAGE)
    editor.post(f"{PAGE}/{order[1]}/monter")
    editor.post(f"{PAGE}/{order[2]}/valider")
    session.rollback()
    assert [row.id for row in prompts.list_prompts(session) if row.set_id == starter][:2] == [order[1], order[0]]
    assert session.get_one(Prompt, order[2]).validated
    editor.get(f"{PAGE}/{order[0]}")
    editor.post(
        f"{PAGE}/{order[0]}",
        {"text": "Autre chose ?", "set": starter, "phase": "diagnostic", "category": "state_agent", "format": "portrait"},
    )
    session.rollback()
    row = session.get_one(Prompt, order[0])
    assert (row.text, row.phase, row.category, row.format, row.validated) == (
        "Autre chose ?",
        "diagnostic",
        "state_agent",
        "portrait",
        True,
    )


def test_sets_are_put_in_order_and_renamed(as_person, session):
    editor = as_person("editrice")
    add_set(editor, "Atelier de mars")
    march = session.query(PromptSet).filter_by(name="Atelier de mars").one().id
    editor.get(PAGE)
    editor.post(f"{PAGE}/jeux/{march}/monter")
    session.rollback()
    assert [row.name for row in prompts.list_sets(session)] == ["Atelier de mars", "Jeu de départ"]
    editor.get(f"{PAGE}/jeux/{march}")
    editor.post(f"{PAGE}/jeux/{march}", {"name": "Atelier d’avril", "description": "Pour commencer.", "programme": "", "format": ""})
    assert "Atelier d’avril" in editor.follow()
    assert "À remplir." in editor.post(f"{PAGE}/jeux/{march}", {"name": " "}, status=422).text


def test_sixty_questions_are_narrowed_by_phase_category_and_form(as_person, session):
    editor = as_person("editrice")
    for number in range(20):
        add_question(
            editor,
            f"Question numéro {number} ?",
            phase="diagnostic" if number % 2 else "",
            category="state_agent" if number % 3 == 0 else "",
        )
    everything = editor.get(PAGE)
    assert everything.count('id="q-') >= 56
    narrowed = editor.get(f"{PAGE}?phase=diagnostic&category=elected_official")
    assert 0 < narrowed.count('id="q-') < everything.count('id="q-')
    assert "Question numéro 3 ?" not in re.sub("[\u00a0\u202f]", " ", narrowed), "made for the State"
    assert "Question numéro 2 ?" in re.sub("[\u00a0\u202f]", " ", narrowed), "made for all"
    assert 'value="diagnostic" selected' in narrowed


def test_an_unknown_place_for_a_question_is_refused_beside_its_field(as_person):
    editor = as_person("editrice")
    for field in ("set", "phase", "category", "format"):
        editor.get(PAGE)
        page = editor.post(PAGE, {"text": "Où ?", "set": "", field: "x" * 20}, status=422).text
        assert "Ce choix n’est pas proposé" in page, field


def test_register_checks_say_how_many_questions_nobody_validated(as_person, site, session):
    found = prompts.check_validated(session)
    assert found.level == "warning"
    with site.writer.begin() as uow:
        uow.session.query(Prompt).update({"validated": True})
    session.rollback()
    assert prompts.check_validated(session).level == "ok"


def test_the_answered_question_outlives_its_set(as_person, session, empty_passage):
    editor, helene = as_person("editrice"), as_person("helene")
    passage = empty_passage()
    page = helene.get(f"/espace/passages/{passage}")
    ref, words = re.search(r'id="q1" value="([^"]+)"><label for="q1">([^<]+)', page).groups()
    helene.post(f"/espace/passages/{passage}", {"body": "Ce jour-là.", "base": "", "prompt": ref})
    starter = session.query(PromptSet).filter_by(starter_key="depart").one().id
    editor.get(PAGE)
    editor.post(f"{PAGE}/jeux/{starter}/desactiver")
    assert words.strip() in helene.get(f"/espace/passages/{passage}")
    assert session.get_one(Passage, passage).revision_id
