"""The commands of `recits config`: export and import; each asks one service."""

from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app.cli.base import Makers, ready_site
from app.kernel.errors import RecitsError, Refused
from app.services import configuration
from app.services.configuration import Change, ConfigFault
from app.services.site import Site


@click.group(help="Configuration en fichiers lisibles. / The configuration as readable files.")
def config() -> None:
    """The group of configuration commands."""


@config.command(name="export", help="Écrit la configuration dans un dossier. / Write the configuration to a folder.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def config_export(makers: Makers, folder: Path) -> None:
    """Writes one file for each section; files that are there already are replaced."""
    site = ready_site(makers)
    with Session(site.engine) as session:
        files = configuration.export_files(site, session)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(configuration.as_bytes(name, content))
        click.echo(folder / name)


@config.command(
    name="import", help="Lit la configuration d’un dossier : tout, ou rien. / Read the configuration of a folder: all of it or nothing."
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Dit ce qui changerait, sans rien changer. / Say what would change, change nothing.")
@click.pass_obj
def config_import(makers: Makers, folder: Path, dry_run: bool) -> None:
    """Says every difference, then imports; ends with 1 and changes nothing if a file is wrong."""
    # The forms of extensions judge their settings: they need an application around them, and a language.
    app = makers.app()
    with app.test_request_context("/"):
        _import(ready_site(replace(makers, app=lambda: app)), folder, dry_run)


def _import(site: Site, folder: Path, dry_run: bool) -> None:
    files = configuration.read_folder(folder)
    if dry_run:
        with Session(site.engine) as session:
            plan = configuration.plan_import(site, session, files)
        _refuse(plan.faults)
    else:
        try:
            plan = configuration.apply_import(site, None, files)
        except Refused as refused:
            if refused.reason == "config_faulty":
                _refuse(refused.facts["faults"])  # type: ignore[arg-type]  # the service's tuple of faults
            raise click.ClickException(str(refused.facts.get("message", refused.reason))) from refused
        except RecitsError as refused:
            raise click.ClickException(refused.reason) from refused
    for change in plan.changes:
        click.echo(_line(change))
    done = "Simulation : rien n’a changé. / Dry run: nothing changed." if dry_run else "Importé. / Imported."
    click.echo(done if plan.changes else "Rien à changer. / Nothing to change.")


def _refuse(faults: tuple[ConfigFault, ...]) -> None:
    if faults:
        raise click.ClickException(
            "\n".join(["rien n’a changé. / Nothing changed.", *(configuration.fault_words(fault, "fr") for fault in faults)])
        )


def _line(change: Change) -> str:
    before = "–" if change.before is None else change.before
    return f"{change.section}, {change.where} : {before} → {'–' if change.after is None else change.after}"
