"""Who wrote what: on the public page and in the versions of a shared passage; all who took part; the plain form beside live writers."""

import re

import pytest
from sqlalchemy import select

from app.db.models import Passage, PassageRevision, Story, Voice
from app.kernel.content import Span
from app.services.markup import prepare_here
from app.services.passages import add_passage, write_revision
from app.services.versions import freeze_version
from app.services.workflow import make_public
from tests.factories import actor
from tests.fake_live import written_live


def write(site, world, passage, body, parts, people):
    with site.writer.begin() as uow:
        spans = [Span(start, end, world.voices[name]) for name, start, end in parts]
        accounts = [world.accounts[name] for name in people]
        row = uow.session.get_one(Passage, passage)
        write_revision(uow, actor(site, world, "karim"), row, prepare_here(body, lang="fr"), None, "fr", spans=spans, contributors=accounts)


@pytest.fixture
def shared(site, world):
    """A shared passage of two voices, in two versions."""
    with site.writer.begin() as uow:
        passage = add_passage(uow, actor(site, world, "karim"), world.stories["legumerie"], world.moments["vote"], None).id
    write(site, world, passage, "Nous avons voté.", [("helene", 0, 16)], ["helene"])
    body = "Nous avons voté tard. Puis rien.\n\nIl pleuvait."
    write(
        site,
        world,
        passage,
        body,
        [("helene", 0, 15), ("karim", 15, 20), ("helene", 20, 21), ("karim", 22, 32), ("helene", 34, 46)],
        ["karim", "helene"],
    )
    return passage


def test_versions_say_all_who_took_part_and_show_each_state_sentence_by_sentence(as_person, shared):
    helene = as_person("helene")
    page = helene.get(f"/espace/passages/{shared}/versions")
    assert "Karim, Helene" in page
    assert 'type="range"' in page
    who = page[page.index("Qui a écrit quoi") :]
    rows = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in re.findall(r"<li>(.*?)</li>", who, re.S)]
    assert rows[:3] == ["Élu·e et Collectivité Nous avons voté tard.", "Collectivité Puis rien.", "Élu·e Il pleuvait."]
    first = helene.get(f"/espace/passages/{shared}/versions?etat=1")
    assert "<p>Nous avons voté.</p>" in first
    assert 'href="?etat=2"' in first
    helene.get(f"/espace/passages/{shared}/versions?etat=9", status=404)


def publish(site, world):
    with site.writer.begin() as uow:
        story = uow.session.get_one(Story, world.stories["legumerie"])
        version = freeze_version(uow, None, story)
        story.submitted_version_id = version.id
        make_public(uow, story, version)
        story.state = "published"
        return story.slug


@pytest.mark.parametrize("way", ["au-fil", "en-regard"])
def test_the_public_reads_who_says_what_as_each_voice_chooses_to_be_shown(browser, site, world, shared, way):
    with site.writer.begin() as uow:
        uow.session.get_one(Voice, world.voices["karim"]).display = "anonymous"
    slug = publish(site, world)
    page = browser.get(f"/recits/{slug}/{way}")
    who = page[page.index("Qui a écrit quoi") :].split("</details>")[0]
    assert "<details" in page[page.index("Qui a écrit quoi") - 60 : page.index("Qui a écrit quoi")]
    assert "Helene" in who
    assert "Une voix de la délégation" in who
    assert "Karim" not in page
    assert "Collectivité" not in who
    assert "Puis rien." in who


def test_a_shared_text_of_which_no_voice_was_noted_says_nothing(browser, site, world):
    with site.writer.begin() as uow:
        passage = add_passage(uow, actor(site, world, "karim"), world.stories["legumerie"], world.moments["vote"], None).id
    write(site, world, passage, "Un texte d’avant.", [], ["karim"])
    assert "Qui a écrit quoi" not in browser.get(f"/recits/{publish(site, world)}/au-fil")


def test_the_plain_form_meets_the_text_that_others_write(app, as_person, site, world, shared, session):
    live = written_live(app)
    helene = as_person("helene")
    page = helene.get(f"/espace/passages/{shared}?simple=1")
    base = re.search(r'name="base"[^>]*value="(\w+)"', page)[1]
    body = session.scalars(select(PassageRevision.body).where(PassageRevision.id == base)).one()
    helene.post(f"/espace/passages/{shared}", {"body": body + "\nEt la suite.", "base": base})
    assert live.asked[-1] == ("meet", shared, body, body + "\nEt la suite.\n")
    met = len([entry for entry in live.asked if entry[0] == "meet"])
    helene.post(f"/espace/passages/{shared}", {"body": body + "\nEt la suite.", "base": base})
    assert len([entry for entry in live.asked if entry[0] == "meet"]) == met, "what changed nothing meets nothing"


def test_a_story_is_proposed_with_the_words_that_are_being_written(app, as_person, site, world, shared, session):
    live = written_live(app)
    live.write(shared, "Tout autre chose.\n", [(0, 17, world.voices["karim"])], [world.accounts["karim"]])
    helene = as_person("helene")
    helene.get(f"/espace/recits/{world.stories['legumerie']}")
    assert ("seal", shared) in live.asked
    session.rollback()
    current = session.get_one(PassageRevision, session.get_one(Passage, shared).revision_id)
    assert current.body == "Tout autre chose.\n"
    live.asked.clear()
    helene.post(f"/espace/recits/{world.stories['legumerie']}/proposer", status=409)
    assert ("seal", shared) in live.asked
