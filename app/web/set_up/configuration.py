"""Site set-up: the configuration as files, to keep, compare and bring to another site."""

import json

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.kernel.access import SITE_CONFIGURE
from app.kernel.errors import Refused
from app.services import configuration
from app.services.configuration import Plan
from app.web.context import back_to, reader, refresh, signed_in, site, with_permission
from app.web.forms import ConfirmForm, sent
from app.web.locale import current_language
from app.web.set_up.base import SITE, Entry, add_entry, blueprint
from app.web.set_up.forms import ConfigFilesForm

add_entry(
    Entry(
        SITE,
        _l("Exporter, importer"),
        _l("La configuration en fichiers lisibles, à garder ou à porter sur un autre site."),
        "set_up.configuration_files",
        SITE_CONFIGURE,
        order=95,
    )
)


@blueprint.get("/fichiers")
def configuration_files() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    return _files_page(ConfigFilesForm(formdata=None))


def _files_page(form: ConfigFilesForm, plan: Plan | None = None, files: str = "", status: int = 200) -> ResponseReturnValue:
    faults = [configuration.fault_words(fault, current_language()) for fault in plan.faults] if plan is not None else []
    page = render_template(
        "set_up/configuration.html", form=form, plan=plan, faults=faults, files=files, confirm=ConfirmForm(formdata=None)
    )
    return page, status


@blueprint.get("/fichiers/configuration.zip")
def download_configuration() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    archive = configuration.to_zip(configuration.export_files(site(), reader()))
    response = make_response(archive)
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = 'attachment; filename="recits-configuration.zip"'
    return response


@blueprint.post("/fichiers")
def compare_configuration() -> ResponseReturnValue:
    """Says what an archive would change; what it held goes into the page, to be applied as it was read."""
    with_permission(SITE_CONFIGURE)
    form = ConfigFilesForm()
    file = request.files.get("archive")
    data = file.read() if file is not None else b""
    files = configuration.read_zip(data) if data else None
    if files is None:
        form.archive.errors = [_("Choisissez l’archive ZIP qu’un site a exportée.")]
        return _files_page(form, status=422)
    plan = configuration.plan_import(site(), reader(), files)
    return _files_page(form, plan, json.dumps(files, ensure_ascii=False), 422 if plan.faults else 200)


@blueprint.post("/fichiers/appliquer")
def apply_configuration() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    files = _files_sent()
    try:
        plan = configuration.apply_import(site(), signed_in(), files)
    except Refused as refusal:
        if refusal.reason != "config_faulty":
            raise
        return _files_page(ConfigFilesForm(formdata=None), Plan(faults=refusal.facts["faults"]), status=409)  # type: ignore[arg-type]  # the service's tuple of faults
    refresh()
    flash(_("La configuration est importée.") if plan.changes else _("Rien n’était à changer."))
    return back_to(url_for("set_up.configuration_files"))


def _files_sent() -> dict[str, str]:
    """Returns what the page of the comparison carried; anything else counts as no file."""
    try:
        files = json.loads(sent("files") or "{}")
    except (ValueError, RecursionError):
        return {}
    good = isinstance(files, dict) and all(isinstance(name, str) and isinstance(text, str) for name, text in files.items())
    return files if good else {}
