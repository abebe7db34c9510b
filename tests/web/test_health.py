"""The health page, the command and the probe: what is wrong is named with what to do, extensions' checks cannot break them, and the public learns nothing."""

import dataclasses
from collections import namedtuple
from datetime import timedelta

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db.models import JobRun, MailMessage, PluginState
from app.hooks.contracts import Check, CheckResult
from app.services import health, identity
from app.services.plugins.suspensions import suspend
from app.services.verify import VerifyReport
from tests.conftest import Browser
from tests.services.plugins.conftest import switch
from tests.web.bad_input.test_plugins import app_with, plugin  # noqa: F401  # the fixture is used by its name

PAGE = "/configuration/sante"


def found_in(site, lang: str = "fr") -> dict[str, health.Finding]:
    with Session(site.engine) as session:
        return {finding.title: finding for finding in health.check_site(site, session, site.snapshots.current(session), lang)}


def level_of(site, title: str) -> str:
    return found_in(site)[title].level


def test_a_new_site_is_told_what_is_missing_and_what_is_well(site):
    found = found_in(site)
    assert found["Mentions légales"].level == "warning"
    assert found["Mentions légales"].address == "/configuration/identite"
    assert found["Empreintes et journal"].level == "warning"
    assert {found[title].level for title in ("Base de données", "Extensions", "Couleurs", "Travaux réguliers", "Liens du site")} == {"ok"}
    assert "error" not in {finding.level for finding in found.values()}


def test_every_sentence_has_its_english(site):
    for french, english in zip(found_in(site).values(), found_in(site, "en").values(), strict=True):
        assert french.title != english.title or french.title in ("Extensions",)
        assert french.words != english.words


def test_what_was_put_right_is_well(site):
    with site.writer.begin() as uow:
        details = {"publisher": "Une association", "director": "Une personne", "host": "Un hébergeur", "contact_email": "a@exemple.test"}
        identity.save_details(uow, None, details)
        health.note_verified(uow, VerifyReport(12, ()))
    assert [level_of(site, title) for title in ("Mentions légales", "Accessibilité", "Empreintes et journal")] == ["ok", "ok", "ok"]


@pytest.mark.parametrize(("days", "faults", "level"), [(0, ("passage revision x",), "error"), (40, (), "warning"), (1, (), "ok")])
def test_an_old_or_bad_verification_is_said(site, days, faults, level):
    with site.writer.begin() as uow:
        uow.now -= timedelta(days=days)
        health.note_verified(uow, VerifyReport(12, faults))
    assert level_of(site, "Empreintes et journal") == level


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"attempts": 8, "error": "refused"}, "error"),
        ({"attempts": 2, "error": "refused"}, "warning"),
        ({"attempts": 0, "age": 60}, "warning"),
        ({"attempts": 0, "age": 0}, "ok"),
    ],
)
def test_mail_that_does_not_leave_is_said(site, fields, level):
    age = timedelta(minutes=fields.pop("age", 0))
    with site.writer.begin() as uow:
        uow.session.execute(delete(MailMessage))
        uow.session.add(MailMessage(recipient="a@exemple.test", subject="x", body="y", created_at=uow.now - age, **fields))
    assert level_of(site, "Courrier") == level


@pytest.mark.parametrize(("free", "level"), [(100 * 2**20, "error"), (600 * 2**20, "warning"), (50 * 2**30, "ok")])
def test_a_full_disk_is_said_before_it_is_full(site, monkeypatch, free, level):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: usage(2**40, 0, free))
    assert level_of(site, "Place sur le disque") == level


@pytest.mark.parametrize(
    ("row", "level"),
    [({"error": "RuntimeError: non"}, "warning"), ({"error": "", "age": 3}, "warning"), ({"error": "", "ended": True}, "ok")],
)
def test_a_job_that_did_not_succeed_is_said(site, row, level):
    with site.writer.begin() as uow:
        started = uow.now - timedelta(hours=row.get("age", 0))
        uow.session.add(JobRun(name="alpha:ronde", started_at=started, ended_at=uow.now if row.get("ended") else None, error=row["error"]))
    assert level_of(site, "Travaux réguliers") == level


