"""What each form of story needs before it is proposed; pure, no database.

A condition is minimal: it asks for what makes the form, never for quality. Words are counted by voice, and a voice is an opaque id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

RECIT_CROISE, PORTRAIT, CHRONIQUE, CARNET_DE_BORD = "recit-croise", "portrait", "chronique", "carnet-de-bord"

# Forms in which several categories are expected at each moment, so that one that is absent is missing; in the others one voice is enough by nature.
CROSSING_FORMATS = frozenset({RECIT_CROISE, CHRONIQUE})

MOMENTS_OVER_TIME = 3
PORTRAIT_PASSAGES = 2


class Need(StrEnum):
    """What a form may need."""

    TWO_VOICES_ON_A_MOMENT = "two_voices_on_a_moment"
    ONE_MAIN_VOICE = "one_main_voice"
    TWO_PASSAGES_OF_IT = "two_passages_of_it"
    THREE_MOMENTS = "three_moments"
    IN_ORDER = "in_order"
    ONE_VOICE_ALONE = "one_voice_alone"


NEEDS: Mapping[str, tuple[Need, ...]] = {
    RECIT_CROISE: (Need.TWO_VOICES_ON_A_MOMENT,),
    PORTRAIT: (Need.ONE_MAIN_VOICE, Need.TWO_PASSAGES_OF_IT),
    CHRONIQUE: (Need.THREE_MOMENTS, Need.IN_ORDER),
    CARNET_DE_BORD: (Need.ONE_VOICE_ALONE, Need.THREE_MOMENTS, Need.IN_ORDER),
}


@dataclass(frozen=True)
class Said:
    """How many words a voice says of a moment; `voice` None is shared text, `moment` None the story as a whole."""

    voice: str | None
    moment: str | None
    words: int


@dataclass(frozen=True)
class Dated:
    """A moment in the story's order, with its first and last day."""

    moment: str
    start: date
    end: date


@dataclass(frozen=True)
class Condition:
    """A need of the form, and whether the story meets it; `moment` is the first one out of order, where that is what is wrong."""

    need: Need
    met: bool
    moment: str | None = None


def conditions(format_name: str, said: Sequence[Said], moments: Sequence[Dated]) -> list[Condition]:
    """Returns the needs of a form, each met or not; none for a form that this chantier does not know.

    Args:
        said: every passage, those without words included.
        moments: the moments of the story, in its order.
    """
    spoken = [entry for entry in said if entry.words]
    told = [dated for dated in moments if any(entry.moment == dated.moment for entry in spoken)]
    return [_condition(need, spoken, told) for need in NEEDS.get(format_name, ())]


def main_voice(said: Sequence[Said]) -> str | None:
    """Returns the voice that says more than half of all words, or None."""
    total = sum(entry.words for entry in said)
    words: dict[str, int] = {}
    for entry in said:
        if entry.voice is not None:
            words[entry.voice] = words.get(entry.voice, 0) + entry.words
    return next((voice for voice, number in words.items() if number * 2 > total), None)


def out_of_order(moments: Sequence[Dated]) -> str | None:
    """Returns the first moment that begins before the one that stands above it, or None."""
    return next((after.moment for before, after in pairwise(moments) if after.start < before.start), None)


def _condition(need: Need, spoken: Sequence[Said], told: Sequence[Dated]) -> Condition:
    voices = {entry.voice for entry in spoken if entry.voice is not None}
    if need is Need.TWO_VOICES_ON_A_MOMENT:
        by_moment = [{entry.voice for entry in spoken if entry.moment == dated.moment and entry.voice} for dated in told]
        return Condition(need, any(len(crossing) > 1 for crossing in by_moment))
    if need is Need.ONE_MAIN_VOICE:
        return Condition(need, main_voice(spoken) is not None)
    if need is Need.TWO_PASSAGES_OF_IT:
        main = main_voice(spoken)
        return Condition(need, sum(entry.voice == main for entry in spoken if entry.voice) >= PORTRAIT_PASSAGES)
    if need is Need.ONE_VOICE_ALONE:
        return Condition(need, len(voices) == 1)
    if need is Need.THREE_MOMENTS:
        return Condition(need, len(told) >= MOMENTS_OVER_TIME)
    wrong = out_of_order(told)
    return Condition(need, wrong is None, wrong)
