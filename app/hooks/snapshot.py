"""Which plugins are on, frozen for the whole life of one request, job or command."""

from dataclasses import dataclass, field
from typing import TypeVar, cast

from app.hooks.contracts import Declared, Owned
from app.hooks.registry import Items, Registry
from app.hooks.specs import HOOK_OF

D = TypeVar("D", bound=Declared)


@dataclass(frozen=True)
class Snapshot:
    """The enabled set of one generation, and what of the registry it lets through.

    Args:
        generation: the number that every change of the enabled set increments.
        enabled: names of the plugins that are on and usable.
        registry: what all plugins declared.
        suspended: `<hook> <plugin>:<name>` of what hung or ended a worker, and is asked no more until somebody resumes it.
        items: the registry's objects whose plugins are on, suspended ones left out; made by `freeze`.
    """

    generation: int
    enabled: frozenset[str]
    registry: Registry = field(default_factory=Registry)
    suspended: frozenset[str] = frozenset()
    items: Items = field(default_factory=dict)

    def is_on(self, owner: str) -> bool:
        """Tells whether a plugin is enabled."""
        return owner in self.enabled

    def of(self, kind: type[D]) -> tuple[Owned[D], ...]:
        """Returns the objects of a kind that may be asked now, sorted by `(order, owner, name)`."""
        return cast("tuple[Owned[D], ...]", self.items.get(kind, ()))

    def find(self, kind: type[D], full_name: str) -> Owned[D] | None:
        """Returns the object of a kind with a full name (`<plugin>:<name>`) if its plugin is on, or None."""
        return next((owned for owned in self.of(kind) if owned.full_name == full_name), None)

    def suspended_of(self, kind: type[D]) -> tuple[Owned[D], ...]:
        """Returns the objects of a kind whose plugins are on, but which are suspended: what fails closed refuses in their name."""
        return tuple(owned for owned in self.registry.of(kind) if owned.owner in self.enabled and call_name(kind, owned) in self.suspended)


def call_name(kind: type[Declared], owned: Owned[Declared]) -> str:
    """Returns how a suspension names an object: its hook and its full name."""
    return f"{HOOK_OF[kind]} {owned.full_name}"


def freeze(generation: int, enabled: frozenset[str], registry: Registry, suspended: frozenset[str] = frozenset()) -> Snapshot:
    """Returns the snapshot of a generation; what may be asked is worked out here, once, and not at every request."""
    items = {
        kind: tuple(owned for owned in found if owned.owner in enabled and call_name(kind, owned) not in suspended)
        for kind, found in registry.items.items()
    }
    return Snapshot(generation, enabled, registry, suspended, items)
