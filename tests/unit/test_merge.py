"""Three-way merge: what two people changed in different places is joined; what they changed in the same place is kept twice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.diff import Change, compare_texts
from app.kernel.merge import merge_texts

WORDS = st.lists(
    st.sampled_from(["le", "la", "chat", "chien", "dort", "mange", "sur", "sous", "table", "toit"]), min_size=1, max_size=8
).map(" ".join)
TEXTS = st.lists(WORDS, max_size=4).map(lambda blocks: "\n\n".join(blocks) + ("\n" if blocks else ""))


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("Un chat dort.\n", "Un gros chat dort.\n", "Un chat dort bien.\n", "Un gros chat dort bien.\n"),
        ("A.\n\nB.\n", "A.\n\nB.\n\nC.\n", "Z.\n\nB.\n", "Z.\n\nB.\n\nC.\n"),
        ("A.\n", "A.\n", "B.\n", "B.\n"),
        ("A.\n", "B.\n", "B.\n", "B.\n"),
        ("", "Moi.\n", "Toi.\n", "Toi.\n\nMoi.\n"),
        ("A.\n\nB.\n", "B.\n", "A.\n\nB.\n", "B.\n"),
    ],
)
def test_different_places_are_joined(base, mine, theirs, merged):
    result = merge_texts(base, mine, theirs)
    assert result.clean
    assert result.text == merged


def test_the_same_words_changed_twice_are_both_kept_and_said():
    result = merge_texts("Un chat dort.\n", "Un gros chat dort.\n", "Un petit chat dort.\n")
    assert not result.clean
    assert result.clashes[0].mine == "Un gros chat dort."
    assert "Un gros chat dort." in result.text
    assert "Un petit chat dort." in result.text


def test_a_paragraph_removed_by_one_and_changed_by_the_other_is_kept():
    result = merge_texts("A.\n\nB.\n\nC.\n", "A.\n\nC.\n", "A.\n\nB changé.\n\nC.\n")
    assert "B changé." in result.text


@given(TEXTS, TEXTS, TEXTS)
def test_no_word_that_somebody_added_is_lost(base, mine, theirs):
    result = merge_texts(base, mine, theirs)
    kept = re.findall(r"\w+", result.text)
    for side in (mine, theirs):
        for word in set(re.findall(r"\w+", side)) - set(re.findall(r"\w+", base)):
            assert word in kept


@given(TEXTS, TEXTS)
def test_one_side_alone_wins_whole(base, mine):
    assert merge_texts(base, mine, base).text == mine
    assert merge_texts(base, base, mine).text == mine


@given(TEXTS, TEXTS)
def test_a_comparison_rebuilds_both_texts(before, after):
    pieces = compare_texts(before, after)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.INSERTED) == before
    assert "".join(piece.text for piece in pieces if piece.change is not Change.REMOVED) == after


def test_a_long_text_is_compared_in_reasonable_time():
    before = "\n\n".join(f"Phrase numéro {number} avec quelques mots de plus." for number in range(1500))
    pieces = compare_texts(before, before.replace("numéro 700 ", "numéro sept cents "))
    assert any(piece.change is Change.INSERTED and "sept cents" in piece.text for piece in pieces)
