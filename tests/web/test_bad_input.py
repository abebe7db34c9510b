"""Whatever is sent: never a 500, a message in words, nothing lost, and the core goes on whatever a plugin does."""

import base64
import io
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import pytest
from flask import Blueprint, Flask
from PIL import Image, PngImagePlugin
from sqlalchemy import select, text

import app.factory
from app.db.models import MailMessage, Media, ReviewComment, Story
from app.factory import Trial, create_app
from app.hooks.contracts import Manifest, MenuItem, Permission, PromptOffer, PromptSource
from app.hooks.manager import Candidate, PluginManager
from app.hooks.specs import hookimpl
from app.services import plugins, starter
from app.services.story_files import StoryFileError, read_corpus
from tests.conftest import Browser, close_engines, settings_for
from tests.factories import PASSWORD, World, actor, address
from tests.web.matrix import PART, ROLES, Stage, open_stage, read_table, told_story

ACCEPTED = ("200", "303", "422")
# Lines that let somebody in, in the state in which they name their places.
POSTS = [line for line in read_table() if line.method == "POST" and set(ACCEPTED) & set(line.cells.values())]


@pytest.fixture(scope="module")
def stage(_template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(_template, tmp_path_factory.mktemp("bad_input")) as made:
        yield made


def allowed_role(line) -> str:
    """Somebody whom the line lets in, signed in where possible."""
    return next(role for role in ROLES[1:] if line.cells[role] in ACCEPTED)


def is_said(answer) -> bool:
    """Whether the answer is a page, a redirect, the autosave's JSON or the preview's fragment; never a 500."""
    if answer.status_code >= 500:
        return False
    return "<h1" in answer.text or answer.status_code in (302, 303) or answer.mimetype == "application/json" or answer.status_code == 200


# — forms —

NASTY = "\x00\x01\x1b\x7f\u0085\u200b\u202e\ufeff\ufffe\U0010ffff"
PAYLOADS = {
    "no field": lambda names: {},
    "blanks": lambda names: dict.fromkeys(names, "  \t\r\n "),
    "nul and control": lambda names: {name: f"a{NASTY}b" for name in names},
    "only nul": lambda names: dict.fromkeys(names, "\x00"),
    "huge": lambda names: dict.fromkeys(names, "é" * 30_000),
    "twice": lambda names: {name: ["un", "deux"] for name in names},
    "markup": lambda names: dict.fromkeys(names, "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}%(name)s%s{0}"),
    "invalid utf-8": lambda names: b"&".join(name.encode() + b"=%ff%fe%00%c3%28%ed%a0%80" for name in names),
    "half a sequence": lambda names: b"&".join(name.encode() + b"=%c3&%ff=%ff" for name in names),
}


@pytest.mark.parametrize("line", POSTS, ids=lambda line: line.key)
def test_no_form_breaks_on_what_is_put_into_it(stage, line):
    role = allowed_role(line)
    names = list(line.sends[1]) or ["x"]
    broken = []
    for kind, make in PAYLOADS.items():
        answer = stage.ask(line, role, fields=make(names))
        if not is_said(answer):
            broken.append(f"{kind}: {answer.status_code}")
        if "<script>alert(1)" in answer.text:
            broken.append(f"{kind}: markup came back as markup")
        stage.back()
    assert broken == []


IDENTIFIED = [line for line in POSTS if any(part.endswith("_id") for part in PART.findall(line.rule))]


@pytest.mark.parametrize("line", IDENTIFIED, ids=lambda line: line.key)
def test_an_unknown_id_in_an_address_is_not_found_and_changes_nothing(stage, line):
    role = allowed_role(line)
    before = stage.everything()
    for part in PART.findall(line.rule):
        if part.endswith("_id"):
            answer = stage.ask(line, role, without=(part,))
            assert answer.status_code == (403 if part == "voice_id" and "position" in line.rule else 404), part
            assert stage.everything() == before, part


@pytest.mark.parametrize("line", POSTS, ids=lambda line: line.key)
def test_a_form_without_a_valid_token_changes_nothing_and_says_so(stage, line):
    role = allowed_role(line)
    before = stage.everything()
    others = stage.tokens["foreign" if role != "foreign" else "member"]
    keeps_text = line.cells["anon"] == "401"
    for token in ("", "x", "IjEi.aaaa.bbbb", others, "\x00", "é" * 50):
        answer = stage.ask(line, role, token=token)
        assert answer.status_code == 400, token
        if keeps_text:
            assert "Votre texte est là" in answer.text
            for value in line.sends[1].values():
                assert stage.value(value) in answer.text
        else:
            assert "n’a pas pu être vérifié" in answer.text
    assert stage.everything() == before


def test_no_page_is_changed_by_being_read(stage):
    """GET and HEAD change nothing, whoever asks: no link in a mail or picture can act."""
    before = stage.everything()
    for line in read_table():
        if line.method == "GET":
            for role in ("anon", "member", "editor", "admin"):
                stage.ask(line, role)
    assert stage.everything() == before


def test_a_method_that_an_address_does_not_know_is_refused_with_a_page(browser):
    for method in ("put", "delete", "patch"):
        answer = getattr(browser.client, method)("/recits/")
        assert answer.status_code == 405
        assert "<h1>" in answer.text
        assert answer.headers.get("Allow"), "HTTP asks for it"


def test_a_refusal_speaks_the_reader_s_language(browser):
    """Not the framework's English."""
    page = browser.client.put("/recits/").text
    assert "method is not allowed" not in page


def multipart(fields: dict[str, str], **files: tuple[str, bytes]) -> tuple[bytes, str]:
    """A form with files as a browser sends it; werkzeug's own client would leave a temporary file open."""
    parts = [f'--frontiere\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    for field, (name, data) in files.items():
        head = f'--frontiere\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return b"".join([*parts, b"--frontiere--\r\n"]), "multipart/form-data; boundary=frontiere"


def test_many_fields_are_refused_or_ignored(browser):
    browser.get("/connexion")
    many = {f"f{number}": "x" for number in range(5000)}
    for sent in (many, {**many, "email": "a@b.example", "password": "non"}):
        browser.post("/connexion", sent, status=None)
        assert browser.last.status_code in (401, 413, 422)
        assert "<h1>" in browser.last.text
    browser.get("/connexion")
    body, kind = multipart({"csrf_token": browser.token(), **many})
    answer = browser.client.post("/connexion", data=body, content_type=kind)
    assert answer.status_code == 413
    assert "<h1>" in answer.text


def test_a_body_that_is_too_heavy_is_refused_in_words(browser):
    browser.get("/connexion")
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        answer = browser.client.post("/connexion", data=b"a=" + b"x" * (13 * 1024 * 1024), content_type=content_type)
        assert answer.status_code in (400, 413)
        assert "<h1>" in answer.text
    body, kind = multipart({"csrf_token": browser.token(), "email": "x" * (3 * 1024 * 1024), "password": "x"})
    answer = browser.client.post("/connexion", data=body, content_type=kind)
    assert answer.status_code == 413
    assert "Envoi trop lourd" in answer.text


def test_a_form_of_words_that_is_too_heavy_is_refused_on_a_whole_page(as_person, world):
    """The page that gives words back must not read the form that was too heavy to read."""
    helene = as_person("helene")
    path = f"/espace/recits/{world.stories['legumerie']}/titre"
    helene.get(path)
    helene.post(path, {"title": "Un titre", "standfirst": "x" * (13 * 1024 * 1024)}, status=413)
    assert "Envoi trop lourd" in helene.last.text


def test_a_text_over_the_limit_of_a_passage_is_kept_and_said(as_person, world):
    helene = as_person("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    path = helene.last.headers["Location"]
    helene.get(path)
    helene.post(path, {"body": "Un long récit. " * 6000, "base": "", "prompt": ""}, status=422)
    assert "Texte trop long" in helene.last.text
    assert helene.last.text.count("Un long récit.") >= 6000
    assert "Un long récit." in helene.get(path)


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded; charset=utf-16", ""]
)
def test_a_body_of_another_kind_is_refused(browser, content_type):
    answer = browser.client.post("/connexion", data=b'{"email": "x"}\xff', content_type=content_type)
    assert answer.status_code == 400
    assert "<h1>" in answer.text


def test_a_comment_that_is_too_long_comes_back_with_the_reason(as_person, site, world, session):
    """To the editor and to a member alike."""
    story = told_story(site, world, "Le récit proposé", "submitted")
    for name in ("editrice", "helene"):
        person = as_person(name)
        person.get("/espace/")
        person.post(f"/relecture/{story}/commentaires", {"body": "Trop long. " * 400}, status=None)
        assert person.last.status_code in (409, 422)
        assert "est vide" not in person.last.text, name
        assert "Trop long" in person.last.text, name
    assert session.scalars(select(ReviewComment.id)).all() == []


# — addresses —

ODD_PATHS = [
    "/%00", "/recits/%00", "/recits/%ff", "/recits/%c3%28", "/recits/é", "/recits/../etc/passwd", "/recits/%2e%2e/%2e%2e", "/recits//",
    "/recits/" + "a" * 3000, "/recits/la-legumerie/une-voix/%00", "/recits/la-legumerie/une-voix/nobody", "/espace/recits/" + "I" * 20,
    "/espace/recits/" + "0" * 21, "/en/en/", "/en", "/EN/", "/territoires/%00", "/static/%00", "/static/../app/config.py", "/static/%2e%2e/app/config.py",
    "/static/..%2f..%2fetc/passwd", "/media/" + "a" * 64 + "/480.webp", "/media/" + "a" * 64 + "/0.webp", "/media/" + "a" * 64 + "/-1.webp",
    "/media/" + "A" * 64 + "/480.webp", "/media/../../secret", "/media/" + "a" * 64 + "/..%2f..%2fmaster", "/media/" + "a" * 64 + "/" + "9" * 300 + ".webp",
    "/media/" + "a" * 64 + "/" + "9" * 5000 + ".webp", "/.git/config", "/var/secret", "/recits.sqlite3",
]  # fmt: skip


@pytest.mark.parametrize("path", ODD_PATHS, ids=lambda path: path[:40])
def test_an_odd_address_is_not_found(browser, path):
    answer = browser.client.get(path, buffered=True)
    assert answer.status_code in (301, 308, 404), answer.status_code
    if answer.status_code == 404:
        assert "<h1>" in answer.text
    else:
        assert answer.headers["Location"].startswith(("http://localhost/", "/"))


def test_a_media_address_with_a_width_as_long_as_a_novel_is_not_found(stage):
    """Even where the image is one's own, so that the file is looked for."""
    client = stage.app.test_client()
    for width in ("9" * 250, "9" * 300, "9" * 4000, "9" * 4400, "007"):
        answer = client.get(f"/media/{'c' * 64}/{width}.webp")
        assert answer.status_code == 404, len(width)


def test_an_odd_query_breaks_no_page(browser, as_person, site, world):
    told_story(site, world, "Le récit publié", "published")
    odd = ["%00", "%ff%fe", "%c3%28", "a" * 5000, "&&&=&=%", "[]", "%0d%0aSet-Cookie:%20a=b", "1e999", "9" * 5000, "-1", "null"]
    helene = as_person("helene")
    for value in odd:
        for path, names in (("/", ("x",)), ("/recits/le-recit-publie", ("x",)), ("/connexion", ("next",)), ("/en/recits/", ("x",))):
            for name in names:
                browser.get(f"{path}?{name}={value}")
                assert "\nSet-Cookie" not in browser.last.text
        helene.get(f"/espace/recits/{world.stories['legumerie']}/images?passage={value}")


def key_of(words: str) -> str:
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def test_a_place_in_the_list_that_nobody_gave_out_is_not_found(browser):
    broken = [
        "x",
        "%00",
        "é",
        "====",
        "a" * 4000,
        "%ff",
        key_of("hier"),
        key_of("2022-05-12 x"),
        key_of("2022-05-12T10:00:00 x"),
    ]
    far = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
    for key in [*broken, *(key_of(f"{when} {'0' * 20}") for when in far)]:
        answer = browser.client.get(f"/recits/?suite={key}")
        assert answer.status_code == 404, key
        assert "<h1>" in answer.text
    nul = browser.client.get(f"/recits/?suite={key_of('2022-05-12T10:00:00+00:00 ' + chr(0))}")
    assert nul.status_code in (200, 404)
    browser.get(f"/recits/?suite={key_of('2022-05-12T10:00:00+00:00 ' + '0' * 20)}")
    browser.get("/recits/?suite=")


@pytest.mark.parametrize("name", ["avant", "apres"])
def test_a_version_that_does_not_exist_is_not_found(as_person, site, world, stage, name):
    line = next(line for line in read_table() if line.key == "GET /espace/passages/<id:passage_id>/versions")
    path = line.rule.replace("<id:passage_id>", stage.ids["passage"])
    client = stage.app.test_client(use_cookies=False)
    headers = {"Cookie": f"recits={stage.cookies['member']}"}
    for value, statuses in (
        ("1", (200,)),
        ("99", (404,)),
        ("-1", (404,)),
        ("9" * 5000, (200, 404)),
        ("%00", (200, 404)),
        ("x", (200, 404)),
    ):
        assert client.get(f"{path}?{name}={value}", headers=headers).status_code in statuses, value


ELSEWHERE = [
    "//mechant.example", "///mechant.example", "/\\mechant.example", "\\\\mechant.example", "https:mechant.example", "https://mechant.example",
    "http:/mechant.example", "javascript:alert(1)", "data:text/html,x", "%2f%2fmechant.example", "/%5cmechant.example", "/%09/mechant.example",
    "%09//mechant.example", "/%0a/mechant.example", "/%0d%0aLocation:%20https://mechant.example", "%20//mechant.example", "/%2f%2fmechant.example",
    "/.//mechant.example", "/..//mechant.example", "mechant.example", "/%00/mechant.example", "//%5b", "/@mechant.example", "?x", "#x", "",
]  # fmt: skip


def resolved(location: str) -> str:
    """Where a browser would go: it drops tabs and line ends, and takes backslashes for slashes."""
    from urllib.parse import urljoin, urlsplit

    seen = re.sub(r"[\t\r\n]", "", location).replace("\\", "/").strip()
    return urlsplit(urljoin("http://localhost/connexion", seen)).netloc


def test_signing_in_never_leads_to_another_site(app, as_person):
    helene = as_person("helene")
    for value in ELSEWHERE:
        answer = helene.client.get(f"/connexion?next={value}")
        assert answer.status_code == 302, value
        assert resolved(answer.headers["Location"]) == "localhost", (value, answer.headers["Location"])
        assert "\n" not in answer.headers["Location"]
    stranger = Browser(app.test_client())
    for value in ELSEWHERE[:8]:
        page = stranger.get(f"/connexion?next={value}")
        action = re.search(r'<form method="post" action="([^"]+)"', page)[1]
        stranger.post(action.replace("&amp;", "&"), {"email": address("helene"), "password": PASSWORD})
        assert resolved(stranger.last.headers["Location"]) == "localhost", value
        stranger.post("/deconnexion")


HOSTS = [
    "mechant.example",
    "mechant.example:99999",
    "",
    " ",
    "a b",
    "[::1",
    "é.example",
    "localhost\x00",
    "x" * 3000,
    "..",
    "localhost@mechant.example",
    "<script>",
]


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: repr(host)[:24])
def test_another_host_name_breaks_nothing_and_is_repeated_nowhere(app, host):
    for path in ("/", "/recits", "/connexion", "/espace/", "/nulle-part"):
        answer = app.test_client().get(path, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code < 500, path
        if host.strip():
            assert f"//{host}" not in answer.headers.get("Location", ""), path
            assert host not in answer.text, path


def test_only_a_believed_proxy_may_say_where_a_request_comes_from(app, home, site):
    from app.web.context import network

    for trusted, expected in ((0, "127.0.0.1"), (1, "203.0.113.9")):
        other = create_app(settings_for(home, trusted_proxies=trusted))
        seen = []

        @other.after_request
        def note(response, seen=seen):
            seen.append(network())
            return response

        other.test_client().get("/methode", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
        assert seen == [expected]
        close_engines(other)


# — images —


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


# — mail —


def test_a_line_end_in_a_title_does_not_stop_the_post(as_person, site, world, session):
    """A title with a line end in it would be a header of the mail's own; and one bad mail must not hold back the others."""
    helene = as_person("helene")
    path = f"/espace/delegations/{world.delegations['brumeval']}/recits/nouveau"
    helene.get(path)
    helene.post(path, {"title": "Un titre\nBcc: tous@exemple.test", "standfirst": ""}, status=None)
    session.rollback()
    titles = session.scalars(select(Story.title)).all()
    assert not any("\n" in title for title in titles), "a title is one line"


def test_a_mail_that_cannot_be_written_does_not_hold_back_the_others(site, world):
    with site.writer.begin() as uow:
        uow.session.add(MailMessage(recipient="a@exemple.test", subject="Bonjour\nBcc: b@exemple.test", body="x", created_at=uow.now))
        uow.session.add(MailMessage(recipient="c@exemple.test", subject="Bonjour", body="y", created_at=uow.now))
    site.postman.deliver_due()
    with site.writer.begin() as uow:
        sent = set(uow.session.scalars(select(MailMessage.recipient).where(MailMessage.sent_at.is_not(None))))
    assert "c@exemple.test" in sent
    for path in site.settings.mail_folder.glob("*.eml"):
        assert b"\nBcc:" not in path.read_bytes()


# — what is kept, is kept as text —


def test_one_line_fields_are_one_line(as_person, site, world, session):
    helene, organiser = as_person("helene"), as_person("organisation")
    helene.get(f"/espace/moments/{world.moments['vote']}")
    helene.post(f"/espace/moments/{world.moments['vote']}", {"title": "Un\njour", "date": "mai 2022", "place": "Une\r\nsalle"}, status=None)
    page = helene.get(f"/espace/delegations/{world.delegations['brumeval']}/parcours")
    assert "Un\njour" not in page
    organiser.get("/configuration/programmes")
    organiser.post("/configuration/programmes", {"name": "Un\nprogramme", "description": ""}, status=None)
    names = session.scalars(text("SELECT name FROM programme")).all()
    assert not any("\n" in name for name in names)


def test_a_description_has_a_limit_when_it_is_made_as_when_it_is_changed(as_person, world):
    organiser = as_person("organisation")
    long = "é" * 100_000
    organiser.get("/configuration/programmes")
    organiser.post("/configuration/programmes", {"name": "Un programme", "description": long}, status=422)
    for where in ("phases", "chantiers"):
        sent = {"name": "Un nom", "kind": "thematic", "description": long}
        organiser.post(f"/configuration/programmes/{world.programme}/{where}", sent, status=422)


def test_an_official_code_has_ascii_digits(as_person, world):
    organiser = as_person("organisation")
    path = f"/configuration/territoires/{world.territories['brumeval']}"
    for field, code in (
        ("siren", "²²²²²²²²²"),
        ("siren", "٣٣٣٣٣٣٣٣٣"),
        ("insee", "1ßßßß"),
        ("insee", "0１２３４"),
        ("siren", "12345678"),
        ("insee", "x"),
    ):
        organiser.get(path)
        organiser.post(path, {"name": "Pays de Brumeval", "description": "", field: code}, status=422)


# — files of a starter corpus —

PROGRAMME = """---
recits: 1
kind: programme
slug: un-programme
name: Un programme
phases:
  - key: diagnostic
    name: Diagnostic
workstreams: []
---
Présentation.
"""
TERRITORY = """---
recits: 1
kind: territory
slug: un-pays
name: Un pays
fictitious: true
delegation:
  programme: un-programme
  seats:
    - category: elected_official
      voices:
        - {key: helene, name: Hélène, function: maire, from: 2021-09-01, to: null, display: name}
moments:
  - {key: vote, title: Le vote, date: 12 mai 2022, phase: diagnostic}
---
Un pays.
"""
STORY = """---
recits: 1
kind: story
slug: un-recit
format: recit-croise
title: Un récit
lang: fr
territory: un-pays
published: 2022-06-01
stances:
  - {moment: vote, voice: helene, stance: agree, note: Oui.}
missing:
  - {moment: vote, category: state_agent, reason: Vacant.}
---
::: passage moment=vote voice=helene
J’ai voté.
:::
"""
FILES = {"programme.md": PROGRAMME, "pays.md": TERRITORY, "recit.md": STORY}


def folder_with(folder: Path, **files: str | bytes) -> Path:
    """Writes the three good files, some of them replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, words in {**FILES, **{f"{key}.md": value for key, value in files.items()}}.items():
        (folder / name).write_bytes(words if isinstance(words, bytes) else words.encode())
    return folder


def test_the_good_files_are_read(tmp_path):
    corpus = read_corpus(folder_with(tmp_path))
    assert (len(corpus.programmes), len(corpus.territories), len(corpus.stories)) == (1, 1, 1)


# (file, what is replaced, by what) → words that the message must have beside the file's name
BROKEN = [
    ("recit", "title: Un récit", "", ["title"]),
    ("recit", "title: Un récit", "title: [1, 2]", ["title"]),
    ("recit", "title: Un récit", "title: 12", ["title"]),
    ("recit", "title: Un récit", "title: Un récit\nauteur: moi", ["auteur"]),
    ("recit", "lang: fr", "lang: de", ["lang", "fr, en"]),
    ("recit", "published: 2022-06-01", "published: hier", ["published"]),
    ("recit", "published: 2022-06-01", "published: 2022-13-45", []),
    ("recit", "published: 2022-06-01", "published: 2022-06-01 10:00:00", ["published"]),
    ("recit", "territory: un-pays", "territory: nulle-part", ["nulle-part"]),
    ("recit", "kind: story", "kind: novel", ["kind", "novel"]),
    ("recit", "kind: story\n", "", ["kind"]),
    ("recit", "recits: 1", "recits: 2", ["recits"]),
    ("recit", "recits: 1\n", "", ["recits"]),
    ("recit", "stance: agree", "stance: peut-être", ["stance"]),
    ("recit", "note: Oui.", "mot: Oui.", ["mot"]),
    ("recit", "category: state_agent", "category: prefet", ["category"]),
    ("recit", "stances:\n  - {moment: vote", "stances:\n  - {moment: nulle", ["nulle"]),
    ("recit", "::: passage moment=vote", "::: passage moment=nulle", ["nulle"]),
    ("recit", "::: passage moment=vote voice=helene", "::: passage moment=vote", ["voice"]),
    ("recit", "::: passage moment=vote voice=helene", "::: passage moment=vote voice=helene humeur=gaie", ["humeur"]),
    ("recit", "::: passage moment=vote voice=helene", "Hors de tout.\n\n::: passage moment=vote voice=helene", ["line"]),
    ("recit", "\n:::\n", "\n", ["closing"]),
    ("recit", "---\nrecits", "---\n: : :\n\t- recits", []),
    ("recit", "title: Un récit", "title: !!python/object/apply:os.system ['true']", []),
    ("recit", "title: Un récit", "title: Un récit\ntitle: Deux fois", ["title"]),
    ("pays", "name: Un pays", "", ["name"]),
    ("pays", "fictitious: true", "fictitious: oui", ["fictitious"]),
    ("pays", "category: elected_official", "category: maire", ["category"]),
    ("pays", "display: name", "display: partout", ["display"]),
    ("pays", "display: name", "display: name, age: 12", ["age"]),
    ("pays", "from: 2021-09-01", "from: hier", ["from"]),
    ("pays", "date: 12 mai 2022", "date: un jour", ["vote"]),
    ("pays", "phase: diagnostic", "phase: inconnue", ["inconnue"]),
    ("pays", "programme: un-programme", "programme: inconnu", ["inconnu"]),
    ("pays", "moments:\n  - {key: vote", "moments:\n  - {cle: vote", ["key"]),
    ("pays", "delegation:\n  programme", "delegation: non\nx:\n  programme", ["delegation"]),
    ("programme", "name: Un programme", "", ["name"]),
    ("programme", "name: Diagnostic", "titre: Diagnostic", ["name"]),
    ("programme", "workstreams: []", "workstreams: non", ["workstreams"]),
    ("programme", "workstreams: []", "workstreams:\n  - {key: a, name: A, kind: lourd}", ["kind"]),
    ("programme", "name: Diagnostic", "name: Diagnostic\n    couleur: rouge", ["couleur"]),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "words"), BROKEN, ids=[f"{entry[0]}: {entry[2] or 'without ' + entry[1]}"[:60] for entry in BROKEN]
)
def test_a_broken_file_is_named_with_its_key(tmp_path, name, old, new, words):
    whole = FILES[f"{name}.md"]
    assert old in whole
    with pytest.raises(StoryFileError) as error:
        read_corpus(folder_with(tmp_path, **{name: whole.replace(old, new, 1)}))
    said = str(error.value)
    assert f"{name}.md" in said, said
    for word in words:
        assert word in said, said
    assert "Traceback" not in said


NO_STORIES = {
    "empty": b"",
    "half": b"---\n",
    "no keys": b"---\n---\n",
    "not utf-8": b"\xff\xfe\x00",
    "utf-16": "---\nrecits: 1\nkind: story\n---\n".encode("utf-16"),
    "nul": b"---\nrecits: 1\x00\n---\n",
    "no front matter": b"x" * 100_000,
    "a list": b"---\n- 1\n---\n",
    "recursive": b"---\n&a [*a]\n---\n",
}


@pytest.mark.parametrize("kind", NO_STORIES)
def test_a_file_that_is_no_story_is_named(tmp_path, kind):
    with pytest.raises(StoryFileError) as error:
        read_corpus(folder_with(tmp_path, autre=NO_STORIES[kind]))
    assert "autre.md" in str(error.value)


def test_a_folder_with_a_file_s_name_is_named(tmp_path):
    folder = folder_with(tmp_path)
    (folder / "dossier.md").mkdir()
    with pytest.raises(StoryFileError, match=r"dossier\.md"):
        read_corpus(folder)


LOADED_BADLY = {
    "two programmes of one name": {"autre": PROGRAMME},
    "two territories of one name": {"autre": TERRITORY},
    "a title of three pages": {"recit": STORY.replace("title: Un récit", "title: " + "Un récit " * 100)},
    "an empty title": {"recit": STORY.replace("title: Un récit", "title: ''")},
    "a text of a hundred pages": {"recit": STORY.replace("J’ai voté.", "J’ai voté. " * 10_000)},
    "a seat held twice": {
        "pays": TERRITORY.replace(
            "moments:", "        - {key: paul, name: Paul, function: maire, from: 2022-01-01, to: null, display: name}\nmoments:"
        )
    },
    "a mandate that ends before it begins": {"pays": TERRITORY.replace("to: null", "to: 2020-01-01")},
    "a voice twice on one moment": {"recit": STORY + "\n::: passage moment=vote voice=helene\nEncore.\n:::\n"},
    "two phases of one key": {"programme": PROGRAMME.replace("workstreams", "  - {key: diagnostic, name: Encore}\nworkstreams")},
}


@pytest.fixture
def empty_site(tmp_path):
    from app.db.migrate import migrate

    made = create_app(settings_for(tmp_path / "empty"))
    migrate(made.extensions["recits"].engine)
    yield made.extensions["recits"]
    close_engines(made)


def test_a_corpus_that_cannot_be_loaded_is_refused_in_words_and_leaves_nothing(tmp_path, empty_site):
    wrong = []
    for number, (kind, files) in enumerate(LOADED_BADLY.items()):
        try:
            starter.load_into_empty_site(empty_site, folder_with(tmp_path / str(number), **files), demonstration=False)
        except starter.StarterError as error:
            if ".md" not in str(error):
                wrong.append(f"{kind}: names no file ({error})")
        except Exception as error:  # what `recits starter` would show as a traceback
            wrong.append(f"{kind}: {type(error).__name__} {error}"[:160])
        else:
            wrong.append(f"{kind}: was loaded")
            break
        with empty_site.writer.begin() as uow:
            assert starter.is_empty(uow.session), kind
    assert wrong == []


# — the database —


def test_an_unmigrated_site_says_which_command_to_run(tmp_path):
    made = create_app(settings_for(tmp_path / "new"))
    client = made.test_client()
    for path in ("/", "/connexion", "/espace/", "/nulle-part"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "recits migrate" in answer.text
        assert answer.headers["Retry-After"]
    assert client.post("/connexion", data={}).status_code == 503
    assert client.get("/static/css/base.css", buffered=True).status_code == 200
    close_engines(made)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(home, world):
    made = create_app(settings_for(home))
    site = made.extensions["recits"]
    with site.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'futur'")
        connection.commit()
    answer = made.test_client().get("/")
    assert answer.status_code == 503
    assert "plus récente" in answer.text
    from app.db.migrate import MigrationRefused, migrate

    with pytest.raises(MigrationRefused):
        migrate(site.engine)
    with site.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "futur"
    close_engines(made)


def test_a_file_that_is_no_database_is_a_503(tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "recits.sqlite3").write_bytes(b"ceci n'est pas une base" * 500)
    made = create_app(settings_for(folder))
    answer = made.test_client().get("/")
    assert answer.status_code == 503
    assert "<h1>" in answer.text
    close_engines(made)


def test_a_database_that_is_busy_is_a_503_that_loses_nothing(app, as_person, site, world, monkeypatch):
    from sqlalchemy.exc import OperationalError

    helene = as_person("helene")
    helene.get(f"/espace/recits/{world.stories['legumerie']}/titre")

    def busy(*_args, **_options):
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr("app.services.stories.edit_story", busy)
    helene.post(f"/espace/recits/{world.stories['legumerie']}/titre", {"title": "Un titre"}, status=503)
    assert "occupé" in helene.last.text
    assert "BEGIN" not in helene.last.text


def test_an_unforeseen_error_shows_nothing_of_the_site_s_inside(app, as_person, monkeypatch):
    helene = as_person("helene")

    def fail(*_args, **_options):
        raise RuntimeError("SECRET-DU-SITE /root/.ssh")

    monkeypatch.setattr("app.web.desk.my_space", fail)
    page = helene.get("/espace/", status=500)
    assert "SECRET" not in page
    assert "Traceback" not in page
    assert "<h1>" in page


# — plugins —


def plugin(name: str, *, manifest: object = None, **hooks) -> Candidate:
    """A plugin made of a manifest and functions."""
    module = ModuleType(f"fake_{name}")
    if manifest is not False:
        module.MANIFEST = manifest or Manifest(name, f"Titre {name}", "Une phrase.", "1", 1)
    for hook, function in hooks.items():
        function.__name__ = hook
        setattr(module, hook, hookimpl(function))
    return Candidate(name, lambda: module)


def failing(name: str, error: BaseException) -> Candidate:
    def load():
        raise error

    return Candidate(name, load)


def raises(error: BaseException):
    def hook():
        raise error

    return hook


def pages_of(name: str, **options) -> Blueprint:
    blueprint = Blueprint(name, f"fake_{name}", **options)
    blueprint.add_url_rule("/page", "page", lambda: "une page")
    return blueprint


def reaches_into(function) -> Blueprint:
    """A blueprint that uses its registration to change the application."""
    blueprint = pages_of("alpha")
    blueprint.record(lambda state: function(state.app))
    return blueprint


BAD_PLUGINS = {
    "raises at import": failing("alpha", RuntimeError("boum")),
    "calls sys.exit at import": failing("alpha", SystemExit(3)),
    "is not there": failing("alpha", ModuleNotFoundError("no module")),
    "has a syntax error": failing("alpha", SyntaxError("invalid")),
    "recurses": failing("alpha", RecursionError("deep")),
    "has no manifest": plugin("alpha", manifest=False),
    "has a dictionary for a manifest": plugin("alpha", manifest={"name": "alpha"}),
    "has another name": plugin("alpha", manifest=Manifest("beta", "Titre", "Phrase.", "1", 1)),
    "has a reserved name": plugin("recits"),
    "has an odd name": plugin("Alpha Beta"),
    "has markup for a name": plugin("<script>"),
    "wants another SDK": plugin("alpha", manifest=Manifest("alpha", "Titre", "Phrase.", "1", 99)),
    "raises in a hook": plugin("alpha", register_permissions=raises(ValueError("boum"))),
    "calls sys.exit in a hook": plugin("alpha", register_menu_items=lambda: sys.exit(1)),
    "returns nothing": plugin("alpha", register_blueprints=lambda: None),
    "returns a number": plugin("alpha", register_permissions=lambda: 7),
    "returns texts": plugin("alpha", register_permissions=lambda: ["x"]),
    "declares one thing twice": plugin("alpha", register_menu_items=lambda: [MenuItem("a"), MenuItem("a")]),
    "has a hook that does not exist": plugin("alpha", register_everything=lambda: []),
    "wants arguments": plugin("alpha", register_blueprints=lambda session: []),
    "returns no blueprint": plugin("alpha", register_blueprints=lambda: [object()]),
    "has a blueprint of another name": plugin("alpha", register_blueprints=lambda: [pages_of("beta")]),
    "has a blueprint of the core's name": plugin("alpha", register_blueprints=lambda: [pages_of("desk")]),
    "has a blueprint twice": plugin("alpha", register_blueprints=lambda: [pages_of("alpha"), pages_of("alpha")]),
    "acts before every request": plugin("alpha", register_blueprints=lambda: [_before_app()]),
    "acts after every request": plugin("alpha", register_blueprints=lambda: [_after_app()]),
    "answers every error": plugin("alpha", register_blueprints=lambda: [_error_app()]),
    "adds to every template": plugin("alpha", register_blueprints=lambda: [_context_app()]),
    "replaces a global of every template": plugin("alpha", register_blueprints=lambda: [reaches_into(_replace_global)]),
    "replaces a filter of every template": plugin("alpha", register_blueprints=lambda: [_global_app()]),
    "wraps the application": plugin("alpha", register_blueprints=lambda: [reaches_into(lambda found: setattr(found, "wsgi_app", None))]),
    "adds a page of its own outside": plugin("alpha", register_blueprints=lambda: [reaches_into(lambda found: found.add_url_rule("/ailleurs", "x", lambda: "x"))]),
    "claims a permission of the core": plugin("alpha", register_permissions=lambda: [Permission("account.manage", roles=frozenset({"organiser"}))]),
    "claims a permission of another plugin": plugin("alpha", register_permissions=lambda: [Permission("communication.manage_prompts", roles=frozenset({"organiser"}))]),
    "gives a permission to a role that is none": plugin("alpha", register_permissions=lambda: [Permission("alpha.x", roles=frozenset({"god"}))]),
    "has the name of a core blueprint": plugin("passages", register_blueprints=lambda: [pages_of("passages")]),
    "has the name of another core blueprint": plugin("moments", register_blueprints=lambda: [pages_of("moments")]),
    "has the name of a core path": plugin("compte", register_blueprints=lambda: [pages_of("compte")]),
    "has the name of a public path": plugin("methode", register_blueprints=lambda: [pages_of("methode")]),
}  # fmt: skip


def _replace_global(found: Flask) -> None:
    found.jinja_env.globals.update(visitor=lambda: None)


def _before_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.before_app_request(lambda: "tout est à moi")
    return blueprint


def _after_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.after_app_request(lambda response: response)
    return blueprint


def _error_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.app_errorhandler(404)(lambda error: ("à moi", 200))
    return blueprint


def _context_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.app_context_processor(lambda: {"visitor": None})
    return blueprint


def _global_app() -> Blueprint:
    blueprint = pages_of("alpha")
    blueprint.add_app_template_filter(lambda value: "à moi", "day")
    return blueprint


@pytest.fixture
def app_with(home, monkeypatch):
    """Returns a function that makes the application with plugins from other distributions."""
    made: list[Flask] = []

    def make(*candidates: Candidate) -> Flask:
        monkeypatch.setattr(app.factory, "find_entry_points", lambda: list(candidates))
        found = create_app(settings_for(home))
        found.testing = False
        made.append(found)
        return found

    yield make
    for found in made:
        close_engines(found)


@pytest.mark.parametrize("kind", BAD_PLUGINS)
def test_a_plugin_that_does_not_hold_is_marked_failed_when_it_is_tried(kind):
    manager = PluginManager([BAD_PLUGINS[kind], plugin("good")], Trial())
    bad = next(found for name, found in manager.plugins.items() if name != "good")
    assert bad.failure is not None
    assert bad.failure.stage in ("import", "manifest", "hooks", "blueprints")
    assert "Traceback" not in bad.failure.message
    assert [found.name for found in manager.usable()] == ["good"]


def test_the_site_goes_on_beside_plugins_that_do_not_hold(app_with):
    """One application with each of them in turn would be slow: those of one name are tried apart, the rest together."""
    together: dict[str, Candidate] = {}
    for number, (kind, candidate) in enumerate(BAD_PLUGINS.items()):
        if candidate.name == "alpha":
            together[kind] = Candidate(f"alpha_{number}", candidate.load)
    admin = Browser(app_with(*together.values(), failing("alpha", RuntimeError("boum"))).test_client()).sign_in("admin")
    for path in ("/", "/recits/", "/espace/", "/configuration/personnes"):
        admin.get(path)
    page = admin.get("/configuration/extensions")
    for candidate in together.values():
        assert candidate.name in page
    assert "boum" in page
    assert page.count("en défaut") == len(together) + 1


@pytest.mark.parametrize(
    "name", ["passages", "moments", "desk", "compte", "methode", "deconnexion", "<script>alert(1)</script>", "Alpha Beta", "../x"]
)
def test_a_plugin_cannot_take_a_name_of_the_core(app_with, name):
    found = app_with(plugin(name, register_blueprints=lambda: [pages_of(name)]))
    admin = Browser(found.test_client()).sign_in("admin")
    for path in ("/", "/espace/", "/compte", "/methode"):
        admin.get(path)
    page = admin.get("/configuration/extensions")
    assert "en défaut" in page
    assert "<script>" not in page.replace('<script type="module"', "")


def test_two_plugins_whose_blueprints_share_a_name_do_not_stop_the_site(app_with):
    one = plugin("alpha", register_blueprints=lambda: [pages_of("alpha_beta")])
    two = plugin("alpha_beta", register_blueprints=lambda: [pages_of("alpha_beta")])
    admin = Browser(app_with(one, two).test_client()).sign_in("admin")
    assert "en défaut" in admin.get("/configuration/extensions")


def test_a_plugin_that_is_found_twice_is_said_to_be(app_with):
    admin = Browser(app_with(plugin("communication"), plugin("alpha"), plugin("alpha")).test_client()).sign_in("admin")
    page = admin.get("/configuration/extensions")
    assert "Communication" in page
    assert "Titre alpha" in page
    assert page.count("en défaut") == 2, "each second one is named"


def enable(found: Flask, world: World, name: str) -> None:
    site = found.extensions["recits"]
    admin = actor(site, world, "admin")
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, admin, site.plugins, name, True)


def test_a_page_of_a_plugin_that_is_off_is_not_found_even_in_a_blueprint_within_a_blueprint(app_with, world):
    outer, inner = pages_of("alpha"), Blueprint("inner", "fake_inner")
    inner.add_url_rule("/inner", "inner", lambda: "dedans")
    outer.register_blueprint(inner)
    found = app_with(plugin("alpha", register_blueprints=lambda: [outer]))
    helene = Browser(found.test_client()).sign_in("helene")
    helene.get("/alpha/page", status=404)
    helene.get("/alpha/inner", status=404)
    enable(found, world, "alpha")
    helene.get("/alpha/page")
    helene.get("/alpha/inner")


def test_a_plugin_whose_activation_fails_stays_off(app_with, world):
    def refuse(session):
        raise RuntimeError("pas aujourd’hui")

    def leave(session):
        sys.exit(3)

    found = app_with(plugin("alpha", on_enable=refuse), plugin("beta", on_enable=leave))
    admin = Browser(found.test_client()).sign_in("admin")
    for name in ("alpha", "beta"):
        admin.get("/configuration/extensions")
        admin.post(f"/configuration/extensions/{name}/activer", status=409)
        assert name in admin.last.text
    assert "pas aujourd’hui" in admin.client.get("/configuration/extensions").text or "inactive" in admin.get("/configuration/extensions")


def _bad_source(offer=None, find=None) -> PromptSource:
    return PromptSource("s", offer=offer or (lambda session, context: ()), find=find or (lambda session, key: None))


def _out(*_arguments):
    sys.exit(3)


BAD_SOURCES = {
    "raises": _bad_source(raises_any := lambda *_a: 1 / 0, raises_any),
    "returns texts": _bad_source(lambda session, context: ["une question"], lambda session, key: "une question"),
    "returns nothing": _bad_source(lambda session, context: None),
    "returns numbers": _bad_source(lambda session, context: [PromptOffer(1, 2, 3)]),
    "calls sys.exit": _bad_source(_out, _out),
    "breaks the session": _bad_source(lambda session, context: session.execute(text("SELECT nothing FROM nowhere"))),
}


@pytest.mark.parametrize("kind", BAD_SOURCES)
def test_a_source_of_questions_that_fails_is_left_out_and_the_words_are_saved(app_with, world, kind):
    found = app_with(plugin("alpha", register_prompt_sources=lambda: [BAD_SOURCES[kind]]))
    enable(found, world, "alpha")
    helene = Browser(found.test_client()).sign_in("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    path = helene.last.headers["Location"]
    helene.get(path)
    helene.post(path, {"body": "Mes mots.", "base": "", "prompt": "alpha:s:1"})
    assert "Mes mots." in helene.get(path)


def test_a_menu_item_that_leads_nowhere_breaks_no_page(app_with, world):
    """Above all not the page on which the plugin could be switched off."""
    blueprint = pages_of("alpha")
    blueprint.add_url_rule("/one/<name>", "one", lambda name: name)
    items = [
        MenuItem("a", title="A", endpoint="alpha.one"),
        MenuItem("b", title="B", endpoint="alpha.nowhere"),
        MenuItem("c", title="C", endpoint="alpha.page"),
    ]
    found = app_with(plugin("alpha", register_blueprints=lambda: [blueprint], register_menu_items=lambda: items))
    enable(found, world, "alpha")
    admin = Browser(found.test_client()).sign_in("admin")
    page = admin.get("/configuration/extensions")
    assert ">C<" in page
    admin.post("/configuration/extensions/alpha/desactiver")


def test_a_page_of_a_plugin_that_raises_is_its_own_error(app_with, world):
    blueprint = pages_of("alpha")
    blueprint.add_url_rule("/broken", "broken", lambda: 1 / 0)
    found = app_with(plugin("alpha", register_blueprints=lambda: [blueprint]))
    enable(found, world, "alpha")
    helene = Browser(found.test_client()).sign_in("helene")
    helene.get("/alpha/broken", status=500)
    helene.get("/espace/")


def test_a_plugin_s_page_asks_for_a_session_unless_it_says_otherwise(app_with, world):
    found = app_with(plugin("alpha", register_blueprints=lambda: [pages_of("alpha")]))
    enable(found, world, "alpha")
    Browser(found.test_client()).get("/alpha/page", status=302)


def test_a_plugin_that_went_away_leaves_the_site_running(app_with, world, home):
    found = app_with(plugin("alpha"))
    enable(found, world, "alpha")
    without = app_with()
    admin = Browser(without.test_client()).sign_in("admin")
    admin.get("/configuration/extensions")
    admin.get("/espace/")
    admin.post("/configuration/extensions/alpha/desactiver", status=404)


def test_a_switch_of_a_plugin_that_does_not_exist_is_not_found(as_person):
    admin = as_person("admin")
    admin.get("/configuration/extensions")
    for name in ("nothing", "%00", "..", "é", "a" * 500):
        for what in ("activer", "desactiver"):
            admin.post(f"/configuration/extensions/{quote(name, safe='%')}/{what}", status=404)
