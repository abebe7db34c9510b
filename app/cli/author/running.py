"""What shows only when a plugin runs: its trial, migrations, templates, links and static files; all on a site of its own that is thrown away."""

import re
import tempfile
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from jinja2 import TemplateSyntaxError, meta
from sqlalchemy import inspect
from werkzeug.routing import BuildError

from app.cli.author.code import implemented_hooks
from app.cli.author.place import Place
from app.cli.author.problems import Problem
from app.config import load_settings
from app.db.migrate import MigrationRefused, differences, migrate, version_table
from app.hooks.calls import said
from app.hooks.contracts import MenuItem
from app.hooks.manager import Candidate, Plugin, check_name
from app.services.plugins import migrations_folder
from app.services.site import Site

MakeApp = Callable[..., Flask]


def problems_when_run(place: Place, make_app: MakeApp) -> Iterator[Problem]:
    """Yields what goes wrong when a plugin is loaded alone and used.

    Args:
        make_app: the factory.
    """
    file = place.package / "plugin.py"
    try:
        check_name(place.name)
    except ValueError as error:
        yield Problem(file, 0, str(error))
        return
    try:
        place.candidate.load()
    except (Exception, SystemExit) as error:  # whatever a plugin's code raises is its author's to read
        where, line = last_line_in(place, error)
        yield Problem(where, line, f"cannot be imported: {said(error)}")
        return
    with _scratch(make_app, [place.candidate]) as app:
        site: Site = app.extensions["recits"]
        plugin = site.plugins.plugins[place.name]
        if plugin.failure is not None:
            yield _failure(place, plugin, make_app)
            return
        yield from (Problem("", 0, words, warning=True) for words in plugin.deprecations)
        yield from _migrations(place, plugin, site)
        yield from _templates(place, plugin, app)
        yield from _links(plugin, app, file)
        yield from _static(place, plugin)


@contextmanager
def _scratch(make_app: MakeApp, candidates: Sequence[Candidate]) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory(prefix="recits-check-") as home:
        app = make_app(load_settings({}, home=home), plugins=candidates)
        try:
            yield app
        finally:
            app.extensions["recits"].engine.dispose()


