"""The floors: every import of the code, wherever it stands, goes down; plugins know the SDK alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FLOORS = {
    "app.kernel": 0,
    "app.config": 0,
    "app.asgi_types": 0,
    "app.extract_messages": 0,
    "app.hooks": 1,
    "app.db": 2,
    "app.services": 3,
    "app.web": 4,
    "app.live": 4,
    "app.cli": 4,
    "app.jobs": 4,
    "app.factory": 5,
    "app.trial": 5,
    "app.worker": 5,
    "app.arbiter": 5,
    "app.direct_socket": 0,
    "app.asgi": 5,
    "app.console": 5,
    "app.__main__": 5,
    "app.sdk": 5,
    "app.sdk_testing": 5,
}
# Rooms of one floor that may not look into each other.
BLIND = {"app.web", "app.live", "app.cli", "app.jobs"}
# Loads the factory when it is called, not when it is imported; says so itself.
DOOR = "app"
MARKUP = ("app.services.markup.dialect", "app.services.markup.barrier")
PURE = {"flask", "sqlalchemy", "flask_sqlalchemy", "flask_wtf", "flask_babel", "alembic", "wtforms"}


def modules() -> list[tuple[str, Path]]:
    """Returns (module name, file) of all code of the core and of the shipped plugins."""
    found = []
    for top in ("app", "plugins"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" in path.parts and path.parent.name == "versions":
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def imports_of(source: str) -> Iterator[tuple[str, int, bool]]:
    """Yields (imported module, line, whether it stands inside a function or a TYPE_CHECKING block)."""
    tree = ast.parse(source)
    inner = {
        id(node)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        or (isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.dump(outer.test))
        for node in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in inner
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), node.lineno, id(node) in inner
            for alias in node.names:  # `from app import db` imports the module app.db
                if node.module in ("app", "plugins", "app.db", "app.services", "app.web", "app.hooks", "app.kernel"):
                    yield f"{node.module}.{alias.name}", node.lineno, id(node) in inner


def room_of(module: str) -> str | None:
    """Returns the room of the house that a module stands in."""
    return next((room for room in FLOORS if module == room or module.startswith(room + ".")), None)


def broken_rules(name: str, source: str) -> list[str]:
    """Returns what is wrong with a module's imports, in words."""
    faults = []
    for target, line, hidden in imports_of(source):
        ours = target.split(".")[0] in ("app", "plugins")
        complaints = [*_shape(target, ours, hidden), *(_of_plugin(name, target) if name.startswith("plugins.") else _of_core(name, target))]
        if target.split(".")[0] in ("markdown", "bleach") and name not in MARKUP:
            complaints.append("services/markup alone imports Python-Markdown (dialect) and bleach (barrier)")
        faults += [f"{name}:{line} imports {target}: {complaint}" for complaint in complaints]
    return faults


def _shape(target: str, ours: bool, hidden: bool) -> Iterator[str]:
    if target.startswith("."):
        yield "relative"
    if ours and hidden:
        yield "inside a function or block"


def _of_plugin(name: str, target: str) -> Iterator[str]:
    if target.split(".", maxsplit=1)[0] == "app" and target != "app.sdk":
        yield "plugins know app.sdk alone"
    if target.startswith("plugins.") and target.split(".")[1] != name.split(".")[1]:
        yield "plugins never import each other"


def _of_core(name: str, target: str) -> Iterator[str]:
    room, other = room_of(name), room_of(target)
    if room == "app.kernel" and target.split(".", maxsplit=1)[0] in PURE:
        yield "the kernel is pure"
    if target.split(".", maxsplit=1)[0] == "plugins" and name != "app.factory":
        yield "the core never imports plugins; the composition root finds them"
    if room is None or other is None:
        return
    if FLOORS[other] > FLOORS[room]:
        yield f"up from floor {FLOORS[room]} to {FLOORS[other]}"
    if other != room and {room, other} <= BLIND:
        yield "rooms of floor 4 are blind to each other"
    if other == "app.sdk":
        yield "the core never imports its SDK"


def test_every_module_stands_on_a_floor():
    homeless = [name for name, _path in modules() if name.startswith("app.") and room_of(name) is None]
    assert homeless == ["app.check_python"], "give the module a room, or name it here with its reason"


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _path in modules()])
def test_imports_go_down(name: str, path: Path):
    assert broken_rules(name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("app.kernel.story", "from app.db.models import Story"),
        ("app.kernel.story", "import sqlalchemy"),
        ("app.services.x", "def f():\n    from app.web import words"),
        ("app.services.x", "def f():\n    import app.kernel.ids"),
        ("app.web.x", "from app.cli import main"),
        ("app.web.x", "from app.sdk import reader"),
        ("app.db.x", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.kernel import ids"),
        ("app.services.x", "import plugins.communication"),
        ("plugins.one.views", "from app.web.context import reader"),
        ("plugins.one.views", "from plugins.two import services"),
        ("app.services.x", "import bleach"),
        ("app.web.x", "from . import y"),
    ],
)
def test_the_rules_bite(name: str, source: str):
    assert broken_rules(name, source) != []
