"""Types of content that a plugin brings into the tree: chosen, written, published, readable when the plugin is off or fails, kept byte for byte."""

import re
from types import ModuleType

import pytest
from sqlalchemy import select
from wtforms import SelectField, StringField

from app.db.models import PageText, PageVersion
from app.factory import create_app
from app.hooks.calls import CALLS
from app.hooks.contracts import ContentType, Manifest
from app.hooks.manager import Candidate
from app.hooks.specs import hookimpl
from app.services import plugins
from app.services.verify import verify_site
from app.web.forms import BaseForm
from tests.conftest import Browser, close_engines, settings_for
from tests.web.test_pages import PAGES, field

TEMPLATE = """{% extends "reading/page.html" %}{% block beside %}<p id="sheet">{{ facts.words }}</p>{% endblock %}"""


class SheetForm(BaseForm):
    goal = StringField("But")


def sheets(**more: object) -> Candidate:
    """Returns a plugin that brings one type, whose parts may be replaced."""
    parts = {
        "title": "Fiche",
        "plural": "Fiches",
        "form": lambda: SheetForm,
        "template": "fiches/sheet.html",
        "facts": lambda _session, data: {"words": f"But : {data['goal']}"},
        "text": lambda _session, data: f"Le but de cette fiche : {data['goal']}",
        **more,
    }

    def load() -> ModuleType:
        module = ModuleType("fiches.plugin")
        module.MANIFEST = Manifest("fiches", "Fiches", "Des fiches dans l’arbre.", "1.0", 1)
        module.register_content_types = hookimpl(lambda: [ContentType("sheet", **parts)])
        return module

    return Candidate("fiches", load)


@pytest.fixture
def site_with(home, monkeypatch):
    """Returns a function that makes an application with the plugin of the type, on; closes it at the end."""
    apps = []

    def make(candidate: Candidate):
        folder = home / "distribution" / "fiches"
        (folder / "templates").mkdir(parents=True, exist_ok=True)
        (folder / "templates" / "sheet.html").write_text(TEMPLATE, encoding="utf-8")

        def installed() -> ModuleType:
            module = candidate.load()
            module.__file__ = str(folder / "plugin.py")
            return module

        monkeypatch.setattr("app.factory.find_plugins", lambda: [Candidate("fiches", installed)])
        app = create_app(settings_for(home))
        app.testing = False
        site = app.extensions["recits"]
        with site.writer.begin() as uow:
            plugins.set_enabled(uow, None, site.plugins, "fiches", True)
        apps.append(app)
        return app

    yield make
    for app in apps:
        close_engines(app)


def switch(app, on: bool) -> None:
    site = app.extensions["recits"]
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "fiches", on)


def write_sheet(admin: Browser, goal: str = "replanter la haie") -> str:
    """Makes and publishes a sheet by form; returns the address of its form."""
    page = admin.get(f"{PAGES}/nouvelle")
    assert "Fiche" in page
    admin.post(f"{PAGES}/nouvelle", {"title": "La haie", "lang": "fr", "parent": "", "type": "fiches:sheet", "slug": ""})
    path = admin.last.headers["Location"]
    page = admin.follow()
    assert 'name="goal"' in page
    admin.post(path, {"title": "La haie", "standfirst": "", "body": "Un texte.", "goal": goal, "base": field(page, "base")})
    overview = path.rsplit("/", 1)[0]
    admin.post(f"{path}/publier", {"hash": field(admin.get(overview), "hash")})
    return path


def test_a_type_of_a_plugin_lives_in_the_tree(site_with, session):
    app = site_with(sheets())
    admin, reader = Browser(app.test_client()).sign_in("admin"), Browser(app.test_client())
    path = write_sheet(admin)
    page = reader.get("/la-haie")
    assert '<p id="sheet">But : replanter la haie</p>' in page
    assert "Un texte." in page
    switch(app, False)
    page = reader.get("/la-haie")
    assert 'id="sheet"' not in page
    assert "Le but de cette fiche\u00a0: replanter la haie" in page
    assert "Un texte." in page
    page = admin.get(path)
    assert "L’extension qui a fait cette page est désactivée, ou en défaut." in page
    assert 'name="goal"' not in page
    admin.post(path, {"title": "La haie du bourg", "standfirst": "", "body": "Un autre texte.", "base": field(page, "base")})
    version = session.get_one(PageVersion, session.scalar(select(PageText.version_id).where(PageText.page_id == path.split("/")[3])))
    assert (version.data, version.alternative) == ({"goal": "replanter la haie"}, "Le but de cette fiche : replanter la haie")
    assert verify_site(session).faults == ()
    switch(app, True)
    assert "replanter la haie" in field(admin.get(path), "body") or 'value="replanter la haie"' in admin.last.text
    assert 'id="sheet"' in reader.get("/la-haie")


