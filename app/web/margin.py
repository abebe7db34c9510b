"""The margin beside a passage: comments, answers, suggestions; every form works without JavaScript, and leads back to where it stood."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.db import desk as queries
from app.kernel.errors import Invalid
from app.services import discussion, stories, suggestions
from app.web.context import back_to, reader, signed_in, site, snapshot, writing
from app.web.desk_view import show_working_copy
from app.web.forms import clean, sent
from app.web.gate import keeps_text
from app.web.margin_view import NOTHING_TYPED, Typed, beginning, show_margin
from app.web.passages import passage_page
from app.web.words import sentence

blueprint = Blueprint("margin", __name__, url_prefix="/espace")
blueprint.add_app_template_filter(beginning, "beginning")


@blueprint.get("/passages/<id:passage_id>/marge")
def fragment(passage_id: str) -> ResponseReturnValue:
    """Returns the margin alone, for a page on which somebody writes."""
    passage, story = discussion.margin_passage(reader(), signed_in(), passage_id)
    copy = queries.read_working_copy(reader(), story)
    now = site().clock()
    margin = show_margin(reader(), signed_in(), copy, passage, site().live, now, site().clock.day_of(now))
    return render_template("desk/_margin.html", margin=margin, passage=passage, story=story, typed=NOTHING_TYPED, plain_form=False)


@blueprint.get("/recits/<id:story_id>/plan")
def plan(story_id: str) -> ResponseReturnValue:
    """Returns the list of a story's passages alone; `passage` names the one that is open."""
    story = stories.member_story(reader(), signed_in(), story_id)
    copy = queries.read_working_copy(reader(), story)
    return render_template(
        "desk/_plan.html", story=story, shown=show_working_copy(signed_in(), copy), here=clean(request.args.get("passage", "")) or ""
    )


# — comments —


@blueprint.post("/passages/<id:passage_id>/fils")
@keeps_text
def start_thread(passage_id: str) -> ResponseReturnValue:
    discussion.margin_passage(reader(), signed_in(), passage_id)
    anchor, body, about = sent("anchor"), sent("body"), sent("quotation") or sent("about")
    marked = site().live.anchors(passage_id).get(anchor, "") if anchor else ""
    try:
        with writing() as (uow, actor):
            thread = discussion.start_thread(uow, actor, passage_id, body, anchor, about, _mentioned(), marked)
    except Invalid as error:
        return _again(passage_id, "new", body, error)
    return _thread_of(passage_id, thread.id)


@blueprint.post("/passages/<id:passage_id>/fils/<id:thread_id>/repondre")
@keeps_text
def reply(passage_id: str, thread_id: str) -> ResponseReturnValue:
    body = sent("body")
    try:
        with writing() as (uow, actor):
            discussion.thread_in(uow.session, passage_id, thread_id)
            discussion.reply(uow, actor, thread_id, body, _mentioned())
    except Invalid as error:
        return _again(passage_id, thread_id, body, error)
    return _thread_of(passage_id, thread_id)


@blueprint.post("/passages/<id:passage_id>/fils/<id:thread_id>/<any(regler, rouvrir):what>")
def resolve(passage_id: str, thread_id: str, what: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        discussion.thread_in(uow.session, passage_id, thread_id)
        discussion.set_thread_resolved(uow, actor, thread_id, what == "regler")
    return _thread_of(passage_id, thread_id)


@blueprint.post("/passages/<id:passage_id>/commentaires/<id:comment_id>")
@keeps_text
def edit_comment(passage_id: str, comment_id: str) -> ResponseReturnValue:
    body = sent("body")
    try:
        with writing() as (uow, actor):
            discussion.comment_in(uow.session, passage_id, comment_id)
            thread = discussion.edit_comment(uow, actor, comment_id, body)
    except Invalid as error:
        return _again(passage_id, comment_id, body, error)
    return _thread_of(passage_id, thread.id)


@blueprint.post("/passages/<id:passage_id>/mentions/vues")
def see_mentions(passage_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        discussion.see_mentions(uow, actor, passage_id)
    return back_to(url_for("passages.write", passage_id=passage_id, _anchor="marge"))


def _mentioned() -> list[str]:
    return [clean(account) or "" for account in request.form.getlist("mentioned")]


def _again(passage_id: str, place: str, text: str, error: Invalid) -> ResponseReturnValue:
    """Shows the page again with what was typed, and why it could not be taken."""
    typed = Typed(place, text, sentence(error), _mentioned(), sent("about"))
    return passage_page(passage_id, typed, 422)


def _thread_of(passage_id: str, thread_id: str) -> ResponseReturnValue:
    return back_to(url_for("passages.write", passage_id=passage_id, _anchor=f"fil-{thread_id}"))


# — suggestions —


@blueprint.post("/passages/<id:passage_id>/proposer")
@keeps_text
def propose(passage_id: str) -> ResponseReturnValue:
    """Proposes other words for a paragraph without the editor: a comment about the paragraph, with the words."""
    words = sent("words")
    try:
        with writing() as (uow, actor):
            discussion.propose_words(uow, actor, passage_id, sent("about"), words, _("Je propose :"))
    except Invalid as error:
        return _again(passage_id, "propose", words, error)
    flash(_("Vos mots sont proposés dans la marge : qui écrit ce passage les lira."))
    return back_to(url_for("passages.write", passage_id=passage_id, _anchor="marge"))


def _decisions() -> suggestions.Decisions:
    return suggestions.Decisions(site().writer, snapshot(), site().live)


@blueprint.post("/passages/<id:passage_id>/suggestions/<mark:suggestion_id>/<any(accepter, refuser, reprendre):what>")
def decide(passage_id: str, suggestion_id: str, what: str) -> ResponseReturnValue:
    if what == "reprendre":
        _decisions().withdraw(signed_in(), passage_id, suggestion_id)
        flash(_("Votre suggestion est reprise."))
    else:
        _decisions().decide(signed_in(), passage_id, suggestion_id, accepting=what == "accepter")
        flash(_("La suggestion est dans le texte.") if what == "accepter" else _("La suggestion est écartée, le texte n’a pas changé."))
    return back_to(url_for("passages.write", passage_id=passage_id, _anchor="marge"))


@blueprint.post("/passages/<id:passage_id>/suggestions/toutes/<any(accepter, refuser):what>")
def decide_all(passage_id: str, what: str) -> ResponseReturnValue:
    number = _decisions().decide_all(signed_in(), passage_id, accepting=what == "accepter")
    if what == "accepter":
        flash(ngettext("%(num)s suggestion est dans le texte.", "%(num)s suggestions sont dans le texte.", number))
    else:
        flash(ngettext("%(num)s suggestion est écartée.", "%(num)s suggestions sont écartées.", number))
    return back_to(url_for("passages.write", passage_id=passage_id, _anchor="marge"))
