"""A small relay that speaks the wire of the live editor and keeps its rooms in memory: what the browser's half is tested against; never shipped.

It knows no Yjs: an update is bytes that it keeps, sends to the others and acknowledges. A client is asked for all that it has and given all that there is.
"""

import asyncio
import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from app.live import wire

STATIC = Path(__file__).resolve().parents[2] / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".mjs": "text/javascript", ".woff2": "font/woff2"}
NOTHING = b"\x00\x00"  # an update that holds nothing, and with its first byte the state vector of who has nothing


@dataclass
class Person:
    """Somebody whom a test lets in. `right` may be changed with `Relay.grant`."""

    name: str
    key: str = "elu"
    voice: str | None = None
    right: str = "write"
    shared: bool = False
    why: str = ""


@dataclass(eq=False)
class Client:
    """One connection: which passage each of its channels is, and how many updates came on it."""

    socket: ServerConnection
    user: str
    number: int
    channels: dict[int, str] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    here: str | None = None


class Relay:
    """The relay and the pages it serves: `/` is what `page` returns for a query string, `/static/…` the project's files."""

    def __init__(self, people: dict[str, Person], page: Any) -> None:
        self.people, self.page = people, page
        self.rooms: dict[str, list[bytes]] = defaultdict(list)
        self.received: dict[str, list[bytes]] = defaultdict(list)  # by user
        self.clients: list[Client] = []
        self.posts: list[str] = []
        self.acknowledges = True
        self.refuses: set[str] = set()
        self.sockets_work = True
        self.delay = 0.0
        self.held: list[tuple[Client, bytes]] | None = None
        self.port = 0
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._numbers = 0
        self.start()

    # — what a test does —

    def call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=20)

    def start(self) -> None:
        """Begins to serve, at the same port as before; the rooms are as they were."""
        self.call(self._start())

    def stop(self) -> None:
        """Ends as a crash does: no word to anybody."""
        self.call(self._stop())

    def close(self) -> None:
        self.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=10)
        self.loop.close()

    def grant(self, user: str, **facts: Any) -> None:
        """Changes what somebody may do, and tells their pages."""
        for name, value in facts.items():
            setattr(self.people[user], name, value)
        self.call(self._tell_rights(user))

    def kick(self, user: str, code: int, reason: str) -> None:
        """Closes somebody's sockets."""
        self.call(self._kick(user, code, reason))

    def hold(self) -> None:
        """Keeps back what is for the others; acknowledgements go on."""
        self.held = []

    def release(self, order: Any) -> None:
        """Delivers what was kept back, in the order that a function makes of the list."""
        held, self.held = self.held or [], None
        order(held)
        self.call(self._deliver(held))

    def notice(self, **value: Any) -> None:
        self.call(self._send_all([wire.told(wire.NOTICE, wire.STORY, value)]))

    # — serving —

    async def _start(self) -> None:
        self.server = await serve(self._session, "127.0.0.1", self.port, process_request=self._get, compression=None, max_size=2**23)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        for client in list(self.clients):
            client.socket.transport.abort()
        self.server.close(close_connections=False)
        await self.server.wait_closed()

    def _get(self, connection: ServerConnection, request: Request) -> Response | None:
        address = urlsplit(request.path)
        if "websocket" in request.headers.get("Upgrade", "").lower():
            return None if self.sockets_work else connection.respond(HTTPStatus.NOT_FOUND, "no sockets here")
        if address.path == "/":
            return _answer("text/html", self.page(parse_qs(address.query)).encode())
        file = STATIC / address.path.removeprefix("/static/")
        if address.path.startswith("/static/") and file.is_file():
            return _answer(TYPES.get(file.suffix, "text/plain"), file.read_bytes())
        if address.path.startswith("/part/"):
            return _answer("text/html", f"<p id=fetched>{address.path} {len(self.posts)}</p>".encode())
        return connection.respond(HTTPStatus.NOT_FOUND, "")

    async def _session(self, socket: ServerConnection) -> None:
        user = parse_qs(urlsplit(socket.request.path).query)["user"][0]
        self._numbers += 1
        client = Client(socket, user, self._numbers)
        self.clients.append(client)
        await socket.send(wire.told(wire.NOTICE, wire.STORY, {"kind": "you", "n": client.number}))
        try:
            async for frame in socket:
                for message in wire.read_frame(frame):
                    await self._one(client, *message)
        except ConnectionClosed:
            pass
        finally:
            self.clients.remove(client)
            for passage in set(client.channels.values()):
                await self._relay(client, passage, wire.AWARE, wire.sized(wire.awareness_gone((one, 2**30) for one in client.ids)))
            await self._presence()

    async def _one(self, client: Client, kind: int, channel: int, number: int, body: bytes) -> None:
        if kind == wire.OPEN:
            client.channels[channel] = body.decode()
            client.counts[channel] = 0
            client.ids.append(number)
            await self._right(client, channel)
            await client.socket.send(wire.sync(channel, wire.STEP1, b"\x00"))
            await self._presence()
        elif kind == wire.CLOSE:
            client.channels.pop(channel, None)
        elif kind == wire.HERE:
            client.here = wire.read_passage(body)
            await self._presence()
        elif kind == wire.AWARE:
            await self._relay(client, client.channels[channel], wire.AWARE, wire.sized(body))
        elif kind == wire.SYNC:
            await self._sync(client, channel, number, body)

    async def _sync(self, client: Client, channel: int, step: int, body: bytes) -> None:
        room = client.channels[channel]
        if step == wire.STEP1:
            await asyncio.sleep(self.delay)
            old = [wire.sync(channel, wire.UPDATE, update) for update in self.rooms[room]]
            await client.socket.send(b"".join([*old, wire.sync(channel, wire.STEP2, NOTHING)]))
            return
        client.counts[channel] += 1
        self.received[client.user].append(body)
        if client.user in self.refuses:
            await client.socket.send(wire.told(wire.REFUSED, channel, {"reason": "not_allowed", "sentence": "Ces mots ne sont pas pris."}))
            return
        if not self.acknowledges:
            return
        await asyncio.sleep(self.delay)
        if body != NOTHING:
            self.rooms[room].append(body)
        await client.socket.send(wire.acknowledgement(channel, client.counts[channel]))
        await self._relay(client, room, wire.SYNC, wire.sync_body(wire.UPDATE, body))

    async def _relay(self, sender: Client, passage: str, kind: int, body: bytes) -> None:
        for other in list(self.clients):
            for channel, room in other.channels.items():
                if other is sender or room != passage:
                    continue
                if self.held is not None and kind == wire.SYNC:
                    self.held.append((other, wire.head(kind, channel) + body))
                else:
                    await _to(other, wire.head(kind, channel) + body)

    async def _deliver(self, held: list[tuple[Client, bytes]]) -> None:
        for client, frame in held:
            await _to(client, frame)

    async def _right(self, client: Client, channel: int) -> None:
        person = self.people[client.user]
        value = {"right": person.right, "why": person.why, "voice": person.voice, "shared": person.shared}
        await _to(client, wire.told(wire.RIGHT, channel, value))

    async def _tell_rights(self, user: str) -> None:
        for client in list(self.clients):
            for channel in client.channels if client.user == user else ():
                await self._right(client, channel)

    async def _presence(self) -> None:
        people = [
            {"n": one.number, "name": self.people[one.user].name, "key": self.people[one.user].key, "passage": one.here, "clients": one.ids}
            for one in self.clients
        ]
        await self._send_all([wire.told(wire.PRESENCE, wire.STORY, people)])

    async def _send_all(self, messages: list[bytes]) -> None:
        for client in list(self.clients):
            await _to(client, b"".join(messages))

    async def _kick(self, user: str, code: int, reason: str) -> None:
        for client in [one for one in self.clients if one.user == user]:
            await client.socket.close(code, reason)


