"""Site set-up: its blueprint, its first page, and what several of its pages do."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.db.models import Invitation
from app.kernel.errors import NotAllowed
from app.services import accounts, letters, mail
from app.services.unit_of_work import UnitOfWork
from app.web.context import signed_in, site
from app.web.locale import current_language
from app.web.templating import opens_set_up

blueprint = Blueprint("set_up", __name__, url_prefix="/configuration")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    actor = signed_in()
    if not opens_set_up(actor):
        raise NotAllowed("needs_permission", permission="site.configure")
    return render_template("set_up/home.html", actor=actor)


def send_invitation(uow: UnitOfWork, row: Invitation, token: str, capacity: str) -> None:
    """Queues the letter of an invitation; `capacity` is what the person is invited as, in words."""
    mail.queue(
        uow,
        letters.invitation(row.email, current_language(), site().settings.base_url, row.name, capacity, token, accounts.INVITATION_DAYS),
    )
