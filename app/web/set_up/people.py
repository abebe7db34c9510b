"""Site set-up: accounts, invitations and roles."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.db.engine import by_name
from app.db.models import Account, AccountRole, Invitation, Voice
from app.kernel.access import ACCOUNT_MANAGE, Role
from app.kernel.errors import Invalid, NotFound
from app.services import accounts
from app.web.context import back_to, field_errors, reader, signed_in, site, with_permission, writing
from app.web.forms import AccountInvitationForm, ConfirmForm, RolesForm, choices
from app.web.gate import keeps_text
from app.web.set_up.base import PEOPLE, Entry, add_entry, blueprint, send_invitation
from app.web.words import ROLES

add_entry(Entry(PEOPLE, _l("Personnes"), _l("Les comptes, leurs rôles et les invitations."), "set_up.people", ACCOUNT_MANAGE, order=10))


@blueprint.get("/personnes")
def people() -> ResponseReturnValue:
    return _people_page(AccountInvitationForm(formdata=None, role=str(Role.EDITOR)))


def _people_page(form: AccountInvitationForm, status: int = 200) -> ResponseReturnValue:
    with_permission(ACCOUNT_MANAGE)
    form.role.choices = choices((role, ROLES[role]) for role in Role)
    rows = list(reader().scalars(select(Account).order_by(by_name(Account.name))))
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
                send_invitation(uow, row, token, str(ROLES[role]))
        if not form.failed:
            flash(_("L’invitation est envoyée à %(email)s.", email=row.email))
            return back_to(url_for("set_up.people"))
    return _people_page(form, 422)


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
