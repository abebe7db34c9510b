"""Site set-up: a delegation’s seats, the voices in them and their mandates."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app.db import desk as queries
from app.db.models import Invitation, Seat, Voice
from app.kernel.access import PROGRAMME_MANAGE
from app.kernel.errors import Invalid, NotFound
from app.kernel.moment_date import parse_moment_date
from app.kernel.voice import Mandate
from app.services import accounts, voices
from app.services.scopes import delegation_scopes
from app.web.context import back_to, field_errors, reader, site, with_permission_on, with_permission_somewhere, writing
from app.web.forms import BaseForm, ConfirmForm, InviteVoiceForm, MandateForm, VoiceForm
from app.web.gate import keeps_text
from app.web.set_up.base import blueprint, send_invitation
from app.web.words import CATEGORY_FULL


@blueprint.get("/delegations/<id:delegation_id>")
def delegation(delegation_id: str) -> ResponseReturnValue:
    return _delegation_page(delegation_id)


def _delegation_page(
    delegation_id: str,
    seat_form: VoiceForm | None = None,
    seat_id: str = "",
    *,
    failed_voice: str = "",
    voice_form: BaseForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    with_permission_somewhere(PROGRAMME_MANAGE)
    cards = queries.list_delegations(reader(), [delegation_id])
    if not cards:
        raise NotFound("delegation")
    with_permission_on(PROGRAMME_MANAGE, delegation_scopes(reader(), delegation_id))
    seats = queries.list_seats(reader(), delegation_id)
    today = site().clock.today()
    open_ones = select(Invitation.voice_id).where(
        Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.voice_id.is_not(None)
    )
    page = render_template(
        "set_up/delegation.html",
        card=cards[0],
        seats=[(line, voices.current_seat_voice(list(line.voices), today)) for line in seats],
        guests=[voice for voice in queries.delegation_voices(reader(), delegation_id) if voice.seat_id is None],
        invited=set(reader().scalars(open_ones)),
        seat_form=seat_form or VoiceForm(formdata=None),
        failed_seat=seat_id,
        failed_voice=failed_voice,
        voice_form=voice_form,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/sieges/<id:seat_id>")
@keeps_text
def seat_voice(seat_id: str) -> ResponseReturnValue:
    with_permission_somewhere(PROGRAMME_MANAGE)
    seat = reader().get(Seat, seat_id)
    if seat is None:
        raise NotFound("seat")
    form = VoiceForm()
    if form.validate():
        with field_errors(form):
            mandate = _mandate(form)
            with writing() as (uow, actor):
                voice = voices.seat_voice(uow, actor, seat_id, form.name.data, form.function.data or "", mandate)
                if form.email.data:
                    row, token = accounts.invite(uow, actor, site().signer, form.email.data, form.name.data, voice=voice.id)
                    send_invitation(uow, row, token, str(CATEGORY_FULL[seat.category]))
        if not form.failed:
            flash(_("Le siège est donné à %(name)s.", name=form.name.data))
            return back_to(url_for("set_up.delegation", delegation_id=seat.delegation_id))
    return _delegation_page(seat.delegation_id, form, seat_id, status=422)


def _mandate(form: VoiceForm | MandateForm) -> Mandate:
    """Reads both ends of a mandate; what is not a date is said beside its field."""
    ends = []
    for name in ("start", "end"):
        text = form[name].data or ""
        try:
            found = parse_moment_date(text) if text.strip() else None
        except Invalid as error:
            raise Invalid(name, error.reason) from error
        ends.append(found)
    return Mandate(ends[0].start if ends[0] else None, ends[1].end if ends[1] else None)


@blueprint.post("/voix/<id:voice_id>/mandat")
def set_mandate(voice_id: str) -> ResponseReturnValue:
    with_permission_somewhere(PROGRAMME_MANAGE)
    row = reader().get(Voice, voice_id)
    if row is None:
        raise NotFound("voice")
    form = MandateForm()
    with field_errors(form):
        mandate = _mandate(form)
        with writing() as (uow, actor):
            voices.set_mandate(uow, actor, voice_id, mandate)
    if form.failed:
        return _delegation_page(row.delegation_id, failed_voice=voice_id, voice_form=form, status=422)
    flash(_("Le mandat est enregistré."))
    return back_to(url_for("set_up.delegation", delegation_id=row.delegation_id))


@blueprint.post("/voix/<id:voice_id>/inviter")
def invite_voice(voice_id: str) -> ResponseReturnValue:
    with_permission_somewhere(PROGRAMME_MANAGE)
    row = reader().get(Voice, voice_id)
    if row is None or row.account_id is not None:
        raise NotFound("voice")
    form = InviteVoiceForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            invitation, token = accounts.invite(uow, actor, site().signer, form.email.data, row.name, voice=voice_id)
            send_invitation(uow, invitation, token, str(CATEGORY_FULL.get(row.category or "", row.name)))
    if form.failed:
        return _delegation_page(row.delegation_id, failed_voice=voice_id, voice_form=form, status=422)
    flash(_("L’invitation est envoyée à %(email)s.", email=invitation.email))
    return back_to(url_for("set_up.delegation", delegation_id=row.delegation_id))
