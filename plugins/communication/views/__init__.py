"""Pages of the chantier; importing a module registers its routes on the one blueprint."""

from plugins.communication.views import balance, cross, frise, letter, letter_desk, notebook, prompts, quality
from plugins.communication.views.base import blueprint

__all__ = ["balance", "blueprint", "cross", "frise", "letter", "letter_desk", "notebook", "prompts", "quality"]
