"""Where live writing is kept: by settings alone, and refused in words when they do not fit together."""

import pytest

from app.config import UnsafeSettings, load_settings

POSTGRESQL, REDIS = "postgresql://recits:geheim@host/recits", "redis://host:6379/0"


def test_nothing_set_is_a_file_in_the_site_folder(tmp_path):
    settings = load_settings({}, home=tmp_path)
    assert (settings.live_url, settings.redis_url, settings.live_file) == ("", "", tmp_path / "live.sqlite3")


@pytest.mark.parametrize("redis", ["", REDIS, "rediss://host/1", "unix:///run/redis.sock"])
def test_postgresql_with_and_without_redis(tmp_path, redis):
    settings = load_settings({"RECITS_LIVE_URL": POSTGRESQL, "RECITS_REDIS_URL": redis}, home=tmp_path)
    assert (settings.live_url, settings.redis_url) == (POSTGRESQL, redis)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"RECITS_LIVE_URL": "mysql://recits:geheim@host/recits"}, "RECITS_LIVE_URL"),
        ({"RECITS_LIVE_URL": "postgresql://"}, "RECITS_LIVE_URL"),
        ({"RECITS_LIVE_URL": POSTGRESQL, "RECITS_REDIS_URL": "host:geheim"}, "RECITS_REDIS_URL"),
        ({"RECITS_REDIS_URL": REDIS}, "RECITS_LIVE_URL"),
    ],
)
def test_what_does_not_fit_is_named_and_no_password_repeated(tmp_path, environ, named):
    with pytest.raises(UnsafeSettings, match=named) as refused:
        load_settings(environ, home=tmp_path)
    assert "geheim" not in str(refused.value)
