"""Names of the SDK that are on their way out: whoever still uses one is warned, by file and line, and goes on working."""

import sys
import warnings
from dataclasses import dataclass
from types import FrameType


@dataclass(frozen=True)
class Use:
    """Where a deprecated name was used, and what to use instead."""

    module: str
    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"


_uses: dict[Use, None] = {}


def deprecated(name: str, since: str, instead: str) -> None:
    """Warns whoever called the function that calls this, and keeps the place for the health page and `recits plugin check`.

    Args:
        name: what is on its way out (`app.sdk.old_name`).
        since: the version of the SDK that brought the new way.
        instead: what to write.
    """
    words = f"{name} is deprecated since SDK {since}: use {instead}"
    frame = _caller(sys._getframe(2))
    module = str(frame.f_globals.get("__name__", "?"))
    _uses[Use(module, frame.f_code.co_filename, frame.f_lineno, words)] = None
    warnings.warn_explicit(words, DeprecationWarning, frame.f_code.co_filename, frame.f_lineno, module)


def uses_in(package: str) -> list[Use]:
    """Returns where a package has used deprecated names in this process, each place once."""
    return [use for use in list(_uses) if use.module == package or use.module.startswith(f"{package}.")]


def _caller(frame: FrameType) -> FrameType:
    """Steps over the import machinery, which stands between a module and the names that it imports."""
    while frame.f_back is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame
