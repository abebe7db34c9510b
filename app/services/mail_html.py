"""What people wrote, as HTML that stands in a mail: whole addresses, no picture, and no way to what is not public."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.db.reading import public_slugs
from app.kernel.addresses import localised
from app.kernel.document.html_writer import Fragment, Labels, ResolvedImage, assemble
from app.kernel.links import TargetKind, target_of, without_language
from app.services.words import translations


class _MailResolver:
    """Knows which stories are public, and the site's own address."""

    def __init__(self, base_url: str, lang: str, public: Mapping[str, str]) -> None:
        self._base_url, self._lang, self._public = base_url, lang, public

    def image(self, _media: str) -> ResolvedImage | None:
        return None

    def link(self, target: str) -> str | None:
        if not target.startswith("/"):
            return target
        found = target_of(target)
        if found is None or found.kind is not TargetKind.STORY:
            return self._base_url + localised(without_language(target), self._lang)
        present = self._public.get(found.key)
        return (
            self._base_url + localised(without_language(target).replace(f"/{found.key}", f"/{present}", 1), self._lang) if present else None
        )


def html_for_mail(session: Session, pieces: Sequence[Any], lang: str, base_url: str) -> str:
    """Returns a stored fragment as HTML for a mail.

    Args:
        session: a read session.
        pieces: what the markup service stored.
        lang: language of the text.
        base_url: the site's public address.
    """
    targets = [target_of(piece[1]) for piece in pieces if isinstance(piece, list) and piece[0] == "link"]
    slugs = {found.key for found in targets if found is not None and found.kind is TargetKind.STORY}
    resolver = _MailResolver(base_url, lang, public_slugs(session, slugs) if slugs else {})
    return assemble(Fragment.from_json(list(pieces)), resolver, id_prefix="l-", labels=_labels(lang), heading_shift=1)


def _labels(lang: str) -> Labels:
    _ = translations(lang).gettext
    return Labels(
        table=_("Tableau"),
        notes=_("Notes"),
        call=_("Note {number}"),
        back=_("Retour à l’appel de la note {number}"),
        missing_image=_("Image indisponible : {alt}"),
        missing_image_unnamed=_("Image indisponible"),
    )
