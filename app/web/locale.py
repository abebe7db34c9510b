"""French at `/`, English under `/en/`: moves the prefix into SCRIPT_NAME, so that every route exists once and links keep the language."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import request

SOURCE_LANGUAGE = "fr"
PREFIXED_LANGUAGES = ("en",)

# One slash and no second one; no backslash and no control character, which browsers drop or turn into slashes.
_LOCAL_PATH = re.compile(r"/(?!/)[^\\\x00-\x20\x7f-\x9f]*")

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class LocalePrefix:
    """WSGI layer around the application."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ["recits.root"] = environ.get("SCRIPT_NAME", "")
        environ["recits.lang"] = lang = language_of(path)
        if lang != SOURCE_LANGUAGE:
            environ["SCRIPT_NAME"] = environ["recits.root"] + f"/{lang}"
            environ["PATH_INFO"] = path[len(lang) + 1 :]
        return self._app(environ, start_response)


def language_of(path: str) -> str:
    """Returns the language of a path of this site."""
    return next((lang for lang in PREFIXED_LANGUAGES if path.startswith(f"/{lang}/")), SOURCE_LANGUAGE)


def current_language() -> str:
    """Returns the language of the request's address."""
    return str(request.environ.get("recits.lang", SOURCE_LANGUAGE)) if request else SOURCE_LANGUAGE


def is_local_path(target: str | None) -> bool:
    """Tells whether a target is a path of this site: what a browser could read as another host, a scheme or a header is not."""
    return bool(target) and _LOCAL_PATH.fullmatch(str(target)) is not None


def same_page_in(lang: str) -> str:
    """Returns the address of the present page in another language."""
    root = request.environ.get("recits.root", "")
    prefix = "" if lang == SOURCE_LANGUAGE else f"/{lang}"
    query = request.query_string.decode("ascii", "replace")
    return f"{root}{prefix}{request.path}" + (f"?{query}" if query else "")
