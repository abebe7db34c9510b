"""Whatever is sent as an image: refused in words, or kept without what it tells of place and device."""

import io
import struct

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import select

from app.db.models import Media
from tests.web.bad_input.helpers import multipart


def picture(kind="JPEG", size=(64, 48), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 128 if mode in ("L", "I;16", "P", "1") else None).save(out, kind, **options)
    return out.getvalue()


def exif_with_gps() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "APPAREIL-SECRET"
    exif[0x0132] = "2022:05:12 10:00:00"
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 7.0)})
    return exif.tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    import zlib

    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    import zlib

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + chunk(b"IEND", b"")


def many_pictures() -> bytes:
    """What some phones write: a JPEG with a second picture in it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (32, 24), "blue")])
    return out.getvalue()


def truncated() -> bytes:
    return picture(size=(400, 300))[:-400]


def text_bomb() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("x", "A" * (3 * 1024 * 1024), zip=True)
    return picture("PNG", pnginfo=info)


REFUSED_IMAGES = {
    "nothing": b"",
    "text": b"bonjour",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "jpeg of nothing": b"\xff\xd8\xff\xe0",
    "truncated": truncated(),
    "bomb": bomb(60_000, 60_000),
    "large": bomb(8000, 5001),
    "negative": bomb(2**31 - 1, 2**31 - 1),
    "empty png": bomb(0, 0),
    "text bomb": text_bomb(),
    "heavy": b"\xff\xd8\xff" + b"x" * (10 * 1024 * 1024),
    "broken exif": picture(exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"),
}


TAKEN_IMAGES = {
    "jpeg": picture(),
    "png": picture("PNG"),
    "webp": picture("WEBP"),
    "grey": picture(mode="L"),
    "cmyk": picture(mode="CMYK"),
    "transparent": picture("PNG", mode="RGBA"),
    "palette": picture("PNG", mode="P"),
    "one bit": picture("PNG", mode="1"),
    "sixteen bits": picture("PNG", mode="I;16"),
    "one pixel": picture("PNG", size=(1, 1)),
    "phone": many_pictures(),
    "screenshot of a long page": picture("PNG", size=(1080, 20_000), mode="L"),
    "long and thin": picture("PNG", size=(40, 20_000), mode="L"),
    "with exif": picture(exif=exif_with_gps()),
}


@pytest.fixture
def send_image(as_person, world):
    """Returns a function that sends an image as Hélène and returns the answer."""
    helene = as_person("helene")
    path = f"/espace/recits/{world.stories['legumerie']}/images"

    def send(data: bytes, name: str = "photo.jpg", alt: str = "Une cour", credit: str = "Hélène, 2022"):
        helene.get(path)
        body, kind = multipart({"csrf_token": helene.token(), "alt": alt, "credit": credit}, image=(name, data))
        return helene.client.post(path, data=body, content_type=kind)

    return send


def test_a_file_that_is_no_usable_image_is_refused_and_the_words_stay(send_image, session, site):
    wrong = []
    for kind, data in REFUSED_IMAGES.items():
        answer = send_image(data, alt="Une cour en hiver")
        if kind == "broken exif" and answer.status_code == 303:
            continue
        if answer.status_code != 422 or "Une cour en hiver" not in answer.text:
            wrong.append(f"{kind}: {answer.status_code}")
    assert wrong == []
    folder = site.settings.media_folder
    left = [path for path in folder.rglob("*") if path.is_file() and path.name.startswith(".")] if folder.exists() else []
    assert left == []


def test_what_is_too_large_is_said_to_be_too_large(send_image):
    """Not that it cannot be read: the person would try another program instead of a smaller picture."""
    for kind in ("bomb", "large"):
        assert "trop grande" in send_image(REFUSED_IMAGES[kind]).text, kind


def test_every_usual_image_is_taken(send_image, session):
    wrong = [f"{kind}: {answer.status_code}" for kind, data in TAKEN_IMAGES.items() if (answer := send_image(data)).status_code != 303]
    assert wrong == []


def test_place_and_device_are_not_in_any_file(send_image, site, session, as_person):
    assert b"APPAREIL-SECRET" in picture(exif=exif_with_gps())
    comment = picture(exif=exif_with_gps(), comment=b"COMMENTAIRE-SECRET", icc_profile=b"PROFIL-SECRET" * 20)
    assert send_image(comment).status_code == 303
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "AUTEUR-SECRET")
    info.add_itxt("XML:com.adobe.xmp", "<x>XMP-SECRET</x>")
    assert send_image(picture("PNG", pnginfo=info, exif=exif_with_gps())).status_code == 303
    webp = picture("WEBP", exif=exif_with_gps(), xmp=b"<x>XMP-SECRET</x>")
    assert b"XMP-SECRET" in webp
    assert send_image(webp).status_code == 303
    files = [path for path in site.settings.media_folder.rglob("*") if path.is_file()]
    assert len(files) >= 6
    for path in files:
        data = path.read_bytes()
        assert b"SECRET" not in data
        assert b"Exif" not in data
        assert b"EXIF" not in data
        with Image.open(io.BytesIO(data)) as opened:
            assert dict(opened.getexif()) == {}
            assert "icc_profile" not in opened.info
    row = session.scalars(select(Media)).first()
    answer = as_person("helene").client.get(f"/media/{row.hash}/{row.renditions[0][0]}.webp", buffered=True)
    assert answer.mimetype == "image/webp"
    assert b"SECRET" not in answer.data
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (row.width, row.height) == (48, 64), "turned upright before the note that says so was taken out"


def test_broken_metadata_never_breaks_the_page(send_image):
    """Every byte of the metadata is changed in turn, in a few ways."""
    from app.kernel.errors import Invalid
    from app.services.media import _decode

    whole = picture(size=(16, 12), exif=exif_with_gps())
    start, end = whole.index(b"Exif"), whole.index(b"Exif") + 190
    for place in range(start, min(end, len(whole))):
        for value in (0x00, 0x01, 0x7F, 0xFF):
            data = whole[:place] + bytes([value]) + whole[place + 1 :]
            try:
                _decode(data)
            except Invalid:
                continue


def test_an_image_with_words_that_do_not_fit_is_refused(send_image, session):
    for alt, credit in (("", "x"), ("x", ""), ("x" * 401, "x"), ("x", "x" * 201), ("\x00", "x"), ("  ", "x")):
        assert send_image(TAKEN_IMAGES["jpeg"], alt=alt, credit=credit).status_code == 422
    assert session.scalars(select(Media.id)).all() == []


def test_the_name_of_a_file_names_nothing_here(send_image, site):
    for name in ("../../../../tmp/evil.jpg", "/etc/passwd", "x\x00.jpg", "a" * 3000, "<script>.jpg", "CON", ".."):
        assert send_image(TAKEN_IMAGES["jpeg"], name=name).status_code == 303
    folder = site.settings.media_folder
    assert {path.name for path in folder.rglob("*") if path.is_file()} <= {"master", "64.webp"}
