"""A delegation's journey and voices: moments, stances, missing voices, how one is shown, who writes for whom; images of a story."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app.db import desk as queries
from app.db.models import Account, Media, Moment, MomentRevision, Stance, Voice
from app.db.reading import living_moments
from app.kernel.errors import Invalid, NotFound
from app.kernel.moment_date import parse_moment_date
from app.kernel.voice import Display
from app.services import accounts, approvals, media, moments, passages, stories, voices
from app.web.context import back_to, field_errors, reader, signed_in, site, writing
from app.web.desk import delegation_card
from app.web.forms import ConfirmForm, DisplayForm, ImageForm, MissingForm, MomentForm, ScribeForm, StanceForm, choices, content_choices
from app.web.gate import keeps_text
from app.web.templating import moment_words
from app.web.words import DISPLAYS, STANCES

blueprint = Blueprint("moments", __name__, url_prefix="/espace")


# — the journey —


@blueprint.get("/delegations/<id:delegation_id>/parcours")
def journey(delegation_id: str) -> ResponseReturnValue:
    card = delegation_card(delegation_id)
    mine = [voice for voice in queries.delegation_voices(reader(), delegation_id) if signed_in().holds(voice.id)]
    stances = {
        (row.voice_id, row.moment_id): row for row in reader().scalars(select(Stance).where(Stance.voice_id.in_([v.id for v in mine])))
    }
    return render_template(
        "desk/journey.html",
        card=card,
        moments=living_moments(reader(), delegation_id),
        phases={phase.id: phase.name for phase in queries.list_phases(reader(), card.programme.id)},
        mine=mine,
        stances=stances,
        confirm=ConfirmForm(formdata=None),
    )


@blueprint.get("/delegations/<id:delegation_id>/parcours/nouveau")
def new_moment(delegation_id: str) -> ResponseReturnValue:
    card = delegation_card(delegation_id)
    return render_template("desk/moment_form.html", form=_with_phases(MomentForm(formdata=None), card.programme.id), card=card, moment=None)


@blueprint.post("/delegations/<id:delegation_id>/parcours/nouveau")
@keeps_text
def create_moment(delegation_id: str) -> ResponseReturnValue:
    card = delegation_card(delegation_id)
    form = _with_phases(MomentForm(), card.programme.id)
    if form.validate():
        with field_errors(form):
            told = _read(form)
            with writing() as (uow, actor):
                moments.add_moment(uow, actor, delegation_id, told)
        if not form.failed:
            return back_to(url_for("moments.journey", delegation_id=delegation_id))
    return render_template("desk/moment_form.html", form=form, card=card, moment=None), 422


@blueprint.get("/moments/<id:moment_id>")
def edit_moment(moment_id: str) -> ResponseReturnValue:
    moment, revision = _moment(moment_id)
    card = delegation_card(moment.delegation_id)
    form = MomentForm(
        formdata=None,
        title=revision.title,
        date=moment_words(revision),
        place=revision.place,
        phase=revision.phase_id or "",
        description=revision.description,
    )
    page = render_template(
        "desk/moment_form.html", form=_with_phases(form, card.programme.id), card=card, moment=moment, confirm=ConfirmForm(formdata=None)
    )
    return page


@blueprint.post("/moments/<id:moment_id>")
@keeps_text
def save_moment(moment_id: str) -> ResponseReturnValue:
    moment, _revision = _moment(moment_id)
    card = delegation_card(moment.delegation_id)
    form = _with_phases(MomentForm(), card.programme.id)
    if form.validate():
        with field_errors(form):
            told = _read(form)
            with writing() as (uow, actor):
                moments.edit_moment(uow, actor, moment_id, told)
        if not form.failed:
            flash(_("Le moment est enregistré. Les récits déjà publiés gardent la description qu’ils montrent."))
            return back_to(url_for("moments.journey", delegation_id=moment.delegation_id))
    return render_template("desk/moment_form.html", form=form, card=card, moment=moment, confirm=ConfirmForm(formdata=None)), 422


@blueprint.post("/moments/<id:moment_id>/corbeille")
def delete_moment(moment_id: str) -> ResponseReturnValue:
    moment, _revision = _moment(moment_id)
    with writing() as (uow, actor):
        moments.delete_moment(uow, actor, moment_id)
    flash(_("Le moment est dans la corbeille. Vous pouvez l’en sortir."))
    return back_to(url_for("moments.journey", delegation_id=moment.delegation_id))


@blueprint.post("/moments/<id:moment_id>/restaurer")
def restore_moment(moment_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        moments.restore_moment(uow, actor, moment_id)
        delegation_id = uow.session.get_one(Moment, moment_id).delegation_id
    return back_to(url_for("moments.journey", delegation_id=delegation_id))


def _moment(moment_id: str) -> tuple[Moment, MomentRevision]:
    moment = reader().get(Moment, moment_id)
    if moment is None or moment.deleted_at is not None or moment.delegation_id not in signed_in().writing_delegations:
        raise NotFound("moment")
    return moment, reader().get_one(MomentRevision, moment.revision_id)


def _with_phases(form: MomentForm, programme_id: str) -> MomentForm:
    phases = content_choices((phase.id, phase.name) for phase in queries.list_phases(reader(), programme_id))
    form.phase.choices = [*choices([("", _("Aucune en particulier"))]), *phases]
    return form


def _read(form: MomentForm) -> moments.MomentForm:
    return moments.MomentForm(
        form.title.data, parse_moment_date(form.date.data), form.place.data or "", form.phase.data or None, form.description.data or ""
    )


@blueprint.post("/recits/<id:story_id>/moments/<id:moment_id>/deplacer/<any(haut, bas):where>")
def move_moment(story_id: str, moment_id: str, where: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        passages.move_moment(uow, actor, story_id, moment_id, -1 if where == "haut" else 1)
    return back_to(url_for("desk.story", story_id=story_id, _anchor=f"moment-{moment_id}"))


# — stances and missing voices —


@blueprint.get("/moments/<id:moment_id>/position/<id:voice_id>")
def stance(moment_id: str, voice_id: str) -> ResponseReturnValue:
    moment, revision = _moment(moment_id)
    row = reader().get(Stance, (voice_id, moment_id))
    form = StanceForm(formdata=None, stance=row.stance if row else "", note=row.note if row else "")
    return _stance_page(form, moment, revision, voice_id)


def _stance_page(form: StanceForm, moment: Moment, revision: MomentRevision, voice_id: str, status: int = 200) -> ResponseReturnValue:
    voice = reader().get(Voice, voice_id)
    if voice is None or not signed_in().holds(voice_id):
        raise NotFound("voice")
    form.stance.choices = choices([*((code, f"{sign} {word}") for code, (sign, word) in STANCES.items()), ("", _("ne rien dire"))])
    page = render_template(
        "desk/stance.html", form=form, moment=moment, revision=revision, voice=voice, card=delegation_card(moment.delegation_id)
    )
    return page, status


@blueprint.post("/moments/<id:moment_id>/position/<id:voice_id>")
@keeps_text
def save_stance(moment_id: str, voice_id: str) -> ResponseReturnValue:
    moment, revision = _moment(moment_id)
    form = StanceForm()
    with field_errors(form), writing() as (uow, actor):
        approvals.set_stance(uow, actor, moment_id, voice_id, form.stance.data or "", form.note.data or "")
    if form.failed:
        return _stance_page(form, moment, revision, voice_id, 422)
    flash(_("Votre position est notée. Elle paraîtra avec le récit."))
    return back_to(_written_before() or url_for("moments.journey", delegation_id=moment.delegation_id))


def _written_before() -> str | None:
    """Returns the address of the passage from which somebody came to say where they stand, if it is theirs to read."""
    try:
        passage, _story = passages.readable_passage(reader(), signed_in(), request.args.get("passage", ""))
    except NotFound:
        return None
    return url_for("passages.write", passage_id=passage.id)


@blueprint.get("/recits/<id:story_id>/moments/<id:moment_id>/voix-manquante/<category>")
def missing_voice(story_id: str, moment_id: str, category: str) -> ResponseReturnValue:
    return _missing_page(story_id, moment_id, category, MissingForm(formdata=None, reason=_stated(story_id, moment_id, category)))


def _stated(story_id: str, moment_id: str, category: str) -> str:
    story = stories.member_story(reader(), signed_in(), story_id)
    row = queries.read_working_copy(reader(), story).missing.get((moment_id, category))
    return row.reason if row else ""


def _missing_page(story_id: str, moment_id: str, category: str, form: MissingForm, status: int = 200) -> ResponseReturnValue:
    story = stories.member_story(reader(), signed_in(), story_id)
    if category not in approvals.CATEGORIES:
        raise NotFound("page")
    _row, revision = _moment(moment_id)
    return render_template("desk/missing.html", form=form, story=story, revision=revision, category=category), status


@blueprint.post("/recits/<id:story_id>/moments/<id:moment_id>/voix-manquante/<category>")
@keeps_text
def save_missing_voice(story_id: str, moment_id: str, category: str) -> ResponseReturnValue:
    form = MissingForm()
    with field_errors(form), writing() as (uow, actor):
        approvals.state_missing_voice(uow, actor, story_id, moment_id, category, form.reason.data or "")
    if form.failed:
        return _missing_page(story_id, moment_id, category, form, 422)
    return back_to(url_for("desk.story", story_id=story_id, _anchor=f"moment-{moment_id}"))


# — one's voice —


@blueprint.get("/voix/<id:voice_id>")
def voice(voice_id: str) -> ResponseReturnValue:
    row = _own_voice(voice_id)
    display = DisplayForm(formdata=None, display=row.display, function=row.function)
    scribe = reader().get(Account, row.scribe_id) if row.scribe_id else None
    return _voice_page(row, display, ScribeForm(formdata=None, email=scribe.email if scribe else ""))


def _own_voice(voice_id: str) -> Voice:
    row = reader().get(Voice, voice_id)
    if row is None or not signed_in().holds(voice_id):
        raise NotFound("voice")
    return row


def _voice_page(row: Voice, display: DisplayForm, scribe: ScribeForm, status: int = 200) -> ResponseReturnValue:
    display.display.choices = choices(DISPLAYS.items())
    who = reader().get(Account, row.scribe_id) if row.scribe_id else None
    page = render_template("desk/voice.html", voice=row, display=display, scribe=scribe, who=who, card=delegation_card(row.delegation_id))
    return page, status


@blueprint.post("/voix/<id:voice_id>")
def save_voice(voice_id: str) -> ResponseReturnValue:
    row = _own_voice(voice_id)
    form = DisplayForm()
    if form.display.data not in list(Display):
        form.display.errors = [_("Ce choix n’est pas proposé. Choisissez dans la liste.")]
    with field_errors(form):
        if not form.failed:
            with writing() as (uow, actor):
                voices.set_display(uow, actor, voice_id, Display(form.display.data), form.function.data or "")
    if form.failed:
        return _voice_page(row, form, ScribeForm(formdata=None), 422)
    flash(_("C’est noté, et déjà appliqué partout."))
    return back_to(url_for("moments.voice", voice_id=voice_id))


@blueprint.post("/voix/<id:voice_id>/scribe")
def save_scribe(voice_id: str) -> ResponseReturnValue:
    row = _own_voice(voice_id)
    form = ScribeForm()
    if form.validate():
        with field_errors(form):
            account_id = _account_of(form.email.data or "")
            with writing() as (uow, actor):
                voices.name_scribe(uow, actor, voice_id, account_id)
        if not form.failed:
            flash(_("C’est noté."))
            return back_to(url_for("moments.voice", voice_id=voice_id))
    return _voice_page(row, DisplayForm(formdata=None, display=row.display, function=row.function), form, 422)


def _account_of(email: str) -> str | None:
    if not email.strip():
        return None
    with writing() as (uow, actor):
        account_id = accounts.find_by_address(uow, site().signer, actor, email)
    if account_id is None:
        raise Invalid("email", "no_account")
    return account_id


# — images —


@blueprint.get("/recits/<id:story_id>/images")
def images(story_id: str) -> ResponseReturnValue:
    return _images_page(story_id, ImageForm(formdata=None))


def _images_page(story_id: str, form: ImageForm, status: int = 200) -> ResponseReturnValue:
    story = stories.member_story(reader(), signed_in(), story_id)
    deleted = reader().scalars(select(Media).where(Media.story_id == story_id, Media.deleted_at.is_not(None)))
    page = render_template(
        "desk/images.html",
        story=story,
        form=form,
        images=queries.list_images(reader(), story_id),
        deleted=list(deleted),
        back=request.args.get("passage", ""),
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/recits/<id:story_id>/images")
@keeps_text
def add_image(story_id: str) -> ResponseReturnValue:
    stories.writable_story(reader(), signed_in(), story_id)
    form = ImageForm()
    upload = request.files.get("image")
    if form.validate():
        with field_errors(form):
            image = media.prepare_image(site().settings.media_folder, upload.read() if upload else b"")
            with writing() as (uow, actor):
                media.add_image(uow, actor, story_id, image, form.alt.data, form.credit.data)
        if not form.failed:
            flash(_("L’image est ajoutée. Insérez-la dans un passage avec le bouton Image, ou en copiant son code."))
            return back_to(url_for("moments.images", story_id=story_id, passage=request.args.get("passage") or None))
    return _images_page(story_id, form, 422)


@blueprint.post("/images/<id:media_id>/<any(corbeille, restaurer):what>")
def delete_image(media_id: str, what: str) -> ResponseReturnValue:
    act = media.delete_image if what == "corbeille" else media.restore_image
    with writing() as (uow, actor):
        act(uow, actor, media_id)
        story_id = uow.session.get_one(Media, media_id).story_id
    return back_to(url_for("moments.images", story_id=story_id))
