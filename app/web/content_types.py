"""The types of content that live in the tree of pages: the core's own and the plugins', through the same class; a type that fails is left out, never the page."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from app.hooks.calls import CALLS
from app.hooks.contracts import ContentType, Owned
from app.hooks.specs import HOOK_OF
from app.services.asking import Failed, ask, insist
from app.services.pages import DEFAULT_TYPE
from app.web.collections import COLLECTION_TYPE
from app.web.context import reader, snapshot
from app.web.forms import BaseForm

CORE = ""
PLAIN_TEMPLATE = "reading/page.html"


class PageDataForm(BaseForm):
    """What a plain page can show beside its text."""

    legend = BooleanField(_l("Montrer, après le texte, les quatre voix et comment se lit une tresse"))


CORE_TYPES: tuple[ContentType, ...] = (
    ContentType(
        DEFAULT_TYPE,
        order=0,
        title=_l("Page"),
        plural=_l("Pages"),
        description=_l("Un titre, un chapeau et un texte."),
        form=lambda: PageDataForm,
        template=PLAIN_TEMPLATE,
        facts=lambda _session, data: {"legend": bool(data.get("legend"))},
    ),
    COLLECTION_TYPE,
)
"""The core's types have no prefix; a plugin's is `<plugin>:<name>`."""


def content_types() -> dict[str, Owned[ContentType]]:
    """Returns the types that people can choose now, by the name that pages keep."""
    own = {kind.name: Owned(CORE, kind) for kind in CORE_TYPES}
    return own | {owned.full_name: owned for owned in snapshot().of(ContentType)}


def content_type(name: str) -> Owned[ContentType] | None:
    """Returns a type, or None while its plugin is off, suspended or gone."""
    return content_types().get(name)


def data_form(kind: Owned[ContentType] | None, data: Mapping[str, Any] | None = None, *, sent: bool = False) -> Any:
    """Returns the form of a type's own data, filled from `data` or from the request; None where the type has none, or is not there."""
    made = _asked(kind, partial(kind.item.form)) if kind is not None else None
    if made is None:
        return None
    return made() if sent else made(formdata=None, data=dict(data or {}))


def data_of(form: Any) -> dict[str, Any]:
    """Returns what a type's form holds, ready to be stored and hashed."""
    return {name: value for name, value in form.data.items() if name != "csrf_token"} if form is not None else {}


def alternative_of(kind: Owned[ContentType], data: Mapping[str, Any]) -> str:
    """Returns what the public will read of a page's data while its type is not there.

    Raises:
        Failed: if the plugin's code fails; nothing is saved without these words.
    """
    if kind.owner == CORE:
        return kind.item.text(reader(), data)
    return str(insist(reader(), kind, partial(kind.item.text, reader(), data)))


def show_page(name: str, data: Mapping[str, Any], alternative: str, **shown: Any) -> str:
    """Renders a public page with its type's template; without the type, or where it fails, from the page's own words."""
    kind = content_type(name)
    facts = _asked(kind, partial(kind.item.facts, reader(), data)) if kind is not None else None
    if kind is None or not isinstance(facts, Mapping):
        return render_template(PLAIN_TEMPLATE, facts={}, alternative=alternative, **shown)
    if kind.owner == CORE:
        return render_template(kind.item.template, facts=facts, alternative="", **shown)
    try:
        with CALLS.call(kind.owner, HOOK_OF[ContentType], kind.item.name):
            return render_template(kind.item.template, facts=facts, alternative="", **shown)
    except (Exception, SystemExit) as error:
        CALLS.fault(kind.owner, HOOK_OF[ContentType], kind.item.name, error)
        return render_template(PLAIN_TEMPLATE, facts={}, alternative=alternative, **shown)


def _asked(kind: Owned[ContentType], question: Any) -> Any:
    return question() if kind.owner == CORE else ask(reader(), kind, question)


__all__ = ["CORE_TYPES", "Failed", "alternative_of", "content_type", "content_types", "data_form", "data_of", "show_page"]
