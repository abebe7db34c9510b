"""What the machine can find of each criterion, and why; pure, no database. It proposes, an editor answers, and nothing here blocks a story."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

TRAJECTORY_MOMENTS = 3
TRAJECTORY_DAYS = 30
VOICES = 3


class Answer(StrEnum):
    """What may be answered of a criterion."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True)
class Facts:
    """A version in numbers.

    Args:
        moments: moments that are told; `placed` of them say where.
        first, last: first and last day told; None without moments.
        categories: actor categories that speak.
        disagreements, nuances: stances of that kind.
        links: links in the passages; `evidence` blocks that bring a trace or a proof.
        images: images used; `described` of them have an alternative text.
        learnings: blocks that say what was learnt.
    """

    moments: int = 0
    placed: int = 0
    first: date | None = None
    last: date | None = None
    categories: int = 0
    disagreements: int = 0
    nuances: int = 0
    links: int = 0
    evidence: int = 0
    images: int = 0
    described: int = 0
    learnings: int = 0


@dataclass(frozen=True)
class Finding:
    """What the machine proposes (None: it cannot tell) and the code of the sentence that says why."""

    answer: Answer | None
    why: str


def _graded(share: int, whole: int) -> Answer:
    return Answer.YES if share >= whole else Answer.PARTLY if share else Answer.NO


def trajectory(facts: Facts) -> Finding:
    """From where to where: three moments over a month at least; two make half a way."""
    days = (facts.last - facts.first).days if facts.first and facts.last else 0
    if facts.moments >= TRAJECTORY_MOMENTS and days >= TRAJECTORY_DAYS:
        return Finding(Answer.YES, "trajectory")
    return Finding(Answer.PARTLY if facts.moments > 1 else Answer.NO, "trajectory")


def voices(facts: Facts) -> Finding:
    """At least three categories speak."""
    return Finding(Answer.YES if facts.categories >= VOICES else Answer.PARTLY if facts.categories > 1 else Answer.NO, "voices")


def difficulty(facts: Facts) -> Finding:
    """A disagreement that a voice states is a difficulty; where there is none, only a reader can tell."""
    if facts.disagreements:
        return Finding(Answer.YES, "disagreement")
    return Finding(Answer.PARTLY, "nuance") if facts.nuances else Finding(None, "read_difficulty")


def evidence(facts: Facts) -> Finding:
    """A link or a block of evidence; an image alone is half of it."""
    if facts.links or facts.evidence:
        return Finding(Answer.YES, "evidence")
    return Finding(Answer.PARTLY if facts.images else Answer.NO, "evidence")


def place_and_date(facts: Facts) -> Finding:
    """Every moment has a date; each should say where."""
    return Finding(_graded(facts.placed, facts.moments) if facts.moments else Answer.NO, "places")


def learning(facts: Facts) -> Finding:
    """A block that says so; else only a reader can tell."""
    return Finding(Answer.YES, "learning") if facts.learnings else Finding(None, "read_learning")


def alternatives(facts: Facts) -> Finding:
    """Every image is described; without images there is nothing to describe."""
    if not facts.images:
        return Finding(Answer.YES, "no_image")
    return Finding(_graded(facts.described, facts.images), "alternatives")


MACHINES: Mapping[str, Callable[[Facts], Finding]] = {
    "trajectory": trajectory,
    "voices": voices,
    "difficulty": difficulty,
    "evidence": evidence,
    "place_and_date": place_and_date,
    "learning": learning,
    "alternatives": alternatives,
}


def find(machine: str | None, facts: Facts) -> Finding:
    """Returns what the machine finds of a criterion; nothing for one that it does not know."""
    return MACHINES[machine](facts) if machine in MACHINES else Finding(None, "read")
