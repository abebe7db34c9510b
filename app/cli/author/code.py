"""What can be read off a plugin's files without running them: imports, shape, README, licence."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.cli.author.place import Place
from app.cli.author.problems import Problem
from app.hooks.specs import BOOT_HOOKS, RUN_TIME_HOOKS

HOOKS = (*BOOT_HOOKS, *RUN_TIME_HOOKS)
HEADINGS = ("Purpose", "Data owned", "Hooks used", "What disabling does")
ALLOWED = ("app.sdk", "app.sdk_testing")
_NAMED_HOOK = re.compile(r"`((?:register|on)_\w+)`")


def problems_in_code(place: Place, others: Iterable[str]) -> Iterator[Problem]:
    """Yields what is wrong with a plugin's files.

    Args:
        place: where it stands.
        others: packages of the other plugins, which it may not import.
    """
    yield from _missing_files(place)
    for file in sorted(place.package.rglob("*.py")):
        yield from _imports(file, tuple(others))
    yield from _table_of_contents(place)
    yield from _readme(place)
    yield from _licence(place)


def implemented_hooks(place: Place) -> dict[str, int]:
    """Returns the hooks that a `plugin.py` implements, with their lines."""
    tree = _parsed(place.package / "plugin.py")
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)] if tree else []
    return {node.name: node.lineno for node in functions if any("hookimpl" in ast.dump(mark) for mark in node.decorator_list)}


def _missing_files(place: Place) -> Iterator[Problem]:
    for name in ("__init__.py", "plugin.py", "README.md"):
        if not (place.package / name).is_file():
            yield Problem(place.package / name, 0, "is missing")


def _parsed(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return None


def _imports(file: Path, others: tuple[str, ...]) -> Iterator[Problem]:
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError as error:
        yield Problem(file, error.lineno or 0, f"SyntaxError: {error.msg}")
        return
    except ValueError as error:
        yield Problem(file, 0, str(error))
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            targets = [node.module or ""]
            if node.module == "app":
                targets = [f"app.{alias.name}" for alias in node.names]
        else:
            continue
        for target in targets:
            if target.split(".")[0] == "app" and target not in ALLOWED:
                yield Problem(
                    file, node.lineno, f"imports {target}: a plugin knows app.sdk alone, everything else may change without notice"
                )
            if any(target == other or target.startswith(f"{other}.") for other in others):
                yield Problem(file, node.lineno, f"imports {target}: plugins never import each other, they meet through events and slots")


def _table_of_contents(place: Place) -> Iterator[Problem]:
    file = place.package / "plugin.py"
    tree = _parsed(file)
    for node in tree.body if tree else []:
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name not in HOOKS:
            yield Problem(file, node.lineno, f"{node.name} is no hook of this SDK (docs/hooks.md lists them)", warning=node.name[0] == "_")
        elif len(node.body) > 1:
            yield Problem(
                file, node.lineno, f"{node.name} has logic: plugin.py is a table of contents, move it to services.py", warning=True
            )


def _readme(place: Place) -> Iterator[Problem]:
    file = place.package / "README.md"
    if not file.is_file():
        return
    text = file.read_text(encoding="utf-8")
    for heading in HEADINGS:
        if heading not in text:
            yield Problem(file, 0, f"says nothing under « {heading} »")
    named, used = set(_NAMED_HOOK.findall(text)), set(implemented_hooks(place))
    for hook in sorted(used - named):
        yield Problem(file, 0, f"does not list the hook `{hook}`, which plugin.py implements")
    for hook in sorted(named - used):
        yield Problem(file, 0, f"lists the hook `{hook}`, which plugin.py does not implement")


def _licence(place: Place) -> Iterator[Problem]:
    if place.project is None:
        return  # installed: its licence is in its metadata
    file = place.project / "pyproject.toml"
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    except tomllib.TOMLDecodeError as error:
        yield Problem(file, 0, str(error))
        return
    if not project.get("license") and not any(place.project.glob("LICEN[CS]E*")):
        yield Problem(file, 0, "names no licence: add `license = …` under [project], or a file LICENSE")
