"""The quality grid: filled partly by the machine from the version itself, the rest by an editor; kept by version, never blocking, for editors alone."""

import re
from datetime import date

import pytest

from app.db.models import Story, StoryVersion
from plugins.communication.models import Assessment, Criterion
from plugins.communication.rules.quality import Answer, Facts, find
from tests.factories import actor
from tests.told_stories import carry

RUBRIC = "/communication/grille"
LONG = Facts(moments=3, first=date(2021, 9, 1), last=date(2022, 5, 1))


@pytest.mark.parametrize(
    ("machine", "facts", "answer"),
    [
        ("trajectory", LONG, Answer.YES),
        ("trajectory", Facts(moments=3, first=date(2022, 5, 1), last=date(2022, 5, 9)), Answer.PARTLY),
        ("trajectory", Facts(moments=1), Answer.NO),
        ("voices", Facts(categories=3), Answer.YES),
        ("voices", Facts(categories=2), Answer.PARTLY),
        ("voices", Facts(categories=1), Answer.NO),
        ("difficulty", Facts(disagreements=1, nuances=2), Answer.YES),
        ("difficulty", Facts(nuances=1), Answer.PARTLY),
        ("difficulty", Facts(), None),
        ("evidence", Facts(links=1), Answer.YES),
        ("evidence", Facts(evidence=1), Answer.YES),
        ("evidence", Facts(images=2), Answer.PARTLY),
        ("evidence", Facts(), Answer.NO),
        ("place_and_date", Facts(moments=2, placed=2), Answer.YES),
        ("place_and_date", Facts(moments=2, placed=1), Answer.PARTLY),
        ("place_and_date", Facts(moments=2), Answer.NO),
        ("learning", Facts(learnings=1), Answer.YES),
        ("learning", Facts(), None),
        ("alternatives", Facts(), Answer.YES),
        ("alternatives", Facts(images=2, described=1), Answer.PARTLY),
        (None, LONG, None),
        ("of-another-time", LONG, None),
    ],
)
def test_the_machine_proposes_what_it_can_count_and_nothing_else(machine, facts, answer):
    assert find(machine, facts).answer == answer


@pytest.fixture
def submitted(tell, site, world) -> str:
    story_id = tell({"vote": ("helene", "karim", "maud", "philippe")})
    carry(site, world, story_id, "in_review", actor(site, world, "helene"))
    return story_id


def fields_of(page: str) -> dict[str, str]:
    """Returns what the form on a page would send as it stands."""
    version = re.search(r'name="version" value="([0-9a-f]{64})"', page)[1]
    checked = dict(re.findall(r'name="(answer-[0-9a-z]{20})" id="[^"]+" value="(\w+)" checked', page))
    return {"version": version, **checked}


def test_the_editors_page_says_what_the_machine_finds_and_why(as_person, submitted):
    page = as_person("editrice").get(f"/relecture/{submitted}")
    for words in (
        "Grille de qualité",
        "Une trajectoire",
        "4 catégories d’acteurs parlent.",
        "Moments qui disent où : 1 sur 1.",
        "Aucune image",
        "à vous de lire",
    ):
        assert words in re.sub("[\u00a0\u202f]", " ", page), words
    assert "La machine propose" in page
    assert len([name for name in fields_of(page) if name.startswith("answer-")]) == 5, "two of seven only a person can answer"


def test_answers_are_kept_by_version_with_who_and_when_and_the_history_stays(as_person, submitted, session, world):
    editor = as_person("editrice")
    fields = fields_of(editor.get(f"/relecture/{submitted}"))
    learning = session.query(Criterion).filter_by(starter_key="un-apprentissage").one().id
    voices = session.query(Criterion).filter_by(starter_key="trois-voix").one().id
    path = f"/communication/relecture/{submitted}/grille"
    editor.post(path, {**fields, f"answer-{learning}": "partly", f"note-{learning}": "Au moment 1 seulement."})
    assert "2" not in re.search(r"enregistrée pour cette version", editor.follow())[0]
    page = editor.get(path)
    assert "Au moment 1 seulement." in page
    session.rollback()
    first = session.query(Assessment).count()
    assert first == 6
    assert {row.account_id for row in session.query(Assessment)} == {world.accounts["editrice"]}
    assert session.query(Assessment).filter_by(criterion_id=voices).one().found == "yes"
    editor.post(path, {**fields_of(page), f"note-{learning}": "Au moment 1 seulement."})
    session.rollback()
    assert session.query(Assessment).count() == first, "what did not change adds nothing"
    editor.get(path)
    editor.post(path, {**fields, f"answer-{learning}": "yes", f"note-{learning}": "Relu."})
    session.rollback()
    rows = session.query(Assessment).filter_by(criterion_id=learning).order_by(Assessment.at).all()
    assert [row.answer for row in rows] == ["partly", "yes"]
    page = editor.get(path)
    assert "Au moment 1 seulement." in page
    assert "Editrice" in page


