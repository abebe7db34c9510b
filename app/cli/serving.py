"""Prepares a site in a process of its own, then gives this process to the supervisor (`app/arbiter.py`), which starts the workers."""

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import click

import app

PACKAGE = Path(app.__file__).resolve().parent
ARBITER = PACKAGE / "arbiter.py"
# A plugin that ends the process which loads it is left out by the next one.
MOST_TRIES = 5
REFUSED = 3


def prepare_apart(prepare: Callable[[], list[str]]) -> list[str]:
    """Runs `prepare` in a child process and returns its lines; what a plugin does to that process does not end the server.

    Raises:
        ClickException: with the child's words if it refuses.
    """
    for _ in range(MOST_TRIES):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _run_in_child(prepare, writing)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            said = pipe.read()
        _pid, status = os.waitpid(child, 0)
        if said:
            answer = json.loads(said)
            if "refused" in answer:
                raise click.ClickException(answer["refused"])
            return list(answer["notes"])
        click.echo(
            f"Une extension a arrêté la préparation du site ({status}) : nouvel essai sans elle. / A plugin ended the preparation.",
            err=True,
        )
    raise click.ClickException("Le site ne se prépare pas. / The site cannot be prepared.")


def _run_in_child(prepare: Callable[[], list[str]], writing: int) -> None:
    code = 0
    try:
        answer: dict[str, object] = {"notes": prepare()}
    except click.ClickException as refused:
        answer, code = {"refused": refused.message}, REFUSED
    except BaseException as error:  # told by the parent; the child must never return into the parent's code
        answer, code = {"refused": f"{type(error).__name__}: {error}"}, REFUSED
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        pipe.write(json.dumps(answer))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve_site(listener: socket.socket, address: str, workers: int, *, run_folder: Path, notes: list[str]) -> None:
    """Becomes the supervisor; never returns.

    Args:
        listener: where it listens already.
        run_folder: where it says how it stands.
        notes: what to print before the address.
    """
    # Here, not by the supervisor: its arguments can be read by everybody on the machine, and the notes may hold passwords.
    click.echo("\n".join(notes))
    ready = f"\n  Récits croisés : {address}\n  Arrêter : Ctrl+C\n"
    os.set_inheritable(listener.fileno(), True)
    options = {"listener": listener.fileno(), "workers": workers, "run_folder": str(run_folder), "ready": ready}
    # The checkout, where the package is not installed; the script's own folder is not a place to import from (-P).
    path = os.pathsep.join(entry for entry in (os.environ.get("PYTHONPATH", ""), str(PACKAGE.parent)) if entry)
    environment = os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-P", str(ARBITER), json.dumps(options)], environment)  # noqa: S606  # no shell is wanted


def listen(host: str, port: int) -> tuple[socket.socket, str]:
    """Returns a listening socket and its address.

    Raises:
        ClickException: if the port cannot be had.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048)
    except OSError as error:
        raise click.ClickException(
            f"Le port {port} de {host} n’est pas libre : choisissez-en un autre avec --port. / Port {port} is not free, choose another with --port."
        ) from error
    return listener, f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