async def _to(client: Client, frame: bytes) -> None:
    try:
        await client.socket.send(frame)
    except ConnectionClosed:
        pass


def _answer(kind: str, body: bytes) -> Response:
    headers = Headers({"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body)), "Cache-Control": "no-store"})
    return Response(200, "OK", headers, body)


def page(words: dict[str, str], people: dict[str, Person], *, lang: str = "fr") -> Any:
    """Returns what makes the writing page of a person: as small as static/editor/README.md allows."""

    def make(query: dict[str, list[str]]) -> str:
        user = query["user"][0]
        passage = query.get("passage", ["p1"])[0]
        person = people[user]
        voices = {one.voice: {"key": one.key, "name": one.name} for one in people.values() if one.voice}
        data = {
            "socket": f"/vivant/s1?user={user}",
            "passage": passage,
            "account": user,
            "voice": person.voice or "",
            "shared": "1" if person.shared else "",
            "lang": query.get("lang", [lang])[0],
            "words": json.dumps(words),
            "voices": json.dumps(voices),
            "images": json.dumps({"m1": {"src": "/static/img/icon.svg", "alt": "Le marché"}}),
            "places": json.dumps({"p2": "dans le moment 2"}),
        }
        attributes = " ".join(f"data-{name}='{value.replace('&', '&amp;').replace(chr(39), '&#39;')}'" for name, value in data.items())
        return f"""<!doctype html><html lang=fr><meta charset=utf-8><title>Écrire</title>
<link rel=stylesheet href=/static/css/tokens.css><link rel=stylesheet href=/static/css/base.css>
<link rel=stylesheet href=/static/css/components.css><link rel=stylesheet href=/static/css/editor.css>
<body class=desk><main><h1 id=h>Écrire</h1><div id=live {attributes}>
<p class=state data-live=state hidden></p><ul class=here data-live=here aria-label="En ligne sur ce récit" hidden></ul>
<button id=before>Avant</button>
<div class=tools role=toolbar aria-label="Mise en forme" aria-controls=texte data-live=tools hidden></div>
<div class="page mine"><div class=text id=texte aria-labelledby=h data-live=text hidden></div></div><p class=num data-live=count hidden></p>
<form data-plain><textarea aria-label="Votre texte"></textarea></form>
<button id=after>Après</button>
<aside data-part=margin data-from=/part/margin><form data-comment data-inplace action=/post method=post><input type=hidden name=anchor>
<input type=hidden name=quotation><p data-quotation hidden></p><label>Commentaire<textarea name=body required></textarea></label><button>Envoyer</button></form></aside>
</div></main><script type=module src=/static/dist/editor.js></script>"""

    return make
