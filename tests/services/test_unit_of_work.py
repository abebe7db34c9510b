"""Units of work: all or nothing, effects after the commit, an audit chain that cannot be changed unseen."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from app.db.models import Account, AuditEntry, MailMessage, PassageRevision
from app.kernel.errors import NotAllowed
from app.kernel.events import Event, MailQueued
from app.services.access import reread
from app.services.accounts import find_session, open_session, set_disabled, token_hash
from app.services.mail import Letter, queue
from app.services.markup import prepare_here
from app.services.passages import add_passage, save_passage
from app.services.verify import verify_site
from tests.factories import actor


def test_a_failed_unit_of_work_leaves_nothing_and_publishes_nothing(site, session, world):
    heard: list[Event] = []
    site.writer.bus.subscribe(MailQueued, heard.append)
    before = session.query(AuditEntry).count()
    session.rollback()

    def fail() -> None:
        with site.writer.begin() as uow:
            uow.session.get_one(Account, world.accounts["helene"]).name = "Changée"
            queue(uow, Letter("a@b.example", "s", "b"))
            uow.record(None, "test", "site", "x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert heard == []
    assert session.query(AuditEntry).count() == before
    assert session.query(MailMessage).count() == 0
    assert session.get_one(Account, world.accounts["helene"]).name == "Helene"


def test_events_follow_the_commit_and_a_failing_subscriber_stops_nobody(site, session):
    heard: list[Event] = []

    def fail(_event: Event) -> None:
        raise OSError("no mail server")

    site.writer.bus.subscribe(MailQueued, fail)
    site.writer.bus.subscribe(MailQueued, heard.append)
    with site.writer.begin() as uow:
        queue(uow, Letter("a@b.example", "s", "b"))
        assert heard == []
    assert len(heard) == 1
    assert session.query(MailMessage).count() == 1


def test_a_right_that_ended_is_not_used(site, world):
    helene, admin = actor(site, world, "helene"), actor(site, world, "admin")
    with site.writer.begin() as uow:
        set_disabled(uow, admin, world.accounts["helene"], True)
    with pytest.raises(NotAllowed), site.writer.begin() as uow:
        reread(uow, helene, site.snapshots.current(uow.session))


def test_a_session_is_found_by_its_token_alone(site, world, session):
    with site.writer.begin() as uow:
        token = open_session(uow, world.accounts["helene"], "Firefox", 14)
    now = datetime.now(UTC)
    assert find_session(session, token, now).token_hash == token_hash(token)
    assert find_session(session, token_hash(token), now) is None
    assert find_session(session, token, now.replace(year=now.year + 1)) is None


def save(site, world, body: str) -> str:
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        passage = add_passage(uow, helene, world.stories["legumerie"], world.moments["vote"], world.voices["helene"])
        revision = save_passage(uow, helene, passage.id, prepare_here(body, lang="fr"), None, None)
    assert isinstance(revision, PassageRevision)
    return revision.id


@pytest.mark.parametrize(
    ("model", "change", "named"),
    [
        (AuditEntry, {"verb": "story.other"}, "audit entry"),
        (AuditEntry, {"actor_id": None}, "audit entry"),
        (PassageRevision, {"body": "Autre chose.\n"}, "passage revision"),
        (PassageRevision, {"spans": []}, "passage revision"),
    ],
)
def test_verify_finds_what_was_changed_behind_its_back(site, session, world, model, change, named):
    save(site, world, "Un texte.")
    assert verify_site(session).faults == ()
    session.execute(update(model).values(**change))
    session.flush()
    assert any(fault.startswith(named) for fault in verify_site(session).faults)
    session.rollback()


def test_verify_finds_a_missing_audit_entry(site, session, world):
    save(site, world, "Un texte.")
    middle = session.query(AuditEntry).order_by(AuditEntry.seq).all()[3]
    session.delete(middle)
    session.flush()
    assert verify_site(session).faults != ()
    session.rollback()


def test_saving_the_same_words_makes_no_revision(site, session, world):
    helene = actor(site, world, "helene")
    revision = session.get_one(PassageRevision, save(site, world, "Un  texte\nsimple."))
    session.rollback()
    with site.writer.begin() as uow:
        again = save_passage(uow, helene, revision.passage_id, prepare_here("Un  texte\nsimple.", lang="fr"), None, revision.id)
    assert again.id == revision.id
