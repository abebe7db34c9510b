"""All that `recits plugin check` looks at, in the order in which an author would mend it."""

from collections.abc import Sequence

from app.cli.author.code import problems_in_code
from app.cli.author.place import find_place
from app.cli.author.problems import Problem
from app.cli.author.running import MakeApp, problems_when_run
from app.cli.author.texts import problems_in_texts
from app.hooks.manager import Candidate


def find_problems(target: str, make_app: MakeApp, installed: Sequence[Candidate]) -> list[Problem]:
    """Returns what is wrong with a plugin, warnings included.

    Args:
        target: its name or folder.
        make_app: the factory.
        installed: the plugins of this environment.

    Raises:
        NoPlugin: if there is none.
    """
    place = find_place(target, installed)
    others = {candidate.module.rpartition(".")[0] for candidate in installed if candidate.name != place.name} - {""}
    return [*problems_in_code(place, others), *problems_when_run(place, make_app), *problems_in_texts(place)]
