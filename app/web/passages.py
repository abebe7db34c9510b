"""Writing one passage: the form, its preview, its versions, its signature, its place; the words are safe whatever happens."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.exceptions import abort

from app.db import desk as queries
from app.db.margin import contributors_of
from app.db.models import Account, Passage, PassageRevision, Phase, Story, Voice
from app.hooks.contracts import PromptContext
from app.kernel.access import Actor
from app.kernel.block import TEXT_BLOCK
from app.kernel.diff import compare_texts
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.kernel.spans import Sentence, sentences
from app.kernel.workflow import EDITABLE_STATES, StoryState
from app.services import approvals, discussion, freezing, passages
from app.services.blocks import kept_of
from app.services.markup import MarkupRefused, prepare
from app.services.prompts import Question, answer_question, offer_questions
from app.services.saving import Conflict, save_beside_others
from app.services.suggestions import suggesting
from app.web.assembly import resolver_for, to_html
from app.web.blocks import BlockEditor, block_html, open_block, show_block, typed_into_block
from app.web.context import back_to, desk, reader, refresh, seal, signed_in, site, snapshot, writing
from app.web.desk_view import show_working_copy
from app.web.errors import markup_sentence
from app.web.forms import ConfirmForm, NameForm, PassageForm, sent
from app.web.gate import keeps_text
from app.web.live_page import open_room
from app.web.margin_view import NOTHING_TYPED, MarginShown, Typed, anothers_words, is_member, show_margin, speaker_of
from app.web.templating import instant_words
from app.web.words import sentence

NOT_COMPLETE = _l("Le formulaire n’est pas complet. Rien n’est perdu : corrigez ce qui est signalé.")

blueprint = Blueprint("passages", __name__, url_prefix="/espace/passages")


Opened = tuple[Passage, Story, queries.WorkingCopy]


def _open(passage_id: str, find: Callable[[Session, Actor, str], tuple[Passage, Story]] = passages.readable_passage) -> Opened:
    """Returns a passage with what is being written in it right now, for a member; `find` says for whom else."""
    find(reader(), signed_in(), passage_id)
    seal(passage_id)
    return _read(passage_id, find)


def _read(passage_id: str, find: Callable[[Session, Actor, str], tuple[Passage, Story]] = passages.readable_passage) -> Opened:
    """Returns a passage as it was last saved: for a form whose verb seals by itself."""
    passage, story = find(reader(), signed_in(), passage_id)
    return passage, story, queries.read_working_copy(reader(), story)


@dataclass(frozen=True)
class _Blocked:
    """What somebody who may not write in a passage may do there instead, and why, in words."""

    why: str
    proposing: bool


def _blocked(passage: Passage, copy: queries.WorkingCopy) -> _Blocked | None:
    """Returns what the person may do here instead of writing; None where they write."""
    if passages.passage_writing(reader(), signed_in(), passage).allowed:
        return None
    refusal = suggesting(reader(), signed_in(), passage).refusal
    if refusal is not None:
        anothers = refusal.reason == "passage_signed" and not approvals.reopening_decision(reader(), signed_in(), passage).allowed
        why = _("Ce passage est signé : il se lit et se commente, jusqu’à ce que sa voix le rouvre.") if anothers else sentence(refusal)
        return _Blocked(why, proposing=False)
    return _Blocked(anothers_words(speaker_of(copy.voices.get(passage.voice_id or ""), is_member(signed_in(), copy))), proposing=True)


@blueprint.get("/<id:passage_id>")
def write(passage_id: str) -> ResponseReturnValue:
    return passage_page(passage_id)


def passage_page(passage_id: str, typed: Typed = NOTHING_TYPED, status: int = 200) -> ResponseReturnValue:
    """Shows a passage to whoever may read its working copy: to write, or to comment and propose; with what could not be taken in the margin."""
    opened = passage, story, copy = _open(passage_id, discussion.margin_passage)
    line = copy.line(passage_id)
    blocked = _blocked(passage, copy)
    if blocked is not None:
        return _read_only(opened, blocked, typed, status)
    revision = line.revision if line else None
    draft = queries.find_draft(reader(), signed_in().account, passage_id)
    kept = passages.kept_prompt(revision)
    form = PassageForm(
        formdata=None,
        body=draft.body if draft else revision.body if revision else "",
        base=(draft.base_revision_id if draft else passage.revision_id) or "",
        prompt=draft.prompt if draft else kept.ref if kept else "",
    )
    return _editor(passage, story, copy, form, draft=draft, block=open_block(passage, revision, draft, None), typed=typed, status=status)


@blueprint.get("/<id:passage_id>/pied")
def below(passage_id: str) -> ResponseReturnValue:
    """Returns what stands under a passage that somebody writes: its version, and the way to sign it."""
    passage, story = passages.readable_passage(reader(), signed_in(), passage_id)
    copy = queries.read_working_copy(reader(), story)
    return render_template("desk/_below.html", passage=passage, line=copy.line(passage_id), late=_late(copy.line(passage_id)))


def _late(line: queries.PassageLine | None) -> bool:
    """Tells whether words reached the room of a signed passage while it was being signed."""
    return line is not None and line.is_signed and bool(site().live.unsealed(reader(), [line.passage.id]))


@blueprint.get("/<id:passage_id>/reouverture")
def reopening(passage_id: str) -> ResponseReturnValue:
    """Returns the button that opens signed words for writing again, where there is one: somebody may sign while others have the page open."""
    passage, story = passages.readable_passage(reader(), signed_in(), passage_id)
    copy = queries.read_working_copy(reader(), story)
    return render_template("desk/_reopen.html", passage=passage, may_reopen=_may_reopen(passage, copy))


def _common(opened: Opened, typed: Typed) -> dict[str, object]:
    """What the page of a passage shows, whether one writes there or reads."""
    passage, story, copy = opened
    member = is_member(signed_in(), copy)
    return {
        "passage": passage,
        "story": story,
        "copy": copy,
        "line": copy.line(passage.id),
        "late": _late(copy.line(passage.id)),
        "group": _group(copy, passage),
        "member": member,
        "speaks": speaker_of(copy.voices.get(passage.voice_id or ""), member),
        "shown": show_working_copy(signed_in(), copy),
        "margin": _margin(passage, copy),
        "typed": typed,
        "editable": StoryState(story.state) in EDITABLE_STATES,
        "may_reopen": _may_reopen(passage, copy),
        "confirm": ConfirmForm(formdata=None),
    }


def _may_reopen(passage: Passage, copy: queries.WorkingCopy) -> bool:
    line = copy.line(passage.id)
    return line is not None and line.is_signed and approvals.reopening_decision(reader(), signed_in(), passage).allowed


def _margin(passage: Passage, copy: queries.WorkingCopy) -> MarginShown:
    now = site().clock()
    return show_margin(reader(), signed_in(), copy, passage, site().live, now, site().clock.day_of(now))


def _editor(
    passage: Passage,
    story: Story,
    copy: queries.WorkingCopy,
    form: PassageForm,
    *,
    draft: object = None,
    conflict: Conflict | None = None,
    preview: object = None,
    message: str = "",
    block: BlockEditor | None = None,
    typed: Typed = NOTHING_TYPED,
    status: int = 200,
) -> ResponseReturnValue:
    line = copy.line(passage.id)
    kept = passages.kept_prompt(line.revision if line else None)
    questions = _questions(passage, copy)
    if kept is not None and kept.ref not in {question.ref for question in questions}:
        questions.insert(0, Question(kept.ref, kept.text, ""))
    page = render_template(
        "desk/write.html",
        **_common((passage, story, copy), typed),
        live=None if conflict or draft or preview is not None or message else open_room(passage, copy, block is not None),
        form=form,
        draft=draft,
        conflict=conflict,
        conflict_author=_name(conflict.author) if conflict else "",
        preview=preview,
        message=message,
        block=block,
        questions=questions,
        images=queries.list_images(reader(), story.id),
    )
    return page, status


def _group(copy: queries.WorkingCopy, passage: Passage) -> queries.MomentGroup:
    return next(group for group in copy.groups if any(line.passage.id == passage.id for line in group.lines))


def _name(account_id: str | None) -> str:
    account = reader().get(Account, account_id) if account_id else None
    return account.name if account else _("quelqu’un d’autre")


def _questions(passage: Passage, copy: queries.WorkingCopy) -> list[Question]:
    group = _group(copy, passage)
    voice = copy.voices.get(passage.voice_id or "")
    phase = reader().get(Phase, group.revision.phase_id) if group.revision and group.revision.phase_id else None
    context = PromptContext(
        phase.key if phase else None, voice.category if voice else None, copy.story.format, copy.delegation.programme_id
    )
    return offer_questions(reader(), snapshot(), context)


def _read_only(opened: Opened, blocked: _Blocked, typed: Typed, status: int) -> ResponseReturnValue:
    passage, story, copy = opened
    line = copy.line(passage.id)
    revision = line.revision if line else None
    page = render_template(
        "desk/write.html",
        **_common(opened, typed),
        live=open_room(passage, copy, passage.block != TEXT_BLOCK),
        form=None,
        why=blocked.why,
        proposing=blocked.proposing,
        html=_html(story, revision) if revision else None,
        draft=queries.find_draft(reader(), signed_in().account, passage.id),
    )
    return page, status


def _html(story: Story, revision: PassageRevision) -> object:
    resolver = resolver_for(reader(), queries.list_images(reader(), story.id), [revision.fragment])
    resolver = resolver.keeping(revision.fragment, revision.media)
    return to_html(revision.fragment, resolver, "p-", story.lang, heading_shift=1) + block_html(revision.snapshot, story.lang)


# — saving —


@blueprint.post("/<id:passage_id>")
@keeps_text
def save(passage_id: str) -> ResponseReturnValue:
    passage, story, copy = _read(passage_id)
    form = PassageForm()
    body = form.body.data or ""
    line = copy.line(passage_id)
    block = open_block(passage, line.revision if line else None, None, request.form)
    if "preview" in request.form:
        return _preview(passage, story, copy, form, block)
    if block is not None and not block.valid:
        _keep(passage_id, form)
        return _editor(passage, story, copy, form, block=block, message=str(NOT_COMPLETE), status=422)
    prompt = answer_question(reader(), snapshot(), form.prompt.data or "", passages.kept_prompt(line.revision if line else None))
    try:
        filled = block.prepared(story.lang) if block is not None else None
        typed = typed_into_block(request.form)
        with force_locale(story.lang):  # what an extension says of merged fields is kept with the story
            result = save_beside_others(desk(), signed_in(), passage_id, body, prompt, form.base.data or None, story.lang, filled, typed)
    except MarkupRefused as refusal:
        _keep(passage_id, form)
        return _editor(passage, story, copy, form, block=block, message=markup_sentence(refusal), status=422)
    except (Refused, NotAllowed) as refusal:
        if refusal.reason in ("block_failed", "block_dormant"):
            _keep(passage_id, form)
            return _editor(passage, story, copy, form, block=block, message=sentence(refusal), status=409)
        # Locked, signed or handed over while one was writing: the words are kept where their writer finds them.
        _keep_if_possible(passage_id, form)
        raise refusal
    refresh()
    if isinstance(result, Conflict):
        passage, story, copy = _open(passage_id)
        both = PassageForm(formdata=None, body=result.proposal, base=result.current, prompt=form.prompt.data)
        return _editor(passage, story, copy, both, conflict=result, block=block, status=409)
    flash(
        _("Enregistré, avec ce qu’une autre personne avait écrit entre-temps. Relisez l’ensemble.") if result.merged else _("Enregistré.")
    )
    return back_to(url_for("passages.write", passage_id=passage_id))


@blueprint.post("/<id:passage_id>/question")
def choose_question(passage_id: str) -> ResponseReturnValue:
    """Puts another writing question above a passage, or none; its words stay."""
    _passage, _story, copy = _read(passage_id)
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
        return _editor(passage, story, copy, form, block=block, message=markup_sentence(refusal), status=422)
    except Refused as refusal:
        return _editor(passage, story, copy, form, block=block, message=sentence(refusal), status=409)
    if preview is None:
        return _editor(passage, story, copy, form, block=block, message=str(NOT_COMPLETE), status=422)
    return _editor(passage, story, copy, form, block=block, preview=preview)


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
    passage, story, copy = _open(passage_id)
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


# — place and trash —


@blueprint.post("/<id:passage_id>/deplacer/<any(haut, bas):where>")
def move(passage_id: str, where: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        passages.move_passage(uow, actor, passage_id, -1 if where == "haut" else 1)
        story_id = uow.session.get_one(Passage, passage_id).story_id
    return back_to(url_for("desk.story", story_id=story_id, _anchor=f"passage-{passage_id}"))


@blueprint.post("/<id:passage_id>/corbeille")
def delete(passage_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        passages.delete_passage(uow, actor, passage_id)
        story_id = uow.session.get_one(Passage, passage_id).story_id
    flash(_("Le passage est dans la corbeille, avec toutes ses versions. Vous pouvez l’en sortir."))
    return back_to(url_for("desk.story", story_id=story_id))


@blueprint.post("/<id:passage_id>/restaurer")
def restore(passage_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        story_id = passages.restore_passage(uow, actor, passage_id).story_id
    flash(_("Le passage est revenu de la corbeille."))
    return back_to(url_for("desk.story", story_id=story_id))


# — signing —


@blueprint.get("/<id:passage_id>/signer")
def sign_form(passage_id: str) -> ResponseReturnValue:
    passage, story, copy = _open(passage_id)
    line = copy.line(passage_id)
    if line is None or line.revision is None:
        raise Refused("passage_empty")
    mine = [voice for voice in _signers(copy, line) if signed_in().holds(voice.id)]
    before = _signed_before(line, mine[0]) if mine else None
    return render_template(
        "desk/sign.html",
        passage=passage,
        story=story,
        copy=copy,
        line=line,
        group=_group(copy, passage),
        html=_html(story, line.revision),
        mine=mine,
        before=before,
        changes=compare_texts(before.plain, line.revision.plain) if before else (),
        confirm=ConfirmForm(formdata=None),
    )


def _signers(copy: queries.WorkingCopy, line: queries.PassageLine) -> list[Voice]:
    return [copy.voices[voice_id] for voice_id in sorted(line.required) if voice_id in copy.voices]


def _signed_before(line: queries.PassageLine, voice: Voice) -> PassageRevision | None:
    """Returns the last revision that the voice signed, if the words have changed since."""
    signed = queries.last_signed_revision(reader(), line.passage.id, voice.id)
    return signed if signed is not None and line.revision is not None and signed.hash != line.revision.hash else None


@blueprint.post("/<id:passage_id>/signer")
def sign(passage_id: str) -> ResponseReturnValue:
    story_id = freezing.sign(desk(), signed_in(), passage_id, sent("voice"), sent("hash"))
    refresh()
    flash(_("Signé : bon à publier. Si un mot change, votre signature sera redemandée."))
    return back_to(url_for("desk.story", story_id=story_id))


@blueprint.post("/<id:passage_id>/rouvrir")
def reopen(passage_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        approvals.reopen_passage(uow, actor, passage_id)
    return back_to(url_for("passages.write", passage_id=passage_id))


@blueprint.post("/<id:passage_id>/retirer-signature")
def revoke(passage_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        approvals.revoke_signature(uow, actor, passage_id, sent("voice"))
        story_id = uow.session.get_one(Passage, passage_id).story_id
    flash(_("Votre signature est retirée."))
    return back_to(url_for("desk.story", story_id=story_id))


# — versions —


@blueprint.get("/<id:passage_id>/versions")
def versions(passage_id: str) -> ResponseReturnValue:
    passage, story, copy = _open(passage_id)
    revisions = queries.list_revisions(reader(), passage_id)
    after = _chosen(revisions, "apres", 0)
    before = _chosen(revisions, "avant", 1)
    state = _chosen(revisions, "etat", 0)
    took_part = contributors_of(reader(), [revision.id for revision in revisions])
    people = {account for accounts in took_part.values() for account in accounts} | {revision.author_id for revision in revisions}
    return render_template(
        "desk/versions.html",
        passage=passage,
        story=story,
        copy=copy,
        line=copy.line(passage_id),
        group=_group(copy, passage),
        revisions=revisions,
        before=before,
        after=after,
        changes=compare_texts(_compared(before), _compared(after)) if after else (),
        state=state,
        state_html=_html(story, state) if state else None,
        said=_sentences(passage, state),
        speakers={voice.id: speaker_of(voice, member=True) for voice in copy.voices.values()},
        took_part=took_part,
        authors=queries.account_names(reader(), people),
        blocked=_blocked(passage, copy),
        name_form=NameForm(formdata=None),
        confirm=ConfirmForm(formdata=None),
    )


def _sentences(passage: Passage, revision: PassageRevision | None) -> tuple[tuple[Sentence, ...], ...]:
    """Returns who wrote what in a state of a shared passage, by paragraphs of sentences; nothing where no voice was noted."""
    if revision is None or passage.voice_id is not None or not revision.spans:
        return ()
    return sentences(passages.own_words(revision), passages.spans_of(revision))


def _compared(revision: PassageRevision | None) -> str:
    """Returns a revision's Markdown, then its block line by line: what two versions are compared by."""
    if revision is None:
        return ""
    block = kept_of(revision)
    return "\n\n".join(part for part in (revision.body, block.block.words if block else "") if part)


def _chosen(revisions: list[PassageRevision], name: str, default: int) -> PassageRevision | None:
    """Returns the revision whose number the address names, else the nth newest, if there is one."""
    number = request.args.get(name, type=int)
    if number is not None:
        found = next((revision for revision in revisions if revision.number == number), None)
        return found or abort(404)
    return revisions[default] if default < len(revisions) else None


@blueprint.post("/<id:passage_id>/versions/<id:revision_id>/restaurer")
def restore_revision(passage_id: str, revision_id: str) -> ResponseReturnValue:
    number = freezing.restore(desk(), signed_in(), passage_id, revision_id)
    refresh()
    flash(_("La version %(number)s est de nouveau le texte du passage. Les autres sont gardées.", number=number))
    return back_to(url_for("passages.versions", passage_id=passage_id))


@blueprint.post("/<id:passage_id>/versions/<id:revision_id>/nommer")
def name_revision(passage_id: str, revision_id: str) -> ResponseReturnValue:
    form = NameForm()
    with writing() as (uow, actor):
        passages.name_revision(uow, actor, passage_id, revision_id, form.name.data or "")
    return back_to(url_for("passages.versions", passage_id=passage_id))
