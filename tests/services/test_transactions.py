"""Transactions behave alike on SQLite and PostgreSQL: readers see one state, a writer that waits too long is told so (docs/decisions.md, 1)."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import app.db.engine
from app.db.models import SiteState
from app.factory import create_app
from tests.conftest import close_engines, settings_for

GENERATION = select(SiteState.generation)


def test_a_reading_transaction_sees_one_state_while_others_write(site, session):
    before = session.scalar(GENERATION)
    with site.writer.begin() as uow:
        uow.session.get_one(SiteState, 1).generation += 1
    assert session.scalar(GENERATION) == before
    session.rollback()
    assert session.scalar(GENERATION) == before + 1


def test_a_writer_that_waits_too_long_is_told_and_the_other_is_not_disturbed(home, monkeypatch):
    monkeypatch.setattr(app.db.engine, "BUSY_SECONDS", 0.2)
    made = create_app(settings_for(home))
    writer = made.extensions["recits"].writer
    with writer.begin() as first:
        generation = first.session.get_one(SiteState, 1).generation
        with pytest.raises(OperationalError), writer.begin():
            raise AssertionError("two writers at once")
        first.session.get_one(SiteState, 1).generation += 1
    with writer.begin() as later:
        assert later.session.scalar(GENERATION) == generation + 1
    close_engines(made)
