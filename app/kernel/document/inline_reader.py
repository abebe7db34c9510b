"""Reads the inline markup of one paragraph into leaves; never fails, never loses a character, and takes time in proportion to the length.

The library's own inline patterns are not used: they give other trees from one version to the next (a hash must not), cannot be inverted where bold and italic
overlap, and have inputs on which they take the square of the length.

What is understood: `*italic*`, `**bold**`, `***both***` (or with `_`, at word ends), `[words](target)`, `<https://…>`, `<a@b.fr>`, `![alternative](media:id)`,
`[^note]`, a backslash before ASCII punctuation, and a line break after a backslash or two spaces. All else is text. A run of one asterisk switches italic, a run of
two switches bold, a run of three both; so each change of marks has exactly one way to be written.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from app.kernel.document.leaves import EMPHASIS, NO_MARKS, STRONG, Atom, Leaf
from app.kernel.document.targets import safe_target
from app.kernel.document.tree import FootnoteReference, Image, LineBreak, Text

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""The characters that a backslash makes literal."""

# Stands for a line break while reading: a control character, which no cleaned text contains.
_BREAK = "\x01"

_P = re.escape(PUNCTUATION)
_SPECIAL = re.compile(r"[\\\[\]<*_\x01]|!(?=\[)")
_ESCAPE = re.compile(rf"\\([{_P}])")
_NOTE = re.compile(r"\[\^([\w-]{1,40})\]")
_IN_ALT = rf"[^\[\]\\]|\\[{_P}]|\\(?![{_P}])"
_IMAGE = re.compile(rf"!\[((?:{_IN_ALT}|\[(?:{_IN_ALT})*+\])*+)\]\(media:([0-9a-z]{{1,40}})\)")
_AUTOLINK = re.compile(r"<((?:https?|mailto|tel):[^\s<>\x01]++)>", re.IGNORECASE)
_AUTOMAIL = re.compile(r"<([0-9A-Za-z][0-9A-Za-z.+_-]*+@[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)+)>")
_IN_TARGET = rf"[^\s()<>\\\x01]|\\[{_P}]"
_DESTINATION = re.compile(rf"\([ \x01]*+(?:<([^\s<>\x01]*+)>|((?:{_IN_TARGET}|\((?:{_IN_TARGET})*+\))*+))[ \x01]*+\)")

_MARK_OF_SIZE = {1: (EMPHASIS,), 2: (STRONG,), 3: (STRONG, EMPHASIS)}
_SIZE_OF_MARK = {EMPHASIS: 1, STRONG: 2}


@dataclass(slots=True)
class _Run:
    """A run of asterisks or underscores, and what became of it."""

    character: str
    length: int
    can_open: bool
    can_close: bool
    closes: list[str] = field(default_factory=list)
    opens: list[str] = field(default_factory=list)

    def literal(self) -> str:
        used = sum(_SIZE_OF_MARK[mark] for mark in (*self.closes, *self.opens))
        return self.character * (self.length - used)


@dataclass(slots=True)
class _Bracket:
    """An opening bracket that may turn out to begin a link."""


_Token = Leaf | _Run | _Bracket | list[Leaf]


def read_inlines(source: str, labels: Collection[str]) -> list[Leaf]:
    """Returns the leaves of one paragraph, heading or cell.

    Args:
        source: its Markdown, cleaned; line ends are spaces unless a break is asked for.
        labels: the footnotes that exist; a call to another one is text.
    """
    return _Reader(_with_breaks(source), labels).read()


def unescape(source: str) -> str:
    """Returns the text without the backslashes that make a character literal."""
    return _ESCAPE.sub(r"\1", source)


def _with_breaks(source: str) -> str:
    lines = source.split("\n")
    parts: list[str] = []
    for line in lines[:-1]:
        bare = line.rstrip(" ")
        if len(line) - len(bare) >= 2:
            parts += [bare, _BREAK]
        elif bare == line and (len(line) - len(line.rstrip("\\"))) % 2:
            parts += [line[:-1], _BREAK]
        else:
            parts += [bare, " "]
    return "".join([*parts, lines[-1]])


