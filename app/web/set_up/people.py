"""Site set-up: accounts, invitations and roles."""

from collections.abc import Sequence

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from app.db import desk as queries
from app.db.engine import by_name
from app.db.models import Account, AccountRole, Invitation, LocalRole, Voice
from app.kernel.access import ACCOUNT_MANAGE, ROLE_MANAGE, Role, Scope
from app.kernel.errors import Invalid, NotFound
from app.services import accounts
from app.services.roles import list_roles
from app.services.sharing import local_roles_of
from app.web.access_words import KIND_WORDS, place_words, role_title, role_titles, story_name
from app.web.context import back_to, field_errors, reader, signed_in, site, with_permission, writing
from app.web.forms import AccountInvitationForm, ConfirmForm, RolesForm, choices
from app.web.gate import keeps_text
from app.web.set_up.base import PEOPLE, Entry, add_entry, blueprint, send_invitation
from app.web.templating import said

add_entry(Entry(PEOPLE, _l("Personnes"), _l("Les comptes, leurs rôles et les invitations."), "set_up.people", ACCOUNT_MANAGE, order=10))


@blueprint.get("/personnes")
def people() -> ResponseReturnValue:
    return _people_page(AccountInvitationForm(formdata=None, role=str(Role.EDITOR)))


def _people_page(form: AccountInvitationForm, status: int = 200) -> ResponseReturnValue:
    with_permission(ACCOUNT_MANAGE)
    form.role.choices = _role_choices()
    rows = list(reader().scalars(select(Account).order_by(by_name(Account.name))))
    roles: dict[str, list[str]] = {}
    for row in reader().scalars(select(AccountRole)):
        roles.setdefault(row.account_id, []).append(row.role)
    somewhere = set(reader().scalars(select(LocalRole.account_id)))
    open_ones = select(Invitation).where(
        Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > site().clock()
    )
    page = render_template(
        "set_up/people.html",
        accounts=rows,
        roles=roles,
        titles=role_titles(),
        somewhere=somewhere,
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
            titles = {row.key: role_title(row) for row in list_roles(reader())}
            role = form.role.data
            if role not in titles:
                raise Invalid("role", "unknown_choice")
            with writing() as (uow, actor):
                row, token = accounts.invite(uow, actor, site().signer, form.email.data, form.name.data, role=role)
                send_invitation(uow, row, token, str(titles[role].striptags()))
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


def _role_choices(held: Sequence[str] = ()) -> list[SelectChoice]:
    """Offers the living roles, and an archived one that somebody still holds."""
    living = list_roles(reader())
    kept = [row for row in list_roles(reader(), archived=True) if row.key in held]
    return choices((row.key, role_title(row)) for row in (*living, *kept))


def _roles_of(account_id: str) -> list[str]:
    return list(reader().scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))


def _person_page(account_id: str, form: RolesForm, status: int = 200) -> ResponseReturnValue:
    with_permission(ACCOUNT_MANAGE)
    account = reader().get(Account, account_id)
    if account is None:
        raise NotFound("account")
    form.roles.choices = _role_choices(_roles_of(account_id))
    held = list(reader().scalars(select(Voice).where(Voice.account_id == account_id).order_by(Voice.mandate_start)))
    page = render_template(
        "set_up/person.html",
        account=account,
        form=form,
        voices=held,
        local=[(row, *place_words(Scope(row.scope_kind, row.scope_id))) for row in local_roles_of(reader(), account_id)],
        titles=role_titles(),
        kinds=KIND_WORDS,
        explained=_explained(account_id, held) if signed_in().may(ROLE_MANAGE) and account.disabled_at is None else [],
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _explained(account_id: str, voices: Sequence[Voice]) -> list[tuple[Markup, str]]:
    """Returns the territories and stories in which a person has a voice, each with the page that says what they may do there."""
    ids = {voice.delegation_id for voice in voices}
    cards = queries.list_delegations(reader(), ids)
    links = [
        (said(card.territory.name), url_for("set_up.explain", kind="territoire", item_id=card.territory.id, personne=account_id))
        for card in cards
    ]
    for card in cards:
        for story in queries.list_delegation_stories(reader(), card.delegation.id):
            links.append((story_name(story), url_for("set_up.explain", kind="recit", item_id=story.id, personne=account_id)))
    return links


@blueprint.post("/personnes/<id:account_id>/roles")
def set_roles(account_id: str) -> ResponseReturnValue:
    form = RolesForm()
    with_permission(ACCOUNT_MANAGE)
    offered = {row.key for row in list_roles(reader())} | set(_roles_of(account_id))
    unknown = set(form.roles.data or []) - offered
    if unknown:
        form.roles.errors = [_("Ce choix n’est pas proposé. Choisissez dans la liste.")]
        return _person_page(account_id, form, 422)
    with writing() as (uow, actor):
        accounts.set_roles(uow, actor, account_id, frozenset(form.roles.data or []))
    flash(_("Les rôles sont enregistrés."))
    return back_to(url_for("set_up.person", account_id=account_id))


@blueprint.post("/personnes/<id:account_id>/<any(fermer, rouvrir):what>")
def set_disabled(account_id: str, what: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        accounts.set_disabled(uow, actor, account_id, what == "fermer")
    flash(_("Le compte est fermé. Ce que la personne a écrit reste.") if what == "fermer" else _("Le compte est rouvert."))
    return back_to(url_for("set_up.person", account_id=account_id))
