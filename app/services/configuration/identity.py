"""The identity in configuration files: texts and colours, and the picture as a file beside them."""

from sqlalchemy.orm import Session

from app.kernel.access import Actor
from app.kernel.errors import Invalid
from app.services import identity
from app.services.checks import checked
from app.services.configuration.base import Data, Faulty, mapping, text
from app.services.configuration.files import CONTENT, MOST_PICTURE, suffix_of
from app.services.media import ALT, CleanImage, find_stored, image_folder
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork

_LOGO = "logo"
_IDENTITY = ("title", "tagline", "contact_email", "contact_details", "publisher", "director", "host", "licence")


def export_identity(site: Site, session: Session) -> Data:
    """Returns what the site says now."""
    found = identity.read_identity(session)
    texts_ = {name: getattr(found, name) for name in _IDENTITY}
    return {**texts_, "colours": {scheme: dict(own) for scheme, own in found.colours.items()}, _LOGO: _logo_data(site, found.logo)}


def pictures_of(site: Site, session: Session) -> dict[str, bytes]:
    """Returns file name → bytes of the pictures that the identity names."""
    return _picture(site, identity.read_identity(session).logo)


def _logo_data(site: Site, logo: identity.Logo | None) -> Data:
    if logo is None:
        return None
    return {"file": next(iter(_picture(site, logo)), ""), "alt": logo.alt, "sha256": logo.hash}


def _picture(site: Site, logo: identity.Logo | None) -> dict[str, bytes]:
    """Returns the stored file of the site's picture by its name, or its largest rendition that is light enough to travel."""
    if logo is None:
        return {}
    folder = image_folder(site.settings.media_folder, logo.hash)
    files = [folder / "master", *(folder / f"{width}.webp" for width in sorted(logo.widths, reverse=True))]
    light = next((file.read_bytes() for file in files if file.is_file() and file.stat().st_size <= MOST_PICTURE), None)
    return {_name(logo.hash, light): light} if light is not None else {}


def _name(content_hash: str, picture: bytes) -> str:
    return f"{_LOGO}-{content_hash[:12]}{suffix_of(picture)}"


def check_identity(site: Site, session: Session, data: Data) -> Data:
    """Returns what a file asks for, over what the site says now.

    Raises:
        Faulty: if it cannot be.
    """
    said = mapping(data, "", frozenset({*_IDENTITY, "colours", _LOGO}))
    now = export_identity(site, session)
    details = {name: text(said[name], name) if name in said else now[name] for name in _IDENTITY}
    colours = said.get("colours", now["colours"])
    palette = {
        scheme: {token: text(colour, f"colours.{scheme}.{token}") for token, colour in mapping(own, f"colours.{scheme}").items()}
        for scheme, own in mapping(colours, "colours", frozenset({"light", "dark"})).items()
    }
    logo = _checked_logo(said[_LOGO], now[_LOGO]) if _LOGO in said else now[_LOGO]
    return {**identity.checked_details(details), "colours": identity.checked_colours(palette), _LOGO: logo}


def _checked_logo(data: Data, now: Data) -> Data:
    """Returns which picture a file asks for. One that the site has already stays, whether it is told by its hash or by its file, cleaned as every image is."""
    if data is None:
        return None
    said = mapping(data, _LOGO, frozenset({"file", "alt", "sha256", CONTENT}))
    alt = checked(f"{_LOGO}.alt", text(said.get("alt", ""), f"{_LOGO}.alt"), ALT, required=True)
    present = now["sha256"] if now is not None else None
    picture: CleanImage | Invalid | None = said.get(CONTENT)
    if present is not None and (said.get("sha256") == present or (isinstance(picture, CleanImage) and picture.hash == present)):
        return {**now, "alt": alt}
    if picture is None:
        raise Faulty(f"{_LOGO}.file", "picture_missing", file=text(said.get("file", ""), f"{_LOGO}.file"))
    if isinstance(picture, Invalid):
        raise Faulty(f"{_LOGO}.file", "picture_unusable")
    return {"file": _name(picture.hash, picture.master), "alt": alt, "sha256": picture.hash}


def apply_identity(site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    """Makes the site say it; in the caller's transaction."""
    identity.save_details(uow, actor, {name: data[name] for name in _IDENTITY})
    identity.set_colours(uow, actor, data["colours"])
    present, wanted = identity.read_identity(uow.session).logo, data[_LOGO]
    if wanted is None and present is not None:
        identity.remove_logo(uow, actor)
    elif wanted is not None and _logo_data(site, present) != wanted:
        identity.set_logo(uow, actor, find_stored(site.settings.media_folder, wanted["sha256"]), wanted["alt"])
