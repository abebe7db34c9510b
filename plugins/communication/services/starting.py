"""What the chantier does when it is switched on; repeatable."""

from app.sdk import Session
from plugins.communication.services.notebook import restart_trash
from plugins.communication.services.prompts import load_starter_prompts
from plugins.communication.services.quality import load_starter_criteria


def load(session: Session) -> None:
    """Brings the examples that the site has never had, questions and criteria, both to be validated; gives the notebooks' trash its full time again."""
    load_starter_prompts(session)
    load_starter_criteria(session)
    restart_trash(session)
