"""Every plugin that is found: those that the project ships, and what `recits plugin new` writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import plugins as shipped
from app.cli.author.place import Place, find_place
from app.cli.author.scaffold import write_plugin
from app.factory import find_plugins
from app.hooks.manager import Candidate, find_in_package
from app.sdk_testing import SmallSite, small_site

NEW = "nouvelle"
NAMES = (*sorted(candidate.name for candidate in find_in_package(shipped)), NEW)


@dataclass(frozen=True)
class Subject:
    """A plugin under test."""

    name: str
    place: Place

    @property
    def candidate(self) -> Candidate:
        return self.place.candidate


@pytest.fixture(scope="session")
def _new_plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_plugin(NEW, tmp_path_factory.mktemp("new")).folder


@pytest.fixture(params=NAMES)
def subject(request: pytest.FixtureRequest, _new_plugin: Path) -> Subject:
    name: str = request.param
    return Subject(name, find_place(str(_new_plugin) if name == NEW else name, find_plugins()))


@pytest.fixture
def alone(subject: Subject, tmp_path: Path, _recits_workers: None) -> Iterator[SmallSite]:
    """A small site on which the plugin is the only one installed; off."""
    with small_site(tmp_path / "alone", plugins=[subject.candidate]) as site:
        yield site