def test_a_new_version_begins_with_an_open_grid(as_person, submitted, session, site, world):
    editor, helene = as_person("editrice"), as_person("helene")
    path = f"/communication/relecture/{submitted}/grille"
    fields = fields_of(editor.get(f"/relecture/{submitted}"))
    editor.post(path, fields)
    helene.get(f"/espace/recits/{submitted}")
    helene.post(f"/espace/recits/{submitted}/rouvrir", status=None)
    with site.writer.begin() as uow:
        story = uow.session.get_one(Story, submitted)
        story.state, story.standfirst = "writing", "Un autre chapeau."
    helene.post(f"/espace/recits/{submitted}/proposer")
    editor.post(path, fields, status=422)
    page = editor.get(f"/relecture/{submitted}")
    assert fields_of(page)["version"] != fields["version"]
    assert "0 critères sur 7 ont votre réponse" in page
    assert "Les réponses passées" in editor.get(path)
    assert session.query(StoryVersion).filter_by(story_id=submitted).count() == 2


def test_the_grid_blocks_nothing(as_person, submitted, session):
    editor = as_person("editrice")
    page = editor.get(f"/relecture/{submitted}")
    answers = {name: "no" for name in fields_of(page) if name.startswith("answer-")}
    editor.post(f"/communication/relecture/{submitted}/grille", {"version": fields_of(page)["version"], **answers})
    editor.post(f"/relecture/{submitted}/publier", {"hash": fields_of(page)["version"]})
    assert session.get_one(Story, submitted).state == "published"


@pytest.mark.parametrize(("answer", "note"), [("maybe", ""), ("yes", "x" * 401)])
def test_what_cannot_be_answered_hands_the_grid_back(as_person, submitted, session, answer, note):
    editor = as_person("editrice")
    path = f"/communication/relecture/{submitted}/grille"
    fields = fields_of(editor.get(path))
    learning = session.query(Criterion).filter_by(starter_key="un-apprentissage").one().id
    page = editor.post(path, {**fields, f"answer-{learning}": answer, f"note-{learning}": note or "À garder."}, status=422).text
    assert (note or "À garder.") in page
    assert session.query(Assessment).count() == 0


def test_members_and_readers_never_see_the_grid(as_person, browser, submitted, session):
    path = f"/communication/relecture/{submitted}/grille"
    for who in ("helene", "karim", "autre_helene", "organisation", "admin"):
        as_person(who).get(path, status=403)
    assert "Grille de qualité" not in as_person("helene").get(f"/espace/recits/{submitted}")


def test_the_criteria_are_an_example_that_editors_make_their_own(as_person, submitted, session):
    editor = as_person("editrice")
    page = editor.get(RUBRIC)
    assert page.count("à valider") >= 7
    editor.post(RUBRIC, {"title": "Un humour", "explanation": "On sourit au moins une fois."})
    assert "Un humour" in editor.follow()
    first = session.query(Criterion).filter_by(starter_key="trois-voix").one().id
    editor.get(f"{RUBRIC}/{first}")
    editor.post(f"{RUBRIC}/{first}", {"title": "Quatre voix", "explanation": "Toutes."})
    editor.post(f"{RUBRIC}/{first}/masquer")
    page = editor.get(f"/relecture/{submitted}")
    assert "Un humour" in page
    assert "Quatre voix" not in page
    editor.post(f"{RUBRIC}/{first}/montrer")
    assert "Quatre voix" in editor.get(f"/relecture/{submitted}")
    as_person("organisation").get(RUBRIC, status=403)


def test_disabling_keeps_criteria_and_answers(as_person, submitted, session, switch):
    editor = as_person("editrice")
    fields = fields_of(editor.get(f"/relecture/{submitted}"))
    editor.post(f"/communication/relecture/{submitted}/grille", fields)
    before = session.query(Assessment).count()
    switch(False)
    assert "Grille de qualité" not in editor.get(f"/relecture/{submitted}")
    switch(True)
    session.rollback()
    assert session.query(Assessment).count() == before == 5
    assert session.query(Criterion).count() == 7
    assert "5 critères sur 7 ont votre réponse" in editor.get(f"/relecture/{submitted}")
