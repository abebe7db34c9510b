"""What browsers fetch of the site's own identity: its colours and its picture, each under an address that changes with it."""

from flask import Blueprint, make_response, send_file
from flask.typing import ResponseReturnValue

from app.kernel.errors import NotFound
from app.services.identity import logo_file
from app.web.context import site
from app.web.gate import public
from app.web.templating import site_identity

blueprint = Blueprint("identity", __name__, url_prefix="/identite")

FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("/<seal>.css")
@public
def colours(seal: str) -> ResponseReturnValue:
    identity = site_identity()
    if not identity.seal or seal != identity.seal:
        raise NotFound("page")
    response = make_response(identity.stylesheet)
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = FOR_EVER
    return response


@blueprint.get("/logo/<hash:content_hash>/<width:width>.webp")
@public
def logo(content_hash: str, width: int) -> ResponseReturnValue:
    path = logo_file(site_identity(), site().settings.media_folder, content_hash, width)
    response = send_file(path, mimetype="image/webp", conditional=True)
    response.headers["Cache-Control"] = FOR_EVER
    return response
