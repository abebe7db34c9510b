"""What a link leads to, from its address alone; whether that is there or public is asked elsewhere."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.document.targets import is_external

KEY_LENGTH = 500
_STORY = re.compile(r"/recits/([a-z0-9][a-z0-9-]*)(?:/.*)?")
_TERRITORY = re.compile(r"/territoires/([a-z0-9][a-z0-9-]*)/?")
_LANGUAGE = re.compile(r"^/en(?=/)")


class TargetKind(StrEnum):
    """Kinds of things that a text can cite."""

    STORY = "story"
    TERRITORY = "territory"
    MEDIA = "media"
    PATH = "path"  # a page, or a place of the site that is none
    EXTERNAL = "external"


@dataclass(frozen=True)
class Target:
    """What a text cites: `key` is a slug, a media id or a path without query, fragment and language; of an external address its beginning."""

    kind: TargetKind
    key: str


def target_of(address: str) -> Target | None:
    """Returns what an address leads to; None for a place on the same page, a mail address or a telephone number."""
    if is_external(address):
        return Target(TargetKind.EXTERNAL, address[:KEY_LENGTH])
    if not address.startswith("/"):
        return None
    path = site_path(address)
    if found := _STORY.fullmatch(path):
        return Target(TargetKind.STORY, found[1][:KEY_LENGTH])
    if found := _TERRITORY.fullmatch(path):
        return Target(TargetKind.TERRITORY, found[1][:KEY_LENGTH])
    return Target(TargetKind.PATH, path[:KEY_LENGTH])


def site_path(address: str) -> str:
    """Returns the path of an address of this site: without query, fragment, language and the slash at its end."""
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    return without_language(path).rstrip("/") or "/"


def without_language(address: str) -> str:
    """Returns an address of this site without the language that it was read in when somebody copied it."""
    return _LANGUAGE.sub("", address, count=1)
