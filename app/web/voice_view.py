"""A voice as the public sees it: what its holder chose to show, its label, its place among the others."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.db.models import Voice
from app.kernel.voice import CATEGORIES, CATEGORY_KEY, ActorCategory, Display, shown_as
from app.web.locale import SOURCE_LANGUAGE, current_language
from app.web.words import ANONYMOUS, CATEGORY_FULL, CATEGORY_SHORT, CATEGORY_SLUG


@dataclass(frozen=True)
class VoiceShown:
    """A voice as the public sees it; `key` is the look's class, empty for guests and anonymous voices."""

    id: str
    category: ActorCategory | None
    key: str
    short: str
    full: str
    name: str
    function: str
    anonymous: bool = False

    @property
    def label(self) -> str:
        """Who speaks, in the fewest words that are shown: name, else function, else category."""
        return self.name or self.function or self.full

    @property
    def who(self) -> str:
        """What stands beside the label of the category: name, else function, else nothing; nothing for what the label says already."""
        words = self.name or self.function
        return "" if words == self.short else words

    @property
    def worded(self) -> tuple[str, str]:
        """The short label and its language: a name or a function is in the site's, a category in the page's."""
        return self.short, SOURCE_LANGUAGE if self.short in (self.name, self.function) else current_language()

    @property
    def role(self) -> str:
        """The function, where the name or the label has not said it already."""
        return "" if self.function in (self.who, self.short) else self.function


def show_voice(voice: Voice) -> VoiceShown:
    """Returns a voice as its holder wishes to be shown; applied at every page, so that a narrower choice holds at once."""
    display = Display(voice.display)
    category = ActorCategory(voice.category) if voice.category and display is not Display.ANONYMOUS else None
    name, function = shown_as(display, voice.name, voice.function)
    if category is None:
        label = str(ANONYMOUS) if display is Display.ANONYMOUS else name or function or _("Voix invitée")
        return VoiceShown(voice.id, None, "", label, label, name, function, anonymous=display is Display.ANONYMOUS)
    return VoiceShown(
        voice.id, category, CATEGORY_KEY[category], str(CATEGORY_SHORT[category]), str(CATEGORY_FULL[category]), name, function
    )


def rank(voice: VoiceShown) -> int:
    """Returns the place of a voice's category in the fixed order; guests and unnamed voices come last."""
    return CATEGORIES.index(voice.category) if voice.category else len(CATEGORIES)


def category_of_slug(slug: str) -> ActorCategory | None:
    """Returns the category that an address names, or None."""
    return next((category for category, name in CATEGORY_SLUG.items() if name == slug), None)
