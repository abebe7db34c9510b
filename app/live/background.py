"""The loop of one worker, and the threads in which its slow work is done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

log = logging.getLogger("recits.live")
T = TypeVar("T")

THREADS = 4


class Background:
    """Does what nobody waits for, later, or beside the loop. Everything but `start` and `stop` is called in the loop."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop
        self._threads = ThreadPoolExecutor(THREADS, "recits-live-work")
        self._tasks: set[asyncio.Task[Any]] = set()

    def bind(self) -> None:
        """Notes the running loop as the worker's."""
        self.loop = asyncio.get_running_loop()
        self.now = self.loop.time

    def stop(self) -> None:
        """Lets the threads end; what they have not begun is not done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def later(self, seconds: float, act: Callable[..., object], *arguments: Any) -> asyncio.TimerHandle:
        """Calls something after a while."""
        return self.loop.call_later(seconds, act, *arguments)

    async def in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        """Returns what a call returns that would hold up the loop."""
        return await self.loop.run_in_executor(self._threads, partial(work, *arguments))

    def do(self, work: Awaitable[Any]) -> None:
        """Does something beside what is asked for; its failure is logged."""
        task = self.loop.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _logged(work: Awaitable[Any]) -> None:
    try:
        await work
    except Exception:  # nobody waits for it
        log.exception("work beside live writing failed")