def test_production_asks_for_more(site):
    strict = dataclasses.replace(site, settings=dataclasses.replace(site.settings, production=True, base_url="http://exemple.test"))
    found = found_in(strict)
    assert {title for title, finding in found.items() if finding.level == "error"} == {"Adresse publique", "Mentions légales"}
    exposed = dataclasses.replace(site, settings=dataclasses.replace(site.settings, base_url="https://exemple.test"))
    assert level_of(exposed, "Secret et mode de service") == "error"


def test_an_extension_without_its_code_or_with_a_suspended_call_is_said(app_with):  # noqa: F811  # the fixture
    site = app_with(plugin("alpha")).extensions["recits"]
    switch(site, "alpha", True)
    assert level_of(site, "Extensions") == "ok"
    with site.writer.begin() as uow:
        suspend(uow, "register_tiles alpha:x", "alpha", "hang")
    assert level_of(site, "Extensions") == "error"
    with site.writer.begin() as uow:
        uow.session.add(PluginState(name="partie", enabled=True, version="1", changed_at=uow.now))
    assert "partie" in found_in(site)["Extensions"].words


# — checks that extensions bring —


class Mute:
    """Words that cannot be said."""

    def __str__(self) -> str:
        raise RuntimeError("muette")


BAD_CHECKS = {
    "raises": lambda _session: 1 / 0,
    "exits": lambda _session: (_ for _ in ()).throw(SystemExit(3)),
    "returns nothing": lambda _session: None,
    "returns another level": lambda _session: CheckResult("catastrophe", "x"),
    "has broken words": lambda _session: CheckResult("ok", Mute()),
    "breaks its query": lambda session: session.execute(text("SELECT nothing FROM nowhere")),
}


@pytest.mark.parametrize("kind", BAD_CHECKS)
def test_a_check_that_fails_is_its_extension_s_error_and_the_others_are_made(app_with, kind):  # noqa: F811
    checks = [
        Check("bad", title="Mauvaise", run=BAD_CHECKS[kind], order=1),
        Check("good", title="Bonne", run=lambda _session: CheckResult("warning", "Il pleut."), order=2),
    ]
    found = app_with(plugin("alpha", register_checks=lambda: checks))
    switch(found.extensions["recits"], "alpha", True)
    page = Browser(found.test_client()).sign_in("admin").get(PAGE)
    assert "Il pleut." in page
    assert "c’est une faute de l’extension" in page
    assert "Vérifications de santé" in page, "the fault is named beside"
    assert page.index("Mauvaise") < page.index("Bonne")


def test_a_check_of_an_extension_that_is_off_is_not_made(app_with):  # noqa: F811
    asked = []
    check = Check("c", title="Curieuse", run=lambda _session: asked.append(1) or CheckResult("ok", "x"))
    found = app_with(plugin("alpha", register_checks=lambda: [check]))
    assert "Curieuse" not in Browser(found.test_client()).sign_in("admin").get(PAGE)
    assert asked == []


def test_a_suspended_check_is_said_and_not_made(app_with):  # noqa: F811
    check = Check("c", title="Lente", run=lambda _session: pytest.fail("asked"))
    found = app_with(plugin("alpha", register_checks=lambda: [check]))
    site = found.extensions["recits"]
    switch(site, "alpha", True)
    with site.writer.begin() as uow:
        suspend(uow, "register_checks alpha:c", "alpha", "hang")
    assert found_in(site)["Lente"].level == "warning"


# — for machines —


def test_the_probe_says_ok_and_nothing_else(browser):
    answer = browser.client.get("/sante")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok\n", "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_probe_answers_503_without_a_database_or_with_another_schema(app, monkeypatch):
    client = app.test_client()

    def away(_connection):
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr("app.web.identity.schema_status", away)
    assert (client.get("/sante").status_code, client.get("/sante").text) == (503, "not ready\n")
    monkeypatch.setattr("app.web.identity.schema_status", lambda _connection: namedtuple("status", "state")("behind"))
    assert client.get("/sante").status_code == 503
