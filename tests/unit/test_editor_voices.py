"""Spans say who wrote which words, through everything that normal form does to them; the rule of honest attribution."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.content import Span
from app.kernel.document.normal import normalise
from app.kernel.document.plain import plain_text
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.nodes import EditorDocument, Marks, Words, element
from app.kernel.editor.to_tree import to_tree
from app.kernel.editor.voices import Line, canonical_spans, corrections, from_tree_with_voices, spans_of
from tests.examples import examples
from tests.generated_trees import DOCUMENTS


def said(text, voice=None):
    return Words(text, Marks(voice=voice))


def spoken(*nodes):
    """(words, voice) of every span of a document."""
    document = EditorDocument(nodes)
    tree = to_tree(document)
    plain = plain_text(tree)
    return [(plain[span.start : span.end], span.voice) for span in spans_of(document, tree)]


class TestSpans:
    @examples(150)
    @given(DOCUMENTS, st.data())
    def test_spans_come_back(self, document, data):
        tree = normalise(document)
        length = len(plain_text(tree))
        cuts = sorted(set(data.draw(st.lists(st.integers(0, length), max_size=6)))) if length else []
        voices = st.sampled_from(["a", "b"])
        spans = canonical_spans(tree, [Span(start, end, data.draw(voices)) for start, end in pairwise(cuts)])
        told = from_tree_with_voices(tree, spans)
        assert to_tree(told) == tree
        assert spans_of(told, tree) == spans

    @examples(60)
    @given(DOCUMENTS)
    def test_a_text_of_one_voice_is_said_by_it_but_for_what_separates(self, document):
        tree = normalise(document)
        plain = plain_text(tree)
        spans = spans_of(from_tree_with_voices(tree, [Span(0, len(plain), "a")]), tree)
        covered = {place for span in spans for place in range(span.start, span.end)}
        assert {plain[place] for place in range(len(plain)) if place not in covered and not plain[place].isspace()} == set()
        assert not any(plain[place] in "\n\t" for place in covered)

    def test_a_text_without_voices_has_no_spans(self):
        assert spoken(*from_tree(to_tree(EditorDocument((element("paragraph", Words("a")),)))).children) == []

    def test_spaces_that_go_take_no_voice_with_them(self):
        assert spoken(element("paragraph", said("  Un ", "a"), said("  deux", "b"))) == [("Un ", "a"), ("deux", "b")]

    def test_a_composed_character_is_the_voice_of_its_letter(self):
        assert spoken(element("paragraph", said("cafe", "a"), said("\u0301 noir", "b"))) == [("café", "a"), (" noir", "b")]

    def test_notes_are_told_where_they_are_read(self):
        call = element("footnote_call", label="n")
        note = element("footnote", element("paragraph", said("note", "b")), label="n")
        nodes = [note, element("paragraph", said("un", "a"), call), element("paragraph", said("deux", "a"))]
        assert spoken(*nodes) == [("un", "a"), ("deux", "a"), ("note", "b")]

    def test_cells_lines_and_unknown_calls(self):
        row = element("table_row", element("table_cell", said("x", "a")), element("table_cell", said("y", "a")))
        line = element("paragraph", said("un", "a"), element("hard_break"), said("deux", "a"), element("footnote_call", label="rien"))
        assert spoken(element("table", row), line) == [("x", "a"), ("y", "a"), ("un", "a"), ("deux", "a")]


ALI = "Nous avons voté la réserve d’eau en mars, et le lavoir avec."
BEA = "Les agents ont nettoyé le bassin trois fois cet hiver."


def line(*runs, **ends):
    return Line("".join(text for _by, text in runs), "".join(by * len(text) for by, text in runs), **ends)


KNOWN = [line(("a", ALI)), line(("b", BEA)), line(("a", "Oui."))]


def judged(after, *inserted, sender="b", known=KNOWN):
    return corrections(after, inserted, sender, known)


class TestRule:
    def test_one_s_own_words_need_no_witness(self):
        assert judged(line(("b", "jamais vu")), (0, 9)) == []

    @pytest.mark.parametrize("forged", ["n", "non", "Nous avons refusé tout cela.", "Nous avons voté la réserve d’air en mars"])
    def test_words_that_a_voice_never_left_are_the_sender_s(self, forged):
        assert judged(line(("a", forged)), (0, len(forged))) == [(0, len(forged), "b")]

    def test_a_quotation_is_kept(self):
        after = line(("b", "Comme dit Ali : "), ("a", "la réserve d’eau en mars"))
        assert judged(after, (0, len(after.text))) == []

    def test_a_short_copy_is_the_sender_s(self):
        after = line(("b", "Il dit "), ("a", "voté"), ("b", " bien"))
        assert judged(after, (0, len(after.text))) == [(7, 11, "b")]

    def test_a_split_and_a_join_are_kept_however_short(self):
        assert judged(line(("a", "c.")), (0, 2)) == []
        assert judged(line(("b", "Bassin."), ("a", "Oui.")), (7, 11)) == []

    def test_two_letters_are_not_joined(self):
        known = [*KNOWN, line(("a", "n")), line(("a", "on"))]
        assert judged(line(("a", "non")), (1, 3), known=known) == [(1, 3, "b")]

    def test_a_deletion_taken_back_is_kept(self):
        at = ALI.index("mars")
        assert judged(line(("a", ALI)), (at, at + 1)) == []
        assert judged(line(("a", ALI)), (len(ALI) - 1, len(ALI))) == []

    def test_a_short_word_between_others_comes_back_to_its_place_only(self):
        mixed = line(("b", "Le bassin, "), ("a", "lui"), ("b", ", est vide."))
        assert judged(mixed, (11, 14), known=[*KNOWN, mixed]) == []
        elsewhere = line(("b", "Ce n’est pas "), ("a", "lui"), ("b", "."))
        assert judged(elsewhere, (13, 16), known=[*KNOWN, mixed]) == [(13, 16, "b")]

    def test_a_piece_cut_out_of_a_line_is_no_end_of_a_line(self):
        piece = line(("b", "pas "), ("a", "lui"), starts=False, ends=False)
        assert judged(line(("b", "pas "), ("a", "lui")), (4, 7), known=[piece]) == [(4, 7, "b")]
        assert judged(line(("b", "pas "), ("a", "lui"), ("b", "! x")), (4, 7), known=[piece]) == [(4, 7, "b")]
