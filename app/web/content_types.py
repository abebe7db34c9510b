"""The types of content that live in the tree of pages: the core's own and the plugins', through the same class; a type that fails is left out, never the page."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField

from app.hooks.contracts import ContentType, Owned
from app.services.asking import Failed, insist
from app.services.pages import DEFAULT_TYPE
from app.web.collections import COLLECTION_TYPE
from app.web.context import reader, snapshot
from app.web.forms import BaseForm
from app.web.templating import markup

Answer = TypeVar("Answer")

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


def open_form(name: str, data: Mapping[str, Any] | None = None, *, sent: bool = False) -> tuple[Owned[ContentType] | None, Any]:
    """Returns a type and the form of its own data, filled from `data` or from the request; the form is None where the type has none.

    A type whose form cannot be made or shown is as one whose plugin is off: what was saved stays as it is.
    """
    kind = content_type(name)
    if kind is None:
        return None, None
    try:
        return kind, _insist(kind, partial(_make_form, kind, data, sent))
    except Failed:
        return None, None


def _make_form(kind: Owned[ContentType], data: Mapping[str, Any] | None, sent: bool) -> Any:
    made = kind.item.form()
    if made is None:
        return None
    form = made() if sent else made(formdata=None, data=dict(data or {}))
    _render_fields(form)  # choices and widgets may be worked out only then
    return form


def is_valid(kind: Owned[ContentType] | None, form: Any) -> bool:
    """Tells whether the form of a type's own data may be saved.

    Raises:
        Failed: if the plugin's code fails at it.
    """
    return kind is None or form is None or bool(_insist(kind, form.validate))


def fields_of(kind: Owned[ContentType] | None, form: Any) -> tuple[Markup, Markup]:
    """Renders what is wrong with the form of a type's own data, and its fields; nothing where there is none, or the plugin's code fails."""
    try:
        return _insist(kind, partial(_render_fields, form)) if kind is not None and form is not None else (Markup(), Markup())
    except Failed:
        return Markup(), Markup()


def _render_fields(form: Any) -> tuple[Markup, Markup]:
    errors, fields = (render_template("set_up/_page_fields.html", form=form, part=part) for part in ("errors", "fields"))
    return markup(errors), markup(fields)


def data_of(kind: Owned[ContentType], form: Any) -> dict[str, Any]:
    """Returns what a type's form holds, ready to be stored and hashed.

    Raises:
        Failed: if the plugin's code fails at it.
    """
    if form is None:
        return {}
    return _insist(kind, lambda: {name: value for name, value in form.data.items() if name != "csrf_token"})


def alternative_of(kind: Owned[ContentType], data: Mapping[str, Any]) -> str:
    """Returns what the public will read of a page's data while its type is not there.

    Raises:
        Failed: if the plugin's code fails; nothing is saved without these words.
    """
    return _insist(kind, lambda: str(kind.item.text(reader(), data)))


def show_page(name: str, data: Mapping[str, Any], alternative: str, **shown: Any) -> str:
    """Renders a public page with its type's template; without the type, or where it fails, from the page's own words."""
    kind = content_type(name)
    if kind is not None:
        try:
            return _insist(kind, partial(_rendered, kind, data, shown))
        except Failed:
            pass
    return render_template(PLAIN_TEMPLATE, facts={}, alternative=alternative, **shown)


def _rendered(kind: Owned[ContentType], data: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Asks for the facts and renders them at once: they may be worked out only as the template reads them."""
    facts = kind.item.facts(reader(), data)
    if not isinstance(facts, Mapping):
        raise TypeError(f"facts returned {type(facts).__name__} instead of a mapping")
    return render_template(kind.item.template, facts=facts, alternative="", **shown)


def _insist(kind: Owned[ContentType], question: Callable[[], Answer]) -> Answer:
    return question() if kind.owner == CORE else insist(reader(), kind, question)


__all__ = [
    "CORE_TYPES",
    "Failed",
    "alternative_of",
    "content_type",
    "content_types",
    "data_of",
    "fields_of",
    "is_valid",
    "open_form",
    "show_page",
]
