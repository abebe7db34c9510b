"""The verdicts of `make bench-live`: what was not measured is no pass, and nothing between two sizes is given to us."""

import pytest

from tests.benchmarks.live import bench
from tests.benchmarks.live.bench import HOCUSPOCUS, MEMORY, OURS, Verdicts, find_limit, median

KILLED = {"name": OURS, "acknowledged_lost": 0, "shown_lost": 0, "back_ms": 2000}
JOINED = {"join_most": 20}


def row(name, writers, p95, cpu=50):
    return {"name": name, "writers": writers, "p95": p95, "cpu": cpu, "over_idle": 70, "closed": 0, "apart": 0}


def good():
    ours = [row(OURS, 400, 9), row(OURS, 800, 30), row(OURS, 1200, 150), row(f"{OURS} × 2 workers", 400, 20)]
    return [*ours, row(HOCUSPOCUS, 400, 90), row(HOCUSPOCUS, 600, 900), row(MEMORY, 800, 40)]


def missed(rows, killed=KILLED, joined=JOINED):
    verdicts = Verdicts(rows, [killed], joined)
    verdicts.say()
    return verdicts.missed


def test_all_targets_are_met():
    assert missed(good()) == 0


def test_what_was_not_measured_is_missed():
    assert missed([], {"name": OURS}, {}) == 13


def test_each_target_can_be_missed():
    assert missed([row(OURS, 400, 16) if found["writers"] == 400 and found["name"] == OURS else found for found in good()]) == 1
    assert missed([found | {"cpu": 56} if found["name"] == OURS else found for found in good()]) == 1
    assert missed(good(), KILLED | {"acknowledged_lost": 1}) == 1
    assert missed(good(), joined={"join_most": 51}) == 1


def test_a_peer_that_was_never_seen_to_fail_is_no_ratio(capsys):
    assert missed([row(HOCUSPOCUS, 600, 100) if found["name"] == HOCUSPOCUS else found for found in good()]) == 1
    assert "MISS  writers in time" in capsys.readouterr().out


def test_dropped_pages_are_not_served_in_time():
    assert missed([found | {"closed": 3} if found["writers"] == 1200 else found for found in good()]) == 1


def test_medians_keep_the_worst_of_what_went_wrong():
    runs = [row(OURS, 400, p95) | {"apart": apart} for p95, apart in ((10, 0), (12, 1), (50, 0))]
    assert (median(runs)["p95"], median(runs)["apart"], median(runs)["writers"]) == (12, 1, 400)


@pytest.mark.parametrize(
    ("late_at", "added"),
    [(600, [(HOCUSPOCUS, 600)]), (800, [(HOCUSPOCUS, 600), (HOCUSPOCUS, 800), (OURS, 1600)]), (400, [(OURS, 800)])],
)
def test_a_faster_machine_gives_both_more_writers(monkeypatch, late_at, added):
    monkeypatch.setattr(bench, "measured_quietly", lambda _asked, name, writers: row(name, writers, 100 if writers < late_at else 500))
    rows = [row(OURS, 1200, 150), row(HOCUSPOCUS, 400, 100 if late_at > 400 else 500)]
    find_limit(None, rows)
    assert [(found["name"], found["writers"]) for found in rows[2:]] == added


def test_a_run_that_says_nothing_judges_nobody(monkeypatch):
    noisy = {"failed": "no quiet run in 3", "noisy": True}
    monkeypatch.setattr(bench, "measured_quietly", lambda _asked, name, writers: {"name": name, "writers": writers} | noisy)
    rows = [row(OURS, 1200, 150), row(HOCUSPOCUS, 400, 100)]
    find_limit(None, rows)
    assert [(found["name"], found["writers"]) for found in rows[2:]] == [(HOCUSPOCUS, 600)]
    assert missed([*(found for found in good() if found["name"] != HOCUSPOCUS), *rows[1:]]) == 1
