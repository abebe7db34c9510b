"""What the tests of bad input share: lines that let somebody in, and what counts as an answer in words."""

from tests.web.matrix import ROLES, read_table

ACCEPTED = ("200", "303", "422")

# Lines that let somebody in, in the state in which they name their places.
POSTS = [line for line in read_table() if line.method == "POST" and set(ACCEPTED) & set(line.cells.values())]


def allowed_role(line) -> str:
    """Somebody whom the line lets in, signed in where possible."""
    return next(role for role in ROLES[1:] if line.cells[role] in ACCEPTED)


def is_said(answer) -> bool:
    """Whether the answer is a page, a redirect, the autosave's JSON or the preview's fragment; never a 500."""
    if answer.status_code >= 500:
        return False
    return "<h1" in answer.text or answer.status_code in (302, 303) or answer.mimetype == "application/json" or answer.status_code == 200


def multipart(fields: dict[str, str], **files: tuple[str, bytes]) -> tuple[bytes, str]:
    """A form with files as a browser sends it; werkzeug's own client would leave a temporary file open."""
    parts = [f'--frontiere\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    for field, (name, data) in files.items():
        head = f'--frontiere\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return b"".join([*parts, b"--frontiere--\r\n"]), "multipart/form-data; boundary=frontiere"
