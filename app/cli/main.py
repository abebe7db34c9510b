"""The commands of `recits`: serve, migrate, starter, admin invite, plugin, verify."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from app.asgi_types import AsgiApp
from app.cli.author.commands import COMMANDS as AUTHOR_COMMANDS
from app.cli.serving import serve_site
from app.config import UnsafeSettings, load_settings, shipped
from app.db.migrate import MigrationRefused, migrate, schema_status
from app.db.models import Account, PluginState
from app.hooks.manager import Candidate
from app.kernel.access import Role
from app.kernel.errors import RecitsError
from app.services import accounts, letters, mail, plugins, starter, verify
from app.services.job_runs import run_due_jobs
from app.services.roles import learn_from_enabled
from app.services.site import Site


@dataclass(frozen=True)
class Makers:
    """How to make the applications, and what each worker does beside answering; handed in by the console, since commands stand below the composition root."""

    app: Callable[..., Flask]
    asgi: Callable[[Flask], AsgiApp]
    start_rounds: Callable[[Site], None]
    find: Callable[[], list[Candidate]]


class Commands(click.Group):
    """Says in words, whatever the command, that the database is not there."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OperationalError as error:
            raise click.ClickException(f"La base de données ne répond pas. / The database does not answer.\n{error.orig}") from error
        except ArgumentError as error:
            raise click.ClickException(f"RECITS_DATABASE_URL : {error}") from error
        except ModuleNotFoundError as error:
            if error.name != "psycopg":
                raise
            raise click.ClickException(
                "Il manque le pilote de PostgreSQL. / The PostgreSQL driver is missing: pip install 'psycopg[binary]'"
            ) from error


@click.group(cls=Commands, help="Récits croisés : exploiter un site. / Run a site.")
def recits() -> None:
    """The group of commands."""


def _site(makers: Makers) -> Site:
    try:
        site: Site = makers.app().extensions["recits"]
    except UnsafeSettings as unsafe:
        raise click.ClickException(str(unsafe)) from unsafe
    return site


def _ready_site(makers: Makers) -> Site:
    """Returns the site if its database is at this code's revision."""
    site = _site(makers)
    with site.engine.connect() as connection:
        state = schema_status(connection).state
    if state == "behind":
        raise click.ClickException("La base de données n’est pas à jour : lancez « recits migrate ». / Run “recits migrate”.")
    if state == "ahead":
        raise click.ClickException("La base de données vient d’une version plus récente. / The database was made by a newer version.")
    return site


@recits.command(name="migrate", help="Met la base de données à jour. / Bring the database up to date.")
@click.pass_obj
def migrate_command(makers: Makers) -> None:
    """Migrates the core, then every plugin that is on."""
    site = _site(makers)
    try:
        status = migrate(site.engine)
        with Session(site.engine) as session:
            on = list(session.scalars(select(PluginState.name).where(PluginState.enabled.is_(True))))
        for name in on:
            if name in site.plugins.plugins:
                plugins.prepare_tables(site.engine, site.plugins, name)
        with site.writer.begin() as uow:
            learn_from_enabled(uow, site.plugins.usable(), frozenset(on))
    except (MigrationRefused, RecitsError) as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"Base de données à jour ({status.revision}). / Database up to date.")


@recits.command(name="starter", help="Charge le corpus de départ dans un site vide. / Load the starter corpus into an empty site.")
@click.option(
    "--demonstration/--no-demonstration", default=False, help="Crée les comptes de démonstration. / Create demonstration accounts."
)
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=None, help="Dossier à lire. / Folder to read."
)
@click.pass_obj
def starter_command(makers: Makers, demonstration: bool, folder: Path | None) -> None:
    """Loads the starter corpus once; says what is wrong in a file, and then changes nothing."""
    site = _ready_site(makers)
    try:
        report = starter.load_into_empty_site(site, folder or shipped("stories"), demonstration=demonstration)
    except starter.StarterError as error:
        raise click.ClickException(str(error)) from error
    click.echo(report.summary)


@recits.group(help="Administration du site. / Administer the site.")
def admin() -> None:
    """The group of administration."""


