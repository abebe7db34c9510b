"""Site set-up: extensions, how each stands and what it brings; switched, migrated, upgraded, resumed and purged. Asks no extension anything."""

from datetime import UTC, datetime

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from app.db.models import JobRun, RoleRow
from app.kernel.access import PLUGIN_MANAGE
from app.kernel.errors import NotFound
from app.services import plugins, restarting
from app.services.plugins import PluginStatus
from app.services.plugins.purging import EXPORTS
from app.web.access_words import permission_words, role_title
from app.web.context import back_to, reader, signed_in, site, with_permission, writing
from app.web.forms import ConfirmForm
from app.web.set_up.base import EXTENSIONS, Entry, add_entry, blueprint
from app.web.set_up.extension_words import (
    SUSPENDED,
    brought_by,
    dormant_words,
    faults_of,
    hook_words,
    new_code_words,
    plain,
    settings_links,
    show,
)
from app.web.set_up.forms import PurgeForm


def _brief() -> str:
    """Says on the first page how many extensions want somebody's hand."""
    waiting = sum(_wants_a_hand(status) for status in plugins.read_statuses(reader(), site().plugins))
    return ngettext("Une demande votre attention", "%(num)s demandent votre attention", waiting) if waiting else ""


def _wants_a_hand(status: PluginStatus) -> bool:
    broken = status.state in ("failed", "missing") and status.switched_on
    return broken or status.needs_migration or status.needs_upgrade or bool(status.suspended)


add_entry(
    Entry(
        EXTENSIONS,
        _l("Extensions"),
        _l("Ce qu’elles apportent, et de quoi les activer ou les désactiver."),
        "set_up.extensions",
        PLUGIN_MANAGE,
        order=10,
        brief=_brief,
    )
)


@blueprint.get("/extensions")
def extensions() -> ResponseReturnValue:
    """What is said here was learnt at boot or stands in the database."""
    with_permission(PLUGIN_MANAGE)
    shown = [show(status, plugins.what_goes_dormant(reader(), status.name)) for status in plugins.read_statuses(reader(), site().plugins)]
    return render_template(
        "set_up/extensions.html",
        shown=shown,
        active=sum(entry.status.state == "on" for entry in shown),
        new_code=new_code_words(site().installed.newer()),
        restart=restarting.restart_outcome(site().settings.run_folder),
        confirm=ConfirmForm(formdata=None),
    )


@blueprint.post("/extensions/redemarrer")
def restart_workers() -> ResponseReturnValue:
    """The worker that answers is one of those that leave: it answers first."""
    asked = restarting.restart(with_permission(PLUGIN_MANAGE), site().settings.run_folder)
    flash(
        _("Le redémarrage est en cours : personne ne perd sa page.")
        if asked
        else _("Ce site n’est pas servi par « recits serve » : redémarrez ses processus vous-même.")
    )
    return back_to(url_for("set_up.extensions"))


def _status(name: str) -> PluginStatus:
    with_permission(PLUGIN_MANAGE)
    status = plugins.read_status(reader(), site().plugins, name)
    if status is None:
        raise NotFound("plugin")
    return status


@blueprint.get("/extensions/<name>")
def extension(name: str) -> ResponseReturnValue:
    status = _status(name)
    plugin = site().plugins.plugins.get(name)
    dormant = plugins.what_goes_dormant(reader(), name)
    jobs = select(JobRun).where(JobRun.name.startswith(f"{name}:", autoescape=True)).order_by(JobRun.name)
    return render_template(
        "set_up/extension.html",
        shown=show(status, dormant),
        plugin=plugin,
        brought=brought_by(plugin) if plugin is not None else [],
        settings=settings_links(plugin) if plugin is not None else [],
        dormant=dormant,
        jobs=list(reader().scalars(jobs)),
        faults=[(fault, number, hook_words(fault.hook), _when(fault.at)) for fault, number in faults_of(name)],
        suspended=SUSPENDED,
        hook_words=hook_words,
        permission_words=lambda right: plain(permission_words(right)),
        confirm=ConfirmForm(formdata=None),
    )


def _when(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@blueprint.get("/extensions/<name>/desactiver")
def confirm_disabling(name: str) -> ResponseReturnValue:
    """Says what would wait, before anything is switched."""
    status = _status(name)
    dormant = plugins.what_goes_dormant(reader(), name)
    return render_template(
        "set_up/extension_off.html",
        shown=show(status, dormant),
        dormant=dormant,
        words=dormant_words(dormant),
        confirm=ConfirmForm(formdata=None),
    )


@blueprint.post("/extensions/<name>/<any(activer, desactiver):what>")
def toggle_extension(name: str, what: str) -> ResponseReturnValue:
    with_permission(PLUGIN_MANAGE)
    enable = what == "activer"
    if enable:
        plugins.prepare_tables(site(), signed_in(), name)
    with writing() as (uow, actor):
        plugins.set_enabled(uow, actor, site().plugins, name, enable)
    flash(_("L’extension est activée.") if enable else _("L’extension est désactivée. Rien n’est effacé."))
    return back_to(url_for("set_up.extensions"))


@blueprint.post("/extensions/<name>/migrer")
def migrate_extension(name: str) -> ResponseReturnValue:
    with_permission(PLUGIN_MANAGE)
    plugins.prepare_tables(site(), signed_in(), name)
    flash(_("Ses tables sont à jour."))
    return back_to(url_for("set_up.extension", name=name))


@blueprint.post("/extensions/<name>/reprendre")
def resume_extension(name: str) -> ResponseReturnValue:
    _status(name)
    with writing() as (uow, actor):
        number = plugins.resume(uow, actor, name)
    flash(ngettext("L’appel reprend.", "%(num)s appels reprennent.", number) if number else _("Rien n’était suspendu."))
    return back_to(url_for("set_up.extension", name=name))


@blueprint.get("/extensions/<name>/purger")
def confirm_purge(name: str) -> ResponseReturnValue:
    _status(name)
    return _purge_page(name, PurgeForm(formdata=None))


def _purge_page(name: str, form: PurgeForm, status: int = 200) -> ResponseReturnValue:
    plan = plugins.what_purge_deletes(reader(), site().plugins, name)
    roles = (reader().get_one(RoleRow, key) for key in (*plan.rights.roles, *plan.rights.kept))
    page = render_template(
        "set_up/extension_purge.html",
        shown=show(_status(name), plan.stays),
        plan=plan,
        role_names={row.key: role_title(row) for row in roles},
        permission_words=lambda right: plain(permission_words(right)),
        folder=site().settings.home / EXPORTS,
        form=form,
    )
    return page, status


@blueprint.post("/extensions/<name>/purger")
def purge_extension(name: str) -> ResponseReturnValue:
    """Deletes only once the name was typed; the export is written first."""
    _status(name)
    form = PurgeForm()
    if (form.typed.data or "").strip() != name:
        form.typed.errors = [_("Écrivez « %(name)s » pour confirmer. Rien n’a été effacé.", name=name)]
        return _purge_page(name, form, 422)
    file = plugins.purge(site(), signed_in(), name)
    reader().rollback()
    flash(_("Ce que l’extension possédait est effacé. L’export est gardé : %(file)s", file=file.name))
    return back_to(url_for("set_up.extensions"))
