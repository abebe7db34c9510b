"""Who may ask what, typed by hand: `tables` has one line per route and method, with one column per role.

`places` makes what the lines name, `stage` sends their requests. What the tests of the matrix use is exported here.
"""

from tests.web.matrix.line import PART, ROLES, Line
from tests.web.matrix.stage import COOKIE, PEOPLE, UNKNOWN, Stage, open_stage
from tests.web.matrix.tables import read_table

__all__ = ["COOKIE", "PART", "PEOPLE", "ROLES", "UNKNOWN", "Line", "Stage", "open_stage", "read_table"]
