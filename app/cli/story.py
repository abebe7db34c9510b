"""The commands of `recits story`: export."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from app.cli.base import Makers, ready_site
from app.kernel.errors import Invalid, Refused
from app.services.desk import Desk
from app.services.site import Site
from app.services.story_export import export_stories

REFUSALS = {
    "told_by_several": "Plusieurs délégations racontent « %(story)s » : des fichiers ne savent pas le dire. / Several delegations tell this story.",
    "territory_twice": "« %(territory)s » a plusieurs délégations : nommez leurs récits séparément. / This territory has several delegations.",
    "unknown_choice": "Aucun récit à l’adresse « %(choice)s ». / No story at this address.",
}


@click.group(help="Récits, en fichiers. / Stories, as files.")
def story() -> None:
    """The group of commands on stories."""


@story.command(
    name="export",
    help="Écrit des récits dans un dossier vide, tels que leurs délégations les écrivent. / Write stories into an empty folder, as their delegations write them.",
)
@click.argument("folder", metavar="DOSSIER", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--story", "slugs", metavar="SLUG", multiple=True, help="Un récit ; tous, si l’on n’en nomme aucun. / One story; all by default."
)
@click.pass_obj
def export_command(makers: Makers, folder: Path, slugs: tuple[str, ...]) -> None:
    """Writes the files that `recits starter --folder` reads; says which images are lost."""
    site = ready_site(makers)
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} : le dossier n’est pas vide. / The folder is not empty.")
    try:
        files = export_stories(_desk(site), site.settings.media_folder, slugs)
    except (Invalid, Refused) as refused:
        raise click.ClickException(REFUSALS[refused.reason] % refused.facts) from refused
    files.write_folder(folder)
    for name, media_id in files.lost:
        click.echo(f"{name} : l’image {media_id} n’est plus là. / The image is no longer there.", err=True)
    click.echo(f"{len(files.texts)} fichiers, {len(files.images)} images. / Files, images.")


def _desk(site: Site) -> Desk:
    with Session(site.engine) as session:
        return Desk(site.writer, site.snapshots.current(session), site.live)
