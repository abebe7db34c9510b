"""Measures CPU time per operation, two ways in turn, so that whatever else the machine does falls on both."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Operation = Callable[[], object]


@dataclass(frozen=True)
class Measured:
    """CPU microseconds per operation, one number for each repeat, in the order of the repeats."""

    name: str
    times: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def spread(self) -> tuple[float, float]:
        """The middle half of the repeats."""
        first, _, third = statistics.quantiles(self.times, n=4)
        return first, third

    def __str__(self) -> str:
        first, third = self.spread
        return f"{self.name:58} {self.median:10.1f} µs   (middle half {first:.1f} to {third:.1f}, {len(self.times)} repeats)"


def measure(operations: Mapping[str, Operation], *, repeats: int, count: int) -> list[Measured]:
    """Runs each operation `count` times in turn, `repeats` times over; the first turn of each is not counted.

    Args:
        operations: name → what is measured.
        repeats: how many turns.
        count: how many times in a turn.
    """
    times: dict[str, list[float]] = {name: [] for name in operations}
    names = list(operations)
    for turn in range(repeats + 1):
        for name in names if turn % 2 else reversed(names):  # whoever comes second finds warmer caches: each is second half the time
            operation = operations[name]
            started = time.process_time()
            for _ in range(count):
                operation()
            if turn:
                times[name].append((time.process_time() - started) / count * 1e6)
    return [Measured(name, tuple(times[name])) for name in names]


def ratios(one: Measured, other: Measured) -> Measured:
    """Returns how much more the second costs than the first, turn by turn, in percent."""
    return Measured(f"{other.name} over {one.name}", tuple((b / a - 1) * 100 for a, b in zip(one.times, other.times, strict=True)))
