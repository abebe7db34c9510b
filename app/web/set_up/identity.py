"""Site set-up: name, picture, publisher, and colours within the floors of reading."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.kernel.access import SITE_CONFIGURE
from app.kernel.errors import Refused
from app.kernel.palette import DEFAULTS, OWN, SCHEMES, ColourFault, complete, find_faults
from app.services import identity
from app.services.media import prepare_image
from app.web.context import back_to, field_errors, site, with_permission, writing
from app.web.forms import ConfirmForm
from app.web.gate import keeps_text
from app.web.set_up.base import LOOK, SITE, Entry, add_entry, blueprint
from app.web.set_up.forms import COLOUR_LABELS, ColoursForm, IdentityForm, LogoForm
from app.web.templating import site_identity

add_entry(
    Entry(
        SITE,
        _l("Identité"),
        _l("Le nom du site, sa phrase, son contact, et ce que les mentions légales doivent dire."),
        "set_up.identity_page",
        SITE_CONFIGURE,
        order=10,
        brief=lambda: _("Mentions légales à compléter") if site_identity().missing_details else "",
    )
)
add_entry(Entry(LOOK, _l("Logo"), _l("L’image qui accompagne le nom du site."), "set_up.logo_page", SITE_CONFIGURE, order=20))
add_entry(
    Entry(
        LOOK,
        _l("Couleurs"),
        _l("Le papier, l’encre et les quatre voix, tant que tout se lit et se distingue."),
        "set_up.colours_page",
        SITE_CONFIGURE,
        order=10,
    )
)

SCHEME_WORDS = {"light": _l("Clair"), "dark": _l("Sombre")}
TOKEN_WORDS = {**COLOUR_LABELS, "ink-2": _l("Encre secondaire"), "edge": _l("Bord des champs")}
GROUND_WORDS = {
    "paper": _l("le papier"),
    "leaf": _l("la feuille où l’on écrit"),
    "wash": _l("la ligne choisie"),
    "mark": _l("le surligneur"),
}
SIGHT_WORDS = {
    "normal": _l("pour toute personne"),
    "deuteranopia": _l("pour qui ne perçoit pas le vert (deutéranopie)"),
    "protanopia": _l("pour qui ne perçoit pas le rouge (protanopie)"),
    "tritanopia": _l("pour qui ne perçoit pas le bleu (tritanopie)"),
}


# — name, contact, publisher —


@blueprint.get("/identite")
def identity_page() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    return _identity_page(IdentityForm(formdata=None, data=asdict(site_identity())))


def _identity_page(form: IdentityForm, status: int = 200) -> ResponseReturnValue:
    return render_template("set_up/identity.html", form=form, missing=site_identity().missing_details), status


@blueprint.post("/identite")
@keeps_text
def save_identity() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    form = IdentityForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            identity.save_details(uow, actor, form.data)
        if not form.failed:
            flash(_("C’est noté. Les pages le disent dès maintenant."))
            return back_to(url_for("set_up.identity_page"))
    return _identity_page(form, 422)


# — picture —


@blueprint.get("/logo")
def logo_page() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    return _logo_page(LogoForm(formdata=None))


def _logo_page(form: LogoForm, status: int = 200) -> ResponseReturnValue:
    return render_template("set_up/logo.html", form=form, logo=site_identity().logo, confirm=ConfirmForm(formdata=None)), status


@blueprint.post("/logo")
@keeps_text
def save_logo() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    form = LogoForm()
    if form.validate():
        with field_errors(form):
            image = prepare_image(site().settings.media_folder, _uploaded())
            with writing() as (uow, actor):
                identity.set_logo(uow, actor, image, form.alt.data)
        if not form.failed:
            flash(_("Le logo est en place."))
            return back_to(url_for("set_up.logo_page"))
    return _logo_page(form, 422)


def _uploaded() -> bytes:
    file = request.files.get("image")
    return file.read() if file is not None else b""


@blueprint.post("/logo/retirer")
def remove_logo() -> ResponseReturnValue:
    with writing() as (uow, actor):
        identity.remove_logo(uow, actor)
    flash(_("Le logo est retiré. Le nœud reprend sa place."))
    return back_to(url_for("set_up.logo_page"))


# — colours —


@blueprint.get("/couleurs")
def colours_page() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    own = site_identity().colours
    values = {f"{scheme}-{token}": {**DEFAULTS[scheme], **own.get(scheme, {})}[token] for scheme in SCHEMES for token in OWN}
    return _colours_page(ColoursForm(formdata=None, data=values), own)


def _colours_page(form: Any, shown: Any, faults: Iterable[ColourFault] = (), status: int = 200) -> ResponseReturnValue:
    samples = [(scheme, SCHEME_WORDS[scheme], complete(scheme, shown.get(scheme, {}))) for scheme in SCHEMES]
    page = render_template(
        "set_up/colours.html",
        form=form,
        samples=samples,
        own=OWN,
        labels=COLOUR_LABELS,
        faults=[fault_words(fault) for fault in faults],
        changed=bool(site_identity().colours),
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/couleurs")
def save_colours() -> ResponseReturnValue:
    """Shows colours that are refused as they would look, with what was measured."""
    with_permission(SITE_CONFIGURE)
    form = ColoursForm()
    wanted = {scheme: {token: form[f"{scheme}-{token}"].data or "" for token in OWN} for scheme in SCHEMES}
    try:
        with field_errors(form), writing() as (uow, actor):
            identity.set_colours(uow, actor, wanted)
    except Refused as refusal:
        return _colours_page(form, wanted, refusal.facts["faults"], 422)  # type: ignore[arg-type]  # the service's tuple of faults
    if form.failed:
        return _colours_page(form, site_identity().colours, status=422)
    flash(_("Les couleurs sont en place."))
    return back_to(url_for("set_up.colours_page"))


@blueprint.post("/couleurs/origine")
def reset_colours() -> ResponseReturnValue:
    with writing() as (uow, actor):
        identity.set_colours(uow, actor, {})
    flash(_("Les couleurs d’origine sont de retour."))
    return back_to(url_for("set_up.colours_page"))


def fault_words(fault: ColourFault) -> str:
    """« Clair : Encre sur la ligne choisie, contraste de 3,9 pour 1 ; il faut au moins 4,5. »"""
    scheme, one = SCHEME_WORDS[fault.scheme], TOKEN_WORDS[fault.token]
    measured, floor = format_decimal(round(fault.measured, 1)), format_decimal(fault.floor)
    if fault.kind == "reversed":
        if fault.scheme == "light":
            return _("Clair : le papier doit être plus clair que l’encre.")
        return _("Sombre : le papier doit être plus sombre que l’encre.")
    if fault.kind == "contrast":
        return _(
            "%(scheme)s : « %(one)s » sur %(ground)s, contraste de %(measured)s pour 1. Il faut au moins %(floor)s.",
            scheme=scheme,
            one=one,
            ground=GROUND_WORDS[fault.other],
            measured=measured,
            floor=floor,
        )
    return _(
        "%(scheme)s : « %(one)s » et « %(other)s » se confondent %(sight)s. Écart de %(measured)s ; il faut au moins %(floor)s.",
        scheme=scheme,
        one=one,
        other=TOKEN_WORDS[fault.other],
        sight=SIGHT_WORDS[fault.sight],
        measured=measured,
        floor=floor,
    )


def current_faults() -> list[str]:
    """Returns what stands against the colours in use, in words; for the health page, since floors may rise with an upgrade."""
    return [fault_words(fault) for fault in find_faults(site_identity().colours)]
