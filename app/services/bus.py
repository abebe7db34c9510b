"""Hands events to those who react to them, after the commit; a subscriber that fails is logged and stops nobody."""

import logging
from collections.abc import Callable, Sequence

from app.kernel.events import Event

log = logging.getLogger("recits.events")

Subscriber = Callable[[Event], None]


class EventBus:
    """After-commit subscribers by type of event, in the order in which the composition root added them."""

    def __init__(self) -> None:
        self._subscribers: dict[type[Event], list[Subscriber]] = {}

    def subscribe(self, kind: type[Event], subscriber: Subscriber) -> None:
        """Calls `subscriber` with each committed event of that kind."""
        self._subscribers.setdefault(kind, []).append(subscriber)

    def publish(self, events: Sequence[Event]) -> None:
        """Delivers committed events; the data is safe already, so that a failing effect must not look like a failed save."""
        for event in events:
            for subscriber in self._subscribers.get(type(event), ()):
                try:
                    subscriber(event)
                except Exception:  # an effect's failure is its own
                    log.exception("a subscriber of %s failed", type(event).__name__)
