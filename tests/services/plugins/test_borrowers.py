"""Whoever is lent a session reads, or writes beside the core, and can neither end its transaction nor leave it; whatever is tried, the core's work stands."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db.guard import ReadingSession
from app.db.models import AuditEntry, Story
from app.hooks.calls import CALLS
from app.hooks.contracts import Subscriber, Tile
from app.kernel.events import StoryUnpublished
from app.services.asking import Failed, ask, ask_all, insist
from tests.hostile.making import found_in, write_plugin
from tests.services.plugins.conftest import switch

CODE = """
import sys, types
from sqlalchemy import text
from app.sdk import *
from app.kernel.events import StoryUnpublished

DO = {}

def facts(session, actor):
    return DO["it"](session)

def handle(uow, event):
    return DO["it"](uow.session)

@hookimpl
def register_tiles():
    return [Tile("t", title="T", facts=facts)]

@hookimpl
def register_subscribers():
    return [Subscriber("s", event=StoryUnpublished, when="in_transaction", handle=handle)]
"""


def _text(statement: str):
    return lambda session: session.execute(text(statement))


TRIES = {
    "commits": lambda session: session.commit(),
    "rolls back": lambda session: session.rollback(),
    "closes": lambda session: session.close(),
    "resets": lambda session: session.reset(),
    "invalidates": lambda session: session.invalidate(),
    "commits in words": _text("COMMIT"),
    "rolls back in words": _text(" rollback"),
    "commits after a comment": _text("/* x */ COMMIT"),
    "commits after a line of comment": _text("-- x\nCOMMIT"),
    "commits behind another statement": _text("SELECT 1; COMMIT"),
    "commits behind words": _text("SELECT '--'; /* x */ COMMIT"),
    "ends": _text("END"),
    "attaches": _text("ATTACH ':memory:' AS other"),
    "unlocks": _text("PRAGMA query_only = 0"),
    "breaks its query": _text("SELECT nothing FROM nowhere"),
    "leaves a savepoint open and raises": lambda session: (session.begin_nested(), 1 / 0),
    "exits": lambda session: (_ for _ in ()).throw(SystemExit(3)),
    "raises no Exception": lambda session: (_ for _ in ()).throw(GeneratorExit()),
}
READERS_WRITE = {
    "writes rows": _text("UPDATE story SET title = 'evil'"),
    "writes objects": lambda session: (setattr(session.scalars(select(Story)).first(), "title", "evil"), session.flush()),
    "drops a table": _text("DROP TABLE draft"),
}


@pytest.fixture
def hostile(site_with, tmp_path):
    site = site_with(found_in(write_plugin(tmp_path, "borrower", CODE)))
    switch(site, "borrower", True)
    return site


def do(site, it) -> None:
    site.plugins.plugins["borrower"].module.DO["it"] = it


@pytest.mark.parametrize("kind", TRIES | READERS_WRITE)
def test_a_reader_goes_on_reading_in_the_same_transaction(hostile, kind):
    do(hostile, (TRIES | READERS_WRITE)[kind])
    tile = hostile.registry.of(Tile)[0]
    with reading(hostile) as session:
        titles = session.scalars(select(Story.title)).all()
        transaction = session.get_transaction()
        with pytest.raises(Failed):
            insist(session, tile, lambda: tile.item.facts(session, None))
        assert session.get_transaction() is transaction
        assert session.scalars(select(Story.title)).all() == titles
        after = ask_all(session, [(tile, lambda: tile.item.facts(session, None)), (tile, lambda: "fine")])
        assert isinstance(after[0], Failed)
        assert after[1] == "fine"
        assert session.scalars(select(Story.title)).all() == titles
    assert CALLS.faults()[0].owner == "borrower"


def reading(site) -> Session:
    class Plain(ReadingSession):
        def get_bind(self, *arguments, **named):
            return site.engine

    return Plain(db=None)


@pytest.mark.parametrize("kind", TRIES)
def test_a_unit_of_work_is_committed_whole(hostile, world, kind):
    do(hostile, TRIES[kind])
    with hostile.writer.begin() as uow:
        uow.session.get_one(Story, world.stories["legumerie"]).title = "Un titre qui tient"
        uow.record(None, "story.test", "story", world.stories["legumerie"])
        uow.emit(StoryUnpublished(world.stories["legumerie"]))
    with Session(hostile.engine) as session:
        assert session.get_one(Story, world.stories["legumerie"]).title == "Un titre qui tient"
        assert session.scalars(select(AuditEntry.verb).order_by(AuditEntry.seq.desc())).first() == "story.test"
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("borrower", "register_subscribers")


@pytest.mark.parametrize("kind", TRIES)
def test_a_unit_of_work_that_fails_afterwards_leaves_nothing(hostile, world, kind):
    """Were the plugin's commit let through, half of what was begun would stay."""
    subscriber = hostile.registry.of(Subscriber)[0]
    with pytest.raises(ZeroDivisionError):
        _fail_after(hostile, world, lambda session: ask(session, subscriber, lambda: TRIES[kind](session)))
    with Session(hostile.engine) as session:
        assert session.get_one(Story, world.stories["legumerie"]).title == "La légumerie"


def test_words_that_are_quoted_are_no_statements(hostile, session):
    subscriber = hostile.registry.of(Subscriber)[0]
    asked = text("SELECT 'fini; commit', \"state\" FROM story /* end */ -- reset\nORDER BY id")
    assert insist(session, subscriber, lambda: session.execute(asked).all())[0][0] == "fini; commit"


def _fail_after(site, world, ask_it) -> None:
    with site.writer.begin() as uow:
        uow.session.get_one(Story, world.stories["legumerie"]).title = "Un titre d’un instant"
        uow.session.flush()
        ask_it(uow.session)
        raise ZeroDivisionError


@pytest.mark.parametrize("kind", ["commit", "rollback", "close"])
def test_going_round_the_session_to_its_connection_commits_nothing_either(hostile, world, kind):
    """SQLAlchemy then takes the transaction for ended: the whole unit of work is given up, which is the safe side."""
    subscriber = hostile.registry.of(Subscriber)[0]
    with pytest.raises(Exception):  # noqa: B017, PT011  # whichever it is: nothing may have been written
        _fail_after(hostile, world, lambda session: ask(session, subscriber, getattr(session.connection(), kind)))
    with hostile.writer.begin() as uow:  # the connection is clean again
        assert uow.session.get_one(Story, world.stories["legumerie"]).title == "La légumerie"
