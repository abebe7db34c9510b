"""The editors' desk: the queue, and the page on which a story is read, compared, commented and decided."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.db import desk as queries
from app.db.models import Story, StoryVersion
from app.db.reading import lead_territory, read_story
from app.db.review import compare_versions, find_version, has_changes
from app.db.themes import living_themes, themes_of
from app.kernel.access import STORY_REVIEW
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.workflow import Capacity, StoryState, open_transitions
from app.services import discussion, publishing, stories, themes, workflow
from app.web.context import back_to, field_errors, reader, signed_in, site, with_permission_somewhere, writing
from app.web.desk import exchange_of, story_page
from app.web.desk_view import obstacle_sentence
from app.web.forms import ConfirmForm, ReasonsForm, ThemesForm, content_choices, sent
from app.web.gate import keeps_text
from app.web.margin_view import NOTHING_TYPED, Typed
from app.web.story_view import show_story
from app.web.words import sentence

blueprint = Blueprint("review", __name__, url_prefix="/relecture")

WAITING = ("submitted", "in_review")
MOST_DECIDED = 20


@blueprint.get("/")
def queue() -> ResponseReturnValue:
    actor = with_permission_somewhere(STORY_REVIEW)
    now = site().clock()
    lines = [_line(entry, now) for entry in _mine(queries.review_queue(reader(), WAITING))]
    returned = [_line(entry, now) for entry in _mine(queries.review_queue(reader(), ("changes_requested",)))]
    decided = _mine(queries.review_queue(reader(), ("published", "unpublished")))[::-1][:MOST_DECIDED]
    done = [_line(entry, now) for entry in decided]
    names = queries.account_names(reader(), [entry.story.reviewer_id for entry, _since in lines])
    return render_template("review/queue.html", lines=lines, returned=returned, done=done, names=names, me=actor.account)


def _line(entry: queries.QueueEntry, now: datetime) -> tuple[queries.QueueEntry, str]:
    return entry, _days_since(entry.story.state_since, now)


def _days_since(since: datetime, now: datetime) -> str:
    """« depuis 9 jours »"""
    days = (now - since).days
    return _("depuis aujourd’hui") if days < 1 else ngettext("depuis %(num)s jour", "depuis %(num)s jours", days)


def _mine(entries: list[queries.QueueEntry]) -> list[queries.QueueEntry]:
    """Keeps what the person may review: where a role of theirs reaches, and no story in which they have a voice."""
    capacities = stories.capacities_in_each(reader(), signed_in(), [entry.story.id for entry in entries])
    return [entry for entry in entries if Capacity.EDITOR in capacities[entry.story.id]]


def _reviews(story: Story) -> bool:
    """Whether the story is the person's to review; else they are there as a member."""
    return Capacity.EDITOR in stories.capacities_in(reader(), signed_in(), story.id)


@blueprint.get("/<id:story_id>")
def story(story_id: str) -> ResponseReturnValue:
    return _page(story_id, ReasonsForm(formdata=None))


