"""Getting in and staying in: invitations, passwords, links by mail, sessions, roles, and what ends with them."""

import re
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.db.models import Account, AccountSession, AuditEntry, Invitation, MailMessage, Passage, PublicMedia, SignInLink, Voice
from app.factory import create_app
from app.kernel.access import Role
from app.kernel.voice import Mandate
from app.services import accounts, letters, mail, voices
from app.services.accounts import LOOKUPS_PER_ACCOUNT
from app.web.account import LINK_ANSWER_SECONDS
from tests.conftest import Browser, close_engines, settings_for
from tests.factories import PASSWORD, actor, address

NEW = "une tout autre phrase"


class HandClock:
    """A clock that only ticks (a microsecond at each look, so that what happened first is earlier) until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def app(home, clock):
    """The application, with a clock that the test moves."""
    app = create_app(settings_for(home), clock=clock)
    app.testing = False
    yield app
    close_engines(app)


@pytest.fixture
def new_browser(app):
    return lambda: Browser(app.test_client())


def invite(site, world, email, *, role=None, voice=None, by="admin", name="Jeanne"):
    """Invites somebody; returns (id, path of the link)."""
    who = actor(site, world, by)
    with site.writer.begin() as uow:
        row, token = accounts.invite(uow, who, site.signer, email, name, role=role, voice=voice)
        mail.queue(uow, letters.invitation(row.email, "fr", site.settings.base_url, name, "relecture", token, accounts.INVITATION_DAYS))
    return row.id, f"/invitation/{token}"


def free_voice(site, world):
    """A voice of Valcendre without an account, in a seat whose holder left."""
    organiser = actor(site, world, "organisation")
    with site.writer.begin() as uow:
        uow.session.get_one(Voice, world.voices["autre_maud"]).mandate_end = date(2022, 1, 31)
        return voices.seat_voice(uow, organiser, world.seats["autre_maud"], "Jeanne", "gérante", Mandate(date(2022, 2, 1), None)).id


def last_link(session, to):
    """The address in the last mail to somebody."""
    session.rollback()
    body = session.scalars(
        select(MailMessage.body).where(MailMessage.recipient == to).order_by(MailMessage.created_at.desc(), MailMessage.id)
    ).first()
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", body or "")
    assert found is not None
    return found[1]


# — invitations —


def test_an_invitation_opens_an_account_once(site, world, session, new_browser):
    _id, path = invite(site, world, "Jeanne@Exemple.test ", role=Role.EDITOR)
    jeanne = new_browser()
    assert "jeanne@exemple.test" in jeanne.get(path)
    jeanne.post(path, {"name": "Jeanne", "password": PASSWORD})
    assert "Bienvenue" in jeanne.follow()
    jeanne.get("/relecture/")
    other = new_browser()
    assert "déjà servi" in other.get(path, status=409)
    other.get("/connexion")
    other.post(path, {"name": "Un autre", "password": NEW}, status=409)
    names = session.scalars(select(Account.name).where(Account.email == "jeanne@exemple.test")).all()
    assert names == ["Jeanne"]


def test_reading_an_invitation_does_not_use_it(site, world, new_browser):
    _id, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    for _ in range(3):
        new_browser().get(path)
    new_browser().client.head(path)
    jeanne = new_browser()
    jeanne.get(path)
    jeanne.post(path, {"name": "Jeanne", "password": PASSWORD})


def test_an_invitation_expires(site, world, clock, new_browser):
    _id, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    clock.forward(days=13, hours=23)
    jeanne = new_browser()
    jeanne.get(path)
    clock.forward(hours=2)
    assert "expiré" in jeanne.get(path, status=409)
    jeanne.get("/connexion")
    jeanne.post(path, {"name": "Jeanne", "password": PASSWORD}, status=409)


def test_a_revoked_invitation_is_worth_nothing(site, world, as_person, new_browser):
    row, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    as_person("admin").post(f"/configuration/invitations/{row}/annuler")
    jeanne = new_browser()
    jeanne.get(path, status=409)
    jeanne.get("/connexion")
    jeanne.post(path, {"name": "Jeanne", "password": PASSWORD}, status=409)


def test_a_second_invitation_replaces_the_first(site, world, new_browser):
    _id, first = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    _id, second = invite(site, world, "JEANNE@exemple.test", role=Role.EDITOR)
    assert "remplacé" in new_browser().get(first, status=409)
    new_browser().get(second)


def test_an_invitation_to_a_voice_sent_to_the_right_address_replaces_the_one_sent_to_a_wrong_one(site, world, new_browser):
    """A typing error in an address must not leave a stranger with a key to the seat."""
    voice = free_voice(site, world)
    _id, wrong = invite(site, world, "jeane@exemple.test", voice=voice, by="organisation")
    _id, right = invite(site, world, "jeanne@exemple.test", voice=voice, by="organisation")
    new_browser().get(right)
    new_browser().get(wrong, status=409)


def test_an_invitation_for_somebody_with_an_account_asks_for_no_password_and_keeps_theirs(site, world, session, new_browser):
    _id, path = invite(site, world, address("personne"), role=Role.EDITOR)
    person = new_browser()
    assert 'type="password"' not in person.get(path)
    person.post(path, {"name": "Usurpée", "password": NEW})
    person.get("/relecture/")
    session.rollback()
    row = session.scalars(select(Account).where(Account.email == address("personne"))).one()
    assert row.name == "Personne"
    new_browser().sign_in("personne")


def test_an_invitation_for_a_closed_account_opens_nothing(site, world, as_person, new_browser):
    _id, path = invite(site, world, address("personne"), role=Role.EDITOR)
    as_person("admin").post(f"/configuration/personnes/{world.accounts['personne']}/fermer")
    person = new_browser()
    person.get(path)
    person.post(path, {}, status=409)
    person.get("/compte", status=302)


def test_a_voice_is_given_to_one_person(site, world, session, new_browser):
    voice = free_voice(site, world)
    _id, first = invite(site, world, "un@exemple.test", voice=voice, by="organisation")
    one, two = new_browser(), new_browser()
    one.get(first)
    with site.writer.begin() as uow:
        uow.session.get_one(Voice, voice).account_id = world.accounts["personne"]
    one.post(first, {"name": "Un", "password": PASSWORD}, status=409)
    two.get("/connexion")
    assert session.scalar(select(Account.id).where(Account.email == "un@exemple.test")) is None, "no account is left behind"


def test_two_people_who_use_one_invitation_at_once_make_one_account(site, world, app, session):
    _id, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    browsers = [Browser(app.test_client()) for _ in range(4)]
    for browser in browsers:
        browser.get(path)
    gate = threading.Barrier(len(browsers))
    statuses = []

    def accept(browser, name):
        gate.wait()
        statuses.append(browser.post(path, {"name": name, "password": PASSWORD}, status=None).status_code)

    threads = [threading.Thread(target=accept, args=(browser, f"Jeanne {number}")) for number, browser in enumerate(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409, 409, 409]
    assert len(session.scalars(select(Account.id).where(Account.email == "jeanne@exemple.test")).all()) == 1


def test_a_link_that_this_site_did_not_make_is_not_known(browser):
    for path in ("/invitation/", "/connexion/lien/", "/connexion/mot-de-passe/"):
        for token in ("x", "a.b", "é", "%00", "InRlc3Qi.AAAA", "x" * 4000, "..", "%2e%2e%2f"):
            browser.get(path + token, status=404)


def test_a_link_of_one_kind_does_not_serve_as_another(site, world, session, new_browser):
    _id, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    token = path.rsplit("/", 1)[1]
    for other in ("/connexion/lien/", "/connexion/mot-de-passe/"):
        new_browser().get(other + token, status=404)


def test_a_name_must_be_one_and_be_short_enough_to_be_shown(site, world, session, new_browser):
    _id, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    for name in ("", "   ", "\x00", "x" * 121, "x" * 100_000):
        jeanne = new_browser()
        jeanne.get(path)
        jeanne.post(path, {"name": name, "password": PASSWORD}, status=422)
    assert session.scalar(select(Account.id).where(Account.email == "jeanne@exemple.test")) is None


# — passwords —


@pytest.mark.parametrize(("password", "said"), [("", "À remplir"), ("brève 9 !", "Au moins 10 signes"), ("x" * 257, "Au plus 256 signes")])
def test_a_password_that_is_refused_says_why(site, world, new_browser, password, said):
    _id, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    jeanne = new_browser()
    jeanne.get(path)
    jeanne.post(path, {"name": "Jeanne", "password": password}, status=422)
    assert said in jeanne.last.text
    if password:
        assert password not in jeanne.last.text, "a password is never written into a page"


def test_a_password_is_taken_as_it_is_typed(site, world, new_browser):
    """Outer blanks, accents, 256 signes: what was chosen is what opens, and nothing shorter."""
    password = " é" * 127 + " x"
    _id, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    jeanne = new_browser()
    jeanne.get(path)
    jeanne.post(path, {"name": "Jeanne", "password": password})
    for tried, status in ((password.strip(), 401), (password[:-1], 401), (password, 303)):
        other = new_browser()
        other.get("/connexion")
        other.post("/connexion", {"email": "jeanne@exemple.test", "password": tried}, status=status)


def test_more_than_the_longest_password_does_not_open(site, world, new_browser):
    _id, path = invite(site, world, "jeanne@exemple.test", role=Role.EDITOR)
    jeanne = new_browser()
    jeanne.get(path)
    jeanne.post(path, {"name": "Jeanne", "password": "y" * 256})
    other = new_browser()
    other.get("/connexion")
    other.post("/connexion", {"email": "jeanne@exemple.test", "password": "y" * 300}, status=401)


def test_changing_one_s_password_asks_for_the_present_one_and_ends_other_sessions(as_person, new_browser):
    helene, phone = as_person("helene"), new_browser().sign_in("helene")
    helene.get("/compte")
    helene.post("/compte/mot-de-passe", {"current": "faux", "password": NEW}, status=422)
    assert "pas votre mot de passe actuel" in helene.last.text
    phone.get("/espace/")
    helene.post("/compte/mot-de-passe", {"current": PASSWORD, "password": NEW})
    helene.get("/espace/")
    phone.get("/espace/", status=302)
    new_browser().sign_in("helene", NEW)
    old = new_browser()
    old.get("/connexion")
    old.post("/connexion", {"email": address("helene"), "password": PASSWORD}, status=401)


# — links by mail —


def test_a_sign_in_link_signs_in_once(session, new_browser):
    person = new_browser()
    person.get("/connexion/lien")
    person.post("/connexion/lien", {"email": address("helene")}, status=200)
    link = last_link(session, address("helene"))
    for _ in range(2):
        new_browser().get(link)  # a mail program that looks ahead
    new_browser().client.head(link)
    person.get(link)
    person.post(link)
    person.get("/espace/")
    other = new_browser()
    assert "déjà servi" in other.get(link, status=409)
    other.get("/connexion")
    other.post(link, status=409)
    other.get("/espace/", status=302)


def test_a_link_expires(session, clock, new_browser):
    person = new_browser()
    person.get("/connexion/lien")
    person.post("/connexion/lien", {"email": address("helene")}, status=200)
    link = last_link(session, address("helene"))
    clock.forward(minutes=29)
    person.get(link)
    clock.forward(minutes=2)
    assert "expiré" in person.get(link, status=409)
    person.get("/connexion")
    person.post(link, status=409)


def test_a_new_password_by_link_ends_every_session_and_every_other_link(session, new_browser, as_person):
    """Whoever resets a password takes the account back: what was asked for before is worth nothing."""
    helene, thief = as_person("helene"), new_browser()
    thief.get("/connexion/lien")
    thief.post("/connexion/lien", {"email": address("helene")}, status=200)
    stolen = last_link(session, address("helene"))
    person = new_browser()
    person.get("/connexion/oubli")
    person.post("/connexion/oubli", {"email": address("helene")}, status=200)
    link = last_link(session, address("helene"))
    assert link.startswith("/connexion/mot-de-passe/")
    person.get(link)
    person.post(link, {"password": "court"}, status=422)
    person.post(link, {"password": NEW})
    person.get("/espace/")
    helene.get("/espace/", status=302)
    new_browser().sign_in("helene", NEW)
    new_browser().get(link, status=409)
    thief.get(stolen, status=409)


def test_no_page_tells_whether_an_address_has_an_account(session, new_browser):
    for path in ("/connexion/lien", "/connexion/oubli"):
        pages = []
        for email in (address("helene"), "inconnue@exemple.test"):
            person = new_browser()
            person.get(path)
            person.post(path, {"email": email}, status=200)
            pages.append((person.last.text, sorted(name for name, _value in person.last.headers)))
        assert pages[0] == pages[1]
    pages = []
    for email in (address("helene"), "inconnue@exemple.test"):
        person = new_browser()
        person.get("/connexion")
        person.post("/connexion", {"email": email, "password": "pas le bon"}, status=401)
        pages.append(re.sub(r'name="csrf_token" value="[^"]+"', "", person.last.text.replace(email, "ADRESSE")))
    assert pages[0] == pages[1]


def test_an_unknown_address_costs_as_much_work_as_a_known_one(site, session, monkeypatch):
    """The same number of password hashes is computed, over the same number of queries."""
    verified = []
    real = accounts._hasher

    class Counting:
        def verify(self, stored, password):
            verified.append(stored)
            return real.verify(stored, password)

    monkeypatch.setattr(accounts, "_hasher", Counting())
    for email in (address("helene"), "inconnue@exemple.test"):
        assert accounts.check_password(session, email, "pas le bon") is None
    assert len(verified) == 2
    parameters = [stored.split("$")[2:4] for stored in verified]
    assert parameters[0] == parameters[1], "as costly"


def test_too_many_wrong_passwords_answer_alike_for_known_and_unknown(new_browser, clock):
    last = []
    for email in (address("helene"), "inconnue@exemple.test"):
        person = new_browser()
        person.get("/connexion")
        statuses = [person.post("/connexion", {"email": email, "password": "non"}, status=None).status_code for _ in range(30)]
        assert statuses[:10] == [401] * 10
        assert statuses[10:] == [429] * 20
        assert "Trop d’essais" in person.last.text
        last.append(re.sub(r'name="csrf_token" value="[^"]+"', "", person.last.text.replace(email, "ADRESSE")))
        person.post("/connexion", {"email": email, "password": PASSWORD}, status=429)
        person.post("/connexion", {"email": email.upper() + " ", "password": PASSWORD}, status=429)
    assert last[0] == last[1]
    clock.forward(minutes=16)
    new_browser().sign_in("helene")


def test_too_many_links_are_not_sent(session, new_browser):
    person = new_browser()
    for _ in range(4):
        person.get("/connexion/lien")
        person.post("/connexion/lien", {"email": address("helene")}, status=200)
    person.post("/connexion/lien", {"email": address("helene")}, status=429)
    assert len(session.scalars(select(SignInLink.id)).all()) == 4


def test_one_network_cannot_try_every_address(new_browser):
    person = new_browser()
    person.get("/connexion/lien")
    statuses = {person.post("/connexion/lien", {"email": f"a{number}@exemple.test"}, status=None).status_code for number in range(61)}
    assert statuses == {200, 429}


# — sessions —


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


# — closed accounts, roles, mandates —


def test_a_closed_account_is_out_at_once_and_cannot_come_back(as_person, new_browser, session, world):
    karim, admin = as_person("karim"), as_person("admin")
    new = new_browser()
    new.get("/connexion/lien")
    new.post("/connexion/lien", {"email": address("karim")}, status=200)
    link = last_link(session, address("karim"))
    page = f"/configuration/personnes/{world.accounts['karim']}"
    admin.get(page)
    admin.post(f"{page}/fermer")
    karim.get("/espace/", status=302)
    new.get("/connexion")
    new.post("/connexion", {"email": address("karim"), "password": PASSWORD}, status=401)
    new.get("/connexion")
    new.post(link, status=409)
    mails = len(session.scalars(select(MailMessage.id)).all())
    new.get("/connexion/oubli")
    new.post("/connexion/oubli", {"email": address("karim")}, status=200)
    session.rollback()
    assert len(session.scalars(select(MailMessage.id)).all()) == mails
    admin.get(page)
    admin.post(f"{page}/rouvrir")
    karim.get("/espace/", status=302)
    new_browser().sign_in("karim")


def test_the_last_administrator_stays(as_person, site, world, session):
    admin = as_person("admin")
    page = f"/configuration/personnes/{world.accounts['admin']}"
    admin.get(page)
    admin.post(f"{page}/roles", {"roles": "editor"}, status=409)
    assert "dernière personne" in admin.last.text
    admin.get(page)
    admin.post(f"{page}/roles", {}, status=409)
    admin.get(page)
    admin.post(f"{page}/fermer", status=409)
    assert "propre compte" in admin.last.text
    admin.get("/configuration/personnes")
    with site.writer.begin() as uow:
        accounts.give_role(uow, world.accounts["karim"], Role.ADMINISTRATOR)
    admin.get(page)
    admin.post(f"{page}/roles", {"roles": "editor"})
    admin.get("/configuration/personnes", status=403)


def test_the_role_of_a_closed_administrator_can_be_taken_away(as_person, site, world):
    with site.writer.begin() as uow:
        accounts.give_role(uow, world.accounts["karim"], Role.ADMINISTRATOR)
    admin = as_person("admin")
    page = f"/configuration/personnes/{world.accounts['karim']}"
    admin.get(page)
    admin.post(f"{page}/fermer")
    admin.get(page)
    admin.post(f"{page}/roles", {})


def test_roles_take_effect_at_once(as_person, world):
    person, admin = as_person("personne"), as_person("admin")
    person.get("/relecture/", status=403)
    page = f"/configuration/personnes/{world.accounts['personne']}"
    admin.get(page)
    admin.post(f"{page}/roles", {"roles": ["editor", "organiser"]})
    person.get("/relecture/")
    person.get("/configuration/programmes")
    admin.get(page)
    admin.post(f"{page}/roles", {"roles": "organiser"})
    person.get("/relecture/", status=403)
    person.get("/configuration/programmes")


def test_a_role_that_does_not_exist_is_not_given(as_person, world):
    admin = as_person("admin")
    page = f"/configuration/personnes/{world.accounts['personne']}"
    for roles in (["root"], ["editor", "god"], ["\x00"], ["Administrator"]):
        admin.get(page)
        admin.post(f"{page}/roles", {"roles": roles}, status=422)


def test_fields_that_no_form_has_change_nothing(as_person, session, world):
    """A profile form with a role, an address or another's id in it."""
    helene = as_person("helene")
    helene.get("/compte")
    extra = {
        "role": "administrator",
        "roles": "administrator",
        "email": "autre@exemple.test",
        "id": world.accounts["karim"],
        "password_hash": "x",
    }
    helene.post("/compte", {"name": "Hélène M.", "lang": "en", **extra})
    session.rollback()
    row = session.get(Account, world.accounts["helene"])
    assert (row.name, row.lang, row.email) == ("Hélène M.", "en", address("helene"))
    helene.get("/configuration/", status=403)
    assert session.get(Account, world.accounts["karim"]).name == "Karim"


