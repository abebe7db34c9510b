"""The commands of `recits media`: sweep."""

import click

from app.cli.base import Makers, ready_site
from app.services.media_sweep import GRACE_DAYS, sweep_media


@click.group(help="Fichiers des images. / Files of images.")
def media() -> None:
    """The group of commands on images."""


@media.command(
    name="sweep",
    help="Retire les fichiers auxquels plus rien ne renvoie, après un délai. / Remove files that nothing refers to, after a while.",
)
@click.option("--days", default=GRACE_DAYS, show_default=True, type=click.IntRange(0, 3650), help="Délai en jours. / Days of grace.")
@click.option("--dry-run", is_flag=True, help="Compte, sans rien retirer ni marquer. / Count; remove and mark nothing.")
@click.pass_obj
def media_sweep(makers: Makers, days: int, dry_run: bool) -> None:
    """Marks what has no use, removes what was marked long enough ago."""
    swept = sweep_media(ready_site(makers), days=days, dry_run=dry_run)
    verb = "seraient retirées / would be removed" if dry_run else "retirées / removed"
    click.echo(f"Images {verb} : {swept.removed} ({swept.size} octets / bytes)")
    click.echo(f"Sans usage, dans leur délai / without a use, in their grace : {swept.waiting}")