def _page(
    story_id: str,
    reasons: ReasonsForm,
    status: int = 200,
    obstacles: tuple[workflow.Obstacle, ...] = (),
    *,
    chosen: ThemesForm | None = None,
    typed: Typed = NOTHING_TYPED,
) -> ResponseReturnValue:
    found = reader().get(Story, story_id)
    stories.review_page_decision(reader(), signed_in(), found).demand()
    if found is None:
        raise NotFound("story")
    row, version = found, _submitted(found)
    earlier = find_version(reader(), row, row.reviewed_version_id)
    compared = compare_versions(reader(), earlier, version) if earlier is not None and earlier.id != version.id else None
    arrows = open_transitions(StoryState(row.state), frozenset({Capacity.EDITOR}), row.published_version_id is not None)
    second = _second_editor(row, signed_in().account)
    decisions = queries.list_decisions(reader(), story_id)
    page = render_template(
        "review/story.html",
        story=row,
        version=version,
        territory=lead_territory(reader(), story_id),
        shown=show_story(reader(), read_story(reader(), row, version, hidden_images=True)),
        compared=compared,
        obstacles=[obstacle_sentence(obstacle) for obstacle in obstacles],
        has_changes=has_changes,
        arrows={arrow.name for arrow in arrows} - (set() if second.asked else {publishing.ENDORSE}),
        second=second,
        exchange=exchange_of(queries.read_working_copy(reader(), row)),
        typed=typed,
        decisions=decisions,
        reasons=reasons,
        themes=_with_themes(chosen or ThemesForm(formdata=None, themes=_themes_of(story_id))),
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@dataclass(frozen=True)
class SecondEditor:
    """Where the site asks two editors to agree: who has agreed to the submitted version, and whether the reader may publish."""

    asked: bool
    mine: bool
    others: tuple[str, ...]


def _second_editor(story: Story, me: str) -> SecondEditor:
    if not publishing.read_rules(reader()).second_editor:
        return SecondEditor(False, False, ())
    agreed = publishing.endorsed_by(reader(), story)
    names = queries.account_names(reader(), sorted(agreed - {me}))
    return SecondEditor(True, me in agreed, tuple(sorted(names.values())))


def _themes_of(story_id: str) -> list[str]:
    return [theme.id for theme in themes_of(reader(), [story_id]).get(story_id, [])]


def _with_themes(form: ThemesForm) -> ThemesForm:
    form.themes.choices = content_choices((theme.id, theme.name) for theme in living_themes(reader()))
    return form


def _submitted(story: Story) -> StoryVersion:
    version = find_version(reader(), story, story.submitted_version_id)
    if version is None:
        raise NotFound("story")
    return version


@blueprint.post("/<id:story_id>/prendre")
def start(story_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        workflow.start_review(uow, actor, story_id)
    return back_to(url_for("review.story", story_id=story_id))


@blueprint.post("/<id:story_id>/rendre")
@keeps_text
def request_changes(story_id: str) -> ResponseReturnValue:
    return _with_reasons(story_id, workflow.request_changes, _("Le récit est rendu à sa délégation, avec vos raisons."))


@blueprint.post("/<id:story_id>/depublier")
@keeps_text
def unpublish(story_id: str) -> ResponseReturnValue:
    return _with_reasons(story_id, workflow.unpublish_story, _("Le récit n’est plus public. Ses textes et ses versions sont gardés."))


def _with_reasons(story_id: str, step: workflow.StepWithReasons, done: str) -> ResponseReturnValue:
    form = ReasonsForm()
    with field_errors(form), writing() as (uow, actor):
        step(uow, actor, story_id, form.reasons.data or "", site().settings.base_url)
    if form.failed:
        return _page(story_id, form, 422)
    flash(done)
    return back_to(url_for("review.story", story_id=story_id))


@blueprint.post("/<id:story_id>/accord")
def endorse(story_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        workflow.endorse_story(uow, actor, story_id, sent("hash"))
    flash(_("Votre accord est noté pour cette version. Une autre personne de la relecture peut publier."))
    return back_to(url_for("review.story", story_id=story_id))


@blueprint.post("/<id:story_id>/publier")
def publish(story_id: str) -> ResponseReturnValue:
    try:
        with writing() as (uow, actor):
            slug = workflow.publish_story(uow, actor, story_id, sent("hash"), site().settings.base_url).slug
    except Refused as refusal:
        if refusal.reason != "not_ready":
            raise
        return _page(story_id, ReasonsForm(formdata=None), 409, refusal.facts["obstacles"])  # type: ignore[arg-type]  # the service's tuple of obstacles
    flash(_("Le récit est publié."))
    return back_to(url_for("reading.story", slug=slug))


@blueprint.post("/<id:story_id>/themes")
def choose_themes(story_id: str) -> ResponseReturnValue:
    actor = with_permission_somewhere(STORY_REVIEW)
    if not _reviews(stories.visible_story(reader(), actor, story_id)):
        raise NotFound("story")
    form = ThemesForm()
    with field_errors(form), writing() as (uow, actor):
        themes.choose_themes(uow, actor, story_id, form.themes.data or [])
    if form.failed:
        return _page(story_id, ReasonsForm(formdata=None), 422, chosen=form)
    flash(_("Les thèmes du récit sont enregistrés."))
    return back_to(url_for("review.story", story_id=story_id, _anchor="themes-h"))


# — the exchange, of editors and members —


@blueprint.post("/<id:story_id>/commentaires")
@keeps_text
def add_comment(story_id: str) -> ResponseReturnValue:
    """Begins a thread with the review, about the story or about the passage that is named."""
    row = stories.visible_story(reader(), signed_in(), story_id)
    passage, body = sent("passage") or None, sent("body")
    try:
        with writing() as (uow, actor):
            discussion.start_review_thread(uow, actor, story_id, passage, body)
    except Invalid as error:
        return _again(row, passage or "new", body, error)
    flash(_("Votre commentaire est ajouté."))
    return back_to(_where(row))


@blueprint.post("/<id:story_id>/fils/<id:thread_id>/repondre")
@keeps_text
def reply(story_id: str, thread_id: str) -> ResponseReturnValue:
    row, body = stories.visible_story(reader(), signed_in(), story_id), sent("body")
    try:
        with writing() as (uow, actor):
            discussion.thread_in(uow.session, story_id, thread_id)
            discussion.reply(uow, actor, thread_id, body)
    except Invalid as error:
        return _again(row, thread_id, body, error)
    return back_to(_where(row, thread_id))


@blueprint.post("/<id:story_id>/fils/<id:thread_id>/<any(regler, rouvrir):what>")
def resolve(story_id: str, thread_id: str, what: str) -> ResponseReturnValue:
    row = stories.visible_story(reader(), signed_in(), story_id)
    with writing() as (uow, actor):
        discussion.thread_in(uow.session, story_id, thread_id)
        discussion.set_thread_resolved(uow, actor, thread_id, what == "regler")
    return back_to(_where(row, thread_id))


@blueprint.post("/<id:story_id>/commentaires/<id:comment_id>")
@keeps_text
def edit_comment(story_id: str, comment_id: str) -> ResponseReturnValue:
    row, body = stories.visible_story(reader(), signed_in(), story_id), sent("body")
    try:
        with writing() as (uow, actor):
            discussion.comment_in(uow.session, story_id, comment_id)
            thread_id = discussion.edit_comment(uow, actor, comment_id, body).id
    except Invalid as error:
        return _again(row, comment_id, body, error)
    return back_to(_where(row, thread_id))


def _again(story: Story, place: str, text: str, error: Invalid) -> ResponseReturnValue:
    """Shows the page again with what was typed, and why it could not be taken."""
    typed = Typed(place, text, sentence(error))
    if _reviews(story):
        return _page(story.id, ReasonsForm(formdata=None), 422, typed=typed)
    return story_page(story.id, typed=typed, status=422)


def _where(story: Story, thread_id: str | None = None) -> str:
    """Members go back to their desk, editors to theirs."""
    anchor = f"fil-{thread_id}" if thread_id else None
    return url_for("review.story" if _reviews(story) else "desk.story", story_id=story.id, _anchor=anchor)
