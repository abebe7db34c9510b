"""The link that gives a story to its delegation as an archive."""

import io
import zipfile

import pytest

from app.db.models import Story, StoryDelegation
from app.kernel.workflow import StoryState
from tests.services.conftest import desk, live  # noqa: F401  # fixtures
from tests.services.test_story_export import site, told  # noqa: F401  # fixtures


@pytest.fixture
def address(world):
    return f"/espace/recits/{world.stories['legumerie']}"


def test_a_member_finds_the_archive_on_the_story_s_page_and_no_cache_keeps_it(told, as_person, address, world):  # noqa: F811
    helene = as_person("helene")
    assert f'href="{address}/fichiers" download>Emporter ce récit (fichiers)</a>' in helene.get(address)
    answer = helene.client.get(f"{address}/fichiers", buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="la-legumerie.zip"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        assert names[:3] == ["la-legumerie.md", "programme.md", "territories/pays-de-brumeval.md"]
        assert len(names) == 4
        assert names[3].startswith("images/")
        assert "Onze voix pour." in archive.read("la-legumerie.md").decode()


def test_the_words_that_somebody_types_now_are_in_the_archive(desk, live, as_person, address):  # noqa: F811
    passage = desk.add("karim", voice=None)
    desk.save("karim", passage, "Nous avons voté.")
    live.write(passage, "Nous avons voté hier.\n", contributors=[desk.world.accounts["karim"]])
    answer = as_person("helene").client.get(f"{address}/fichiers", buffered=True)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert "Nous avons voté hier." in archive.read("la-legumerie.md").decode()


def test_the_link_is_there_in_english_and_while_the_story_is_read_only(site, world, as_person, address):  # noqa: F811
    with site.writer.begin() as uow:
        uow.session.get_one(Story, world.stories["legumerie"]).state = str(StoryState.SUBMITTED)
    helene = as_person("helene")
    page = helene.get(f"/en{address}")
    assert "Take this story away (files)" in page
    assert "with their names" in page
    assert helene.client.get(f"/en{address}/fichiers", buffered=True).mimetype == "application/zip"


def test_a_story_that_files_cannot_tell_is_refused_in_words(site, world, as_person, address):  # noqa: F811
    with site.writer.begin() as uow:
        uow.session.add(StoryDelegation(story_id=world.stories["legumerie"], delegation_id=world.delegations["valcendre"], lead=False))
    assert "Plusieurs délégations racontent" in as_person("helene").get(f"{address}/fichiers", status=409)
