"""The addresses that mail can be sent to: their form, and how they are compared."""

import re

from app.kernel.errors import Invalid

ADDRESS_MAXIMUM = 254
# One @, something on both sides, a dot in the domain, no white space: what mail can be sent to is learnt by sending.
_ADDRESS = re.compile(r"[^@\s<>,;:\"]{1,64}@[^@\s.<>,;:\"]+(\.[^@\s.<>,;:\"]+)+")


def normal_address(email: str) -> str:
    """Returns the form under which an address is kept and compared."""
    return email.strip().lower()


def checked_address(email: str) -> str:
    """Returns the normal form of an address that mail can be sent to.

    Raises:
        Invalid: for the field `email`.
    """
    address = normal_address(email)
    if len(address) > ADDRESS_MAXIMUM or not _ADDRESS.fullmatch(address):
        raise Invalid("email", "email")
    return address
