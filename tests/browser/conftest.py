"""A real Chromium against a real server on the test's own site; fails, and says so, where there is no browser."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.ensure_browser import ensure
from tests.factories import PASSWORD, address

# Each window would start renderers for suggestions under an address bar that nobody sees, and one for a page that may never come: half of what a window costs.
# The last list of features that are off holds, so that Playwright's own are said again where they matter here.
FEATURES_OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
# A test browser on a closed machine: no sandbox as root, no talk with its maker.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
]
PHONE = {"width": 375, "height": 740}
NARROW = {"width": 320, "height": 740}
DESK = {"width": 1280, "height": 900}
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
PATIENCE = 15_000  # milliseconds: a busy machine is slow, and only a failure waits so long
expect.set_options(timeout=PATIENCE)
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address_of_site(app: Flask) -> Iterator[str]:
    """Serves the test's application from a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.fixture
def open_page(chromium: Chromium, address_of_site: str) -> Iterator[Callable[..., Page]]:
    """Returns a function that opens a page in a context of its own; refuses any request to elsewhere, and any error in a script."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"console: {message.text}")
                if message.type == "error" and not message.text.startswith("Failed to load resource")
                else None
            ),
        )
        page.on(
            "request",
            lambda request: None if request.url.startswith((address_of_site, "data:", "blob:")) else complaints.append(request.url),
        )

    def open_one(*, javascript: bool = True, viewport: dict[str, int] | None = None, **options: object) -> Page:
        context = chromium.new_context(
            base_url=address_of_site, java_script_enabled=javascript, viewport=viewport or DESK, locale="fr-FR", **options
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        listen(page)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Returns a function that opens a page and signs somebody in by the form, as a person does."""

    def by_form(name: str, **options: object) -> Page:
        page = open_page(**options)
        fill_sign_in(page, address(name), PASSWORD)
        return page

    return by_form


@pytest.fixture(scope="session")
def serve_live(_template: Any, tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Callable[..., Any]]:
    """Returns a function that gives the real site in processes of its own, started with some arguments: one for all tests, as it takes seconds to start."""
    from tests.browser.live_site import serving_live_site

    served: dict[tuple[str, ...], Any] = {}
    with contextlib.ExitStack() as sites:

        def serve(*arguments: str) -> Any:
            if arguments in served and served[arguments].server.process.poll() is not None:
                served[arguments].start_again()  # a test that failed between a kill and a start
            if arguments not in served:
                served[arguments] = sites.enter_context(serving_live_site(_template, tmp_path_factory.mktemp("live"), chromium, *arguments))
            return served[arguments]

        yield serve


@pytest.fixture
def live(request: pytest.FixtureRequest, serve_live: Callable[..., Any]) -> Iterator[Any]:
    """The real site with a new story, and nobody on it; a module's SERVE says with what arguments it runs."""
    live_server = serve_live(*getattr(request.module, "SERVE", ("--workers", "1")))
    live_server.begin_story()
    yield live_server
    live_server.clear()


def fill_sign_in(page: Page, email: str, password: str) -> None:
    """Signs somebody in by the form, and waits until they are."""
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(password)
    go(page.get_by_role("button", name="Se connecter"))


def go(target: Locator, *, by_finger: bool = False) -> None:
    """Clicks what leads to another page, or to the same one anew, and waits until it has arrived.

    Playwright's click waits until the page begins to load, and says that it will stop to; what does not wait of its own (`route`, `evaluate`, a count, a
    value) would meet a page that is still arriving.
    """
    page = target.page
    with page.expect_event("framenavigated"):
        if by_finger:
            target.tap()
        else:
            target.click()
    page.wait_for_load_state()


# What axe found is told in the page itself: its whole report weighs more than all the rest of a visit.
RUN_AXE = """async (only) => {
    await Promise.allSettled(document.getAnimations().map((one) => one.finished));  // colours change slowly
    const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"]});
    return found.violations.flatMap((item) => item.nodes.map((node) => `${item.id}: ${node.html.slice(0, 160)}`));
}"""


def violations(page: Page, *rules: str) -> list[str]:
    """Returns what axe finds on a page against WCAG 2.x A and AA, or against some rules alone, one line each."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": STANDARDS}
    return list(page.evaluate(RUN_AXE, only))


def overflows(page: Page) -> bool:
    """Tells whether a page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
