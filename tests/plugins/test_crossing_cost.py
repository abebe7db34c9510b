"""What all public stories tell is read once and kept; every change of what it follows from shows at the next request."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import restrictions as clause
from app.db.models import Phase, PublicPassage, Restriction, Story, StoryTheme, StoryVersion, Territory, Theme, Voice
from app.db.reading import list_territories
from app.kernel.clock import system_clock
from app.sdk_testing import small_site
from app.services.restrictions import restrict
from app.services.themes import set_themes
from tests.benchmarks import crossing
from tests.counting import counted_queries
from tests.plugins.corpus import corpus, page, public, shown_as, unpublished

__all__ = ["corpus", "public"]

TABLE = "/communication/lectures-croisees/"
FRISES = "/communication/frise/"
PASSAGES = "/communication/lectures-croisees/passages"
BREAD = "quatre-chaises-pour-une-halle"


@contextmanager
def changed(app, model, clause_, **values):
    """Changes a row for a while."""
    writer = app.extensions["recits"].writer

    def put(new):
        with writer.begin() as uow:
            row = uow.session.scalars(select(model).where(clause_)).first()
            kept = {name: getattr(row, name) for name in new}
            for name, value in new.items():
                setattr(row, name, value)
            return kept

    kept = put(values)
    try:
        yield
    finally:
        put(kept)


@pytest.mark.parametrize("path", [TABLE, FRISES, f"{TABLE}?x=1", f"/en{TABLE}", "/territoires/"])
def test_a_second_request_reads_no_manifest(corpus, public, path):
    first = page(public, path)
    with counted_queries(corpus.extensions["recits"].engine) as asked:
        assert page(public, path) == first
    assert [query for query in asked if "manifest" in query] == []
    assert [query for query in asked if "passage_revision" in query] == []


def test_each_language_has_its_own_words(public):
    for path in (TABLE, FRISES):
        assert page(public, path) != page(public, f"/en{path}") != page(public, path).replace('lang="fr"', 'lang="en"')
        assert 'href="/communication/' not in page(public, f"/en{path}").partition("<main")[2].partition("</main>")[0].replace(
            'href="/en/communication/', ""
        )


def test_what_a_row_says_is_seen_at_once(corpus, public):
    page(public, TABLE)
    page(public, FRISES)
    with changed(corpus, Territory, Territory.slug == "pays-de-brumeval", name="Pays renommé"):
        assert "Pays renommé" in page(public, TABLE)
        assert "Pays renommé" in page(public, FRISES)
        assert "Pays renommé" in page(public, f"{PASSAGES}?territoire=pays-de-brumeval")
    assert "Pays renommé" not in page(public, TABLE)
    with changed(corpus, Phase, Phase.key == "tronc-commun", name="Tronc renommé"):
        assert "Tronc renommé" in page(public, TABLE)
    with unpublished(corpus, BREAD):
        assert BREAD not in page(public, f"{PASSAGES}?phase=tronc-commun&territoire=communaute-de-communes-des-trois-aubes")
    before = page(public, TABLE)
    with shown_as(corpus, "Maud Tessier", "anonymous"):
        assert page(public, TABLE) != before
    assert page(public, TABLE) == before


def test_a_theme_that_is_taken_away_is_not_found_under_it(corpus, public):
    writer = corpus.extensions["recits"].writer
    with writer.begin() as uow:
        row = uow.session.scalars(select(StoryTheme).limit(1)).one()
        story, theme = uow.session.get_one(Story, row.story_id), uow.session.get_one(Theme, row.theme_id)
        kept = list(uow.session.scalars(select(StoryTheme.theme_id).where(StoryTheme.story_id == story.id)))
    path = f"{PASSAGES}?theme={theme.slug}&suite=1"
    address = f'href="/recits/{story.slug}#'
    pages = [path] + [f"{PASSAGES}?theme={theme.slug}&suite={number}" for number in range(2, 9)]

    def found() -> bool:
        return any(address in answer.text for part in pages if (answer := public.get(part)).status_code == 200)

    assert found()
    with writer.begin() as uow:
        set_themes(uow, None, uow.session.get_one(Story, story.id), [key for key in kept if key != theme.id])
    try:
        assert not found()
    finally:
        with writer.begin() as uow:
            set_themes(uow, None, uow.session.get_one(Story, story.id), kept)
    assert found()


def test_a_restriction_hides_at_once_and_its_end_shows_again_without_anybody_acting(corpus, public, monkeypatch):
    path = f"{PASSAGES}?phase=tronc-commun&territoire=communaute-de-communes-des-trois-aubes"
    assert BREAD in page(public, path)
    end = system_clock() + timedelta(days=2)
    with corpus.extensions["recits"].writer.begin() as uow:
        story = uow.session.scalars(select(Story).where(Story.slug == BREAD)).one()
        row = restrict(uow, None, "core", "story", story.id, "test", "", end)
    try:
        assert BREAD not in page(public, path)
        monkeypatch.setattr(clause, "system_clock", lambda: end + timedelta(seconds=1))
        assert BREAD in page(public, path)
    finally:
        with corpus.extensions["recits"].writer.begin() as uow:
            uow.session.delete(uow.session.get_one(Restriction, row.id))


def test_counts_of_territories_are_those_of_the_manifests(corpus):
    with Session(corpus.extensions["recits"].engine) as session:
        told: dict[str, set[str]] = {}
        for story, manifest in session.execute(
            select(Story.id, StoryVersion.manifest).join(StoryVersion, StoryVersion.id == Story.published_version_id)
        ):
            told[story] = {pin["moment"] for pin in manifest["passages"] if pin["moment"]}
        assert sum(line.stories for line in list_territories(session)) == len(told)
        assert sum(line.moments for line in list_territories(session)) == len(set().union(*told.values()))
        assert session.scalar(select(PublicPassage.story_id).limit(1)) in told
        assert session.scalar(select(Voice.id).limit(1))


def test_the_measurement_runs(tmp_path):

    with small_site(tmp_path / "site") as site:
        site.enable("communication")
        with Session(crossing.loose(site.core.engine)) as session:
            crossing.fill(session, 3)
        lines = crossing.costs(site, repeats=2, count=1)
        assert [line.name for line in lines] == list(crossing.PAGES)
        assert site.client().get("/communication/frise/lieu-1").count("Moment 7") >= 1
