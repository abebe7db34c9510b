"""Frames: what a browser sends is read whole or not at all; what is written is read back by the same rules."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.live import wire

messages = st.lists(
    st.one_of(
        st.builds(lambda channel, step, data: (wire.SYNC, channel, step, data), st.integers(1, 2**53 - 1), st.integers(0, 2), st.binary()),
        st.builds(lambda channel, data: (wire.AWARE, channel, 0, data), st.integers(1, 300), st.binary()),
        st.builds(
            lambda channel, client, data: (wire.OPEN, channel, client, data), st.integers(1, 9), st.integers(0, 2**53 - 1), st.binary()
        ),
        st.builds(lambda channel: (wire.CLOSE, channel, 0, b""), st.integers(1, 300)),
        st.builds(lambda data: (wire.HERE, 0, 0, data), st.binary()),
    )
)


def written(message: wire.Message) -> bytes:
    kind, channel, number, body = message
    head = wire.head(kind, channel)
    if kind == wire.SYNC:
        return head + wire.sync_body(number, body)
    if kind == wire.OPEN:
        return head + wire.sized(body) + wire.varuint(number)
    return head if kind == wire.CLOSE else head + wire.sized(body)


@given(messages)
def test_a_frame_of_many_messages_is_read_as_it_was_written(sent):
    assert wire.read_frame(b"".join(map(written, sent))) == sent


@given(messages.filter(bool), st.data())
def test_a_frame_that_was_cut_is_refused_or_shorter(sent, data):
    frame = b"".join(map(written, sent))
    cut = data.draw(st.integers(0, len(frame) - 1))
    try:
        read = wire.read_frame(frame[:cut])
    except wire.Malformed:
        return
    assert read == sent[: len(read)]
    assert len(read) < len(sent)


@given(st.binary(max_size=60))
def test_noise_is_refused_in_one_way(noise):
    for read in (wire.read_frame, wire.read_awareness, wire.read_passage):
        try:
            read(noise)
        except (wire.Malformed, wire.TooLong):
            pass


@pytest.mark.parametrize(
    "frame",
    [
        wire.sync(0, wire.UPDATE, b"x"),  # the story has no text
        wire.head(wire.HERE, 1) + wire.sized(b"{}"),
        wire.sync(1, 3, b"x"),
        wire.told(wire.RIGHT, 1, {}),  # the server's to say
        wire.acknowledgement(1, 1),
        b"\0\1\2" + b"\xff" * 9,
        b"\0\1\2\5ab",
    ],
)
def test_what_no_client_may_send_is_malformed(frame):
    with pytest.raises(wire.Malformed):
        wire.read_frame(frame)


def test_awareness_is_read_and_written():
    entries = [(5, 1, b'{"cursor":{"head":3}}'), (2**40, 300, b"null")]
    assert wire.read_awareness(wire.awareness(entries)) == entries
    assert wire.read_awareness(wire.awareness_gone([(5, 1)])) == [(5, 2, b"null")]


@pytest.mark.parametrize("state", [b"{", b"3", b'"x"', b"[]", b"\xff", b"[" * 3000, b'{"x":NaN}', b"{} {}"])
def test_a_state_that_browsers_would_stumble_over_is_malformed(state):
    with pytest.raises(wire.Malformed):
        wire.read_awareness(wire.awareness([(1, 1, state)]))


def test_a_state_is_as_long_as_a_caret():
    with pytest.raises(wire.TooLong):
        wire.read_awareness(wire.awareness([(1, 1, json.dumps({"x": "y" * wire.LONGEST_STATE}).encode())]))


@pytest.mark.parametrize(("body", "passage"), [(b'{"passage":null}', None), (b'{"passage":"p1"}', "p1")])
def test_where_somebody_is(body, passage):
    assert wire.read_passage(body) == passage


@pytest.mark.parametrize("body", [b"{}", b'{"passage":""}', b'{"passage":3}', b"[]", b"no", b"\xff", b'{"passage":"' + b"p" * 1000 + b'"}'])
def test_nowhere_is_malformed(body):
    with pytest.raises(wire.Malformed):
        wire.read_passage(body)
