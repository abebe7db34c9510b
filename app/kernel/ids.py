"""Opaque ids and salts; they never say anything about order, person or place."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u to misread or to spell words
ID_LENGTH = 20


def new_id() -> str:
    """Draws an opaque id: 20 letters and digits, 100 random bits."""
    number = secrets.randbits(5 * ID_LENGTH)
    return "".join(_ALPHABET[(number >> 5 * place) & 31] for place in range(ID_LENGTH))


def new_salt() -> str:
    """Draws the salt of a hashed record: 16 random bytes as hexadecimal."""
    return secrets.token_hex(16)
