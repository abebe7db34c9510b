"""Passwords and links by mail: one answer for known and unknown addresses, and a limit on attempts."""

import re

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select

from app.db.models import Account, SignInLink
from app.kernel.access import Role
from app.services.accounts import passwords
from tests.conftest import COSTLY_DECOY
from tests.factories import PASSWORD, address
from tests.web.accounts.helpers import NEW, invite, last_link


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
    with site.writer.begin() as uow:  # at the price that a site pays, not at that of the tests
        uow.session.query(Account).filter_by(email=address("helene")).one().password_hash = PasswordHasher().hash(PASSWORD)
    verified = []
    real = passwords._hasher

    class Counting:
        def verify(self, stored, password):
            verified.append(stored)
            return real.verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    monkeypatch.setattr(passwords, "_DECOY", COSTLY_DECOY)
    for email in (address("helene"), "inconnue@exemple.test"):
        assert passwords.check_password(session, email, "pas le bon") is None
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


def test_a_guess_of_a_password_costs_what_it_should():
    """The tests' own passwords are cheap (tests/conftest.py); what stands for an unknown address was made before, at the price that a site pays."""
    assert COSTLY_DECOY.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    with pytest.raises(VerifyMismatchError):  # not InvalidHashError, which would be said at once
        PasswordHasher().verify(COSTLY_DECOY, "un mot de passe")
