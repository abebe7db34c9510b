"""The chantier, switched on, and stories told by whom a test names."""

from collections.abc import Callable

import pytest

from app.kernel.moment_date import parse_moment_date
from app.services import passages, stories
from app.services.moments import MomentForm, add_moment
from app.services.plugins import set_enabled
from tests.factories import actor
from tests.furnishings import communication_on
from tests.told_stories import sign, written

Telling = dict[str, tuple[str, ...]]


@pytest.fixture
def furnishing():
    return communication_on


@pytest.fixture
def switch(site) -> Callable[[bool], None]:
    """Returns what switches the chantier on or off."""

    def to(on: bool) -> None:
        with site.writer.begin() as uow:
            set_enabled(uow, None, site.plugins, "communication", on)

    return to


@pytest.fixture
def new_moment(site, world) -> Callable[[str, str], str]:
    """Returns what adds a moment to Brumeval's journey, from a title and a date in words."""

    def add(title: str, when: str, place: str = "Salle des fêtes") -> str:
        with site.writer.begin() as uow:
            form = MomentForm(title, parse_moment_date(when), place, world.phase, "")
            return add_moment(uow, None, world.delegations["brumeval"], form).id

    return add


@pytest.fixture
def tell(site, world) -> Callable[..., str]:
    """Returns what makes a signed story of Brumeval: moment → who tells it, a word of so many times; returns its id."""

    def make(
        told: Telling, form: str = "recit-croise", words: int = 12, sizes: dict[str, int] | None = None, title: str = "Un récit"
    ) -> str:
        with site.writer.begin() as uow:
            everybody = {who: actor(site, world, who) for people in told.values() for who in people} or {
                "helene": actor(site, world, "helene")
            }
            first = next(iter(everybody.values()))
            story = stories.create_story(uow, first, world.delegations["brumeval"], title, "Un chapeau.", format_name=form)
            for moment, people in told.items():
                for who in people:
                    place = world.moments.get(moment, moment)
                    passage = passages.add_passage(uow, everybody[who], story.id, place, world.voices[who])
                    number = (sizes or {}).get(who, words)
                    written(uow, everybody[who], passage.id, " ".join(["mot"] * number))
                    sign(uow, everybody[who], passage.id, world.voices[who])
            return story.id

    return make
