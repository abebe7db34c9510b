"""Translations for what is written outside a request (mails); pages use Flask-Babel with the same catalogues."""

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("fr", "en")


def translations(lang: str) -> NullTranslations:
    """Returns the catalogue of a language; French is the language of the sources; its catalogue holds what print sets otherwise."""
    return translations_in(CATALOGUES, lang)


@cache
def translations_in(folder: Path, lang: str) -> NullTranslations:
    """Returns the catalogue of a language from a folder of catalogues, a plugin's for example."""
    return Translations.load(folder, [lang], domain="messages")
