"""The one source of the present time, so that tests can stop it; never call `datetime.now` elsewhere."""

from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Returns the present instant in UTC, with its time zone."""
    return datetime.now(UTC)


def today(clock: Clock) -> date:
    """Returns the present day in UTC."""
    return clock().date()
