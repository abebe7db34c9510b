"""How many generated examples a property is tried with: a quarter of them, the same ones, at every change; all of them, new ones, in `make test-long`."""

import os

from hypothesis import settings

THOROUGH = os.environ.get("RECITS_TEST_EXAMPLES") == "all"
FEWEST = 20


def load_profile() -> None:
    """Makes examples the same at each run, without a deadline or a memory; thorough ones are new each time, and what fails can be tried again."""
    settings.register_profile("steady", deadline=None, derandomize=not THOROUGH, database=None, print_blob=THOROUGH)
    settings.load_profile("steady")


def examples(number: int) -> settings:
    """Returns the settings of a property that `number` examples try thoroughly."""
    return settings(max_examples=number if THOROUGH else max(FEWEST, number // 4))
