"""Rules of publication that a site may choose; the defaults are what holds without a choice. Signatures are none: nothing is submitted unsigned."""

from dataclasses import dataclass

from app.kernel.voice import CATEGORIES


@dataclass(frozen=True)
class PublishingRules:
    """What a site asks of a story beyond its signatures.

    Args:
        minimum_voices: categories that must speak in a story before it is submitted.
        explain_missing: every category that does not tell a moment needs a reason before the story is submitted.
        second_editor: an editor publishes only what another editor agreed to, word for word.
    """

    minimum_voices: int = 1
    explain_missing: bool = False
    second_editor: bool = False

    def lacks_voices(self, telling: frozenset[str]) -> int:
        """Returns how many categories are missing to the minimum, 0 if it is reached."""
        return max(0, min(self.minimum_voices, len(CATEGORIES)) - len(telling & set(CATEGORIES)))

    def unexplained(self, told_by: frozenset[str], explained: frozenset[str]) -> tuple[str, ...]:
        """Returns the categories that neither tell a moment nor have a reason for it, in their order."""
        if not self.explain_missing:
            return ()
        return tuple(category for category in CATEGORIES if category not in told_by | explained)

    def may_publish(self, editor: str, agreed: frozenset[str]) -> bool:
        """Tells whether an editor may publish what these editors agreed to."""
        return not self.second_editor or bool(agreed - {editor})
