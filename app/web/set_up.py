"""Site set-up: people, programme and territories, seats, extensions, mail; each page asks for the permission that it needs."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app.db import desk as queries
from app.db.models import (
    Account,
    AccountRole,
    Delegation,
    Invitation,
    MailMessage,
    Phase,
    PluginState,
    Programme,
    Seat,
    Territory,
    TerritoryCode,
    Voice,
    Workstream,
)
from app.kernel.access import ACCOUNT_MANAGE, PLUGIN_MANAGE, PROGRAMME_MANAGE, SITE_READ_MAIL, Role
from app.kernel.errors import Invalid, NotAllowed, NotFound
from app.kernel.moment_date import parse_moment_date
from app.kernel.voice import Mandate
from app.services import accounts, letters, mail, plugins, programme, voices
from app.services.markup import prepare
from app.services.unit_of_work import UnitOfWork
from app.web.context import back_to, field_errors, reader, signed_in, site, with_permission, writing
from app.web.forms import (
    AccountInvitationForm,
    BaseForm,
    ConfirmForm,
    InviteVoiceForm,
    MandateForm,
    PhaseForm,
    ProgrammeForm,
    RolesForm,
    TerritoryForm,
    VoiceForm,
    WorkstreamForm,
    choices,
)
from app.web.gate import keeps_text
from app.web.locale import current_language
from app.web.templating import SET_UP_PERMISSIONS
from app.web.words import CATEGORY_FULL, ROLES

blueprint = Blueprint("set_up", __name__, url_prefix="/configuration")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    actor = signed_in()
    if not any(actor.may(permission) for permission in SET_UP_PERMISSIONS):
        raise NotAllowed("needs_permission", permission="site.configure")
    return render_template("set_up/home.html", actor=actor)


# — people —


@blueprint.get("/personnes")
def people() -> ResponseReturnValue:
    return _people_page(AccountInvitationForm(formdata=None, role=str(Role.EDITOR)))


def _people_page(form: AccountInvitationForm, status: int = 200) -> ResponseReturnValue:
    with_permission(ACCOUNT_MANAGE)
    form.role.choices = choices((role, ROLES[role]) for role in Role)
    rows = list(reader().scalars(select(Account).order_by(Account.name)))
    roles: dict[str, list[str]] = {}
    for row in reader().scalars(select(AccountRole)):
        roles.setdefault(row.account_id, []).append(row.role)
    open_ones = select(Invitation).where(
        Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > site().clock()
    )
    page = render_template(
        "set_up/people.html",
        accounts=rows,
        roles=roles,
        invitations=list(reader().scalars(open_ones.order_by(Invitation.created_at.desc()))),
        form=form,
        confirm=ConfirmForm(formdata=None),
        me=signed_in().account,
    )
    return page, status


@blueprint.post("/personnes")
@keeps_text
def invite_person() -> ResponseReturnValue:
    form = AccountInvitationForm()
    with_permission(ACCOUNT_MANAGE)
    if form.validate():
        with field_errors(form):
            if form.role.data not in list(Role):
                raise Invalid("role", "unknown_choice")
            role = Role(form.role.data)
            with writing() as (uow, actor):
                row, token = accounts.invite(uow, actor, site().signer, form.email.data, form.name.data, role=role)
                _send_invitation(uow, row, token, str(ROLES[role]))
        if not form.failed:
            flash(_("L’invitation est envoyée à %(email)s.", email=row.email))
            return back_to(url_for("set_up.people"))
    return _people_page(form, 422)


def _send_invitation(uow: UnitOfWork, row: Invitation, token: str, capacity: str) -> None:
    mail.queue(
        uow,
        letters.invitation(row.email, current_language(), site().settings.base_url, row.name, capacity, token, accounts.INVITATION_DAYS),
    )


@blueprint.post("/invitations/<id:invitation_id>/annuler")
def revoke_invitation(invitation_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        accounts.revoke_invitation(uow, actor, invitation_id)
    flash(_("L’invitation est annulée : son lien ne sert plus."))
    return back_to(url_for("set_up.people") if signed_in().may(ACCOUNT_MANAGE) else url_for("set_up.territories"))


@blueprint.get("/personnes/<id:account_id>")
def person(account_id: str) -> ResponseReturnValue:
    return _person_page(account_id, RolesForm(formdata=None, roles=_roles_of(account_id)))


def _roles_of(account_id: str) -> list[str]:
    return list(reader().scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))


def _person_page(account_id: str, form: RolesForm, status: int = 200) -> ResponseReturnValue:
    with_permission(ACCOUNT_MANAGE)
    account = reader().get(Account, account_id)
    if account is None:
        raise NotFound("account")
    form.roles.choices = choices((role, ROLES[role]) for role in Role)
    held = list(reader().scalars(select(Voice).where(Voice.account_id == account_id).order_by(Voice.mandate_start)))
    return render_template("set_up/person.html", account=account, form=form, voices=held, confirm=ConfirmForm(formdata=None)), status


@blueprint.post("/personnes/<id:account_id>/roles")
def set_roles(account_id: str) -> ResponseReturnValue:
    form = RolesForm()
    unknown = set(form.roles.data or []) - set(map(str, Role))
    if unknown:
        form.roles.errors = [_("Ce choix n’est pas proposé. Choisissez dans la liste.")]
        return _person_page(account_id, form, 422)
    with writing() as (uow, actor):
        accounts.set_roles(uow, actor, account_id, frozenset(Role(name) for name in form.roles.data or []))
    flash(_("Les rôles sont enregistrés."))
    return back_to(url_for("set_up.person", account_id=account_id))


@blueprint.post("/personnes/<id:account_id>/<any(fermer, rouvrir):what>")
def set_disabled(account_id: str, what: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        accounts.set_disabled(uow, actor, account_id, what == "fermer")
    flash(_("Le compte est fermé. Ce que la personne a écrit reste.") if what == "fermer" else _("Le compte est rouvert."))
    return back_to(url_for("set_up.person", account_id=account_id))


# — programmes —


@blueprint.get("/programmes")
def programmes() -> ResponseReturnValue:
    with_permission(PROGRAMME_MANAGE)
    rows = list(reader().scalars(select(Programme).order_by(Programme.name)))
    return render_template("set_up/programmes.html", programmes=rows, form=ProgrammeForm(formdata=None))


@blueprint.post("/programmes")
@keeps_text
def create_programme() -> ResponseReturnValue:
    with_permission(PROGRAMME_MANAGE)
    form = ProgrammeForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            row = programme.create_programme(uow, actor, form.name.data, form.description.data or "")
        if not form.failed:
            return back_to(url_for("set_up.programme_page", programme_id=row.id))
    rows = list(reader().scalars(select(Programme).order_by(Programme.name)))
    return render_template("set_up/programmes.html", programmes=rows, form=form), 422


@blueprint.get("/programmes/<id:programme_id>")
def programme_page(programme_id: str) -> ResponseReturnValue:
    row = _programme(programme_id)
    form = ProgrammeForm(formdata=None, name=row.name, description=row.description)
    return _programme_page(row, form, PhaseForm(formdata=None), WorkstreamForm(formdata=None, kind="thematic"))


def _programme(programme_id: str) -> Programme:
    with_permission(PROGRAMME_MANAGE)
    row = reader().get(Programme, programme_id)
    if row is None:
        raise NotFound("programme")
    return row


def _programme_page(
    row: Programme, form: ProgrammeForm, phase: PhaseForm, workstream: WorkstreamForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "set_up/programme.html",
        programme=row,
        form=form,
        phase_form=phase,
        workstream_form=workstream,
        phases=list(reader().scalars(select(Phase).where(Phase.programme_id == row.id).order_by(Phase.position))),
        workstreams=list(reader().scalars(select(Workstream).where(Workstream.programme_id == row.id).order_by(Workstream.position))),
    )
    return page, status


@blueprint.post("/programmes/<id:programme_id>")
@keeps_text
def save_programme(programme_id: str) -> ResponseReturnValue:
    row = _programme(programme_id)
    form = ProgrammeForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            programme.edit_programme(uow, actor, programme_id, form.name.data, form.description.data or "")
        if not form.failed:
            flash(_("C’est noté."))
            return back_to(url_for("set_up.programme_page", programme_id=programme_id))
    return _programme_page(row, form, PhaseForm(formdata=None), WorkstreamForm(formdata=None, kind="thematic"), 422)


@blueprint.post("/programmes/<id:programme_id>/phases")
@keeps_text
def add_phase(programme_id: str) -> ResponseReturnValue:
    row = _programme(programme_id)
    form = PhaseForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            programme.add_phase(uow, actor, programme_id, form.name.data, form.description.data or "")
        if not form.failed:
            return back_to(url_for("set_up.programme_page", programme_id=programme_id, _anchor="phases"))
    own = ProgrammeForm(formdata=None, name=row.name, description=row.description)
    return _programme_page(row, own, form, WorkstreamForm(formdata=None, kind="thematic"), 422)


@blueprint.post("/programmes/<id:programme_id>/chantiers")
@keeps_text
def add_workstream(programme_id: str) -> ResponseReturnValue:
    row = _programme(programme_id)
    form = WorkstreamForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            programme.add_workstream(uow, actor, programme_id, form.name.data, form.kind.data or "", form.description.data or "")
        if not form.failed:
            return back_to(url_for("set_up.programme_page", programme_id=programme_id, _anchor="chantiers"))
    own = ProgrammeForm(formdata=None, name=row.name, description=row.description)
    return _programme_page(row, own, PhaseForm(formdata=None), form, 422)


# — territories, delegations, seats —


@blueprint.get("/territoires")
def territories() -> ResponseReturnValue:
    with_permission(PROGRAMME_MANAGE)
    return _territories_page(TerritoryForm(formdata=None))


def _territories_page(form: TerritoryForm, status: int = 200) -> ResponseReturnValue:
    rows = list(reader().scalars(select(Territory).order_by(Territory.name)))
    cards = queries.list_delegations(reader(), reader().scalars(select(Delegation.id)))
    return render_template("set_up/territories.html", territories=rows, cards=cards, form=form), status


@blueprint.post("/territoires")
@keeps_text
def create_territory() -> ResponseReturnValue:
    with_permission(PROGRAMME_MANAGE)
    form = TerritoryForm()
    if form.validate():
        with field_errors(form):
            body = prepare(form.description.data or "", lang="fr")
            with writing() as (uow, actor):
                row = programme.create_territory(uow, actor, form.name.data, form.nature.data or "", body, fictitious=form.fictitious.data)
                programme.set_codes(uow, row.id, _codes(form))
        if not form.failed:
            return back_to(url_for("set_up.territory", territory_id=row.id))
    return _territories_page(form, 422)


def _codes(form: TerritoryForm) -> dict[str, str]:
    return {"insee": (form.insee.data or "").strip(), "siren": (form.siren.data or "").strip()}


@blueprint.get("/territoires/<id:territory_id>")
def territory(territory_id: str) -> ResponseReturnValue:
    row = _territory(territory_id)
    codes = {code.scheme: code.code for code in reader().scalars(select(TerritoryCode).where(TerritoryCode.territory_id == row.id))}
    form = TerritoryForm(formdata=None, name=row.name, nature=row.nature, description=row.description, fictitious=row.fictitious, **codes)
    return _territory_page(row, form)


def _territory(territory_id: str) -> Territory:
    with_permission(PROGRAMME_MANAGE)
    row = reader().get(Territory, territory_id)
    if row is None:
        raise NotFound("territory")
    return row


def _territory_page(row: Territory, form: TerritoryForm, status: int = 200) -> ResponseReturnValue:
    ids = list(reader().scalars(select(Delegation.id).where(Delegation.territory_id == row.id)))
    cards = queries.list_delegations(reader(), ids)
    taken = {card.programme.id for card in cards}
    page = render_template(
        "set_up/territory.html",
        territory=row,
        form=form,
        cards=cards,
        programmes=[entry for entry in reader().scalars(select(Programme).order_by(Programme.name)) if entry.id not in taken],
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/territoires/<id:territory_id>")
@keeps_text
def save_territory(territory_id: str) -> ResponseReturnValue:
    row = _territory(territory_id)
    form = TerritoryForm()
    if form.validate():
        with field_errors(form):
            body = prepare(form.description.data or "", lang="fr")
            with writing() as (uow, actor):
                programme.edit_territory(
                    uow, actor, territory_id, form.name.data, form.nature.data or "", body, form.fictitious.data, _codes(form)
                )
        if not form.failed:
            flash(_("C’est noté."))
            return back_to(url_for("set_up.territory", territory_id=territory_id))
    return _territory_page(row, form, 422)


@blueprint.post("/territoires/<id:territory_id>/delegations/<id:programme_id>")
def create_delegation(territory_id: str, programme_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        row = programme.create_delegation(uow, actor, programme_id, territory_id)
    return back_to(url_for("set_up.delegation", delegation_id=row.id))


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
    with_permission(PROGRAMME_MANAGE)
    cards = queries.list_delegations(reader(), [delegation_id])
    if not cards:
        raise NotFound("delegation")
    seats = queries.list_seats(reader(), delegation_id)
    today = site().clock().date()
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
    with_permission(PROGRAMME_MANAGE)
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
                    _send_invitation(uow, row, token, str(CATEGORY_FULL[seat.category]))
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
    with_permission(PROGRAMME_MANAGE)
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
    with_permission(PROGRAMME_MANAGE)
    row = reader().get(Voice, voice_id)
    if row is None or row.account_id is not None:
        raise NotFound("voice")
    form = InviteVoiceForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            invitation, token = accounts.invite(uow, actor, site().signer, form.email.data, row.name, voice=voice_id)
            _send_invitation(uow, invitation, token, str(CATEGORY_FULL.get(row.category or "", row.name)))
    if form.failed:
        return _delegation_page(row.delegation_id, failed_voice=voice_id, voice_form=form, status=422)
    flash(_("L’invitation est envoyée à %(email)s.", email=invitation.email))
    return back_to(url_for("set_up.delegation", delegation_id=row.delegation_id))


# — extensions —


@blueprint.get("/extensions")
def extensions() -> ResponseReturnValue:
    """Asks no plugin anything: what is said here was learnt at boot or stands in the database."""
    with_permission(PLUGIN_MANAGE)
    on = set(reader().scalars(select(PluginState.name).where(PluginState.enabled.is_(True))))
    rows = [(plugin, plugin.name in on) for _name, plugin in sorted(site().plugins.plugins.items())]
    return render_template("set_up/extensions.html", plugins=rows, confirm=ConfirmForm(formdata=None))


@blueprint.post("/extensions/<name>/<any(activer, desactiver):what>")
def toggle_extension(name: str, what: str) -> ResponseReturnValue:
    with_permission(PLUGIN_MANAGE)
    enable = what == "activer"
    if enable:
        plugins.prepare_tables(site().engine, site().plugins, name)
    with writing() as (uow, actor):
        plugins.set_enabled(uow, actor, site().plugins, name, enable)
    flash(_("L’extension est activée.") if enable else _("L’extension est désactivée. Rien n’est effacé."))
    return back_to(url_for("set_up.extensions"))


# — mail —


@blueprint.get("/courrier")
def mailbox() -> ResponseReturnValue:
    """Mails of the embedded default, where no server takes them; with SMTP only what could not be delivered is listed, without its words."""
    with_permission(SITE_READ_MAIL)
    query = select(MailMessage).order_by(MailMessage.created_at.desc()).limit(100)
    if not site().postman.uses_folder:
        query = query.where(MailMessage.sent_at.is_(None))
    return render_template(
        "set_up/mailbox.html", messages=list(reader().scalars(query)), in_folder=site().postman.uses_folder, shows_words=_shows_words()
    )


def _shows_words() -> bool:
    """Mails are shown whole where they reach nobody otherwise: on a demonstration. A public site has its operator and its folder."""
    return site().postman.uses_folder and not site().settings.production


@blueprint.get("/courrier/<id:message_id>")
def message(message_id: str) -> ResponseReturnValue:
    with_permission(SITE_READ_MAIL)
    row = reader().get(MailMessage, message_id)
    if row is None or not _shows_words():
        raise NotFound("message")
    return render_template("set_up/message.html", message=row)
