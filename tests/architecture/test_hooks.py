"""Hooks are documented, used by a shipped plugin, and named in a test; the page repeats the specs word by word."""

import ast
import inspect
from pathlib import Path

import pytest

from app.hooks import specs

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "hooks.md"
HOOKS = specs.BOOT_HOOKS + specs.RUN_TIME_HOOKS


def section_of(name: str) -> str:
    """Returns what the page must say of a hook."""
    function = getattr(specs, name)
    signature = str(inspect.signature(function)).replace("collections.abc.", "").replace("typing.", "").replace("app.hooks.contracts.", "")
    users = ", ".join(f"`{user}`" for user in users_of(name))
    return f"## `{name}{signature}`\n\n{inspect.getdoc(function)}\n\nUsed by: {users}\n"


def users_of(name: str) -> list[str]:
    """Returns the shipped plugins that implement a hook."""
    users = []
    for path in sorted((ROOT / "plugins").glob("*/plugin.py")):
        names = {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}
        if name in names:
            users.append(path.parent.name)
    return users


def test_every_spec_is_listed_as_boot_or_run_time():
    marked = {name for name, item in vars(specs).items() if inspect.isfunction(item) and getattr(item, "recits_spec", None) is not None}
    assert marked == set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_the_page_repeats_the_spec(name: str):
    assert section_of(name) in PAGE.read_text(encoding="utf-8"), f"docs/hooks.md must say:\n\n{section_of(name)}"


def test_the_page_names_no_hook_that_is_gone():
    named = [line.removeprefix("## `").split("(")[0] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("## `")]
    assert named == list(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_has_a_real_user_and_a_test(name: str):
    assert users_of(name), f"no shipped plugin implements {name}: ship no hook that no real chantier uses"
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path.name != "test_hooks.py"]
    assert any(name in path.read_text(encoding="utf-8") for path in tests), f"no test names {name}"
