"""Every tree and every text is written as Markdown that reads the same, and no word is lost on the way."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.document.plain import images, link_targets, plain_text
from tests.generated_trees import DOCUMENTS, SHARDS, cut
from tests.services.markup_checks import check_text, check_tree

_WORDS = [f"m{number}x" for number in range(60)]


_MARKUP = st.sampled_from(
    [
        *"*_`[]()<>!#|\\ \t&^:\"'\u00a0\u0301",
        *cut("**¦***¦__¦## ¦- ¦* ¦+ ¦1. ¦> ¦    ¦  ¦ | ¦---¦>>¦> - ¦1. - ¦* * *¦![¦](¦](media:ab)¦](/x)¦](javascript:x)¦[^1]¦&amp;"),
        *cut("\n¦\n\n¦\n\n\n¦\n\n    ¦\n    ¦\n        ¦\n> ¦\n- ¦\n1. ¦\n    - ¦\n[^1]: ¦\n\n[^2]: ¦\\\n¦  \n¦\n===\n¦```\n"),
        *cut("|\n|---|---|\n¦\n--- | ---\n¦<div>¦</div>¦<!--¦-->¦<![CDATA["),
    ]
)


@st.composite
def _typed(draw):
    """Markup with numbered words in it, each once."""
    pieces = draw(st.lists(_MARKUP | st.just(None), max_size=40))
    words = iter(_WORDS)
    return "".join(next(words) if piece is None else piece for piece in pieces)


def _everything_in(document):
    return "\n".join(
        [
            plain_text(document),
            *(image.alt + " " + image.media for image in images(document)),
            *link_targets(document),
            *(n.label for n in document.footnotes),
        ]
    )


_quick = settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)


_thorough = settings(_quick, max_examples=4000)


class TestRoundTrip:
    @settings(_quick, max_examples=60)
    @given(DOCUMENTS)
    def test_every_tree_is_read_back(self, document):
        check_tree(document)

    @_quick
    @given(st.lists(SHARDS, max_size=30).map("".join))
    def test_canonical_is_idempotent_for_every_text(self, text):
        check_text(text)

    @_quick
    @given(_typed())
    def test_no_word_is_lost(self, text):
        everything = _everything_in(check_text(text))
        assert [word for word in re.findall(r"m\d+x", text) if word not in everything] == []

    @pytest.mark.long
    @settings(_quick, max_examples=600)
    @given(DOCUMENTS)
    def test_many_trees(self, document):
        check_tree(document)

    @pytest.mark.long
    @_thorough
    @given(st.lists(SHARDS, max_size=60).map("".join), _typed())
    def test_many_texts(self, text, typed):
        check_text(text)
        everything = _everything_in(check_text(typed))
        assert all(word in everything for word in re.findall(r"m\d+x", typed))
