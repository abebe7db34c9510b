"""What files call things by: keys made of names, each once."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

from app.kernel.slug import numbered, slugify

K = TypeVar("K", bound=Hashable)


def unique(values: Iterable[K]) -> list[K]:
    """Returns values in the order in which they first came, each once."""
    return list(dict.fromkeys(values))


def keys_of(names: Iterable[tuple[str, str]], fallback: str, taken: Iterable[str] = ()) -> dict[str, str]:
    """Returns id → a key made of the name, unlike all others."""
    used, keys = set(taken), {}
    for row_id, name in names:
        slug = slugify(name, fallback)
        base = slug if slug[0].isalpha() else f"{fallback}-{slug}"
        number = 1
        while numbered(base, number) in used:
            number += 1
        keys[row_id] = numbered(base, number)
        used.add(keys[row_id])
    return keys
