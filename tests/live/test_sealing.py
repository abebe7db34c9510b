"""Sessions of writing become revisions: at a pause, when the last writer leaves, after a crash; never twice, never while the words are closed."""

import time

import pytest
from click.testing import CliRunner
from pycrdt import XmlFragment
from sqlalchemy import select

from app.cli.base import Makers
from app.cli.main import recits
from app.db.models import Passage, PassageRevision, RevisionContributor, Story
from app.live.log_sqlite import SqliteLog
from app.services.approvals import reopen_passage, sign_passage
from app.services.markup import prepare_here
from app.services.passages import write_revision
from tests.conftest import Browser
from tests.factories import actor
from tests.live.page import SECONDS

SEEN_AT_ONCE = 1.0


@pytest.fixture
def revisions(site, session):
    def read(passage):
        session.rollback()
        rows = session.scalars(select(PassageRevision).where(PassageRevision.passage_id == passage).order_by(PassageRevision.number))
        return [(row.body, row.author_id) for row in rows]

    return read


def wait(found):
    deadline = time.monotonic() + SECONDS
    while not found():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def test_leaving_makes_one_revision(served, passages, revisions, world):
    helene = served.open("helene").open(passages.own)
    helene.write("Nous avons voté.")
    helene.wait(lambda: helene.saved)
    assert revisions(passages.own) == []
    helene.end()
    wait(lambda: revisions(passages.own) == [("Nous avons voté.\n", world.accounts["helene"])] or revisions(passages.own))
    assert [body.strip() for body, _ in revisions(passages.own)] == ["Nous avons voté."]
    again = served.open("helene").open(passages.own)
    assert again.text() == "Nous avons voté."
    again.end()
    time.sleep(SEEN_AT_ONCE)
    assert len(revisions(passages.own)) == 1, "opening and closing makes no revision"


def test_a_pause_makes_a_revision_and_tells_the_pages(served, passages, revisions, monkeypatch):
    monkeypatch.setattr("app.live.upkeep.PAUSE_SECONDS", 0.3)
    monkeypatch.setattr("app.live.hub.ROUND_SECONDS", 0.1)
    helene = served.open("helene").open(passages.own)
    helene.write("Nous avons voté.")
    helene.wait(lambda: any(notice["kind"] == "saved" for notice in helene.notices))
    assert len(revisions(passages.own)) == 1
    helene.write("Deux fois.")
    helene.wait(lambda: sum(notice["kind"] == "saved" for notice in helene.notices) == 2)
    helene.settle(SEEN_AT_ONCE)
    assert len(revisions(passages.own)) == 2


def test_long_writing_is_a_revision_now_and_then(served, passages, revisions, monkeypatch):
    monkeypatch.setattr("app.live.upkeep.LONGEST_SECONDS", 0.5)
    monkeypatch.setattr("app.live.hub.ROUND_SECONDS", 0.1)
    helene = served.open("helene").open(passages.own)
    for number in range(10):
        helene.write(f"{number}.")
        helene.settle(0.2)
    assert len(revisions(passages.own)) >= 2


def test_words_taken_back_make_no_revision(served, passages, revisions):
    helene = served.open("helene").open(passages.own)
    helene.write("Non.")
    del helene.documents[1].get("text", type=XmlFragment).children[1]  # the first is the empty one of an empty passage
    helene.wait(lambda: helene.saved)
    helene.end()
    time.sleep(SEEN_AT_ONCE)
    assert revisions(passages.own) == []
    assert served.front.hub.log.open_rooms() == []


def test_all_who_took_part_are_kept_and_who_wrote_most_comes_first(served, passages, revisions, session, world):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    karim.write("Un mot.")
    helene.wait(helene.text)
    helene.write("Une phrase bien plus longue, et encore une, puis une autre.")
    for page in (karim, helene):
        page.wait(lambda page=page: page.saved)
    served.app.extensions["recits"].live.seal(passages.shared)
    assert [author for _, author in revisions(passages.shared)] == [world.accounts["helene"]]
    rows = session.scalars(select(RevisionContributor).order_by(RevisionContributor.position))
    assert [row.account_id for row in rows] == [world.accounts["helene"], world.accounts["karim"]]


