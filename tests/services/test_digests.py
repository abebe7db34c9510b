"""Digests: who is told what by mail, how often, and who is not."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli.base import Makers
from app.cli.main import recits
from app.db.margin import waiting_for
from app.db.models import MailMessage, StoryDelegation, Suggestion, Voice
from app.kernel.clock import Clock
from app.services import digests, discussion, passages
from tests.factories import address
from tests.services.desk import Desk

PARIS = ZoneInfo("Europe/Paris")
BASE = "https://recits.exemple.test"


class Wall:
    """A clock on a wall that a test sets."""

    def __init__(self):
        self.now = datetime(2026, 12, 1, 10, 0, tzinfo=PARIS)

    def __call__(self):
        return self.now


@pytest.fixture
def wall():
    return Wall()


@pytest.fixture
def desk(site, world, session, wall):
    clock = Clock(wall, PARIS)
    return Desk(replace(site, clock=clock, writer=replace(site.writer, clock=clock)), world, session)


@pytest.fixture
def passage(desk):
    found = desk.add("helene")
    desk.save("helene", found, "Nous avons voté.")
    return found


def call(desk, passage, name="helene", by="karim"):
    return desk.do(discussion.start_thread, by, passage, f"@{name} ?")


def round_of(desk, wall, **later):
    wall.now += timedelta(**later)
    return digests.send_due_digests(desk.site.writer, BASE)


def letters(desk):
    desk.session.rollback()
    query = select(MailMessage).where(MailMessage.body.contains("Dans la marge") | MailMessage.subject.contains("Dans la marge"))
    return [(row.recipient, row.body) for row in desk.session.scalars(query.order_by(MailMessage.created_at, MailMessage.recipient))]


def test_one_digest_a_day_at_most_in_the_morning(desk, passage, wall):
    call(desk, passage)
    assert round_of(desk, wall, minutes=6) == 1
    ((to, body),) = letters(desk)
    assert to == address("helene")
    assert "Karim vous appelle dans «\u202fLa légumerie\u202f»" in body
    assert f"{BASE}/espace/passages/{passage}" in body
    assert f"{BASE}/compte#messages" in body
    wall.now += timedelta(minutes=1)
    call(desk, passage)
    assert round_of(desk, wall, hours=6) == 0, "not twice a day"
    assert round_of(desk, wall, hours=11) == 0, "not at night"
    assert round_of(desk, wall, hours=6) == 1
    assert round_of(desk, wall, days=1) == 0, "nothing new, no mail"


def test_who_chose_so_is_told_at_once_or_never(desk, passage, wall):
    desk.do(digests.choose_digest, "helene", "at_once")
    desk.do(digests.choose_digest, "maud", "never")
    wall.now += timedelta(hours=9)
    call(desk, passage)
    call(desk, passage, "maud")
    assert round_of(desk, wall, minutes=6) == 1
    wall.now += timedelta(minutes=1)
    call(desk, passage)
    assert round_of(desk, wall, minutes=6) == 1
    assert [to for to, _body in letters(desk)] == [address("helene")] * 2
    assert round_of(desk, wall, days=2) == 0


def test_what_one_has_seen_or_what_is_settled_is_not_told(desk, passage, wall):
    call(desk, passage)
    desk.do(discussion.see_mentions, "helene", passage)
    thread = call(desk, passage)
    desk.do(discussion.set_thread_resolved, "karim", thread.id, True)
    assert round_of(desk, wall, minutes=6) == 0


def test_suggestions_are_told_to_who_decides_them_and_to_nobody_else(desk, passage, wall):
    with desk.site.writer.begin() as uow:
        uow.session.add(
            Suggestion(id="a" * 12, passage_id=passage, author_id=desk.world.accounts["karim"], created_at=uow.now, state="open")
        )
    assert round_of(desk, wall, minutes=6) == 2
    assert [to for to, _body in letters(desk)] == [address("helene"), address("scribe")]
    assert "1 suggestion attend votre décision" in letters(desk)[0][1]


def test_a_passage_in_the_trash_or_a_mandate_that_ended_tells_nothing(desk, passage, wall):
    call(desk, passage, "maud")
    desk.do(passages.delete_passage, "helene", passage)
    assert round_of(desk, wall, minutes=6) == 0


def test_one_worker_of_all_does_a_round(desk, passage, wall):
    call(desk, passage)
    assert round_of(desk, wall, minutes=6) == 1
    call(desk, passage, "maud")
    assert round_of(desk, wall, minutes=1) == 0
    assert round_of(desk, wall, minutes=5) == 1


def test_english_speakers_are_told_in_english(desk, passage, wall):
    from app.db.models import Account

    with desk.site.writer.begin() as uow:
        uow.session.get_one(Account, desk.world.accounts["helene"]).lang = "en"
    call(desk, passage)
    round_of(desk, wall, minutes=6)
    desk.session.rollback()
    body = desk.session.scalars(select(MailMessage.body).where(MailMessage.recipient == address("helene"))).one()
    assert "Karim calls you in “La légumerie”" in body
    assert f"{BASE}/en/espace/passages/{passage}" in body


def test_where_another_server_serves_the_command_tells(app, desk, passage, wall):
    desk.do(digests.choose_digest, "helene", "at_once")
    wall.now += timedelta(seconds=1)
    call(desk, passage)
    result = CliRunner().invoke(recits, ["jobs"], obj=Makers(lambda: app, list))
    assert result.exit_code == 0, result.output
    assert [to for to, _body in letters(desk)] == [address("helene")]


def test_what_waits_in_a_story_of_two_delegations_is_counted_once(desk, passage, wall):
    """Somebody who holds a voice in one and serves one in the other."""
    with desk.site.writer.begin() as uow:
        uow.session.add(StoryDelegation(story_id=desk.story, delegation_id=desk.world.delegations["valcendre"], lead=False))
        uow.session.get_one(Voice, desk.world.voices["autre_helene"]).scribe_id = desk.world.accounts["helene"]
        uow.session.add(Suggestion(id="une-proposition", passage_id=passage, author_id=desk.world.accounts["karim"], created_at=uow.now))
    call(desk, passage)
    desk.session.rollback()
    voices = [desk.world.voices["helene"], desk.world.voices["autre_helene"]]
    delegations = [desk.world.delegations["brumeval"], desk.world.delegations["valcendre"]]
    found = waiting_for(desk.session, desk.world.accounts["helene"], voices, delegations)
    assert [(entry.kind, entry.number) for entry in found] == [("mention", 1), ("suggestion", 1), ("thread", 1)]
