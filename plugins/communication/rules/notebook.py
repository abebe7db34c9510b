"""How traces become the beginning of a passage; pure, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Noted:
    """A trace as the rule sees it; `image` is the Markdown of its photograph in the story, empty without one."""

    text: str
    link: str = ""
    image: str = ""


def passage_of(traces: Sequence[Noted]) -> str:
    """Returns the Markdown that traces make: each its words, its photograph, its link, in the order in which they are given."""
    return "\n\n".join(part for trace in traces for part in (trace.text.strip(), trace.image, link_of(trace.link)) if part)


def link_of(address: str) -> str:
    """Returns a link under the name of its site, since an address is not read aloud well."""
    if not address:
        return ""
    name = urlsplit(address).hostname or address
    return f"[{name.removeprefix('www.')}]({address})"


def image_of(media_id: str, alternative: str) -> str:
    """Returns an image of the story; brackets in what it shows would end it too early."""
    return f"![{alternative.replace('[', '(').replace(']', ')')}](media:{media_id})"


def is_web_address(text: str) -> bool:
    """Tells whether a text is an address that a browser opens: http or https, with a site, and nothing that would break a Markdown link."""
    if any(sign in text for sign in " ()<>\"'\\\n\t"):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
