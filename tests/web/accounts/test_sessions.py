"""Sessions: renewed, dead after signing out, listed to their owner, out of reach of scripts."""

from sqlalchemy import select

from app.db.models import AccountSession, PublicMedia
from app.factory import create_app
from tests.conftest import Browser, close_engines, settings_for


def test_signing_in_renews_the_session(app, new_browser):
    """A cookie that somebody planted before signing in opens nothing afterwards."""
    person = new_browser()
    person.get("/connexion")
    planted = person.client.get_cookie("recits").value
    token = person.token()
    person.sign_in("helene")
    assert person.client.get_cookie("recits").value != planted
    stranger = app.test_client(use_cookies=False)
    assert stranger.get("/espace/", headers={"Cookie": f"recits={planted}"}).status_code == 302
    old = person.post("/espace/recits/" + "0" * 20 + "/proposer", {"csrf_token": token}, status=None)
    assert old.status_code == 400, "the token of before is worth nothing either"


def test_a_copied_cookie_is_dead_after_signing_out(app, as_person):
    helene = as_person("helene")
    copied = helene.client.get_cookie("recits").value
    stranger = app.test_client(use_cookies=False)
    assert stranger.get("/espace/", headers={"Cookie": f"recits={copied}"}).status_code == 200
    helene.get("/compte")
    helene.post("/deconnexion")
    helene.get("/espace/", status=302)
    assert stranger.get("/espace/", headers={"Cookie": f"recits={copied}"}).status_code == 302


def test_signing_out_is_a_form(as_person):
    helene = as_person("helene")
    helene.get("/deconnexion", status=405)
    helene.post("/deconnexion", token=False, status=400)
    helene.get("/espace/")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(new_browser):
    person = new_browser().sign_in("helene")
    said = [value for name, value in person.last.headers if name == "Set-Cookie"]
    assert said
    assert all("HttpOnly" in value and "SameSite=Lax" in value and "Path=/" in value for value in said)


def test_what_caches_may_keep_carries_no_cookie(as_person, site, world):
    """A public image asked for by somebody who is signed in: a shared cache must not hand their session on."""
    with site.writer.begin() as uow:
        uow.session.add(PublicMedia(story_id=world.stories["legumerie"], hash="a" * 64))
    folder = site.settings.media_folder / "aa" / ("a" * 64)
    folder.mkdir(parents=True)
    (folder / "480.webp").write_bytes(b"RIFF")
    answer = as_person("helene").client.get(f"/media/{'a' * 64}/480.webp", buffered=True)
    assert answer.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in answer.headers


def test_a_signed_in_page_is_not_for_shared_caches(as_person):
    for path in ("/espace/", "/compte", "/"):
        helene = as_person("helene")
        helene.get(path)
        assert "private" in helene.last.headers["Cache-Control"] or "no-store" in helene.last.headers["Cache-Control"], path


def test_in_production_the_cookie_keeps_to_https(home):
    app = create_app(settings_for(home, production=True, secret_key="x" * 40, secret_is_own=True, base_url="https://recits.example"))
    page = app.test_client().get("/connexion", base_url="https://recits.example")
    assert "Secure" in page.headers["Set-Cookie"]
    assert page.headers["Strict-Transport-Security"]
    close_engines(app)


def test_one_s_own_sessions_are_listed_and_can_be_ended(as_person, app, session, world):
    helene = as_person("helene")
    phone = Browser(app.test_client(), headers={"User-Agent": "Mozilla/5.0 (Android 14; Mobile) Firefox/128.0 <script>"}).sign_in("helene")
    page = helene.get("/compte")
    assert "Firefox, Android" in page
    assert page.count("/terminer") == 2
    rows = session.scalars(select(AccountSession).where(AccountSession.account_id == world.accounts["helene"])).all()
    on_phone = next(row.id for row in rows if "Android" in row.browser)
    helene.post(f"/compte/sessions/{on_phone}/terminer")
    phone.get("/espace/", status=302)
    helene.get("/espace/")


def test_somebody_else_s_session_is_neither_listed_nor_ended(as_person, session, world):
    helene, karim = as_person("helene"), as_person("karim")
    row = session.scalars(select(AccountSession.id).where(AccountSession.account_id == world.accounts["helene"])).one()
    assert row not in karim.get("/compte")
    for name in ("karim", "admin"):
        as_person(name).post(f"/compte/sessions/{row}/terminer", status=404)
    helene.get("/espace/")


def test_ending_the_present_session_signs_out(as_person, session, world):
    helene = as_person("helene")
    row = session.scalars(select(AccountSession.id).where(AccountSession.account_id == world.accounts["helene"])).one()
    helene.get("/compte")
    helene.post(f"/compte/sessions/{row}/terminer")
    assert helene.last.headers["Location"] == "/"
    helene.get("/compte", status=302)


def test_an_unused_session_ends_and_a_used_one_lasts(clock, as_person):
    helene, karim = as_person("helene"), as_person("karim")
    clock.forward(days=10)
    helene.get("/espace/")
    clock.forward(days=5)
    helene.get("/espace/")
    karim.get("/espace/", status=302)


def test_a_forged_cookie_opens_nothing(app):
    for value in ("x", "eyJzaWQiOiJ4In0.aaaa.bbbb", "é", "", "a" * 5000):
        answer = app.test_client(use_cookies=False).get("/espace/", headers={"Cookie": f"recits={value}".encode().decode("latin-1")})
        assert answer.status_code == 302
