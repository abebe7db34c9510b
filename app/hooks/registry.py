"""What all plugins declared at boot, sorted once; says nothing about which of them are on."""

from dataclasses import dataclass

from app.hooks.contracts import MenuItem, Owned, Permission, PromptSource
from app.hooks.manager import PluginManager


@dataclass(frozen=True)
class Registry:
    """The declared objects of every usable plugin, each kind sorted by `(order, owner, name)`."""

    permissions: tuple[Owned, ...] = ()
    menu_items: tuple[Owned, ...] = ()
    prompt_sources: tuple[Owned, ...] = ()


def build_registry(manager: PluginManager) -> Registry:
    """Collects and sorts; the order in which plugins were found never matters."""

    def gather(hook: str, kind: type) -> tuple[Owned, ...]:
        found = [owned for plugin in manager.usable() for owned in plugin.declared.get(hook, ()) if isinstance(owned.item, kind)]
        return tuple(sorted(found, key=lambda owned: owned.sort_key))

    return Registry(
        permissions=gather("register_permissions", Permission),
        menu_items=gather("register_menu_items", MenuItem),
        prompt_sources=gather("register_prompt_sources", PromptSource),
    )
