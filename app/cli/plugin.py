"""The commands of `recits plugin`: list, info, enable, disable, migrate, purge, resume; each asks one service."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from app.cli.author.commands import COMMANDS as AUTHOR_COMMANDS
from app.cli.base import Makers, ready_site
from app.hooks.run_files import forgive
from app.kernel.errors import RecitsError
from app.services import plugins
from app.services.plugins import PluginStatus
from app.services.site import Site

STATES = {"on": "activée", "off": "désactivée", "failed": "en échec", "missing": "absente"}
TABLES = {"behind": "migration à faire", "ahead": "tables d’une version plus récente"}
# What each refusal is on the command line, for those that carry no words of their own.
REFUSALS = {
    "not_found": "aucune extension de ce nom. / No plugin of that name.",
    "plugin_needed": "sert à d’autres qui sont actives : {others}. / Required by: {others}.",
    "plugin_requires": "a besoin d’abord de : {others}. / Requires: {others}.",
    "plugin_is_on": "est active, désactivez-la d’abord. / Is on, disable it first.",
    "plugin_tables_behind": "tables à mettre à jour : recommencez. / Tables are behind: try again.",
    "plugin_tables_ahead": "les tables viennent d’une version plus récente. / Tables were made by a newer version.",
}


@click.group(help="Extensions. / Plugins.")
def plugin() -> None:
    """The group of plugin commands."""


for author_command in AUTHOR_COMMANDS:
    plugin.add_command(author_command)


@contextmanager
def refusals(name: str) -> Iterator[None]:
    """Says a refusal in words."""
    try:
        yield
    except RecitsError as refused:
        said = refused.facts.get("message") or REFUSALS.get(refused.reason, refused.reason).format_map(dict(refused.facts))
        raise click.ClickException(f"{name} : {said}") from refused


def condition(status: PluginStatus) -> str:
    """Returns how a plugin stands, in a few words."""
    parts = [STATES[status.state]]
    if status.failure is not None:
        parts[0] += f" ({status.failure.stage}) : {status.failure.message}"
    if status.tables in TABLES:
        parts.append(TABLES[status.tables])
    if status.needs_upgrade:
        parts.append(f"mise à niveau à finir ({status.enabled_version or '?'} → {status.version})")
    if status.suspended:
        parts.append(f"appels suspendus : {len(status.suspended)}")
    return ", ".join(parts)


@plugin.command(name="list", help="Liste les extensions. / List plugins.")
@click.pass_obj
def plugin_list(makers: Makers) -> None:
    """Prints every plugin that is installed or ever was, with its state."""
    site = ready_site(makers)
    with Session(site.engine) as session:
        for status in plugins.read_statuses(session, site.plugins):
            click.echo(f"{status.name}\t{status.version or '?'}\t{condition(status)}")


@plugin.command(name="info", help="Dit tout d’une extension. / Show everything about a plugin.")
@click.argument("name")
@click.pass_obj
def plugin_info(makers: Makers, name: str) -> None:
    """Prints how one plugin stands, what it requires, and what waits while it is off."""
    site = ready_site(makers)
    with Session(site.engine) as session:
        status = plugins.read_status(session, site.plugins, name)
        if status is None:
            raise click.ClickException(f"{name} : {REFUSALS['not_found']}")
        click.echo(f"{status.name} {status.version or '?'} : {condition(status)}")
        click.echo(f"{status.title}. {status.description}")
        if status.requires:
            click.echo(f"Demande : {', '.join(sorted(status.requires))}")
        if status.needed_by:
            click.echo(f"Sert à : {', '.join(status.needed_by)}")
        for call in status.suspended:
            click.echo(f"Suspendu ({call.reason}, {call.at:%Y-%m-%d %H:%M}) : {call.call}")
        _echo_dormant(plugins.what_goes_dormant(session, name))


@plugin.command(name="enable", help="Active une extension, ou finit sa mise à niveau. / Switch a plugin on, or finish its upgrade.")
@click.argument("name")
@click.pass_obj
def plugin_enable(makers: Makers, name: str) -> None:
    """Migrates a plugin's tables and switches it on."""
    site = ready_site(makers)
    with refusals(name):
        plugins.prepare_tables(site, None, name)
        with site.writer.begin() as uow:
            plugins.set_enabled(uow, None, site.plugins, name, True)
    click.echo(f"{name} : activée.")


