"""What is done with a passage as a whole: signed, reopened, moved, put into the trash and taken back."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.db import desk as queries
from app.db.models import Passage, PassageRevision, Voice
from app.kernel.diff import compare_texts
from app.kernel.errors import Refused
from app.services import approvals, freezing, passages
from app.web.context import back_to, desk, reader, refresh, signed_in, writing
from app.web.forms import ConfirmForm, sent
from app.web.passages import blueprint, group_of, open_passage, passage_html


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


@blueprint.get("/<id:passage_id>/signer")
def sign_form(passage_id: str) -> ResponseReturnValue:
    passage, story, copy = open_passage(passage_id)
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
        group=group_of(copy, passage),
        html=passage_html(story, line.revision),
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
