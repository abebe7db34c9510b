"""What is wrong with a plugin, and where: one line for each thing that its author has to change."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """Something to change.

    Args:
        file: where, as the author would open it.
        line: its line, 0 for the file as a whole.
        words: what is wrong and what to do.
        warning: whether the plugin works all the same.
    """

    file: Path | str
    line: int
    words: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {'warning: ' if self.warning else ''}{self.words}"
