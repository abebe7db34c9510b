"""Who can see and do this, and why: for any item and person, computed by the decisions on which the site acts."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape
from sqlalchemy import select

from app.db.engine import by_name
from app.db.models import Account, Media, Moment, Page, Passage, Programme, Story, Territory
from app.kernel.access import MEDIA_MANAGE, ROLE_MANAGE, Actor, Scope, ScopeKind
from app.kernel.errors import NotFound
from app.services import explain as service
from app.services.access import load_actor
from app.services.sharing import who_has_roles
from app.web.access_words import story_name
from app.web.context import reader, signed_in, site, snapshot
from app.web.set_up.base import blueprint
from app.web.templating import phrase, said
from app.web.why import because, label_of_passage, verb

KINDS = {
    "recit": "story",
    "passage": "passage",
    "moment": "moment",
    "image": "image",
    "page": "page",
    "programme": "programme",
    "territoire": "territory",
}
WORDS = {kind: word for word, kind in KINDS.items()}
PUBLIC = "public"


@blueprint.get("/qui-peut-quoi/<any(recit, passage, moment, image, page, programme, territoire):kind>/<id:item_id>")
def explain(kind: str, item_id: str) -> ResponseReturnValue:
    viewer, what = signed_in(), KINDS[kind]
    found = reader().get(service.MODELS[what], item_id)
    service.explanation_decision(reader(), viewer, what, found).demand()
    if found is None:
        raise NotFound(what)
    people = _people(viewer, found)
    chosen = request.args.get("personne") or PUBLIC
    if chosen != PUBLIC and chosen not in people:
        raise NotFound("account")
    person = load_actor(reader(), chosen, site().clock.today(), snapshot()) if chosen != PUBLIC else None
    if chosen != PUBLIC and person is None:
        raise NotFound("account")
    return render_template(
        "set_up/explain.html",
        kind=kind,
        item=found,
        name=_name(found),
        people=people,
        chosen=chosen,
        who=people[chosen] if person is not None else _("le public"),
        answers=_lines(person, what, found),
        passages=_passages(person, found),
        back=_back(found),
    )


def _lines(person: Actor | None, what: str, item: service.Item) -> list[tuple[Markup, bool, Markup]]:
    answers = service.explain(reader(), person, what, item, site().clock.today(), snapshot())
    return [(verb(answer.verb), answer.decision.allowed, because(answer.decision)) for answer in answers]


def _passages(person: Actor | None, item: service.Item) -> list[tuple[Markup, list[tuple[Markup, bool, Markup]]]]:
    """Returns the answers for each passage of a story, named without their words."""
    if not isinstance(item, Story):
        return []
    rows = service.passages_of(reader(), item.id)
    return [(label_of_passage(number, voice), _lines(person, "passage", passage)) for number, (passage, voice) in enumerate(rows, 1)]


def _people(viewer: Actor, item: service.Item) -> dict[str, str]:
    """Returns whom the viewer may ask about: whoever manages roles about everybody with an open account, a story's editors about those with a role there.

    Editors are not told who speaks behind a voice that shows no name.
    """
    if viewer.may(ROLE_MANAGE):
        rows = reader().scalars(select(Account).where(Account.disabled_at.is_(None)).order_by(by_name(Account.name), Account.id))
        return {row.id: row.name for row in rows}
    story_id = item.id if isinstance(item, Story) else getattr(item, "story_id", "")
    held = who_has_roles(reader(), Scope(ScopeKind.STORY, story_id))
    return {viewer.account: viewer.name, **{entry.account.id: entry.account.name for entry in held}}


def _name(item: service.Item) -> Markup:
    """Returns what an item is called, as far as the viewer may know it."""
    if isinstance(item, Story):
        return story_name(item)
    if isinstance(item, Media) and item.story_id is None:
        return escape(_("une image de la médiathèque"))
    if isinstance(item, Passage | Media):
        part = _("un passage de %(story)s") if isinstance(item, Passage) else _("une image de %(story)s")
        return phrase(part, story=story_name(reader().get_one(Story, item.story_id)))
    if isinstance(item, Programme | Territory):
        return said(item.name)
    return escape(item.path if isinstance(item, Page) else _("un moment du parcours d’une délégation"))


def _back(item: service.Item) -> str:
    if isinstance(item, Programme):
        return url_for("set_up.programme_page", programme_id=item.id)
    if isinstance(item, Territory):
        return url_for("set_up.territory", territory_id=item.id)
    if isinstance(item, Page):
        return url_for("set_up.page_overview", page_id=item.id)
    if isinstance(item, Moment):
        return url_for("set_up.home")
    story_id = item.id if isinstance(item, Story) else item.story_id or ""
    if not story_id:
        return url_for("set_up.media_item", media_id=item.id) if signed_in().may(MEDIA_MANAGE) else url_for("set_up.home")
    if (
        signed_in().may(ROLE_MANAGE)
        and not service.stories.review_page_decision(reader(), signed_in(), reader().get(Story, story_id)).allowed
    ):
        return url_for("set_up.sharing", kind="recit", place_id=story_id)
    return url_for("review.story", story_id=story_id)