@plugin.command(name="disable", help="Désactive une extension ; rien n’est effacé. / Switch a plugin off; nothing is deleted.")
@click.argument("name")
@click.pass_obj
def plugin_disable(makers: Makers, name: str) -> None:
    """Switches a plugin off."""
    site = ready_site(makers)
    with refusals(name), site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, name, False)
    click.echo(f"{name} : désactivée.")


@plugin.command(name="migrate", help="Met à jour les tables d’une extension. / Bring a plugin's tables up to date.")
@click.argument("name")
@click.pass_obj
def plugin_migrate(makers: Makers, name: str) -> None:
    """Migrates a plugin's tables; whether it is on stays as it is."""
    site = ready_site(makers)
    with refusals(name):
        plugins.prepare_tables(site, None, name)
    click.echo(f"{name} : tables à jour.")


@plugin.command(name="resume", help="Lève les suspensions d’une extension. / Lift a plugin's suspensions.")
@click.argument("name")
@click.pass_obj
def plugin_resume(makers: Makers, name: str) -> None:
    """Lifts every suspension of a plugin."""
    site = ready_site(makers)
    with site.writer.begin() as uow:
        count = plugins.resume(uow, None, name)
    marks = forgive(site.settings.run_folder, name)
    click.echo(f"{name} : {count} appel(s) repris.")
    if marks:
        click.echo(
            "Son code sera de nouveau chargé au prochain « recits restart ». / Its code is loaded again by the next “recits restart”."
        )


@plugin.command(
    name="purge", help="Efface ce qu’une extension possède, après l’avoir exporté. / Delete what a plugin owns, after exporting it."
)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Ne demande pas. / Do not ask.")
@click.pass_obj
def plugin_purge(makers: Makers, name: str, yes: bool) -> None:
    """Shows what would be deleted, asks, exports it, deletes it."""
    site = ready_site(makers)
    with refusals(name):
        with Session(site.engine) as session:
            found = plugins.what_purge_deletes(session, site.plugins, name)
        click.echo(f"{name} : seront effacés / will be deleted")
        for table, rows in found.tables.items():
            click.echo(f"  table {table} : {rows} ligne(s)")
        for page in found.settings:
            click.echo(f"  réglages {page}")
        for right in found.rights.permissions:
            click.echo(f"  droit {right}, retiré à tous les rôles")
        for role in found.rights.roles:
            click.echo(f"  rôle {role}, que personne n’a")
        if found.rights.kept:
            click.echo(f"  restent, comme rôles du site : {', '.join(found.rights.kept)}")
        if found.restrictions:
            click.echo(f"  restent, jusqu’à ce qu’on les lève : {found.restrictions} restriction(s)")
        if found.stays.pages:
            click.echo(f"  restent lisibles : {found.stays.pages} page(s), dont publiques : {found.stays.public_pages}")
        if found.stays.passages or found.stays.published:
            click.echo(f"  restent lisibles : {found.stays.passages} passage(s), dont publiés : {found.stays.published}")
        if not yes and not click.confirm("Effacer ? / Delete?", default=False):
            raise click.ClickException("rien n’a été effacé. / Nothing was deleted.")
        file = plugins.purge(site, None, name)
    click.echo(f"{name} : effacée ; export : {file}")


def _echo_dormant(dormant: plugins.Dormant) -> None:
    click.echo(f"Passages : {dormant.passages} (récits : {dormant.stories}), publiés : {dormant.published}")
    click.echo(f"Pages : {dormant.pages}, publiques : {dormant.public_pages}")
    click.echo(f"Pages de réglages enregistrées : {dormant.settings}")
    for table, rows in dormant.rows.items():
        click.echo(f"Table {table} : {rows}")


def migrate_enabled(site: Site, names: list[str]) -> list[str]:
    """Migrates the tables of the plugins that are on; the others go on where one cannot be, and what stopped it is returned."""
    refused: list[str] = []
    for name in names:
        if name not in site.plugins.plugins:
            continue
        try:
            with refusals(name):
                plugins.prepare_tables(site, None, name)
        except click.ClickException as error:
            refused.append(error.message)
    return refused
