"""A distribution of a third party, built once for all tests that look at it."""

import pytest

from tests.distributions import Distribution, make_distribution


@pytest.fixture(scope="session")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """What `recits plugin new essai` writes, installed."""
    return make_distribution("essai", tmp_path_factory.mktemp("distribution"))
