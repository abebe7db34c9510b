"""Configuration files: one YAML file for each section, and pictures beside them, in a folder or a ZIP archive; read without trust.

In memory a picture is the Base64 text of its bytes, so that all files are texts: the page of the comparison carries them.
"""

import base64
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from app.config import MEBIBYTE
from app.kernel.errors import Invalid
from app.services.configuration.base import ConfigFault
from app.services.media import CleanImage, clean_image

FORMAT = 1
SUFFIX = ".yaml"
MOST_BYTES = MEBIBYTE
MOST_FILES = 50
MOST_PICTURE = MEBIBYTE // 2
PICTURES = (".png", ".jpg", ".webp")
CONTENT = "content"
"""Under which a picture stands in what a section says; never written to a file."""


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


def suffix_of(picture: bytes) -> str:
    """Returns the ending of a stored picture's name."""
    return ".png" if picture.startswith(b"\x89PNG") else ".jpg" if picture.startswith(b"\xff\xd8") else ".webp"


def as_text(picture: bytes) -> str:
    """Returns a picture as a text."""
    return base64.b64encode(picture).decode("ascii")


def as_bytes(name: str, content: str) -> bytes:
    """Returns what a file holds on a disk."""
    return base64.b64decode(content) if name.endswith(PICTURES) else content.encode()


def read_pictures(files: Mapping[str, str]) -> dict[str, CleanImage | Invalid]:
    """Returns file name → picture, cleaned, or why it cannot be one."""
    found: dict[str, CleanImage | Invalid] = {}
    for name, content in files.items():
        if name.endswith(PICTURES):
            try:
                found[name] = clean_image(base64.b64decode(content, validate=True))
            except Invalid as invalid:
                found[name] = invalid
            except ValueError:
                found[name] = Invalid("image", "image_unreadable")
    return found


def to_zip(files: Mapping[str, str]) -> bytes:
    """Returns the files as one archive; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), as_bytes(name, content), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def read_folder(folder: Path) -> dict[str, str]:
    """Returns the files of a folder; other kinds of files are left out."""
    paths = [path for path in sorted(folder.iterdir()) if path.name.endswith((SUFFIX, *PICTURES)) and path.is_file()]
    return {path.name: _read(path.name, path.read_bytes()) for path in paths[:MOST_FILES]}


def _read(name: str, data: bytes) -> str:
    return as_text(data) if name.endswith(PICTURES) else data.decode("utf-8", "replace")


def read_zip(data: bytes) -> dict[str, str] | None:
    """Returns the files of an archive, None if it is none or holds too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and entry.filename.endswith((SUFFIX, *PICTURES))]
            if len(entries) > MOST_FILES or any(entry.file_size > MOST_BYTES for entry in entries):
                return None
            return {name: _read(name, archive.read(entry)) for entry in entries if (name := Path(entry.filename).name)}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError):  # encrypted, broken, of an unknown method
        return None


def parse(files: Mapping[str, str], known: frozenset[str]) -> tuple[dict[str, Any], list[ConfigFault]]:
    """Returns section → what its file says, and what is wrong with the files."""
    found: dict[str, Any] = {}
    faults: list[ConfigFault] = []
    for name, content in sorted(files.items()):
        if name.endswith(PICTURES):
            continue
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
