"""Compresses what anonymous readers get; never a page of somebody signed in, whose tokens a compressed length could betray (BREACH, 2013)."""

import gzip
from pathlib import Path

from flask import Flask, Response, current_app, request

LEAST = 1024
LEVEL = 6
_KINDS = ("text/", "application/javascript", "application/json", "image/svg+xml")


def install_compression(app: Flask) -> None:
    """Adds gzip to an application; static files are compressed once and kept in memory."""
    kept: dict[str, bytes] = {}

    @app.after_request
    def compress(response: Response) -> Response:
        if not _may_be_compressed(response):
            return response
        if request.endpoint == "static":
            _compress_static(response, kept)
        elif not request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]) and "Set-Cookie" not in response.headers:
            _replace(response, gzip.compress(response.get_data(), LEVEL, mtime=0))
        return response


def _may_be_compressed(response: Response) -> bool:
    response.vary.add("Accept-Encoding")
    return (
        response.status_code == 200
        and request.method == "GET"
        and "gzip" in request.accept_encodings
        and not response.headers.get("Content-Encoding")
        and not response.headers.get("Content-Range")
        and (response.mimetype or "").startswith(_KINDS)
        and (response.content_length or LEAST) >= LEAST
    )


def _compress_static(response: Response, kept: dict[str, bytes]) -> None:
    path = Path(str(current_app.static_folder)) / request.path.removeprefix("/static/")
    key = f"{path}:{path.stat().st_mtime_ns}"
    if key not in kept:
        kept[key] = gzip.compress(path.read_bytes(), 9, mtime=0)
    response.direct_passthrough = False
    response.close()
    _replace(response, kept[key])


def _replace(response: Response, data: bytes) -> None:
    response.set_data(data)
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("ETag", None)  # it named the plain bytes; Last-Modified and the version in the address go on
