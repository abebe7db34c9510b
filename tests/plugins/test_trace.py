"""`recits plugin trace` shows whose code answers a page, in which order and time; it changes nothing."""

import re
import time

import pytest
from click.testing import CliRunner
from flask import Blueprint
from sqlalchemy import func, select, text

from app.cli.author.trace import CannotTrace, trace
from app.cli.main import Makers, recits
from app.db.models import AccountSession, AuditEntry
from app.hooks.calls import CALLS
from app.sdk import SlotItem, Tile, public, reader, signed_in
from app.sdk_testing import fake_plugin, installed_with


def slow(_session, _context):
    time.sleep(0.02)
    return {"told": "lentement"}


def broken(_session, _context):
    raise ZeroDivisionError("on purpose")


def never_asked(*_arguments):
    raise AssertionError("a plugin that is off was asked")


def pages() -> Blueprint:
    blueprint = Blueprint("lente", __name__)

    @blueprint.get("/page")
    @public
    def page():
        return "une page"

    @blueprint.get("/mienne")
    def mine():
        return signed_in().name

    @blueprint.get("/ecrit")
    @public
    def writes():
        reader().execute(text("DELETE FROM audit_entry"))
        reader().commit()
        return "c’est fait"

    @blueprint.get("/casse")
    @public
    def breaks():
        raise ZeroDivisionError("on purpose")

    return blueprint


@pytest.fixture
def site(tmp_path):
    templates = tmp_path / "lente" / "templates"
    templates.mkdir(parents=True)
    (templates / "told.html").write_text("<p>{{ told }}</p>", encoding="utf-8")
    fakes = [
        fake_plugin(
            "lente",
            folder=tmp_path / "lente",
            register_blueprints=lambda: [pages()],
            register_slot_items=lambda: [SlotItem("dit", order=20, slot="home.foot", template="lente/told.html", facts=slow)],
            register_tiles=lambda: [
                Tile("mien", title="Mien", template="lente/told.html", facts=lambda _session, _actor: {"told": "à vous"})
            ],
        ),
        fake_plugin(
            "cassee",
            folder=tmp_path / "lente",
            register_slot_items=lambda: [SlotItem("casse", order=10, slot="home.foot", template="cassee/told.html", facts=broken)],
        ),
        fake_plugin(
            "eteinte",
            folder=tmp_path / "lente",
            register_slot_items=lambda: [SlotItem("x", slot="home.foot", template="eteinte/told.html", facts=never_asked)],
        ),
    ]
    with installed_with(tmp_path / "site", *fakes) as site:
        site.enable("lente", "cassee")
        yield site


def test_it_shows_who_answered_in_order_with_times_and_faults(site):
    seen = trace(site.app, "/")
    assert [(call.hook, call.owner, call.name) for call in seen.calls] == [
        ("register_slot_items", "cassee", "casse"),
        ("register_slot_items", "lente", "dit"),  # its facts and its template are one question
    ]
    assert "ZeroDivisionError: on purpose" in seen.calls[0].fault
    assert 20 <= seen.calls[1].milliseconds < seen.milliseconds
    lines = list(seen.lines())
    assert lines[0] == "GET / → 200"
    assert re.fullmatch(r" +\d+\.\d\d ms  register_slot_items  cassee:casse  ! ZeroDivisionError: on purpose", lines[1])
    assert re.fullmatch(r" +\d+\.\d\d ms  total", lines[-1])


def test_a_plugins_view_is_a_call_too(site):
    seen = trace(site.app, "http://127.0.0.1:8000/lente/page")
    assert [(call.hook, call.name) for call in seen.calls] == [("view", "lente.page")]


def test_a_view_that_raises_is_named_for_the_health_page(site):
    assert trace(site.app, "/lente/casse").status == 500
    fault = CALLS.faults()[0]
    assert (fault.owner, fault.hook, fault.name) == ("lente", "view", "lente.breaks")


def test_it_reads_as_somebody_without_a_session(site):
    assert trace(site.app, "/lente/mienne").status == 302
    with site.reading() as session:
        before = session.scalar(select(func.count(AccountSession.id)))
    seen = trace(site.app, "/espace/", "member@exemple.test")
    assert seen.status == 200
    assert "register_tiles" in {call.hook for call in seen.calls}
    with site.reading() as session:
        assert session.scalar(select(func.count(AccountSession.id))) == before


def test_nothing_is_written_even_by_a_page_that_tries(site):
    with site.reading() as session:
        before = session.scalar(select(func.count(AuditEntry.seq)))
    assert trace(site.app, "/lente/ecrit").status == 503
    with site.reading() as session:
        assert before
        assert session.scalar(select(func.count(AuditEntry.seq))) == before
    site.make_story()  # and the site writes again afterwards


@pytest.mark.parametrize(("url", "email"), [("https://ailleurs.example/", ""), ("recits", ""), ("/", "personne@nulle.part")])
def test_what_cannot_be_traced_is_said(site, url, email):
    with pytest.raises(CannotTrace):
        trace(site.app, url, email)


def test_the_command_prints_the_trace(site):
    makers = Makers(lambda: site.app, list)
    done = CliRunner().invoke(recits, ["plugin", "trace", "/"], obj=makers)
    assert done.exit_code == 0, done.output
    assert "lente:dit" in done.output
    assert CliRunner().invoke(recits, ["plugin", "trace", "ftp://x/"], obj=makers).exit_code == 1
