"""Every route × every role, against the table typed by hand in `matrix`; what one may not know of answers exactly as what does not exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.factories import World
from tests.web.matrix import PART, ROLES, UNKNOWN, Line, Stage, open_stage, read_table

TABLE = read_table()


@pytest.fixture(scope="module")
def stage(_template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(_template, tmp_path_factory.mktemp("matrix")) as made:
        yield made


def _seen(answer: TestResponse) -> str:
    """The cell that an answer fills."""
    leads_to_sign_in = answer.headers.get("Location", "").startswith("/connexion")
    return "in" if answer.status_code in (302, 303) and leads_to_sign_in else str(answer.status_code)


def test_the_table_and_the_application_have_the_same_routes(stage: Stage):
    served = {
        f"{method} {rule.rule.replace(', ', ',')}"
        for rule in stage.app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    typed = {f"{line.method} {line.rule}" for line in TABLE}
    assert served - typed == set(), "routes that nobody decided about"
    assert typed - served == set(), "lines without a route"


def test_no_line_is_typed_twice():
    keys = [line.key for line in TABLE]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.key)
def test_everybody_gets_what_the_table_says(stage: Stage, line: Line):
    wrong = []
    for role in ROLES:
        answer = stage.ask(line, role)
        if line.method == "POST":
            stage.back()
        if _seen(answer) != line.cells[role]:
            wrong.append(f"{role}: {_seen(answer)} instead of {line.cells[role]}")
        if answer.status_code in (403, 404, 409):
            assert "<h1>" in answer.text, f"{role} gets no page"
    assert wrong == [], line.key


HIDDEN = [line for line in TABLE if any(part.endswith("_id") for part in PART.findall(line.rule)) and "404" in line.cells.values()]


@pytest.mark.parametrize("line", HIDDEN, ids=lambda line: line.key)
def test_what_is_hidden_looks_like_what_does_not_exist(stage: Stage, line: Line):
    """The page for somebody else's id is, word for word, the page for an id that nothing has."""
    wrong = []
    parts = [part for part in PART.findall(line.rule) if part.endswith("_id")]
    for role in ("foreign", "editor", "admin"):
        if line.cells[role] != "404":
            continue
        real, made_up = stage.ask(line, role), stage.ask(line, role, without=tuple(parts))
        if line.method == "POST":
            stage.back()
        words = real.text
        for part in parts:
            words = words.replace(stage.value(line.sends[0][part]), UNKNOWN)
        if (real.status_code, words) != (made_up.status_code, made_up.text):
            wrong.append(f"{role}: {_say(real)} / unknown id: {_say(made_up)}")
    assert wrong == [], line.key


def _say(answer: TestResponse) -> str:
    found = re.search(r'<p class="lead">(.*?)</p>', answer.text, re.DOTALL)
    return f"{answer.status_code} {found[1][:60] if found else ''}"


def test_no_answer_leaks_a_draft(stage: Stage):
    """Words that are only in a working copy stand on no page of a person outside the delegation."""
    secret = ("Un second jet", "À nous tous", "Mis de côté", "Un jour oublié", "La légumerie")
    wrong = []
    for line in TABLE:
        if line.method != "GET":
            continue
        for role in ("anon", "foreign", "nobody", "editor", "organiser", "admin"):
            page = stage.ask(line, role)
            if page.mimetype == "text/html":
                wrong += [f"{line.key} shows {role} « {words} »" for words in secret if words in page.text]
    assert wrong == []
