"""Where delegations work: *Mon espace*, stories, their passages. Rights are decided by the services."""

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.db import desk as queries
from app.db.models import Story
from app.db.reading import living_moments
from app.db.themes import living_themes, themes_of
from app.kernel.access import STORY_REVIEW
from app.kernel.block import TEXT_BLOCK
from app.kernel.errors import NotFound, Refused
from app.kernel.workflow import EDITABLE_STATES, Capacity, StoryState, open_transitions
from app.services import freezing, passages, stories, themes, workflow
from app.services.formats import DEFAULT_FORMAT
from app.services.story_export import export_story
from app.services.trash import delegation_trash
from app.web.blocks import block_choices, block_title
from app.web.context import back_to, desk, field_errors, reader, refresh, seal, signed_in, site, writing
from app.web.desk_view import obstacle_lines, show_working_copy, voice_words
from app.web.formats import format_choices
from app.web.forms import ConfirmForm, NewPassageForm, StoryForm, choices, content_choices
from app.web.gate import keeps_text
from app.web.live_page import open_story
from app.web.margin_view import NOTHING_TYPED, ExchangeShown, Typed, show_exchange
from app.web.space_view import in_margins, my_space
from app.web.templating import moment_words

blueprint = Blueprint("desk", __name__, url_prefix="/espace")
blueprint.add_app_template_global(block_title, "block_title")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    actor = signed_in()
    cards = queries.list_delegations(reader(), actor.writing_delegations)
    space = my_space(reader(), actor, cards)
    return render_template(
        "desk/home.html",
        cards=cards,
        space=space,
        margins=in_margins(reader(), actor),
        reviews=actor.may_somewhere(STORY_REVIEW),
        confirm=ConfirmForm(formdata=None),
    )


# — stories —


def delegation_card(delegation_id: str) -> queries.DelegationCard:
    if delegation_id not in signed_in().writing_delegations:
        raise NotFound("delegation")
    return queries.list_delegations(reader(), [delegation_id])[0]


@blueprint.get("/delegations/<id:delegation_id>/recits/nouveau")
def new_story(delegation_id: str) -> ResponseReturnValue:
    card = delegation_card(delegation_id)
    return _story_form(StoryForm(formdata=None, format=DEFAULT_FORMAT), card=card), 200


def _story_form(form: StoryForm, *, card: queries.DelegationCard | None = None, story: Story | None = None) -> str:
    """Shows the form of a story's title, with the forms that it may take and the themes that it may have."""
    formats = format_choices(story.format if story else "")
    form.format.choices = choices((item.name, item.title) for item in formats)
    form.themes.choices = content_choices((theme.id, theme.name) for theme in living_themes(reader()))
    own = themes_of(reader(), [story.id]).get(story.id, []) if story else []
    return render_template("desk/story_form.html", form=form, card=card, story=story, formats=formats, themes=own)


@blueprint.post("/delegations/<id:delegation_id>/recits/nouveau")
@keeps_text
def create_story(delegation_id: str) -> ResponseReturnValue:
    card = delegation_card(delegation_id)
    form = StoryForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            story = stories.create_story(
                uow, actor, delegation_id, form.title.data, form.standfirst.data or "", format_name=form.format.data or DEFAULT_FORMAT
            )
            themes.choose_themes(uow, actor, story.id, form.themes.data or [])
        if not form.failed:
            return back_to(url_for("desk.story", story_id=story.id))
    return _story_form(form, card=card), 422


@blueprint.get("/recits/<id:story_id>")
def story(story_id: str) -> ResponseReturnValue:
    """Shows a working copy; `?part=passages` its passages alone, which an open page fetches again when others change them."""
    return story_page(story_id, template="desk/_story_passages.html" if request.args.get("part") == "passages" else "desk/story.html")


def story_page(
    story_id: str,
    obstacles: tuple[workflow.Obstacle, ...] = (),
    typed: Typed = NOTHING_TYPED,
    status: int = 200,
    template: str = "desk/story.html",
) -> ResponseReturnValue:
    """Shows a working copy to its delegation, with what stands between it and the editors, or a comment that could not be taken."""
    actor = signed_in()
    row = _up_to_date(story_id)
    copy = queries.read_working_copy(reader(), row)
    arrows = open_transitions(StoryState(row.state), frozenset({Capacity.MEMBER}), row.published_version_id is not None)
    page = render_template(
        template,
        story=row,
        copy=copy,
        live=open_story(copy),
        shown=show_working_copy(actor, copy),
        arrows=[arrow.name for arrow in arrows],
        obstacles=obstacle_lines(copy, obstacles),
        decisions=queries.list_decisions(reader(), story_id),
        exchange=exchange_of(copy),
        typed=typed,
        confirm=ConfirmForm(formdata=None),
        new_passage=_new_passage_form(copy),
        editable=StoryState(row.state) in EDITABLE_STATES,
    )
    return page, status


def exchange_of(copy: queries.WorkingCopy) -> ExchangeShown:
    """Returns what the person may read of what was said with the review about a story."""
    now = site().clock()
    return show_exchange(reader(), signed_in(), copy, site().live, now, site().clock.day_of(now))


def _up_to_date(story_id: str) -> Story:
    """Returns a story of the person's delegation, with what is being written in its passages right now."""
    row = stories.member_story(reader(), signed_in(), story_id)
    if seal(*(passage.id for passage in passages.living_passages(reader(), story_id))):
        row = stories.member_story(reader(), signed_in(), story_id)
    return row


