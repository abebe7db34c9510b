"""Who says which words: spans over a text's plain text, and the rule by which the server decides whether a browser may say that words are another's.

The rule. What people type is theirs. A browser may put words down under another's voice only where it puts down *that voice's own words*: it split a
paragraph, joined two, moved, copied or took back a deletion. So the words must be found among those that the voice has left in this passage:

1. with up to three neighbours of that voice on each side (more on one side where the other has none), seven characters in all;
2. or alone, when they are twelve characters or more (a quotation);
3. or as a whole line that stood like that, voice by voice, at the start or the end of another line (a split, a change of block);
4. or inside what was a whole line, when they are four characters or more (a join);
5. or, when that voice has fewer than seven characters there, in exactly this place between the same neighbours (a deletion taken back).

Whatever does not fit is the sender's: in doubt, words belong to the person who put them there. So nobody can compose a sentence of another's letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from app.kernel.content import Span
from app.kernel.document.characters import clean
from app.kernel.document.plain import plain_text
from app.kernel.document.tree import MEDIA_ID, Document
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.nodes import EditorDocument, Element, Node, Words, textblocks
from app.kernel.editor.to_tree import note_label

QUOTATION = 12
IN_PLACE = 7
JOINED = 4
NEIGHBOURS = 3

# Spans -----------------------------------------------------------------------------------------------------------------------------------------------


def spans_of(document: EditorDocument, tree: Document) -> tuple[Span, ...]:
    """Returns who says what in a tree, over its `plain_text`, from the voices in the editor document.

    Neighbouring stretches of one voice are one span; what separates blocks, cells and lines belongs to nobody.

    Args:
        document: what counts of it (module `accepted`).
        tree: `to_tree(document)`.
    """
    said, gaps = _said(document, tree)
    voices: list[str | None] = []
    place = 0
    for character in plain_text(tree):
        if not character.isspace():
            voices.append(said[place] if place < len(said) else None)
            place += len(unicodedata.normalize("NFD", character))
        else:
            voices.append(None if character in "\n\t" else gaps.get(place))
    return _spans(voices)


def from_tree_with_voices(tree: Document, spans: Iterable[Span]) -> EditorDocument:
    """Returns the editor document of a tree in normal form in which each stretch bears the voice that its span says."""
    plain = plain_text(tree)
    voices: list[str | None] = [None] * len(plain)
    for span in spans:
        voices[span.start : span.end] = [span.voice] * (min(span.end, len(plain)) - span.start)
    telling = _Telling(plain, voices)
    return EditorDocument(tuple(told for node in from_tree(tree).children for told in telling.node(node)))


def canonical_spans(tree: Document, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Returns spans in the form that `spans_of` gives, so that equal attributions are equal."""
    return spans_of(from_tree_with_voices(tree, spans), tree)


def _spans(voices: Sequence[str | None]) -> tuple[Span, ...]:
    spans: list[Span] = []
    place = 0
    for voice, group in groupby(voices):
        end = place + len(list(group))
        if voice is not None:
            spans.append(Span(place, end, voice))
        place = end
    return tuple(spans)


def _said(document: EditorDocument, tree: Document) -> tuple[list[str | None], dict[int, str | None]]:
    """Returns the voice of each character that is no space, in the order of `plain_text`, and that of the space before it.

    Normal form takes spaces away and composes characters; counted without spaces and decomposed, it keeps them all.
    """
    labels = frozenset(note.label for note in tree.footnotes)
    notes: list[tuple[str, list[Node]]] = []
    order = _apart(document.children, notes)
    for label in (note.label for note in tree.footnotes):
        order += [node for name, nodes in notes if name == label for node in nodes]
    said: list[str | None] = []
    gaps: dict[int, str | None] = {}
    for block in textblocks(order):
        start = len(said)
        for node, _marks in block.row:
            voice = node.marks.voice if isinstance(node, Words) else None
            for character in unicodedata.normalize("NFD", clean(_text_of(node, labels))):
                if not character.isspace():
                    said.append(voice)
                elif len(said) > start:
                    gaps.setdefault(len(said), voice)
    return said, gaps


def _apart(nodes: Iterable[Node], notes: list[tuple[str, list[Node]]]) -> list[Node]:
    """Returns the nodes without the footnotes among them, which go to `notes`, as `to_tree` reads them."""
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, Words):
            kept.append(node)
        elif node.tag == "footnote" and (label := note_label(node.get("label"))):
            own: list[Node] = []
            notes.append((label, own))
            own += _apart(node.children, notes)
            # Words on both sides of a footnote are not one row.
            kept.append(Element("footnote"))
        else:
            kept.append(replace(node, children=tuple(_apart(node.children, notes))))
    return kept


def _text_of(node: Node, labels: frozenset[str]) -> str:
    if isinstance(node, Words):
        return node.text
    if node.tag == "footnote_call":
        label = note_label(node.get("label"))
        return "" if label in labels else f"[^{label or node.get('label')}]"
    if node.tag == "image":
        return "" if MEDIA_ID.fullmatch(node.get("media")) else node.get("alt")
    return " "


