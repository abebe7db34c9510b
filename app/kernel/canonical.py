"""Canonical JSON and the hashes over it; the only definition, never repeated elsewhere (docs/decisions.md, 2)."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence

_ALLOWED = "canonical JSON holds strings, integers, booleans, null, lists and objects only"


def canonical_bytes(value: object) -> bytes:
    """Returns the canonical JSON of a value as UTF-8: sorted keys, no white space, strings in NFC.

    Raises:
        TypeError: for a floating-point number or any type that JSON has no exact form for.
        ValueError: for an object with two keys that are equal in NFC, or a lone surrogate.
    """
    text = json.dumps(_normal(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def digest(value: object) -> str:
    """Returns the SHA-256 of a value's canonical JSON, 64 lower-case hexadecimal letters."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def _normal(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return _normal_object(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_normal(item) for item in value]
    raise TypeError(f"{_ALLOWED}, not {type(value).__name__}")


def _normal_object(value: Mapping[object, object]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"{_ALLOWED}; a key is {type(key).__name__}")
        name = unicodedata.normalize("NFC", key)
        if name in result:
            raise ValueError(f"two keys are equal in NFC: {name!r}")
        result[name] = _normal(item)
    return result
