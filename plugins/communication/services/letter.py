"""Issues of the letter: composed from published stories, previewed as they will be sent, sent in batches, kept online."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.sdk import (
    Actor,
    Invalid,
    Letter,
    NotFound,
    PublicStory,
    Refused,
    Session,
    SettingsPage,
    Story,
    StoryPublished,
    UnitOfWork,
    checked,
    html_for_mail,
    in_language,
    lead_territory,
    numbered,
    own_address,
    public_stories,
    queue_mail,
    read_settings,
    require,
    site_title,
    slugify,
)
from plugins.communication.forms.letter import LetterSettingsForm
from plugins.communication.models import Delivery, Issue, IssueStory, Subscriber
from plugins.communication.rules.letter import BATCH, MOST_STORIES, SENTENCE, TITLE, Copy, Piece, Sheet, write_copy
from plugins.communication.services import subscription
from plugins.communication.services.catalogue import catalogue
from plugins.communication.services.subscription import PATH, PERMISSION, leave_address

SETTINGS = SettingsPage(
    "letter",
    title=_l("Réglages de la lettre"),
    description=_l("Qui l’envoie, où l’on répond, ce qui est dit en bas."),
    form=lambda: LetterSettingsForm,
    defaults={"sender": "", "reply_to": "", "footer": "", "collect": False},
    permission=PERMISSION,
)


def settings(session: Session) -> dict[str, Any]:
    """Returns who sends the letter, where one answers, and its last line."""
    return read_settings(session, "communication", SETTINGS)


# — reading —


@dataclass(frozen=True)
class Line:
    """A story in an issue; `story` is None once it is no longer public."""

    story_id: str
    story: PublicStory | None
    territory: str
    sentence: str


def list_issues(session: Session) -> list[Issue]:
    """Returns all issues, the latest first."""
    return list(session.scalars(select(Issue).order_by(Issue.created_at.desc(), Issue.id)))


def list_sent(session: Session) -> list[Issue]:
    """Returns the issues that went out or are going, the latest first; these are public."""
    return [issue for issue in list_issues(session) if issue.sending_at is not None]


def get_issue(session: Session, issue_id: str) -> Issue:
    """Returns an issue.

    Raises:
        NotFound: if there is none.
    """
    row = session.get(Issue, issue_id)
    if row is None:
        raise NotFound("issue")
    return row


def find_sent(session: Session, slug: str) -> Issue:
    """Returns a public issue.

    Raises:
        NotFound: if there is none at this address, or it was not sent.
    """
    row = session.scalar(select(Issue).where(Issue.slug == slug, Issue.sending_at.is_not(None)))
    if row is None:
        raise NotFound("issue")
    return row


def lines_of(session: Session, issue: Issue) -> list[Line]:
    """Returns the stories of an issue in its order; of those that are no longer public nothing is left but the place."""
    rows = list(session.scalars(select(IssueStory).where(IssueStory.issue_id == issue.id).order_by(IssueStory.position)))
    known = {story.id: story for story in public_stories(session, Story.id.in_([row.story_id for row in rows]))}
    return [
        Line(row.story_id, story, lead_territory(session, story.id).name if story else "", row.sentence if story else "")
        for row in rows
        for story in [known.get(row.story_id)]
    ]


def stories_to_add(session: Session, issue: Issue) -> list[PublicStory]:
    """Returns the public stories that are not in an issue yet."""
    used = set(session.scalars(select(IssueStory.story_id).where(IssueStory.issue_id == issue.id)))
    return [story for story in public_stories(session, limit=100) if story.id not in used]


def write_for(session: Session, issue: Issue, lang: str, leave: str, base_url: str) -> Copy:
    """Returns an issue exactly as somebody who reads a language receives it."""
    return write_copy(sheet_of(session, issue, lang, base_url), lang, leave, catalogue(lang).gettext)


def sheet_of(session: Session, issue: Issue, lang: str, base_url: str) -> Sheet:
    """Returns what all copies in one language have in common; a story that is not public is left out."""
    pieces = [
        Piece(
            line.story.title,
            line.story.lang,
            line.territory,
            line.sentence,
            base_url + in_language(f"/recits/{line.story.slug}", lang),
        )
        for line in lines_of(session, issue)
        if line.story is not None
    ]
    return Sheet(
        title=issue.title,
        introduction=issue.introduction.replace("](/", f"]({base_url}/"),
        introduction_html=html_for_mail(session, issue.fragment, "fr", base_url),
        pieces=pieces,
        archive=base_url + in_language(f"{PATH}/numeros/{issue.slug}", lang),
        site=settings(session)["sender"] or site_title(session),
        footer=settings(session)["footer"],
    )


# — composing —


def add_issue(uow: UnitOfWork, actor: Actor, title: str) -> Issue:
    """Begins an issue."""
    require(actor, PERMISSION)
    title = checked("title", title, TITLE, required=True)
    taken = set(uow.session.scalars(select(Issue.slug)))
    row = Issue(title=title, slug=_free_slug(title, taken), created_at=uow.now)
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "communication.add_issue", "issue", row.id)
    return row


def _free_slug(title: str, taken: set[str]) -> str:
    base = slugify(title, "lettre")
    return next(slug for slug in (numbered(base, number) for number in count(1)) if slug not in taken)


def _open(uow: UnitOfWork, actor: Actor, issue_id: str) -> Issue:
    """Returns an issue that can still be changed.

    Raises:
        Refused: if it is being sent, or was.
    """
    require(actor, PERMISSION)
    row = get_issue(uow.session, issue_id)
    if row.state != "draft":
        raise Refused("own_words", words=_l("Ce numéro est parti, ou part : ses mots ne changent plus."))
    return row


def save_issue(uow: UnitOfWork, actor: Actor, issue_id: str, title: str, introduction: Any, sentences: dict[str, str]) -> None:
    """Keeps an issue's words.

    Args:
        uow: the unit of work.
        actor: who writes.
        issue_id: the issue.
        title: subject of the mail.
        introduction: what the markup service prepared.
        sentences: story's id → the sentence about it.
    """
    row = _open(uow, actor, issue_id)
    row.title = checked("title", title, TITLE, required=True)
    row.introduction, row.fragment = introduction.markdown, introduction.fragment.to_json()
    for line in uow.session.scalars(select(IssueStory).where(IssueStory.issue_id == row.id)):
        if line.story_id in sentences:
            line.sentence = " ".join(checked("introduction", sentences[line.story_id], SENTENCE).split())
    uow.record(actor, "communication.save_issue", "issue", row.id)


def add_story(uow: UnitOfWork, actor: Actor, issue_id: str, story_id: str) -> None:
    """Puts a published story at the end of an issue."""
    row = _open(uow, actor, issue_id)
    if not public_stories(uow.session, Story.id == story_id):
        raise Invalid("story", "unknown_choice")
    held = uow.session.scalar(select(func.count()).select_from(IssueStory).where(IssueStory.issue_id == row.id)) or 0
    if held >= MOST_STORIES:
        raise Invalid("story", "own_words", words=_l("Vingt récits au plus dans un numéro."))
    if uow.session.get(IssueStory, (row.id, story_id)) is None:
        last = uow.session.scalar(select(func.max(IssueStory.position)).where(IssueStory.issue_id == row.id)) or 0
        uow.session.add(IssueStory(issue_id=row.id, story_id=story_id, position=last + 1))
        uow.record(actor, "communication.add_issue_story", "issue", row.id, story=story_id)


def move_story(uow: UnitOfWork, actor: Actor, issue_id: str, story_id: str, where: str) -> None:
    """Moves a story up (`haut`) or down (`bas`) in an issue, or takes it out (`retirer`)."""
    row = _open(uow, actor, issue_id)
    lines = list(uow.session.scalars(select(IssueStory).where(IssueStory.issue_id == row.id).order_by(IssueStory.position)))
    place = next((index for index, line in enumerate(lines) if line.story_id == story_id), None)
    if place is None:
        raise NotFound("story")
    line = lines.pop(place)
    if where == "retirer":
        uow.session.delete(line)
    else:
        lines.insert(max(0, place + (-1 if where == "haut" else 1)), line)
    for position, entry in enumerate(lines, 1):
        entry.position = position
    uow.record(actor, "communication.move_issue_story", "issue", row.id, story=story_id, where=where)


def delete_issue(uow: UnitOfWork, actor: Actor, issue_id: str) -> None:
    """Drops an issue that was never sent."""
    row = _open(uow, actor, issue_id)
    for line in uow.session.scalars(select(IssueStory).where(IssueStory.issue_id == row.id)):
        uow.session.delete(line)
    uow.session.flush()
    uow.session.delete(row)
    uow.record(actor, "communication.delete_issue", "issue", issue_id)


# — sending —


def send_test(uow: UnitOfWork, actor: Actor, issue_id: str, base_url: str) -> str:
    """Sends an issue to whoever composes it, and to nobody else; returns the address."""
    require(actor, PERMISSION)
    row = get_issue(uow.session, issue_id)
    address, lang = own_address(uow.session, actor)
    copy = write_for(uow.session, row, lang, base_url + in_language(PATH, lang), base_url)
    _post(uow, address, copy, base_url + in_language(PATH, lang), settings(uow.session), one_click=False)
    uow.record(actor, "communication.test_issue", "issue", row.id)
    return address


def start_sending(uow: UnitOfWork, actor: Actor, issue_id: str, base_url: str) -> None:
    """Gives an issue to the job that sends it, and puts it online; one whose sending was interrupted goes on. `base_url` begins the addresses in it.

    Raises:
        Refused: if it says nothing yet, or goes out already.
    """
    require(actor, PERMISSION)
    paused = get_issue(uow.session, issue_id)
    if paused.state == "paused":  # it went out to some already: its words, its day and its addresses stay
        paused.state = "sending"
        uow.record(actor, "communication.resume_issue", "issue", paused.id)
        return
    row = _open(uow, actor, issue_id)
    if not row.introduction and not any(line.story for line in lines_of(uow.session, row)):
        raise Refused("own_words", words=_l("Ce numéro est vide : écrivez une introduction, ou choisissez un récit."))
    row.state, row.sending_at, row.base_url = "sending", uow.now, base_url
    uow.record(actor, "communication.send_issue", "issue", row.id)


def send_batch(uow: UnitOfWork) -> None:
    """Puts the next copies of what is being sent into the post; the job calls it until nothing is left.

    A copy's row and its mail are written in one transaction: after a crash the next turn goes on where the last one ended, and nobody is written to twice.
    A mail leaves at least once: what a server took and could not be noted leaves again under the same `Message-ID` (docs/operate.md).
    """
    subscription.sweep(uow)
    issue = uow.session.scalar(select(Issue).where(Issue.state == "sending").order_by(Issue.sending_at).limit(1))
    if issue is None or issue.sending_at is None:
        return
    waiting = list(uow.session.scalars(_waiting(issue.id, issue.sending_at).limit(BATCH)))
    how = settings(uow.session)
    # What is read here is what is public now: a story withdrawn since the last batch is in no further copy.
    sheets = {lang: sheet_of(uow.session, issue, lang, issue.base_url) for lang in {person.lang for person in waiting}}
    for person in waiting:
        leave = leave_address(issue.base_url, person.lang, person.leave_key)
        _post(uow, person.email, write_copy(sheets[person.lang], person.lang, leave, catalogue(person.lang).gettext), leave, how)
        uow.session.add(Delivery(issue_id=issue.id, subscriber_id=person.id, at=uow.now))
    issue.copies += len(waiting)
    if len(waiting) < BATCH:
        issue.state, issue.sent_at = "sent", uow.now
        uow.record(None, "communication.issue_sent", "issue", issue.id, copies=issue.copies)


def collect_published(uow: UnitOfWork, event: StoryPublished) -> None:
    """Puts a story that has just been published at the end of the issue in preparation, where the settings ask for it; an editor may take it out."""
    if not settings(uow.session)["collect"]:
        return
    issue = uow.session.scalar(select(Issue).where(Issue.state == "draft").order_by(Issue.created_at.desc()).limit(1))
    if issue is None or uow.session.get(IssueStory, (issue.id, event.story)) is not None:
        return
    held, last = uow.session.execute(
        select(func.count(), func.coalesce(func.max(IssueStory.position), 0)).where(IssueStory.issue_id == issue.id)
    ).one()
    if held < MOST_STORIES:
        uow.session.add(IssueStory(issue_id=issue.id, story_id=event.story, position=last + 1))
        uow.record(None, "communication.add_issue_story", "issue", issue.id, story=event.story)


def pause_sending(session: Session) -> None:
    """Interrupts what is being sent when the chantier is switched off: switched on again, perhaps months later, it must not go on by itself."""
    for issue in session.scalars(select(Issue).where(Issue.state == "sending")):
        issue.state = "paused"


def _waiting(issue_id: str, sending_at: datetime):
    """Who confirmed before the sending began and has no copy yet."""
    has_copy = select(Delivery.subscriber_id).where(Delivery.issue_id == issue_id)
    return (
        select(Subscriber)
        .where(Subscriber.confirmed_at.is_not(None), Subscriber.confirmed_at <= sending_at, Subscriber.id.not_in(has_copy))
        .order_by(Subscriber.confirmed_at, Subscriber.id)
    )


def _post(uow: UnitOfWork, address: str, copy: Copy, leave: str, how: dict[str, Any], *, one_click: bool = True) -> None:
    headers = {"Reply-To": how["reply_to"]} if how["reply_to"] else {}
    headers["List-Unsubscribe"] = f"<{leave}>"
    if one_click:
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    queue_mail(uow, Letter(address, copy.subject, copy.text, html=copy.html, headers=headers, sender=how["sender"], seen_by=PERMISSION))
