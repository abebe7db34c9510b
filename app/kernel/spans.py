"""Spans of a shared passage: which voice says which stretch of its plain text; reads them, carries them from one text to the next, never guesses a voice."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from app.kernel.content import Span

_TOKEN = re.compile(r"\n+|[^\S\n]+|\w+[’']?|[^\w\s]")
_PARAGRAPH = re.compile(r"[^\n]+|\n+")
_SENTENCE = re.compile(r"[^.!?…\n]*[.!?…]+[»”\"')\]\u00a0\u202f]*|[^.!?…\n]+|\n+")
# Above this many tokens on both sides together, what changed is compared by paragraphs: the comparison by words is quadratic.
_LONG = 6000


@dataclass(frozen=True)
class Stretch:
    """A run of plain text and the voice that says it, or None where nobody's is known."""

    text: str
    voice: str | None


@dataclass(frozen=True)
class Sentence:
    """A sentence with its stretches, the voice that says most of it and all that wrote in it, in the order of reading."""

    stretches: tuple[Stretch, ...]
    main: str | None
    voices: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(stretch.text for stretch in self.stretches)


def merged_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Returns spans with those of one voice that touch made one, empty ones left out."""
    out: list[Span] = []
    for span in spans:
        if span.start == span.end:
            continue
        if out and out[-1].voice == span.voice and out[-1].end == span.start:
            out[-1] = Span(out[-1].start, span.end, span.voice)
        else:
            out.append(span)
    return tuple(out)


def check_spans(spans: Sequence[Span], length: int, voices: Iterable[str]) -> None:
    """Checks that spans stand in order within a text, over each other nowhere, and name known voices only.

    Raises:
        ValueError: if they do not.
    """
    known, at = frozenset(voices), 0
    for span in spans:
        if not at <= span.start < span.end <= length:
            raise ValueError(f"the span {span.start}–{span.end} is out of order or outside of the text ({length})")
        if span.voice not in known:
            raise ValueError("a span names a voice that is not of the story")
        at = span.end


def stretches(plain: str, spans: Sequence[Span]) -> tuple[Stretch, ...]:
    """Returns a plain text cut where its voice changes."""
    return tuple(_cut(plain, spans, 0, len(plain)))


def sentences(plain: str, spans: Sequence[Span]) -> tuple[tuple[Sentence, ...], ...]:
    """Returns a plain text by paragraphs of sentences, each with the voices that wrote in it."""
    paragraphs: list[list[Sentence]] = [[]]
    for found in _SENTENCE.finditer(plain):
        if found[0].startswith("\n"):
            paragraphs.append([])
        elif found[0].strip():
            paragraphs[-1].append(_sentence(tuple(_cut(plain, spans, found.start(), found.end()))))
    return tuple(tuple(paragraph) for paragraph in paragraphs if paragraph)


def _sentence(parts: tuple[Stretch, ...]) -> Sentence:
    lengths: dict[str, int] = {}
    for part in parts:
        if part.voice is not None and part.text.strip():
            lengths[part.voice] = lengths.get(part.voice, 0) + len(part.text)
    return Sentence(parts, max(lengths, key=lambda voice: lengths[voice], default=None), tuple(lengths))


def _cut(plain: str, spans: Sequence[Span], start: int, end: int) -> Iterator[Stretch]:
    at = start
    for span in spans:
        left, right = max(span.start, start), min(span.end, end)
        if left >= right:
            continue
        if at < left:
            yield Stretch(plain[at:left], None)
        yield Stretch(plain[left:right], span.voice)
        at = right
    if at < end:
        yield Stretch(plain[at:end], None)


def carry_spans(before: str, spans: Sequence[Span], after: str, voice: str | None) -> tuple[Span, ...]:
    """Returns the spans of a text that somebody made from another: what stayed keeps its voice, what is new is the writer's.

    Args:
        voice: the writer's voice; None leaves what is new to nobody.
    """
    if before == after:
        return tuple(spans)
    out: list[Span] = []
    for a, b, c, d in _runs(before, after):
        if before[a:b] == after[c:d]:
            out += [Span(part.start - a + c, part.end - a + c, part.voice) for part in _within(spans, a, b)]
        elif voice is not None:
            out += [Span(c + left, c + right, voice) for left, right in _said(after[c:d])]
    return merged_spans(out)


def _within(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    for span in spans:
        left, right = max(span.start, start), min(span.end, end)
        if left < right:
            yield Span(left, right, span.voice)


def _said(text: str) -> Iterator[tuple[int, int]]:
    """Yields where a text has words: what separates two blocks is nobody's."""
    for found in re.finditer(r"(?:(?!\n\n).)+", text, re.DOTALL):
        yield found.span()


def _runs(before: str, after: str) -> Iterator[tuple[int, int, int, int]]:
    """Yields (start, end, start, end) of the stretches that are equal or that replace each other, by words."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) + len(new) > _LONG:
        old, new = _PARAGRAPH.findall(before), _PARAGRAPH.findall(after)
    left, right = _offsets(old), _offsets(new)
    for _tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield left[a], left[b], right[c], right[d]


def _offsets(tokens: Sequence[str]) -> list[int]:
    out = [0]
    for token in tokens:
        out.append(out[-1] + len(token))
    return out
