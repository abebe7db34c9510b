"""Reads every template of a plugin before it is used: one that cannot be compiled, leans on what is not there, or holds itself without end, refuses the plugin."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from flask import Flask
from jinja2 import TemplateError, TemplateNotFound, meta, nodes

_passed: dict[tuple[str, int, int], frozenset[str]] = {}
_NOT_ALWAYS = (nodes.If, nodes.For, nodes.Macro, nodes.CallBlock, nodes.CondExpr)


def check_templates(app: Flask, owner: str, folder: Path | None, declared: set[str]) -> None:
    """Compiles a plugin's templates with the site's own filters, and looks for what they include.

    Args:
        declared: the templates that its declared objects name.

    Raises:
        ValueError: names the template and the line.
    """
    names = (
        {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()} if folder is not None else {}
    )
    if missing := sorted(name for name in declared if name.removeprefix(f"{owner}/") not in names):
        raise ValueError(f"the template {missing[0]!r} does not exist")
    always: dict[str, frozenset[str]] = {}
    for name, path in names.items():
        facts = path.stat()
        key = (str(path), facts.st_mtime_ns, facts.st_size)
        if key not in _passed:
            _passed[key] = _check(app, f"{owner}/{name}", path)
        always[f"{owner}/{name}"] = _passed[key]
    for name in always:
        if name in _reached(always, name):
            raise ValueError(f"the template {name!r} holds itself without end")


def _reached(always: Mapping[str, frozenset[str]], start: str) -> set[str]:
    """Returns the templates that a template always shows, and those that these always show."""
    found: set[str] = set()
    waiting = set(always[start])
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= always.get(name, frozenset()) - found
    return found


def _held(node: nodes.Node) -> Iterator[str]:
    """Yields what a template shows whatever it is given; an include under a condition or in a loop may well come to an end."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
            names = child.template
            if isinstance(names, nodes.Const) and isinstance(names.value, str):
                yield names.value
        if not isinstance(child, _NOT_ALWAYS):
            yield from _held(child)


def _check(app: Flask, name: str, path: Path) -> frozenset[str]:
    """Returns the templates that it always shows."""
    try:
        tree = app.jinja_env.parse(path.read_text(encoding="utf-8"), name, str(path))
        app.jinja_env.compile(tree, name, str(path), raw=True)
        for other in meta.find_referenced_templates(tree):
            if other is not None and app.jinja_env.loader is not None:
                app.jinja_env.loader.get_source(app.jinja_env, other)
        return frozenset(_held(tree))
    except TemplateNotFound as error:
        raise ValueError(f"the template {name!r} leans on {error.name!r}, which does not exist") from error
    except (TemplateError, UnicodeDecodeError, RecursionError) as error:
        line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
        raise ValueError(f"the template {name!r} cannot be read{line}: {error}") from error
