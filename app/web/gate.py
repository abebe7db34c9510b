"""What every request passes before its view: schema, generation, plugin on or off, session, sign-in, CSRF; in that order."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadSignature
from sqlalchemy.exc import DatabaseError, OperationalError
from werkzeug.http import parse_cookie

from app.db.migrate import schema_status
from app.services.access import load_actor
from app.services.accounts import find_session, touch_session
from app.web.carry import carry_to_sign_in, show_again
from app.web.context import reader, site, snapshot

View = TypeVar("View", bound=Callable[..., Any])

SESSION_KEY = "sid"
TOUCH_AFTER_SECONDS = 3600
CACHED_BLUEPRINTS = ("media", "identity")
# Set in `app.extensions` by `recits plugin trace` alone, in a process that serves nobody: whose eyes its request has.
AS_ACCOUNT = "recits.as_account"
UNGATED = ("static", "identity.probe")
_OPEN = "_recits_open"
_KEEPS_TEXT = "_recits_keeps_text"
_WITHOUT_TOKEN = "_recits_without_token"  # noqa: S105  # the name of a mark

csrf = CSRFProtect()


class SiteNotReady(Exception):
    """The database is not at the revision of this code; `state` is `behind` or `ahead`."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def public(view: View) -> View:
    """Marks a view that anybody may ask for; all others need a session."""
    setattr(view, _OPEN, True)
    return view


def keeps_text(view: View) -> View:
    """Marks a view that receives what somebody wrote: an expired session or token hands the text back instead of dropping it."""
    setattr(view, _KEEPS_TEXT, True)
    return view


def without_token(view: View) -> View:
    """Marks a public view whose POST needs no session: its address holds its own proof, or what it does anybody may do; mail programs send no token."""
    setattr(view, _WITHOUT_TOKEN, True)
    return view


def takes_no_token(view: Callable[..., Any]) -> bool:
    """Tells whether a view was marked by `without_token`."""
    return bool(getattr(view, _WITHOUT_TOKEN, False))


def receives_text(view: Callable[..., Any]) -> bool:
    """Tells whether a view was marked by `keeps_text`."""
    return bool(getattr(view, _KEEPS_TEXT, False))


def session_token(app: Flask, cookies: str) -> str | None:
    """Returns the token of the session that a header of cookies carries, if this site signed it: for what is asked outside a request of Flask."""
    signed = parse_cookie(cookies).get(app.config["SESSION_COOKIE_NAME"])
    serializer = (
        app.session_interface.get_signing_serializer(app) if isinstance(app.session_interface, SecureCookieSessionInterface) else None
    )
    if signed is None or serializer is None:
        return None
    try:
        said = serializer.loads(signed, max_age=int(app.permanent_session_lifetime.total_seconds()))
    except BadSignature:
        return None
    token = said.get(SESSION_KEY) if isinstance(said, dict) else None
    return token if isinstance(token, str) else None


def install_gate(app: Flask, owners: dict[str, str]) -> None:
    """Adds the gate to an application.

    Args:
        owners: blueprint name → plugin that brought it; the core's blueprints are not in it.
    """
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    csrf.init_app(app)

    @app.before_request
    def pass_gate() -> ResponseReturnValue | None:
        if request.endpoint in UNGATED or (request.endpoint or "").startswith("static."):
            return None
        _check_schema(app)
        g.snapshot = site().snapshots.current(reader())
        _load_visitor()  # first, so that the 404 page greets whoever is signed in, as for an address that never was
        # A blueprint within a plugin's blueprint is the plugin's too.
        if any(not snapshot().is_on(owners[name]) for name in request.blueprints if name in owners):
            abort(404)
        view = app.view_functions.get(request.endpoint or "")
        if view is None:  # no route: the 404 page, which may greet whoever is signed in
            return None
        return _require_session(view) or _check_token(view)


def _check_schema(app: Flask) -> None:
    """Raises SiteNotReady unless the tables are this code's; asked until the answer is yes, once per worker.

    A database that does not answer is another matter: no migration would help.
    """
    if app.extensions.get("recits.schema_checked"):
        return
    try:
        state = schema_status(reader().connection()).state
    except OperationalError:
        raise
    except DatabaseError as error:
        raise SiteNotReady("behind") from error
    if state != "current":
        raise SiteNotReady(state)
    app.extensions["recits.schema_checked"] = True


def _load_visitor() -> None:
    g.actor = None
    if traced := current_app.extensions.get(AS_ACCOUNT):
        g.actor = load_actor(reader(), traced, site().clock.today(), snapshot())
        return
    token = session.get(SESSION_KEY)
    if not token:
        return
    now = site().clock()
    row = find_session(reader(), str(token), now)
    if row is None:
        return
    g.actor = load_actor(reader(), row.account_id, site().clock.day_of(now), snapshot(), row.id)
    if request.blueprint in CACHED_BLUEPRINTS:
        return  # what caches may keep carries no cookie
    if g.actor is not None and (now - row.last_seen_at).total_seconds() > TOUCH_AFTER_SECONDS:
        with site().writer.begin() as uow:
            touch_session(uow, row.id, site().settings.session_days)
        session.modified = True


def _require_session(view: Callable[..., Any]) -> ResponseReturnValue | None:
    if g.actor is not None or getattr(view, _OPEN, False) or request.endpoint == f"{request.blueprint}.static":
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("account.sign_in", next=request.script_root + request.full_path.rstrip("?")))
    if getattr(view, _KEEPS_TEXT, False):
        return carry_to_sign_in()
    return redirect(url_for("account.sign_in"), code=303)


def _check_token(view: Callable[..., Any]) -> ResponseReturnValue | None:
    if request.method in ("GET", "HEAD", "OPTIONS") or getattr(view, _WITHOUT_TOKEN, False):
        return None
    try:
        csrf.protect()
    except CSRFError:
        if getattr(view, _KEEPS_TEXT, False):
            return show_again()
        raise
    return None
