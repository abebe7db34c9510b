"""What machines fetch: the site's own colours and picture, each under an address that changes with it, and whether the site answers at all."""

from flask import Blueprint, make_response, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app.db.migrate import schema_status
from app.kernel.errors import NotFound
from app.services.identity import logo_file
from app.web.context import reader, site
from app.web.gate import public
from app.web.templating import site_identity

blueprint = Blueprint("identity", __name__)

FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("/identite/<seal>.css")
@public
def colours(seal: str) -> ResponseReturnValue:
    identity = site_identity()
    if not identity.seal or seal != identity.seal:
        raise NotFound("page")
    response = make_response(identity.stylesheet)
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = FOR_EVER
    return response


@blueprint.get("/identite/logo/<hash:content_hash>/<width:width>.webp")
@public
def logo(content_hash: str, width: int) -> ResponseReturnValue:
    path = logo_file(site_identity(), site().settings.media_folder, content_hash, width)
    response = send_file(path, mimetype="image/webp", conditional=True)
    response.headers["Cache-Control"] = FOR_EVER
    return response


@blueprint.get("/sante")
@public
def probe() -> ResponseReturnValue:
    """For what stands in front of several servers: `ok` where the database answers and its tables are this code's, else 503; nothing else is told."""
    try:
        ready = schema_status(reader().connection()).state == "current"
    except SQLAlchemyError:
        ready = False
    response = make_response(("ok\n", 200) if ready else ("not ready\n", 503))
    response.mimetype = "text/plain"
    response.headers["Cache-Control"] = "no-store"
    return response
