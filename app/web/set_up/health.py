"""Site set-up: how the site stands; the core's checks, those of extensions, and what went wrong lately."""

from datetime import UTC, datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from app.db.models import JobRun, PluginSuspension
from app.kernel.access import SITE_CONFIGURE
from app.services import health
from app.web.addresses import answers
from app.web.context import reader, site, snapshot, with_permission
from app.web.locale import current_language
from app.web.set_up.base import SITE, Entry, add_entry, blueprint
from app.web.set_up.extension_words import SUSPENDED, faults_of, hook_words, plain

# A sign and a word for each level; never a colour.
LEVEL_WORDS = {"error": ("!", _l("à régler")), "warning": ("…", _l("à surveiller")), "ok": ("✓", _l("bien"))}

add_entry(
    Entry(SITE, _l("Santé"), _l("Ce qui va, ce qui est à surveiller, ce qui est à régler."), "set_up.health_page", SITE_CONFIGURE, order=90)
)


@blueprint.get("/sante")
def health_page() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    found = health.check_site(site(), reader(), snapshot(), current_language(), answers)
    return render_template(
        "set_up/health.html",
        found=found,
        summary=_summary(found),
        levels=LEVEL_WORDS,
        plugin_title=_plugin_title,
        suspensions=list(reader().scalars(select(PluginSuspension).order_by(PluginSuspension.at.desc()))),
        suspended=SUSPENDED,
        jobs=list(reader().scalars(select(JobRun).order_by(JobRun.started_at.desc()))),
        faults=[(fault, number, hook_words(fault.hook), datetime.fromtimestamp(fault.at, UTC)) for fault, number in faults_of()],
    )


def _summary(found: list[health.Finding]) -> str:
    """« 2 points à régler, 3 à surveiller. »"""
    errors = sum(finding.level == "error" for finding in found)
    warnings = sum(finding.level == "warning" for finding in found)
    parts = []
    if errors:
        parts.append(ngettext("%(num)s point à régler", "%(num)s points à régler", errors))
    if warnings:
        parts.append(ngettext("%(num)s point à surveiller", "%(num)s points à surveiller", warnings))
    return f"{', '.join(parts)}." if parts else _("Tout va bien.")


def _plugin_title(name: str) -> str:
    plugin = site().plugins.plugins.get(name)
    return (plain(plugin.manifest.title) if plugin is not None and plugin.manifest is not None else "") or name
