"""Writes the table of `docs/sdk.md` from the docstrings of what `app.sdk` offers: `python -m tests.sdk_page`. A test holds the page against the code."""

import inspect
from pathlib import Path

import app.sdk
from app.kernel.events import Event

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sdk.md"

# What has no docstring of its own.
CONSTANTS = {
    "CATEGORIES": "The four categories of actors, in the order in which they always stand.",
    "CATEGORY_FULL": "Category → its name, as a lazy text.",
    "CATEGORY_SHORT": "Category → its short name, as a lazy text.",
    "CATEGORY_KEY": "Category → its key in classes and pictures (`elu`, `col`, `eco`, `eta`).",
    "CATEGORY_SLUG": "Category → its word in addresses.",
    "SDK_OLDEST": "The oldest SDK whose plugins this site runs.",
    "SDK_VERSION": "The version of the SDK of this site; a manifest names the one that its plugin was written for, as a number.",
    "SLOTS": "Place → what it is: the places of the core's pages in which `SlotItem`s are shown.",
    "Hash": "Type of a column that holds a SHA-256 digest.",
    "Id": "Type of a primary key: an opaque id, drawn when the row is made.",
    "Session": "SQLAlchemy's session, for annotations; plugins receive sessions and open none.",
    "hookimpl": "Marks a function of `plugin.py` as the implementation of the hook that it is named after.",
}

TABLE = "## Names\n| name | what it is |\n|---|---|\n"


def first_line(name: str) -> str:
    """Returns what the page says of a name.

    Raises:
        LookupError: if nothing is said anywhere.
    """
    if name in CONSTANTS:
        return CONSTANTS[name]
    item = getattr(app.sdk, name)
    said = (inspect.getdoc(item) or "").split("\n")[0]
    if said and not said.startswith(f"{name}("):
        fields = inspect.signature(item).parameters if inspect.isclass(item) and issubclass(item, Event) else ()
        return f"Event with `{', '.join(fields)}`: {said}" if fields else said
    raise LookupError(f"app.sdk.{name} has no docstring: give it one, or a line in tests/sdk_page.py")


def text() -> str:
    """Returns the whole page: its prose, written by people, and the table, written here."""
    prose = PAGE.read_text(encoding="utf-8").partition(TABLE)[0]
    lines = [f"| `{name}` | {first_line(name).replace('|', '/')} |" for name in sorted(app.sdk.__all__, key=str.casefold)]
    return prose + TABLE + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
