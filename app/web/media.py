"""Serves images to who may see them; what is public may be kept by caches for a day, the rest by nobody."""

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from app.services.media import is_public, readable_file
from app.web.context import reader, site, visitor
from app.web.gate import public

blueprint = Blueprint("media", __name__, url_prefix="/media")

DAY = 24 * 3600


@blueprint.get("/<hash:content_hash>/<width:width>.webp")
@public
def rendition(content_hash: str, width: int) -> ResponseReturnValue:
    path = readable_file(reader(), visitor(), site().settings.media_folder, content_hash, width)
    response = send_file(path, mimetype="image/webp", conditional=True, max_age=DAY)
    response.headers["Cache-Control"] = f"public, max-age={DAY}" if is_public(reader(), content_hash) else "private, no-store"
    return response
