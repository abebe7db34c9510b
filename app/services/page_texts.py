"""The words of pages: saved as hashed versions, proposed, published, unpublished; what is public is one version, beside which the working copy lives on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.models import Account, Media, Page, PageText, PageVersion
from app.kernel.access import PAGE_PUBLISH, Actor
from app.kernel.content import MediaUse, PageContent
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.events import PagePublished, PageUnpublished
from app.kernel.pages import PageState, PageTransition, page_transition, state_after_edit
from app.services import letters
from app.services.access import require, who_may
from app.services.checks import SHORT_TEXT, checked
from app.services.links import forget_links, index_links
from app.services.mail import queue
from app.services.markup import MARKUP_VERSION, PreparedBody
from app.services.pages import DEFAULT_TYPE, living_page, make_page, may_edit_pages, touch_navigation
from app.services.unit_of_work import UnitOfWork
from app.services.words import LANGUAGES

STANDFIRST = 600


@dataclass(frozen=True)
class PageWords:
    """What somebody wrote on a page; the body was parsed before the unit of work.

    `data` is what the form of the page's type holds, `alternative` what the public reads of it when the type is not there.
    """

    title: str
    standfirst: str
    body: PreparedBody
    data: Mapping[str, Any] = field(default_factory=dict)
    alternative: str = ""


@dataclass(frozen=True)
class StaleBase:
    """The text has changed since the base that the writer knew; nothing was written."""

    current: str


def create_page(
    uow: UnitOfWork,
    actor: Actor | None,
    parent_id: str | None,
    lang: str,
    words: PageWords,
    *,
    slug: str = "",
    type: str = DEFAULT_TYPE,
    reserved: Collection[str] = (),
) -> Page:
    """Makes a page with its first text, which nobody but those who write pages can read yet."""
    may_edit_pages(actor)
    title = checked("title", words.title, SHORT_TEXT, required=True)
    page = make_page(uow, actor, parent_id, title, slug=slug, type=type, reserved=reserved)
    write_version(uow, actor, page, _new_text(uow, page, lang), words)
    return page


def page_text(session: Session, page_id: str, lang: str) -> PageText:
    """Returns a living page's text in a language.

    Raises:
        NotFound: if the page is not there, or has no text in it.
    """
    living_page(session, page_id)
    text = session.get(PageText, (page_id, lang))
    if text is None:
        raise NotFound("page")
    return text


def save_text(
    uow: UnitOfWork, actor: Actor | None, page_id: str, lang: str, words: PageWords, base_version_id: str | None
) -> PageVersion | StaleBase:
    """Saves a page's words in a language as a new version; saving what is there already makes none.

    Args:
        base_version_id: the version that the writer started from, None for the first words in that language; if another was saved since, nothing is written.
    """
    may_edit_pages(actor)
    page = living_page(uow.session, page_id)
    text = uow.session.get(PageText, (page_id, lang))
    if text is None:
        if lang not in LANGUAGES:
            raise Invalid("lang", "unknown_choice")
        text = _new_text(uow, page, lang)
    elif text.version_id != base_version_id:
        return StaleBase(text.version_id)
    return write_version(uow, actor, page, text, words)


def saved(answer: PageVersion | StaleBase) -> PageVersion:
    """Returns the version of a text that nobody else can have saved meanwhile."""
    if isinstance(answer, StaleBase):
        raise TypeError("the text was saved by somebody else")
    return answer


def write_version(uow: UnitOfWork, actor: Actor | None, page: Page, text: PageText, words: PageWords) -> PageVersion:
    """Writes a version of a text whose rights were checked, unless its content is already the current one."""
    title = checked("title", words.title, SHORT_TEXT, required=True)
    standfirst = checked("standfirst", words.standfirst, STANDFIRST)
    media = _media_used(uow.session, words.body)
    content = PageContent(page.salt, page.type, text.lang, title, standfirst, words.body.markdown, words.data, words.alternative, media)
    current = uow.session.get(PageVersion, text.version_id) if text.version_id else None
    if current is not None and current.hash == content.hash:
        return current
    last = select(func.max(PageVersion.number)).where(PageVersion.page_id == page.id, PageVersion.lang == text.lang)
    version = PageVersion(
        page_id=page.id,
        lang=text.lang,
        number=1 + (uow.session.scalar(last) or 0),
        hash=content.hash,
        title=title,
        standfirst=standfirst,
        body=content.body,
        data=dict(words.data),
        alternative=words.alternative,
        media=[{"hash": use.hash, "alt": use.alt, "credit": use.credit} for use in media],
        plain=words.body.plain,
        words=words.body.words,
        fragment=words.body.fragment.to_json(),
        markup_version=MARKUP_VERSION,
        author_id=actor.account if actor else None,
        parent_id=current.id if current else None,
        created_at=uow.now,
    )
    uow.session.add(version)
    uow.session.flush()
    _set_current(uow, text, version)
    uow.record(actor, "page.save", "page", page.id, lang=text.lang, version=version.id, hash=version.hash)
    return version


def restore_version(uow: UnitOfWork, actor: Actor, page_id: str, lang: str, version_id: str, body: PreparedBody) -> PageVersion:
    """Makes an earlier version's words current again, as a new version; `body` is that version's, parsed."""
    may_edit_pages(actor)
    text = page_text(uow.session, page_id, lang)
    old = uow.session.get(PageVersion, version_id)
    if old is None or (old.page_id, old.lang) != (page_id, lang):
        raise NotFound("version")
    words = PageWords(old.title, old.standfirst, body, old.data, old.alternative)
    return write_version(uow, actor, living_page(uow.session, page_id), text, words)


def _new_text(uow: UnitOfWork, page: Page, lang: str) -> PageText:
    return PageText(page_id=page.id, lang=lang, state=str(PageState.PRIVATE), state_since=uow.now, version_id="")


def _set_current(uow: UnitOfWork, text: PageText, version: PageVersion) -> None:
    """Points a working copy at a version; the state follows."""
    text.version_id = version.id
    public = uow.session.get(PageVersion, text.published_version_id) if text.published_version_id else None
    state = state_after_edit(PageState(text.state), same_as_public=public is not None and public.hash == version.hash)
    if text.state != state:
        text.state, text.state_since = str(state), uow.now
    uow.session.add(text)
    uow.session.flush()
    index_links(uow, "page", text.page_id, [version.fragment], lang=text.lang)


def _media_used(session: Session, body: PreparedBody) -> tuple[MediaUse, ...]:
    """Returns the images that the body names and that a page may show, in order of first appearance."""
    if not body.media_ids:
        return ()
    rows = {row.id: row for row in session.scalars(select(Media).where(Media.id.in_(body.media_ids), page_media_clause()))}
    return tuple(MediaUse(row.hash, row.alt, row.credit) for media_id in body.media_ids if (row := rows.get(media_id)))


def page_media_clause() -> Any:
    """Says which images a page may show: none of a story's, which are its delegation's."""
    return Media.story_id.is_(None)


# — workflow —


def propose_text(uow: UnitOfWork, actor: Actor, page_id: str, lang: str, base_url: str) -> None:
    """Offers a working copy to those who publish, and writes to them."""
    text, arrow = _step(uow.session, actor, page_id, lang, "propose")
    _take(uow, actor, text, arrow, text.version_id)
    title = uow.session.get_one(PageVersion, text.version_id).title
    for account in _publishers(uow.session, actor):
        queue(uow, letters.page_proposed(str(account.email), account.lang, base_url, title, page_id))


def _publishers(session: Session, actor: Actor) -> list[Account]:
    """Returns those who may publish pages and can be written to, whoever proposes left out."""
    wanted = who_may(session, PAGE_PUBLISH, ()) - {actor.account}
    query = select(Account).where(Account.id.in_(wanted), Account.disabled_at.is_(None), Account.email.is_not(None))
    return list(session.scalars(query.order_by(Account.id)))


def take_back_text(uow: UnitOfWork, actor: Actor, page_id: str, lang: str) -> None:
    """Takes a proposal back to writing."""
    text, arrow = _step(uow.session, actor, page_id, lang, "take_back")
    _take(uow, actor, text, arrow, text.version_id)


def publish_text(uow: UnitOfWork, actor: Actor | None, page_id: str, lang: str, seen_hash: str) -> PageVersion:
    """Makes the working copy what the public reads.

    Args:
        seen_hash: hash of the version that the person had on the page.

    Raises:
        Refused: if the words have changed since, or there are none.
    """
    text, arrow = _step(uow.session, actor, page_id, lang, "publish")
    version = uow.session.get_one(PageVersion, text.version_id)
    if version.hash != seen_hash:
        raise Refused("page_changed")
    text.published_version_id = version.id
    text.published_at = uow.now
    text.first_published_at = text.first_published_at or uow.now
    index_links(uow, "page", page_id, [version.fragment], lang=lang, public=True)
    _take(uow, actor, text, arrow, version.id)
    touch_navigation(uow)
    uow.emit(PagePublished(page_id, lang, version.id))
    return version


def unpublish_text(uow: UnitOfWork, actor: Actor, page_id: str, lang: str) -> None:
    """Takes a page off the public pages in one language; nothing of it is deleted."""
    text, arrow = _step(uow.session, actor, page_id, lang, "unpublish")
    version = text.published_version_id
    text.published_version_id = None
    forget_links(uow, "page", page_id, lang=lang, public=True)
    _take(uow, actor, text, arrow, version)
    touch_navigation(uow)
    uow.emit(PageUnpublished(page_id, lang))


def leaves_the_public(session: Session, page_id: str, lang: str) -> bool:
    """Tells whether unpublishing a language takes the whole page off the public pages."""
    others = select(PageText.lang).where(PageText.page_id == page_id, PageText.lang != lang, PageText.published_version_id.is_not(None))
    return session.scalar(others.limit(1)) is None


def _step(session: Session, actor: Actor | None, page_id: str, lang: str, name: str) -> tuple[PageText, PageTransition]:
    """Returns the text and the arrow, or refuses: not allowed, not there, not from this state."""
    arrow = page_transition(name)
    if actor is not None:
        require(actor, arrow.permission)
    text = page_text(session, page_id, lang)
    if PageState(text.state) not in arrow.sources:
        raise Refused("page_wrong_state", page_state=text.state)
    if arrow.needs_public_version and text.published_version_id is None:
        raise Refused("page_not_public")
    return text, arrow


def _take(uow: UnitOfWork, actor: Actor | None, text: PageText, arrow: PageTransition, version_id: str | None) -> None:
    before = text.state
    text.state, text.state_since = str(arrow.target), uow.now
    uow.record(actor, f"page.{arrow.name}", "page", text.page_id, lang=text.lang, before=before, after=text.state, version=version_id)
