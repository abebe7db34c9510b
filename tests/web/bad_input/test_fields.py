"""Every field of every form, one at a time, holds what no database stores: it is refused in words or cleaned, on SQLite as on PostgreSQL."""

import re
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select, text

from app.db.models import Draft
from app.web.context import reader
from app.web.errors import DATABASE_REFUSED
from tests.conftest import Browser
from tests.factories import PASSWORD, address
from tests.web.bad_input.helpers import POSTS, allowed_role
from tests.web.matrix import PART, Line, Stage, read_table

EVERY_FIELD = sorted({name for line in POSTS for name in line.sends[1]})
FREE_PART = re.compile(r"<(token|category|name)>")
FREE_LINES = [line for line in read_table() if FREE_PART.search(line.rule)]

HOSTILE = {
    "a NUL byte": b"%00",
    "a NUL byte between letters": b"a%00b",
    "longer than any column": b"x" * 5000,
    "as long as a title": b"un+mot+" * 23,
    "invalid UTF-8": b"%ff%fe%c3%28%ed%a0%80",
}


def _body(stage: Stage, line: Line, hostile: dict[str, bytes]) -> bytes:
    """The line's own form with some fields replaced."""
    own = {name: quote(stage.value(value)).encode() for name, value in line.sends[1].items()}
    return b"&".join(name.encode() + b"=" + value for name, value in {**own, **hostile}.items())


@pytest.mark.parametrize("line", POSTS, ids=lambda line: line.key)
def test_no_field_of_a_form_reaches_the_database_unchecked(stage: Stage, line: Line, caplog: pytest.LogCaptureFixture):
    """Each of the line's own fields alone, then all fields that any other form has."""
    others = [name for name in EVERY_FIELD if name not in line.sends[1]]
    wrong = []
    for kind, value in HOSTILE.items():
        for names in [*([name] for name in line.sends[1]), others]:
            answer = stage.ask(line, allowed_role(line), fields=_body(stage, line, dict.fromkeys(names, value)))
            if answer.status_code >= 500:
                wrong.append(f"{kind} in {names}: {answer.status_code}")
            stage.back()
    assert wrong == []
    assert DATABASE_REFUSED not in caplog.text, "the form or the service refuses, not the net below them"


@pytest.mark.parametrize("line", FREE_LINES, ids=lambda line: line.key)
def test_no_part_of_an_address_reaches_the_database_unchecked(stage: Stage, line: Line, caplog: pytest.LogCaptureFixture):
    client = stage.app.test_client(use_cookies=False)
    headers = {"Cookie": f"recits={stage.cookies['member']}"}
    for value in HOSTILE.values():
        path = FREE_PART.sub(value.decode().replace("+", "%20"), line.rule)
        path = PART.sub(lambda found: stage.value(line.sends[0][found[1]]), path)
        fields = {"csrf_token": stage.tokens["member"]}
        answer = client.get(path, headers=headers) if line.method == "GET" else client.post(path, data=fields, headers=headers)
        assert answer.status_code < 500, path
        stage.back()
    assert DATABASE_REFUSED not in caplog.text


def test_what_the_database_alone_refuses_is_said_and_not_called_an_error_of_ours(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """The net: a view that forgot to clean what it compares."""
    monkeypatch.setitem(stage.app.view_functions, "desk.home", _compare_a_nul_byte)
    answer = stage.app.test_client(use_cookies=False).get("/espace/", headers={"Cookie": f"recits={stage.cookies['member']}"})
    assert answer.status_code == 400
    assert "Demande illisible" in answer.text


def _compare_a_nul_byte() -> str:
    reader().execute(text("SELECT id FROM story WHERE slug = :slug"), {"slug": "a\0"})
    return "lu"


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_a_sign_in_carries_is_cleaned_like_the_form_it_came_from(as_person, app, world, session, kind: str):
    """After an expired session the words come back through the sign-in form, past the form that they were typed into."""
    helene = as_person("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    path = helene.last.headers["Location"]
    client = Browser(app.test_client())
    client.get("/connexion")
    own = {"email": address("helene"), "password": PASSWORD, "csrf_token": client.token(), "carried_to": path}
    carried = b"".join(b"&carried-" + name + b"=" + HOSTILE[kind] for name in (b"body", b"prompt", b"base"))
    answer = client.client.post("/connexion", data=urlencode(own).encode() + carried, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    draft = session.scalars(select(Draft)).one()
    assert "\0" not in draft.body
    assert draft.base_revision_id is None
