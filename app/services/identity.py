"""Who the site is: title, logo, contact, publisher, colours; read by every page, so that a worker keeps the last one."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.access import SITE_CONFIGURE, Actor
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.palette import DEFAULTS, Palette, find_faults, own_colours, stylesheet
from app.services.access import require
from app.services.accounts import checked_address
from app.services.checks import SHORT_TEXT, checked
from app.services.media import ALT, PreparedImage
from app.services.site_settings import read_setting, write_setting
from app.services.unit_of_work import UnitOfWork

IDENTITY = "identity"
TITLE = 60
DETAILS = 600
SEAL = 12


@dataclass(frozen=True)
class Logo:
    """The site's picture: hash of its bytes, its size and that of its renditions, and what it shows for who does not see it."""

    hash: str
    width: int
    height: int
    widths: tuple[int, ...]
    alt: str


@dataclass(frozen=True)
class Identity:
    """What pages, mails and titles say of the site; every text is in the site's own language.

    Args:
        title: name of the site.
        tagline: one sentence.
        contact_email: where the public writes to.
        contact_details: postal address and telephone.
        publisher: who edits the site (name or company, address, telephone), as the legal notice must say.
        director: name of the director of publication.
        host: who hosts the site (name, address, telephone).
        licence: under what conditions texts and images may be used again.
        logo: the site's picture, or None.
        colours: what of the look's palette the site replaces, by scheme.
    """

    title: str = "Récits croisés"
    tagline: str = ""
    contact_email: str = ""
    contact_details: str = ""
    publisher: str = ""
    director: str = ""
    host: str = ""
    licence: str = ""
    logo: Logo | None = None
    colours: Palette = field(default_factory=dict)

    @cached_property
    def stylesheet(self) -> str:
        """The style sheet of the site's own colours; empty for the look's own."""
        return stylesheet(self.colours)

    @cached_property
    def seal(self) -> str:
        """What names that style sheet in its address; empty where there is none."""
        return hashlib.sha256(self.stylesheet.encode()).hexdigest()[:SEAL] if self.stylesheet else ""

    @property
    def papers(self) -> Mapping[str, str]:
        """The paper of each scheme, for the browser's own frame."""
        return {scheme: self.colours.get(scheme, {}).get("paper", tokens["paper"]) for scheme, tokens in DEFAULTS.items()}

    @property
    def missing_details(self) -> tuple[str, ...]:
        """Which of the details that the law asks for are not filled in."""
        return tuple(name for name in LEGAL if not getattr(self, name))


LEGAL = ("publisher", "director", "host", "contact_email")
_LIMITS = {
    **{"title": TITLE, "tagline": SHORT_TEXT, "contact_details": DETAILS, "publisher": DETAILS, "director": SHORT_TEXT},
    **{"host": DETAILS, "licence": DETAILS},
}


def identity_from(data: Mapping[str, Any]) -> Identity:
    """Returns the identity that was saved; what is not known any more is left out."""
    known = {entry.name for entry in fields(Identity)}
    values = {name: value for name, value in data.items() if name in known}
    logo = values.get("logo")
    values["logo"] = Logo(**{**logo, "widths": tuple(logo["widths"])}) if logo else None
    return Identity(**values)


def read_identity(session: Session) -> Identity:
    """Returns the site's identity."""
    return identity_from(read_setting(session, IDENTITY))


class IdentityCache:
    """The identity of the generation that this process last saw."""

    def __init__(self) -> None:
        self._last: tuple[int, Identity] | None = None

    def current(self, session: Session, generation: int) -> Identity:
        """Returns the identity; asks the database only where the generation is another than last time."""
        last = self._last
        if last is not None and last[0] == generation:
            return last[1]
        found = read_identity(session)
        self._last = (generation, found)
        return found


def identity_data(identity: Identity) -> dict[str, Any]:
    """Returns an identity as it is stored: what is not the default."""
    default = Identity()
    data = {entry.name: getattr(identity, entry.name) for entry in fields(Identity)}
    if identity.logo is not None:
        data["logo"] = {**asdict(identity.logo), "widths": list(identity.logo.widths)}
    return {name: value for name, value in data.items() if value != getattr(default, name)}


def checked_details(details: Mapping[str, str]) -> dict[str, str]:
    """Returns the texts of an identity, without outer white space; an empty title means the default one.

    Raises:
        Invalid: for the field that is too long or no address.
    """
    found = {name: checked(name, details.get(name, "") or "", limit) for name, limit in _LIMITS.items()}
    found["title"] = found["title"] or Identity.title
    email = (details.get("contact_email") or "").strip()
    if email:
        try:
            checked_address(email)
        except Invalid as error:
            raise Invalid("contact_email", error.reason, **error.facts) from error
    found["contact_email"] = email
    return found


def save_details(uow: UnitOfWork, actor: Actor | None, details: Mapping[str, str]) -> None:
    """Saves the texts of the site's identity."""
    _may_configure(actor)
    _save(uow, actor, replace(read_identity(uow.session), **checked_details(details)))  # type: ignore[arg-type]  # texts all


def set_logo(uow: UnitOfWork, actor: Actor | None, image: PreparedImage, alt: str) -> None:
    """Gives the site a picture, cleaned already; `alt` says what it shows."""
    _may_configure(actor)
    alt = checked("alt", alt, ALT, required=True)
    logo = Logo(image.hash, image.width, image.height, tuple(rendition.width for rendition in image.renditions), alt)
    _save(uow, actor, replace(read_identity(uow.session), logo=logo))


def remove_logo(uow: UnitOfWork, actor: Actor | None) -> None:
    """Takes the site's picture away; the knot stands in its place."""
    _may_configure(actor)
    _save(uow, actor, replace(read_identity(uow.session), logo=None))


def checked_colours(palette: Palette) -> dict[str, dict[str, str]]:
    """Returns what of a palette the site replaces.

    Raises:
        Invalid: for the field `<scheme>-<token>`, if something is no colour.
        Refused: `colours`, with the faults, if a floor is not kept.
    """
    for scheme, tokens in palette.items():
        for token, text in tokens.items():
            try:
                own_colours({scheme: {token: text}})
            except ValueError as error:
                raise Invalid(f"{scheme}-{token}", "colour_unreadable") from error
    own = own_colours(palette)
    if faults := find_faults(own):
        raise Refused("colours", faults=tuple(faults))
    return own


def set_colours(uow: UnitOfWork, actor: Actor | None, palette: Palette) -> None:
    """Replaces the site's colours; an empty palette goes back to the look's own."""
    _may_configure(actor)
    _save(uow, actor, replace(read_identity(uow.session), colours=checked_colours(palette)))


def logo_file(identity: Identity, folder: Path, content_hash: str, width: int) -> Path:
    """Returns the file of a rendition of the site's picture.

    Raises:
        NotFound: if that is not the site's picture, or has no such rendition.
    """
    logo = identity.logo
    path = folder / content_hash[:2] / content_hash / f"{width}.webp"
    if logo is None or logo.hash != content_hash or width not in logo.widths or not path.is_file():
        raise NotFound("media")
    return path


def _save(uow: UnitOfWork, actor: Actor | None, identity: Identity) -> None:
    write_setting(uow, actor, IDENTITY, identity_data(identity))


def _may_configure(actor: Actor | None) -> None:
    """Raises NotAllowed unless the actor configures the site; None is the command line, where whoever runs it owns the site."""
    if actor is not None:
        require(actor, SITE_CONFIGURE)
