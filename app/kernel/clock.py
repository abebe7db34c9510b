"""The one source of the present time, so that tests can stop it, and of the site's days; never call `datetime.now` elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


def system_clock() -> datetime:
    """Returns the present instant in UTC, with its time zone."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """Tells the present instant, and in which day of the site's time zone an instant falls: mandates end, and stories appear, on days.

    Args:
        tick: source of the present instant.
        zone: time zone of the site.
    """

    tick: Callable[[], datetime] = system_clock
    zone: tzinfo = UTC

    def __call__(self) -> datetime:
        """Returns the present instant."""
        return self.tick()

    def local(self, instant: datetime) -> datetime:
        """Returns the same instant as the site's clocks on the wall show it."""
        return instant.astimezone(self.zone)

    def day_of(self, instant: datetime) -> date:
        """Returns the day in which an instant falls."""
        return self.local(instant).date()

    def end_of(self, day: date) -> datetime:
        """Returns the instant at which a day of the site's is over."""
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.zone).astimezone(UTC)

    def today(self) -> date:
        """Returns the present day."""
        return self.day_of(self())
