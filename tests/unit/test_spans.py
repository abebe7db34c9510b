"""Spans of shared passages: cut, carried over to the next text, read sentence by sentence; no letter changes its voice by itself."""

import random

import pytest

from app.kernel.content import Span
from app.kernel.spans import Stretch, carry_spans, check_spans, merged_spans, sentences, stretches


def said(plain, spans):
    """Returns the voice of each letter."""
    voices = [None] * len(plain)
    for span in spans:
        voices[span.start : span.end] = [span.voice] * (span.end - span.start)
    return voices


def test_a_text_is_cut_where_its_voice_changes_and_gaps_are_nobodys():
    text = "Oui.\n\nNon."
    assert stretches(text, [Span(0, 4, "a"), Span(6, 10, "b")]) == (Stretch("Oui.", "a"), Stretch("\n\n", None), Stretch("Non.", "b"))
    assert stretches("rien", []) == (Stretch("rien", None),)
    assert stretches("", []) == ()


def test_spans_of_one_voice_that_touch_are_one():
    assert merged_spans([Span(0, 2, "a"), Span(2, 2, "b"), Span(2, 5, "a"), Span(6, 7, "a")]) == (Span(0, 5, "a"), Span(6, 7, "a"))


def test_what_stays_keeps_its_voice_and_what_is_new_is_the_writers():
    before = "Nous avons voté hier.\n\nElle était là."
    spans = (Span(0, 21, "a"), Span(23, 37, "b"))
    after = "Nous avons tous voté hier soir.\n\nElle était là.\n\nEt lui."
    found = carry_spans(before, spans, after, "c")
    assert [(after[span.start : span.end].strip(), span.voice) for span in found] == [
        ("Nous avons", "a"),
        ("tous", "c"),
        ("voté hier", "a"),
        ("soir", "c"),
        (".", "a"),
        ("Elle était là.", "b"),
        ("Et lui.", "c"),
    ]
    assert carry_spans(before, spans, before, "c") == spans


def test_without_a_voice_what_is_new_is_nobodys():
    assert carry_spans("", (), "Des mots.", None) == ()
    assert carry_spans("", (), "Des mots.", "a") == (Span(0, 9, "a"),)


def test_carried_spans_are_always_in_order_and_say_no_word_that_their_voice_had_not():
    dice = random.Random(4)  # a repeatable game
    words = ["le", "vote", "du", "maire", ".", "\n\n", " "]
    text, spans = "", ()
    for turn in range(300):
        tokens = [dice.choice(words) for _ in range(dice.randrange(30))] if turn % 40 == 0 else text.split(" ")
        dice.shuffle(tokens) if turn % 7 == 0 else tokens.insert(dice.randrange(len(tokens) + 1), dice.choice(words))
        after = " ".join(tokens)
        writer = dice.choice("abc")
        found = carry_spans(text, spans, after, writer)
        check_spans(found, len(after), "abc")
        kept = {voice: said(text, spans).count(voice) for voice in "abc"}
        now = {voice: said(after, found).count(voice) for voice in "abc"}
        assert all(now[voice] <= kept[voice] for voice in "abc" if voice != writer), "nobody else gains a letter"
        text, spans = after, found


@pytest.mark.parametrize(
    "spans", [[Span(0, 99, "a")], [Span(3, 3, "a")], [Span(0, 3, "x")], [Span(2, 4, "a"), Span(3, 5, "b")], [Span(-1, 3, "a")]]
)
def test_spans_that_cannot_be_are_refused(spans):
    with pytest.raises(ValueError, match="span"):
        check_spans(spans, 10, ["a", "b"])


def test_sentences_say_who_wrote_most_of_them_and_all_who_wrote_in_them():
    text = "Nous avons voté le budget. Il pleuvait !\n\nPuis rien"
    first, second = sentences(text, [Span(0, 15, "a"), Span(15, 25, "b"), Span(25, 40, "a")])
    assert [(s.text.strip(), s.main, s.voices) for s in first] == [
        ("Nous avons voté le budget.", "a", ("a", "b")),
        ("Il pleuvait !", "a", ("a",)),
    ]
    assert [(s.text, s.main, s.voices) for s in second] == [("Puis rien", None, ())]
