"""Plugins' catalogues of translations: read with suspicion, and never let to change what the core says."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.support import Translations
from flask_babel import Domain, get_locale

DOMAIN = "messages"
MOST_BYTES = 4 * 1024 * 1024

Catalogue = Mapping[Any, str]


_passed: set[tuple[str, int, int]] = set()


class _Names(dict[str, Any]):
    """Notes which names a text asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def __missing__(self, name: str) -> Any:
        self.asked.add(name)
        return 1


def check_catalogues(folder: Path) -> None:
    """Reads every compiled catalogue of a plugin.

    Raises:
        ValueError: for one that cannot be read, or a translation that asks for other values than its text, which would break every page that shows it.
    """
    for path in sorted(folder.glob("*/LC_MESSAGES/*.mo")):
        facts = path.stat()
        key = (str(path), facts.st_mtime_ns, facts.st_size)
        if key not in _passed:
            _check(path)
            _passed.add(key)


def _check(path: Path) -> None:
    lang = path.parts[-3]
    try:
        Locale.parse(lang)
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("is too large")
        with path.open("rb") as file:
            catalogue = Translations(file)
    except (Exception, UnknownLocaleError) as error:
        raise ValueError(f"the catalogue {lang} cannot be read: {error}") from error
    for key, translated in catalogue._catalog.items():  # there is no other way to see what a catalogue holds
        original = key[0] if isinstance(key, tuple) else key
        original = original.partition("\\x04")[2] or original
        if original and not _fits(original, translated):
            raise ValueError(f"the catalogue {lang} asks for other values than its text: {original[:60]!r}")


def _fits(original: str, translated: str) -> bool:
    """Tells whether a translation can be filled wherever its text can."""
    wanted = _asked(original)
    if wanted is None:
        return True  # never filled
    found = _asked(translated)
    return found is not None and found <= wanted | {"num"}


def _asked(text: str) -> set[str] | None:
    """Returns the names that a text is filled with, None if it cannot be filled."""
    names = _Names()
    try:
        text % names
    except (TypeError, ValueError, KeyError):
        return None
    return names.asked


class SiteDomain(Domain):
    """The texts of the core and of all plugins; what the core says stays the core's, then the plugins come in the order of their names.

    Args:
        core: the core's catalogues.
        plugins: those of the plugins by their names, in the order of these.
    """

    def __init__(self, core: Path, plugins: Mapping[str, Path], on_fault: Callable[[str, Exception], None]) -> None:
        super().__init__(translation_directories=[str(core)], domain=DOMAIN)
        self._core = core
        self._plugins = plugins
        self._on_fault = on_fault

    def get_translations(self) -> Any:
        locale = str(get_locale())
        cache = self.get_translations_cache(None)
        if locale not in cache:
            cache[locale] = self._merged(locale)
        return cache[locale]

    def _merged(self, locale: str) -> Any:
        merged = Translations.load(self._core, [locale], DOMAIN)
        if not isinstance(merged, Translations):
            merged = Translations()
        texts = merged._catalog  # Babel's own merge lets the later win, and takes its plurals
        for owner, folder in sorted(self._plugins.items()):
            try:
                found = Translations.load(folder, [locale], DOMAIN)
                for key, text in getattr(found, "_catalog", {}).items():
                    texts.setdefault(key, text)
            except Exception as error:  # it was read at the trial; its file has changed since
                self._on_fault(owner, error)
        return merged
