"""Public pages of the cross-readings: the table that one can enter anywhere, and the passages."""

import re

from flask import abort, render_template, request
from flask_babel import gettext as _

from app.sdk import CATEGORIES, CATEGORY_FULL, CATEGORY_SLUG, list_territories, phase_choices, public, reader, theme_choices
from plugins.communication.rules.cross import Choice
from plugins.communication.services import cross as services
from plugins.communication.views.base import blueprint

_PAGE = re.compile(r"[1-9][0-9]{0,3}")
_SIDE = "en-regard"


@blueprint.get("/lectures-croisees/")
@public
def cross_readings():
    return render_template(
        "communication/cross_readings.html",
        grid=services.read_grid(reader()),
        doors=services.doors(reader()),
        address=services.address,
        choice=Choice,
    )


@blueprint.get("/lectures-croisees/passages")
@public
def readings():
    choice = services.choice_of(reader(), request.args)
    page = request.args.get("suite", "1")
    if not _PAGE.fullmatch(page):
        abort(404)
    return render_template(
        "communication/readings.html",
        reading=services.read_passages(reader(), choice, int(page)),
        side=request.args.get("vue") == _SIDE,
        address=services.address,
        fields=_fields(),
    )


def _fields() -> list[tuple[str, str, list[tuple[str, str, bool]], str]]:
    """Returns the questions of the form: name, label, choices (value, words, whether people wrote them), what is chosen."""
    asked = [
        (
            "territoire",
            _("Territoire"),
            _("Tous les territoires"),
            [(line.territory.slug, line.territory.name) for line in list_territories(reader())],
            True,
        ),
        ("phase", _("Phase"), _("Toutes les phases"), phase_choices(reader()), True),
        (
            "voix",
            _("Voix"),
            _("Toutes les voix"),
            [(CATEGORY_SLUG[category], str(CATEGORY_FULL[category])) for category in CATEGORIES],
            False,
        ),
        ("theme", _("Thème"), _("Tous les thèmes"), theme_choices(reader()), True),
    ]
    return [
        (name, label, [("", everything, False), *((value, words, written) for value, words in choices)], request.args.get(name, ""))
        for name, label, everything, choices, written in asked
        if choices
    ]
