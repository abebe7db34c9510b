"""Public pages of the frise: a delegation's journey as a braid."""

from flask import render_template

from app.sdk import public, reader
from plugins.communication.services import frise as services
from plugins.communication.views.base import blueprint


@blueprint.get("/frise/")
@public
def frises():
    return render_template("communication/frises.html", frises=services.list_frises(reader()))


@blueprint.get("/frise/<slug:slug>")
@public
def frise(slug: str):
    return render_template("communication/frise.html", frise=services.read_frise_of(reader(), slug))