@blueprint.get("/recits/<id:story_id>/titre")
def story_title(story_id: str) -> ResponseReturnValue:
    row = stories.member_story(reader(), signed_in(), story_id)
    own = [theme.id for theme in themes_of(reader(), [story_id]).get(story_id, [])]
    form = StoryForm(formdata=None, title=row.title, standfirst=row.standfirst, format=row.format, themes=own)
    return _story_form(form, story=row)


@blueprint.post("/recits/<id:story_id>/titre")
@keeps_text
def save_story_title(story_id: str) -> ResponseReturnValue:
    form = StoryForm()
    row = stories.member_story(reader(), signed_in(), story_id)
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            edited = stories.edit_story(uow, actor, story_id, form.title.data, form.standfirst.data or "", form.format.data or None)
            if edited.published_version_id is None:
                themes.choose_themes(uow, actor, story_id, form.themes.data or [])
        if not form.failed:
            return back_to(url_for("desk.story", story_id=story_id))
    return _story_form(form, story=row), 422


@blueprint.get("/recits/<id:story_id>/fichiers")
def story_files(story_id: str) -> ResponseReturnValue:
    """Sends a working copy as an archive of files, pictures included; it may hold what is public nowhere, so that nothing keeps it."""
    files = export_story(desk(), signed_in(), story_id, site().settings.media_folder)
    refresh()
    slug = stories.member_story(reader(), signed_in(), story_id).slug
    headers = {"Content-Disposition": f'attachment; filename="{slug}.zip"', "Cache-Control": "private, no-store"}
    return Response(files.zip_pieces(), mimetype="application/zip", headers=headers)


# — steps of the workflow that belong to the delegation —


@blueprint.post("/recits/<id:story_id>/proposer")
def submit_story(story_id: str) -> ResponseReturnValue:
    try:
        freezing.submit(desk(), signed_in(), story_id, site().settings.base_url)
        refresh()
    except Refused as refusal:
        if refusal.reason != "not_ready":
            raise
        return story_page(story_id, refusal.facts["obstacles"], status=409)  # type: ignore[arg-type]  # the service's tuple of obstacles
    flash(_("Le récit est proposé à la relecture. Vous recevrez un courriel à chaque étape."))
    return back_to(url_for("desk.story", story_id=story_id))


@blueprint.post("/recits/<id:story_id>/rouvrir")
def reopen_story(story_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        workflow.reopen_story(uow, actor, story_id)
    flash(_("Le récit est rouvert à l’écriture. Ce qui est public le reste."))
    return back_to(url_for("desk.story", story_id=story_id))


# — passages: adding one —


@blueprint.post("/recits/<id:story_id>/passages")
def add_passage(story_id: str) -> ResponseReturnValue:
    form = NewPassageForm()
    with writing() as (uow, actor):
        passage = passages.add_passage(
            uow, actor, story_id, form.moment.data or None, form.voice.data or None, form.block.data or TEXT_BLOCK
        )
    return back_to(url_for("passages.write", passage_id=passage.id))


def _new_passage_form(copy: queries.WorkingCopy) -> NewPassageForm:
    """Offers the delegation's moments, and the voices that the person writes for."""
    actor = signed_in()
    form = NewPassageForm(formdata=None, voice="")
    moments = living_moments(reader(), copy.delegation.id)
    form.moment.choices = [
        *content_choices(((moment.id, f"{revision.title} ({moment_words(revision)})") for moment, revision in moments), copy.story.lang),
        *choices([("", _("Le récit dans son ensemble, sans moment"))]),
    ]
    mine = [voice for voice in copy.voices.values() if actor.writes_for(voice.id)]
    form.voice.choices = choices([*((voice.id, voice_words(voice)) for voice in mine), ("", _("Passage commun à la délégation"))])
    form.voice.data = mine[0].id if mine else ""
    form.block.choices = choices([(TEXT_BLOCK, _("Un texte")), *block_choices()])
    form.block.data = TEXT_BLOCK
    return form


# — trash of stories —


@blueprint.post("/recits/<id:story_id>/corbeille")
def delete_story(story_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        stories.delete_story(uow, actor, story_id)
        delegation_id = stories.lead_delegation(uow.session, story_id)
    flash(_("Le récit est dans la corbeille, avec tous ses passages. Vous pouvez l’en sortir."))
    return back_to(url_for("desk.trash", delegation_id=delegation_id))


@blueprint.post("/recits/<id:story_id>/restaurer")
def restore_story(story_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        stories.restore_story(uow, actor, story_id)
    flash(_("Le récit est revenu de la corbeille."))
    return back_to(url_for("desk.story", story_id=story_id))


@blueprint.get("/delegations/<id:delegation_id>/corbeille")
def trash(delegation_id: str) -> ResponseReturnValue:
    kinds = delegation_trash(reader(), signed_in(), delegation_id)
    return render_template(
        "desk/trash.html",
        kinds=kinds,
        names=queries.account_names(reader(), [row.by for _name, found in kinds for row in found]),
        restore_address=_restore_address,
        confirm=ConfirmForm(formdata=None),
    )


def _restore_address(kind: str, thing_id: str) -> str:
    """Returns where a thing is taken back by its delegation: to the page where it then stands."""
    if kind == "story":
        return url_for("desk.restore_story", story_id=thing_id)
    if kind == "passage":
        return url_for("passages.restore", passage_id=thing_id)
    if kind == "moment":
        return url_for("moments.restore_moment", moment_id=thing_id)
    return url_for("moments.delete_image", media_id=thing_id, what="restaurer")
