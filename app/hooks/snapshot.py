"""Which plugins are on, frozen for the whole life of one request, job or command."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.hooks.contracts import Owned
from app.hooks.registry import Registry


@dataclass(frozen=True)
class Snapshot:
    """The enabled set of one generation, and what of the registry it lets through."""

    generation: int
    enabled: frozenset[str]
    registry: Registry = field(default_factory=Registry)

    def is_on(self, owner: str) -> bool:
        """Tells whether a plugin is enabled."""
        return owner in self.enabled

    @property
    def permissions(self) -> tuple[Owned, ...]:
        return self._on(self.registry.permissions)

    @property
    def menu_items(self) -> tuple[Owned, ...]:
        return self._on(self.registry.menu_items)

    @property
    def prompt_sources(self) -> tuple[Owned, ...]:
        return self._on(self.registry.prompt_sources)

    def _on(self, owned: Iterable[Owned]) -> tuple[Owned, ...]:
        return tuple(entry for entry in owned if entry.owner in self.enabled)
