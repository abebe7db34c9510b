"""The chantier's translations for what is written outside a page (mails, in the language of whoever receives them)."""

from pathlib import Path

from app.sdk import translations_in

_FOLDER = Path(__file__).resolve().parents[1] / "translations"


def catalogue(lang: str):
    """Returns the catalogue of a language; French is the language of the sources."""
    return translations_in(_FOLDER, lang)