class _Reader:
    def __init__(self, source: str, labels: Collection[str]) -> None:
        self.source = source
        self.labels = labels
        self.position = 0
        self.tokens: list[_Token] = []
        # Where in the tokens each open bracket is; None for one that cannot begin a link.
        self.brackets: list[int | None] = []

    def read(self) -> list[Leaf]:
        while found := _SPECIAL.search(self.source, self.position):
            self.text(self.source[self.position : found.start()])
            self.position = found.start()
            self.special(found.group())
        self.text(self.source[self.position :])
        return _resolve(self.tokens)

    def text(self, text: str) -> None:
        if text:
            self.tokens.append(Leaf(Text(text)))

    def special(self, character: str) -> None:
        match character:
            case "\\":
                self.backslash()
            case "*" | "_":
                self.run(character)
            case "<":
                self.autolink()
            case "[":
                self.opening()
            case "]":
                self.closing()
            case "!":
                self.image()
            case _:
                self.take(1, LineBreak())

    def take(self, length: int, node: Atom) -> None:
        self.tokens.append(Leaf(node))
        self.position += length

    def literal(self, length: int) -> None:
        self.take(length, Text(self.source[self.position : self.position + length]))

    def backslash(self) -> None:
        found = _ESCAPE.match(self.source, self.position)
        if found:
            self.take(2, Text(found.group(1)))
        else:
            self.literal(1)

    def run(self, character: str) -> None:
        start = end = self.position
        while end < len(self.source) and self.source[end] == character:
            end += 1
        before = self.source[start - 1] if start else " "
        after = self.source[end] if end < len(self.source) else " "
        inside_word = character == "_"
        can_open = after not in " \x01" and not (inside_word and before.isalnum())
        can_close = before not in " \x01" and not (inside_word and after.isalnum())
        if end - start in _MARK_OF_SIZE and (can_open or can_close):
            self.tokens.append(_Run(character, end - start, can_open, can_close))
            self.position = end
        else:
            self.literal(end - start)

    def autolink(self) -> None:
        found = _AUTOLINK.match(self.source, self.position) or _AUTOMAIL.match(self.source, self.position)
        words = found.group(1) if found else ""
        target = safe_target(words if ":" in words else f"mailto:{words}")
        if found and target:
            self.tokens.append([Leaf(Text(words), NO_MARKS, target)])
            self.position = found.end()
        else:
            self.literal(1)

    def image(self) -> None:
        found = _IMAGE.match(self.source, self.position)
        if found:
            alt, media = found.groups()
            self.take(len(found.group()), Image(media, unescape(alt.replace(_BREAK, " "))))
        elif self.note_at(self.position + 1):
            self.literal(1)
        else:
            # Not an image of this site: no link either, or the words would say something else than what was typed.
            self.brackets.append(None)
            self.literal(2)

    def note_at(self, position: int) -> re.Match[str] | None:
        found = _NOTE.match(self.source, position)
        return found if found and found.group(1) in self.labels else None

    def opening(self) -> None:
        if found := self.note_at(self.position):
            self.take(len(found.group()), FootnoteReference(found.group(1)))
            return
        self.brackets.append(len(self.tokens))
        self.tokens.append(_Bracket())
        self.position += 1

    def closing(self) -> None:
        start = self.brackets.pop() if self.brackets else None
        target, end = self.destination() if start is not None else (None, 0)
        if start is None or target is None or not any(_shows_something(token) for token in self.tokens[start + 1 :]):
            self.literal(1)
            return
        words = _resolve(self.tokens[start + 1 :])
        self.tokens[start:] = [[Leaf(leaf.node, leaf.marks, target) for leaf in words]]
        self.position = end
        # A link stands in no other link: brackets that are still open are text.
        self.brackets.clear()

    def destination(self) -> tuple[str | None, int]:
        found = _DESTINATION.match(self.source, self.position + 1)
        if not found:
            return None, 0
        raw = found.group(2) if found.group(1) is None else found.group(1)
        return safe_target(unescape(raw)), found.end()


def _shows_something(token: _Token) -> bool:
    match token:
        case Leaf(node=Text(text)):
            return bool(text.strip(" "))
        case Leaf(node=LineBreak()):
            return False
        case _:
            return True


def _resolve(tokens: list[_Token]) -> list[Leaf]:
    """Pairs the runs, and returns the leaves with the marks that they stand in; what has no pair is text."""
    _pair(tokens)
    leaves: list[Leaf] = []
    open_marks: list[tuple[str, str]] = []
    marks = NO_MARKS
    for token in tokens:
        match token:
            case Leaf():
                leaves.append(Leaf(token.node, token.marks | marks, token.target))
            case _Bracket():
                leaves.append(Leaf(Text("["), marks))
            case _Run():
                for mark in token.closes:
                    open_marks.remove((token.character, mark))
                marks = frozenset(mark for _, mark in open_marks)
                if literal := token.literal():
                    leaves.append(Leaf(Text(literal), marks))
                open_marks += [(token.character, mark) for mark in token.opens]
                marks = frozenset(mark for _, mark in open_marks)
            case _:
                leaves += [Leaf(leaf.node, leaf.marks | marks, leaf.target) for leaf in token]
    return leaves


def _pair(tokens: list[_Token]) -> None:
    """Each mark of each character is open at most once; a later opening takes the place of one that nothing has closed, or that has nothing to mark."""
    waiting: dict[tuple[str, str], tuple[_Run, int]] = {}
    shown = 0
    for token in tokens:
        if not isinstance(token, _Run):
            shown += _shows_something(token)
            continue
        for mark in _MARK_OF_SIZE[token.length]:
            key = (token.character, mark)
            opener, shown_before = waiting.get(key, (None, shown))
            if opener and token.can_close and shown > shown_before:
                opener.opens.append(mark)
                token.closes.append(mark)
                del waiting[key]
            elif token.can_open:
                waiting[key] = (token, shown)
