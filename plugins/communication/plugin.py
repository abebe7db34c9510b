"""The table of contents of the chantier Communication & Mise en récits; no logic here."""

from flask_babel import lazy_gettext as _l

from app.sdk import (
    SDK_VERSION,
    Guard,
    Job,
    Manifest,
    MenuItem,
    Permission,
    PromptSource,
    RoleOffer,
    Session,
    SlotItem,
    StoryPublished,
    Subscriber,
    Tile,
    hookimpl,
)
from plugins.communication.blocks import TRACE
from plugins.communication.content_types import CALL
from plugins.communication.services import (
    balance,
    cross,
    cross_page,
    facets,
    formats,
    frise,
    letter,
    notebook,
    prompts,
    quality,
    starting,
)
from plugins.communication.views import blueprint
from plugins.communication.views import letter as letter_pages

MANIFEST = Manifest(
    name="communication",
    title=_l("Communication & Mise en récits"),
    description=_l("Des questions d’écriture, par phase et par catégorie d’acteurs, pour ne pas commencer devant une page blanche."),
    version="0.1.0",
    sdk=SDK_VERSION,
)


@hookimpl
def register_blueprints():
    return [blueprint]


@hookimpl
def register_permissions():
    return [
        Permission("communication.manage_letter", title=_l("Composer et envoyer la lettre"), roles=frozenset({"administrator"})),
        Permission(
            "communication.manage_prompts", title=_l("Gérer les questions d’écriture"), roles=frozenset({"administrator", "editor"})
        ),
        Permission("communication.manage_rubric", title=_l("Gérer la grille de qualité"), roles=frozenset({"administrator", "editor"})),
    ]


@hookimpl
def register_roles():
    return [
        RoleOffer(
            "communication.letter_editor",
            title=_l("rédaction de la lettre"),
            description=_l("Compose la lettre, l’envoie, et voit à qui elle va."),
            permissions=frozenset({"communication.manage_letter"}),
        ),
        RoleOffer(
            "communication.facilitator",
            title=_l("animation de l’écriture"),
            description=_l("Tient les questions qui mènent l’écriture et la grille de qualité, sans relire ni publier."),
            permissions=frozenset({"communication.manage_prompts", "communication.manage_rubric"}),
        ),
    ]


@hookimpl
def register_menu_items():
    return [
        MenuItem(
            "letter", menu="set_up", title=_l("La lettre"), endpoint="communication.letter_desk", permission="communication.manage_letter"
        ),
        MenuItem("cross_readings", menu="main", title=_l("Lectures croisées"), endpoint="communication.cross_readings"),
        MenuItem(
            "prompts",
            menu="set_up",
            title=_l("Questions d’écriture"),
            endpoint="communication.prompts",
            permission="communication.manage_prompts",
        ),
    ]


@hookimpl
def register_prompt_sources():
    return [PromptSource("prompts", offer=prompts.offer, find=prompts.find)]


@hookimpl
def register_content_types():
    return [CALL, cross_page.CROSS_READING]


@hookimpl
def register_facets():
    return [facets.VOICES]


@hookimpl
def register_subscribers():
    return [Subscriber("letter", event=StoryPublished, when="in_transaction", handle=letter.collect_published)]


@hookimpl
def register_jobs():
    return [
        Job("empty_notebook_trash", every=24 * 3600, run=notebook.empty_old_trash),
        Job("letter", every=30, run=letter.send_batch),
    ]


@hookimpl
def register_block_types():
    return [TRACE]


@hookimpl
def register_story_formats():
    return formats.FORMATS


@hookimpl
def register_guards():
    return [
        Guard("format", order=10, transitions=frozenset({"submit"}), check=formats.check_format),
        Guard("missing_voice", order=20, transitions=frozenset({"submit"}), check=balance.check_missing_voices),
    ]


@hookimpl
def register_settings():
    return [balance.SETTINGS, letter.SETTINGS]


@hookimpl
def register_slot_items():
    return [
        SlotItem("frise", slot="territory.journey", template="communication/_territory_frise.html", facts=frise.on_territory),
        SlotItem("working_frise", slot="desk.delegation", template="communication/_desk_frise.html", facts=frise.on_desk),
        SlotItem("cross_doors", slot="home.foot", template="communication/_home_doors.html", facts=cross.on_home),
        SlotItem("letter", order=110, slot="home.foot", template="communication/_home_letter.html", facts=letter_pages.on_home),
        SlotItem("elsewhere", slot="story.foot", template="communication/_story_doors.html", facts=cross.on_story),
        SlotItem("telling", order=10, slot="desk.story", template="communication/desk_telling.html", facts=balance.desk_facts),
        SlotItem(
            "balance_in_review", order=10, slot="review.story", template="communication/review_balance.html", facts=balance.review_facts
        ),
        SlotItem("partings", order=10, slot="story.aside", template="communication/partings.html", facts=balance.partings),
        SlotItem("balance", order=10, slot="story.foot", template="communication/balance.html", facts=balance.public_facts),
        SlotItem("notebook", order=20, slot="desk.write", template="communication/notebook_beside.html", facts=notebook.beside_passage),
        SlotItem("grid", order=20, slot="review.story", template="communication/review_grid.html", facts=quality.review_facts),
    ]


@hookimpl
def register_tiles():
    return [
        Tile("notebook", order=20, title=_l("Carnet de traces"), template="communication/notebook_tile.html", facts=notebook.tile_facts)
    ]


@hookimpl
def register_checks():
    return [prompts.VALIDATED]


@hookimpl
def on_enable(session: Session):
    starting.load(session)


@hookimpl
def on_disable(session: Session):
    letter.pause_sending(session)
