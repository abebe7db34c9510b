"""Public pages of the letter: asking for it, confirming, leaving, and its archive; none of them needs a cookie."""

import time

from flask import render_template, request, url_for
from flask_babel import gettext as _

from app.sdk import (
    Refused,
    count_attempt,
    current_language,
    field_errors,
    public,
    public_html,
    reader,
    refusal_words,
    system_now,
    unit_of_work,
    without_token,
)
from plugins.communication.forms.letter import LeaveForm, SubscribeForm
from plugins.communication.rules.letter import CONFIRM_DAYS
from plugins.communication.services import letter as issues
from plugins.communication.services import subscription as services
from plugins.communication.views.base import blueprint

ANSWER_SECONDS = 0.1
"""Least time that the answer to a request takes: writing a mail costs more than writing none, and must not tell who refused to be written to."""

_PAGES = ("/", services.PATH)


def consent_words() -> str:
    """What one agrees to, as the page says it; kept as the proof."""
    return _("Je veux recevoir la lettre par courriel. Mon adresse ne sert qu’à cela, et sera effacée dès que je le demanderai.")


@blueprint.get("/lettre")
@public
def letter():
    return _letter_page(SubscribeForm(formdata=None, page=services.PATH))


def _letter_page(form: SubscribeForm, status: int = 200):
    page = render_template("communication/letter.html", form=form, consent=consent_words(), issues=issues.list_sent(reader()))
    return page, status


@blueprint.post("/lettre")
@public
@without_token
def ask_letter():
    started = time.monotonic()
    form = SubscribeForm()
    if not form.validate():
        return _letter_page(form, 422)
    asked_from = form.page.data if form.page.data in _PAGES else services.PATH
    try:
        with field_errors(form), unit_of_work() as uow:
            count_attempt(uow, "letter", form.email.data)
            services.ask(uow, form.email.data, current_language(), asked_from, consent_words())
    except Refused as refusal:
        form.form_errors.append(refusal_words(refusal))
        return _letter_page(form, 429)
    if form.failed:
        return _letter_page(form, 422)
    page = render_template("communication/letter_asked.html", days=CONFIRM_DAYS)
    time.sleep(max(0.0, started + ANSWER_SECONDS - time.monotonic()))
    return page


@blueprint.get("/lettre/confirmer/<token>")
@public
def confirm_letter(token: str):
    """Shows a button: mail programs that open links ahead of their reader must not agree in their place."""
    services.find_request(reader(), token, system_now())
    return render_template("communication/letter_confirm.html", consent=consent_words())


@blueprint.post("/lettre/confirmer/<token>")
@public
@without_token
def confirm_letter_submit(token: str):
    with unit_of_work() as uow:
        services.confirm(uow, token)
    return render_template("communication/letter_confirmed.html")


@blueprint.get("/lettre/fin/<key>")
@public
def leave_letter(key: str):
    """Shows a button; nothing ends by looking."""
    known = services.find_by_leave_key(reader(), key) is not None
    return render_template("communication/letter_leave.html", form=LeaveForm(formdata=None), known=known)


@blueprint.post("/lettre/fin/<key>")
@public
@without_token
def leave_letter_submit(key: str):
    """Ends a subscription: from the page's button, or from a mail program's own (RFC 8058)."""
    with unit_of_work() as uow:
        services.leave(uow, key, for_ever=bool(request.form.get("for_ever")))
    return render_template("communication/letter_left.html")


@blueprint.get("/lettre/numeros/<slug:slug>")
@public
def letter_issue(slug: str):
    issue = issues.find_sent(reader(), slug)
    return render_template(
        "communication/letter_issue.html",
        issue=issue,
        introduction=public_html(reader(), issue.fragment, "fr", "i-"),
        lines=issues.lines_of(reader(), issue),
        letter=url_for("communication.letter"),
    )


def on_home(_session, _context) -> dict[str, object]:
    """The form on the front page."""
    return {"form": SubscribeForm(formdata=None, page="/"), "consent": consent_words()}
