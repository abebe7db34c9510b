"""Extensions in words: how one stands, what it brings, what would wait while it is off; asks no extension anything but its titles."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.hooks.calls import CALLS
from app.hooks.contracts import Owned, SettingsPage
from app.hooks.manager import Plugin
from app.services.installed_code import NewCode
from app.services.plugins import Dormant, PluginStatus
from app.web.context import site

# What each hook brings, for administrators.
HOOK_WORDS = {
    "register_blueprints": _l("Pages"),
    "register_permissions": _l("Droits"),
    "register_roles": _l("Rôles proposés"),
    "register_menu_items": _l("Liens dans les menus"),
    "register_prompt_sources": _l("Questions d’écriture"),
    "register_story_formats": _l("Formes de récit"),
    "register_block_types": _l("Sortes de passages"),
    "register_tiles": _l("Encarts dans Mon espace"),
    "register_slot_items": _l("Ajouts aux pages"),
    "register_facets": _l("Filtres de la liste des récits"),
    "register_content_types": _l("Sortes de pages"),
    "register_guards": _l("Conditions avant une étape"),
    "register_subscribers": _l("Réactions à ce qui se passe"),
    "register_jobs": _l("Travaux réguliers"),
    "register_settings": _l("Pages de réglages"),
    "register_checks": _l("Vérifications de santé"),
    "on_enable": _l("À l’activation"),
    "on_disable": _l("À la désactivation"),
    "migration": _l("Mise à jour de ses tables"),
}
# What is said of a kind by its number alone: its names are for its author.
_COUNTED = {"register_menu_items", "register_slot_items", "register_subscribers", "register_guards", "register_jobs", "register_tiles"}
STAGES = {
    "import": _l("à l’installation"),
    "manifest": _l("dans sa présentation"),
    "hooks": _l("dans ce qu’elle déclare"),
    "models": _l("dans ses modèles de données"),
    "blueprints": _l("dans ses pages"),
    "static": _l("dans ses fichiers"),
    "migrations": _l("dans ses tables"),
    "templates": _l("dans ses modèles de page"),
    "translations": _l("dans ses traductions"),
}
SUSPENDED = {"hang": _l("ne répondait plus"), "exit": _l("arrêtait le serveur")}


@dataclass(frozen=True)
class Shown:
    """An extension as the pages show it: a sign and a word for its state, what is to be known, what may be done."""

    status: PluginStatus
    title: str
    description: str
    sign: str
    word: str
    notes: tuple[str, ...]
    can_enable: bool
    can_migrate: bool
    can_finish: bool


def show(status: PluginStatus, dormant: Dormant) -> Shown:
    """Returns an extension in words."""
    sign, word = _state(status)
    healthy = status.state in ("on", "off")
    return Shown(
        status=status,
        title=plain(status.title) or status.name,
        description=plain(status.description),
        sign=sign,
        word=word,
        notes=tuple(_notes(status, dormant)),
        can_enable=status.state == "off",
        can_migrate=healthy and status.switched_on and status.tables == "behind",
        can_finish=status.needs_upgrade and status.tables != "ahead",
    )


def _state(status: PluginStatus) -> tuple[str, str]:
    if status.state == "missing":
        return "!", _("code absent")
    if status.state == "failed":
        return "!", _("en défaut")
    if status.tables == "ahead":
        return "!", _("tables trop récentes")
    if status.state == "on" and status.tables == "behind":
        return "↻", _("migration à passer")
    if status.needs_upgrade:
        return "↻", _("mise à niveau à finir")
    return ("on", _("active")) if status.state == "on" else ("off", _("inactive"))


def _notes(status: PluginStatus, dormant: Dormant) -> Iterable[str]:
    """Says what an administrator should know, the worst first."""
    if status.failure is not None:
        stage = STAGES.get(status.failure.stage, status.failure.stage)
        yield _("Arrêtée %(stage)s : %(message)s", stage=stage, message=status.failure.message)
    if status.state == "missing":
        yield _("Son code n’est plus installé. Ce qu’elle possède est intact et attend.")
    if status.tables == "ahead":
        yield _("Ses tables viennent d’une version plus récente : installez cette version.")
    if status.unmet:
        yield _("Demande d’abord : %(names)s.", names=", ".join(status.unmet))
    if status.suspended:
        yield ngettext("Un appel est suspendu.", "%(num)s appels sont suspendus.", len(status.suspended))
    if status.needs_upgrade:
        yield _("Activée en %(before)s, installée en %(now)s.", before=status.enabled_version or "?", now=status.version)
    if dormant.nothing:
        return
    words = dormant_words(dormant)
    if status.switched_on and status.state != "missing":
        yield _("Si elle est désactivée, dormiront : %(words)s.", words=words)
    else:
        yield _("Dorment : %(words)s.", words=words)


def dormant_words(dormant: Dormant) -> str:
    """« 26 passages dans 5 récits, 2 pages de ses types, 14 lignes de données, 1 page de réglages »"""
    parts = []
    if dormant.passages:
        stories = ngettext("%(num)s récit", "%(num)s récits", dormant.stories)
        parts.append(ngettext("%(num)s passage dans %(stories)s", "%(num)s passages dans %(stories)s", dormant.passages, stories=stories))
    if dormant.pages:
        parts.append(ngettext("%(num)s page de ses types", "%(num)s pages de ses types", dormant.pages))
    if rows := sum(dormant.rows.values()):
        parts.append(ngettext("%(num)s ligne de données", "%(num)s lignes de données", rows))
    if dormant.settings:
        parts.append(ngettext("%(num)s page de réglages", "%(num)s pages de réglages", dormant.settings))
    return ", ".join(parts)


def new_code_words(new: NewCode) -> list[str]:
    """Returns what a restart of the workers would bring, one sentence for each kind."""
    said = []
    if new.core:
        said.append(_("Le logiciel lui-même a changé."))
    if new.changed:
        said.append(_("Code changé : %(names)s.", names=", ".join(new.changed)))
    if new.appeared:
        said.append(_("Nouvelles : %(names)s.", names=", ".join(new.appeared)))
    if new.gone:
        said.append(_("Retirées : %(names)s.", names=", ".join(new.gone)))
    return said


@dataclass(frozen=True)
class Brought:
    """One kind of things that an extension brings: what it is called, and their names, or their number."""

    title: str
    names: tuple[str, ...]
    number: int


def brought_by(plugin: Plugin) -> list[Brought]:
    """Returns what an extension brings, kind by kind, in the order of the hooks."""
    found = []
    if plugin.blueprints:
        found.append(Brought(str(HOOK_WORDS["register_blueprints"]), (f"/{plugin.name}/",), len(plugin.blueprints)))
    for hook, title in HOOK_WORDS.items():
        items = plugin.declared.get(hook, [])
        if items:
            names = () if hook in _COUNTED else tuple(name_of(owned) for owned in items)
            found.append(Brought(str(title), names, len(items)))
    return found


def settings_links(plugin: Plugin) -> list[tuple[str, str, str]]:
    """Returns (title, sentence, address) of an extension's pages of settings."""
    return [
        (
            name_of(owned),
            plain(getattr(owned.item, "description", "")),
            url_for("set_up.plugin_settings", name=plugin.name, page=owned.item.name),
        )
        for owned in plugin.declared.get("register_settings", [])
    ]


