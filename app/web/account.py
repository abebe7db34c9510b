"""Signing in and out, invitations, links by mail, one's own account and sessions."""

import time
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from app.db.desk import find_draft
from app.db.models import Account, AccountSession
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.services import accounts, digests, letters, mail
from app.services.access import load_actor
from app.services.passages import keep_draft
from app.web.blocks import typed_into_block
from app.web.carry import PREFIX, Carried, carried_through, resend_page
from app.web.context import back_to, field_errors, network, reader, signed_in, site, snapshot, unit_of_work, visitor, writing
from app.web.forms import (
    AcceptForm,
    ChangePasswordForm,
    ConfirmForm,
    DigestForm,
    InvitationForm,
    LinkForm,
    NewPasswordForm,
    ProfileForm,
    SignInForm,
)
from app.web.gate import SESSION_KEY, public
from app.web.locale import PREFIXED_LANGUAGES, current_language, is_local_path
from app.web.words import sentence

blueprint = Blueprint("account", __name__)

LINK_ANSWER_SECONDS = 0.05
"""Least time that the answer to a request for a link takes: making one costs more than making none, and must not tell who has an account."""


def _safe_target(target: str | None) -> str:
    """Returns a path of this site to go to after signing in, never an address elsewhere."""
    return str(target) if is_local_path(target) else url_for("desk.home")


# — signing in —


@blueprint.get("/connexion")
@public
def sign_in() -> ResponseReturnValue:
    if visitor() is not None:
        return redirect(_safe_target(request.args.get("next")))
    return render_template("account/sign_in.html", form=SignInForm(formdata=None), carried=None, prefix=PREFIX)


@blueprint.post("/connexion")
@public
def sign_in_submit() -> ResponseReturnValue:
    form = SignInForm()
    carried = carried_through(request.form)
    if not form.validate():
        return _sign_in_again(form, carried, 422)
    keys = accounts.sign_in_keys(site().signer, form.email.data, network())
    try:
        with unit_of_work() as uow:
            counted = accounts.reserve_attempt(uow, keys)
    except Refused as refusal:
        form.form_errors.append(sentence(refusal))
        return _sign_in_again(form, carried, 429)
    account_id = accounts.check_password(reader(), form.email.data, form.password.data)
    if account_id is None:
        form.form_errors.append(sentence(Refused("sign_in_failed")))
        return _sign_in_again(form, carried, 401)
    with unit_of_work() as uow:
        accounts.forget_attempts(uow, counted)
    _start_session(account_id)
    return _resume(account_id, carried) or back_to(_safe_target(request.args.get("next")))


def _sign_in_again(form: SignInForm, carried: Carried | None, status: int) -> ResponseReturnValue:
    return render_template("account/sign_in.html", form=form, carried=carried, prefix=PREFIX), status


def _start_session(account_id: str) -> None:
    """Opens a fresh session: whatever the browser held before, token included, is worth nothing from here on."""
    with unit_of_work() as uow:
        token = accounts.open_session(uow, account_id, _browser(), site().settings.session_days)
    session.clear()
    g.pop("csrf_token", None)  # the form that was just read had the old session's token
    session[SESSION_KEY] = token
    session.permanent = True


