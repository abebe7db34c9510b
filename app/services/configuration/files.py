"""Configuration files: one YAML file for each section, in a folder or a ZIP archive; read without trust."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from app.config import MEBIBYTE
from app.services.configuration.base import ConfigFault

FORMAT = 1
SUFFIX = ".yaml"
MOST_BYTES = MEBIBYTE
MOST_FILES = 50


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # the library has no types
    """Refuses references, with which a few lines can name millions of entries, and keys that stand twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.constructor.ConstructorError(problem="references are not accepted")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key_node, _value in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(problem=f"the key {key_node.value!r} is written twice")
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def to_files(exported: Mapping[str, Any]) -> dict[str, str]:
    """Returns file name → text for exported sections."""
    return {
        f"{name}{SUFFIX}": yaml.safe_dump({"recits": FORMAT, "section": name, "data": data}, allow_unicode=True, sort_keys=False, width=120)
        for name, data in exported.items()
    }


def to_zip(files: Mapping[str, str]) -> bytes:
    """Returns the files as one archive; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def read_folder(folder: Path) -> dict[str, str]:
    """Returns the files of a folder; other kinds of files are left out."""
    return {path.name: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob(f"*{SUFFIX}"))[:MOST_FILES]}


def read_zip(data: bytes) -> dict[str, str] | None:
    """Returns the files of an archive, None if it is none or holds too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and entry.filename.endswith(SUFFIX)]
            if len(entries) > MOST_FILES or any(entry.file_size > MOST_BYTES for entry in entries):
                return None
            return {Path(entry.filename).name: archive.read(entry).decode("utf-8", "replace") for entry in entries}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError):  # encrypted, broken, of an unknown method
        return None


def parse(files: Mapping[str, str], known: frozenset[str]) -> tuple[dict[str, Any], list[ConfigFault]]:
    """Returns section → what its file says, and what is wrong with the files."""
    found: dict[str, Any] = {}
    faults: list[ConfigFault] = []
    for name, content in sorted(files.items()):
        section = name.removesuffix(SUFFIX)
        if section not in known:
            faults.append(ConfigFault(section, "", "unknown_section"))
            continue
        data, code = _parse_one(section, content)
        if code:
            faults.append(ConfigFault(section, "", code))
        else:
            found[section] = data
    return found, faults


def _parse_one(section: str, content: str) -> tuple[Any, str]:
    if len(content) > MOST_BYTES:
        return None, "too_large"
    try:
        document = yaml.load(content, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError):
        return None, "unreadable"
    if not isinstance(document, dict) or document.get("recits") != FORMAT or document.get("section") != section or "data" not in document:
        return None, "not_ours"
    return document["data"], ""
