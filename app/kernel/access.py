"""Who may do what: roles as sets of permissions, rights that come from a voice; everything not said here is denied."""

from dataclasses import dataclass
from enum import StrEnum

from app.kernel.voice import ActorCategory
from app.kernel.workflow import Capacity


class Role(StrEnum):
    """Roles on the whole site. Members of a delegation have none: their rights come from their voice."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    EDITOR = "editor"


SITE_CONFIGURE = "site.configure"
SITE_READ_MAIL = "site.read_mail"
PLUGIN_MANAGE = "plugin.manage"
ACCOUNT_MANAGE = "account.manage"
PROGRAMME_MANAGE = "programme.manage"
STORY_REVIEW = "story.review"
PAGE_EDIT = "page.edit"
PAGE_PUBLISH = "page.publish"

CORE_PERMISSIONS: dict[str, frozenset[Role]] = {
    SITE_CONFIGURE: frozenset({Role.ADMINISTRATOR}),
    SITE_READ_MAIL: frozenset({Role.ADMINISTRATOR}),
    PLUGIN_MANAGE: frozenset({Role.ADMINISTRATOR}),
    ACCOUNT_MANAGE: frozenset({Role.ADMINISTRATOR}),
    PROGRAMME_MANAGE: frozenset({Role.ADMINISTRATOR, Role.ORGANISER}),
    STORY_REVIEW: frozenset({Role.EDITOR}),
    PAGE_EDIT: frozenset({Role.ADMINISTRATOR, Role.ORGANISER, Role.EDITOR}),
    PAGE_PUBLISH: frozenset({Role.ADMINISTRATOR, Role.EDITOR}),
}


@dataclass(frozen=True)
class VoiceGrant:
    """What a current mandate lets a person do; `scribe` means that the person writes for the voice and never signs for it."""

    voice: str
    delegation: str
    category: ActorCategory | None
    scribe: bool = False


@dataclass(frozen=True)
class Actor:
    """A person as the rules see them, read again inside every unit of work."""

    account: str
    name: str
    roles: frozenset[Role] = frozenset()
    voices: tuple[VoiceGrant, ...] = ()
    permissions: frozenset[str] = frozenset()
    session: str | None = None
    held: frozenset[str] = frozenset()  # delegations in which the person ever held a voice, mandates that ended included

    def may(self, permission: str) -> bool:
        """Tells whether a role of the actor carries the permission."""
        return permission in self.permissions

    @property
    def delegations(self) -> frozenset[str]:
        """The delegations in which the actor holds a voice."""
        return frozenset(grant.delegation for grant in self.voices if not grant.scribe)

    @property
    def writing_delegations(self) -> frozenset[str]:
        """The delegations whose working copies the actor may open: as a holder or as a scribe."""
        return frozenset(grant.delegation for grant in self.voices)

    def holds(self, voice: str) -> bool:
        """Tells whether the actor is the holder of a voice, who alone signs for it."""
        return any(grant.voice == voice and not grant.scribe for grant in self.voices)

    def writes_for(self, voice: str) -> bool:
        """Tells whether the actor may write in a voice's passages, as its holder or its scribe."""
        return any(grant.voice == voice for grant in self.voices)


def capacities_on(actor: Actor, delegations: frozenset[str], *, wrote: bool = False) -> frozenset[Capacity]:
    """Returns the capacities of an actor on a story of these delegations.

    Nobody reviews their own words: an editor who has or had a voice in the delegation, or wrote a revision of the story (`wrote`), is not its editor.
    Being named as somebody's scribe takes nothing away, since anybody can be named without being asked.
    """
    capacities = set()
    if actor.writing_delegations & delegations:
        capacities.add(Capacity.MEMBER)
    if actor.may(STORY_REVIEW) and not wrote and not (actor.held | actor.delegations) & delegations:
        capacities.add(Capacity.EDITOR)
    return frozenset(capacities)
