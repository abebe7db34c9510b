"""Every shipped plugin has one shape: a table of contents without logic, its own prefix, a README that lists its hooks."""

import ast
import re
from pathlib import Path

import pytest

import app.db.models  # noqa: F401  # its tables
from app.db.base import metadata
from app.factory import load_plugins
from app.hooks.specs import BOOT_HOOKS, RUN_TIME_HOOKS

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/plugin.py"))


@pytest.mark.parametrize("name", PLUGINS)
def test_plugin_file_is_a_table_of_contents(name: str):
    tree = ast.parse((ROOT / "plugins" / name / "plugin.py").read_text(encoding="utf-8"))
    for node in tree.body:
        assert isinstance(node, ast.Expr | ast.Import | ast.ImportFrom | ast.Assign | ast.FunctionDef), ast.dump(node)[:80]
        if isinstance(node, ast.FunctionDef):
            assert node.name in BOOT_HOOKS + RUN_TIME_HOOKS
            assert len(node.body) == 1, f"{node.name} has logic: move it to services.py or rules.py"


@pytest.mark.parametrize("name", PLUGINS)
def test_readme_says_purpose_data_hooks_and_disabling(name: str):
    readme = (ROOT / "plugins" / name / "README.md").read_text(encoding="utf-8")
    tree = ast.parse((ROOT / "plugins" / name / "plugin.py").read_text(encoding="utf-8"))
    implemented = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for heading in ("Purpose", "Data owned", "Hooks used", "What disabling does"):
        assert heading in readme
    assert set(re.findall(r"`((?:register|on)_\w+)`", readme)) == implemented


@pytest.mark.parametrize("name", PLUGINS)
def test_tables_and_templates_stand_under_the_plugins_name(name: str):
    load_plugins()
    owned = [table.name for table in metadata.tables.values() if table.info.get("owner") == name]
    assert all(table.startswith(f"{name}_") for table in owned)
    folder = ROOT / "plugins" / name
    assert (folder / "__init__.py").read_text(encoding="utf-8").count("\n") == 1, "the package's own file is a docstring only"


def test_shipped_plugins_are_usable():
    manager = load_plugins()
    assert {name: plugin.failure for name, plugin in manager.plugins.items()} == dict.fromkeys(PLUGINS)
