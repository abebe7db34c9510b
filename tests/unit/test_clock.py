"""Days and hours of the site's time zone, and the settings that name it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.config import UnsafeSettings, load_settings
from app.kernel.clock import Clock

LATE = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "day", "hour"), [("Europe/Paris", 15, 0), ("America/Martinique", 14, 18), ("Indian/Reunion", 15, 2)])
def test_an_instant_falls_in_the_site_s_day(zone, day, hour):
    clock = Clock(lambda: LATE, ZoneInfo(zone))
    assert clock() == LATE
    assert clock.today() == date(2026, 7, day)
    assert clock.local(LATE).hour == hour


def test_the_zone_is_a_setting_and_a_wrong_one_is_refused_in_words(tmp_path):
    assert load_settings({}, home=tmp_path).time_zone == "Europe/Paris"
    assert load_settings({"RECITS_TIME_ZONE": "Indian/Reunion"}, home=tmp_path).time_zone == "Indian/Reunion"
    for wrong in ("Bourges", "../etc/passwd", "Europe/"):
        with pytest.raises(UnsafeSettings, match="RECITS_TIME_ZONE"):
            load_settings({"RECITS_TIME_ZONE": wrong}, home=tmp_path)
