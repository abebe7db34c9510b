"""What tests of several folders begin with besides the world; a fixture `furnishing` returns one of these."""

from app.services.plugins import prepare_tables, set_enabled
from app.services.site import Site
from tests.factories import World


def communication_on(site: Site, _world: World) -> None:
    """The chantier Communication & Mise en récits, switched on."""
    prepare_tables(site, None, "communication")
    with site.writer.begin() as uow:
        set_enabled(uow, None, site.plugins, "communication", True)
