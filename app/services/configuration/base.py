"""What a section of the configuration is, what may be wrong with one, and how two states of it are compared."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.access import Actor
from app.services.access import require
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork

Data = Any
"""What a file says: mappings, lists, texts, whole numbers, booleans."""


@dataclass(frozen=True)
class ConfigFault:
    """What is wrong with a file: where in it, a code (`services/configuration/words.py` says it in words) and what the words need."""

    section: str
    where: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Faulty(Exception):
    """A section cannot be used as it is."""

    def __init__(self, where: str, code: str, **facts: object) -> None:
        super().__init__(f"{where}: {code}")
        self.where, self.code, self.facts = where, code, facts


@dataclass(frozen=True)
class Section:
    """A part of the configuration, in a file of its own.

    Args:
        name: the file's name, without its ending.
        permission: who may import it.
        export: returns the present state, in a stable order.
        check: returns the state that a file asks for, with all that it does not say left as it is; raises `Faulty`. Changes nothing.
        apply: brings the site to such a state, inside one unit of work.
    """

    name: str
    permission: str
    export: Callable[[Site, Session], Data]
    check: Callable[[Site, Session, Data], Data]
    apply: Callable[[Site, UnitOfWork, Actor | None, Data], None]


@dataclass(frozen=True)
class Change:
    """One difference between the site and a file: where, what is there now and what would be; None where there is nothing."""

    section: str
    where: str
    before: str | None
    after: str | None


def compare(section: str, before: Data, after: Data) -> list[Change]:
    """Returns every difference between two states, leaf by leaf."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        Change(section, where, old.get(where), new.get(where))
        for where in [*new, *(old.keys() - new.keys())]
        if old.get(where) != new.get(where)
    ]


def _leaves(data: Data, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _leaves(value, f"{where}.{name}" if where else str(name))
    elif isinstance(data, list) and any(isinstance(entry, Mapping | list) for entry in data):
        for number, value in enumerate(data, 1):
            yield from _leaves(value, f"{where}[{number}]")
    elif isinstance(data, list):
        yield where, ", ".join(map(str, data))
    elif data is not None:
        yield where, str(data)


def may(actor: Actor | None, permission: str) -> None:
    """Raises NotAllowed unless the actor has the permission; None is the command line, where whoever runs it owns the site."""
    if actor is not None:
        require(actor, permission)


# — what files may say —


def mapping(data: Data, where: str, known: frozenset[str] | None = None) -> dict[str, Data]:
    """Returns a mapping whose keys are texts, and all known if `known` is given.

    Raises:
        Faulty: if it is none, or has another key.
    """
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise Faulty(where, "not_mapping")
    if known is not None and (strange := sorted(set(data) - known)):
        raise Faulty(where, "unknown_key", keys=", ".join(strange))
    return data


def listing(data: Data, where: str) -> list[Data]:
    """Returns a list, or raises Faulty."""
    if not isinstance(data, list):
        raise Faulty(where, "not_list")
    return data


def text(data: Data, where: str) -> str:
    """Returns a text, or raises Faulty."""
    if not isinstance(data, str):
        raise Faulty(where, "not_text")
    return data


def texts(data: Data, where: str) -> list[str]:
    """Returns a list of texts without a double, or raises Faulty."""
    found = [text(entry, f"{where}[{number}]") for number, entry in enumerate(listing(data, where), 1)]
    if len(set(found)) != len(found):
        raise Faulty(where, "twice")
    return found
