"""Closed accounts, roles, mandates and scribes: what they give, and what ends with them."""

import re
import time
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from app.db.models import Account, AuditEntry, Invitation, MailMessage, Passage
from app.kernel.access import Role
from app.kernel.errors import NotFound
from app.kernel.voice import Mandate
from app.services import accounts, voices
from app.services.accounts import LOOKUPS_PER_ACCOUNT
from app.web.account import LINK_ANSWER_SECONDS
from tests.factories import PASSWORD, actor, address
from tests.web.accounts.helpers import free_voice, last_link


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
    assert "Vous pouvez le commenter ou suggérer, pas le réécrire." in page
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


def test_only_somebody_with_a_voice_may_ask_who_has_an_address(site, world):
    for name, answers in (("helene", True), ("scribe", False), ("personne", False), ("editrice", False)):
        with site.writer.begin() as uow:
            if answers:
                assert accounts.find_by_address(uow, site.signer, actor(site, world, name), address("karim")) == world.accounts["karim"]
                continue
            with pytest.raises(NotFound):
                accounts.find_by_address(uow, site.signer, actor(site, world, name), address("karim"))
