"""Site set-up: who has which role on a programme, a territory or a story, given by address and taken back."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.db.models import Account, Story
from app.kernel.access import Scope, ScopeKind
from app.kernel.errors import Invalid
from app.services import sharing as service
from app.services import stories
from app.web.access_words import KIND_WORDS, place_words, role_title, role_titles
from app.web.context import back_to, field_errors, reader, signed_in, site, writing
from app.web.forms import ShareForm, choices, sent
from app.web.gate import keeps_text
from app.web.set_up.base import blueprint

KINDS = {word: kind for kind, word in KIND_WORDS.items()}
PLACE = "/partage/<any(programme, territoire, recit):kind>/<id:place_id>"


@blueprint.get(PLACE)
def sharing(kind: str, place_id: str) -> ResponseReturnValue:
    return _page(Scope(KINDS[kind], place_id), ShareForm(formdata=None))


def _page(place: Scope, form: ShareForm, status: int = 200) -> ResponseReturnValue:
    service.sharing_decision(reader(), signed_in(), place).demand()
    givable = service.givable_roles(reader(), signed_in(), place)
    form.role.choices = choices((row.key, role_title(row)) for row in givable)
    if form.role.data is None and givable:
        form.role.data = givable[0].key
    held = service.who_has_roles(reader(), place)
    name, _address = place_words(place)
    page = render_template(
        "set_up/sharing.html",
        place=place,
        kind=KIND_WORDS[ScopeKind(place.kind)],
        name=name,
        back=_back(place),
        held=held,
        places={entry.scope: place_words(entry.scope) for entry in held if entry.scope not in (None, place)},
        titles=role_titles(),
        takeable={row.key for row in givable},
        form=form,
        story=place.kind == ScopeKind.STORY,
    )
    return page, status


def _back(place: Scope) -> str:
    if place.kind == ScopeKind.PROGRAMME:
        return url_for("set_up.programme_page", programme_id=place.id)
    if place.kind == ScopeKind.TERRITORY:
        return url_for("set_up.territory", territory_id=place.id)
    row = reader().get(Story, place.id)
    if row is not None and stories.review_page_decision(reader(), signed_in(), row).allowed:
        return url_for("review.story", story_id=place.id)
    return url_for("set_up.home")


@blueprint.post(PLACE)
@keeps_text
def share(kind: str, place_id: str) -> ResponseReturnValue:
    place, form = Scope(KINDS[kind], place_id), ShareForm()
    service.sharing_decision(reader(), signed_in(), place).demand()
    if form.validate():
        with field_errors(form):
            with writing() as (uow, actor):
                account_id = service.find_to_share_with(uow, actor, site().signer, place, form.email.data)
            if account_id is None:
                raise Invalid("email", "no_account_here")
            with writing() as (uow, actor):
                service.give_local_role(uow, actor, place, account_id, form.role.data or "")
                name = uow.session.get_one(Account, account_id).name
        if not form.failed:
            flash(_("C’est noté : %(name)s a ce rôle ici, dès la page suivante.", name=name))
            return back_to(url_for("set_up.sharing", kind=kind, place_id=place_id))
    return _page(place, form, 422)


@blueprint.post(f"{PLACE}/retirer")
def unshare(kind: str, place_id: str) -> ResponseReturnValue:
    place = Scope(KINDS[kind], place_id)
    with writing() as (uow, actor):
        service.take_local_role(uow, actor, place, sent("account"), sent("role"))
        own = sent("account") == actor.account
    flash(_("Ce rôle ne vaut plus ici."))
    if own:  # what was one's own here may have been the right to see this page
        return back_to(url_for("desk.home"))
    return back_to(url_for("set_up.sharing", kind=kind, place_id=place_id))
