"""The tables of the matrix, one file per subject; each has its lines (`TABLE`) and what they send (`SENDS`).

Cells: a status; `in` = sent to the sign-in page (302 or 303); `401` = the sign-in form, which carries what was written.
The words after `#` tell apart several lines of one route. A key of `SENDS` is a line's, or `*` and a route for all its other lines.
"""

from dataclasses import replace

from tests.web.matrix.line import ROLES, Line, Sends
from tests.web.matrix.tables import (
    account,
    communication,
    contents,
    desk,
    participants,
    passages,
    reading,
    review,
    rights,
    site,
)

SUBJECTS = (reading, account, desk, passages, review, participants, rights, contents, site, communication)


def read_table() -> list[Line]:
    """Returns the lines of every subject."""
    return [replace(line, sends=_sends(line, subject.SENDS)) for subject in SUBJECTS for line in _lines(subject.TABLE)]


def _lines(table: str) -> list[Line]:
    lines = []
    for row in table.splitlines():
        if not row.strip() or row.startswith("#"):
            continue
        method, rule, *cells = row.split()
        assert len(cells) == len(ROLES), row
        rule, _hash, case = rule.partition("#")
        lines.append(Line(method, rule, case, dict(zip(ROLES, cells, strict=True)), ({}, {})))
    return lines


def _sends(line: Line, sends: dict[str, Sends]) -> Sends:
    return sends.get(line.key) or sends.get(f"*{line.rule}", line.sends)
