"""One line of the role × route matrix: a route, what is sent to it, and what each role gets."""

import re
from dataclasses import dataclass

# What a line puts into its address ("name": "@place") and into its form; a place is one that `places` makes, other values stand as they are.
Sends = tuple[dict[str, str], dict[str, str]]

PART = re.compile(r"<(?:[^:<>]+(?:\([^)]*\))?:)?([a-z_]+)>")

ROLES = ("anon", "member", "peer", "scribe", "foreign", "nobody", "editor", "organiser", "admin")


@dataclass(frozen=True)
class Line:
    """One line of a table: `key` is its method, rule and words after `#`; `sends` what goes into its address and into its form."""

    method: str
    rule: str
    case: str
    cells: dict[str, str]
    sends: Sends

    @property
    def key(self) -> str:
        return f"{self.method} {self.rule}" + (f"#{self.case}" if self.case else "")
