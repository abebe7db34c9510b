"""The commands of `recits`: serve, migrate, starter, admin invite, plugin, verify."""

import os
import sys
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.base import Commands, Makers, database_words, ready_site, site_of
from app.cli.config import config
from app.cli.media import media
from app.cli.plugin import migrate_enabled, plugin
from app.cli.serving import listen, prepare_apart, serve_site
from app.cli.story import story
from app.config import Settings, UnsafeSettings, load_settings, shipped
from app.db.migrate import MigrationRefused, migrate, schema_status
from app.db.models import Account, PluginState
from app.kernel.access import Role
from app.services import accounts, health, letters, mail, markup, page_starter, restarting, starter, verify
from app.services.digests import send_due_digests
from app.services.job_runs import run_due_jobs
from app.services.roles import learn_from_enabled
from app.services.site import Site

HEALTH = {"error": "à régler   ", "warning": "à surveiller", "ok": "bien       "}


@click.group(cls=Commands, help="Récits croisés : exploiter un site. / Run a site.")
def recits() -> None:
    """The group of commands."""


@recits.command(name="migrate", help="Met la base de données à jour. / Bring the database up to date.")
@click.pass_obj
def migrate_command(makers: Makers) -> None:
    """Migrates the core, then every plugin that is on."""
    site = site_of(makers)
    try:
        status = migrate(site.engine)
        with Session(site.engine) as session:
            on = list(session.scalars(select(PluginState.name).where(PluginState.enabled.is_(True))))
        stopped = migrate_enabled(site, on)
        with site.writer.begin() as uow:
            learn_from_enabled(uow, site.plugins.usable(), frozenset(on))
        page_starter.complete_site(site, shipped("stories"))
    except MigrationRefused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"Base de données à jour ({status.revision}). / Database up to date.")
    if stopped:
        raise click.ClickException("\n".join(stopped))


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
    site = ready_site(makers)
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
    site = ready_site(makers)
    with site.writer.begin() as uow:
        row, token = accounts.invite(uow, None, site.signer, email, name or email.split("@", maxsplit=1)[0], role=Role(role))
        letter = letters.invitation(row.email, "fr", site.settings.base_url, row.name, role, token, accounts.INVITATION_DAYS)
        mail.queue(uow, letter)
    click.echo(next(line for line in letter.body.splitlines() if line.startswith(site.settings.base_url)))


recits.add_command(plugin)
recits.add_command(config)
recits.add_command(media)
recits.add_command(story)


@recits.command(name="jobs", help="Fait une fois le travail de fond qui est dû. / Do the background work that is due, once.")
@click.pass_obj
def jobs_command(makers: Makers) -> None:
    """For a site that another server serves: `recits serve` does this by itself."""
    site = ready_site(makers)
    site.live.seal_what_was_left()
    for name in run_due_jobs(site.writer, site.snapshots):
        click.echo(name)
    send_due_digests(site.writer, site.settings.base_url)
    site.postman.deliver_due()  # the mails of the steps before, too


@recits.command(name="verify", help="Recalcule les empreintes et la chaîne du journal. / Re-compute hashes and the audit chain.")
@click.pass_obj
def verify_command(makers: Makers) -> None:
    """Re-computes every hash; ends with 1 if one differs."""
    site = ready_site(makers)
    with Session(site.engine) as session:
        report = verify.verify_site(session)
    with site.writer.begin() as uow:
        health.note_verified(uow, report)
    click.echo(report.summary)
    if report.faults:
        sys.exit(1)


@recits.command(
    name="health", help="Dit comment va le site ; finit par 1 s’il faut agir. / Say how the site stands; ends with 1 if something is wrong."
)
@click.option("--strict", is_flag=True, help="Finit par 1 aussi pour ce qui est à surveiller. / Warnings count too.")
@click.pass_obj
def health_command(makers: Makers, strict: bool) -> None:
    """Prints every check, the worst first."""
    site = ready_site(makers)
    with Session(site.engine) as session:
        found = health.check_site(site, session, site.snapshots.current(session), "fr")
    for finding in found:
        owner = f"{finding.owner} : " if finding.owner else ""
        click.echo(f"{HEALTH[finding.level]}  {owner}{finding.title} : {finding.words}")
    if health.worst(found) == "error" or (strict and health.worst(found) == "warning"):
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
    except UnsafeSettings as unsafe:
        raise click.ClickException(str(unsafe)) from unsafe
    notes = prepare_apart(lambda: _prepared(makers, settings))
    listener, address = listen(host, port)
    if production:
        os.environ["RECITS_PRODUCTION"] = "1"  # for the workers, which read their settings themselves
    serve_site(listener, address, workers, run_folder=settings.run_folder, notes=notes)


@recits.command(
    name="restart", help="Remplace les processus par de nouveaux, sans interruption. / Replace the workers by new ones, without a gap."
)
@click.option("--seconds", default=120, show_default=True, type=click.IntRange(1, 3600), help="Attente au plus. / Wait at most.")
def restart_command(seconds: int) -> None:
    """Brings new code: of plugins, and of the core."""
    try:
        folder = load_settings().run_folder
    except UnsafeSettings as unsafe:
        raise click.ClickException(str(unsafe)) from unsafe
    if not restarting.request_restart(folder):
        raise click.ClickException("Aucun serveur ne tourne pour ce site. / No server of this site runs here.")
    outcome = restarting.wait_for_restart(folder, seconds)
    if outcome == "failed":
        raise click.ClickException("Le nouveau code ne démarre pas : l’ancien continue. / The new code does not start; the old goes on.")
    if outcome != "done":
        raise click.ClickException("Le redémarrage n’est pas fini. / The restart is not over yet.")
    click.echo("Redémarré. / Restarted.")


def _prepared(makers: Makers, settings: Settings) -> list[str]:
    """Makes the site once, to prepare it; in a process that ends afterwards."""
    try:
        with database_words():
            site: Site = makers.app(settings=settings).extensions["recits"]
            restarting.begin_anew(settings.run_folder)
            return _prepare(site)
    except (UnsafeSettings, MigrationRefused, starter.StarterError) as refused:
        raise click.ClickException(str(refused)) from refused
    finally:
        markup.close()


def _prepare(site: Site) -> list[str]:
    """In development: migrates and fills an empty site. In production: changes nothing, and refuses what is not ready."""
    site.live.check()
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
