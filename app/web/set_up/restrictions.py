"""Site set-up: what hides published things from the public, who laid it and why, lifted here."""

import re
from urllib.parse import urlsplit

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.db import desk as queries
from app.db.models import Media, PageText
from app.db.pages import find_page
from app.db.permissions import CORE_OWNER
from app.db.reading import find_by_slug
from app.db.restrictions import IMAGE, PAGE, STORY, list_restrictions
from app.kernel.access import RESTRICTION_MANAGE
from app.kernel.errors import Invalid
from app.kernel.moment_date import parse_moment_date
from app.services import restrictions as service
from app.web.context import back_to, field_errors, reader, site, with_permission, writing
from app.web.forms import ConfirmForm, RestrictionForm
from app.web.gate import keeps_text
from app.web.hiding import shown, subject_name
from app.web.set_up.base import PEOPLE, Entry, add_entry, blueprint

BY_HAND = "by_hand"
_IMAGE = re.compile(r"/media/(?P<hash>[0-9a-f]{64})(/|$)|/mediatheque/(?P<id>[0-9a-z]{20})$")

add_entry(
    Entry(
        PEOPLE,
        _l("Restrictions"),
        _l("Ce qui est publié mais caché au public, par qui et pourquoi."),
        "set_up.restrictions",
        RESTRICTION_MANAGE,
        order=40,
    )
)


@blueprint.get("/restrictions")
def restrictions() -> ResponseReturnValue:
    return _page(RestrictionForm(formdata=None, address=request.args.get("adresse", "")))


def _page(form: RestrictionForm, status: int = 200) -> ResponseReturnValue:
    with_permission(RESTRICTION_MANAGE)
    now, past = list_restrictions(reader(), in_force=True), list_restrictions(reader(), in_force=False, limit=50)
    page = render_template(
        "set_up/restrictions.html",
        now=[(shown(row), subject_name(row.subject_kind, row.subject_id)) for row in now],
        past=[(shown(row), subject_name(row.subject_kind, row.subject_id)) for row in past],
        names=queries.account_names(reader(), [who for row in (*now, *past) for who in (row.created_by, row.lifted_by) if who]),
        form=form,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/restrictions")
@keeps_text
def restrict() -> ResponseReturnValue:
    with_permission(RESTRICTION_MANAGE)
    form = RestrictionForm()
    if form.validate():
        with field_errors(form):
            kind, subject = _published_at(form.address.data or "")
            day = (form.until.data or "").strip()
            try:
                until = site().clock.end_of(parse_moment_date(day).end) if day else None
            except Invalid as error:
                raise Invalid("until", error.reason) from error
            with writing() as (uow, actor):
                service.restrict(uow, actor, CORE_OWNER, kind, subject, BY_HAND, form.words.data or "", until)
        if not form.failed:
            flash(_("C’est caché au public. Celles et ceux qui l’écrivent ou le relisent lisent pourquoi."))
            return back_to(url_for("set_up.restrictions"))
    return _page(form, 422)


def _published_at(address: str) -> tuple[str, str]:
    """Returns (kind, id) of what stands at an address: an image's file or its page in the library, a page, a story by its whole address or its last word.

    Raises:
        Invalid: if there is nothing that was published.
    """
    path = urlsplit(address.strip()).path
    if image := _IMAGE.search(path):
        query = select(Media.id).where(Media.hash == image["hash"] if image["hash"] else Media.id == image["id"])
        media = reader().scalar(query.order_by(Media.id).limit(1))
        if media is not None:
            return IMAGE, media
    parts = [part for part in path.split("/") if part]
    parts = parts[1:] if parts[:1] == ["en"] else parts
    page = find_page(reader(), "/" + "/".join(parts)) if parts else None
    if page is not None and _was_public(page.id):
        return PAGE, page.id
    slug = next((part for part in parts if part != "recits"), "")
    story = find_by_slug(reader(), slug) if slug else None
    if story is None or story.first_published_at is None:
        raise Invalid("address", "nothing_here")
    return STORY, story.id


def _was_public(page_id: str) -> bool:
    return bool(
        reader().scalar(select(PageText.lang).where(PageText.page_id == page_id, PageText.first_published_at.is_not(None)).limit(1))
    )


@blueprint.post("/restrictions/<id:restriction_id>/lever")
def lift(restriction_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        service.lift(uow, actor, restriction_id)
    flash(_("La restriction est levée. Si rien d’autre ne le cache, le public lit de nouveau ce contenu."))
    return back_to(url_for("set_up.restrictions"))
