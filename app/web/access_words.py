"""Roles, permissions and places in words: what the site calls them, else what the plugin that brought them does."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape
from sqlalchemy import select

from app.db.models import Programme, RoleRow, Story, StoryVersion, Territory
from app.db.permissions import CORE_OWNER
from app.db.reading import lead_territory
from app.kernel.access import (
    ACCOUNT_MANAGE,
    MEDIA_MANAGE,
    PAGE_EDIT,
    PAGE_PUBLISH,
    PLUGIN_MANAGE,
    PROGRAMME_MANAGE,
    RESTRICTION_MANAGE,
    ROLE_MANAGE,
    SITE_CONFIGURE,
    SITE_READ_MAIL,
    STORY_REVIEW,
    TRASH_MANAGE,
    Scope,
    ScopeKind,
)
from app.kernel.errors import NotFound
from app.kernel.workflow import Capacity
from app.services.roles import KnownPermission
from app.services.stories import capacities_in, visible_story
from app.web.context import reader, signed_in, site
from app.web.templating import phrase, said
from app.web.words import ROLES

# What each permission of the core is called, and what it allows.
PERMISSIONS: dict[str, tuple[LazyString, LazyString]] = {
    SITE_CONFIGURE: (_l("Configurer le site"), _l("Changer l’identité, les menus et les réglages du site.")),
    SITE_READ_MAIL: (_l("Lire le courrier"), _l("Voir les messages que le site a écrits et qui attendent.")),
    PLUGIN_MANAGE: (_l("Gérer les extensions"), _l("Les activer, les désactiver, les mettre à niveau.")),
    ACCOUNT_MANAGE: (_l("Gérer les personnes"), _l("Inviter, donner et retirer des rôles, fermer un compte.")),
    ROLE_MANAGE: (_l("Gérer les rôles"), _l("Décider ce que chaque rôle permet, partager partout, voir qui peut quoi.")),
    RESTRICTION_MANAGE: (_l("Gérer les restrictions"), _l("Cacher au public ce qui est publié, et le montrer de nouveau.")),
    PROGRAMME_MANAGE: (
        _l("Gérer les programmes"),
        _l("Programmes, territoires, délégations, sièges et invitations. Peut valoir pour un seul programme ou territoire."),
    ),
    MEDIA_MANAGE: (
        _l("Tenir la médiathèque"),
        _l("Ajouter et décrire les images du site, décrire celles des récits que la personne peut lire, en mettre à la corbeille."),
    ),
    TRASH_MANAGE: (
        _l("Tenir la corbeille"),
        _l("Voir que quelque chose y est, sans lire les brouillons, et l’en sortir pour qui l’a perdu."),
    ),
    STORY_REVIEW: (
        _l("Relire et publier"),
        _l("Lire les récits proposés, les commenter, les rendre ou les publier. Peut valoir pour un programme, un territoire ou un récit."),
    ),
    PAGE_EDIT: (_l("Écrire les pages"), _l("Faire, écrire, ranger et mettre à la corbeille les pages du site ; les proposer.")),
    PAGE_PUBLISH: (_l("Publier les pages"), _l("Rendre publique une page du site, ou la dépublier.")),
}
ROLE_SENTENCES: dict[str, LazyString] = {
    "administrator": _l("Tient la maison : personnes, rôles, extensions, réglages. Ne lit aucun brouillon."),
    "organiser": _l("Fait vivre les programmes : territoires, délégations, sièges, invitations."),
    "editor": _l("Relit ce qui est proposé, dit pourquoi, publie."),
}
# A place's kind in addresses.
KIND_WORDS = {ScopeKind.PROGRAMME: "programme", ScopeKind.TERRITORY: "territoire", ScopeKind.STORY: "recit"}


def role_title(row: RoleRow) -> Markup:
    """Returns what a role is called: its own title, else the builtin or offered one in the reader's language, else its key."""
    if row.title:
        return said(row.title)
    if row.builtin:
        return escape(ROLES[row.key])
    return escape(getattr(_offer(row), "title", "") or row.key)


def role_sentence(row: RoleRow) -> Markup:
    """Returns what a role is for, in one sentence, or nothing."""
    if row.description:
        return said(row.description)
    return escape(ROLE_SENTENCES[row.key] if row.builtin else getattr(_offer(row), "description", ""))


def role_titles() -> dict[str, Markup]:
    """Returns what every role is called, archived ones included."""
    return {row.key: role_title(row) for row in reader().scalars(select(RoleRow).order_by(RoleRow.position))}


def permission_title(permission: KnownPermission) -> object:
    """Returns what a permission is called."""
    return PERMISSIONS[permission.name][0] if permission.name in PERMISSIONS else permission.title or permission.name


def permission_sentence(permission: KnownPermission) -> object:
    """Returns what a permission of the core allows; a plugin's says it in its title."""
    return PERMISSIONS[permission.name][1] if permission.name in PERMISSIONS else ""


def permission_words(name: str) -> object:
    """Returns what a permission is called, by its name alone."""
    if name in PERMISSIONS:
        return PERMISSIONS[name][0]
    declared = (owned.item for plugin in site().plugins.usable() for owned in plugin.declared.get("register_permissions", ()))
    return next((getattr(item, "title", "") for item in declared if item.name == name), "") or name


def owner_title(owner: str) -> object:
    """Returns what a plugin is called, or the core."""
    if owner == CORE_OWNER:
        return _("Le site")
    plugin = site().plugins.plugins.get(owner)
    return plugin.manifest.title if plugin is not None and plugin.manifest is not None else owner


def place_words(place: Scope) -> tuple[Markup, str]:
    """Returns the name of a programme, a territory or a story, and the address of its page of sharing; of a story that one may not know, its territory."""
    if place.kind == ScopeKind.STORY:
        name = story_name(reader().get_one(Story, place.id))
    else:
        model: type[Programme] | type[Territory] = Programme if place.kind == ScopeKind.PROGRAMME else Territory
        name = said(reader().get_one(model, place.id).name)
    return name, url_for("set_up.sharing", kind=KIND_WORDS[place.kind], place_id=place.id)


def story_name(story: Story) -> Markup:
    """Returns the title of a story as far as the person may know it: the working copy's, the submitted or the public one; else its territory's name."""
    version_id = None
    try:
        visible_story(reader(), signed_in(), story.id)
    except NotFound:
        version_id = story.published_version_id
    else:
        if Capacity.MEMBER in capacities_in(reader(), signed_in(), story.id):
            return phrase(_("« %(title)s »"), title=said(story.title, story.lang))
        version_id = story.submitted_version_id
    if version_id is not None:
        return phrase(_("« %(title)s »"), title=said(reader().get_one(StoryVersion, version_id).manifest["title"], story.lang))
    return phrase(_("un récit non public de %(territory)s"), territory=said(lead_territory(reader(), story.id).name))


def _offer(row: RoleRow) -> object:
    plugin = site().plugins.plugins.get(row.owner or "")
    offers = plugin.declared.get("register_roles", ()) if plugin is not None else ()
    return next((owned.item for owned in offers if owned.item.name == row.key), None)
