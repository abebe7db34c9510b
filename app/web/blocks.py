"""Blocks of extensions on pages: how the public reads one, and the part of the writing page that fills one in; reading asks no extension."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.db.models import Draft, Passage, PassageRevision
from app.hooks.calls import CALLS
from app.hooks.contracts import BlockType, Owned
from app.kernel.block import Block, read_block
from app.kernel.errors import Refused
from app.services.asking import Failed, insist
from app.services.blocks import DATA, PreparedBlock, is_plain, prepare_block
from app.services.form_data import as_sent, make_form, raw_values, values_of
from app.web.context import reader, site, snapshot
from app.web.templating import markup

Answer = TypeVar("Answer")

PREFIX = "bloc-"


def block_html(record: Mapping[str, Any] | None, lang: str) -> Markup:
    """Returns a kept block as the public reads it, whether its extension is on or off; nothing for an ordinary passage."""
    block = read_block(record)
    return show_block(block, lang) if block is not None else Markup("")


def show_block(block: Block, lang: str) -> Markup:
    """Renders a block; every text is escaped, the link was checked again when it was read."""
    return markup(render_template("reading/_block.html", block=block, lang=lang))


def block_choices() -> list[tuple[str, str]]:
    """Returns (name, title) of the kinds of passages that extensions offer now; one whose title cannot be read is left out and named."""
    found = []
    for owned in snapshot().of(BlockType):
        title = _title_of(owned)
        if title:
            found.append((owned.full_name, title))
    return found


def block_title(name: str, revision: PassageRevision | None = None) -> str:
    """Returns what a kind of passage is called; of an extension that is gone, what its block was titled."""
    if is_plain(name):
        return ""
    owned = site().registry.find(BlockType, name)
    kept = read_block(revision.snapshot) if revision is not None else None
    return (_title_of(owned) if owned else "") or (kept.title if kept else _("Bloc d’une extension"))


def _title_of(owned: Owned[BlockType]) -> str:
    try:
        return str(owned.item.title)
    except Exception as error:  # a lazy text is the extension's own code
        CALLS.fault(owned.owner, "register_block_types", owned.item.name, error)
        return ""


def _insist(name: str, question: Callable[[], Answer]) -> Answer:
    """Runs an extension's code of a kind of passages.

    Raises:
        Failed: whatever it raises, or if the extension is not there.
    """
    owned = snapshot().find(BlockType, name)
    if owned is None:
        raise Failed(name)
    return insist(reader(), owned, question)


def _make_form(owned: Owned[BlockType], sent: MultiDict[str, str] | None) -> Any:
    form = make_form(owned.item.form(), sent, PREFIX)
    _render_fields(form)  # choices and widgets may be worked out only then: nothing may be saved of fields that nobody could see
    return form


def _render_fields(form: Any) -> Markup:
    return markup(render_template("desk/_block_fields.html", form=form))


@dataclass(frozen=True)
class BlockEditor:
    """The part of the writing page that an extension's form makes; `form` is None while it is dormant, and `why` says so."""

    name: str
    title: str
    form: Any
    why: str

    @property
    def valid(self) -> bool:
        """Whether the form may be saved; a dormant one has nothing to say against it, and one that cannot be asked is not saved."""
        try:
            return self.form is None or bool(_insist(self.name, self.form.validate))
        except Failed:
            return False

    def fields(self) -> Markup:
        """Renders the form with the site's own macros; nothing where its code fails."""
        try:
            return _insist(self.name, partial(_render_fields, self.form))
        except Failed:
            return Markup()

    def label_of(self, field: str) -> str:
        """Returns what a field is called, its name where nobody can say."""
        try:
            return _insist(self.name, lambda: str(self.form[field].label.text)) if self.form is not None and field in self.form else field
        except Failed:
            return field

    def prepared(self, lang: str) -> PreparedBlock | None:
        """Returns what the form says and what the public will read of it; None while it is dormant, so that what was saved stays.

        Args:
            lang: language of the story, in which the extension's own words are kept, whatever the page's.

        Raises:
            Refused: if the extension fails at it.
        """
        if self.form is None:
            return None
        try:
            values = _insist(self.name, partial(values_of, self.form))
        except Failed as error:
            raise Refused("block_failed", plugin=self.name.partition(":")[0]) from error
        with force_locale(lang):
            return prepare_block(reader(), snapshot(), self.name, values)


def open_block(
    passage: Passage, revision: PassageRevision | None, draft: Draft | None, sent: MultiDict[str, str] | None
) -> BlockEditor | None:
    """Returns the form of a passage's block, filled with what was sent, else with the draft, else with what was saved; None for an ordinary passage."""
    if is_plain(passage.block):
        return None
    title = block_title(passage.block, revision)
    owned = snapshot().find(BlockType, passage.block)
    if owned is None:
        return BlockEditor(
            passage.block, title, None, _("L’extension de ce bloc n’est pas active : ses champs dorment, rien n’en est effacé.")
        )
    try:
        form = insist(reader(), owned, partial(_make_form, owned, sent if sent is not None else _kept(revision, draft)))
    except Failed:
        return BlockEditor(
            passage.block, title, None, _("L’extension de ce bloc n’a pas pu montrer ses champs. Ce qui était enregistré reste.")
        )
    return BlockEditor(passage.block, title, form, "")


def _kept(revision: PassageRevision | None, draft: Draft | None) -> MultiDict[str, str] | None:
    if draft is not None and draft.data:
        return MultiDict([(f"{PREFIX}{name}", value) for name, values in draft.data.items() for value in values])
    data = revision.data.get(DATA) if revision is not None else None
    return as_sent(data, PREFIX) if data else None


def typed_into_block(sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """Returns what was typed into a block's fields, valid or not, for the draft."""
    return raw_values(sent, PREFIX)
