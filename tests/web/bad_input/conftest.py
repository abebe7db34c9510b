"""One stage for each file: the site in every state that the role table names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import World
from tests.web.matrix import Stage, open_stage


@pytest.fixture(scope="module")
def stage(_template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(_template, tmp_path_factory.mktemp("bad_input")) as made:
        yield made
