"""What all plugins declared at boot, sorted once; says nothing about which of them are on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from app.hooks.contracts import Declared, Owned
from app.hooks.manager import PluginManager
from app.hooks.specs import DECLARES

D = TypeVar("D", bound=Declared)

Items = Mapping[type[Declared], tuple[Owned[Any], ...]]


@dataclass(frozen=True)
class Registry:
    """The declared objects of every usable plugin, each kind sorted by `(order, owner, name)`."""

    items: Items = field(default_factory=dict)

    def of(self, kind: type[D]) -> tuple[Owned[D], ...]:
        """Returns all objects of a kind, whether their plugins are on or off."""
        return cast("tuple[Owned[D], ...]", self.items.get(kind, ()))

    def find(self, kind: type[D], full_name: str) -> Owned[D] | None:
        """Returns the object of a kind with a full name (`<plugin>:<name>`), or None."""
        return next((owned for owned in self.of(kind) if owned.full_name == full_name), None)


def build_registry(manager: PluginManager) -> Registry:
    """Collects and sorts; the order in which plugins were found never matters."""
    return Registry(
        {
            kind: tuple(
                sorted((owned for plugin in manager.usable() for owned in plugin.declared.get(hook, ())), key=lambda owned: owned.sort_key)
            )
            for hook, kind in DECLARES.items()
        }
    )
