"""Who may do what: roles as sets of permissions, on the whole site or somewhere; rights that come from a voice; everything not said here is denied."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.decision import Decision, no, yes
from app.kernel.errors import NotAllowed, NotFound
from app.kernel.voice import ActorCategory
from app.kernel.workflow import Capacity


class Role(StrEnum):
    """Keys of the builtin roles; a site has others. Members of a delegation need none: their rights come from their voice."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    EDITOR = "editor"


SITE_CONFIGURE = "site.configure"
SITE_READ_MAIL = "site.read_mail"
PLUGIN_MANAGE = "plugin.manage"
ACCOUNT_MANAGE = "account.manage"
ROLE_MANAGE = "role.manage"
RESTRICTION_MANAGE = "restriction.manage"
PROGRAMME_MANAGE = "programme.manage"
STORY_REVIEW = "story.review"
MEDIA_MANAGE = "media.manage"
TRASH_MANAGE = "trash.manage"
PAGE_EDIT = "page.edit"
PAGE_PUBLISH = "page.publish"

# The core's permissions, and the builtin roles that carry each when the site first learns of it; from then on the site decides (docs/roles.md).
CORE_PERMISSIONS: dict[str, frozenset[Role]] = {
    SITE_CONFIGURE: frozenset({Role.ADMINISTRATOR}),
    SITE_READ_MAIL: frozenset({Role.ADMINISTRATOR}),
    PLUGIN_MANAGE: frozenset({Role.ADMINISTRATOR}),
    ACCOUNT_MANAGE: frozenset({Role.ADMINISTRATOR}),
    ROLE_MANAGE: frozenset({Role.ADMINISTRATOR}),
    RESTRICTION_MANAGE: frozenset({Role.ADMINISTRATOR}),
    PROGRAMME_MANAGE: frozenset({Role.ADMINISTRATOR, Role.ORGANISER}),
    STORY_REVIEW: frozenset({Role.EDITOR}),
    MEDIA_MANAGE: frozenset({Role.ADMINISTRATOR, Role.EDITOR}),
    TRASH_MANAGE: frozenset({Role.ADMINISTRATOR}),
    PAGE_EDIT: frozenset({Role.ADMINISTRATOR, Role.ORGANISER, Role.EDITOR}),
    PAGE_PUBLISH: frozenset({Role.ADMINISTRATOR, Role.EDITOR}),
}

# Together they open everything else: at least one living account keeps both, and each of the guarded ones is given only by somebody who has it.
KEYS = frozenset({ACCOUNT_MANAGE, ROLE_MANAGE})
GUARDED = KEYS | {SITE_CONFIGURE, SITE_READ_MAIL, PLUGIN_MANAGE, RESTRICTION_MANAGE}


class ScopeKind(StrEnum):
    """Where a role may be held other than on the whole site."""

    PROGRAMME = "programme"
    TERRITORY = "territory"
    STORY = "story"


# What a role gives where it is held locally; all other permissions are of the whole site or of nobody.
LOCAL_PERMISSIONS: dict[ScopeKind, frozenset[str]] = {
    ScopeKind.PROGRAMME: frozenset({PROGRAMME_MANAGE, STORY_REVIEW}),
    ScopeKind.TERRITORY: frozenset({PROGRAMME_MANAGE, STORY_REVIEW}),
    ScopeKind.STORY: frozenset({STORY_REVIEW}),
}


@dataclass(frozen=True)
class Scope:
    """A programme, a territory or a story on which a role may be held."""

    kind: str
    id: str


@dataclass(frozen=True)
class RoleGrant:
    """A role that a person holds: on the whole site (`scope` None) or somewhere, with the permissions that it gives there."""

    role: str
    permissions: frozenset[str]
    scope: Scope | None = None


@dataclass(frozen=True)
class VoiceGrant:
    """What a current mandate lets a person do; `scribe` means that the person writes for the voice and never signs for it."""

    voice: str
    delegation: str
    category: ActorCategory | None
    scribe: bool = False


