"""What is kept of an extension's block, and how two people's fields are put together."""

import pytest

from app.hooks.contracts import BlockSnapshot
from app.kernel.block import BlockRefused, kept_block, merge_data, read_block


def test_a_block_is_kept_as_plain_text_and_read_back_the_same():
    parts = (("Où", "ici"),), ("un", "deux"), (("a", "b"), ("1", "2")), ("HTTPS://x.test/é", "là")
    block = kept_block(BlockSnapshot("  Fiche\n<b>1</b> ", "Tout\x00 dit.", *parts))
    assert block.title == "Fiche <b>1</b>"
    assert block.text == "Tout dit."
    assert block.link == ("https://x.test/é", "là")
    assert read_block(block.record()) == block
    assert "Où : ici" in block.words


@pytest.mark.parametrize(
    "bad",
    [
        BlockSnapshot("", "texte"),
        BlockSnapshot("titre", " "),
        BlockSnapshot("titre", "x" * 16_001),
        BlockSnapshot("titre", "texte", facts=(("un",),)),
        BlockSnapshot("titre", "texte", facts="abc"),
        BlockSnapshot("titre", "texte", items=("x",) * 201),
        BlockSnapshot("titre", "texte", table=(("a", "b"),)),
        BlockSnapshot("titre", "texte", table=(("a", "b"), ("1",))),
        BlockSnapshot("titre", "texte", link=("javascript:alert(1)", "x")),
        BlockSnapshot("titre", "texte", link=("mailto:a@b.test", "x")),
        BlockSnapshot("titre", "texte", link=("//ailleurs.test", "x")),
        BlockSnapshot("titre", {"a": 1}),
        BlockSnapshot(None, "texte"),
    ],
)
def test_what_cannot_be_kept_is_refused(bad):
    with pytest.raises(BlockRefused):
        kept_block(bad)


@pytest.mark.parametrize(
    "record", [None, {}, {"title": "x"}, {"title": "x", "text": "y", "link": ["javascript:x", "z"]}, {"title": 3, "text": []}]
)
def test_a_record_that_no_version_wrote_is_not_shown(record):
    assert read_block(record) is None


def test_fields_merge_one_by_one():
    base = {"a": 1, "b": 1, "c": 1}
    merged = merge_data(base, {"a": 2, "b": 1, "c": 3}, {"a": 1, "b": 5, "c": 4, "d": 6})
    assert merged.data == {"a": 2, "b": 5, "c": 3, "d": 6}
    assert merged.clashes == {"c": (3, 4)}
    assert merge_data(base, {"a": 2, "b": 1, "c": 1}, {"a": 2, "b": 1, "c": 1}).clashes == {}
