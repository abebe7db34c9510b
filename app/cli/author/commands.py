"""`recits plugin new`, `check`, `translate` and `trace`: what they print, and how they end."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from app.cli.author.place import NoPlugin, Place, find_place
from app.cli.author.scaffold import CannotWrite, write_plugin
from app.cli.author.texts import translate
from app.cli.author.trace import CannotTrace, trace
from app.cli.author.whole import find_problems
from app.hooks.manager import Candidate


class Makers(Protocol):
    """What the console hands to the commands."""

    @property
    def app(self) -> Callable[..., Flask]: ...

    @property
    def find(self) -> Callable[[], list[Candidate]]: ...


@click.command(name="new", help="Écrit une extension prête à l’emploi. / Write a working plugin.")
@click.argument("name")
@click.option("--title", default="", help="Ce que les gens lisent. / What people read.")
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path(), help="Où l’écrire. / Where to write it."
)
@click.option("--here", is_flag=True, help="Dans plugins/ de ce dépôt, sans distribution. / Into plugins/ of this checkout.")
@click.pass_obj
def new_command(makers: Makers, name: str, title: str, folder: Path, here: bool) -> None:
    """Writes a plugin and says what to do next."""
    try:
        written = write_plugin(name, folder.resolve(), title=title, here=here, taken=frozenset(found.name for found in makers.find()))
    except CannotWrite as refused:
        raise click.ClickException(str(refused)) from refused
    shown = _shown(written.package if here else written.folder)
    click.echo(f"{shown} : l’extension est écrite. / The plugin is written.\n")
    if not here:
        click.echo(f"  pip install --no-build-isolation --no-deps --editable {shown}")
    click.echo(f"  pytest {_shown(written.tests)}\n  recits plugin check {name}\n  recits plugin enable {name}")


@click.command(name="check", help="Dit ce qui ne va pas dans une extension. / Say what is wrong with a plugin.")
@click.argument("plugin", required=False, default=".")
@click.pass_obj
def check_command(makers: Makers, plugin: str) -> None:
    """Prints every problem with its file and line; ends with 1 if there is one that is no warning."""
    try:
        place = find_place(plugin, makers.find())
        problems = find_problems(plugin, makers.app, makers.find())
    except NoPlugin as none:
        raise click.ClickException(str(none)) from none
    for problem in problems:
        click.echo(str(problem).replace(f"{Path.cwd()}/", ""))
    wrong = sum(not problem.warning for problem in problems)
    if wrong:
        click.echo(f"{place.name} : {wrong} à corriger. / {wrong} to mend.", err=True)
        sys.exit(1)
    click.echo(f"{place.name} : rien à corriger. / Nothing to mend.")


@click.command(name="translate", help="Met les catalogues d’une extension à jour. / Bring a plugin’s catalogues up to date.")
@click.argument("plugin", required=False, default=".")
@click.pass_obj
def translate_command(makers: Makers, plugin: str) -> None:
    """Writes and compiles the catalogues; says how many texts wait for their English."""
    place = _place(plugin, makers.find())
    waiting = translate(place.package)
    catalogue = _shown(place.package / "translations" / "en" / "LC_MESSAGES" / "messages.po")
    click.echo(f"{catalogue} : {waiting} à traduire. / {waiting} to translate.")


@click.command(name="trace", help="Montre quelles extensions répondent à une page, et en quel temps. / Show which plugins answer a page.")
@click.argument("url")
@click.option("--as", "email", default="", help="Adresse de qui lit. / Address of whoever reads.")
@click.pass_obj
def trace_command(makers: Makers, url: str, email: str) -> None:
    """Asks for a page in this process and prints each call of a plugin's code; nothing is written."""
    try:
        for line in trace(makers.app(), url, email).lines():
            click.echo(line)
    except CannotTrace as refused:
        raise click.ClickException(str(refused)) from refused


COMMANDS = (new_command, check_command, translate_command, trace_command)


def _place(plugin: str, installed: Sequence[Candidate]) -> Place:
    try:
        return find_place(plugin, installed)
    except NoPlugin as none:
        raise click.ClickException(str(none)) from none


def _shown(path: Path) -> str:
    """Returns a path as somebody standing here would write it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