@admin.command(name="invite", help="Invite une personne, l’administration par défaut. / Invite a person, as an administrator by default.")
@click.argument("email")
@click.option("--name", default="", help="Son nom. / Their name.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), default=str(Role.ADMINISTRATOR))
@click.pass_obj
def invite_command(makers: Makers, email: str, name: str, role: str) -> None:
    """Sends an invitation and prints its link."""
    site = _ready_site(makers)
    with site.writer.begin() as uow:
        row, token = accounts.invite(uow, None, site.signer, email, name or email.split("@", maxsplit=1)[0], role=Role(role))
        letter = letters.invitation(row.email, "fr", site.settings.base_url, row.name, role, token, accounts.INVITATION_DAYS)
        mail.queue(uow, letter)
    click.echo(next(line for line in letter.body.splitlines() if line.startswith(site.settings.base_url)))


@recits.group(help="Extensions. / Plugins.")
def plugin() -> None:
    """The group of plugin commands."""


for author_command in AUTHOR_COMMANDS:
    plugin.add_command(author_command)


@plugin.command(name="list", help="Liste les extensions. / List plugins.")
@click.pass_obj
def plugin_list(makers: Makers) -> None:
    """Prints every installed plugin with its state."""
    site = _ready_site(makers)
    with Session(site.engine) as session:
        on = set(session.scalars(select(PluginState.name).where(PluginState.enabled.is_(True))))
    for name, found in sorted(site.plugins.plugins.items()):
        state = f"en échec : {found.failure.message}" if found.failure else "activée" if name in on else "désactivée"
        click.echo(f"{name}\t{found.manifest.version if found.manifest else '?'}\t{state}")


@plugin.command(name="enable", help="Active une extension. / Switch a plugin on.")
@click.argument("name")
@click.pass_obj
def plugin_enable(makers: Makers, name: str) -> None:
    """Migrates a plugin's tables and switches it on."""
    _toggle(_ready_site(makers), name, True)


@plugin.command(name="disable", help="Désactive une extension ; rien n’est effacé. / Switch a plugin off; nothing is deleted.")
@click.argument("name")
@click.pass_obj
def plugin_disable(makers: Makers, name: str) -> None:
    """Switches a plugin off."""
    _toggle(_ready_site(makers), name, False)


def _toggle(site: Site, name: str, enabled: bool) -> None:
    try:
        if enabled:
            plugins.prepare_tables(site.engine, site.plugins, name)
        with site.writer.begin() as uow:
            plugins.set_enabled(uow, None, site.plugins, name, enabled)
    except RecitsError as refused:
        raise click.ClickException(f"{name} : {refused.facts.get('message', refused.reason)}") from refused
    click.echo(f"{name} : {'activée' if enabled else 'désactivée'}.")


@recits.command(name="jobs", help="Fait une fois le travail de fond qui est dû. / Do the background work that is due, once.")
@click.pass_obj
def jobs_command(makers: Makers) -> None:
    """For a site that another server serves: `recits serve` does this by itself."""
    site = _ready_site(makers)
    site.postman.deliver_due()
    for name in run_due_jobs(site.writer, site.snapshots):
        click.echo(name)


@recits.command(name="verify", help="Recalcule les empreintes et la chaîne du journal. / Re-compute hashes and the audit chain.")
@click.pass_obj
def verify_command(makers: Makers) -> None:
    """Re-computes every hash; ends with 1 if one differs."""
    site = _ready_site(makers)
    with Session(site.engine) as session:
        report = verify.verify_site(session)
    click.echo(report.summary)
    if report.faults:
        sys.exit(1)


@recits.command(name="serve", help="Sert le site. / Serve the site.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--production", is_flag=True, help="Refuse de démarrer si un réglage n’est pas sûr. / Refuse to start with an unsafe setting."
)
@click.pass_obj
def serve_command(makers: Makers, host: str, port: int, workers: int, production: bool) -> None:
    """Prepares the site where that is safe to do unasked, then serves it under supervision."""
    try:
        settings = load_settings(**({"production": True} if production else {}))
        settings.check_safe()
        app = makers.app(settings=settings)
        site: Site = app.extensions["recits"]
        notes = _prepare(site)
    except UnsafeSettings as unsafe:
        raise click.ClickException(str(unsafe)) from unsafe
    except (MigrationRefused, starter.StarterError) as refused:
        raise click.ClickException(str(refused)) from refused
    serve_site(
        makers.asgi(app),
        host,
        port,
        workers,
        before_fork=site.engine.dispose,
        in_worker=lambda: makers.start_rounds(site),
        ready="\n".join(notes),
    )


def _prepare(site: Site) -> list[str]:
    """In development: migrates and fills an empty site. In production: changes nothing, and refuses what is not ready."""
    if site.settings.production:
        with site.engine.connect() as connection:
            if schema_status(connection).state != "current":
                raise UnsafeSettings(["La base de données n’est pas à jour : lancez « recits migrate ». / Run “recits migrate”."])
        with Session(site.engine) as session:
            if session.scalar(select(Account.id).where(Account.demonstration.is_(True), Account.disabled_at.is_(None)).limit(1)):
                raise UnsafeSettings(
                    ["Le site a des comptes de démonstration : fermez-les à la page Personnes. / Close the demonstration accounts."]
                )
        return []
    return starter.migrate_and_fill(site, shipped("stories"))
