"""Writers for tests of the live editor: a relay, and pages in contexts of their own that talk to it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.web.editor_words import EDITOR_WORDS
from tests.browser.conftest import PATIENCE
from tests.live.relay import Person, Relay, page

WORDS = {name: words._args[-1] if words._args else str(words) for name, words in EDITOR_WORDS.items()}
ANA = Person("Ana", "elu", "va")
BOB = Person("Bob", "eco", "vb")
EVE = Person("Eve", "eta", "ve")

HELPERS = (Path(__file__).parent / "live.js").read_text(encoding="utf-8")


class Writer:
    """One page of one person."""

    def __init__(self, page: Page) -> None:
        self.page, self.keyboard = page, page.keyboard

    def do(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def caret(self, words: str, offset: int = 0) -> None:
        self.do("([words, offset]) => H.caret(words, offset)", [words, offset])

    def select(self, words: str) -> None:
        self.do("(words) => H.select(words)", words)

    def type(self, words: str, **options: Any) -> None:
        self.keyboard.type(words, **options)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keyboard.press(key)

    def paste(self, html: str = "", text: str = "") -> None:
        self.do("([html, text]) => H.paste(html, text)", [html, text])

    def text(self) -> str:
        return str(self.do("H.text()"))

    def html(self) -> str:
        return str(self.do("H.html()"))

    def json(self) -> dict[str, Any]:
        return dict(self.do("H.json()"))

    @property
    def state(self) -> Any:
        return self.page.locator("[data-live=state]")

    def until(self, script: str, milliseconds: float = PATIENCE) -> None:
        """Asks the page until something is true; what Playwright offers for that needs `eval`, which the site forbids."""
        deadline = time.monotonic() + milliseconds / 1000
        while not self.do(script):
            assert time.monotonic() < deadline, f"it never was so: {script}"
            self.page.wait_for_timeout(20)

    def is_saved(self) -> None:
        self.until("T.room.state === 'saved'")

    def begin(self, words: str = "") -> None:
        """Puts the caret at the end of the text and types."""
        self.do("H.choose(T.view.state.doc.content.size, T.view.state.doc.content.size)")
        self.type(words)


class Stage:
    """A relay and whoever is let in."""

    def __init__(self, chromium: Browser, people: dict[str, Person]) -> None:
        self.chromium, self.relay = chromium, Relay(people, page(WORDS, people))
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, user: str, *, context: BrowserContext | None = None, live: bool = True, **query: str) -> Writer:
        if context is None:
            context = self.chromium.new_context(base_url=f"http://127.0.0.1:{self.relay.port}", locale="fr-FR")
            context.set_default_timeout(PATIENCE)
            context.add_init_script(HELPERS)
            self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{user}: {error.stack or error}"))
        page.on("console", lambda message: self.complaints.append(f"{user}: {message.text}") if self._is_fault(message) else None)
        page.goto("/?" + "&".join(f"{name}={value}" for name, value in {"user": user, **query}.items()))
        if live:
            page.wait_for_function("window.T && T.room.state !== 'connecting'")
        return Writer(page)

    @staticmethod
    def _is_fault(message: Any) -> bool:
        # The last: y-prosemirror chooses the first position of a text that begins with a list; the editor then chooses a better one.
        expected = (
            "Failed to load resource",
            "WebSocket connection to",
            "TextSelection endpoint not pointing into a node with inline content",
        )
        return message.type in {"error", "warning"} and not message.text.startswith(expected)

    def agree(self, *writers: Writer) -> str:
        """Waits until all have everything on disk and show the same; returns the text."""
        first, *others = writers
        for _ in range(PATIENCE // 100):
            if all(writer.do("['saved', 'read'].includes(T.room.state)") for writer in writers):
                shown = first.json()
                if all(other.json() == shown for other in others):
                    return first.text()
            first.page.wait_for_timeout(100)
        raise AssertionError("\n".join(f"{writer.do('T.room.state')}: {writer.html()}" for writer in writers))

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.relay.close()


@contextmanager
def staged(chromium: Browser, people: dict[str, Person]) -> Iterator[Stage]:
    """Yields a stage; in the end no script may have failed on any page."""
    stage = Stage(chromium, people)
    try:
        yield stage
    finally:
        stage.close()
    assert stage.complaints == [], stage.complaints


Open = Callable[..., Writer]
__all__ = ["ANA", "BOB", "EVE", "Open", "Person", "Stage", "Writer", "expect", "staged"]