def last_line_in(place: Place, error: BaseException) -> tuple[Path, int]:
    """Returns the file and line of the plugin's own code in which something was raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(place.package)]
    if isinstance(error, SyntaxError) and error.filename:
        return Path(error.filename), error.lineno or 0
    return (Path(frames[-1].filename), frames[-1].lineno or 0) if frames else (place.package / "plugin.py", 0)


def _failure(place: Place, plugin: Plugin, make_app: MakeApp) -> Problem:
    """Finds the hook that failed, by trying each alone."""
    file = place.package / "plugin.py"
    words = f"{plugin.failure.stage}: {plugin.failure.message}" if plugin.failure else ""
    if plugin.failure is not None and plugin.failure.stage == "templates":
        return _template_failure(place, words)
    for hook, line in implemented_hooks(place).items():
        implementation = getattr(plugin.module, hook, None)
        if implementation is None or not hook.startswith("register_"):
            continue
        try:
            list(implementation())
        except (Exception, SystemExit) as error:
            where, deepest = last_line_in(place, error)
            return Problem(where, deepest or line, f"{hook}: {said(error)}")
        if _fails_alone(place, plugin, {hook, "register_permissions"}, make_app):
            return Problem(file, line, f"{hook}: {words}")
    return Problem(file, 0, words)


def _template_failure(place: Place, words: str) -> Problem:
    """Finds the template that the trial names, and the line that it names or that names what is missing."""
    named = re.findall(r"'([^']+\.html)'", words)
    file = place.package / "templates" / named[0].split("/", 1)[-1] if named else place.package / "plugin.py"
    said_line = re.search(r"line (\d+)", words)
    if said_line is None and len(named) > 1 and file.is_file():
        lines = file.read_text(encoding="utf-8").splitlines()
        return Problem(file, next((number for number, text in enumerate(lines, 1) if named[1] in text), 0), words)
    return Problem(file if file.is_file() else place.package / "plugin.py", int(said_line[1]) if said_line else 0, words)


def _fails_alone(place: Place, plugin: Plugin, hooks: set[str], make_app: MakeApp) -> bool:
    alone = types.ModuleType(str(plugin.module.__name__) if plugin.module else place.module)
    alone.__dict__.update({name: value for name, value in vars(plugin.module).items() if name in hooks or name in ("MANIFEST", "__file__")})
    with _scratch(make_app, [Candidate(place.name, lambda: alone, place.module)]) as app:
        return app.extensions["recits"].plugins.plugins[place.name].failure is not None


def _migrations(place: Place, plugin: Plugin, site: Site) -> Iterator[Problem]:
    folder = migrations_folder(plugin)
    migrate(site.engine)
    if folder is None:
        yield from _not_the_models(place, site, place.package / "models.py", "there are models and no migrations")
        return
    before = _tables(site)
    step = "up"
    try:
        migrate(site.engine, place.name, folder)
        strangers = {table for table in _tables(site) - before if not table.startswith(f"{place.name}_")}
        for table in sorted(strangers):
            yield Problem(folder, 0, f"the table {table!r} does not begin with '{place.name}_'")
        yield from _not_the_models(place, site, folder, "the migrations do not lead to the models")
        step = "down"
        migrate(site.engine, place.name, folder, "base")
        for table in sorted(_tables(site) - before - {version_table(place.name)}):
            yield Problem(folder, 0, f"the table {table!r} is left behind by the downgrade")
        step = "up again"
        migrate(site.engine, place.name, folder)
    except MigrationRefused as error:  # what the migration itself raised stands behind it, with its line
        where, line = last_line_in(place, error.__cause__ or error)
        yield Problem(where if line else folder, line, f"migrating {step}: {error}")
    except (Exception, SystemExit) as error:
        where, line = last_line_in(place, error)
        yield Problem(where if line else folder, line, f"migrating {step}: {said(error)}")


def _not_the_models(place: Place, site: Site, where: Path, words: str) -> Iterator[Problem]:
    with site.engine.connect() as connection:
        for difference in differences(connection, place.name):
            yield Problem(where, 0, f"{words}: {_described(difference)}")


def _described(difference: Any) -> str:
    entry = difference[0] if isinstance(difference, list) else difference
    what = [getattr(part, "name", part) for part in entry if isinstance(part, str) or hasattr(part, "name")]
    return " ".join(str(part) for part in what)[:200]


def _tables(site: Site) -> set[str]:
    return set(inspect(site.engine).get_table_names())


def _templates(place: Place, plugin: Plugin, app: Flask) -> Iterator[Problem]:
    folder = place.package / "templates"
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = f"{place.name}/{file.relative_to(folder).as_posix()}"
        try:
            app.jinja_env.get_template(name)
            tree = app.jinja_env.parse(file.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            yield Problem(file, error.lineno, f"does not compile: {error.message}")
            continue
        except (Exception, SystemExit) as error:
            yield Problem(file, 0, f"does not compile: {said(error)}")
            continue
        known = set(app.jinja_env.list_templates())
        for wanted in meta.find_referenced_templates(tree):
            if wanted is not None and wanted not in known:
                yield Problem(file, 0, f"there is no template {wanted!r}")
    known = set(app.jinja_env.list_templates())
    for hook, declared in plugin.declared.items():
        for owned in declared:
            template = getattr(owned.item, "template", "")
            if template and template not in known:
                yield Problem(
                    place.package / "plugin.py", implemented_hooks(place).get(hook, 0), f"{hook}: there is no template {template!r}"
                )


def _links(plugin: Plugin, app: Flask, file: Path) -> Iterator[Problem]:
    permissions = {owned.item.name for owned in plugin.declared.get("register_permissions", ())}
    with app.test_request_context("/"):
        for owned in plugin.declared.get("register_menu_items", ()):
            item: MenuItem = owned.item
            try:
                url_for(item.endpoint)
            except BuildError:
                yield Problem(file, 0, f"register_menu_items: {item.name!r} leads to {item.endpoint!r}, which is no view without arguments")
            if item.permission and item.permission.startswith(f"{plugin.name}.") and item.permission not in permissions:
                yield Problem(file, 0, f"register_menu_items: nothing registers the permission {item.permission!r}")


def _static(place: Place, plugin: Plugin) -> Iterator[Problem]:
    folders = [Path(blueprint.static_folder).resolve() for blueprint in plugin.blueprints if blueprint.static_folder]
    if (place.package / "static").is_dir() and not folders:
        yield Problem(place.package / "static", 0, 'is not served: give the blueprint static_folder="static"')
    for folder in folders:
        if not folder.is_relative_to(place.package):
            yield Problem(folder, 0, "is served and stands outside the plugin's package")