def test_what_a_killed_worker_left_is_sealed(served, passages, revisions, monkeypatch):
    live = served.app.extensions["recits"].live
    helene = served.open("helene").open(passages.own)
    helene.write("Nous avons voté.")
    helene.wait(lambda: helene.saved)
    live.seal_what_was_left()
    assert revisions(passages.own) == [], "somebody writes there: their worker will seal"
    monkeypatch.setattr("app.live.sealing.QUIET_SECONDS", 0.0)
    live.seal_what_was_left()
    assert len(revisions(passages.own)) == 1
    live.seal_what_was_left()
    assert len(revisions(passages.own)) == 1


def test_nothing_is_sealed_while_the_words_are_closed(served, passages, revisions, site, world):
    live = served.app.extensions["recits"].live
    helene = served.open("helene").open(passages.own)
    helene.write("Nous avons voté.")
    helene.wait(lambda: helene.saved)
    live.seal(passages.own)
    with site.writer.begin() as uow:
        someone = actor(site, world, "helene")
        revision = uow.session.get_one(PassageRevision, uow.session.get_one(Passage, passages.own).revision_id)
        sign_passage(uow, someone, passages.own, world.voices["helene"], revision.hash)
        helene.write("Et encore.")  # after the last look, before anybody knows of the signature
        helene.wait(lambda: helene.saved)
    live.seal(passages.own)
    assert len(revisions(passages.own)) == 1
    with site.writer.begin() as uow:
        reopen_passage(uow, actor(site, world, "helene"), passages.own)
    live.seal(passages.own)
    assert [body.split() for body, _ in revisions(passages.own)][-1] == ["Nous", "avons", "voté.", "Et", "encore."]


def test_nothing_is_sealed_in_a_locked_story_or_the_trash(served, passages, revisions, site, world):
    live = served.app.extensions["recits"].live
    helene = served.open("helene").open(passages.own)
    helene.write("Nous avons voté.")
    helene.wait(lambda: helene.saved)
    with site.writer.begin() as uow:
        uow.session.get_one(Story, world.stories["legumerie"]).state = "submitted"
    live.seal(passages.own)
    with site.writer.begin() as uow:
        uow.session.get_one(Story, world.stories["legumerie"]).state = "writing"
        uow.session.get_one(Passage, passages.own).deleted_at = uow.now
    live.seal(passages.own)
    assert revisions(passages.own) == []
    assert live.text(passages.own).markdown.strip() == "Nous avons voté."


def test_a_room_begins_with_the_words_of_its_revision(served, passages, site, world):
    with site.writer.begin() as uow:
        passage = uow.session.get_one(Passage, passages.own)
        write_revision(uow, actor(site, world, "helene"), passage, prepare_here("Un *mot*, puis :\n\n- un\n- deux", lang="fr"), None, "fr")
    helene = served.open("helene").open(passages.own)
    assert helene.text().split() == ["Un", "mot,", "puis", ":", "un", "deux"]
    live = served.app.extensions["recits"].live
    with site.writer.begin() as uow:
        body = uow.session.get_one(PassageRevision, uow.session.get_one(Passage, passages.own).revision_id).body
    assert live.text(passages.own).markdown == body
    assert live.text(passages.shared) is None


def test_what_waits_in_the_log_is_sealed_where_no_socket_is_served(served, passages, revisions, monkeypatch):
    """Pages of a plain server, and the command for background work, on a site where somebody wrote live before."""
    live = served.app.extensions["recits"].live
    helene = served.open("helene").open(passages.own)
    helene.write("Nous avons voté.")
    helene.wait(lambda: helene.saved)
    monkeypatch.setattr(live, "is_open", False)
    browser = Browser(served.app.test_client()).sign_in("helene")
    assert "Nous avons voté." in browser.get(f"/espace/passages/{passages.own}/signer")
    assert len(revisions(passages.own)) == 1
    helene.write("Puis mangé.")
    helene.wait(lambda: helene.saved)
    monkeypatch.setattr("app.live.sealing.QUIET_SECONDS", 0.0)
    result = CliRunner().invoke(recits, ["jobs"], obj=Makers(lambda: served.app, list))
    assert result.exit_code == 0, result.output
    assert len(revisions(passages.own)) == 2


def test_a_log_that_nobody_wrote_is_not_made_by_reading_it(tmp_path):
    log = SqliteLog(tmp_path / "live.sqlite3")
    assert not log.load("p1").exists
    assert log.open_rooms() == []
    assert list(tmp_path.iterdir()) == []
