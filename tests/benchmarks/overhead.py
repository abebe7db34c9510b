"""What plugins cost those who do not use them: `make bench`. Prints the two numbers that the project promises, and says whether they hold.

Run by hand: a number of a busy machine is no test. `tests/benchmarks/test_overhead.py` checks that this runs.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import SiteState
from app.services.snapshots import SITE_ROW, read_generation
from tests.benchmarks.idle import NUMBER, empty_plugin, silent_plugin, site_with
from tests.benchmarks.measuring import Measured, Operation, measure, ratios

MOST_PERCENT = 5.0
MOST_MICROSECONDS = 50.0
NONE, EMPTY, SILENT = "no plugin", f"{NUMBER} plugins, every hook empty", f"{NUMBER} plugins, all kinds declared, none speaks"


def story_page(folder: Path, *, repeats: int, count: int) -> list[Measured]:
    """Measures a public story's page on three sites that differ in their plugins only."""
    with ExitStack() as stack:
        operations: dict[str, Operation] = {}
        for number, (name, make) in enumerate(((NONE, None), (EMPTY, empty_plugin), (SILENT, silent_plugin))):
            site, story = stack.enter_context(site_with(folder / f"page-{number}", make))
            operations[name] = _reading(site.app.test_client(), story.path)
        return measure(operations, repeats=repeats, count=count)


def _reading(client: object, path: str) -> Operation:
    def read() -> None:
        answer = client.get(path)  # type: ignore[attr-defined]  # Flask's test client
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return read


def generation(folder: Path, *, repeats: int, count: int) -> list[Measured]:
    """Measures the read that each request begins with, beside the driver's bare cursor and the ORM."""
    with site_with(folder / "generation", None) as (site, _story), Session(site.core.engine) as session:
        cursor = session.connection().connection.cursor()

        def by_cursor() -> int:
            cursor.execute("SELECT generation FROM site_state WHERE id = 1")
            return int(cursor.fetchone()[0])

        def by_orm() -> int:
            return int(
                session.scalars(select(SiteState).where(SiteState.id == SITE_ROW).execution_options(populate_existing=True))
                .one()
                .generation
            )

        operations = {
            "the driver's cursor": by_cursor,
            "read_generation, as each request does": lambda: read_generation(session),
            "the snapshot of a request": lambda: site.core.snapshots.current(session),
            "the ORM": by_orm,
        }
        return measure(operations, repeats=repeats, count=count)


def main() -> int:
    """Prints both tables; ends with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--pages", type=int, default=20, help="pages in a repeat")
    parser.add_argument("--reads", type=int, default=2000, help="reads in a repeat")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recits-bench-") as name:
        pages = story_page(Path(name), repeats=options.repeats, count=options.pages)
        reads = generation(Path(name), repeats=options.repeats, count=options.reads)
    print("A public story's page, CPU time")
    for line in pages:
        print(" ", line)
    overhead = [ratios(pages[0], other) for other in pages[1:]]
    for line in overhead:
        first, third = line.spread
        print(f"  {line.name}: {line.median:+.1f} % (middle half {first:+.1f} to {third:+.1f})")
    print("Reading the generation, CPU time")
    for line in reads:
        print(" ", line)
    kept = overhead[0].median <= MOST_PERCENT, reads[1].median < MOST_MICROSECONDS
    print(f"{NUMBER} idle plugins cost at most {MOST_PERCENT:.0f} %: {'yes' if kept[0] else 'NO'}")
    print(f"the generation is read in under {MOST_MICROSECONDS:.0f} µs: {'yes' if kept[1] else 'NO'}")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
