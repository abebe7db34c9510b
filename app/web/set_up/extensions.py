"""Site set-up: plugins, switched on and off."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.db.models import PluginState
from app.kernel.access import PLUGIN_MANAGE
from app.services import plugins
from app.web.context import back_to, reader, site, with_permission, writing
from app.web.forms import ConfirmForm
from app.web.set_up.base import EXTENSIONS, Entry, add_entry, blueprint

add_entry(
    Entry(
        EXTENSIONS,
        _l("Extensions"),
        _l("Ce qu’elles apportent, et de quoi les activer ou les désactiver."),
        "set_up.extensions",
        PLUGIN_MANAGE,
        order=10,
    )
)


@blueprint.get("/extensions")
def extensions() -> ResponseReturnValue:
    """Asks no plugin anything: what is said here was learnt at boot or stands in the database."""
    with_permission(PLUGIN_MANAGE)
    on = set(reader().scalars(select(PluginState.name).where(PluginState.enabled.is_(True))))
    rows = [(plugin, plugin.name in on) for _name, plugin in sorted(site().plugins.plugins.items())]
    return render_template("set_up/extensions.html", plugins=rows, confirm=ConfirmForm(formdata=None))


@blueprint.post("/extensions/<name>/<any(activer, desactiver):what>")
def toggle_extension(name: str, what: str) -> ResponseReturnValue:
    with_permission(PLUGIN_MANAGE)
    enable = what == "activer"
    if enable:
        plugins.prepare_tables(site().engine, site().plugins, name)
    with writing() as (uow, actor):
        plugins.set_enabled(uow, actor, site().plugins, name, enable)
    flash(_("L’extension est activée.") if enable else _("L’extension est désactivée. Rien n’est effacé."))
    return back_to(url_for("set_up.extensions"))
