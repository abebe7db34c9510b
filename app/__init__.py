"""The Flask core of Récits croisés; exposes the application factory and nothing else."""

from importlib import import_module
from typing import Any


def create_app(**settings: Any) -> Any:
    """Returns the Flask application (`app:create_app()` for any WSGI server); see `app.factory.create_app`.

    The factory is imported when called: importing one room of the house (`app.kernel`, the markup worker) must not furnish all of it.
    """
    return import_module("app.factory").create_app(**settings)


__all__ = ["create_app"]
