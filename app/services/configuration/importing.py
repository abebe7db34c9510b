"""Exports the configuration, says what an import would change, and imports: all files are good or nothing is touched, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.access import Actor
from app.kernel.errors import Invalid, RecitsError, Refused
from app.services import plugins
from app.services.configuration.base import Change, ConfigFault, Faulty, Section, compare, may
from app.services.configuration.extensions import enabled_anew
from app.services.configuration.files import CONTENT, as_text, parse, read_pictures, to_files
from app.services.configuration.identity import pictures_of
from app.services.configuration.sections import SECTIONS
from app.services.media import CleanImage, write_image
from app.services.site import Site

Picture = CleanImage | Invalid


@dataclass(frozen=True)
class Plan:
    """What files would change, or what is wrong with them; with a fault nothing is imported."""

    changes: tuple[Change, ...] = ()
    faults: tuple[ConfigFault, ...] = ()
    states: Mapping[str, Any] = field(default_factory=dict)


def export_site(site: Site, session: Session) -> dict[str, Any]:
    """Returns section → present state."""
    return {section.name: section.export(site, session) for section in SECTIONS}


def export_files(site: Site, session: Session) -> dict[str, str]:
    """Returns file name → text of the whole configuration, pictures among it."""
    pictures = {name: as_text(picture) for name, picture in pictures_of(site, session).items()}
    return {**to_files(export_site(site, session)), **pictures}


def plan_import(site: Site, session: Session, files: Mapping[str, str], pictures: Mapping[str, Picture] | None = None) -> Plan:
    """Compares files with the site; changes nothing.

    `pictures` are those of the files, where they were read already.
    """
    said, faults = parse(files, frozenset(section.name for section in SECTIONS))
    _attach(said, read_pictures(files) if pictures is None else pictures)
    if not files:
        faults.append(ConfigFault("", "", "no_file"))
    changes: list[Change] = []
    states: dict[str, Any] = {}
    for section in SECTIONS:
        if section.name not in said:
            continue
        try:
            states[section.name] = section.check(site, session, said[section.name])
            changes += compare(section.name, section.export(site, session), states[section.name])
        except Faulty as fault:
            faults.append(ConfigFault(section.name, fault.where, fault.code, fault.facts))
        except RecitsError as refused:  # a rule of the service that the section belongs to
            where = refused.field if isinstance(refused, Invalid) else ""
            faults.append(ConfigFault(section.name, where, "not_accepted", {"reason": refused.reason}))
    return Plan(() if faults else tuple(changes), tuple(faults), states)


def _attach(said: dict[str, Any], pictures: Mapping[str, Picture]) -> None:
    """Puts a picture where a section names its file."""
    identity = said.get("identity")
    logo = identity.get("logo") if isinstance(identity, dict) else None
    if isinstance(logo, dict):
        logo[CONTENT] = pictures.get(str(logo.get("file", "")))


def apply_import(site: Site, actor: Actor | None, files: Mapping[str, str]) -> Plan:
    """Imports files; what is already as they say is left alone.

    Tables of extensions that are to be switched on are made before, in transactions of their own: that is repeatable and changes nothing that is shown.

    Raises:
        Refused: `config_faulty`, with the plan, if anything is wrong; nothing is changed then.
        NotAllowed: if the actor lacks the right to a section that would change.
    """
    pictures = read_pictures(files)
    with Session(site.engine) as session:
        plan = plan_import(site, session, files, pictures)
    _refuse(plan, actor)
    if any(change.section == "identity" for change in plan.changes):
        wanted = (plan.states["identity"]["logo"] or {}).get("sha256")
        for picture in pictures.values():
            if isinstance(picture, CleanImage) and picture.hash == wanted:
                write_image(site.settings.media_folder, picture)
    for name in enabled_anew(site, plan.states.get("extensions")):
        plugins.prepare_tables(site, actor, name)
    with site.writer.begin() as uow:
        plan = plan_import(site, uow.session, files, pictures)  # again: somebody may have changed something since
        _refuse(plan, actor)
        touched = {change.section for change in plan.changes}
        for section in SECTIONS:
            if section.name in touched:
                section.apply(site, uow, actor, plan.states[section.name])
        if touched:
            uow.record(actor, "site.import", "site", "configuration", sections=sorted(touched))
    return plan


def _refuse(plan: Plan, actor: Actor | None) -> None:
    if plan.faults:
        raise Refused("config_faulty", faults=plan.faults)
    touched = {change.section for change in plan.changes}
    for section in SECTIONS:
        if section.name in touched:
            may(actor, section.permission)


__all__ = ["Plan", "Section", "apply_import", "export_files", "export_site", "plan_import"]
