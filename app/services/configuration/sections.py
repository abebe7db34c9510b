"""The sections of the configuration, in the order in which they are imported; a further one is a few functions and a line in SECTIONS."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from app.kernel.access import PLUGIN_MANAGE, PROGRAMME_MANAGE, ROLE_MANAGE, SITE_CONFIGURE, Actor
from app.kernel.publishing import PublishingRules
from app.services import publishing
from app.services.configuration.base import Data, Section, mapping
from app.services.configuration.extensions import apply_extensions, check_extensions, export_extensions
from app.services.configuration.identity import apply_identity, check_identity, export_identity
from app.services.configuration.menus import apply_menus, check_menus, export_menus
from app.services.configuration.roles import apply_roles, check_roles, export_roles
from app.services.configuration.themes import apply_themes, check_themes, export_themes
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork


def _export_publishing(_site: Site, session: Session) -> Data:
    return asdict(publishing.read_rules(session))


def _check_publishing(site: Site, session: Session, data: Data) -> Data:
    said = mapping(data, "", frozenset(asdict(PublishingRules())))
    return asdict(publishing.checked_rules({**_export_publishing(site, session), **said}))


def _apply_publishing(_site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    publishing.save_rules(uow, actor, data)


SECTIONS: tuple[Section, ...] = (
    Section("extensions", PLUGIN_MANAGE, export_extensions, check_extensions, apply_extensions),
    Section("identity", SITE_CONFIGURE, export_identity, check_identity, apply_identity),
    Section("publishing", SITE_CONFIGURE, _export_publishing, _check_publishing, _apply_publishing),
    Section("roles", ROLE_MANAGE, export_roles, check_roles, apply_roles),
    Section("menus", SITE_CONFIGURE, export_menus, check_menus, apply_menus),
    Section("themes", PROGRAMME_MANAGE, export_themes, check_themes, apply_themes),
)
