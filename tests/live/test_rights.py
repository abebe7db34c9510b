"""Rights in a room: as the services decide, from the opening on, and anew as soon as they change."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db.models import Account, AccountSession, Passage, Story
from app.kernel.events import PluginToggled
from app.services.accounts import end_session, set_disabled, set_roles
from app.services.approvals import reopen_passage, revoke_signature, sign_passage
from app.services.markup import prepare_here
from app.services.passages import delete_passage, write_revision
from app.services.voices import name_scribe
from tests.factories import actor


def state(site, world, value):
    with site.writer.begin() as uow:
        story = uow.session.get_one(Story, world.stories["legumerie"])
        story.state, story.submitted_version_id = value, "v1"


@pytest.fixture
def signed(site, world, passages):
    """The passage of `helene`, signed."""
    with site.writer.begin() as uow:
        someone = actor(site, world, "helene")
        passage = uow.session.get_one(Passage, passages.own)
        revision = write_revision(uow, someone, passage, prepare_here("Nous avons voté.", lang="fr"), None, "fr")
        sign_passage(uow, someone, passages.own, world.voices["helene"], revision.hash)
    return passages.own


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def rights(served, passages, name):
    page = served.open(name).open(passages.own).open(passages.shared, 2)
    return tuple((page.rights[number]["right"], page.rights[number]["voice"]) for number in (1, 2))


def test_who_may_what_while_a_story_is_written(served, passages, world):
    helene, karim = world.voices["helene"], world.voices["karim"]
    assert rights(served, passages, "helene") == (("write", helene), ("write", helene))
    assert rights(served, passages, "scribe") == (("write", helene), ("write", helene))
    assert rights(served, passages, "karim") == (("suggest", karim), ("write", karim))


@pytest.mark.parametrize("value", ["submitted", "in_review"])
def test_who_may_what_while_a_story_is_read_again(served, passages, site, world, value):
    state(site, world, value)
    for name in ("helene", "karim"):
        assert [right for right, _ in rights(served, passages, name)] == ["read", "read"]
    assert rights(served, passages, "editrice") == (("suggest", None), ("suggest", None))


def test_editors_read_no_working_copy_after_review(served, passages, site, world):
    state(site, world, "writing")
    page = served.open("editrice").open(passages.own)
    assert page.rights[1]["right"] == "none"
    assert 1 not in page.answered


def test_signed_words_are_read_until_they_are_reopened(served, site, world, signed):
    helene, karim = served.open("helene").open(signed), served.open("karim").open(signed)
    for page in (helene, karim):
        assert page.rights[1]["right"] == "read"
        assert page.text() == "Nous avons voté."
    with site.writer.begin() as uow:
        reopen_passage(uow, actor(site, world, "helene"), signed)
    helene.wait(lambda: helene.rights[1]["right"] == "write")
    karim.wait(lambda: karim.rights[1]["right"] == "suggest")
    assert {"kind": "state", "passage": signed} in helene.notices
    helene.write("Encore un mot.")
    karim.wait(lambda: "Encore" in karim.text())


def test_a_signature_closes_the_passage_under_the_pen(served, site, world, passages):
    helene = served.open("helene").open(passages.own)
    assert helene.rights[1]["right"] == "write"
    with site.writer.begin() as uow:
        someone = actor(site, world, "helene")
        passage = uow.session.get_one(Passage, passages.own)
        revision = write_revision(uow, someone, passage, prepare_here("Nous avons voté.", lang="fr"), None, "fr")
        sign_passage(uow, someone, passages.own, world.voices["helene"], revision.hash)
    helene.wait(lambda: helene.rights[1]["right"] == "read")
    helene.write("Trop tard.")
    helene.wait(lambda: helene.refusals)
    assert helene.refusals[1]["reason"] == "read_only"
    with site.writer.begin() as uow:
        revoke_signature(uow, actor(site, world, "helene"), passages.own, world.voices["helene"])
    helene.wait(lambda: helene.rights[1]["right"] == "write")


@pytest.fixture
def overtaken(served, site, world, signed, monkeypatch):
    """Has a signature overtake the next question about rights, which was answered before it and comes back after `until`."""

    def overtake(until):
        hub, seen = served.front.hub, []
        ask = hub.rights._rights.of

        def asked(*arguments):
            answer = ask(*arguments)
            if not seen:
                announced = hub.rights.announced
                seen.append(answer)
                with site.writer.begin() as uow:
                    passage = uow.session.get_one(Passage, signed)
                    sign_passage(uow, actor(site, world, "helene"), signed, world.voices["helene"], passage.reopened_hash)
                wait_for(lambda: hub.rights.announced > announced and until())
            return answer

        monkeypatch.setattr(hub.rights._rights, "of", asked)

    with site.writer.begin() as uow:
        reopen_passage(uow, actor(site, world, "helene"), signed)
    return overtake


def test_a_signature_while_a_passage_opens_is_not_missed(served, signed, overtaken):
    page = served.open("helene")
    page.settle()
    overtaken(lambda: True)
    page.open(signed)
    page.wait(lambda: page.rights[1]["right"] == "read")


def test_an_old_answer_does_not_undo_a_newer_one(served, signed, overtaken):
    page = served.open("helene").open(signed)
    assert page.rights[1]["right"] == "write"
    hub = served.front.hub
    [connection] = hub.presence.connections()
    overtaken(lambda: connection.channels[1].right.kind == "read")
    hub.background.loop.call_soon_threadsafe(hub.rights.recheck_soon, [connection])
    page.wait(lambda: page.rights[1]["right"] == "read")
    page.settle()
    time.sleep(0.2)
    page.settle()
    assert page.rights[1]["right"] == "read"


def test_signing_out_ends_the_socket(served, site, world, passages):
    page = served.open("helene").open(passages.own)
    other = served.open("karim").open(passages.own)
    with site.writer.begin() as uow:
        row = uow.session.scalars(select(AccountSession).where(AccountSession.account_id == world.accounts["helene"])).one()
        end_session(uow, actor(site, world, "helene"), row.id)
    assert page.wait_closed() == (1008, "signed_out")
    other.settle()
    assert other.closed is None


def test_an_account_that_is_closed_ends_its_sockets(served, site, world, passages):
    page = served.open("helene").open(passages.own)
    with site.writer.begin() as uow:
        set_disabled(uow, actor(site, world, "admin"), world.accounts["helene"], True)
    assert page.wait_closed() == (1008, "signed_out")


def test_a_session_that_expires_ends_the_socket(served, site, world, passages, monkeypatch):
    monkeypatch.setattr("app.live.rights_watch.SESSIONS_SECONDS", 0.1)
    monkeypatch.setattr("app.live.hub.ROUND_SECONDS", 0.1)
    page = served.open("helene").open(passages.own)
    with site.writer.begin() as uow:
        for row in uow.session.scalars(select(AccountSession)):
            row.expires_at = uow.now - timedelta(seconds=1)
    assert page.wait_closed() == (1008, "signed_out")


def test_what_nobody_announced_is_found_in_time(served, site, world, passages, monkeypatch):
    monkeypatch.setattr("app.live.rights_watch.EVERYTHING_SECONDS", 0.1)
    monkeypatch.setattr("app.live.hub.ROUND_SECONDS", 0.1)
    page = served.open("helene").open(passages.own)
    assert page.rights[1]["right"] == "write"
    with site.writer.begin() as uow:
        uow.session.get_one(Story, world.stories["legumerie"]).state = "submitted"
    page.wait(lambda: page.rights[1]["right"] == "read")


def test_only_sessions_that_are_over_end_their_sockets(served, site, world, passages, monkeypatch):
    monkeypatch.setattr("app.live.rights_watch.SESSIONS_SECONDS", 0.1)
    monkeypatch.setattr("app.live.hub.ROUND_SECONDS", 0.1)
    over, disabled, live = (served.open(name).open(passages.shared) for name in ("helene", "karim", "maud"))
    with site.writer.begin() as uow:
        someone = uow.session.scalars(select(AccountSession).where(AccountSession.account_id == world.accounts["helene"]))
        for row in someone:
            row.ended_at = uow.now
        uow.session.get_one(Account, world.accounts["karim"]).disabled_at = uow.now
    assert over.wait_closed() == disabled.wait_closed() == (1008, "signed_out")
    live.write("Je reste.")
    live.wait(lambda: live.saved)


def test_a_plugin_that_goes_on_or_off_has_everybody_asked_about(served, site, passages, monkeypatch):
    page = served.open("helene").open(passages.own)
    asked = []
    monkeypatch.setattr(served.front.hub.rights, "recheck_soon", lambda connections: asked.append(len(list(connections))))
    with site.writer.begin() as uow:
        uow.emit(PluginToggled("communication", True))
    page.wait(lambda: asked == [1])


def test_a_scribe_who_is_no_longer_one_suggests_no_more(served, site, world, passages):
    page = served.open("scribe").open(passages.own)
    with site.writer.begin() as uow:
        name_scribe(uow, actor(site, world, "helene"), world.voices["helene"], None)
    assert page.wait_closed() == (1008, "not_allowed")


def test_an_editor_who_is_no_longer_one_is_sent_away(served, site, world, passages):
    state(site, world, "in_review")
    page = served.open("editrice").open(passages.own)
    assert page.rights[1]["right"] == "suggest"
    with site.writer.begin() as uow:
        set_roles(uow, actor(site, world, "admin"), world.accounts["editrice"], frozenset())
    assert page.wait_closed() == (1008, "not_allowed")


def test_a_passage_that_goes_is_taken_off_every_page(served, site, world, passages):
    helene, karim = (served.open(name).open(passages.own) for name in ("helene", "karim"))
    with site.writer.begin() as uow:
        delete_passage(uow, actor(site, world, "helene"), passages.own)
    for page in (helene, karim):
        page.wait(lambda page=page: page.rights[1]["right"] == "none")
        assert {"kind": "passages"} in page.notices
    helene.write("Encore.")
    helene.settle()
    assert served.front.hub.log.authors_since(passages.own, 0) == []
