"""What the page of a passage tells the live editor: where its socket is, who writes here, and the words, images and voices that it shows."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from app.db import desk as queries
from app.db.models import Media, Passage
from app.web.context import reader, signed_in, site
from app.web.editor_words import EDITOR_WORDS, editor_words
from app.web.margin_view import anothers_words, is_member, speaker_of


@dataclass(frozen=True)
class StoryShown:
    """What stands in the data attributes of the list of those present, on the page of a whole story."""

    socket: str
    words: dict[str, str]
    places: dict[str, str]


@dataclass(frozen=True)
class RoomShown:
    """What stands in the data attributes of `#live` (static/editor/README.md)."""

    socket: str
    account: str
    voice: str
    shared: bool
    anothers: str
    words: dict[str, str]
    images: dict[str, dict[str, str]]
    voices: dict[str, dict[str, str]]
    places: dict[str, str]


def open_story(copy: queries.WorkingCopy) -> StoryShown | None:
    """Returns what the page of a story needs to show who is there; None where there is no live writing."""
    if not site().live.is_open:
        return None
    words = {name: str(EDITOR_WORDS[name]) for name in ("you", "elsewhere")} | {"in_this_passage": _("sur la page du récit")}
    return StoryShown(_socket_of(copy), words, _places(copy))


def _socket_of(copy: queries.WorkingCopy) -> str:
    """Under the language of the page: what the server says over it is read there."""
    return f"{request.script_root}/vivant/{copy.story.id}"


def open_room(passage: Passage, copy: queries.WorkingCopy, has_fields: bool) -> RoomShown | None:
    """Returns what the editor needs; None where there is no live writing, where one asked for the plain form, or where an extension's fields are to be filled.

    Args:
        has_fields: whether the passage is a block of an extension's, whose fields the plain form carries.
    """
    if not site().live.is_open or has_fields or "simple" in request.args:
        return None
    member = is_member(signed_in(), copy)
    return RoomShown(
        socket=_socket_of(copy),
        account=signed_in().account,
        voice=_own_voice(passage, copy),
        shared=passage.voice_id is None,
        anothers=anothers_words(speaker_of(copy.voices.get(passage.voice_id or ""), member)),
        words=editor_words(),
        images={row.id: _image(row) for row in queries.list_images(reader(), copy.story.id) if row.renditions},
        voices={voice.id: {"key": (speaker := speaker_of(voice, member)).key, "name": speaker.label} for voice in copy.voices.values()},
        places=_places(copy),
    )


def _own_voice(passage: Passage, copy: queries.WorkingCopy) -> str:
    """Returns for which voice the person speaks in a passage: the passage's own if it is theirs to write, else one that they hold before one they serve."""
    mine = [grant for grant in signed_in().voices if grant.voice in copy.voices]
    mine.sort(key=lambda grant: (grant.voice != passage.voice_id, grant.scribe))
    return mine[0].voice if mine else ""


def _image(row: Media) -> dict[str, Any]:
    width = min(rendition[0] for rendition in row.renditions)
    return {"src": url_for("media.rendition", content_hash=row.hash, width=width), "alt": row.alt}


def _places(copy: queries.WorkingCopy) -> dict[str, str]:
    """Returns where each passage stands, in words, for who is in which."""
    return {
        line.passage.id: _("au moment « %(title)s »", title=group.revision.title) if group.revision else _("dans le récit en entier")
        for group in copy.groups
        for line in group.lines
    }
