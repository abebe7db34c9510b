"""Programmes with their phases and chantiers, territories, delegations with their four seats."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Delegation, Phase, Programme, Seat, Territory, TerritoryCode, Workstream
from app.kernel.access import PROGRAMME_MANAGE, Actor, ScopeKind, permission_decision
from app.kernel.decision import Decision
from app.kernel.errors import Invalid, Refused
from app.kernel.slug import slugify
from app.kernel.voice import CATEGORIES
from app.services.checks import DESCRIPTION, SHORT_TEXT, checked, get_or_404, may_manage_programme
from app.services.links import index_links
from app.services.markup import PreparedBody
from app.services.scopes import programme_scopes, territory_scopes
from app.services.unit_of_work import UnitOfWork

# SIREN: nine digits. INSEE: five, of which the second may be A or B (Corse).
_CODES = {"siren": re.compile(r"[0-9]{9}"), "insee": re.compile(r"[0-9][0-9AB][0-9]{3}")}


def create_programme(uow: UnitOfWork, actor: Actor | None, name: str, description: str, slug: str = "") -> Programme:
    """Makes a programme without phases."""
    may_manage_programme(actor)
    name = checked("name", name, SHORT_TEXT, required=True)
    row = Programme(
        name=name,
        slug=_free_slug(uow.session, Programme, slug or name),
        description=checked("description", description, DESCRIPTION),
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "programme.create", "programme", row.id)
    return row


def edit_programme(uow: UnitOfWork, actor: Actor, programme_id: str, name: str, description: str) -> None:
    """Changes what is said of a programme; its address stays."""
    may_manage_programme(actor, programme_scopes(programme_id))
    row = get_or_404(uow.session, Programme, programme_id, "programme")
    row.name = checked("name", name, SHORT_TEXT, required=True)
    row.description = checked("description", description, DESCRIPTION)
    uow.record(actor, "programme.edit", "programme", row.id)


def add_phase(uow: UnitOfWork, actor: Actor | None, programme_id: str, name: str, description: str = "", key: str = "") -> Phase:
    """Adds a phase at the end of a programme's journey."""
    may_manage_programme(actor, programme_scopes(programme_id))
    get_or_404(uow.session, Programme, programme_id, "programme")
    name = checked("name", name, SHORT_TEXT, required=True)
    taken = list(uow.session.scalars(select(Phase).where(Phase.programme_id == programme_id)))
    key = key or slugify(name, "phase")[:60]
    if key in {phase.key for phase in taken}:
        raise Invalid("name", "name_taken")
    row = Phase(
        programme_id=programme_id, key=key, name=name, description=checked("description", description, DESCRIPTION), position=len(taken) + 1
    )
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "programme.add_phase", "programme", programme_id, phase=row.id)
    return row


def add_workstream(
    uow: UnitOfWork, actor: Actor | None, programme_id: str, name: str, kind: str, description: str = "", key: str = ""
) -> Workstream:
    """Adds a chantier to a programme; `kind` is `thematic` or `transverse`."""
    may_manage_programme(actor, programme_scopes(programme_id))
    get_or_404(uow.session, Programme, programme_id, "programme")
    if kind not in ("thematic", "transverse"):
        raise Invalid("kind", "unknown_choice")
    name = checked("name", name, SHORT_TEXT, required=True)
    taken = list(uow.session.scalars(select(Workstream).where(Workstream.programme_id == programme_id)))
    key = key or slugify(name, "chantier")[:60]
    if key in {stream.key for stream in taken}:
        raise Invalid("name", "name_taken")
    row = Workstream(
        programme_id=programme_id,
        key=key,
        name=name,
        kind=kind,
        description=checked("description", description, DESCRIPTION),
        position=len(taken) + 1,
    )
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "programme.add_workstream", "programme", programme_id, workstream=row.id)
    return row


