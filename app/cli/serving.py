"""Serves the site with supervised workers: gunicorn replaces one that dies or hangs, uvicorn answers inside each."""

import socket
from collections.abc import Callable
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from uvicorn_worker import UvicornWorker

from app.asgi_types import AsgiApp

GRACE_SECONDS = 15
# A worker whose loop has not moved for this long is replaced.
HUNG_SECONDS = 45


class SiteWorker(UvicornWorker):
    """A worker that says nothing of the software it runs on."""

    CONFIG_KWARGS: dict[str, Any] = {"loop": "auto", "http": "auto", "lifespan": "off", "server_header": False, "access_log": False}  # noqa: RUF012  # the library's own attribute


class SiteServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn around an application that was made before the workers are forked: one start, one copy in memory."""

    def __init__(self, application: AsgiApp, options: dict[str, Any]) -> None:
        self._application = application
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> AsgiApp:
        return self._application


def serve_site(
    application: AsgiApp, host: str, port: int, workers: int, *, before_fork: Any, in_worker: Callable[[], None], ready: str
) -> None:
    """Serves until interrupted.

    Args:
        application: the ASGI application.
        before_fork: called in the parent before each fork; must leave no open connection behind.
        in_worker: called in each worker after it was forked.
        ready: what to print before the address, once it is listened on.

    Raises:
        ClickException: if the port cannot be had.
    """
    listener = _listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    options = {
        "bind": f"fd://{listener.fileno()}",
        "workers": workers,
        "worker_class": SiteWorker,
        "preload_app": True,
        "timeout": HUNG_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "loglevel": "error",
        "pre_fork": lambda _server, _worker: before_fork(),
        "post_worker_init": lambda _worker: in_worker(),
        "when_ready": lambda _server: click.echo(f"{ready}\n\n  Récits croisés : {address}\n  Arrêter : Ctrl+C\n"),
        "control_socket_disable": True,
    }
    SiteServer(application, options).run()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048)
    except OSError as error:
        raise click.ClickException(
            f"Le port {port} de {host} n’est pas libre : choisissez-en un autre avec --port. / Port {port} is not free, choose another with --port."
        ) from error
