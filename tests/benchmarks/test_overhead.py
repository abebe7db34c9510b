"""The benchmark runs: its sites are made, its pages answer, its plugins are on; what it measures is for people to read."""

import pytest

from tests.benchmarks import overhead
from tests.benchmarks.idle import NUMBER, empty_plugin, silent_plugin, site_with
from tests.benchmarks.measuring import Measured, measure, ratios


def test_it_measures_pages_and_reads(tmp_path):
    pages = overhead.story_page(tmp_path, repeats=2, count=1)
    assert [page.name for page in pages] == [overhead.NONE, overhead.EMPTY, overhead.SILENT]
    reads = overhead.generation(tmp_path, repeats=2, count=5)
    assert all(len(line.times) == 2 for line in [*pages, *reads])
    assert all(time > 0 for line in pages for time in line.times)


@pytest.mark.parametrize("make", [empty_plugin, silent_plugin])
def test_its_plugins_are_on_and_say_nothing(tmp_path, make):
    with site_with(tmp_path / "with", make) as (site, story), site_with(tmp_path / "without", None) as (bare, same):
        with site.reading() as session:
            assert len(site.core.snapshots.current(session).enabled) == NUMBER
        page, other = site.client().get(story.path), bare.client().get(same.path)
        assert len(page) == len(other)


def test_ratios_are_taken_turn_by_turn():
    one, other = Measured("a", (100.0, 200.0)), Measured("b", (105.0, 220.0))
    assert ratios(one, other).times == pytest.approx((5.0, 10.0))
    calls = []
    measured = measure({"x": lambda: calls.append("x"), "y": lambda: calls.append("y")}, repeats=3, count=2)
    assert len(calls) == 16
    assert [len(line.times) for line in measured] == [3, 3]
