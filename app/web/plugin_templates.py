"""Reads every template of a plugin before it is used: one that cannot be compiled, or that leans on what is not there, refuses the plugin."""

from pathlib import Path

from flask import Flask
from jinja2 import TemplateError, TemplateNotFound, meta

_passed: set[tuple[str, int, int]] = set()


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
    for name, path in names.items():
        facts = path.stat()
        key = (str(path), facts.st_mtime_ns, facts.st_size)
        if key not in _passed:
            _check(app, f"{owner}/{name}", path)
            _passed.add(key)


def _check(app: Flask, name: str, path: Path) -> None:
    try:
        tree = app.jinja_env.parse(path.read_text(encoding="utf-8"), name, str(path))
        app.jinja_env.compile(tree, name, str(path), raw=True)
        for other in meta.find_referenced_templates(tree):
            if other is not None and app.jinja_env.loader is not None:
                app.jinja_env.loader.get_source(app.jinja_env, other)
    except TemplateNotFound as error:
        raise ValueError(f"the template {name!r} leans on {error.name!r}, which does not exist") from error
    except (TemplateError, UnicodeDecodeError, RecursionError) as error:
        line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
        raise ValueError(f"the template {name!r} cannot be read{line}: {error}") from error
