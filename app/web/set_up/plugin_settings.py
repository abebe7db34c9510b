"""Site set-up: settings that extensions bring, on pages of their own; an extension's form is its own code, and fails on its own page."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.hooks.calls import CALLS
from app.hooks.contracts import Owned, SettingsPage
from app.kernel.access import PLUGIN_MANAGE
from app.kernel.errors import NotFound
from app.services.form_data import as_sent, make_form, values_of
from app.services.plugin_settings import read_settings, save_settings
from app.web.context import back_to, reader, signed_in, site, snapshot, with_permission, writing
from app.web.gate import keeps_text
from app.web.set_up.base import blueprint
from app.web.templating import markup

HOOK = "register_settings"
PREFIX = "r-"


@blueprint.get("/extensions/<name>/reglages/<page>")
def plugin_settings(name: str, page: str) -> ResponseReturnValue:
    owned = _page_of(name, page)
    saved = read_settings(reader(), owned.owner, owned.item)
    return _settings_page(owned, _open_form(owned, as_sent(saved, PREFIX)))


@blueprint.post("/extensions/<name>/reglages/<page>")
@keeps_text
def save_plugin_settings(name: str, page: str) -> ResponseReturnValue:
    owned = _page_of(name, page)
    form = _open_form(owned, MultiDict(request.form.items(multi=True)))
    if form is None or not _is_valid(owned, form):
        return _settings_page(owned, form, 422)
    values = values_of(form)
    with writing() as (uow, actor):
        save_settings(uow, actor, owned, values)
    flash(_("Les réglages sont enregistrés."))
    return back_to(url_for("set_up.plugin_settings", name=name, page=page))


def _page_of(name: str, page: str) -> Owned[SettingsPage]:
    """Returns a page that an installed extension declares, on or off; whoever may not edit it learns nothing of it."""
    signed_in()
    owned = site().registry.find(SettingsPage, f"{name}:{page}")
    with_permission(owned.item.permission if owned is not None else PLUGIN_MANAGE)
    if owned is None:
        raise NotFound("page")
    return owned


def _open_form(owned: Owned[SettingsPage], sent: MultiDict[str, str]) -> Any:
    """Returns the extension's form, or None where it is off or cannot make one."""
    if snapshot().find(SettingsPage, owned.full_name) is None:
        return None
    try:
        with CALLS.call(owned.owner, HOOK, owned.item.name):
            return make_form(owned.item.form(), sent, PREFIX)
    except (Exception, SystemExit) as error:
        CALLS.fault(owned.owner, HOOK, owned.item.name, error)
        return None


def _is_valid(owned: Owned[SettingsPage], form: Any) -> bool:
    try:
        with CALLS.call(owned.owner, HOOK, owned.item.name):
            return bool(form.validate())
    except (Exception, SystemExit) as error:
        CALLS.fault(owned.owner, HOOK, owned.item.name, error)
        return False


def _fields(owned: Owned[SettingsPage], form: Any) -> Markup | None:
    """Renders the fields with the site's own macros; None where even that fails."""
    if form is None:
        return None
    try:
        with CALLS.call(owned.owner, HOOK, owned.item.name):
            return markup(render_template("set_up/_plugin_fields.html", form=form))
    except (Exception, SystemExit) as error:
        CALLS.fault(owned.owner, HOOK, owned.item.name, error)
        return None


def _settings_page(owned: Owned[SettingsPage], form: Any, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "set_up/plugin_settings.html",
        owner=owned.owner,
        plugin=site().plugins.plugins[owned.owner],
        title=safe_words(owned, owned.item.title) or owned.item.name,
        description=safe_words(owned, owned.item.description),
        fields=_fields(owned, form),
        on=snapshot().is_on(owned.owner),
        saved=read_settings(reader(), owned.owner, owned.item),
        may_see_extension=signed_in().may(PLUGIN_MANAGE),
    )
    return page, status


def safe_words(owned: Owned[Any], words: Any) -> str:
    """Returns an extension's words; a lazy text is its own code, and may fail."""
    try:
        return str(words)
    except Exception as error:  # whatever it raises is its own
        CALLS.fault(owned.owner, HOOK, owned.item.name, error)
        return ""
