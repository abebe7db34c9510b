"""Site set-up: mails of a site that has no mail server."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.db.models import MailMessage
from app.kernel.access import SITE_READ_MAIL
from app.kernel.errors import NotFound
from app.web.context import reader, signed_in, site, with_permission
from app.web.set_up.base import SITE, Entry, add_entry, blueprint

add_entry(
    Entry(SITE, _l("Courrier"), _l("Les messages que le site a écrits et qui attendent."), "set_up.mailbox", SITE_READ_MAIL, order=80)
)


@blueprint.get("/courrier")
def mailbox() -> ResponseReturnValue:
    """Mails of the embedded default, where no server takes them; with SMTP only what could not be delivered is listed, without its words."""
    with_permission(SITE_READ_MAIL)
    query = select(MailMessage).order_by(MailMessage.created_at.desc()).limit(100)
    if not site().postman.uses_folder:
        query = query.where(MailMessage.sent_at.is_(None))
    return render_template(
        "set_up/mailbox.html",
        messages=list(reader().scalars(query)),
        in_folder=site().postman.uses_folder,
        shows_words=_shows_words(),
        may_see=_may_see,
    )


def _may_see(row: MailMessage) -> bool:
    """Whether the visitor may know whom a mail is for, and what it says: subscribers' addresses are not for everybody who minds the post."""
    return not row.seen_by or signed_in().may(row.seen_by)


def _shows_words() -> bool:
    """Mails are shown whole where they reach nobody otherwise: on a demonstration. A public site has its operator and its folder."""
    return site().postman.uses_folder and not site().settings.production


@blueprint.get("/courrier/<id:message_id>")
def message(message_id: str) -> ResponseReturnValue:
    with_permission(SITE_READ_MAIL)
    row = reader().get(MailMessage, message_id)
    if row is None or not _shows_words() or not _may_see(row):
        raise NotFound("message")
    return render_template("set_up/message.html", message=row)
