"""One worker of `recits serve`: the site, the watch over plugins' code, and the work beside the answers."""

import sys
from collections.abc import Callable
from functools import partial

from app.asgi import LiveFront, create_asgi
from app.asgi_types import Receive, Scope, Send
from app.factory import create_app
from app.jobs.rounds import start_round
from app.jobs.watch import Watch
from app.services.digests import send_due_digests
from app.services.job_runs import run_due_jobs
from app.services.site import Site

# How long a thread that computes may keep the others waiting. Python's own five milliseconds are many keystrokes: the loop passes them on beside the threads that
# answer pages, and stands in line again at each of its turns.
SWITCH_SECONDS = 0.0005
JOB_SECONDS = 15
DIGEST_SECONDS = 60
SEALING_SECONDS = 120


class Worker:
    """The ASGI application of a worker, and how it ends."""

    def __init__(self, app: LiveFront, watch: Watch) -> None:
        self._app = app
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def leave(self) -> None:
        """Called when the worker takes no new connection: browsers that write live go to another one."""
        self._app.leave()

    def stop(self) -> None:
        """Called when the worker has answered its last request: what ends it from here on is no plugin's fault."""
        self._watch.stop()
        self._app.stop()


def create_worker(leave: Callable[[], None]) -> Worker:
    """Loads the site in a worker and starts its threads.

    Args:
        leave: tells the supervisor that this worker gives its place to another.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app()
    site: Site = app.extensions["recits"]
    watch = Watch(site, site.settings.run_folder, leave)
    watch.start()
    front = create_asgi(app)
    start_round("jobs", JOB_SECONDS, partial(run_due_jobs, site.writer, site.snapshots))
    start_round("digests", DIGEST_SECONDS, partial(send_due_digests, site.writer, site.settings.base_url))
    # What another worker left when it was killed, and what was written while a passage was closed.
    start_round("sealing", SEALING_SECONDS, front.documents.seal_what_was_left)
    return Worker(front, watch)
