"""The `recits` command: hands the factory to the commands."""

from app.asgi import create_asgi
from app.cli.main import Makers, recits
from app.factory import create_app, find_plugins


def main() -> None:
    """Runs the command line."""
    recits(obj=Makers(create_app, create_asgi, find_plugins))
