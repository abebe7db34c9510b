"""The sections of the configuration, in the order in which they are imported; a further one is a few functions and a line in SECTIONS."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import MenuEntry, Page, PageAddress, PluginSetting, PluginState, Theme
from app.db.themes import living_themes
from app.hooks.contracts import Owned, SettingsPage
from app.kernel.access import PLUGIN_MANAGE, PROGRAMME_MANAGE, ROLE_MANAGE, SITE_CONFIGURE, Actor
from app.kernel.errors import Invalid
from app.kernel.publishing import PublishingRules
from app.kernel.slug import slugify
from app.services import identity, menus, plugin_settings, plugins, publishing, themes
from app.services.asking import Failed, ask, insist
from app.services.checks import SHORT_TEXT, checked
from app.services.configuration.base import Data, Faulty, Section, listing, mapping, text, texts
from app.services.configuration.files import CONTENT, MOST_PICTURE, suffix_of
from app.services.configuration.roles import apply_roles, check_roles, export_roles
from app.services.form_data import as_sent, make_form
from app.services.media import ALT, CleanImage, find_stored, image_folder
from app.services.pages import touch_navigation
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork

# A setting of such a name, or edited in a password field, is never written to a file.
SECRET_WORDS = ("secret", "password", "passe", "token", "jeton", "key", "cle")

# — identity: texts and colours, and the picture as a file beside them —

_LOGO = "logo"
_IDENTITY = ("title", "tagline", "contact_email", "contact_details", "publisher", "director", "host", "licence")


def _export_identity(site: Site, session: Session) -> Data:
    found = identity.read_identity(session)
    texts_ = {name: getattr(found, name) for name in _IDENTITY}
    return {**texts_, "colours": {scheme: dict(own) for scheme, own in found.colours.items()}, _LOGO: _logo_data(site, found.logo)}


def _logo_data(site: Site, logo: identity.Logo | None) -> Data:
    if logo is None:
        return None
    return {"file": next(iter(_picture(site, logo)), ""), "alt": logo.alt, "sha256": logo.hash}


def _name(content_hash: str, picture: bytes) -> str:
    return f"{_LOGO}-{content_hash[:12]}{suffix_of(picture)}"


def pictures_of(site: Site, session: Session) -> dict[str, bytes]:
    """Returns file name → bytes of the pictures that the identity names."""
    return _picture(site, identity.read_identity(session).logo)


def _picture(site: Site, logo: identity.Logo | None) -> dict[str, bytes]:
    """Returns the stored file of the site's picture by its name, or its largest rendition that is light enough to travel."""
    if logo is None:
        return {}
    folder = image_folder(site.settings.media_folder, logo.hash)
    files = [folder / "master", *(folder / f"{width}.webp" for width in sorted(logo.widths, reverse=True))]
    light = next((file.read_bytes() for file in files if file.is_file() and file.stat().st_size <= MOST_PICTURE), None)
    return {_name(logo.hash, light): light} if light is not None else {}


def _check_identity(site: Site, session: Session, data: Data) -> Data:
    said = mapping(data, "", frozenset({*_IDENTITY, "colours", _LOGO}))
    now = _export_identity(site, session)
    details = {name: text(said[name], name) if name in said else now[name] for name in _IDENTITY}
    colours = said.get("colours", now["colours"])
    palette = {
        scheme: {token: text(colour, f"colours.{scheme}.{token}") for token, colour in mapping(own, f"colours.{scheme}").items()}
        for scheme, own in mapping(colours, "colours", frozenset({"light", "dark"})).items()
    }
    logo = _checked_logo(said[_LOGO], now[_LOGO]) if _LOGO in said else now[_LOGO]
    return {**identity.checked_details(details), "colours": identity.checked_colours(palette), _LOGO: logo}


