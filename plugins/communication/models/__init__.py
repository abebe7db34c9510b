"""Tables of the chantier; each family in its module, all named here."""

from plugins.communication.models.base import Base
from plugins.communication.models.letter import Delivery, Issue, IssueStory, Refusal, Subscriber
from plugins.communication.models.notebook import Trace
from plugins.communication.models.prompts import Prompt, PromptSet
from plugins.communication.models.quality import Assessment, Criterion

__all__ = [
    "Assessment",
    "Base",
    "Criterion",
    "Delivery",
    "Issue",
    "IssueStory",
    "Prompt",
    "PromptSet",
    "Refusal",
    "Subscriber",
    "Trace",
]