def test_a_profile_that_cannot_be_kept_is_refused_in_words(as_person, session, world):
    helene = as_person("helene")
    for name, lang in (("", "fr"), ("  ", "fr"), ("Hélène", "de"), ("Hélène", "\x00"), ("x" * 121, "fr")):
        helene.get("/compte")
        helene.post("/compte", {"name": name, "lang": lang}, status=422)
    assert session.get(Account, world.accounts["helene"]).name == "Helene"


def test_a_mandate_that_ended_takes_its_rights_with_it(as_person, site, world, session):
    helene, organiser = as_person("helene"), as_person("organisation")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    passage = helene.last.headers["Location"]
    helene.get(passage)
    organiser.get(f"/configuration/delegations/{world.delegations['brumeval']}")
    organiser.post(f"/configuration/voix/{world.voices['helene']}/mandat", {"start": "2021-09-01", "end": "2022-06-30"})
    for path in (story, passage, f"/espace/voix/{world.voices['helene']}", f"/espace/delegations/{world.delegations['brumeval']}/parcours"):
        helene.get(path, status=404)
    helene.post(passage, {"body": "Trop tard.", "base": ""}, status=404)
    as_person("scribe").get(story, status=404)
    as_person("karim").get(story)


def test_a_successor_inherits_no_words(as_person, site, world, session):
    helene = as_person("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    passage = helene.last.headers["Location"]
    helene.get(passage)
    helene.post(passage, {"body": "Mes mots à moi.", "base": "", "prompt": ""})
    helene.post(f"{passage}/brouillon", {"body": "Un brouillon qui reste à moi.", "base": ""}, status=200)
    organiser = actor(site, world, "organisation")
    with site.writer.begin() as uow:
        voices.set_mandate(uow, organiser, world.voices["helene"], Mandate(date(2021, 9, 1), date(2022, 6, 30)))
        new = voices.seat_voice(uow, organiser, world.seats["helene"], "Paul", "maire", Mandate(date(2022, 7, 1), None))
        new.account_id = world.accounts["personne"]
    paul = as_person("personne")
    page = paul.get(passage)
    assert "Mes mots à moi." in page, "the delegation reads them"
    assert "Un brouillon qui reste à moi." not in page
    assert "celui d’une autre voix" in page
    paul.post(passage, {"body": "Réécrit.", "base": "", "prompt": ""}, status=403)
    paul.get(f"{passage}/signer")
    hashed = re.search(r"[0-9a-f]{64}", paul.last.text)
    for voice in (world.voices["helene"], new.id):
        paul.post(f"{passage}/signer", {"voice": voice, "hash": hashed[0] if hashed else ""}, status=403)
    assert session.scalars(select(Passage.voice_id)).all() == [world.voices["helene"]]


def test_a_seat_that_is_held_is_not_given_twice(as_person, world):
    organiser = as_person("organisation")
    organiser.get(f"/configuration/delegations/{world.delegations['brumeval']}")
    organiser.post(f"/configuration/sieges/{world.seats['helene']}", {"name": "Paul", "start": "2022-07-01"}, status=409)
    assert "Helene" in organiser.last.text


def test_a_mandate_that_ends_before_it_begins_is_said_beside_its_field(as_person, world):
    """And what was typed into the form is still there."""
    organiser = as_person("organisation")
    organiser.get(f"/configuration/delegations/{world.delegations['brumeval']}")
    sent = {"name": "Paul Astier", "function": "maire", "start": "2022-07-01", "end": "2021-07-01"}
    organiser.post(f"/configuration/sieges/{world.seats['helene']}", sent, status=422)
    assert "La fin est avant le début" in organiser.last.text
    assert "Paul Astier" in organiser.last.text


def test_an_invitation_goes_to_one_readable_address(as_person, site, world, session):
    """Three forms ask for an address: all three refuse what mail cannot be sent to, line ends before all."""
    voice = free_voice(site, world)
    organiser, admin = as_person("organisation"), as_person("admin")
    taken = []
    bad = ("", "pas une adresse", "a@b", "a@b.c\nBcc: tous@exemple.test", "a@b.c\r\nSubject: x", "x" * 300 + "@exemple.test", "@", "é")
    for email in bad:
        organiser.get("/configuration/territoires")
        organiser.post(f"/configuration/voix/{voice}/inviter", {"email": email}, status=None)
        taken += [("a voice", email)] if organiser.last.status_code != 422 else []
        admin.get("/configuration/personnes")
        admin.post("/configuration/personnes", {"name": "Une", "email": email, "role": "editor"}, status=None)
        taken += [("a role", email)] if admin.last.status_code != 422 else []
        organiser.get(f"/configuration/delegations/{world.delegations['valcendre']}")
        organiser.post(f"/configuration/sieges/{world.seats['autre_maud']}", {"name": "Paul", "email": email or "x"}, status=None)
        taken += [("a seat", email)] if organiser.last.status_code != 422 else []
    assert taken == []
    assert session.scalars(select(Invitation.id)).all() == []


def test_the_audit_knows_who_came_in_without_keeping_names(site, world, session, new_browser):
    new_browser().sign_in("helene")
    row = session.scalars(select(AuditEntry).where(AuditEntry.verb == "account.sign_in")).one()
    assert row.subject_id == world.accounts["helene"]
    assert "helene" not in str(row.facts)


def test_a_link_in_a_mail_begins_with_the_site_s_own_address(app, session):
    """Whatever the request said about its host."""
    client = app.test_client()
    page = client.get("/connexion/lien", headers={"Host": "mechant.example"})
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    headers = {"Host": "mechant.example", "X-Forwarded-Host": "mechant.example", "Forwarded": "host=mechant.example"}
    client.post("/connexion/lien", data={"email": address("helene"), "csrf_token": token}, headers=headers)
    body = session.scalars(select(MailMessage.body)).one()
    assert "mechant.example" not in body
    assert "http://127.0.0.1:8000/connexion/lien/" in body


def test_the_name_of_an_account_is_only_text_wherever_it_is_shown(as_person, site, world, session):
    nasty = "<script>alert(1)</script>"
    with site.writer.begin() as uow:
        uow.session.execute(update(Account).where(Account.id == world.accounts["helene"]).values(name=nasty))
    for name, path in (("helene", "/espace/"), ("helene", "/compte"), ("admin", "/configuration/personnes")):
        page = as_person(name).get(path)
        assert nasty not in page
        assert "&lt;script&gt;" in page


def test_naming_a_scribe_needs_an_account_that_exists(as_person, world):
    helene = as_person("helene")
    path = f"/espace/voix/{world.voices['helene']}"
    helene.get(path)
    for email, status in (("inconnue@exemple.test", 422), (address("helene"), 422), ("x", 422), (address("karim"), 303), ("", 303)):
        helene.post(f"{path}/scribe", {"email": email}, status=status)
    as_person("scribe").get(f"/espace/recits/{world.stories['legumerie']}", status=404)


def test_addresses_cannot_be_tried_one_after_the_other_as_scribes(as_person, world):
    helene = as_person("helene")
    path = f"/espace/voix/{world.voices['helene']}"
    helene.get(path)
    for number in range(LOOKUPS_PER_ACCOUNT):
        answer = helene.post(f"{path}/scribe", {"email": f"inconnue{number}@exemple.test"}, status=422)
        assert "Personne n’a de compte" in answer.text
    page = helene.post(f"{path}/scribe", {"email": address("karim")}, status=422)
    assert "Trop d’adresses essayées" in page.text
    helene.post(f"{path}/scribe", {"email": ""}, status=303)


def test_a_request_for_a_link_takes_as_long_whether_or_not_somebody_has_the_address(app, new_browser):
    for email in (address("helene"), "inconnue@exemple.test"):
        person = new_browser()
        person.get("/connexion/lien")
        started = time.monotonic()
        person.post("/connexion/lien", {"email": email}, status=200)
        assert time.monotonic() - started >= LINK_ANSWER_SECONDS


def test_days_and_hours_are_those_of_the_site_s_time_zone(site, world, as_person, clock):
    """22 h 30 in UTC is half past midnight in Paris: the date is the next one, and a mandate that ended on the day before is over."""
    clock.now = datetime(2026, 7, 14, 22, 0, tzinfo=UTC)
    with site.writer.begin() as uow:
        voices.set_mandate(uow, actor(site, world, "admin"), world.voices["karim"], Mandate(None, date(2026, 7, 14)))
    helene = as_person("helene")
    path = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(path)
    helene.post(f"{path}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    passage = helene.last.headers["Location"]
    helene.get(passage)
    clock.now = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)
    kept = helene.post(f"{passage}/brouillon", {"body": "Tard.", "base": ""}, status=200)
    assert kept.json["at"].replace("\u00a0", " ") == "15 juillet 2026 à 0 h 30"
    as_person("karim").get(path, status=404)
