"""What a person reads when something cannot be done; never a traceback, never a blank page."""

import logging

from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from app.kernel.errors import Invalid, NotAllowed, NotFound, RecitsError, Refused
from app.services.markup import MarkupRefused
from app.web.carry import carried_from_form
from app.web.gate import SiteNotReady, receives_text
from app.web.words import sentence

log = logging.getLogger("recits.web")

DATABASE_REFUSED = "the database cannot store what was sent"

_STATUS: dict[type[RecitsError], int] = {NotFound: 404, NotAllowed: 403, Refused: 409, Invalid: 422}


def install_errors(app: Flask) -> None:
    """Adds the error pages."""
    app.register_error_handler(RecitsError, _refusal)
    app.register_error_handler(SiteNotReady, _not_ready)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(MarkupRefused, _markup)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: int, title: str, text: str) -> ResponseReturnValue:
    """Renders an error page; in plain HTML if even the templates fail."""
    try:
        return render_template("errors/error.html", status=status, title=title, text=text, words_sent=_words_sent()), status
    except Exception:  # whatever broke the page must not break what says so (an unreadable host name, a template of the site's own)
        log.exception("the error page itself failed")
        return f"<!doctype html><meta charset=utf-8><title>{status}</title><h1>{status}</h1>", status


def _refusal(error: RecitsError) -> ResponseReturnValue:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    if status == 404:
        return not_found(sentence(error))
    titles = {403: _("Cette page n’est pas pour vous"), 409: _("Pas maintenant"), 422: _("Il manque quelque chose")}
    return error_page(status, titles.get(status, _("Demande refusée")), sentence(error))


def not_found(text: str | None = None) -> ResponseReturnValue:
    """The 404 page, the same for what does not exist and for what one may not know of."""
    text = text or _("Aucune page à cette adresse, ou elle n’est pas de votre délégation.")
    return render_template("errors/not_found.html", text=text, words_sent=_words_sent()), 404


def _words_sent() -> tuple[str, ...]:
    """Returns what the person had written in a form that cannot be accepted, to be shown and copied: nothing written is dropped."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or view is None or not receives_text(view) or g.get("actor") is None:
        return ()
    try:
        return tuple(value for _name, value in carried_from_form(request.form, "").words)
    except RequestEntityTooLarge:  # nothing of it was read; the browser still has it
        return ()


def _not_ready(error: SiteNotReady) -> ResponseReturnValue:
    text = (
        _("La base de données n’est pas à jour. La personne qui exploite le site doit lancer la commande : recits migrate")
        if error.state == "behind"
        else _(
            "La base de données vient d’une version plus récente du logiciel. Il faut installer cette version, ou restaurer une sauvegarde."
        )
    )
    g.actor = None
    return render_template("errors/not_ready.html", title=_("Le site n’est pas prêt"), text=text), 503, {"Retry-After": "60"}


def _forged(_error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400,
        _("Formulaire non vérifié"),
        _(
            "Ce formulaire n’a pas pu être vérifié : il vient peut-être d’une page ouverte depuis longtemps. Rien n’a été fait. Revenez en arrière et recommencez."
        ),
    )


def _markup(error: MarkupRefused) -> ResponseReturnValue:
    return error_page(422, _("Texte refusé"), markup_sentence(error))


def markup_sentence(error: MarkupRefused) -> str:
    """Returns what to tell a person whose text exceeds a limit of markup."""
    facts = {"size": getattr(error, "size", 0) // 1024 + 1, "limit": getattr(error, "limit", 0) // 1024}
    return sentence(Refused(f"markup_{error.reason}", **facts))


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    limit = (current_app.config["MAX_CONTENT_LENGTH"] or 0) // (1024 * 1024)
    return error_page(
        413,
        _("Envoi trop lourd"),
        _("L’envoi dépasse %(limit)s Mo. Rien n’a été enregistré : revenez en arrière, votre texte y est encore.", limit=limit),
    )


def _database(error: OperationalError) -> ResponseReturnValue:
    log.error("database: %s", type(error.orig).__name__)
    text = (
        _("L’enregistrement n’a pas pu se faire. Revenez en arrière : votre texte y est encore. Réessayez dans une minute.")
        if request.method == "POST"
        else _("La base de données ne répond pas. Réessayez dans une minute.")
    )
    return error_page(503, _("Le site est momentanément occupé"), text)


def _unstorable(error: DataError) -> ResponseReturnValue:
    """A net below the forms and services, which refuse in better words what no column holds."""
    log.error("%s: %s", DATABASE_REFUSED, type(error.orig).__name__)
    return _http(BadRequest())


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code == 404:
        return not_found()
    if error.code is not None and error.code < 400:
        return error.get_response()
    said = {
        400: (_("Demande illisible"), _("Le site n’a pas compris cette demande. Rien n’a été fait.")),
        405: (_("Cette adresse ne se demande pas ainsi"), _("Elle attend un formulaire, ou se lit seulement. Rien n’a été fait.")),
        503: (_("Page suspendue"), error.description or ""),
        429: (_("Trop d’essais"), _("Attendez un quart d’heure, puis recommencez.")),
    }
    title, text = said.get(error.code or 500, (_("Demande refusée"), _("Le site n’a pas pu répondre à cette demande. Rien n’a été fait.")))
    answer = current_app.make_response(error_page(error.code or 500, title, text))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error at %s %s", request.method, request.endpoint, exc_info=error)
    return error_page(
        500,
        _("Une erreur est survenue"),
        _("La faute est à nous. Revenez en arrière : votre texte y est encore. L’erreur est notée dans le journal du site."),
    )
