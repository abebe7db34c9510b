"""Headers that every answer carries; no page may load, frame or send anything elsewhere."""

from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, g, request

POLICY = "; ".join(
    [
        "default-src 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "manifest-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ]
)


def _keep_redirect_here(response: Response) -> None:
    """Makes the router's own redirects (a missing slash) relative: they would repeat whatever host the request claimed."""
    target = urlsplit(response.headers.get("Location", ""))
    if target.netloc:
        response.headers["Location"] = urlunsplit(("", "", target.path, target.query, target.fragment))
        response.set_data(b"")


def install_headers(app: Flask, *, secure: bool) -> None:
    """Adds the headers to every answer; `secure` also asks browsers to keep to HTTPS."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        _keep_redirect_here(response)
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()")
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            # A signed-in page must not come out of a shared cache, nor a public one out of a private history.
            response.vary.add("Cookie")
            # Not `no-store` for pages one writes in: going back must find the words again.
            private = "private, no-cache" if g.get("actor") is not None else "no-cache"
            headers.setdefault("Cache-Control", private if response.status_code == 200 else "no-store")
        return response
