"""What stands beside the words of a story, at the head of its file: images, and what forms of extensions say."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.kernel.block import read_block
from app.kernel.ids import ID_LENGTH
from app.services.story_files.keys import Keys, StoryFileError
from app.services.story_files.shapes import BlockFile, ImageFile

_IMAGE_ID = re.compile(rf"[0-9a-z]{{{ID_LENGTH}}}")
_NAMED_ID = re.compile(r"[0-9a-z]{1,40}")
"""What a body can name; that of an image that is lost may be anything of the kind, whoever typed it."""
_BLOCK_KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
_BLOCK_TYPE = re.compile(r"(?=.{1,60}\Z)[a-z][a-z0-9_]*:\S+")


def read_images(keys: Keys, name: str, folder: Path) -> tuple[ImageFile, ...]:
    """Reads the images of a story.

    Raises:
        StoryFileError: if one has an id that is none or another's, or a file that is not there or not in the folder.
    """
    images = keys.each("images", "image", _image, optional=True)
    _once(name, "images", "id", [image.id for image in images])
    for image in images:
        if not (_NAMED_ID if image.file is None else _IMAGE_ID).fullmatch(image.id):
            raise StoryFileError(f"{name}, images: 'id' is {image.id!r}; expected {ID_LENGTH} lower-case letters and digits")
        if image.file is not None:
            _check_place(f"{name}, image '{image.id}'", folder, image.file)
    return images


def _image(keys: Keys) -> ImageFile:
    return ImageFile(
        keys.text("id"), keys.text_or_none("file"), keys.text("alt"), keys.text("credit"), keys.text("rights", ""), keys.text("source", "")
    )


def _check_place(where: str, folder: Path, file: str) -> None:
    try:
        place, root = (folder / file).resolve(), folder.resolve()
        found = place.is_file()
    except (OSError, ValueError, RuntimeError) as error:  # a name that no file can have, or links that lead to each other
        raise StoryFileError(f"{where}: 'file' is {file!r}, which names no file") from error
    if not place.is_relative_to(root):
        raise StoryFileError(f"{where}: 'file' is {file!r}, which leaves the folder")
    if not found:
        raise StoryFileError(f"{where}: 'file' is {file!r}, which is not there")


def read_blocks(keys: Keys, name: str) -> tuple[BlockFile, ...]:
    """Reads what forms of extensions say in a story's passages.

    Raises:
        StoryFileError: if one has a key or a type that is none, values that JSON does not have, or nothing that can be read.
    """
    blocks = keys.each("blocks", "block", lambda row: _block(name, row), optional=True)
    _once(name, "blocks", "key", [block.key for block in blocks])
    return blocks


def _block(name: str, keys: Keys) -> BlockFile:
    block = BlockFile(keys.text("key"), keys.text("type"), keys.mapping("data"), keys.mapping("reads") or None)
    where = f"{name}, block '{block.key}'"
    if not _BLOCK_KEY.fullmatch(block.key):
        raise StoryFileError(f"{where}: 'key' must be of lower-case letters, digits and hyphens")
    if not _BLOCK_TYPE.fullmatch(block.type):
        raise StoryFileError(f"{where}: 'type' is {block.type!r}; expected an extension and one of its blocks, such as communication:trace")
    if not _is_json(block.data):
        raise StoryFileError(f"{where}: 'data' holds what is no text, whole number, true, false, null, list or mapping of these")
    if block.reads is not None and (not _is_json(block.reads) or read_block(block.reads) is None):
        raise StoryFileError(f"{where}: 'reads' needs a title and a text, and no part that a block does not have")
    return block


def _is_json(value: Any) -> bool:
    """Tells whether a value is one that a hash can cover: YAML knows more kinds than JSON, and JSON numbers that are not whole."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_json(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or isinstance(value, str | int)


def _once(name: str, what: str, key: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise StoryFileError(f"{name}, {what}: the {key} '{value}' stands twice")
