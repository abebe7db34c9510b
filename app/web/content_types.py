"""The types of content that live in the tree of pages: the core's own and the plugins', through the same class."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from app.hooks.contracts import ContentType
from app.services.pages import DEFAULT_TYPE
from app.web.context import snapshot
from app.web.forms import BaseForm


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
        template="reading/page.html",
        facts=lambda _session, data: {"legend": bool(data.get("legend"))},
    ),
)
"""The core's types have no prefix; a plugin's is `<plugin>:<name>`."""


def content_types() -> dict[str, ContentType]:
    """Returns the types that people can choose now, by the name that pages keep."""
    own = {kind.name: kind for kind in CORE_TYPES}
    return own | {owned.full_name: owned.item for owned in getattr(snapshot(), "content_types", ())}


def content_type(name: str) -> ContentType | None:
    """Returns a type, or None while its plugin is off or gone."""
    return content_types().get(name)


def data_form(kind: ContentType | None, data: Mapping[str, Any] | None = None, *, sent: bool = False) -> Any:
    """Returns the form of a type's own data, filled from `data` or from the request; None where the type has none, or is not there."""
    made = kind.form() if kind is not None else None
    if made is None:
        return None
    return made() if sent else made(formdata=None, data=dict(data or {}))


def data_of(form: Any) -> dict[str, Any]:
    """Returns what a type's form holds, ready to be stored and hashed."""
    return {name: value for name, value in form.data.items() if name != "csrf_token"} if form is not None else {}
