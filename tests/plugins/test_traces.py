"""A trace told as a block: what its form asks, what the public reads of it."""

import re

import pytest

from tests.furnishings import communication_on


@pytest.fixture
def furnishing():
    return communication_on


@pytest.fixture
def path(world, as_person) -> str:
    """The address of a new trace of Hélène's, with the chantier on."""
    helene = as_person("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"], "block": "communication:trace"})
    return str(helene.last.headers["Location"])


TRACE = {
    "bloc-kind": "document",
    "bloc-title": "La délibération du 12 mai",
    "bloc-date": "12 mai 2022",
    "bloc-source": "Le pays",
    "bloc-link": "https://exemple.test/deliberation",
    "bloc-shows": "Onze voix pour, neuf contre.",
}


def test_register_block_types_a_trace_reads_as_facts_words_and_a_link(as_person, path):
    helene = as_person("helene")
    helene.get(path)
    helene.post(path, {**TRACE, "body": "", "base": "", "prompt": ""})
    page = helene.get(f"{path}/signer")
    for words in (
        "<figcaption>La délibération du 12 mai</figcaption>",
        "<dt>Trace</dt><dd>Un document</dd>",
        "<dd>12 mai 2022</dd>",
        "neuf contre",
    ):
        assert words in page
    assert 'href="https://exemple.test/deliberation"' in page


def test_the_words_of_a_trace_are_kept_in_the_language_of_its_story(as_person, path):
    helene = as_person("helene")
    english = f"/en{path}"
    helene.get(english)
    helene.post(english, {**TRACE, "body": "", "base": "", "prompt": ""})
    assert "<dd>Un document</dd>" in helene.get(f"{path}/signer")


@pytest.mark.parametrize(
    ("field", "value"), [("title", ""), ("shows", ""), ("link", "javascript:alert(1)"), ("link", "exemple.test"), ("kind", "autre")]
)
def test_a_trace_that_is_not_complete_is_refused_with_its_words(as_person, path, field, value):
    helene = as_person("helene")
    helene.get(path)
    page = helene.post(path, {**TRACE, f"bloc-{field}": value, "body": "", "base": "", "prompt": ""}, status=422).text
    assert re.search(rf'id="bloc-{field}-error"', page)
    assert "Onze voix pour" in page or field == "shows"
