"""The canonical form and what the hashes cover: the same words always give the same hash, any change another."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.canonical import canonical_bytes, digest
from app.kernel.content import Manifest, MediaUse, MissingPin, MomentContent, PassageContent, PassagePin, Span, StancePin

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=5), inner),
    max_leaves=20,
)
PASSAGE = PassageContent("s" * 32, "text", "fr", "Un texte.\n", {}, None, (Span(0, 9, "v1"),), (MediaUse("h", "alt", "credit"),))


def test_known_bytes_and_digest():
    value = {"b": [1, True, None], "a": "e\u0301\u202f!", "c": {}}
    assert canonical_bytes(value) == '{"a":"é\u202f!","b":[1,true,null],"c":{}}'.encode()
    assert digest(value) == "50500526d129c97b038bd5953f1796f1dec816f6abb372fc3c7704b47182b871"


@given(JSON)
def test_reads_back_as_the_same_value_and_ignores_the_order_of_keys(value):
    read = json.loads(canonical_bytes(value))
    assert canonical_bytes(read) == canonical_bytes(value)
    if isinstance(value, dict):
        assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


@pytest.mark.parametrize("value", [1.0, float("nan"), b"x", {1: 2}, object(), {"a": {1, 2}}])
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical_bytes(value)


def test_keys_equal_in_nfc_are_refused():
    with pytest.raises(ValueError, match="equal in NFC"):
        canonical_bytes({"é": 1, "e\u0301": 2})


@pytest.mark.parametrize(
    "change",
    [
        {"salt": "t" * 32},
        {"block": "other"},
        {"lang": "en"},
        {"body": "Un autre texte.\n"},
        {"data": {"prompt": {"ref": "a", "text": "b"}}},
        {"snapshot": {}},
        {"spans": ()},
        {"spans": (Span(0, 9, "v2"),)},
        {"media": ()},
        {"media": (MediaUse("h", "autre", "credit"),)},
    ],
)
def test_each_part_of_a_passage_is_in_its_hash(change):
    assert replace(PASSAGE, **change).hash != PASSAGE.hash


def test_a_passage_hash_is_the_same_in_nfc_and_nfd():
    assert replace(PASSAGE, body="e\u0301te\u0301\n").hash == replace(PASSAGE, body="été\n").hash


def test_each_part_of_a_moment_is_in_its_hash():
    moment = MomentContent("s", "Le vote", "day", "2022-05-12", "2022-05-12", "Lormeau", "p", "d")
    others = [
        replace(moment, **{name: "x"}) for name in ("salt", "title", "date_kind", "date_start", "date_end", "place", "phase", "description")
    ]
    assert len({moment.hash, *(other.hash for other in others)}) == 9


def test_a_manifest_hash_depends_on_order_of_passages_and_not_of_stances():
    one, two = PassagePin("p1", ["v1"], "m", "h1"), PassagePin("p2", [], "m", "h2")
    stances = [StancePin("m", "v1", "agree", ""), StancePin("m", "v2", "disagree", "")]
    story = Manifest("s", "T", "S", "fr", "recit-croise", [one, two], stances, [MissingPin("m", "state_agent", "r")])
    assert replace(story, stances=stances[::-1]).hash == story.hash
    assert replace(story, passages=[two, one]).hash != story.hash
    for change in (
        {"title": "U"},
        {"standfirst": "U"},
        {"lang": "en"},
        {"format": "x"},
        {"stances": []},
        {"missing": []},
        {"passages": [one]},
    ):
        assert replace(story, **change).hash != story.hash
