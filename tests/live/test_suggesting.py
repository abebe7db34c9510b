"""Suggestions over the socket, and what services do to a text that is being written: accept, refuse, meet."""

import pytest
from pycrdt import XmlFragment
from sqlalchemy import select

from app.db.models import PassageRevision, Suggestion
from app.services.markup import prepare_here
from app.services.passages import save_passage
from tests.factories import actor


@pytest.fixture
def written(served, passages):
    """The passage of `helene`, open on her page with words in it."""
    helene = served.open("helene").open(passages.own)
    helene.write("Nous avons voté.")
    helene.wait(lambda: helene.saved)
    return helene


def last(page):
    return list(page.documents[1].get("text", type=XmlFragment).children)[-1].children[0]


def proposal(world, name="karim"):
    return {"insertion": {"id": "s1", "by": world.accounts[name]}}


def test_a_suggestion_is_taken_and_accepted(served, passages, written, world, site):
    karim = served.open("karim").open(passages.own)
    last(karim).insert(5, "tous ", proposal(world))
    written.wait(lambda: "tous" in written.text())
    assert site.live.text(passages.own).markdown == "Nous avons voté.\n"
    assert [(one.id, one.inserted) for one in site.live.suggestions(passages.own)] == [("s1", "tous ")]
    assert site.live.accept(passages.own, "s1", world.accounts["helene"])
    assert not site.live.accept(passages.own, "s1", world.accounts["helene"])
    assert site.live.text(passages.own).markdown == "Nous tous avons voté.\n"
    for page in (karim, written):
        page.wait(lambda page=page: "insertion" not in str(page.documents[1].get("text", type=XmlFragment)))


def test_a_suggestion_is_refused(served, passages, written, world, site):
    karim = served.open("karim").open(passages.own)
    last(karim).insert(5, "tous ", proposal(world))
    karim.wait(lambda: karim.saved)
    assert site.live.refuse(passages.own, "s1", world.accounts["helene"])
    written.wait(lambda: written.text() == " Nous avons voté." or written.text() == "Nous avons voté.")


@pytest.mark.parametrize("marks", [None, {"insertion": {"id": "s1", "by": "helene"}}])
def test_who_suggests_changes_no_word(served, passages, written, world, marks):
    karim = served.open("karim").open(passages.own)
    if marks:
        marks["insertion"]["by"] = world.accounts["helene"]
    last(karim).insert(5, "tous ", marks)
    karim.wait(lambda: karim.refusals)
    assert karim.refusals[1]["reason"] == "suggest_only"
    written.settle()
    assert "tous" not in written.text()
    karim.leave()
    assert "tous" not in karim.open(passages.own).text()


def test_who_suggests_marks_words_for_a_comment(served, passages, written, site):
    karim = served.open("karim").open(passages.own)
    last(karim).format(0, 4, {"comment--QUJDREVG": {"id": "c1"}})
    karim.wait(lambda: karim.saved)
    assert site.live.anchors(passages.own) == {"c1": "Nous"}
    last(karim).format(0, 4, {"comment--QUJDREVG": None})
    karim.wait(lambda: karim.saved)
    assert site.live.anchors(passages.own) == {}


def test_what_builds_on_nothing_is_malformed_in_a_shared_passage(served, passages):
    karim, helene = (served.open(name).open(passages.shared) for name in ("karim", "helene"))
    karim.write("Un.")
    helene.wait(helene.text)
    held = karim.update
    kept = []
    karim.update = lambda update, channel=1: kept.append(update)
    karim.write("Deux.")
    karim.write("Trois.")
    karim.update = held
    karim.update(kept[1])
    assert karim.wait_closed() == (1002, "malformed")
    helene.write("Quatre.")
    helene.wait(lambda: helene.saved)
    assert served.open("maud").open(passages.shared).text().split() == ["Un.", "Quatre."]


def test_the_plain_form_meets_what_is_written_live(served, passages, written, site, world, session):
    site.live.seal(passages.own)
    base = session.scalars(select(PassageRevision).where(PassageRevision.passage_id == passages.own)).one()
    written.write("Puis nous avons mangé.")
    written.wait(lambda: written.saved)
    with site.writer.begin() as uow:
        save_passage(uow, actor(site, world, "helene"), passages.own, prepare_here("Nous avons tous voté.", lang="fr"), None, base.id)
    site.live.seal(passages.own)
    written.wait(lambda: "tous" in written.text())
    session.rollback()
    rows = session.scalars(select(PassageRevision).where(PassageRevision.passage_id == passages.own).order_by(PassageRevision.number))
    body = [row.body for row in rows][-1]
    assert "Nous avons tous voté." in body
    assert "Puis nous avons mangé." in body


def test_a_suggestion_is_on_record_after_a_pause_and_the_pages_hear_of_it(served, passages, written, world, session, monkeypatch):
    monkeypatch.setattr("app.live.hub.PAUSE_SECONDS", 0.3)
    monkeypatch.setattr("app.live.hub.ROUND_SECONDS", 0.1)
    karim = served.open("karim").open(passages.own)
    last(karim).insert(5, "tous ", proposal(world))
    written.wait(lambda: any(notice["kind"] == "suggestions" for notice in written.notices))
    session.rollback()
    (row,) = session.scalars(select(Suggestion).where(Suggestion.passage_id == passages.own))
    assert (row.id, row.author_id, row.inserted, row.state) == ("s1", world.accounts["karim"], "tous ", "open")