def _browser() -> str:
    """Returns a short name of the browser, for its owner to recognise the session by."""
    agent = request.user_agent.string
    names = [name for name in ("Firefox", "Edg", "Chrome", "Safari") if name in agent]
    systems = [name for name in ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux") if name in agent]
    return ", ".join([*(name.replace("Edg", "Edge") for name in names[:1]), *systems[:1]])


def _resume(account_id: str, carried: Carried | None) -> ResponseReturnValue | None:
    """After an expired session: puts a passage's words into its writer's draft, or shows the lost form with its words."""
    if carried is None or not carried.fields:
        return None
    route = _route_of(carried.target)
    if route is None:
        return None
    endpoint, arguments = route
    fields = dict(carried.fields)
    actor = load_actor(reader(), account_id, site().clock.today(), snapshot())
    if endpoint == "passages.save" and actor is not None:
        kept = find_draft(reader(), account_id, arguments["passage_id"])
        if kept is not None and kept.body.strip() != fields.get("body", "").strip():
            return resend_page(carried, other=kept.body)  # another device kept other words: both are shown, none replaces the other
        try:
            with site().writer.begin() as uow:
                keep_draft(
                    uow,
                    actor,
                    arguments["passage_id"],
                    fields.get("body", ""),
                    fields.get("prompt", ""),
                    fields.get("base") or None,
                    typed_into_block(MultiDict(carried.fields)),
                )
        except (NotFound, NotAllowed):
            return resend_page(carried)  # another account: the words are shown, to be copied
        flash(_("Votre session avait expiré. Le texte que vous écriviez est là ; il n’est pas encore enregistré."))
        return back_to(url_for("passages.write", **arguments))
    return resend_page(carried)


def _route_of(target: str) -> tuple[str, dict[str, Any]] | None:
    """Returns the endpoint and arguments that a carried form was sent to, or None if there is no such form."""
    path = target.split("?", maxsplit=1)[0]
    for lang in PREFIXED_LANGUAGES:
        path = path.removeprefix(f"/{lang}/") if path.startswith(f"/{lang}/") else path
    try:
        endpoint, arguments = current_app.url_map.bind("localhost").match("/" + path.lstrip("/"), method="POST")
    except HTTPException:
        return None
    return str(endpoint), dict(arguments)


@blueprint.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    with writing() as (uow, actor):
        accounts.end_session(uow, actor, str(actor.session))
    session.clear()
    flash(_("Vous êtes déconnecté·e."))
    return back_to(url_for("reading.home"))


# — links by mail —


@blueprint.get("/connexion/lien")
@public
def ask_link() -> ResponseReturnValue:
    return render_template("account/ask_link.html", form=LinkForm(formdata=None), purpose="sign_in")


@blueprint.post("/connexion/lien")
@public
def ask_link_submit() -> ResponseReturnValue:
    return _send_link("sign_in")


@blueprint.get("/connexion/oubli")
@public
def ask_reset() -> ResponseReturnValue:
    return render_template("account/ask_link.html", form=LinkForm(formdata=None), purpose="reset")


@blueprint.post("/connexion/oubli")
@public
def ask_reset_submit() -> ResponseReturnValue:
    return _send_link("reset")


def _send_link(purpose: str) -> ResponseReturnValue:
    """Sends a link if the address has an account; says the same, and takes as long, if it has none."""
    started = time.monotonic()
    form = LinkForm()
    if not form.validate():
        return render_template("account/ask_link.html", form=form, purpose=purpose), 422
    keys = accounts.link_keys(site().signer, form.email.data, network())
    write = letters.sign_in_link if purpose == "sign_in" else letters.password_reset
    try:
        with unit_of_work() as uow:
            accounts.reserve_attempt(uow, keys)
            found = accounts.request_link(uow, site().signer, form.email.data, purpose)
            if found is not None:
                account, token = found
                mail.queue(uow, write(str(account.email), account.lang, site().settings.base_url, token, accounts.LINK_MINUTES))
    except Refused as refusal:
        form.form_errors.append(sentence(refusal))
        return render_template("account/ask_link.html", form=form, purpose=purpose), 429
    page = render_template("account/link_sent.html", purpose=purpose, minutes=accounts.LINK_MINUTES)
    time.sleep(max(0.0, started + LINK_ANSWER_SECONDS - time.monotonic()))
    return page


@blueprint.get("/connexion/lien/<token>")
@public
def open_link(token: str) -> ResponseReturnValue:
    """Shows a button: mail programs that open links ahead of their reader must not use them up."""
    accounts.open_link(reader(), site().signer, token, "sign_in", site().clock())
    return render_template("account/open_link.html", form=ConfirmForm(formdata=None))


@blueprint.post("/connexion/lien/<token>")
@public
def use_link(token: str) -> ResponseReturnValue:
    with unit_of_work() as uow:
        account_id = accounts.use_link(uow, site().signer, token, "sign_in")
    _start_session(account_id)
    return back_to(url_for("desk.home"))


@blueprint.get("/connexion/mot-de-passe/<token>")
@public
def reset_password(token: str) -> ResponseReturnValue:
    accounts.open_link(reader(), site().signer, token, "reset", site().clock())
    return render_template("account/new_password.html", form=NewPasswordForm(formdata=None))


@blueprint.post("/connexion/mot-de-passe/<token>")
@public
def reset_password_submit(token: str) -> ResponseReturnValue:
    form = NewPasswordForm()
    if form.validate():
        with field_errors(form):
            password_hash = accounts.hash_password(form.password.data)
            with unit_of_work() as uow:
                account_id = accounts.reset_password(uow, site().signer, token, password_hash)
            _start_session(account_id)
            flash(_("Votre mot de passe est changé. Vos autres sessions sont terminées."))
            return back_to(url_for("desk.home"))
    return render_template("account/new_password.html", form=form), 422


# — invitations —


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    row = accounts.open_invitation(reader(), site().signer, token, site().clock())
    known = _has_account(row.email)
    form = AcceptForm(formdata=None) if known else InvitationForm(formdata=None, name=row.name)
    return render_template("account/invitation.html", form=form, invitation=row, known=known)


@blueprint.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    row = accounts.open_invitation(reader(), site().signer, token, site().clock())
    known = _has_account(row.email)
    form = AcceptForm() if known else InvitationForm()
    if form.validate():
        with field_errors(form):
            password_hash = None if known else accounts.hash_password(form.password.data)
            name = "" if known else form.name.data
            with unit_of_work() as uow:
                account_id = accounts.accept_invitation(uow, site().signer, token, name, password_hash)
            _start_session(account_id)
            flash(_("Bienvenue. Votre compte est prêt."))
            return back_to(url_for("desk.home"))
    return render_template("account/invitation.html", form=form, invitation=row, known=known), 422


def _has_account(email: str) -> bool:
    return reader().scalar(select(Account.id).where(Account.email == email)) is not None


# — one's own account —


@blueprint.get("/compte")
def overview() -> ResponseReturnValue:
    account = reader().get_one(Account, signed_in().account)
    return _overview(ProfileForm(formdata=None, name=account.name, lang=account.lang), ChangePasswordForm(formdata=None))


def _overview(
    profile: ProfileForm, password: ChangePasswordForm, status: int = 200, digest: DigestForm | None = None
) -> ResponseReturnValue:
    actor = signed_in()
    live = select(AccountSession).where(AccountSession.account_id == actor.account, AccountSession.ended_at.is_(None))
    now = site().clock()
    sessions = [row for row in reader().scalars(live.order_by(AccountSession.last_seen_at.desc())) if row.expires_at > now]
    account = reader().get_one(Account, actor.account)
    page = render_template(
        "account/overview.html",
        profile=profile,
        password=password,
        digest=digest or DigestForm(formdata=None, digest=digests.digest_choice(reader(), actor.account)),
        sessions=sessions,
        account=account,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/compte")
def save_profile() -> ResponseReturnValue:
    form = ProfileForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            accounts.set_profile(uow, actor, form.name.data, form.lang.data or current_language())
        if not form.failed:
            flash(_("C’est noté."))
            return back_to(url_for("account.overview"))
    return _overview(form, ChangePasswordForm(formdata=None), 422)


@blueprint.post("/compte/messages")
def choose_digest() -> ResponseReturnValue:
    form = DigestForm()
    with field_errors(form), writing() as (uow, actor):
        digests.choose_digest(uow, actor, form.digest.data or "")
    if form.failed:
        account = reader().get_one(Account, signed_in().account)
        profile = ProfileForm(formdata=None, name=account.name, lang=account.lang)
        return _overview(profile, ChangePasswordForm(formdata=None), 422, form)
    flash(_("C’est noté."))
    return back_to(url_for("account.overview", _anchor="messages"))


@blueprint.post("/compte/mot-de-passe")
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    account = reader().get_one(Account, signed_in().account)
    if form.validate():
        with field_errors(form):
            password_hash = accounts.hash_password(form.password.data)
            is_right = accounts.check_password(reader(), str(account.email), form.current.data) == account.id
            with writing() as (uow, actor):
                accounts.change_password(uow, actor, is_right, password_hash)
        if not form.failed:
            flash(_("Votre mot de passe est changé. Vos autres sessions sont terminées."))
            return back_to(url_for("account.overview"))
    return _overview(ProfileForm(formdata=None, name=account.name, lang=account.lang), form, 422)


@blueprint.post("/compte/sessions/<id:session_id>/terminer")
def end_session(session_id: str) -> ResponseReturnValue:
    own = session_id == signed_in().session
    with writing() as (uow, actor):
        accounts.end_session(uow, actor, session_id)
    if own:
        session.clear()
        return back_to(url_for("reading.home"))
    flash(_("La session est terminée."))
    return back_to(url_for("account.overview"))
