"""Three-way merge of prose: by paragraph, then by word inside a paragraph that both changed; never drops what somebody wrote."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from merge3 import Merge3

_TOKEN = re.compile(r"\s+|\w+[’']?|[^\w\s]")
_BREAK = "\n\n"


@dataclass(frozen=True)
class Clash:
    """A stretch that both changed in different ways."""

    base: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class MergeResult:
    """`text` is the merge; where there are clashes it holds both stretches, one after the other."""

    text: str
    clashes: tuple[Clash, ...] = ()

    @property
    def clean(self) -> bool:
        return not self.clashes


def merge_texts(base: str, mine: str, theirs: str) -> MergeResult:
    """Merges two texts that were both made from `base`.

    Args:
        base, mine, theirs: canonical Markdown.

    Returns:
        The merged text; with clashes where the same words were changed differently.
    """
    parts: list[str] = []
    clashes: list[Clash] = []
    regions = Merge3(_blocks(base), _blocks(mine), _blocks(theirs)).merge_groups()
    for region in regions:
        if region[0] != "conflict":
            parts += region[1]
            continue
        merged, clash = _merge_blocks(*region[1:4])
        parts += merged
        clashes += clash
    return MergeResult(_BREAK.join(parts) + ("\n" if parts else ""), tuple(clashes))


def _blocks(text: str) -> list[str]:
    return [block for block in text.strip("\n").split(_BREAK) if block]


def _merge_blocks(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[Clash]]:
    """Merges blocks that both sides changed; pairs them by position when their number stayed the same."""
    if len(base) == len(mine) == len(theirs):
        parts: list[str] = []
        clashes: list[Clash] = []
        for old, left, right in zip_longest(base, mine, theirs, fillvalue=""):
            merged, clash = _merge_words(old, left, right)
            parts += merged
            clashes += clash
        return parts, clashes
    clash_of_all = Clash(_BREAK.join(base), _BREAK.join(mine), _BREAK.join(theirs))
    if not base:  # both added paragraphs at the same place: both stay, nobody's words are changed
        return [*theirs, *mine], []
    return [*theirs, *mine], [clash_of_all]


def _merge_words(base: str, mine: str, theirs: str) -> tuple[list[str], list[Clash]]:
    if theirs in (mine, base):
        return [mine], []
    if mine == base:
        return [theirs], []
    out: list[str] = []
    for region in Merge3(_TOKEN.findall(base), _TOKEN.findall(mine), _TOKEN.findall(theirs)).merge_groups():
        if region[0] == "conflict":
            return [theirs, mine], [Clash(base, mine, theirs)]
        out += region[1]
    return ["".join(out)], []
