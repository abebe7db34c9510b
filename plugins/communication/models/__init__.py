"""Tables of the chantier; each family in its module, all named here."""

from plugins.communication.models.base import Base
from plugins.communication.models.letter import Delivery, Issue, IssueStory, Refusal, Subscriber
from plugins.communication.models.prompts import Prompt

__all__ = ["Base", "Delivery", "Issue", "IssueStory", "Prompt", "Refusal", "Subscriber"]
