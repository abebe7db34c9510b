"""The page of one passage: the live editor or the form for who writes there, the words and the margin for who reads."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db import desk as queries
from app.db.models import Account, Passage, PassageRevision, Phase, Story
from app.hooks.contracts import PromptContext
from app.kernel.access import Actor
from app.kernel.block import TEXT_BLOCK
from app.kernel.workflow import EDITABLE_STATES, StoryState
from app.services import approvals, discussion, passages
from app.services.prompts import Question, offer_questions
from app.services.saving import Conflict
from app.services.suggestions import suggesting
from app.web.assembly import resolver_for, to_html
from app.web.blocks import BlockEditor, block_html, open_block
from app.web.context import reader, seal, signed_in, site, snapshot
from app.web.desk_view import show_working_copy
from app.web.forms import ConfirmForm, PassageForm
from app.web.live_page import open_room
from app.web.margin_view import NOTHING_TYPED, MarginShown, Typed, anothers_words, is_member, show_margin, speaker_of
from app.web.words import sentence

blueprint = Blueprint("passages", __name__, url_prefix="/espace/passages")


Opened = tuple[Passage, Story, queries.WorkingCopy]


def open_passage(passage_id: str, find: Callable[[Session, Actor, str], tuple[Passage, Story]] = passages.readable_passage) -> Opened:
    """Returns a passage with what is being written in it right now, for a member; `find` says for whom else."""
    find(reader(), signed_in(), passage_id)
    seal(passage_id)
    return read_passage(passage_id, find)


def read_passage(passage_id: str, find: Callable[[Session, Actor, str], tuple[Passage, Story]] = passages.readable_passage) -> Opened:
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
    opened = passage, story, copy = open_passage(passage_id, discussion.margin_passage)
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
    return editor_page(
        passage, story, copy, form, draft=draft, block=open_block(passage, revision, draft, None), typed=typed, status=status
    )


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
        "group": group_of(copy, passage),
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


def editor_page(
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
    """Shows the page on which somebody writes, with a form as it was typed: a conflict, a preview or what stands in the way above it."""
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


def group_of(copy: queries.WorkingCopy, passage: Passage) -> queries.MomentGroup:
    """Returns the moment that a passage of a working copy tells, with its other passages."""
    return next(group for group in copy.groups if any(line.passage.id == passage.id for line in group.lines))


def _name(account_id: str | None) -> str:
    account = reader().get(Account, account_id) if account_id else None
    return account.name if account else _("quelqu’un d’autre")


def _questions(passage: Passage, copy: queries.WorkingCopy) -> list[Question]:
    group = group_of(copy, passage)
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
        html=passage_html(story, revision) if revision else None,
        draft=queries.find_draft(reader(), signed_in().account, passage.id),
    )
    return page, status


def passage_html(story: Story, revision: PassageRevision) -> object:
    """Returns a revision's words and block as its delegation reads them."""
    resolver = resolver_for(reader(), queries.list_images(reader(), story.id), [revision.fragment])
    resolver = resolver.keeping(revision.fragment, revision.media)
    return to_html(revision.fragment, resolver, "p-", story.lang, heading_shift=1) + block_html(revision.snapshot, story.lang)
