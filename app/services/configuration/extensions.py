"""Extensions in configuration files: which are on, and their settings, the secret ones left out."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import PluginSetting, PluginState
from app.hooks.contracts import Owned, SettingsPage
from app.kernel.access import Actor
from app.services import plugin_settings, plugins
from app.services.asking import Failed, ask, insist
from app.services.configuration.base import Data, Faulty, mapping, texts
from app.services.form_data import as_sent, make_form
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork

# A setting of such a name, or edited in a password field, is never written to a file.
SECRET_WORDS = ("secret", "password", "passe", "token", "jeton", "key", "cle")
_PREFIX = "r-"


def export_extensions(site: Site, session: Session) -> Data:
    """Returns what the site says now."""
    on = session.scalars(select(PluginState.name).where(PluginState.enabled.is_(True)).order_by(PluginState.name))
    settings: dict[str, dict[str, Any]] = {}
    for row in session.scalars(select(PluginSetting).order_by(PluginSetting.owner, PluginSetting.page)):
        owned = site.registry.find(SettingsPage, f"{row.owner}:{row.page}")
        hidden = _secrets(session, owned) if owned is not None else frozenset()
        kept = {name: value for name, value in sorted(row.data.items()) if name not in hidden and not _sounds_secret(name)}
        settings.setdefault(row.owner, {})[row.page] = kept
    return {"enabled": list(on), "settings": settings}


def _sounds_secret(name: str) -> bool:
    return any(word in name.lower().split("_") for word in SECRET_WORDS)


def _secrets(session: Session, owned: Owned[SettingsPage]) -> frozenset[str]:
    """Returns the settings that the page's form edits in password fields; a form that cannot be made hides nothing by itself."""

    def names() -> frozenset[str]:
        kind = owned.item.form()
        fields = {name: getattr(getattr(kind, name, None), "field_class", None) for name in owned.item.defaults}
        return frozenset(
            name for name, found in fields.items() if "PasswordField" in {base.__name__ for base in getattr(found, "__mro__", ())}
        )

    return ask(session, owned, names) or frozenset()


def check_extensions(site: Site, session: Session, data: Data) -> Data:
    """Returns what a file asks for, over what the site says now.

    Raises:
        Faulty: if it cannot be.
    """
    said = mapping(data, "", frozenset({"enabled", "settings"}))
    now = export_extensions(site, session)
    enabled = sorted(texts(said["enabled"], "enabled")) if "enabled" in said else now["enabled"]
    for name in enabled:
        found = site.plugins.plugins.get(name)
        if name not in now["enabled"] and (found is None or not found.usable or found.manifest is None):
            raise Faulty("enabled", "extension_unusable", name=name)
        requires = found.manifest.requires if found is not None and found.manifest is not None else frozenset()
        if missing := sorted(requires - set(enabled)):
            raise Faulty("enabled", "extension_requires", name=name, others=", ".join(missing))
    settings = {owner: dict(pages) for owner, pages in now["settings"].items()}
    for owner, pages in mapping(said.get("settings", {}), "settings").items():
        for page, values in mapping(pages, f"settings.{owner}").items():
            where = f"settings.{owner}.{page}"
            before = settings.setdefault(owner, {}).get(page, {})
            checked = _checked_settings(site, owner, page, mapping(values, where), where)
            if owner in enabled:
                _check_by_form(site, session, owner, page, {**before, **checked}, where)
            settings[owner][page] = dict(sorted({**before, **checked}.items()))
    return {"enabled": enabled, "settings": settings}


def _checked_settings(site: Site, owner: str, page: str, values: dict[str, Any], where: str) -> dict[str, Any]:
    owned = site.registry.find(SettingsPage, f"{owner}:{page}")
    if owned is None:
        raise Faulty(where, "settings_unknown")
    for name, value in values.items():
        default = owned.item.defaults.get(name, ...)
        if default is ...:
            raise Faulty(where, "unknown_key", keys=name)
        if default is not None and type(value) is not type(default):
            raise Faulty(f"{where}.{name}", "wrong_kind")
    return values


def _check_by_form(site: Site, session: Session, owner: str, page: str, values: dict[str, Any], where: str) -> None:
    """Lets the plugin's own form judge the values, as on its page; one whose tables are not made yet is asked again once they are.

    Raises:
        Faulty: with the form's own words for the first setting that it refuses, or if a plugin that is on cannot be asked.
    """
    owned = site.registry.find(SettingsPage, f"{owner}:{page}")
    if owned is None:
        return

    def faults() -> list[tuple[str, str]]:
        form = make_form(owned.item.form(), as_sent({**owned.item.defaults, **values}, _PREFIX), _PREFIX)
        if form.validate():
            return []
        return [(field.short_name, str(field.errors[0])) for field in form if field.errors] or [("", "")]

    try:
        found = insist(session, owned, faults)
    except Failed as failed:
        if site.snapshots.within(session).is_on(owner):
            raise Faulty(where, "settings_unchecked", name=owner) from failed
        return
    for name, words in found:
        raise Faulty(f"{where}.{name}" if name else where, "setting_refused", words=words)


def enabled_anew(site: Site, state: Data) -> list[str]:
    """Returns the extensions that a state switches on, those that others require first."""
    wanted = list(state["enabled"]) if state else []
    ordered: list[str] = []

    def place(name: str) -> None:
        found = site.plugins.plugins.get(name)
        if name in ordered or found is None or found.manifest is None or not found.usable:
            return
        for other in sorted(found.manifest.requires & set(wanted)):
            if other != name:
                place(other)
        if name not in ordered:
            ordered.append(name)

    for name in wanted:
        place(name)
    return ordered


def apply_extensions(site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    """Makes the site say it; in the caller's transaction."""
    now = export_extensions(site, uow.session)
    off = [name for name in now["enabled"] if name not in data["enabled"]]
    while off:  # those that no other of them needs first
        free = [name for name in off if not plugins_needing(site, name) & set(off)] or off
        for name in free:
            plugins.set_enabled(uow, actor, site.plugins, name, False)
        off = [name for name in off if name not in free]
    for name in enabled_anew(site, data):
        if name not in now["enabled"]:
            plugins.set_enabled(uow, actor, site.plugins, name, True)
    for owner, pages in data["settings"].items():
        for page, values in pages.items():
            owned = site.registry.find(SettingsPage, f"{owner}:{page}")
            if owned is not None:
                plugin_settings.save_settings(uow, actor, owned, values)


def plugins_needing(site: Site, name: str) -> set[str]:
    """Returns the installed extensions that require another."""
    return {other.name for other in site.plugins.usable() if other.manifest is not None and name in other.manifest.requires}
