"""Several plugins are asked in one savepoint, and each stays alone: what one does wrong costs nobody else's answer, nor the request's own reading."""

import pytest
from sqlalchemy import func, select, text

from app.db.models import Account, Story
from app.hooks.calls import CALLS
from app.hooks.contracts import Owned, SlotItem
from app.services.asking import Failed, ask_all


def commits(session):
    session.commit()


def rolls_back(session):
    session.rollback()


def closes(session):
    session.close()


def nests(session):
    session.begin_nested()


def ends_the_savepoint(session):
    session.get_nested_transaction().rollback()


def keeps_the_savepoint(session):
    session.get_nested_transaction().commit()


def breaks_its_query(session):
    session.execute(text("SELECT nothing FROM nowhere"))


def leaves_what_cannot_be_written(session):
    session.add(Account(email=None, name=None))


def exits(_session):
    raise SystemExit(3)


@pytest.mark.parametrize("wrong", [commits, rolls_back, closes, nests, ends_the_savepoint, keeps_the_savepoint, breaks_its_query, exits])
def test_the_others_answer_and_the_request_reads_on(session, world, wrong):
    known = session.get_one(Story, world.stories["legumerie"])
    title = known.title
    asked = [
        (Owned("bonne", SlotItem("avant")), lambda: session.scalar(select(func.count(Story.id)))),
        (Owned("mauvaise", SlotItem(wrong.__name__)), lambda: wrong(session)),
        (Owned("bonne", SlotItem("apres")), lambda: session.scalar(select(func.count(Story.id)))),
    ]
    before, failed, after = ask_all(session, asked)
    assert before == after == 2
    assert isinstance(failed, Failed)
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].name) == ("mauvaise", wrong.__name__)
    assert session.get_nested_transaction() is None
    assert session.get_one(Story, world.stories["legumerie"]).title == title


def test_what_is_left_to_be_written_is_not(session, world):
    asked = [(Owned("mauvaise", SlotItem("reste")), lambda: leaves_what_cannot_be_written(session))]
    ask_all(session, asked)
    assert list(session.new) == []
    assert CALLS.faults()[0].owner == "mauvaise"
    assert session.scalar(select(func.count(Story.id))) == 2


def test_nobody_asked_opens_nothing(session):
    assert ask_all(session, []) == []
    assert session.get_transaction() is None
