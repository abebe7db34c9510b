"""Two editors that do whatever comes to mind on the real site, their lines cut now and then: both show the same in the end, and so does what is kept."""

import random
from pathlib import Path

import pytest

from tests.browser.live_site import LiveSite, line_to
from tests.live.documents_of_pages import markdown_of

DEEDS = (Path(__file__).parent / "deeds.js").read_text(encoding="utf-8")


def fuzz(live: LiveSite, seed: int, rounds: int, voice: str | None) -> None:
    """`voice`: whose passage it is; None for a shared one, in which the server sets right whose words are whose."""
    chance = random.Random(seed)
    passage = live.passage(voice)
    with line_to(live) as line:
        writers = [live.open("helene", passage, address=line.address), live.open("scribe" if voice else "karim", passage)]
        for writer in writers:
            writer.do(f"() => {{ {DEEDS} }}")
            writer.do("(seed) => F.seed(seed)", chance.randrange(2**32))
        for _ in range(rounds):
            if chance.random() < 0.5:
                line.cut()
                writers[0].until("T.room.state === 'offline'")
            for writer in writers:
                writer.do("(number) => F.some(number)", chance.randrange(1, 9))
            line.mend()
            live.agree(*writers)
        kept = [markdown_of(writer.json()) for writer in writers]
    assert kept == [live.on_disk(passage)] * 2, seed


@pytest.mark.parametrize(("seed", "voice"), [(1, None), (2, "helene")])
def test_two_editors_agree(live: LiveSite, seed, voice):
    fuzz(live, seed, 4, voice)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_two_editors_agree_at_length(live: LiveSite, seed):
    fuzz(live, seed, 25, None if seed % 3 else "helene")
