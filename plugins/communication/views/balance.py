"""Why voices are missing: every silence of a story on one page, with one reason for all its moments or one for each."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _

from app.sdk import Invalid, NotFound, back_to, keeps_text, member_story, read_told, reader, refusal_words, sent, signed_in, writing
from plugins.communication.services import balance as services
from plugins.communication.views.base import blueprint


@blueprint.get("/recits/<id:story_id>/voix-manquantes")
def missing_voices(story_id: str):
    return _page(story_id)


def _page(story_id: str, error: str = "", status: int = 200):
    story = member_story(reader(), signed_in(), story_id)
    told = read_told(reader(), story_id)
    if told is None:
        raise NotFound("story")
    silences = services.shown_silences(told)
    page = render_template("communication/missing_voices.html", story=story, told=told, silences=silences, error=error, typed=sent)
    return page, status


@blueprint.post("/recits/<id:story_id>/voix-manquantes")
@keeps_text
def save_missing_voices(story_id: str):
    told = read_told(reader(), story_id) if member_story(reader(), signed_in(), story_id) else None
    silences = services.shown_silences(told) if told else []
    for_all = {silence.category: sent(f"all-{silence.category}") for silence in silences}
    one_by_one = {
        (moment.id, silence.category): sent(f"{silence.category}-{moment.id}") for silence in silences for moment in silence.moments
    }
    try:
        with writing() as (uow, actor):
            changed = services.state_reasons(uow, actor, story_id, for_all, one_by_one)
    except Invalid as error:
        return _page(story_id, refusal_words(error), 422)
    flash(_("Les raisons sont notées. Elles paraîtront avec le récit.") if changed else _("Rien n’a changé."))
    return back_to(url_for("desk.story", story_id=story_id))
