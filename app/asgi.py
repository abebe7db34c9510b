"""The one front: reads request bodies to their cap before Flask takes a thread, then hands them to Flask; later the page store and live writing stand here too."""

import asyncio
import tempfile
from typing import IO

from a2wsgi import WSGIMiddleware
from flask import Flask

from app.asgi_types import AsgiApp, Message, Receive, Scope, Send
from app.factory import create_app
from app.services.words import translations
from app.web.locale import language_of

BODY_SECONDS = 60
MEMORY_PART = 512 * 1024
CHUNK = 64 * 1024
THREADS = 12


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


def create_asgi(app: Flask | None = None) -> AsgiApp:
    """Returns the ASGI application around a Flask one; by default, that of the site that the environment describes."""
    app = app or create_app()
    # A little above Flask's own cap, so that a form just over it gets the site's page with its words, not the bare refusal.
    most = 2 * app.extensions["recits"].settings.max_body
    return BodyFirst(WSGIMiddleware(app, workers=THREADS), most)  # type: ignore[arg-type]  # a2wsgi's own ASGI types are the same shapes
