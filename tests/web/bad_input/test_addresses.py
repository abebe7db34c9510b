"""Whatever is asked for: odd addresses, queries, hosts and proxies never break a page nor lead to another site."""

import base64
import re

import pytest

from app.factory import create_app
from tests.conftest import Browser, close_engines, settings_for
from tests.factories import PASSWORD, address
from tests.told_stories import told_story
from tests.web.matrix import read_table

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
