"""Code that changes what belongs to the process as it is imported, or asked at boot, is refused by name, and the process stands as before."""

import os
import signal
import socket
import sys
import threading

import pytest

from app.kernel.errors import Refused
from tests.hostile.making import found_in, write_plugin
from tests.services.plugins.conftest import switch

# What it does → (what the reason names, its code).
CHANGES = {
    "SIGTERM": ("the handler of SIGTERM", "signal.signal(signal.SIGTERM, lambda *_: None)"),
    "SIGINT": (
        "the handler of SIGINT",
        "signal.signal(signal.SIGINT, lambda *_: None)",
    ),  # who starts tests in the background ignores it already
    "SIGALRM": ("the handler of SIGALRM", "signal.signal(signal.SIGALRM, lambda *_: os._exit(3))"),
    "SIGHUP": ("the handler of SIGHUP", "signal.signal(signal.SIGHUP, lambda *_: None)"),
    "an alarm": ("the timer ITIMER_REAL", "signal.alarm(600)"),
    "another folder": ("the working directory", "os.chdir('/')"),
    "recursion": ("the recursion limit", "sys.setrecursionlimit(10_000)"),
    "sockets": ("the time limit of sockets", "socket.setdefaulttimeout(1)"),
    "errors": ("sys.excepthook", "sys.excepthook = lambda *_: None"),
    "errors of threads": ("threading.excepthook", "threading.excepthook = lambda *_: None"),
}
IMPORTS = "import os, signal, socket, sys, threading\n"


def state() -> list[object]:
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGHUP)]
    others = [os.getcwd(), sys.getrecursionlimit(), socket.getdefaulttimeout(), sys.excepthook, threading.excepthook]
    return [*handlers, signal.getitimer(signal.ITIMER_REAL), *others]


@pytest.mark.parametrize("when", ["import", "hooks"])
@pytest.mark.parametrize("kind", CHANGES)
def test_it_is_refused_and_put_back(site_with, tmp_path, kind, when):
    named, act = CHANGES[kind]
    code = IMPORTS + (act if when == "import" else f"@hookimpl\ndef register_menu_items():\n    {act}\n    return []\n")
    before = state()
    candidate = found_in(write_plugin(tmp_path, "grabber", code))
    for site in (site_with(candidate), site_with(candidate)):  # also when the module was imported before
        failure = site.plugins.plugins["grabber"].failure
        assert state() == before
        assert failure is not None
        assert named in failure.message
        with pytest.raises(Refused, match="plugin_failed"):
            switch(site, "grabber", True)


def test_it_is_put_back_also_where_the_plugin_fails_at_something_else(site_with, tmp_path):
    before = state()
    site = site_with(
        found_in(write_plugin(tmp_path, "grabber", IMPORTS + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nraise RuntimeError('boum')"))
    )
    assert "boum" in site.plugins.plugins["grabber"].failure.message
    assert state() == before