def name_of(owned: Owned[Any]) -> str:
    """Returns what a declared object is called."""
    return plain(getattr(owned.item, "title", "")) or owned.item.name


def plain(words: Any) -> str:
    """Returns an extension's words as text; a lazy one is its own code and may fail, and its page must be shown all the same."""
    try:
        return str(words)
    except Exception:  # the name stands in its place
        return ""


def hook_words(hook: str) -> str:
    """Returns what a hook is called for administrators."""
    return str(HOOK_WORDS.get(hook, hook))


def settings_entries(permits: Any) -> list[tuple[str, str, str]]:
    """Returns (title, sentence, address) of the pages of settings of every extension that is on, for who may edit them."""
    found = []
    for owned in site().registry.of(SettingsPage):
        if permits(owned):
            found.append(
                (
                    name_of(owned),
                    plain(owned.item.description),
                    url_for("set_up.plugin_settings", name=owned.owner, page=owned.item.name),
                )
            )
    return found


def faults_of(owner: str | None = None) -> list[Any]:
    """Returns what went wrong in this worker lately, of one extension or of all, each once with its number, the latest first."""
    counted: dict[tuple[str, str, str, str], list[Any]] = {}
    for fault in CALLS.faults():
        if owner is None or fault.owner == owner:
            counted.setdefault((fault.owner, fault.hook, fault.name, fault.message), []).append(fault)
    return [(found[0], len(found)) for found in counted.values()]