def create_territory(
    uow: UnitOfWork, actor: Actor | None, name: str, nature: str, description: PreparedBody, *, slug: str = "", fictitious: bool = False
) -> Territory:
    """Makes a territory; its presentation was parsed before the unit of work."""
    may_manage_programme(actor)
    name = checked("name", name, SHORT_TEXT, required=True)
    row = Territory(
        name=name,
        slug=_free_slug(uow.session, Territory, slug or name),
        nature=checked("nature", nature, SHORT_TEXT),
        description=description.markdown,
        fragment=description.fragment.to_json(),
        fictitious=fictitious,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    index_links(uow, "territory", row.id, [row.fragment], public=True)
    uow.record(actor, "territory.create", "territory", row.id)
    return row


def edit_territory(
    uow: UnitOfWork,
    actor: Actor,
    territory_id: str,
    name: str,
    nature: str,
    description: PreparedBody,
    fictitious: bool,
    codes: dict[str, str],
) -> None:
    """Changes what is said of a territory; its address stays. `codes` maps a scheme (`insee`, `siren`) to an official code."""
    may_manage_programme(actor, territory_scopes(territory_id))
    row = get_or_404(uow.session, Territory, territory_id, "territory")
    row.name = checked("name", name, SHORT_TEXT, required=True)
    row.nature = checked("nature", nature, SHORT_TEXT)
    row.description, row.fragment = description.markdown, description.fragment.to_json()
    row.fictitious = fictitious
    set_codes(uow, territory_id, codes)
    index_links(uow, "territory", row.id, [row.fragment], public=True)
    uow.record(actor, "territory.edit", "territory", row.id)


def set_codes(uow: UnitOfWork, territory_id: str, codes: dict[str, str]) -> None:
    """Gives a territory exactly these official codes.

    Raises:
        Invalid: if a code is not of its scheme's form (INSEE: five characters such as 01004 or 2A004; SIREN: nine digits).
    """
    codes = {scheme: code.upper() for scheme, code in codes.items()}
    for scheme, code in codes.items():
        shape_ok = _CODES[scheme].fullmatch(code) is not None
        if code and not shape_ok:
            raise Invalid(scheme, f"code_{scheme}")
    for old in uow.session.scalars(select(TerritoryCode).where(TerritoryCode.territory_id == territory_id)):
        uow.session.delete(old)
    uow.session.flush()
    for scheme, code in codes.items():
        if code:
            uow.session.add(TerritoryCode(territory_id=territory_id, scheme=scheme, code=code.upper()))


def territory_page_decision(actor: Actor, territory_id: str) -> Decision:
    """Decides whether somebody opens a territory's page of set-up: who manages it, or a programme, whose delegations are made there."""
    here = permission_decision(actor, PROGRAMME_MANAGE, territory_scopes(territory_id))
    if here.allowed:
        return here
    somewhere = permission_decision(actor, PROGRAMME_MANAGE, actor.scopes_of(PROGRAMME_MANAGE))
    return somewhere if any(scope.kind == ScopeKind.PROGRAMME for scope in actor.scopes_of(PROGRAMME_MANAGE)) else here


def create_delegation(uow: UnitOfWork, actor: Actor | None, programme_id: str, territory_id: str) -> Delegation:
    """Makes a territory's delegation in a programme, with its four seats empty."""
    may_manage_programme(actor, programme_scopes(programme_id))
    get_or_404(uow.session, Programme, programme_id, "programme")
    get_or_404(uow.session, Territory, territory_id, "territory")
    taken = select(Delegation.id).where(Delegation.programme_id == programme_id, Delegation.territory_id == territory_id)
    if uow.session.scalar(taken):
        raise Refused("delegation_exists")
    row = Delegation(programme_id=programme_id, territory_id=territory_id, created_at=uow.now)
    uow.session.add(row)
    uow.session.flush()
    for category in CATEGORIES:
        uow.session.add(Seat(delegation_id=row.id, category=str(category)))
    uow.session.flush()
    uow.record(actor, "delegation.create", "delegation", row.id)
    return row


def _free_slug(session: Session, model: type[Programme] | type[Territory], wanted: str) -> str:
    slug = slugify(wanted)
    if session.scalar(select(model.id).where(model.slug == slug)):
        raise Invalid("name", "name_taken")
    return slug
