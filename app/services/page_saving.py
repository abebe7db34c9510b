"""Saving a page beside others: merges what two people wrote at the same time; never loses either's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.db.models import PageVersion
from app.hooks.snapshot import Snapshot
from app.kernel.access import Actor
from app.kernel.merge import Clash, merge_texts
from app.services.access import reread
from app.services.markup import prepare
from app.services.page_texts import PageWords, save_text
from app.services.unit_of_work import Writer

# A page has few writers; each turn merges with one more version.
_MOST_TURNS = 20


@dataclass(frozen=True)
class TypedPage:
    """A page as the form sent it; the body is Markdown, not parsed yet."""

    title: str
    standfirst: str
    body: str
    data: Mapping[str, Any] = field(default_factory=dict)
    alternative: str = ""


@dataclass(frozen=True)
class PageSaved:
    """The words are a version; `merged` tells that another's words came in between and both are kept."""

    version: str
    merged: bool


@dataclass(frozen=True)
class PageConflict:
    """The same words were changed by two people. Nothing was written: `mine` goes back into the form's page whole, `theirs` is the current version.

    `proposal` holds both, one after the other where the bodies clash; `fields` names the other fields in which the two differ.
    """

    proposal: TypedPage
    mine: TypedPage
    theirs: PageVersion
    clashes: tuple[Clash, ...]
    fields: tuple[str, ...]


def save_page_beside_others(
    writer: Writer, snapshot: Snapshot, actor: Actor, page_id: str, lang: str, typed: TypedPage, base_version_id: str | None
) -> PageSaved | PageConflict:
    """Saves a page that was written from a base version; if others saved since, merges with what they wrote.

    Raises:
        MarkupRefused: if the text exceeds a limit of markup.
        NotFound, NotAllowed, Invalid: as `save_text`.
    """
    known, words, merged = base_version_id, _prepared(typed, lang), False
    mine = words.body.markdown
    for _ in range(_MOST_TURNS):
        with writer.begin() as uow:
            answer = save_text(uow, reread(uow, actor, snapshot), page_id, lang, words, known)
            if isinstance(answer, PageVersion):
                return PageSaved(answer.id, merged)
            base = uow.session.get(PageVersion, base_version_id) if base_version_id else None
            if base is not None and (base.page_id, base.lang) != (page_id, lang):
                base = None  # an unknown base counts as empty, so that the merge keeps both texts whole
            theirs = uow.session.get_one(PageVersion, answer.current)
        result = merge_texts(base.body if base else "", mine, theirs.body)
        title, title_clash = _merge_line(base.title if base else "", typed.title.strip(), theirs.title)
        standfirst, standfirst_clash = _merge_line(base.standfirst if base else "", typed.standfirst.strip(), theirs.standfirst)
        data, data_clash = _merge_data(base, typed, theirs)
        both = TypedPage(title, standfirst, result.text, data.data, data.alternative)
        fields = tuple(name for name, clash in (("title", title_clash), ("standfirst", standfirst_clash), ("data", data_clash)) if clash)
        if not result.clean or fields:
            return PageConflict(both, typed, theirs, result.clashes, fields)
        known, words, merged = answer.current, _prepared(both, lang), True
    raise RuntimeError("a page was saved by others at every turn")


def _prepared(typed: TypedPage, lang: str) -> PageWords:
    return PageWords(typed.title, typed.standfirst, prepare(typed.body, lang=lang), typed.data, typed.alternative)


def _merge_line(base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """Merges a field as a whole; (mine, True) where both changed it in different ways."""
    if mine in (theirs, base):
        return theirs, False
    return mine, theirs != base


def _merge_data(base: PageVersion | None, typed: TypedPage, theirs: PageVersion) -> tuple[TypedPage, bool]:
    if typed.data == theirs.data or (base is not None and typed.data == base.data):
        return TypedPage("", "", "", theirs.data, theirs.alternative), False
    return typed, base is None or theirs.data != base.data
