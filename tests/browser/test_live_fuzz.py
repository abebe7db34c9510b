"""Two editors that do whatever comes to mind, and hear of each other late and in any order, show the same in the end: and the server reads the same Markdown."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.editor.to_tree import to_tree
from app.live import ydoc
from tests.browser.live import ANA, BOB, Stage, Writer, staged
from tests.live.documents_of_pages import markdown_of
from tests.live.relay import NOTHING

DEEDS = (Path(__file__).parent / "deeds.js").read_text(encoding="utf-8")


def play(stage: Stage, writers: list[Writer], seed: int, rounds: int) -> None:
    """Lets them work apart and meet, again and again."""
    chance = random.Random(seed)
    for writer in writers:
        writer.do("(seed) => F.seed(seed)", chance.randrange(2**32))
    for _ in range(rounds):
        stage.relay.hold()
        for writer in writers:
            writer.do("(number) => F.some(number)", chance.randrange(1, 9))
        for writer in writers:
            writer.is_saved()
        stage.relay.release(chance.shuffle)
        stage.agree(*writers)
    held = ydoc.read(ydoc.doc_of([update for update in stage.relay.rooms["p1"] if update != NOTHING]))
    markdown = to_markdown(to_tree(held))
    assert [markdown_of(writer.json()) for writer in writers] == [markdown] * len(writers), seed


def fuzz(chromium: Browser, seed: int, rounds: int, *, shared: bool) -> None:
    people = {"ana": replace(ANA, shared=shared), "bob": replace(BOB, shared=shared)}
    with staged(chromium, people) as stage:
        writers = []
        for user in people:
            writers.append(stage.open(user))
            writers[-1].do(f"() => {{ {DEEDS} }}")
        play(stage, writers, seed, rounds)


@pytest.mark.parametrize("seed", range(2))
def test_two_editors_always_agree(chromium, seed):
    fuzz(chromium, seed, 8, shared=seed % 2 == 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_two_editors_always_agree_at_length(chromium, seed):
    fuzz(chromium, seed, 40, shared=seed % 2 == 1)
