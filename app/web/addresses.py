"""Which addresses of the site are not pages': what the core and the plugins keep for themselves, and what answers now."""

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.kernel.pages import first_segment
from app.web.context import site, snapshot
from app.web.locale import PREFIXED_LANGUAGES

PAGE_ENDPOINT = "pages.page"


def reserved_segments() -> frozenset[str]:
    """Returns the first words of paths that belong to the core or to an installed plugin, on or off: no page may stand there."""
    known = current_app.extensions.get("recits.reserved")
    if known is None:
        rules = {first_segment(rule.rule) for rule in current_app.url_map.iter_rules() if rule.endpoint != PAGE_ENDPOINT}
        known = frozenset(rules | set(PREFIXED_LANGUAGES) | {"static"} | {plugin.name for plugin in site().plugins.usable()}) - {""}
        current_app.extensions["recits.reserved"] = known
    return frozenset(known)


def answers(path: str) -> bool:
    """Tells whether a path is a place of the site that answers now, other than a page."""
    try:
        endpoint, _arguments = current_app.url_map.bind("localhost").match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    owner = next((name for name in site().plugins.plugins if endpoint.split(".")[0] == name or endpoint.startswith(f"{name}_")), None)
    return endpoint != PAGE_ENDPOINT and (owner is None or snapshot().is_on(owner))
