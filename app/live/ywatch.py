"""Watches whose words an update puts into a shared passage, and sets right what claims to be another's (the rule is in `kernel.editor.voices`).

A keystroke that goes on right after one's last costs a comparison of bytes, another one look at one paragraph. Voices that the document bears when the watch
begins are believed: the server wrote or checked them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from app.kernel.editor.voices import Line, corrections
from app.live.structs import Typing, client_of, lone_text, reaches
from app.live.ydoc import made_by, root

MEMORY = 100_000
"""How many characters of words that were taken away are remembered, so that taking a deletion back keeps their voices."""

AROUND = 16
"""How many characters around a deletion are remembered with it."""

_NOBODY = "\ue000"


class Incomplete(Exception):
    """An update builds on changes that nobody has seen."""


@dataclass(slots=True)
class _Change:
    """What an update did to one line: where in the new line words came in, and which stretches of it had another voice before."""

    key: int
    line: Line
    inserted: list[tuple[int, int]]
    restored: list[tuple[int, int, str]]


class VoiceWatch:
    """The voices of one open shared passage. `close` lets go of the document."""

    def __init__(self, doc: Doc[Any]) -> None:
        self._doc = doc
        self._signs: dict[str | None, str] = {None: _NOBODY}
        self._lines: dict[int, Line] = {}
        self._gone: deque[Line] = deque()
        self._gone_length = 0
        self._before: dict[int, Line] = {}
        self._changes: list[_Change] = []
        self._structure = False
        self._sender: str | None = None
        self._root = root(doc)
        # Where each voice types here, and each client of another worker (as updates write it); the texts whose lines were not read again since they went on there.
        self._typing: dict[str | bytes, tuple[Typing, int, XmlText]] = {}
        self._unread: dict[int, XmlText] = {}
        self._subscription: Any = None
        self._missing: list[bytes] = []  # what others wrote that waits for a piece
        self._written: list[tuple[XmlText, bool]] = []
        with doc.transaction():
            self._lines = {hash(text): self._line(text) for text in _texts(root(doc))}

    def typed(self, update: bytes, voice: str | None) -> bool:
        """Applies an update if it can be nothing but more words of a voice right after its last ones, between which nobody put anything but words.

        Such a piece of text takes the voice of what it follows, which was looked at: what could change that (a mark, a deletion, a new element) was not applied
        since, or the place would be forgotten.

        Raises:
            UnicodeDecodeError: if it is such a piece, and no text.
        """
        return voice is not None and self._goes_on(voice, update)

    def _goes_on(self, who: str | bytes, update: bytes) -> bool:
        """Applies an update if it is more words right after the last ones of somebody."""
        place = self._typing.get(who)
        if place is None or self._missing:
            return False
        typing, key, text = place
        if not typing.goes_on(update):
            return False
        if self._subscription is not None:  # to be told of each key would take longer than the key
            self._root.unobserve(self._subscription)
            self._subscription = None
        self._doc.apply_update(update)
        self._unread[key] = text
        return True

    def heard(self, update: bytes) -> None:
        """Applies an update that the server or another worker wrote or checked."""
        if self._goes_on(client_of(update), update):
            return
        self._sender = None
        self._look(update)
        state = self._doc.get_state()
        self._missing = [waiting for waiting in (*self._missing, update) if not reaches(state, [waiting])]
        lone = lone_text(update)
        self._note_typing(lone, lone and lone.client, bool(self._missing))

    def apply(self, update: bytes, voice: str | None) -> bytes | None:
        """Applies an update that a person sent.

        Args:
            update: a Yjs update.
            voice: the voice of the person who sent it; None for someone who has none here.

        Returns:
            The update that sets the voices right, applied to the document already, for the log and for everybody (the sender included); None when the update
            was honest, as nearly all are.

        Raises:
            Incomplete: the update needs another that never came. What it brings would come in later, with somebody else's update and as that person's words:
                the document must be dropped and made again without it.
        """
        self._sender = self._sign(voice)
        self._look(update)
        if not reaches(self._doc.get_state(), [update]):
            self._sender = None
            raise Incomplete
        faults = [(change.key, fault) for change in self._changes for fault in self._faults(change)]
        self._sender = None
        if self._structure:
            self._forget_lost_lines()
        self._note_typing(lone_text(update), voice, bool(faults))
        return self._correct(faults) if faults else None

    def _look(self, update: bytes) -> None:
        """Applies an update and notes what it did; lines that nobody read since their last words came are read before, while their texts surely exist."""
        for key, text in self._unread.items():
            self._lines[key] = self._line(text)
        self._unread.clear()
        self._changes, self._before, self._structure, self._written = [], {}, False, []
        if self._subscription is None:
            self._subscription = self._root.observe_deep(self._observe)
        self._doc.apply_update(update)

    def _note_typing(self, lone: Typing | None, who: str | bytes | None, wrong: bool) -> None:
        if lone is None or wrong:
            self._typing.clear()
        elif who is not None:
            self._typing.pop(who, None)
            if len(self._written) == 1 and self._written[0][1]:
                text = self._written[0][0]
                self._typing[who] = lone, hash(text), text

    def _faults(self, change: _Change) -> Iterator[tuple[int, int, str]]:
        yield from change.restored
        sender = self._sender or _NOBODY
        by = change.line.by
        foreign = [(start, end) for start, end in change.inserted if by[start:end] != sender * (end - start)]
        if foreign:
            known = [*(self._lines | self._before).values(), *self._gone]
            # A line that this very update made is no witness for itself.
            fresh = {id(other.line) for other in self._changes}
            yield from corrections(change.line, foreign, sender, [line for line in known if id(line) not in fresh])

    # What an update did ------------------------------------------------------------------------------------------------------------------------------

    def _observe(self, events: list[Any]) -> None:
        for event in events:
            target, delta = event.target, event.delta
            if isinstance(target, XmlText):
                self._text_changed(target, delta)
            else:
                self._children_changed(delta)

    def _children_changed(self, delta: Sequence[dict[str, Any]]) -> None:
        for step in delta:
            if "delete" in step:
                self._structure = True
            for node in step.get("insert", ()):
                for text in _texts(node):
                    key, line = hash(text), self._line(text)
                    if key in self._lines:
                        self._before.setdefault(key, self._lines[key])
                    self._lines[key] = line
                    if self._sender is not None and line.text:
                        self._changes.append(_Change(key, line, [(0, len(line.text))], []))

    def _text_changed(self, text: XmlText, delta: Sequence[dict[str, Any]]) -> None:
        key, line = hash(text), self._line(text)
        old = self._lines.get(key, _EMPTY)
        self._before.setdefault(key, old)
        self._lines[key] = line
        if self._sender is None:
            self._written.append((text, any("insert" in step for step in delta)))
            return
        plain = self._is_plain(delta)
        self._written.append((text, plain and any("insert" in step for step in delta)))
        if plain:
            return
        change = _Change(key, line, [], [])
        old_bytes, new_bytes = _Bytes(old.text), _Bytes(line.text)
        before = after = 0
        for step in delta:
            if "delete" in step:
                self._remember(old, old_bytes.place(before), old_bytes.place(before + step["delete"]))
                before += step["delete"]
            elif "insert" in step:
                length = len(step["insert"].encode()) if isinstance(step["insert"], str) else 1
                change.inserted.append((new_bytes.place(after), new_bytes.place(after + length)))
                after += length
            else:
                if "voice" in step.get("attributes", ()):
                    start, end = new_bytes.place(after), new_bytes.place(after + step["retain"])
                    change.restored += _differing(line, start, old.cut(old_bytes.place(before), old_bytes.place(before) + end - start))
                before += step["retain"]
                after += step["retain"]
        self._changes.append(change)

    def _is_plain(self, delta: Sequence[dict[str, Any]]) -> bool:
        """Tells whether there is nothing to look at: words came in under the sender's voice, or marks changed that are no voices."""
        for step in delta:
            attributes = step.get("attributes")
            if "insert" in step:
                said = attributes.get("voice") if attributes else None
                if self._signs.get(said.get("u") if isinstance(said, dict) else None) != self._sender:
                    return False
            elif "delete" in step or (attributes and "voice" in attributes):
                return False
        return True

    # Lines -------------------------------------------------------------------------------------------------------------------------------------------

    def _sign(self, voice: str | None) -> str:
        return self._signs.setdefault(voice, chr(0xE000 + len(self._signs)))

    def _line(self, text: XmlText) -> Line:
        words: list[str] = []
        signs: list[str] = []
        for chunk, formats in text.diff():
            said = formats.get("voice") if formats else None
            voice = said.get("u") if isinstance(said, dict) else None
            # An embedded object, which only a forged update could hold, is one byte long.
            piece = chunk if isinstance(chunk, str) else "\x00"
            words.append(piece)
            signs.append(self._sign(voice if isinstance(voice, str) else None) * len(piece))
        return Line("".join(words), "".join(signs))

    def _remember(self, old: Line, start: int, end: int) -> None:
        self._keep(old.cut(start - AROUND, end + AROUND))

    def _keep(self, line: Line) -> None:
        self._gone.append(line)
        self._gone_length += len(line.text)
        while self._gone_length > MEMORY:
            self._gone_length -= len(self._gone.popleft().text)

    def _forget_lost_lines(self) -> None:
        """Lines of elements that were taken away are remembered, and no longer counted as there."""
        with self._doc.transaction():
            present = {hash(text) for text in _texts(root(self._doc))}
        for key in [key for key in self._lines if key not in present]:
            self._keep(self._lines.pop(key))

    # Setting right -----------------------------------------------------------------------------------------------------------------------------------

    def _correct(self, faults: Sequence[tuple[int, tuple[int, int, str]]]) -> bytes | None:
        voices = {sign: voice for voice, sign in self._signs.items()}

        def set_right() -> None:
            texts = {hash(text): text for text in _texts(root(self._doc))}
            for key, (start, end, sign) in faults:
                if key in texts:
                    place = _Bytes(self._lines[key].text).byte
                    voice = voices[sign]
                    texts[key].format(place(start), place(end), {"voice": None if voice is None else {"u": voice}})

        return made_by(self._doc, set_right)


_EMPTY = Line("", "")


class _Bytes:
    """Places in a text, counted in characters and in bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._data = None if text.isascii() else text.encode()

    def place(self, byte: int) -> int:
        return byte if self._data is None else len(self._data[:byte].decode(errors="ignore"))

    def byte(self, place: int) -> int:
        return place if self._data is None else len(self._text[:place].encode())


def _differing(line: Line, start: int, old: Line) -> Iterator[tuple[int, int, str]]:
    """Yields the stretches of a line, from `start` on, whose voice was another in the old line."""
    for offset, sign in enumerate(old.by):
        if line.by[start + offset : start + offset + 1] not in ("", sign):
            yield start + offset, start + offset + 1, sign


def _texts(node: XmlFragment | XmlElement | XmlText) -> Iterator[XmlText]:
    waiting: list[XmlFragment | XmlElement | XmlText] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, XmlText):
            yield current
        else:
            waiting += reversed(list(_children(current)))


def _children(node: XmlFragment | XmlElement) -> Iterable[Any]:
    return node.children