@dataclass(frozen=True)
class Actor:
    """A person as the rules see them, read again inside every unit of work.

    `roles` and `permissions` are those of the whole site; `grants` says which role gives what, and where.
    """

    account: str
    name: str
    roles: frozenset[str] = frozenset()
    voices: tuple[VoiceGrant, ...] = ()
    permissions: frozenset[str] = frozenset()
    session: str | None = None
    held: frozenset[str] = frozenset()  # delegations in which the person ever held a voice, mandates that ended included
    grants: tuple[RoleGrant, ...] = ()

    def may(self, permission: str) -> bool:
        """Tells whether a role on the whole site carries the permission."""
        return permission in self.permissions

    def may_on(self, permission: str, scopes: Iterable[Scope]) -> bool:
        """Tells whether the permission holds for an item: from the whole site, or from one of the scopes in which the item lies."""
        return self.may(permission) or self.grant_on(permission, scopes) is not None

    def may_somewhere(self, permission: str) -> bool:
        """Tells whether there is anything for which the permission holds: what menus and lists ask."""
        return self.may(permission) or any(permission in grant.permissions for grant in self.grants)

    def scopes_of(self, permission: str) -> frozenset[Scope]:
        """Returns where a local role carries the permission."""
        return frozenset(grant.scope for grant in self.grants if grant.scope is not None and permission in grant.permissions)

    def grant_on(self, permission: str, scopes: Iterable[Scope]) -> RoleGrant | None:
        """Returns the role that gives the permission for an item, that of the whole site before a local one; None if there is none."""
        inside = frozenset(scopes)
        giving = [grant for grant in self.grants if permission in grant.permissions and (grant.scope is None or grant.scope in inside)]
        return min(giving, key=lambda grant: grant.scope is not None, default=None)

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


def capacities_on(
    actor: Actor, delegations: frozenset[str], *, scopes: frozenset[Scope] = frozenset(), wrote: bool = False
) -> frozenset[Capacity]:
    """Returns the capacities of an actor on a story of these delegations.

    Nobody reviews their own words: an editor who has or had a voice in the delegation, or wrote a revision of the story (`wrote`), is not its editor.
    Being named as somebody's scribe takes nothing away, since anybody can be named without being asked.

    Args:
        scopes: where the story lies; a role held on one of them counts.
    """
    capacities = set()
    if actor.writing_delegations & delegations:
        capacities.add(Capacity.MEMBER)
    if review_decision(actor, delegations, scopes=scopes, wrote=wrote).allowed:
        capacities.add(Capacity.EDITOR)
    return frozenset(capacities)


def review_decision(actor: Actor, delegations: frozenset[str], *, scopes: frozenset[Scope], wrote: bool) -> Decision:
    """Decides whether somebody may be the editor of a story of these delegations, and why; the arguments are those of `capacities_on`."""
    gone = NotFound("story")
    given = permission_decision(actor, STORY_REVIEW, scopes)
    if not given.allowed:
        return no(gone, given.because, **given.facts)
    if (actor.held | actor.delegations) & delegations:
        return no(gone, "own_voice")
    return no(gone, "wrote_in_story") if wrote else given


def permission_decision(actor: Actor, permission: str, scopes: Iterable[Scope]) -> Decision:
    """Decides whether a permission holds for what lies in these scopes: which role gives it and where, or that none does."""
    inside = frozenset(scopes)
    if actor.may_on(permission, inside):
        grant = actor.grant_on(permission, inside)
        return yes("role_gives", permission=permission, role=grant.role if grant else None, scope=grant.scope if grant else None)
    if actor.may_somewhere(permission):
        return no(NotAllowed("needs_permission_here", permission=permission), "role_elsewhere", permission=permission)
    return no(NotAllowed("needs_permission", permission=permission), "no_role", permission=permission)


def unguarded(permissions: Iterable[str], giver: Actor) -> frozenset[str]:
    """Returns which guarded permissions among these the giver has not got, and so cannot give; empty if all is well."""
    return frozenset(permissions) & GUARDED - giver.permissions
