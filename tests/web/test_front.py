"""The front refuses a body that is too slow or too heavy before Flask sees it, in the language of the address."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.asgi import BodyFirst


async def _unreached(scope, receive, send):
    raise AssertionError("the application was asked")


def answer(path: str, *, seconds: float, most: int, root: str = "") -> tuple[int, str]:
    """Sends ten bytes of a longer body and then nothing; returns status and page."""
    sent = []

    async def ask() -> None:
        parts = iter([{"type": "http.request", "body": b"x" * 10, "more_body": True}])

        async def receive():
            part = next(parts, None)
            if part is None:
                await asyncio.sleep(60)
            return part

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": root + path, "root_path": root}
        await BodyFirst(_unreached, most, seconds)(scope, receive, send)

    # In a thread of its own: a browser of other tests may keep a loop going in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, ask()).result()
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize("root", ["", "/sous"])
@pytest.mark.parametrize(
    ("path", "lang", "slow", "heavy"),
    [
        ("/espace/", "fr", "L’envoi a pris trop de temps.", "L’envoi est trop lourd."),
        ("/en/espace/", "en", "Sending took too long.", "That was too much to send at once."),
        ("/enquete", "fr", "L’envoi a pris trop de temps.", "L’envoi est trop lourd."),
    ],
)
def test_refusals_speak_the_language_of_the_address(path, lang, slow, heavy, root):
    for seconds, most, status, words in ((0.01, 100, 408, slow), (10, 5, 413, heavy)):
        found, page = answer(path, seconds=seconds, most=most, root=root)
        assert found == status
        assert f'<html lang="{lang}">' in page
        assert words in page