class _Telling:
    """Gives the words of a document made by `from_tree` their voices, walking along its plain text."""

    def __init__(self, plain: str, voices: Sequence[str | None]) -> None:
        self.plain = plain
        self.voices = voices
        self.place = 0

    def node(self, node: Node) -> Iterator[Node]:
        if isinstance(node, Words):
            told = [(self.voice(character), character) for character in node.text]
            for voice, group in groupby(told, key=lambda pair: pair[0]):
                yield Words("".join(character for _voice, character in group), replace(node.marks, voice=voice))
        else:
            yield replace(node, children=tuple(told for child in node.children for told in self.node(child)))

    def voice(self, character: str) -> str | None:
        if not character.isspace():
            while self.place < len(self.plain) and self.plain[self.place].isspace():
                self.place += 1
        elif self.plain[self.place : self.place + 1] != character:
            return None
        voice = self.voices[self.place] if self.place < len(self.voices) else None
        self.place += 1
        return voice


# The rule of honest attribution ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """Words that follow each other, and one sign per character for the voice that says it; `starts` and `ends` tell whether it is cut out of a longer one."""

    text: str
    by: str
    starts: bool = True
    ends: bool = True

    def cut(self, start: int, end: int) -> Line:
        """Returns the part of the line between two places."""
        start, end = max(start, 0), min(end, len(self.text))
        return Line(self.text[start:end], self.by[start:end], self.starts and start == 0, self.ends and end == len(self.text))

    def holds(self, text: str, by: str, *, at_start: bool = False, at_end: bool = False) -> bool:
        """Tells whether these words of these voices stand in the line (at its very start, at its very end)."""
        if at_start and not self.starts:
            return False
        place = self.text.find(text)
        while place >= 0 and not (at_start and place > 0):
            end = place + len(text)
            if self.by[place:end] == by and (not at_end or (self.ends and end == len(self.text))):
                return True
            place = self.text.find(text, place + 1)
        return False


def corrections(line: Line, inserted: Iterable[tuple[int, int]], sender: str, known: Sequence[Line]) -> list[tuple[int, int, str]]:
    """Applies the rule to what an update put into a line.

    Args:
        line: as it is after the update.
        inserted: where in it the update put words, as (start, end).
        sender: the sign of the sender's voice.
        known: the lines as they were before the update, and those that were taken away earlier.

    Returns:
        (start, end, sign) of the stretches that belong to another voice than they say.
    """
    found: list[tuple[int, int, str]] = []
    for start, end in inserted:
        if start == 0 and end == len(line.text) and any(_is_part(line, old) for old in known):
            continue
        piece = line.cut(start, end)
        joined = any(old.starts and old.ends and old.text == piece.text and old.by == piece.by for old in known)
        for first, last in _stretches(line.by, start, end):
            if line.by[first] == sender or (joined and last - first >= JOINED) or _is_own(line, first, last, known):
                continue
            found.append((first, last, sender))
    return found


def _is_part(line: Line, old: Line) -> bool:
    """Tells whether a line stood like that at one end of another; a long one may have stood anywhere in it."""
    if len(line.text) >= QUOTATION:
        return old.holds(line.text, line.by)
    return old.holds(line.text, line.by, at_start=True) or old.holds(line.text, line.by, at_end=True)


def _stretches(by: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    place = start
    for _voice, group in groupby(by[start:end]):
        length = len(list(group))
        yield place, place + length
        place += length


def _is_own(line: Line, start: int, end: int, known: Sequence[Line]) -> bool:
    """Tells whether the words at a place are known to be those of the voice that they bear."""
    voice = line.by[start]
    if end - start >= QUOTATION and _is_known(line.text[start:end], voice, known):
        return True
    first, last = _window(line, start, end)
    if last - first >= IN_PLACE:
        return _is_known(line.text[first:last], voice, known)
    left, right = max(first - NEIGHBOURS, 0), min(last + NEIGHBOURS, len(line.text))
    text, by, ends = line.text[left:right], line.by[left:right], right == len(line.text)
    return any(old.holds(text, by, at_start=left == 0, at_end=ends) for old in known)


def _window(line: Line, start: int, end: int) -> tuple[int, int]:
    """Returns the place with its neighbours of the same voice: three on each side, more on one side where the other has fewer."""
    voice = line.by[start]
    most_left = start
    while most_left > 0 and start - most_left < IN_PLACE and line.by[most_left - 1] == voice:
        most_left -= 1
    most_right = end
    while most_right < len(line.by) and most_right - end < IN_PLACE and line.by[most_right] == voice:
        most_right += 1
    left, right = max(most_left, start - NEIGHBOURS), min(most_right, end + NEIGHBOURS)
    left = max(most_left, min(left, right - IN_PLACE))
    right = min(most_right, max(right, left + IN_PLACE))
    return left, right


def _is_known(text: str, voice: str, known: Iterable[Line]) -> bool:
    by = voice * len(text)
    return any(old.holds(text, by) for old in known)
