"""Images that somebody sends with a form: cleaned and scaled before any transaction."""

from flask import request

from app.services.media import PreparedImage, prepare_image
from app.web.context import site


def sent_image(name: str = "image") -> PreparedImage | None:
    """Returns the image that was sent in a field, cleaned of its hidden data and scaled, or None if there was none.

    Raises:
        Invalid: for the field `image`, if it is too heavy, too large, or not a JPEG, PNG or WebP image.
    """
    upload = request.files.get(name)
    data = upload.read() if upload is not None else b""
    return prepare_image(site().settings.media_folder, data) if data else None
