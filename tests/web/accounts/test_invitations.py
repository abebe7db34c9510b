"""Invitations: once, in time, for one person, and for one address."""

import threading

from sqlalchemy import select

from app.db.models import Account, Voice
from app.kernel.access import Role
from tests.conftest import Browser
from tests.factories import PASSWORD, address
from tests.web.accounts.helpers import NEW, free_voice, invite


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
