"""How plugins stand in a site, and what the record says, for tests of their life."""

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from app.db.models import AuditEntry, SiteState
from app.services import plugins
from app.services.site import Site


def status(site: Site, name: str) -> plugins.PluginStatus:
    with Session(site.engine) as session:
        found = plugins.read_status(session, site.plugins, name)
    assert found is not None
    return found


def verbs(site: Site) -> list[str]:
    with Session(site.engine) as session:
        return list(session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_kind == "plugin").order_by(AuditEntry.seq)))


def generation(site: Site) -> int:
    with Session(site.engine) as session:
        return session.scalars(select(SiteState.generation)).one()


def is_on(site: Site, name: str) -> bool:
    with Session(site.engine) as session:
        return site.snapshots.current(session).is_on(name)


def notes(site: Site) -> list[str]:
    with site.engine.connect() as connection:
        return list(connection.scalars(text("SELECT words FROM tidy_note ORDER BY id")))


def resume(site: Site) -> None:
    with site.writer.begin() as uow:
        plugins.resume(uow, None, "tidy")


def shown(site: Site, name: str) -> plugins.Purge:
    with Session(site.engine) as session:
        return plugins.what_purge_deletes(session, site.plugins, name)


def tables(site: Site) -> set[str]:
    return set(inspect(site.engine).get_table_names())
