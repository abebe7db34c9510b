"""Tries each plugin alone before it is accepted, and refuses what would reach beyond it; remembers the names that are taken."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask

from app.config import shipped
from app.db.fence import close_tables, configure_models
from app.db.migrate import check_scripts
from app.hooks.calls import said
from app.hooks.manager import Plugin, TrialFailed
from app.kernel.pages import first_segment
from app.services.menus import STARTER_PATHS
from app.services.plugins import migrations_folder
from app.web.blueprints import BLUEPRINTS
from app.web.catalogues import check_catalogues
from app.web.converters import CONVERTERS
from app.web.locale import PREFIXED_LANGUAGES


def _folder_of(plugin: Plugin, name: str) -> Path | None:
    file = getattr(plugin.module, "__file__", None)
    folder = Path(file).parent / name if file else None
    return folder if folder is not None and folder.is_dir() else None


def _check_folders(plugin: Plugin) -> None:
    """Raises ValueError for static files from elsewhere, and for templates without the plugin's prefix."""
    file = getattr(plugin.module, "__file__", None)
    home = Path(file).resolve().parent if file else None
    for blueprint in _with_nested(plugin.blueprints):
        if blueprint.template_folder is not None:
            raise ValueError(
                f"the blueprint {blueprint.name!r} brings templates of its own: they stand in templates/, under the plugin's name"
            )
        folder = Path(blueprint.static_folder).resolve() if blueprint.static_folder else None
        if folder is not None and (home is None or not folder.is_relative_to(home) or folder == home):
            raise ValueError(f"the static files of the blueprint {blueprint.name!r} stand outside the plugin")
        if folder is not None and any(path.is_symlink() and not path.resolve().is_relative_to(folder) for path in folder.rglob("*")):
            raise ValueError(f"the static files of the blueprint {blueprint.name!r} lead outside the plugin")


def _with_nested(blueprints: Sequence[Blueprint]) -> Iterator[Blueprint]:
    for blueprint in blueprints:
        yield blueprint
        yield from _with_nested([nested for nested, _options in blueprint._blueprints])  # Flask has no other name for them


@cache
def _taken_by_the_core() -> tuple[frozenset[str], frozenset[str]]:
    """Returns the names of the core's blueprints, and what no plugin's address or templates may begin with."""
    core = Flask("core", static_folder=None)
    core.url_map.converters.update(CONVERTERS)
    for blueprint in BLUEPRINTS:
        core.register_blueprint(blueprint)
    paths = {rule.rule.split("/")[1] for rule in core.url_map.iter_rules()}
    paths |= {*PREFIXED_LANGUAGES, "static"} | {path.stem for path in shipped("templates").iterdir()}
    return frozenset(core.blueprints), frozenset(paths | {first_segment(path) for path in STARTER_PATHS})


class Trial:
    """One trial for all plugins of a process."""

    def __init__(self) -> None:
        blueprints, self._paths = _taken_by_the_core()
        self._blueprints = set(blueprints)

    def __call__(self, plugin: Plugin) -> None:
        """Tries a plugin; keeps the chain of its migrations.

        Raises:
            TrialFailed: names the stage, and says what does not hold.
        """
        try:
            stage = "models"
            configure_models({plugin.package or plugin.module.__name__} if plugin.module is not None else ())
            close_tables()
            stage = "blueprints"
            self._try_blueprints(plugin.name, plugin.blueprints)
            stage = "static"
            _check_folders(plugin)
            stage = "translations"
            if (catalogues := _folder_of(plugin, "translations")) is not None:
                check_catalogues(catalogues)
            stage = "migrations"
            folder = migrations_folder(plugin)
            plugin.revisions = check_scripts(folder) if folder is not None else ()
        except (Exception, SystemExit) as error:
            raise TrialFailed(stage, said(error)) from error

    def _try_blueprints(self, name: str, blueprints: Sequence[Any]) -> None:
        """Mounts blueprints in a scratch application.

        Raises:
            ValueError: for anything but a blueprint, a name or path that is taken, an application-wide handler or change, or a rule outside the prefix.
        """
        if name in self._paths or name in self._blueprints:
            raise ValueError(f"the name {name!r} is a path, blueprint or folder of templates of the core")
        scratch = Flask("scratch", static_folder=None)
        scratch.url_map.converters.update(CONVERTERS)
        before = _reach(scratch)
        for blueprint in blueprints:
            if not isinstance(blueprint, Blueprint):
                raise ValueError(f"register_blueprints returned {type(blueprint).__name__}")
            if blueprint.name != name and not blueprint.name.startswith(f"{name}_"):
                raise ValueError(f"the blueprint {blueprint.name!r} must be named {name!r} or begin with '{name}_'")
            if blueprint.name in self._blueprints:
                raise ValueError(f"the blueprint name {blueprint.name!r} is taken")
            scratch.register_blueprint(blueprint, url_prefix=f"/{name}")
        changed = [what for what, value in _reach(scratch).items() if value != before[what]]
        if changed:
            raise ValueError(f"a blueprint reaches beyond itself: {', '.join(changed)}")
        for rule in scratch.url_map.iter_rules():
            if not rule.rule.startswith(f"/{name}/"):
                raise ValueError(f"the rule {rule.rule!r} is outside '/{name}/'")
        self._blueprints |= set(scratch.blueprints)


def _reach(app: Flask) -> dict[str, str]:
    """Returns what of an application a blueprint must leave as it was."""
    handlers = (
        "before_request_funcs",
        "after_request_funcs",
        "teardown_request_funcs",
        "template_context_processors",
        "url_value_preprocessors",
        "url_default_functions",
        "error_handler_spec",
    )
    reach = {handler: repr(dict(getattr(app, handler)).get(None)) for handler in handlers}
    reach |= {name: repr(sorted(getattr(app.jinja_env, name).items(), key=str)) for name in ("globals", "filters", "tests")}
    reach["wsgi_app"] = repr(app.wsgi_app)
    reach["teardown_appcontext_funcs"] = repr(app.teardown_appcontext_funcs)
    return reach
