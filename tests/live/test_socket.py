"""The socket: who may open it, what is shown to whom and when, how it ends."""

from dataclasses import replace

import pytest
from pycrdt import Doc
from websockets.exceptions import InvalidStatus

from app.db.models import Story
from app.live import wire
from app.live.log import DISK_FULL
from app.services.passages import add_passage
from app.services.stories import create_story
from tests.factories import actor
from tests.live.documents import Writer, text_of


def change_right(served, name, kind):
    """Gives somebody another right in what they have open, as if it had changed at this moment."""
    channels = [
        channel
        for connection in served.front.hub.presence.connections()
        if connection.visitor.account == served.world.accounts[name]
        for channel in connection.channels.values()
    ]
    for channel in channels:
        channel.right = replace(channel.right, kind=kind)


def test_words_reach_the_others_and_are_acknowledged(served, passages):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    helene.write("Nous avons voté.")
    karim.wait(lambda: karim.text() == "Nous avons voté.")
    helene.wait(lambda: helene.saved)
    karim.write("Oui.")
    helene.wait(lambda: "Oui." in helene.text())
    assert served.open("maud").open(passages.shared).text() == "Nous avons voté. Oui."


def test_english_pages_are_told_in_english(served, passages):
    french, english = served.open("helene").open(passages.own), served.open("helene", prefix="/en").open(passages.own)
    assert french.rights[1]["right"] == english.rights[1]["right"] == "write"
    assert french.rights[1]["why"].startswith("C’est votre passage")
    assert english.rights[1]["why"].startswith("This is your passage")


@pytest.mark.parametrize("headers", [{"Origin": "https://ailleurs.example"}, {"Origin": "null"}])
def test_another_site_opens_no_socket(served, headers):
    with pytest.raises(InvalidStatus) as refused:
        served.open("helene", **headers)
    assert refused.value.response.status_code == 403


def test_other_addresses_are_no_sockets(served):
    for story in ("", "a/b"):
        with pytest.raises(InvalidStatus):
            served.open("helene", story)


def test_nobody_without_a_session(served):
    assert served.open(None).wait_closed() == (1008, "signed_out")
    assert served.open(None, Cookie="recits=forged.x.y").wait_closed() == (1008, "signed_out")


@pytest.mark.parametrize("name", ["autre_karim", "personne", "editrice", "admin"])
def test_nobody_else_reads_a_story_that_is_being_written(served, name):
    assert served.open(name).wait_closed() == (1008, "not_allowed")


def test_a_passage_of_another_story_is_not_opened(served, site, passages, world):
    page = served.open("autre_helene", "autre").open(passages.own)
    assert page.rights[1]["right"] == "none"
    page.update(Writer().type("intrus"))
    page.settle()
    assert served.open("helene").open(passages.own).text() == ""
    assert page.open("nothing", 2).rights[2]["right"] == "none"


def test_a_passage_of_ones_own_other_story_is_not_opened_at_this_one(served, site, passages, world):
    """Its readers are others: who is told who is here, and what changes, goes by the story of the socket."""
    with site.writer.begin() as uow:
        someone = actor(site, world, "helene")
        other = create_story(uow, someone, world.delegations["brumeval"], "Un autre récit", "").id
        elsewhere = add_passage(uow, someone, other, world.moments["vote"], world.voices["helene"]).id
    page = served.open("helene").open(elsewhere)
    assert page.rights[1]["right"] == "none"
    assert served.front.hub.rooms.get(elsewhere) is None


def test_a_socket_holds_so_many_passages_and_each_number_once(served, passages, monkeypatch):
    monkeypatch.setattr("app.live.socket.MOST_CHANNELS", 2)
    page = served.open("helene").open(passages.own).open(passages.shared, 2)
    page.send(wire.head(wire.OPEN, 3) + wire.sized(passages.own.encode()) + b"\7")
    assert page.wait_closed() == (1002, "malformed")
    again = served.open("helene").open(passages.own)
    again.send(wire.head(wire.OPEN, 1) + wire.sized(passages.shared.encode()) + b"\7")
    assert again.wait_closed() == (1002, "malformed")


