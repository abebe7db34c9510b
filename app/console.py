"""The `recits` command: hands the factory and the background work to the commands."""

from app.asgi import create_asgi
from app.cli.base import Makers
from app.cli.main import recits
from app.factory import create_app, find_plugins
from app.jobs.plugin_round import start_plugin_round


def main() -> None:
    """Runs the command line."""
    recits(obj=Makers(create_app, create_asgi, start_plugin_round, find_plugins))
