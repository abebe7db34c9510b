"""Every text that a person reads has an English translation, with the same places to fill in; the catalogues match the code."""

import ast
import re

import pytest

from app.extract_messages import KEYWORDS, ROOT, Source, extracted, printed, read_catalogue, sources

PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def identifier(source: Source) -> str:
    return source.translations.parts[-2]


@pytest.mark.parametrize("source", sources(), ids=identifier)
def test_the_catalogue_has_exactly_the_texts_of_the_code(source: Source):
    wanted = {(message.context, message.id) for message in extracted(source) if message.id}
    found = {(message.context, message.id) for message in read_catalogue(source.catalogue) if message.id}
    assert (wanted - found, found - wanted) == (set(), set()), "run: make translations"


def test_every_name_under_which_code_asks_for_a_translation_is_looked_for():
    """A text under another name would be in no catalogue, and French on English pages, without a test that says so."""
    for file in [*(ROOT / "app").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "flask_babel":
                names = {name.asname or name.name for name in node.names if name.name.endswith("gettext")}
                assert names <= KEYWORDS.keys(), file


@pytest.mark.parametrize("source", sources(), ids=identifier)
def test_every_text_is_translated_with_the_same_places(source: Source):
    faults = []
    for message in read_catalogue(source.catalogue):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.fuzzy or len(strings) < len(ids) or not all(strings):
            faults.append(f"not translated: {ids[0]!r}")
            continue
        wanted = set(PLACES.findall(ids[-1]))
        if any(set(PLACES.findall(text)) - wanted for text in strings) or set(PLACES.findall(strings[-1])) != wanted:
            faults.append(f"other places to fill in: {ids[0]!r}")
    assert faults == []


@pytest.mark.parametrize("source", sources(), ids=identifier)
def test_french_is_shown_with_the_spaces_of_print(source: Source):
    wanted = {(message.context, message.id): message.string for message in printed(source) if message.id}
    found = {(message.context, message.id): message.string for message in read_catalogue(source.print_catalogue) if message.id}
    assert found == wanted, "run: make translations"
    for shown in found.values():
        for text in shown if isinstance(shown, tuple) else (shown,):
            assert not re.search(r" [:;!?»](?:\s|$)|« ", text)


def test_a_text_has_one_translation_in_all_catalogues():
    """The catalogues of the plugins are merged over the core's: another translation there would change the core's pages."""
    known: dict[tuple[str | None, str], str] = {}
    faults = []
    for source in sources():
        for message in read_catalogue(source.catalogue):
            if message.id and known.setdefault((message.context, str(message.id)), str(message.string)) != str(message.string):
                faults.append(f"{message.id!r}: {message.string!r} in {identifier(source)}")
    assert faults == []
