"""Tries each plugin alone before it is accepted, and refuses what would reach beyond it; remembers the names that are taken."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import Blueprint, Flask

from app.db.migrate import check_scripts
from app.hooks.calls import said
from app.hooks.manager import Plugin, TrialFailed
from app.kernel.pages import first_segment
from app.services.menus import STARTER_PATHS
from app.services.plugins import migrations_folder
from app.web.blueprints import BLUEPRINTS
from app.web.converters import CONVERTERS
from app.web.locale import PREFIXED_LANGUAGES


class Trial:
    """One trial for all plugins of a process."""

    def __init__(self) -> None:
        blueprints, paths = _names_of_core()
        self._blueprints, self._paths = set(blueprints), paths

    def __call__(self, plugin: Plugin) -> None:
        """Tries a plugin; keeps the chain of its migrations.

        Raises:
            TrialFailed: names the stage, and says what does not hold.
        """
        try:
            stage = "blueprints"
            self._try_blueprints(plugin.name, plugin.blueprints)
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
            raise ValueError(f"the name {name!r} is a path or blueprint of the core")
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


@cache
def _names_of_core() -> tuple[frozenset[str], frozenset[str]]:
    """Returns the core's blueprints and the first segments of its addresses; once per process, since to compile every route costs a tenth of a second."""
    core = Flask("core", static_folder=None)
    core.url_map.converters.update(CONVERTERS)
    for blueprint in BLUEPRINTS:
        core.register_blueprint(blueprint)
    routes = {rule.rule.split("/")[1] for rule in core.url_map.iter_rules()}
    starter = {first_segment(path) for path in STARTER_PATHS}
    return frozenset(core.blueprints), frozenset(routes | starter | {*PREFIXED_LANGUAGES, "static"})


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
