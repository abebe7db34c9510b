"""The shorter way of a worker's sockets: the same frames as the library's, the same site over ASGI alone, and nothing taken out of turn."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pycrdt import Doc
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from app.direct_socket import frame_of
from app.live import wire
from app.live.outlet import MOST_QUEUED, Outlet
from tests.live.conftest import WORKER, serving_live
from tests.live.documents import Writer, text_of


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
def test_a_frame_is_the_librarys(size):
    message = bytes(range(256)) * (size // 256 + 1)
    message = message[:size]
    assert frame_of(message) == Frame(Opcode.BINARY, message).serialize(mask=False)
    client = ClientProtocol(parse_uri("ws://recits.example/"))
    assert Frame(Opcode.BINARY, message).serialize(mask=False, extensions=client.extensions) == frame_of(message)


@pytest.fixture(params=["direct", "over ASGI"])
def either(request, app, world, monkeypatch):
    """A site with the shorter way, and one without."""
    if request.param == "over ASGI":
        monkeypatch.setitem(WORKER, "ws", "websockets-sansio")
    with serving_live(app, world) as found:
        yield found


def test_two_write_either_way(either, passages):
    helene, karim = (either.open(name).open(passages.shared) for name in ("helene", "karim"))
    helene.write("Nous avons voté.")
    karim.wait(lambda: karim.text() == "Nous avons voté.")
    karim.write("Oui.")
    helene.wait(lambda: helene.text() == "Nous avons voté. Oui." and helene.saved)
    helene.move({"cursor": {"head": 3}})
    karim.wait(lambda: karim.carets)
    karim.send(b"\xff")
    assert karim.wait_closed() == (1002, "malformed")


def test_what_comes_while_a_passage_opens_waits_for_it(either, passages):
    page = either.open("helene")
    writer = Writer()
    page.documents[1], page.clients[1], page.sent[1], page.acknowledged[1] = Doc(), 7, 0, 0
    page.send(wire.head(wire.OPEN, 1) + wire.sized(passages.own.encode()) + b"\7")
    page.update(writer.type("un "))
    page.update(writer.type("deux"))
    page.send(wire.head(wire.OPEN, 2) + wire.sized(passages.shared.encode()) + b"\x08", wire.head(wire.CLOSE, 2))
    page.documents[2], page.sent[2] = Doc(), 0
    page.wait(lambda: page.acknowledged[1] >= 2 and 2 in page.rights)
    assert text_of(either.front.hub.log.load(passages.own).document()) == "un deux"
    assert page.rights[2]["right"] == "write"


def test_a_page_that_goes_while_a_passage_opens_leaves_nothing_behind(either, passages):
    hub = either.front.hub
    watcher = either.open("karim")
    opening, going_on = threading.Event(), threading.Event()
    rights_of = hub.rights._rights.of

    def slow(*asked):
        opening.set()
        going_on.wait(10)
        return rights_of(*asked)

    hub.rights._rights.of = slow
    page = either.open("helene")
    watcher.wait(lambda: len(watcher.presence) == 2)
    page.send(wire.head(wire.OPEN, 1) + wire.sized(passages.own.encode()) + b"\7", wire.sync(1, wire.STEP1, b"\0"))
    assert opening.wait(10)
    page.end()
    going_on.set()
    watcher.wait(lambda: [person["name"] for person in watcher.presence] == ["Karim"])
    assert not any(room.channels for room in hub.rooms.values())


def test_a_message_in_pieces_is_taken_whole(either, passages):
    page = either.open("helene").open(passages.own)
    message = wire.sync(1, wire.UPDATE, Writer().type("en morceaux"))
    page.sent[1] += 1
    page.socket.send([message[:5], message[5:9], message[9:]])
    page.wait_saved()
    assert text_of(either.front.hub.log.load(passages.own).document()) == "en morceaux"


class _Sent:
    """A way out that keeps what it was given, to somebody who may not read it."""

    def __init__(self, reads=True):
        self.frames = []
        self._reads = reads

    def listen(self, heard):
        raise AssertionError("nobody asked")

    def write(self, message):
        self.frames.append(message)

    def unsent(self):
        return 0 if self._reads else sum(map(len, self.frames))


def test_what_is_put_in_one_turn_leaves_in_one_frame():
    sent, soon = _Sent(), []
    way = Outlet("fr", None, sent, soon.append)
    for message in (b"un ", b"deux"):
        way.put(message)
    assert (soon, sent.frames) == ([way], [])
    way.flush()
    way.put(b"trois")
    way.flush()
    assert sent.frames == [b"un deux", b"trois"]


def test_who_does_not_read_is_let_go():
    sent, said = _Sent(reads=False), []

    async def send(event):
        said.append((event["type"], event.get("reason")))

    async def write():
        way = Outlet("fr", send, sent, lambda way: None)
        for _ in range(3):
            way.put(b"x" * (MOST_QUEUED // 2 + 1))
            way.flush()
        await way.ended()
        way.put(b"more")
        way.flush()
        await way.ended()

    # A browser test of the same process may have left its own loop running in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, write()).result()
    assert said[0] == ("websocket.close", "restart")
    assert len(sent.frames) == 1, "what would not be read is not queued for ever"