def test_after_a_refusal_nothing_more_of_that_opening_is_taken(served, passages):
    """What follows builds on what was refused: half of a sentence is worse than none."""
    page, other = served.open("karim").open(passages.own), served.open("helene").open(passages.own)
    page.write("Je réécris.")
    page.wait(lambda: page.refusals)
    acknowledged = page.acknowledged[1]
    change_right(served, "karim", "write")
    page.write("Et je continue.")
    page.settle()
    other.settle()
    assert other.text() == ""
    assert page.acknowledged[1] == acknowledged
    assert served.front.hub.log.authors_since(passages.own, 0) == []


def test_carets_are_shown_and_taken_away(served, passages):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    helene.move({"cursor": {"head": 3}})
    karim.wait(lambda: karim.carets == {helene.clients[1]: {"cursor": {"head": 3}}})
    late = served.open("maud").open(passages.shared)
    late.wait(lambda: late.carets == karim.carets)
    helene.end()
    karim.wait(lambda: karim.carets == {helene.clients[1]: None})


def test_nobody_moves_anothers_caret(served, passages):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    karim.move({"cursor": "stolen"}, client=helene.clients[1])
    karim.move({"cursor": "mine"}, clock=2)
    helene.wait(lambda: helene.carets)
    assert helene.carets == {karim.clients[1]: {"cursor": "mine"}}


def test_a_caret_comes_with_its_text(served, passages):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    helene.update(Writer().type("x"), 1, helene.caret({"cursor": 1}))
    karim.wait(lambda: karim.carets)
    assert len(karim.documents[1].get_update()) > 2, "the text was there before its caret"


def test_presence_is_the_servers_word(served, passages):
    helene, scribe = served.open("helene").open(passages.own), served.open("scribe")
    helene.here(passages.own)
    scribe.wait(lambda: any(person["passage"] for person in scribe.presence))
    told = {person["name"]: (person["key"], person["passage"], person["clients"]) for person in scribe.presence}
    assert told == {"Helene": ("elu", passages.own, [helene.clients[1]]), "Scribe": ("elu", None, [])}
    helene.end()
    scribe.wait(lambda: len(scribe.presence) == 1)


def test_a_reader_changes_nothing_and_is_told(served, passages, site, world):
    helene = served.open("helene").open(passages.own)
    helene.write("Nous avons voté.")
    helene.wait(lambda: helene.saved)
    with site.writer.begin() as uow:
        uow.session.get_one(Story, world.stories["legumerie"]).state = "submitted"
    karim = served.open("karim").open(passages.own)
    assert karim.rights[1]["right"] == "read"
    karim.write("Moi aussi.")
    karim.wait(lambda: karim.refusals)
    assert karim.refusals[1]["reason"] == "read_only"
    karim.write("Encore.")
    karim.settle()
    helene.settle()
    assert helene.text() == "Nous avons voté."
    karim.leave()
    assert karim.open(passages.own).text() == "Nous avons voté."


@pytest.mark.parametrize(
    ("frame", "closing"),
    [
        (b"\xff", (1002, "malformed")),
        (wire.sync(1, wire.UPDATE, b"\1\2\3"), (1002, "malformed")),
        (wire.sync(1, wire.STEP1, b"\xff"), (1002, "malformed")),
        (wire.head(wire.HERE, 0) + wire.sized(b"[]"), (1002, "malformed")),
        (wire.head(wire.OPEN, 1) + wire.sized(b"p") + b"\5", (1002, "malformed")),  # open already
        (wire.head(wire.AWARE, 1) + wire.sized(wire.awareness([(1, 1, b"{" + b" " * 9000 + b"}")])), (1009, "too_large")),
    ],
)
def test_a_page_that_sends_nonsense_is_closed_with_a_word(served, passages, frame, closing):
    karim, helene = (served.open(name).open(passages.shared) for name in ("karim", "helene"))
    karim.send(frame)
    assert karim.wait_closed() == closing
    helene.write("Nous continuons.")
    helene.wait(lambda: helene.saved)


