"""Suggestions over the socket, and what services do to a text that is being written: accept, refuse, meet."""

import pytest
from pycrdt import XmlFragment
from sqlalchemy import select

from app.db.margin import contributors_of
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


def test_a_suggestion_that_builds_on_what_nobody_has_is_refused(served, passages, written, world):
    """It would change nothing yet, and what is accepted as soon as the missing piece came."""
    karim = served.open("karim").open(passages.own)
    document, kept = karim.documents[1], []
    karim._applying = True
    observer = document.observe(lambda event: kept.append(event.update))
    last(karim).insert(5, "tous ", proposal(world))
    last(karim).insert(0, "Non. ")
    document.unobserve(observer)
    karim._applying = False
    karim.update(kept[1])
    karim.wait(lambda: karim.refusals)
    assert karim.refusals[1]["reason"] == "suggest_only"
    written.settle()
    assert written.text() == "Nous avons voté."


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
    monkeypatch.setattr("app.live.upkeep.PAUSE_SECONDS", 0.3)
    monkeypatch.setattr("app.live.hub.ROUND_SECONDS", 0.1)
    karim = served.open("karim").open(passages.own)
    last(karim).insert(5, "tous ", proposal(world))
    written.wait(lambda: any(notice["kind"] == "suggestions" for notice in written.notices))
    session.rollback()
    (row,) = session.scalars(select(Suggestion).where(Suggestion.passage_id == passages.own))
    assert (row.id, row.author_id, row.inserted, row.state) == ("s1", world.accounts["karim"], "tous ", "open")


def test_a_suggestion_reaches_the_margin_within_two_seconds_of_a_pause(served, passages, written, world, session):
    karim = served.open("karim").open(passages.own)
    last(karim).insert(5, "tous ", proposal(world))
    karim.wait(lambda: karim.saved)
    written.wait(lambda: any(notice["kind"] == "suggestions" for notice in written.notices), seconds=2)
    session.rollback()
    assert session.scalars(select(Suggestion.inserted).where(Suggestion.passage_id == passages.own)).all() == ["tous "]


def test_whose_suggestion_was_accepted_took_part_in_the_revision(served, passages, written, world, site, session):
    karim = served.open("karim").open(passages.own)
    last(karim).insert(5, "tous ensemble et sans exception ", proposal(world))
    karim.wait(lambda: karim.saved)
    site.live.seal(passages.own)
    assert contributors(session, world, passages.own) == ["helene"], "what is only proposed is no part of the text"
    assert site.live.accept(passages.own, "s1", world.accounts["helene"])
    site.live.seal(passages.own)
    assert contributors(session, world, passages.own) == ["helene", "karim"]


def contributors(session, world, passage):
    """Names who took part in the newest revision, the author first."""
    session.rollback()
    query = select(PassageRevision).where(PassageRevision.passage_id == passage).order_by(PassageRevision.number.desc())
    revision = session.scalars(query).first()
    assert revision.gathered_by == ""
    names = {account: name for name, account in world.accounts.items()}
    return [names[account] for account in contributors_of(session, [revision.id])[revision.id]]


def test_a_text_that_grows_long_is_told_in_time_and_takes_no_more_than_a_revision_holds(served, passages, site, monkeypatch):
    monkeypatch.setattr("app.live.upkeep.MEASURE_SECONDS", 0.05)
    helene = served.open("helene").open(passages.own)
    assert helene.rights[1]["space"] == ""
    for size, space in ((57 * 1024, "little"), (6 * 1024 + 512, "full")):
        helene.write("é" * (size // 2))
        helene.wait(lambda space=space: helene.rights[1]["space"] == space)
    assert not helene.refusals
    late = served.open("karim").open(passages.own)
    assert late.rights[1]["space"] == "full"
    helene.write("x" * 2000)
    helene.wait(lambda: helene.refusals)
    assert helene.refusals[1]["reason"] == "too_long"
    site.live.seal(passages.own)
    assert len(site.live.text(passages.own).markdown.encode()) < 64 * 1024
    again = served.open("helene").open(passages.own)
    assert "x" not in again.text()
    with again.documents[1].transaction():
        blocks = again.documents[1].get("text", type=XmlFragment).children
        del blocks[len(blocks) - 1]
    again.wait(lambda: again.rights[1]["space"] == "little")


def test_a_text_that_became_too_long_otherwise_stays_in_the_room_and_may_become_shorter(
    served, passages, site, session, monkeypatch, caplog
):
    monkeypatch.setattr("app.live.upkeep.MEASURE_SECONDS", 0.05)
    monkeypatch.setattr("app.live.room.MAX_INPUT", 10**6)
    helene = served.open("helene").open(passages.own)
    for _ in range(3):
        helene.write("é" * 15 * 1024)
    helene.write("z")
    helene.wait(lambda: helene.saved)
    monkeypatch.setattr("app.live.room.MAX_INPUT", 64 * 1024)
    blocks = helene.documents[1].get("text", type=XmlFragment).children
    del blocks[1].children[0][0:2]
    helene.wait(lambda: helene.rights[1]["space"] == "over")
    site.live.seal(passages.own)
    session.rollback()
    assert session.scalars(select(PassageRevision).where(PassageRevision.passage_id == passages.own)).all() == []
    del blocks[len(blocks) - 2]
    helene.wait(lambda: helene.rights[1]["space"] != "over")
    assert not helene.refusals
    site.live.seal(passages.own)
    session.rollback()
    assert session.scalars(select(PassageRevision).where(PassageRevision.passage_id == passages.own)).one().body.endswith("z\n")
