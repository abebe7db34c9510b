"""What tests of several folders begin with besides the world; a fixture `furnishing` returns one of these."""

from app.services import themes
from app.services.plugins import prepare_tables, set_enabled
from app.services.site import Site
from tests.factories import World, actor
from tests.told_stories import told_story


def communication_on(site: Site, _world: World) -> None:
    """The chantier Communication & Mise en récits, switched on."""
    prepare_tables(site, None, "communication")
    with site.writer.begin() as uow:
        set_enabled(uow, None, site.plugins, "communication", True)


def two_public_stories(site: Site, world: World) -> dict[str, str]:
    """Two public stories of two territories; `Énergie` is on the first, `Culture` on both, `Mobilités` on none. Returns the ids of themes and stories."""
    here = told_story(site, world, "Ici la lumière", "published")
    there = told_story(site, world, "Là le théâtre", "published", ("autre_helene", "autre_karim"), "autre_vote")
    with site.writer.begin() as uow:
        admin, editor = actor(site, world, "admin"), actor(site, world, "editrice")
        ids = {name: themes.add_theme(uow, admin, name).id for name in ("Énergie", "Culture", "Mobilités")}
        themes.choose_themes(uow, editor, here, [ids["Énergie"], ids["Culture"]])
        themes.choose_themes(uow, editor, there, [ids["Culture"]])
    return {**ids, "here": here, "there": there}
