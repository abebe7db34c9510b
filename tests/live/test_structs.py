"""How far an update reaches: as far as the document that holds it, and no document holds what it waits for."""

import random

import pytest
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

from app.live.structs import check, ends, reaches, read_state
from app.live.wire import Malformed
from tests.live.documents import Writer


def busy_writer(seed: int) -> Writer:
    """Somebody who did everything that an editor can: text, marks, elements, attributes, deletions, values of all kinds."""
    chance = random.Random(seed)
    writer = Writer()
    document = writer.document
    fragment = document.get("text", type=XmlFragment)
    for number in range(30):
        paragraph = fragment.children.append(XmlElement("paragraph", {"level": number, "alt": "é😀"}))
        text = paragraph.children.append(XmlText("".join(chance.choice("abé😀 ") for _ in range(20))))
        text.format(2, 9, {"voice": {"u": "v1"}, "strong": {}})
        text.insert(chance.randrange(3), "x", {"link": {"target": "https://site.example"}})
        if chance.random() < 0.4:
            del fragment.children[chance.randrange(len(fragment.children))]
    document["map"] = Map({"a": [1, -5, 2.5, None, True, False, "x", b"\1\2", {"k": [3]}, 2**40]})
    document["array"] = Array([Text("inner"), 10**15, -(10**9)])
    return writer


@pytest.mark.parametrize("seed", range(8))
def test_every_update_reaches_as_far_as_its_document(seed):
    writer = busy_writer(seed)
    whole = writer.document.get_update()
    assert max(clock for _, clock in ends(whole)) == max(read_state(writer.document.get_state()).values())
    for update in [whole, *writer.sent]:
        check(update)
    assert reaches(writer.document.get_state(), writer.sent)


@pytest.mark.parametrize("seed", range(4))
def test_a_document_does_not_reach_what_it_waits_for(seed):
    writer = busy_writer(seed)
    for missing in range(0, len(writer.sent), 7):
        document = Doc()
        for number, update in enumerate(writer.sent):
            if number != missing:
                document.apply_update(update)
        assert not reaches(document.get_state(), writer.sent)


def test_a_deletion_of_what_is_missing_is_waited_for():
    writer = Writer()
    first = writer.type("abc")
    del writer.document.get("md", type=Text)[0:3]
    document = Doc()
    document.apply_update(writer.sent[-1])
    assert not reaches(document.get_state(), writer.sent[-1:])
    document.apply_update(first)
    assert reaches(document.get_state(), writer.sent)


def test_kinds_of_content_that_browsers_do_not_know_are_malformed():
    one_struct = b"\1\1\5\0"
    for kind in (11, 12, 31):
        with pytest.raises(Malformed):
            check(one_struct + bytes((kind,)) + b"\1\1a" + b"\1a" + b"\0")
    with pytest.raises(Malformed):
        check(one_struct + b"\7\1\1a" + b"\7\0")  # a shared type of another version
    check(one_struct + b"\4\1\1a" + b"\1a" + b"\0")


def test_noise_is_malformed():
    chance = random.Random(5)
    for _ in range(3000):
        noise = bytes(chance.randrange(256) for _ in range(chance.randrange(40)))
        try:
            ends(noise)
        except (Malformed, UnicodeDecodeError):
            pass
