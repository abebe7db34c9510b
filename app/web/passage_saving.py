"""Saving a passage's plain form, its preview, its draft and its question; the words are safe whatever happens."""

from flask import flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.db import desk as queries
from app.db.models import Passage, Story
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.services import freezing, passages
from app.services.markup import MarkupRefused, prepare
from app.services.prompts import answer_question
from app.services.saving import Conflict, save_beside_others
from app.web.assembly import resolver_for, to_html
from app.web.blocks import BlockEditor, open_block, show_block, typed_into_block
from app.web.context import back_to, desk, reader, refresh, signed_in, site, snapshot, writing
from app.web.errors import markup_sentence
from app.web.forms import PassageForm, sent
from app.web.gate import keeps_text
from app.web.passages import blueprint, editor_page, open_passage, read_passage
from app.web.templating import instant_words
from app.web.words import sentence

NOT_COMPLETE = _l("Le formulaire n’est pas complet. Rien n’est perdu : corrigez ce qui est signalé.")


@blueprint.post("/<id:passage_id>")
@keeps_text
def save(passage_id: str) -> ResponseReturnValue:
    passage, story, copy = read_passage(passage_id)
    form = PassageForm()
    body = form.body.data or ""
    line = copy.line(passage_id)
    block = open_block(passage, line.revision if line else None, None, request.form)
    if "preview" in request.form:
        return _preview(passage, story, copy, form, block)
    if block is not None and not block.valid:
        _keep(passage_id, form)
        return editor_page(passage, story, copy, form, block=block, message=str(NOT_COMPLETE), status=422)
    prompt = answer_question(reader(), snapshot(), form.prompt.data or "", passages.kept_prompt(line.revision if line else None))
    try:
        filled = block.prepared(story.lang) if block is not None else None
        typed = typed_into_block(request.form)
        with force_locale(story.lang):  # what an extension says of merged fields is kept with the story
            result = save_beside_others(desk(), signed_in(), passage_id, body, prompt, form.base.data or None, story.lang, filled, typed)
    except MarkupRefused as refusal:
        _keep(passage_id, form)
        return editor_page(passage, story, copy, form, block=block, message=markup_sentence(refusal), status=422)
    except (Refused, NotAllowed) as refusal:
        if refusal.reason in ("block_failed", "block_dormant"):
            _keep(passage_id, form)
            return editor_page(passage, story, copy, form, block=block, message=sentence(refusal), status=409)
        # Locked, signed or handed over while one was writing: the words are kept where their writer finds them.
        _keep_if_possible(passage_id, form)
        raise refusal
    refresh()
    if isinstance(result, Conflict):
        passage, story, copy = open_passage(passage_id)
        both = PassageForm(formdata=None, body=result.proposal, base=result.current, prompt=form.prompt.data)
        return editor_page(passage, story, copy, both, conflict=result, block=block, status=409)
    flash(
        _("Enregistré, avec ce qu’une autre personne avait écrit entre-temps. Relisez l’ensemble.") if result.merged else _("Enregistré.")
    )
    return back_to(url_for("passages.write", passage_id=passage_id))


@blueprint.post("/<id:passage_id>/question")
def choose_question(passage_id: str) -> ResponseReturnValue:
    """Puts another writing question above a passage, or none; its words stay."""
    _passage, _story, copy = read_passage(passage_id)
    line = copy.line(passage_id)
    prompt = answer_question(reader(), snapshot(), sent("prompt"), passages.kept_prompt(line.revision if line else None))
    asked = freezing.ask_otherwise(desk(), signed_in(), passage_id, prompt)
    refresh()
    if asked:
        flash(_("La question est choisie, le texte n’a pas changé."))
    else:
        flash(_("Le texte vient de changer : choisissez la question encore une fois."))
    return back_to(url_for("passages.write", passage_id=passage_id))


def _preview(
    passage: Passage, story: Story, copy: queries.WorkingCopy, form: PassageForm, block: BlockEditor | None
) -> ResponseReturnValue:
    """Shows what would be public, with the form and its words below; nothing is saved, the words are kept as a draft."""
    _keep(passage.id, form)
    try:
        preview = _previewed(story, form, block)
    except MarkupRefused as refusal:
        return editor_page(passage, story, copy, form, block=block, message=markup_sentence(refusal), status=422)
    except Refused as refusal:
        return editor_page(passage, story, copy, form, block=block, message=sentence(refusal), status=409)
    if preview is None:
        return editor_page(passage, story, copy, form, block=block, message=str(NOT_COMPLETE), status=422)
    return editor_page(passage, story, copy, form, block=block, preview=preview)


def _previewed(story: Story, form: PassageForm, block: BlockEditor | None) -> Markup | None:
    """Returns what would be public; None if an extension's fields are not complete."""
    prepared = prepare(form.body.data or "", lang=story.lang)
    if block is not None and not block.valid:
        return None
    filled = block.prepared(story.lang) if block is not None else None
    pieces = prepared.fragment.to_json()
    resolver = resolver_for(reader(), queries.list_images(reader(), story.id), [pieces])
    return to_html(pieces, resolver, "apercu-", story.lang) + (show_block(filled.block, story.lang) if filled else Markup(""))


def _keep(passage_id: str, form: PassageForm) -> None:
    with writing() as (uow, actor):
        passages.keep_draft(
            uow, actor, passage_id, form.body.data or "", form.prompt.data or "", form.base.data or None, typed_into_block(request.form)
        )


def _keep_if_possible(passage_id: str, form: PassageForm) -> None:
    try:
        _keep(passage_id, form)
    except (NotFound, NotAllowed):
        return


@blueprint.post("/<id:passage_id>/brouillon")
def autosave(passage_id: str) -> ResponseReturnValue:
    """Keeps unsaved words; asked by the script of the writing page, never makes a version."""
    _keep(passage_id, PassageForm())
    return jsonify(kept=True, at=instant_words(site().clock()))


@blueprint.post("/<id:passage_id>/brouillon/abandonner")
def drop_draft(passage_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        passages.readable_passage(uow.session, actor, passage_id)
        passages.drop_draft(uow, actor, passage_id)
    flash(_("Le brouillon est abandonné. Le texte enregistré n’a pas changé."))
    return back_to(url_for("passages.write", passage_id=passage_id))


@blueprint.post("/<id:passage_id>/apercu")
def preview_fragment(passage_id: str) -> ResponseReturnValue:
    """Returns the preview alone, cleaned exactly as a publication is."""
    passage, story, copy = open_passage(passage_id)
    line = copy.line(passage_id)
    block = open_block(passage, line.revision if line else None, None, request.form)
    try:
        preview, message = _previewed(story, PassageForm(), block), ""
    except MarkupRefused as refusal:
        preview, message = None, markup_sentence(refusal)
    except Refused as refusal:
        preview, message = None, sentence(refusal)
    if preview is None:
        return render_template("desk/_preview.html", preview=None, message=message or str(NOT_COMPLETE), story=story), 422
    return render_template("desk/_preview.html", preview=preview, message="", story=story)
