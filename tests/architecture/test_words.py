"""Every code that a service may answer has a sentence, and every address that a mail names has a route."""

import ast
import inspect
from pathlib import Path

import pytest
from werkzeug.routing import MapAdapter

from app.kernel import addresses
from app.web.words import REASONS

ROOT = Path(__file__).resolve().parents[2]
# Which argument of each call is the code.
CODE_AT = {"NotAllowed": 0, "Refused": 0, "Invalid": 1, "Obstacle": 0}


def codes_in(path: Path) -> set[tuple[str, int]]:
    """Returns (code, line) of every refusal that a file raises with a literal code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CODE_AT:
            position = CODE_AT[node.func.id]
            if len(node.args) > position and isinstance(node.args[position], ast.Constant):
                found.add((node.args[position].value, node.lineno))
    return found


@pytest.mark.parametrize("path", sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]), ids=lambda path: path.stem)
def test_every_refusal_has_a_sentence(path: Path):
    assert {(code, line) for code, line in codes_in(path) if code not in REASONS} == set()


def test_paths_in_mails_are_routes(app):
    adapter: MapAdapter = app.url_map.bind("localhost")
    sample = {
        "slug": "un-recit",
        "story": "0" * 20,
        "token": "abc.def",
        "moment": "0" * 20,
        "category": "state_agent",
        "page": "0" * 20,
        "passage": "0" * 20,
    }
    for name, function in inspect.getmembers(addresses, inspect.isfunction):
        if name.endswith("_path"):
            arguments = [sample[parameter] for parameter in inspect.signature(function).parameters]
            endpoint, _values = adapter.match(function(*arguments), method="GET")
            assert endpoint