def test_what_breaks_a_document_is_in_nobodys(served, passages):
    helene, karim = (served.open(name).open(passages.own) for name in ("helene", "scribe"))
    writer = Writer()
    karim.update(writer.type("abc"))
    karim.wait_saved()
    letters = wire.varuint(writer.document.client_id) + b"\0"
    karim.update(b"\1\1\5\0\4\0" + letters + b"\1x" + b"\0")  # text inside of text
    assert karim.wait_closed() == (1002, "malformed")
    assert helene.wait_closed() == (1013, "restart")
    again = served.open("helene").open(passages.own)
    assert text_of(again.documents[1]) == "abc"


def test_text_frames_are_nonsense(served):
    page = served.open("helene")
    page.socket.send("bonjour")
    assert page.wait_closed() == (1002, "malformed")


def test_what_came_before_nonsense_in_a_frame_is_kept(served, passages):
    helene = served.open("helene").open(passages.shared)
    writer = Writer()
    helene.update(writer.type("gardé"), 1, wire.sync(1, wire.UPDATE, b"\1\1\1"))
    assert helene.wait_closed() == (1002, "malformed")
    late = served.open("karim").open(passages.shared)
    assert text_of(late.documents[1]) == "gardé"
    assert text_of(served.front.hub.log.load(passages.shared).document()) == "gardé"


def test_an_update_that_is_too_large_is_not_taken(served, passages):
    page = served.open("helene").open(passages.own)
    page.update(Writer().type("x" * (1024 * 1024 + 1)))
    assert page.wait_closed()[0] == 1009
    assert served.open("helene").open(passages.own).text() == ""


def test_a_document_has_a_size(served, passages):
    page = served.open("helene").open(passages.own)
    writer = Writer()
    for _ in range(2):
        page.update(writer.type("x" * (900 * 1024)))
        page.wait(lambda: page.saved)
    page.update(writer.type("x" * (900 * 1024)))
    assert page.wait_closed() == (1009, "too_large")


def test_a_script_that_never_rests_is_let_go(served, passages):
    page = served.open("helene").open(passages.own)
    for clock in range(1000):
        page.move({}, clock=clock)
    assert page.wait_closed() == (1013, "too_fast")


def test_nothing_is_shown_or_acknowledged_that_is_not_on_disk(served, passages, monkeypatch):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    helene.write("Avant.")
    karim.wait(lambda: karim.text() == "Avant.")
    helene.wait(lambda: helene.saved)
    hub = served.front.hub
    held = []
    monkeypatch.setattr(hub.log, "append", held.append)
    helene.write("Perdu ?")
    helene.settle()
    assert not helene.saved
    late = served.open("maud")
    late.send(wire.head(wire.OPEN, 1) + wire.sized(passages.shared.encode()) + b"\5", wire.sync(1, wire.STEP1, b"\0"))
    late.documents[1], late.sent[1] = Doc(), 0
    late.settle()
    assert late.text() == "", "what is not on disk is shown to nobody, late comers included"
    hub.background.loop.call_soon_threadsafe(hub.failed, held[0], DISK_FULL)
    for page in (helene, karim, late):
        assert page.wait_closed() == (1013, "disk_full")
    monkeypatch.undo()
    again = served.open("helene").open(passages.shared, document=helene.documents[1])
    again.wait(lambda: again.saved)
    assert served.open("karim").open(passages.shared).text() == "Avant. Perdu ?"


def test_an_acknowledgement_never_runs_ahead(served, passages, monkeypatch):
    page = served.open("helene").open(passages.own)
    page.wait(lambda: page.saved)
    hub = served.front.hub
    held = []
    monkeypatch.setattr(hub.log, "append", held.append)
    before = page.acknowledged[1]
    page.write("un")
    page.update(b"\0\0")
    page.write("deux")
    page.wait(lambda: len(held) == 2)
    hub.background.loop.call_soon_threadsafe(hub.committed, held[0])
    page.wait(lambda: page.acknowledged[1] > before)
    assert page.acknowledged[1] == before + 1
    hub.background.loop.call_soon_threadsafe(hub.committed, held[1])
    page.wait(lambda: page.acknowledged[1] == before + 3)


def test_a_worker_that_leaves_sends_its_pages_elsewhere(served, passages):
    page = served.open("helene").open(passages.own)
    served.front.hub.background.loop.call_soon_threadsafe(served.front.leave)
    assert page.wait_closed() == (1013, "restart")
    assert served.open("helene").wait_closed() == (1013, "restart")
