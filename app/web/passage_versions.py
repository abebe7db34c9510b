"""The versions of a passage: read, compared, named, made current again; who wrote what."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import abort

from app.db import desk as queries
from app.db.margin import contributors_of
from app.db.models import Passage, PassageRevision
from app.kernel.diff import compare_texts
from app.kernel.spans import Sentence, sentences
from app.services import freezing, passages
from app.services.blocks import kept_of
from app.web.context import back_to, desk, reader, refresh, signed_in, writing
from app.web.forms import ConfirmForm, NameForm
from app.web.margin_view import speaker_of
from app.web.passages import blueprint, group_of, open_passage, passage_html


@blueprint.get("/<id:passage_id>/versions")
def versions(passage_id: str) -> ResponseReturnValue:
    passage, story, copy = open_passage(passage_id)
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
        group=group_of(copy, passage),
        revisions=revisions,
        before=before,
        after=after,
        changes=compare_texts(_compared(before), _compared(after)) if after else (),
        state=state,
        state_html=passage_html(story, state) if state else None,
        said=_sentences(passage, state),
        speakers={voice.id: speaker_of(voice, member=True) for voice in copy.voices.values()},
        took_part=took_part,
        authors=queries.account_names(reader(), people),
        blocked=not passages.passage_writing(reader(), signed_in(), passage).allowed,
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
