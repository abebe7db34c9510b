"""For developers, and for authors of plugins: brings the catalogues up to date with the French texts of the code.

English keeps its translations and marks no guess. French is the language of the code, typed with the spaces of a keyboard: its catalogue is written here, whole,
and holds the texts that print sets otherwise (no-break spaces) and the plurals, since zero is singular in French.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.kernel.document.typography import typeset

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "_lp": ((1, "c"), 2),
}
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}
WIDTH = 120
_HEADERS = {
    "en": "# English translations of Récits croisés.",
    "fr": "# French as it is printed; written by `make translations`, never by hand.",
}
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """The folders whose texts go into one catalogue."""

    folders: tuple[Path, ...]
    translations: Path
    root: Path = ROOT  # what the places that the catalogue names are relative to

    @property
    def catalogue(self) -> Path:
        """The English catalogue, written by people."""
        return self.translations / "en" / "LC_MESSAGES" / "messages.po"

    @property
    def print_catalogue(self) -> Path:
        """The French catalogue, written by this module."""
        return self.translations / "fr" / "LC_MESSAGES" / "messages.po"


def sources() -> list[Source]:
    """Returns the core's source, and one for each shipped plugin."""
    core = Source((ROOT / "app", ROOT / "templates"), ROOT / "app" / "translations")
    plugins = [Source((folder.parent,), folder.parent / "translations") for folder in sorted(ROOT.glob("plugins/*/plugin.py"))]
    return [core, *plugins]


def source_of_plugin(package: Path) -> Source:
    """Returns the source of a plugin whose package stands anywhere."""
    return Source((package,), package / "translations", package.parent)


def extracted(source: Source, language: str = "en") -> Catalog:
    """Returns the texts of a source, without translations, for the catalogue of a language."""
    # A fixed date and no names: the file then changes only when a text does.
    catalogue = Catalog(
        locale=language,
        project="recits-croises",
        header_comment=_HEADERS[language],
        creation_date=EPOCH,
        revision_date=EPOCH,
        last_translator="",
        language_team=language,
        charset="utf-8",
        fuzzy=False,
    )
    for text, context, place in _texts(source):
        catalogue.add(text, context=context, locations=[(place, 0)])
    return catalogue


def _texts(source: Source) -> Iterator[tuple[str | tuple[str, ...], str | None, str]]:
    for folder in source.folders:
        for name, _line, text, _comments, context in extract_from_dir(
            str(folder), METHODS, options_map=OPTIONS, keywords=KEYWORDS, strip_comment_tags=True
        ):
            yield text, context, str((folder / name).relative_to(source.root))


def updated(source: Source) -> Catalog:
    """Returns the catalogue with the present texts: known ones keep their translation, gone ones leave."""
    fresh = extracted(source)
    known = read_catalogue(source.catalogue)
    for message in fresh:
        if message.id and (old := known.get(message.id, message.context)) is not None:
            message.string = old.string
    return fresh


def printed(source: Source) -> Catalog:
    """Returns the French catalogue: texts that are shown otherwise than they are typed, and plurals."""
    catalogue = extracted(source, "fr")
    for message in list(catalogue):
        typed = message.id if isinstance(message.id, tuple) else (message.id,)
        shown = tuple(typeset(text, "fr") for text in typed)
        if message.pluralizable:
            message.string = shown
        elif shown != typed:
            message.string = shown[0]
        elif message.id:
            catalogue.delete(message.id, message.context)
    return catalogue


def read_catalogue(path: Path) -> Catalog:
    """Reads a catalogue; an empty one where there is no file."""
    if not path.exists():
        return Catalog()
    with path.open("rb") as lines:
        return read_po(lines)


def main() -> None:
    """Writes every catalogue; prints how many texts wait for a translation."""
    for source in sources():
        catalogue = updated(source)
        write_catalogue(catalogue, source.catalogue)
        write_catalogue(printed(source), source.print_catalogue)
        waiting = [message for message in catalogue if message.id and not (all(message.string) if message.pluralizable else message.string)]
        print(source.catalogue.relative_to(ROOT), len(catalogue), "texts,", len(waiting), "without translation")


def compile_catalogue(path: Path) -> None:
    """Writes the compiled file beside a catalogue; at once, since a running site may be reading it."""
    draft = path.with_suffix(".mo.draft")
    with draft.open("wb") as out:
        write_mo(out, read_catalogue(path))
    draft.replace(path.with_suffix(".mo"))


def write_catalogue(catalogue: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        write_po(out, catalogue, width=WIDTH, sort_output=True, omit_header=False, include_lineno=False)


if __name__ == "__main__":
    main()
