"""The one front: live writing has its sockets here; bodies of requests are read to their cap before Flask takes a thread for them."""

import asyncio
import tempfile
from collections.abc import Mapping
from typing import IO

from a2wsgi import WSGIMiddleware
from flask import Flask

from app.asgi_types import AsgiApp, Message, Receive, Scope, Send
from app.config import Settings
from app.direct_socket import EXTENSION as DIRECT
from app.factory import create_app
from app.live.documents import SiteDocuments
from app.live.hub import Hub
from app.live.rights import SiteRights
from app.services.site import Site
from app.services.words import translations
from app.web.gate import session_token
from app.web.locale import SOURCE_LANGUAGE, language_of

BODY_SECONDS = 60
MEMORY_PART = 512 * 1024
CHUNK = 64 * 1024
THREADS = 12
LIVE_PATH = "/vivant/"


class BodyFirst:
    """Receives a whole body, spooled to disk, within a size and a time, so that slow senders hold no thread."""

    def __init__(self, app: AsgiApp, most: int, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        with tempfile.SpooledTemporaryFile(max_size=MEMORY_PART) as body:
            try:
                complete = await asyncio.wait_for(self._read(receive, body), self._seconds)
            except TimeoutError:
                await _refuse(scope, send, 408)
                return
            if complete is None:
                return  # the sender went away
            if not complete:
                await _refuse(scope, send, 413)
                return
            body.seek(0)
            await self._app(scope, _replay(body), send)

    async def _read(self, receive: Receive, body: IO[bytes]) -> bool | None:
        """Returns True for a whole body, False for one that is too large, None if the sender went away."""
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            size += len(part)
            if size > self._most:
                return False
            body.write(part)
            if not message.get("more_body", False):
                return True


def _replay(body: IO[bytes]) -> Receive:
    async def receive() -> Message:
        part = body.read(CHUNK)
        return {"type": "http.request", "body": part, "more_body": len(part) == CHUNK}

    return receive


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    lang = language_of(scope["path"].removeprefix(scope.get("root_path", "")))
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    page = f'<!doctype html><html lang="{lang}">{head}<title>{status}</title><p>{_refusal(status, lang)}</p></html>'.encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(page)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": page})


def _refusal(status: int, lang: str) -> str:
    """Returns why a body was refused; written here, since Flask has not seen the request."""
    _ = translations(lang).gettext
    said = {
        408: _("L’envoi a pris trop de temps. Rien n’a été enregistré : revenez en arrière, votre texte y est encore."),
        413: _("L’envoi est trop lourd. Rien n’a été enregistré : revenez en arrière, votre texte y est encore."),
    }
    return said[status]


class LiveFront:
    """Answers `/vivant/<story>` over WebSocket, in both languages; all else goes on.

    Args:
        app: what answers all else.
        site: the Flask application, whose cookies say who is there.
        hub: rooms and sockets.
        documents: what is written in them, for threads.
    """

    def __init__(self, app: AsgiApp, site: Flask, hub: Hub, documents: SiteDocuments) -> None:
        self._app = app
        self._site = site
        self.hub = hub
        self.documents = documents
        settings: Settings = site.extensions["recits"].settings
        self._origin = settings.base_url
        self._proxied = settings.trusted_proxies > 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        lang = language_of(path)
        path = path if lang == SOURCE_LANGUAGE else path[len(lang) + 1 :]
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        story = path.removeprefix(LIVE_PATH)
        if not path.startswith(LIVE_PATH) or not story or "/" in story or not self._is_own(headers):
            await receive()
            await send({"type": "websocket.close"})  # before it was accepted: 403
            return
        token = session_token(self._site, headers.get(b"cookie", ""))
        await self.hub.serve(receive, send, story, lang, token, scope.get("extensions", {}).get(DIRECT))

    def _is_own(self, headers: Mapping[bytes, str]) -> bool:
        """Tells whether the page that opens a socket is the site's own; browsers say which, and send cookies along from any."""
        origin = headers.get(b"origin", "")
        host = (headers.get(b"x-forwarded-host") if self._proxied else None) or headers.get(b"host", "")
        return origin == self._origin or (bool(host) and origin in (f"https://{host}", f"http://{host}"))

    def leave(self) -> None:
        """Sends the browsers to another worker."""
        self.hub.leave()

    def stop(self) -> None:
        """Ends what the sockets began."""
        self.hub.stop()


def create_asgi(app: Flask | None = None) -> LiveFront:
    """Returns the ASGI application around a Flask one; by default, that of the site that the environment describes."""
    app = app or create_app()
    site: Site = app.extensions["recits"]
    # A little above Flask's own cap, so that a form just over it gets the site's page with its words, not the bare refusal.
    most = 2 * site.settings.max_body
    flask = BodyFirst(WSGIMiddleware(app, workers=THREADS), most)  # type: ignore[arg-type]  # a2wsgi's own ASGI types are the same shapes
    documents = site.live
    if not isinstance(documents, SiteDocuments):
        raise TypeError("a site without live writing needs no sockets")
    documents.is_open = True
    hub = Hub(
        documents.log, SiteRights(site.engine, site.clock, site.snapshots), documents.seed, documents.seal, documents.record_suggestions
    )
    return LiveFront(flask, app, hub, documents)
