"""Keeps the index of who cites what: rewritten whenever a text is saved, published or withdrawn; reads addresses, never follows one."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from app.db.models import ContentLink, PageText, PageVersion, Passage, PassageRevision, Story, StoryVersion, Territory
from app.db.reading import public_story_clause
from app.kernel.links import Target, TargetKind, target_of
from app.services.unit_of_work import UnitOfWork


def index_links(
    uow: UnitOfWork, source_kind: str, source_id: str, fragments: Iterable[list[Any]], *, lang: str = "", public: bool = False
) -> None:
    """Notes what a text cites now, in place of what it cited before.

    Args:
        source_kind: `page`, `story`, `passage` or `territory`.
        fragments: the rendered bodies, with symbolic links and images.
        public: whether these are the words that the public reads, or a working copy's.
    """
    forget_links(uow, source_kind, source_id, lang=lang, public=public)
    for target, address in dict.fromkeys(cited for pieces in fragments for cited in _cited(pieces)):
        uow.session.add(
            ContentLink(
                source_kind=source_kind,
                source_id=source_id,
                lang=lang,
                public=public,
                target_kind=str(target.kind),
                target_key=target.key,
                address=address,
            )
        )


def forget_links(uow: UnitOfWork, source_kind: str, source_id: str, *, lang: str = "", public: bool = False) -> None:
    """Forgets what a text cited, when it is no longer there to cite it."""
    uow.session.execute(
        delete(ContentLink).where(
            ContentLink.source_kind == source_kind,
            ContentLink.source_id == source_id,
            ContentLink.lang == lang,
            ContentLink.public.is_(public),
        )
    )


def index_story(uow: UnitOfWork, story: Story, version: StoryVersion) -> None:
    """Notes what the public version of a story cites."""
    pins = {(pin["passage"], pin["hash"]) for pin in version.manifest["passages"]}
    query = select(PassageRevision).where(PassageRevision.passage_id.in_([passage for passage, _hash in pins]))
    fragments = [row.fragment for row in uow.session.scalars(query) if (row.passage_id, row.hash) in pins]
    index_links(uow, "story", story.id, fragments, public=True)


def rebuild_links(uow: UnitOfWork) -> None:
    """Writes the whole index anew from the texts, for a site that had none."""
    uow.session.execute(delete(ContentLink))
    for public, column in ((False, PageText.version_id), (True, PageText.published_version_id)):
        for version in uow.session.scalars(select(PageVersion).join(PageText, PageVersion.id == column)):
            index_links(uow, "page", version.page_id, [version.fragment], lang=version.lang, public=public)
    current = select(PassageRevision).join(Passage, Passage.revision_id == PassageRevision.id)
    for revision in uow.session.scalars(current):
        index_links(uow, "passage", revision.passage_id, [revision.fragment])
    published = select(Story, StoryVersion).join(StoryVersion, StoryVersion.id == Story.published_version_id)
    for story, told in uow.session.execute(published.where(public_story_clause())):
        index_story(uow, story, told)
    for territory in uow.session.scalars(select(Territory)):
        index_links(uow, "territory", territory.id, [territory.fragment], public=True)


def _cited(pieces: list[Any]) -> Iterable[tuple[Target, str]]:
    """Yields what one rendered text cites: each link with its address as it was written, each image with its id."""
    for piece in pieces:
        if not isinstance(piece, list):
            continue
        if piece[0] == "image":
            yield Target(TargetKind.MEDIA, str(piece[1])), f"media:{piece[1]}"
        elif piece[0] == "link" and (target := target_of(str(piece[1]))) is not None:
            yield target, str(piece[1])
