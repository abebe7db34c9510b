"""The extensions pages: every state has its words, its next step and its counts; the extensions' own code is not asked, and cannot break them."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form, IntegerField, StringField
from wtforms.validators import NumberRange

from app.db.models import AccountRole, AuditEntry, PluginSetting, PluginState
from app.factory import create_app
from app.hooks.contracts import Permission, RoleOffer, SettingsPage
from app.hooks.installed import stamp_of
from app.hooks.manager import Candidate
from app.services.installed_code import InstalledCode, NewCode, note_installed, seal_of
from app.services.plugin_settings import read_settings
from app.services.plugins.suspensions import suspend
from tests.conftest import Browser, close_engines, settings_for
from tests.hostile.making import found_in, write_plugin
from tests.services.plugins.conftest import switch
from tests.web.bad_input.test_plugins import app_with, failing, plugin  # noqa: F401  # the fixture is used by its name

LIST = "/configuration/extensions"


class Reminders(Form):
    days = IntegerField("Jours", [NumberRange(1, 90)])
    words = StringField("Mots")


def page_of(form=lambda: Reminders, **more) -> SettingsPage:
    return SettingsPage("rappels", title="Rappels", description="Quand rappeler.", form=form, defaults={"days": 7, "words": ""}, **more)


def with_settings(**more):
    return plugin("alpha", register_settings=lambda: [page_of(**more)])


def admin_of(found) -> Browser:
    return Browser(found.test_client()).sign_in("admin")


def site_of(found):
    return found.extensions["recits"]


def row_of(page: str, name: str) -> str:
    """The part of the list that is about one extension."""
    return page.split(f'href="{LIST}/{name}"', 1)[1].split("</tr>", maxsplit=1)[0]


def test_each_state_has_its_word_and_its_step(app_with):  # noqa: F811  # the fixture
    found = app_with(plugin("alpha"), plugin("beta"), failing("gamma", RuntimeError("boum")))
    site = site_of(found)
    switch(site, "alpha", True)
    with site.writer.begin() as uow:
        uow.session.add(PluginState(name="partie", enabled=True, version="3", changed_at=uow.now))
    page = admin_of(found).get(LIST)
    assert "active" in row_of(page, "alpha") and f"{LIST}/alpha/desactiver" in row_of(page, "alpha")  # noqa: PT018  # one row
    assert "inactive" in row_of(page, "beta") and f"{LIST}/beta/activer" in row_of(page, "beta")  # noqa: PT018
    assert "boum" in row_of(page, "gamma") and "en défaut" in row_of(page, "gamma")  # noqa: PT018
    assert "code absent" in row_of(page, "partie")


def test_an_upgrade_is_announced_and_finished_by_switching_on_again(app_with):  # noqa: F811
    found = app_with(plugin("alpha"))
    site = site_of(found)
    switch(site, "alpha", True)
    with site.writer.begin() as uow:
        uow.session.get_one(PluginState, "alpha").version = "0.9"
    admin = admin_of(found)
    assert "mise à niveau à finir" in row_of(admin.get(LIST), "alpha")
    assert "Activée en 0.9" in admin.get(f"{LIST}/alpha")
    admin.post(f"{LIST}/alpha/activer")
    assert "mise à niveau" not in admin.get(LIST)


def test_switching_off_says_first_what_will_wait_and_deletes_nothing(app_with):  # noqa: F811
    found = app_with(with_settings())
    site = site_of(found)
    switch(site, "alpha", True)
    admin = admin_of(found)
    assert "Rien ne dormira" in admin.get(f"{LIST}/alpha/desactiver")
    admin.get(f"{LIST}/alpha/reglages/rappels")
    admin.post(f"{LIST}/alpha/reglages/rappels", {"r-days": "12", "r-words": "Bonjour"})
    page = admin.get(f"{LIST}/alpha/desactiver")
    assert "1 page de réglages" in page and "Rien n’est effacé" in page  # noqa: PT018
    admin.post(f"{LIST}/alpha/desactiver")
    dormant = admin.get(f"{LIST}/alpha/reglages/rappels")
    assert "dorment" in dormant and "Bonjour" in dormant and 'name="r-days"' not in dormant  # noqa: PT018
    admin.post(f"{LIST}/alpha/reglages/rappels", {"r-days": "50"}, status=422)
    switch(site, "alpha", True)
    assert 'value="12"' in admin.get(f"{LIST}/alpha/reglages/rappels")


def test_settings_are_validated_saved_and_recorded_by_name_alone(app_with):  # noqa: F811
    found = app_with(with_settings())
    site = site_of(found)
    switch(site, "alpha", True)
    admin = admin_of(found)
    address = f"{LIST}/alpha/reglages/rappels"
    assert "Rappels" in admin.get("/configuration/")
    admin.get(address)
    admin.post(address, {"r-days": "400", "r-words": "Mes mots"}, status=422)
    assert 'value="Mes mots"' in admin.last.text and "r-days-error" in admin.last.text  # noqa: PT018
    admin.post(address, {"r-days": "30", "r-words": "Mes mots"})
    with Session(site.engine) as session:
        assert read_settings(session, "alpha", page_of()) == {"days": 30, "words": "Mes mots"}
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "plugin.set")).one()
        assert entry.facts == {"page": "rappels", "changed": ["days", "words"]}


def test_settings_ask_for_the_permission_that_their_page_names(app_with):  # noqa: F811
    found = app_with(with_settings(permission="story.review"))
    switch(site_of(found), "alpha", True)
    address = f"{LIST}/alpha/reglages/rappels"
    Browser(found.test_client()).sign_in("editrice").get(address)
    admin_of(found).get(address, status=403)
    Browser(found.test_client()).sign_in("helene").get(address, status=403)


def broken_words():
    raise RuntimeError("pas de mots")


class BadValidator(Form):
    days = IntegerField("Jours", [lambda _form, _field: 1 / 0])


class Mute:
    """Words that cannot be said."""

    def __str__(self) -> str:
        raise RuntimeError("muette")


class BadLabel(Form):
    days = IntegerField(Mute())


@pytest.mark.parametrize(
    "form", [broken_words, lambda: object, lambda: 1 / 0, lambda: BadLabel], ids=["raises", "no form", "divides", "label"]
)
def test_a_form_that_cannot_be_made_says_so_on_its_own_page(app_with, form):  # noqa: F811
    found = app_with(with_settings(form=form))
    site = site_of(found)
    with site.writer.begin() as uow:
        uow.session.add(PluginSetting(owner="alpha", page="rappels", data={"days": 3}, changed_at=uow.now))
    switch(site, "alpha", True)
    admin = admin_of(found)
    page = admin.get(f"{LIST}/alpha/reglages/rappels")
    assert "n’a pas pu montrer ses champs" in page
    assert '<td data-l="Valeur">3</td>' in page, "what was saved is still shown"
    admin.post(f"{LIST}/alpha/reglages/rappels", {"r-days": "5"}, status=None)
    assert admin.last.status_code in (422, 303)
    for path in ("/configuration/", LIST, f"{LIST}/alpha", "/"):
        admin.get(path)


def test_a_validator_that_raises_keeps_what_was_saved(app_with):  # noqa: F811
    found = app_with(with_settings(form=lambda: BadValidator))
    switch(site_of(found), "alpha", True)
    admin = admin_of(found)
    admin.get(f"{LIST}/alpha/reglages/rappels")
    admin.post(f"{LIST}/alpha/reglages/rappels", {"r-days": "5"}, status=422)
    with Session(site_of(found).engine) as session:
        assert session.get(PluginSetting, ("alpha", "rappels")) is None


def test_suspended_calls_are_named_and_resumed(app_with):  # noqa: F811
    found = app_with(plugin("alpha"))
    site = site_of(found)
    switch(site, "alpha", True)
    with site.writer.begin() as uow:
        suspend(uow, "register_tiles alpha:encart", "alpha", "hang")
    admin = admin_of(found)
    assert "1 appel" in admin.get(LIST) or "Un appel est suspendu" in admin.get(LIST)
    page = admin.get(f"{LIST}/alpha")
    assert "register_tiles alpha:encart" in page and "ne répondait plus" in page  # noqa: PT018
    admin.post(f"{LIST}/alpha/reprendre")
    assert "suspendu" not in admin.get(LIST)


def test_purging_wants_the_name_and_writes_the_export_first(app_with):  # noqa: F811
    found = app_with(with_settings())
    site = site_of(found)
    switch(site, "alpha", True)
    with site.writer.begin() as uow:
        uow.session.add(PluginSetting(owner="alpha", page="rappels", data={"days": 3}, changed_at=uow.now))
    admin = admin_of(found)
    admin.get(f"{LIST}/alpha/purger", status=409)
    switch(site, "alpha", False)
    page = admin.get(f"{LIST}/alpha/purger")
    assert "les réglages « rappels »" in page or "rappels" in page
    admin.post(f"{LIST}/alpha/purger", {"typed": "beta"}, status=422)
    with Session(site.engine) as session:
        assert session.get(PluginSetting, ("alpha", "rappels")) is not None
    admin.post(f"{LIST}/alpha/purger", {"typed": "alpha"})
    with Session(site.engine) as session:
        assert session.get(PluginSetting, ("alpha", "rappels")) is None
    (export,) = (site.settings.home / "exports").iterdir()
    assert '"days": 3' in export.read_text(encoding="utf-8")
    assert export.name in admin.get(LIST)


@pytest.mark.parametrize("name", ["nothing", "%00", "..", "é", "a" * 300])
def test_an_extension_that_does_not_exist_is_not_found(as_person, name):
    admin = as_person("admin")
    for path in ("", "/desactiver", "/purger", "/reglages/x"):
        admin.get(f"{LIST}/{name}{path}", status=404)
    for path in ("/migrer", "/reprendre", "/purger"):
        admin.post(f"{LIST}/{name}{path}", {"typed": name}, status=404)


def test_the_shipped_extension_says_what_it_brings(as_person, site):
    switch(site, "communication", True)
    page = as_person("admin").get(f"{LIST}/communication")
    for words in ("Questions d’écriture", "Formes de récit", "/communication/", "communication_prompt"):
        assert words in page


# — newer code than the workers run —


def test_newer_code_is_announced(app_with, monkeypatch):  # noqa: F811
    found = app_with(plugin("alpha"))
    admin = admin_of(found)
    assert "plus récent" not in admin.get(LIST)
    monkeypatch.setattr(InstalledCode, "newer", lambda _self: NewCode(changed=("alpha",), appeared=("beta",)))
    page = admin.get(LIST)
    assert "Code changé : alpha" in page.replace("\u00a0", " ") and "Nouvelles : beta" in page.replace("\u00a0", " ")  # noqa: PT018


def test_a_changed_file_another_plugin_and_one_that_left_are_seen(site, tmp_path):
    (tmp_path / "one.py").write_text("a = 1")
    before = seal_of(tmp_path)
    assert seal_of(tmp_path) == before
    (tmp_path / "one.py").write_text("a = 22")
    assert seal_of(tmp_path) != before
    names = [Candidate(name, plugin(name).load, stamp=stamp) for name, stamp in site.plugins.stamps.items()]
    assert not note_installed(lambda: names, site.plugins).newer().waits
    assert note_installed(lambda: [*names, plugin("neuve")], site.plugins).newer().appeared == ("neuve",)
    assert note_installed(list, site.plugins).newer().gone == tuple(sorted(site.plugins.plugins))
    assert InstalledCode(lambda: names, site.plugins, "other").newer() == NewCode(core=True)


def test_code_that_changed_on_the_disk_is_seen_also_of_one_that_could_not_be_loaded(home, tmp_path):
    package = write_plugin(tmp_path, "guest", "raise RuntimeError('boum')")
    find = lambda: [replace(found_in(package), stamp=stamp_of([package]))]  # noqa: E731
    found = create_app(settings_for(home), plugins=find())
    site = site_of(found)
    assert site.plugins.plugins["guest"].failure is not None
    look = note_installed(find, site.plugins)
    assert not look.newer().waits
    write_plugin(tmp_path, "guest", "# better now", version="1.1")
    assert look.newer() == NewCode(changed=("guest",))
    close_engines(found)


def test_a_restart_is_asked_for_on_the_page_and_said_to_be_under_way(app_with, monkeypatch):  # noqa: F811
    found = app_with(plugin("alpha"))
    admin = admin_of(found)
    monkeypatch.setattr(InstalledCode, "newer", lambda _self: NewCode(changed=("alpha",)))
    assert "redemarrer" not in admin.get(LIST), "no server of ours runs"
    admin.post(f"{LIST}/redemarrer")
    assert "redémarrez ses processus vous-même" in admin.get(LIST)
    for outcome, words, button in (
        ("done", "personne ne perd sa page", True),
        ("failed", "n’a pas démarré", True),
        ("under_way", "est en cours", False),
    ):
        monkeypatch.setattr("app.services.restarting.restart_outcome", lambda _folder, outcome=outcome: outcome)
        page = admin.get(LIST)
        assert words in page
        assert (f"{LIST}/redemarrer" in page) is button


def test_purging_says_which_rights_go_and_which_stay(app_with, world):  # noqa: F811
    rights = {
        "register_permissions": lambda: [Permission("alpha.water_plants", title="Arroser", roles=frozenset({"administrator"}))],
        "register_roles": lambda: [
            RoleOffer("alpha.gardener", title="Jardin", permissions=frozenset({"alpha.water_plants"})),
            RoleOffer("alpha.owl", title="Chouette", permissions=frozenset({"alpha.water_plants"})),
        ],
    }
    found = app_with(plugin("alpha", **rights))
    site = site_of(found)
    switch(site, "alpha", True)
    with site.writer.begin() as uow:
        uow.session.add(AccountRole(account_id=world.accounts["helene"], role="alpha.gardener"))
    switch(site, "alpha", False)
    admin = admin_of(found)
    plain_page = re.sub(r"[\u00a0\u202f]", " ", unescape(re.sub(r"<[^>]+>", "", admin.get(f"{LIST}/alpha/purger"))))
    assert "le droit « Arroser », retiré à tous les rôles" in plain_page
    assert "le rôle « Chouette », que personne n’a" in plain_page
    assert "Le rôle « Jardin » reste, comme rôle de ce site" in plain_page
    admin.post(f"{LIST}/alpha/purger", {"typed": "alpha"})
    page = admin.get("/configuration/roles")
    assert "Jardin" in page
    for gone in ("Chouette", "Arroser", "son extension est inactive"):
        assert gone not in page
