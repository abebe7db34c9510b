"""Steps after which words stand: what is being written is sealed first, whoever asks; a step is refused if words came that no revision holds.

Sealing writes revisions in transactions of its own, before the step's: parsing a text must not hold up every other writer. What is typed in between is
seen inside the step's transaction (`UnitOfWork.unsealed`), by the verbs of `approvals` and `workflow` themselves.
"""

from app.db.models import Passage, PassageRevision, Story
from app.kernel.access import Actor
from app.kernel.errors import NotFound
from app.services import approvals, passages, workflow
from app.services.desk import Desk
from app.services.markup import prepare
from app.services.passages import PromptAnswered, StaleBase


def sign(desk: Desk, actor: Actor, passage_id: str, voice_id: str, seen_hash: str) -> str:
    """Signs a passage's last words for a voice; returns the story.

    Args:
        seen_hash: hash of the words that the signer had on the page: a word that was typed since is one that was not read.

    Raises:
        NotFound, NotAllowed, Refused: as `approvals.sign_passage`.
    """
    with desk.reading() as session:
        passages.readable_passage(session, actor, passage_id)
    desk.seal([passage_id])
    with desk.writing(actor) as (uow, fresh):
        approvals.sign_passage(uow, fresh, passage_id, voice_id, seen_hash)
        return uow.session.get_one(Passage, passage_id).story_id


def submit(desk: Desk, actor: Actor, story_id: str, base_url: str) -> str:
    """Proposes a story to the editors, with the last words of every passage; returns its version.

    Raises:
        NotFound, NotAllowed, Refused: as `workflow.submit_story`.
    """
    with desk.reading() as session:
        workflow.step_decision(session, actor, session.get(Story, story_id), "submit").demand()
        telling = [passage.id for passage in passages.living_passages(session, story_id)]
    desk.seal(telling)
    with desk.writing(actor) as (uow, fresh):
        return workflow.submit_story(uow, fresh, story_id, base_url).id


def ask_otherwise(desk: Desk, actor: Actor, passage_id: str, prompt: PromptAnswered | None) -> bool:
    """Puts another question above a passage's last words, or none; False if somebody saved meanwhile, and nothing was written.

    Raises:
        NotFound, NotAllowed, Refused: as `passages.ask_otherwise`.
    """
    _seal_to_write(desk, actor, passage_id)
    with desk.reading() as session:
        passage, story = passages.writable_passage(session, actor, passage_id)
        known, lang = passage.revision_id, story.lang
        body = session.get_one(PassageRevision, known).body if known else ""
    prepared = prepare(body, lang=lang)
    with desk.writing(actor) as (uow, fresh):
        asked = passages.ask_otherwise(uow, fresh, passage_id, prepared, prompt, known)
    if isinstance(asked, StaleBase):
        return False
    if asked.id != known:
        desk.tell(actor, asked)
    return True


def restore(desk: Desk, actor: Actor, passage_id: str, revision_id: str) -> int:
    """Makes an earlier revision of a passage current again, its last words being a revision before; returns the earlier one's number.

    Raises:
        NotFound: if it is not that passage's.
        NotAllowed, Refused: as `passages.restore_revision`.
    """
    _seal_to_write(desk, actor, passage_id)
    with desk.reading() as session:
        passage, story = passages.writable_passage(session, actor, passage_id)
        old = session.get(PassageRevision, revision_id)
        if old is None or old.passage_id != passage_id:
            raise NotFound("revision")
        known, lang, body, number = passage.revision_id, story.lang, old.body, old.number
    prepared = prepare(body, lang=lang)
    with desk.writing(actor) as (uow, fresh):
        restored = passages.restore_revision(uow, fresh, revision_id, prepared)
    if restored.id != known:
        desk.tell(actor, restored)
    return number


def _seal_to_write(desk: Desk, actor: Actor, passage_id: str) -> None:
    with desk.reading() as session:
        passages.writable_passage(session, actor, passage_id)
    desk.seal([passage_id])
