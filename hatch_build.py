"""Build hook: compiles every gettext catalogue (.po → .mo) before hatchling collects the files."""

from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):
    """Runs for wheels, source distributions and editable installs alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for source in Path(self.root).glob("*/**/LC_MESSAGES/*.po"):
            if ".venv" in source.parts:
                continue
            with source.open("rb") as lines:
                catalogue = read_po(lines)
            compiled = BytesIO()
            write_mo(compiled, catalogue)
            target = source.with_suffix(".mo")
            if target.is_file() and target.read_bytes() == compiled.getvalue():
                continue  # a site that runs from this checkout would take a new date for new code
            draft = source.with_suffix(".mo.draft")
            draft.write_bytes(compiled.getvalue())
            draft.replace(target)  # at once: a running site may be reading it
