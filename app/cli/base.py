"""What every command needs: the makers that the console hands in, the site, and words where there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
from flask import Flask
from sqlalchemy.exc import ArgumentError, OperationalError

from app.config import UnsafeSettings
from app.db.migrate import schema_status
from app.hooks.manager import Candidate
from app.services.site import Site


@dataclass(frozen=True)
class Makers:
    """How to make the application, and how to find plugins; handed in by the console, since commands stand below the composition root."""

    app: Callable[..., Flask]
    find: Callable[[], list[Candidate]]


class Commands(click.Group):
    """Says in words, whatever the command, that the database is not there."""

    def invoke(self, ctx: click.Context) -> object:
        with database_words():
            return super().invoke(ctx)


@contextmanager
def database_words() -> Iterator[None]:
    """Says in words that the database is not there."""
    try:
        yield
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


def site_of(makers: Makers) -> Site:
    """Returns the site that the environment describes."""
    try:
        site: Site = makers.app().extensions["recits"]
    except UnsafeSettings as unsafe:
        raise click.ClickException(str(unsafe)) from unsafe
    return site


def ready_site(makers: Makers) -> Site:
    """Returns the site if its database is at this code's revision."""
    site = site_of(makers)
    with site.engine.connect() as connection:
        state = schema_status(connection).state
    if state == "behind":
        raise click.ClickException("La base de données n’est pas à jour : lancez « recits migrate ». / Run “recits migrate”.")
    if state == "ahead":
        raise click.ClickException("La base de données vient d’une version plus récente. / The database was made by a newer version.")
    return site