def _checked_logo(data: Data, now: Data) -> Data:
    """Returns which picture a file asks for. One that the site has already stays, whether it is told by its hash or by its file, cleaned as every image is."""
    if data is None:
        return None
    said = mapping(data, _LOGO, frozenset({"file", "alt", "sha256", CONTENT}))
    alt = checked(f"{_LOGO}.alt", text(said.get("alt", ""), f"{_LOGO}.alt"), ALT, required=True)
    present = now["sha256"] if now is not None else None
    picture: CleanImage | Invalid | None = said.get(CONTENT)
    if present is not None and (said.get("sha256") == present or (isinstance(picture, CleanImage) and picture.hash == present)):
        return {**now, "alt": alt}
    if picture is None:
        raise Faulty(f"{_LOGO}.file", "picture_missing", file=text(said.get("file", ""), f"{_LOGO}.file"))
    if isinstance(picture, Invalid):
        raise Faulty(f"{_LOGO}.file", "picture_unusable")
    return {"file": _name(picture.hash, picture.master), "alt": alt, "sha256": picture.hash}


def _apply_identity(site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    identity.save_details(uow, actor, {name: data[name] for name in _IDENTITY})
    identity.set_colours(uow, actor, data["colours"])
    present, wanted = identity.read_identity(uow.session).logo, data[_LOGO]
    if wanted is None and present is not None:
        identity.remove_logo(uow, actor)
    elif wanted is not None and _logo_data(site, present) != wanted:
        identity.set_logo(uow, actor, find_stored(site.settings.media_folder, wanted["sha256"]), wanted["alt"])


# — rules of publication —


def _export_publishing(_site: Site, session: Session) -> Data:
    return asdict(publishing.read_rules(session))


def _check_publishing(site: Site, session: Session, data: Data) -> Data:
    said = mapping(data, "", frozenset(asdict(PublishingRules())))
    return asdict(publishing.checked_rules({**_export_publishing(site, session), **said}))


def _apply_publishing(_site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    publishing.save_rules(uow, actor, data)


# — extensions: which are on, and their settings —


def _export_extensions(site: Site, session: Session) -> Data:
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


def _check_extensions(site: Site, session: Session, data: Data) -> Data:
    said = mapping(data, "", frozenset({"enabled", "settings"}))
    now = _export_extensions(site, session)
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


_PREFIX = "r-"


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


def _apply_extensions(site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    now = _export_extensions(site, uow.session)
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


# — menus: whole or not at all —


def _export_menus(_site: Site, session: Session) -> Data:
    paths = {row.id: row.path for row in session.execute(select(Page.id, Page.path))}
    found: dict[str, list[Any]] = {menu: [] for menu in menus.MENUS}
    for entry in menus.list_entries(session):
        found[entry.menu].append(_line(entry, paths))
    return found


def _line(entry: MenuEntry, paths: dict[str, str]) -> dict[str, Any]:
    target = paths.get(entry.target, entry.target) if entry.kind == menus.PAGE else entry.target
    return {entry.kind: target, **({"titles": dict(sorted(entry.titles.items()))} if entry.titles else {})}


def _check_menus(site: Site, session: Session, data: Data) -> Data:
    said = mapping(data, "", frozenset(menus.MENUS))
    now = _export_menus(site, session)
    known = {row.path: row.page_id for row in session.execute(select(PageAddress.path, PageAddress.page_id))}
    for menu, lines in said.items():
        now[menu] = [_checked_line(line, f"{menu}[{number}]", known) for number, line in enumerate(listing(lines, menu), 1)]
    return now


def _checked_line(data: Data, where: str, known: dict[str, str]) -> dict[str, Any]:
    line = mapping(data, where, frozenset({menus.PAGE, menus.PLACE, menus.URL, "titles"}))
    kinds = [kind for kind in (menus.PAGE, menus.PLACE, menus.URL) if kind in line]
    if len(kinds) != 1:
        raise Faulty(where, "one_target")
    target = text(line[kinds[0]], f"{where}.{kinds[0]}")
    if kinds[0] == menus.PAGE and target not in known:
        raise Faulty(where, "page_unknown", path=target)
    if kinds[0] == menus.PLACE and target not in menus.PLACES:
        raise Faulty(where, "place_unknown", place=target)
    titles = {lang: text(title, f"{where}.titles.{lang}") for lang, title in mapping(line.get("titles", {}), f"{where}.titles").items()}
    return {kinds[0]: target, **({"titles": dict(sorted(titles.items()))} if titles else {})}


def _apply_menus(site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    now = _export_menus(site, uow.session)
    known = {row.path: row.page_id for row in uow.session.execute(select(PageAddress.path, PageAddress.page_id))}
    for menu, lines in data.items():
        if lines == now[menu]:
            continue
        for entry in menus.list_entries(uow.session, menu):
            uow.session.delete(entry)
        uow.session.flush()
        for line in lines:
            kind = next(kind for kind in (menus.PAGE, menus.PLACE, menus.URL) if kind in line)
            target = known[line[kind]] if kind == menus.PAGE else line[kind]
            menus.add_entry(uow, actor, menu, kind, target, line.get("titles", {}))
    touch_navigation(uow)


# — themes: added, named and ordered; none is taken away —


def _export_themes(_site: Site, session: Session) -> Data:
    return [{"key": theme.key, "name": theme.name} for theme in living_themes(session)]


def _check_themes(site: Site, session: Session, data: Data) -> Data:
    said: dict[str, str] = {}
    for number, entry in enumerate(listing(data, ""), 1):
        line = mapping(entry, f"[{number}]", frozenset({"key", "name"}))
        key, name = text(line.get("key"), f"[{number}].key"), text(line.get("name"), f"[{number}].name").strip()
        if not name or len(name) > SHORT_TEXT or slugify(key) != key or len(key) > themes.KEY:
            raise Faulty(f"[{number}]", "theme_key")
        if key in said:
            raise Faulty(f"[{number}]", "twice")
        said[key] = name
    kept = [theme for theme in _export_themes(site, session) if theme["key"] not in said]
    wanted = [*({"key": key, "name": name} for key, name in said.items()), *kept]
    if len({theme["name"].casefold() for theme in wanted}) != len(wanted):
        raise Faulty("", "twice")
    gone = set(session.scalars(select(Theme.key).where(Theme.merged_into_id.is_not(None))))
    if merged := sorted(gone & set(said)):
        raise Faulty(merged[0], "theme_merged")
    return wanted


def _apply_themes(_site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    rows = {row.key: row for row in uow.session.scalars(select(Theme).where(Theme.merged_into_id.is_(None)))}
    # Names may be exchanged between two themes: each leaves its own before any takes another's.
    names = {theme["key"]: theme["name"] for theme in data}
    for key, name in names.items():
        row = rows.get(key)
        if row is not None and row.name != name and row.deleted_at is None:
            row.name = f"{key} …"
    uow.session.flush()
    for position, (key, name) in enumerate(names.items(), 1):
        row = rows.get(key)
        if row is None:
            row = themes.add_theme(uow, actor, name, key)
        elif row.deleted_at is not None:
            row.name = name
            themes.restore_theme(uow, actor, row.id)
        elif row.name != name:
            themes.rename_theme(uow, actor, row.id, name)
        row.position = position


SECTIONS: tuple[Section, ...] = (
    Section("extensions", PLUGIN_MANAGE, _export_extensions, _check_extensions, _apply_extensions),
    Section("identity", SITE_CONFIGURE, _export_identity, _check_identity, _apply_identity),
    Section("publishing", SITE_CONFIGURE, _export_publishing, _check_publishing, _apply_publishing),
    Section("roles", ROLE_MANAGE, export_roles, check_roles, apply_roles),
    Section("menus", SITE_CONFIGURE, _export_menus, _check_menus, _apply_menus),
    Section("themes", PROGRAMME_MANAGE, _export_themes, _check_themes, _apply_themes),
)
