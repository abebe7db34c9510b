"""The `recits` command: hands the factory to the commands."""

from app.cli.base import Makers
from app.cli.main import recits
from app.factory import create_app, find_plugins


def main() -> None:
    """Runs the command line."""
    recits(obj=Makers(create_app, find_plugins))
