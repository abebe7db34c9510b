"""The chantier Communication & Mise en récits: its questions are offered, kept with the passage, and outlive its disabling.

Exercises register_blueprints, register_permissions, register_menu_items, register_prompt_sources and on_enable with the real plugin.
"""

import re

import pytest
from sqlalchemy import select

from app.db.models import PassageRevision
from app.factory import create_app
from app.services.plugins import prepare_tables, set_enabled
from plugins.communication.models import Prompt
from plugins.communication.rules.prompts import Candidate, ranked
from tests.conftest import Browser, close_engines, settings_for

PAGE = "/communication/questions"


@pytest.fixture
def enabled(site) -> None:
    prepare_tables(site, None, "communication")
    with site.writer.begin() as uow:
        set_enabled(uow, None, site.plugins, "communication", True)


def new_passage(member, world) -> str:
    story = f"/espace/recits/{world.stories['legumerie']}"
    member.get(story)
    member.post(f"{story}/passages", {"moment": world.moments["tour"], "voice": world.voices["helene"]})
    return str(member.last.headers["Location"])


def test_ranked_puts_the_closest_question_first_and_leaves_the_others_out():
    made = [
        Candidate("all", None, None, 1),
        Candidate("phase", "diagnostic", None, 2),
        Candidate("both", "diagnostic", "state_agent", 3),
        Candidate("other", "x", None, 4),
    ]
    assert [entry.key for entry in ranked(made, "diagnostic", "state_agent")] == ["both", "phase", "all"]
    assert [entry.key for entry in ranked(made, None, None)] == ["all"]


def test_on_enable_loads_the_starter_questions_once(site, session, enabled):
    first = session.query(Prompt).count()
    assert first >= 36
    with site.writer.begin() as uow:
        row = uow.session.query(Prompt).first()
        row.text, changed = "Changée ?", row.id
    for on in (False, True):
        with site.writer.begin() as uow:
            set_enabled(uow, None, site.plugins, "communication", on)
    session.rollback()
    assert session.query(Prompt).count() == first
    assert session.get(Prompt, changed).text == "Changée ?"


def test_register_prompt_sources_offers_questions_and_the_passage_keeps_the_answered_one(as_person, browser, world, site, enabled):
    helene = as_person("helene")
    path = new_passage(helene, world)
    page = helene.get(path)
    ref, question = re.search(r'name="prompt" id="q1" value="([^"]+)"><label for="q1">([^<]+)', page).groups()
    assert ref.startswith("communication:prompts:")
    assert "à valider" in page
    helene.post(path, {"body": "Ce jour-là, il pleuvait.", "base": "", "prompt": ref})

    with site.writer.begin() as uow:
        set_enabled(uow, None, site.plugins, "communication", False)
    page = helene.get(path)
    assert question.strip() in page, "the question outlives the plugin that asked it"
    base = re.search(r'name="base" type="hidden" value="([^"]+)"', page)[1]
    helene.post(path, {"body": "Ce jour-là, il neigeait.", "base": base, "prompt": ref})
    assert question.strip() in helene.get(path)


def test_another_question_is_chosen_beside_live_writing_and_the_words_stay(as_person, world, enabled, session):
    helene = as_person("helene")
    path = new_passage(helene, world)
    first, second = re.findall(r'name="prompt" id="q[12]" value="([^"]+)"', helene.get(path))
    helene.post(path, {"body": "Ce jour-là, il pleuvait.", "base": "", "prompt": first})
    helene.post(f"{path}/brouillon", {"body": "Un brouillon."}, status=200)
    helene.post(f"{path}/question", {"prompt": second})
    revision = session.scalars(select(PassageRevision).order_by(PassageRevision.number.desc())).first()
    assert (revision.body, revision.number, revision.data["prompt"]["ref"]) == ("Ce jour-là, il pleuvait.\n", 2, second)
    assert "Un brouillon." in helene.get(path), "what was not saved yet stays too"
    helene.post(f"{path}/question", {"prompt": ""})
    assert '<p class="prompt"' not in helene.get(path)
    as_person("karim").post(f"{path}/question", {"prompt": first}, status=403)


def test_register_blueprints_answer_404_while_off(as_person, site, world):
    editor = as_person("editrice")
    editor.get(PAGE, status=404)
    assert "Questions d’écriture" not in as_person("admin").get("/configuration/")


def test_register_permissions_and_register_menu_items_open_the_page_to_its_roles(as_person, enabled):
    assert "Questions d’écriture" in as_person("admin").get("/configuration/")
    as_person("editrice").get(PAGE)
    as_person("organisation").get(PAGE, status=403)
    as_person("helene").get(PAGE, status=403)


def test_an_editors_own_question_is_offered_and_can_be_hidden(as_person, world, enabled):
    editor, helene = as_person("editrice"), as_person("helene")
    editor.get(PAGE)
    editor.post(PAGE, {"text": "Qu’avez-vous vu par la fenêtre ?", "phase": "diagnostic", "category": "elected_official"})
    assert "par la fenêtre" in editor.follow()
    path = new_passage(helene, world)
    assert "par la fenêtre" in helene.get(path)
    own = re.search(r'/communication/questions/([0-9a-z]{20})">Qu’avez-vous vu par la fenêtre', editor.get(PAGE))[1]
    editor.post(f"{PAGE}/{own}/masquer")
    assert "par la fenêtre" not in helene.get(path)


def test_toggling_holds_on_the_next_request_of_every_worker(app, home, as_person, world):
    """Two applications on one database stand for two workers."""
    admin = as_person("admin")
    other = create_app(settings_for(home))
    elsewhere = Browser(other.test_client()).sign_in("editrice")
    elsewhere.get(PAGE, status=404)
    admin.get("/configuration/extensions")
    admin.post("/configuration/extensions/communication/activer")
    elsewhere.get(PAGE, status=200)
    admin.post("/configuration/extensions/communication/desactiver")
    elsewhere.get(PAGE, status=404)
    close_engines(other)
