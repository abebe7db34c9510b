"""Keeps what plugins' pages do with the plugins: every view, handler and streamed answer of theirs is a call that is counted, named and may be suspended."""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from flask import Flask, current_app, g
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from app.db.guard import take_back
from app.hooks.calls import CALLS, VIEW, Suspended
from app.kernel.errors import RecitsError
from app.services.markup import MarkupRefused
from app.web.context import snapshot

# Of an application, what a blueprint adds functions to, by blueprint.
_HANDLERS = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "url_value_preprocessors",
    "url_default_functions",
)
# What a view raises when it answers rather than fails.
_ANSWERS = (RecitsError, HTTPException, OperationalError, MarkupRefused)


class PluginPageFailed(RuntimeError):
    """A plugin's page tried to end the process; people read the page of an unexpected error."""


def contain_plugins(app: Flask, owners: Mapping[str, str]) -> None:
    """Wraps all that plugins' blueprints have added to an application.

    Args:
        owners: blueprint name → plugin that brought it.
    """

    def owner_of(blueprint: str | None) -> str | None:
        return owners.get((blueprint or "").split(".", maxsplit=1)[0])

    for endpoint, view in list(app.view_functions.items()):
        owner = owner_of(endpoint) if "." in endpoint else None
        if owner is not None:
            app.view_functions[endpoint] = _contained(owner, endpoint, view, answers=True)
    for handlers in _HANDLERS:
        by_blueprint: dict[str | None, list[Callable[..., Any]]] = getattr(app, handlers)
        for blueprint, functions in by_blueprint.items():
            owner = owner_of(blueprint)
            if owner is not None:
                functions[:] = [_contained(owner, f"{blueprint}.{handlers}", function) for function in functions]
    for blueprint, by_code in app.error_handler_spec.items():
        owner = owner_of(blueprint)
        if owner is not None:
            for handled in by_code.values():
                handled.update({kind: _contained(owner, f"{blueprint}.errors", function) for kind, function in handled.items()})


def _contained(owner: str, name: str, function: Callable[..., Any], *, answers: bool = False) -> Callable[..., Any]:
    @wraps(function)  # what marks a view as public, or as one that receives text, stays on it
    def contained(*arguments: Any, **named: Any) -> Any:
        with _call(owner, name):
            answer = function(*arguments, **named)
            if not answers:
                return answer
            response = current_app.make_response(answer)
        if response.is_streamed and not response.direct_passthrough:
            response.response = _streamed(owner, name, response.response)
        return response

    return contained


def _streamed(owner: str, name: str, closes: Iterable[Any]) -> Generator[Any, None, None]:
    """The parts of an answer that is made while it is sent: each is a call too."""
    parts: Iterator[Any] = iter(closes)
    try:
        while True:
            with _call(owner, name, sends=True):
                try:
                    part = next(parts)
                except StopIteration:
                    return
            yield part
    finally:
        if close := getattr(closes, "close", None):
            with _call(owner, name, sends=True):
                close()
        take_back()


@contextmanager
def _call(owner: str, name: str, *, sends: bool = False) -> Iterator[None]:
    if not sends and hasattr(g, "snapshot") and f"{VIEW} {owner}:{name}" in snapshot().suspended:
        raise suspended_page()
    try:
        with CALLS.call(owner, VIEW, name):
            yield
    except _ANSWERS:
        raise
    except Suspended as suspended:
        raise suspended_page() from suspended
    except Exception as error:
        CALLS.fault(owner, VIEW, name, error)
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
            raise
        CALLS.fault(owner, VIEW, name, error)
        raise PluginPageFailed(f"{owner}: {type(error).__name__}") from error


def suspended_page() -> ServiceUnavailable:
    """What is answered in place of a page that hung or ended a worker."""
    return ServiceUnavailable(
        _(
            "Cette page d’une extension a bloqué le site : elle est suspendue. Le reste du site fonctionne. L’administration peut la rétablir."
        )
    )
