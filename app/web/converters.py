"""Parts of addresses: a guessed or broken one matches no route, and so answers the same 404 as an unknown one."""

from werkzeug.routing import BaseConverter

from app.kernel.ids import ID_LENGTH


class IdConverter(BaseConverter):
    """An opaque id."""

    regex = rf"[0-9a-z]{{{ID_LENGTH}}}"


class MarkConverter(BaseConverter):
    """The id that a mark in a text carries, as a browser drew it."""

    regex = r"[A-Za-z0-9_-]{2,40}"


class SlugConverter(BaseConverter):
    """A readable address."""

    regex = r"[a-z0-9][a-z0-9-]{0,119}"


class HashConverter(BaseConverter):
    """A SHA-256 in hexadecimal."""

    regex = r"[0-9a-f]{64}"


class WidthConverter(BaseConverter):
    """A width in pixels, at most five digits."""

    regex = r"[1-9][0-9]{0,4}"

    def to_python(self, value: str) -> int:
        return int(value)


class PagePathConverter(BaseConverter):
    """The address of a page without its first slash; asked last, so that no page stands before a route of the core or of a plugin."""

    regex = r"[a-z0-9][a-z0-9-]{0,119}(?:/[a-z0-9][a-z0-9-]{0,119})*"
    part_isolating = False
    weight = 1000


CONVERTERS = {
    "id": IdConverter,
    "mark": MarkConverter,
    "slug": SlugConverter,
    "hash": HashConverter,
    "width": WidthConverter,
    "page": PagePathConverter,
}