def _raise(*_arguments: object) -> None:
    raise RuntimeError("boum")


def test_a_type_that_fails_leaves_the_page_readable(site_with):
    app = site_with(sheets())
    admin, reader = Browser(app.test_client()).sign_in("admin"), Browser(app.test_client())
    write_sheet(admin)
    broken = site_with(sheets(facts=_raise))
    page = Browser(broken.test_client()).get("/la-haie")
    assert "Le but de cette fiche\u00a0: replanter la haie" in page
    assert reader.get("/la-haie")


def test_a_type_whose_words_fail_saves_nothing_and_gives_the_words_back(site_with, session):
    app = site_with(sheets())
    path = write_sheet(Browser(app.test_client()).sign_in("admin"))
    broken = site_with(sheets(text=_raise))
    admin = Browser(broken.test_client()).sign_in("admin")
    page = admin.get(path)
    admin.post(path, {"title": "La haie", "body": "Des mots à garder.", "goal": "autre", "base": field(page, "base")}, status=503)
    assert "rien n’est enregistré" in admin.last.text
    assert field(admin.last.text, "body") == "Des mots à garder."
    assert re.search(r'name="goal"[^>]*value="autre"', admin.last.text)
    assert not session.scalar(select(PageVersion.id).where(PageVersion.plain == "Des mots à garder."))


class Late:
    """Facts that fail only as they are read."""

    @property
    def words(self) -> str:
        raise RuntimeError("boum")

    def __iter__(self):
        yield "a"
        raise RuntimeError("boum")

    def __str__(self) -> str:
        return "".join(self)


def test_facts_that_fail_as_the_template_reads_them_leave_the_page_readable(site_with):
    admin = Browser(site_with(sheets()).test_client()).sign_in("admin")
    write_sheet(admin)
    broken = site_with(sheets(facts=lambda _session, _data: {"words": Late()}))
    page = Browser(broken.test_client()).get("/la-haie")
    assert 'id="sheet"' not in page
    assert "Le but de cette fiche\u00a0: replanter la haie" in page
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("fiches", "register_content_types")


class LateForm(SheetForm):
    kind = SelectField("Genre", choices=_raise)


class PickyForm(SheetForm):
    def validate(self, *_arguments: object, **_named: object) -> bool:
        raise RuntimeError("boum")


class UnmadeForm(SheetForm):
    def __init__(self, *_arguments: object, **_named: object) -> None:
        raise RuntimeError("boum")


@pytest.mark.parametrize("form", [lambda: LateForm, lambda: UnmadeForm, _raise])
def test_a_form_that_cannot_be_shown_loses_nothing_of_what_it_held(site_with, session, form):
    path = write_sheet(Browser(site_with(sheets()).test_client()).sign_in("admin"))
    admin = Browser(site_with(sheets(form=form)).test_client()).sign_in("admin")
    page = admin.get(path)
    assert "désactivée, ou en défaut" in page
    assert 'name="goal"' not in page
    admin.post(path, {"title": "La haie du bourg", "standfirst": "", "body": "Un autre texte.", "base": field(page, "base")})
    version = session.get_one(PageVersion, session.scalar(select(PageText.version_id).where(PageText.page_id == path.split("/")[3])))
    assert version.title == "La haie du bourg"
    assert (version.data, version.alternative) == ({"goal": "replanter la haie"}, "Le but de cette fiche : replanter la haie")
    assert CALLS.faults()[0].owner == "fiches"


def test_a_form_that_cannot_be_asked_saves_nothing_and_gives_the_words_back(site_with):
    path = write_sheet(Browser(site_with(sheets()).test_client()).sign_in("admin"))
    admin = Browser(site_with(sheets(form=lambda: PickyForm)).test_client()).sign_in("admin")
    page = admin.get(path)
    admin.post(path, {"title": "La haie", "body": "Des mots à garder.", "goal": "autre", "base": field(page, "base")}, status=503)
    assert "Des mots à garder." in admin.last.text
    assert "autre" not in admin.get(path)
