"""What tests of markup hold a text to: it is read back as it was written, and a page shows it."""

import re
import unicodedata

from app.kernel.document.html_writer import ResolvedImage, assemble, to_fragment
from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.normal import normalise
from app.kernel.document.tree import Document
from app.services.markup import MAX_INPUT, parse
from tests.services.hostile_markdown import pathological

SLOW = dict(pathological(MAX_INPUT))["wide table"]


class ShowsAll:
    """A resolver that shows every image and every link."""

    def image(self, media):
        return ResolvedImage(f"/media/{media}", f"/media/{media}-480 480w", 960, 640, "", "Crédit")

    def link(self, target):
        return target


def shown(document: Document) -> str:
    return assemble(to_fragment(document), ShowsAll(), id_prefix="p-")


def check_tree(document):
    normal = normalise(document)
    assert normalise(normal) == normal
    written = to_markdown(document)
    assert written == to_markdown(normal)
    assert unicodedata.is_normalized("NFC", written)
    assert written == "" or re.search(r"[^\n]\n\Z", written)
    assert parse(written) == normal


def check_text(text):
    document = parse(text)
    canonical = to_markdown(document)
    assert parse(canonical) == document == normalise(document)
    assert to_markdown(parse(canonical)) == canonical
    return document
