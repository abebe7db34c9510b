"""Configuration files: what leaves one site arrives in another, all of it or nothing; no secret and no person leaves at all."""

import json
import shutil
import zipfile
from io import BytesIO

import pytest
import yaml
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form, IntegerField, PasswordField, StringField
from wtforms.validators import AnyOf, NumberRange

from app.db.models import Account, AuditEntry, PluginSetting, Theme
from app.hooks.contracts import SettingsPage
from app.kernel.errors import NotAllowed, Refused
from app.services import configuration, identity, media, publishing, themes
from app.services.configuration import (
    SECTIONS,
    apply_import,
    export_site,
    fault_words,
    plan_import,
    read_folder,
    read_zip,
    to_files,
    to_zip,
)
from app.services.site import Site
from tests.factories import actor
from tests.services.plugins.conftest import switch
from tests.web.bad_input.test_plugins import app_with, plugin  # noqa: F401  # the fixture is used by its name


def exported(site: Site) -> dict[str, str]:
    with Session(site.engine) as session:
        return to_files(export_site(site, session))


def planned(site: Site, files: dict[str, str]) -> configuration.Plan:
    with Session(site.engine) as session:
        return plan_import(site, session, files)


def file(section: str, data: object) -> dict[str, str]:
    return {f"{section}.yaml": yaml.safe_dump({"recits": 1, "section": section, "data": data}, allow_unicode=True)}


def changed_site(site: Site) -> None:
    with site.writer.begin() as uow:
        identity.save_details(uow, None, {"title": "Voix du plateau", "contact_email": "a@exemple.test"})
        identity.set_colours(uow, None, {"light": {"paper": "#ffffff"}})
        publishing.save_rules(uow, None, {"minimum_voices": 3, "second_editor": True})
        themes.add_theme(uow, None, "L’eau")
        themes.add_theme(uow, None, "La route")


def test_what_a_site_exports_changes_nothing_in_it(site):
    changed_site(site)
    plan = planned(site, exported(site))
    assert (plan.changes, plan.faults) == ((), ())


def test_a_configuration_travels_and_a_second_import_finds_nothing_to_do(site):
    before = exported(site)
    changed_site(site)
    after = exported(site)
    with site.writer.begin() as uow:
        identity.save_details(uow, None, {})
        identity.set_colours(uow, None, {})
        publishing.save_rules(uow, None, {})
    assert exported(site)["identity.yaml"] == before["identity.yaml"]
    plan = apply_import(site, None, after)
    assert {change.section for change in plan.changes} == {"identity", "publishing"}
    assert exported(site) == after
    assert apply_import(site, None, after).changes == ()
    with Session(site.engine) as session:
        assert session.scalars(select(AuditEntry.facts).where(AuditEntry.verb == "site.import")).all() == [
            {"sections": ["identity", "publishing"]}
        ]


def test_a_dry_run_says_before_and_after_and_changes_nothing(site):
    plan = planned(site, file("identity", {"title": "Voix du plateau"}))
    assert [(change.where, change.before, change.after) for change in plan.changes] == [("title", "Récits croisés", "Voix du plateau")]
    with Session(site.engine) as session:
        assert identity.read_identity(session).title == "Récits croisés"


def test_what_a_file_does_not_say_stays(site):
    changed_site(site)
    apply_import(site, None, {**file("identity", {"tagline": "Une phrase."}), **file("publishing", {"explain_missing": True})})
    with Session(site.engine) as session:
        found = identity.read_identity(session)
        assert (found.title, found.tagline, found.colours) == ("Voix du plateau", "Une phrase.", {"light": {"paper": "#ffffff"}})
        assert publishing.read_rules(session).second_editor is True


BOMB = "recits: 1\nsection: identity\ndata: &a [x, x]\nmore: [*a, *a]\n"
BAD = {
    "no mapping": (file("identity", ["x"]), "not_mapping"),
    "unknown key": (file("identity", {"titre": "x"}), "unknown_key"),
    "number for a text": (file("identity", {"title": 7}), "not_text"),
    "too long": (file("identity", {"title": "x" * 100}), "not_accepted"),
    "no address": (file("identity", {"contact_email": "ici"}), "not_accepted"),
    "colours that cannot be read": (file("identity", {"colours": {"light": {"ink": "#dddddd"}}}), "not_accepted"),
    "no colour": (file("identity", {"colours": {"light": {"ink": "rouge"}}}), "not_accepted"),
    "rule of another kind": (file("publishing", {"minimum_voices": "3"}), "not_accepted"),
    "extension that is not there": (file("extensions", {"enabled": ["inconnue"]}), "extension_unusable"),
    "extension twice": (file("extensions", {"enabled": ["communication", "communication"]}), "twice"),
    "settings of nobody": (file("extensions", {"settings": {"inconnue": {"x": {"a": 1}}}}), "settings_unknown"),
    "unknown right": (file("roles", {"editor": {"permissions": ["site.explode"]}}), "permission_unknown"),
    "role without a title": (file("roles", {"nouveau": {"permissions": []}}), "role_key"),
    "line to nowhere": (file("menus", {"main": [{"titles": {"fr": "x"}}]}), "one_target"),
    "page that is not there": (file("menus", {"main": [{"page": "/nulle-part"}]}), "page_unknown"),
    "place that is not there": (file("menus", {"foot": [{"place": "lune"}]}), "place_unknown"),
    "theme with an odd key": (file("themes", [{"key": "Une Clé", "name": "x"}]), "theme_key"),
    "themes of one name": (file("themes", [{"key": "un", "name": "Eau"}, {"key": "deux", "name": "eau"}]), "twice"),
    "another section": ({"people.yaml": "recits: 1\nsection: people\ndata: {}\n"}, "unknown_section"),
    "not ours": ({"identity.yaml": "title: x\n"}, "not_ours"),
    "another section's name": ({"identity.yaml": "recits: 1\nsection: roles\ndata: {}\n"}, "not_ours"),
    "no YAML": ({"identity.yaml": "{ : ["}, "unreadable"),
    "references": ({"identity.yaml": BOMB}, "unreadable"),
    "a key twice": ({"identity.yaml": "recits: 1\nrecits: 1\nsection: identity\ndata: {}\n"}, "unreadable"),
    "code": ({"identity.yaml": "!!python/object/apply:os.system ['true']"}, "unreadable"),
    "nothing": ({}, "no_file"),
}


@pytest.mark.parametrize("kind", BAD)
def test_one_bad_file_and_nothing_is_imported(site, kind):
    files, code = BAD[kind]
    plan = planned(site, files)
    assert [fault.code for fault in plan.faults] == [code]
    for lang in ("fr", "en"):
        assert fault_words(plan.faults[0], lang)
    good = {name: text for name, text in file("publishing", {"second_editor": True}).items() if files and name not in files}
    with pytest.raises(Refused) as refused:
        apply_import(site, None, {**files, **good})
    assert refused.value.reason == "config_faulty"
    with Session(site.engine) as session:
        assert publishing.read_rules(session).second_editor is False
        assert session.scalar(select(AuditEntry.seq).where(AuditEntry.verb == "site.import")) is None


def test_an_import_asks_for_the_right_to_each_part_that_changes(site, world):
    admin, organiser = actor(site, world, "admin"), actor(site, world, "organisation")
    with pytest.raises(NotAllowed):
        apply_import(site, organiser, file("identity", {"title": "x"}))
    apply_import(site, organiser, file("themes", [{"key": "eau", "name": "L’eau"}]))
    apply_import(site, admin, file("identity", {"title": "Voix"}))


def test_roles_travel_without_who_holds_them_and_somebody_keeps_the_keys(site, world):
    text = exported(site)["roles.yaml"]
    with Session(site.engine) as session:
        for account in session.scalars(select(Account)):
            assert account.id not in text and (account.email or "@") not in text  # noqa: PT018  # one person
    apply_import(site, None, file("roles", {"veille": {"title": "Veille", "permissions": ["story.review"]}}))
    assert "veille" in exported(site)["roles.yaml"]
    with pytest.raises(Refused) as refused:
        apply_import(site, None, file("roles", {"administrator": {"permissions": []}}))
    assert refused.value.reason == "last_administrator"
    apply_import(site, None, file("roles", {"veille": {"title": "Veille", "permissions": []}}))
    assert planned(site, exported(site)).changes == ()


def test_themes_are_renamed_exchanged_ordered_and_never_taken_away(site):
    changed_site(site)
    wanted = [{"key": "la-route", "name": "L’eau"}, {"key": "bois", "name": "Le bois"}, {"key": "l-eau", "name": "La route"}]
    apply_import(site, None, file("themes", wanted))
    assert yaml.safe_load(exported(site)["themes.yaml"])["data"] == wanted
    apply_import(site, None, file("themes", wanted[1:]))
    assert yaml.safe_load(exported(site)["themes.yaml"])["data"] == [*wanted[1:], wanted[0]]
    with site.writer.begin() as uow:
        row = uow.session.scalars(select(Theme).where(Theme.key == "bois")).one()
        row.deleted_at = uow.now
    apply_import(site, None, file("themes", [{"key": "bois", "name": "Les bois"}]))
    assert yaml.safe_load(exported(site)["themes.yaml"])["data"][0] == {"key": "bois", "name": "Les bois"}


def test_menus_are_replaced_whole(site):
    line = {"url": "https://exemple.test/", "titles": {"fr": "Ailleurs", "en": "Elsewhere"}}
    apply_import(site, None, file("menus", {"main": [{"place": "stories"}, line]}))
    data = yaml.safe_load(exported(site)["menus.yaml"])["data"]
    assert data["main"] == [{"place": "stories"}, {**line, "titles": {"en": "Elsewhere", "fr": "Ailleurs"}}]


class Keys(Form):
    words = StringField("Mots")
    code = PasswordField("Code")


def test_settings_travel_without_their_secrets_and_extensions_are_switched_in_their_order(app_with):  # noqa: F811  # the fixture
    page = SettingsPage("p", title="P", form=lambda: Keys, defaults={"words": "", "code": "", "api_key": ""})
    base = plugin("alpha", register_settings=lambda: [page])
    site = app_with(base, plugin("beta")).extensions["recits"]
    switch(site, "alpha", True)
    with site.writer.begin() as uow:
        uow.session.add(
            PluginSetting(owner="alpha", page="p", data={"words": "Bonjour", "code": "1234", "api_key": "k"}, changed_at=uow.now)
        )
    text = exported(site)["extensions.yaml"]
    assert "Bonjour" in text
    assert "1234" not in text
    assert "api_key" not in text
    apply_import(site, None, file("extensions", {"enabled": ["beta"], "settings": {"alpha": {"p": {"words": "Bonsoir"}}}}))
    with Session(site.engine) as session:
        assert session.get_one(PluginSetting, ("alpha", "p")).data == {"words": "Bonsoir", "code": "1234", "api_key": "k"}
        assert site.snapshots.current(session).enabled == {"beta"}
    wrong = file("extensions", {"settings": {"alpha": {"p": {"words": 3}}}})
    assert [fault.code for fault in planned(site, wrong).faults] == ["wrong_kind"]


def test_an_archive_is_the_same_for_the_same_site_and_a_broken_one_is_none(site):
    archive = to_zip(exported(site))
    assert archive == to_zip(exported(site))
    assert read_zip(archive) == exported(site)
    assert read_zip(b"PK\x03\x04 broken") is None
    heavy = BytesIO()
    with zipfile.ZipFile(heavy, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("identity.yaml", "a" * (2 * 1024 * 1024))
    assert read_zip(heavy.getvalue()) is None
    assert {section.name for section in SECTIONS} == {name.removesuffix(".yaml") for name in exported(site)}


def test_the_page_shows_the_difference_then_imports_it(as_person, site):
    admin = as_person("admin")
    admin.get("/configuration/fichiers")
    token = admin.token()
    archive = admin.client.get("/configuration/fichiers/configuration.zip")
    assert archive.mimetype == "application/zip"
    changed = to_zip({**read_zip(archive.data), **file("identity", {"title": "Voix <b>du</b> plateau"})})
    answer = admin.client.post(
        "/configuration/fichiers", data={"csrf_token": token, "archive": (BytesIO(changed), "c.zip")}, content_type="multipart/form-data"
    )
    assert "Un changement attend votre accord" in answer.text
    assert "Voix &lt;b&gt;du&lt;/b&gt; plateau" in answer.text
    files = json.dumps(file("identity", {"title": "Voix du plateau"}))
    admin.post("/configuration/fichiers/appliquer", {"files": files})
    assert "Voix du plateau</title>" in admin.get("/")
    for odd in ("[]", '{"identity.yaml": 3}', "{", "null"):
        admin.post("/configuration/fichiers/appliquer", {"files": odd}, status=409)


# — settings and the picture —


class Choosy(Form):
    level = StringField(validators=[AnyOf(["bas", "haut"], message="Bas ou haut.")])
    times = IntegerField(validators=[NumberRange(1, 5, message="De 1 à 5.")])


CHOOSY = SettingsPage("choosy", form=lambda: Choosy, defaults={"level": "bas", "times": 1})


@pytest.fixture
def choosy(app_with):  # noqa: F811  # the fixture
    """A site whose plugin has a form that refuses values."""
    made = app_with(plugin("choosy", register_settings=lambda: [CHOOSY]))
    switch(made.extensions["recits"], "choosy", True)
    with made.test_request_context("/"):
        yield made.extensions["recits"]


def settings_file(**values: object) -> dict[str, str]:
    return file("extensions", {"settings": {"choosy": {"choosy": values}}})


@pytest.mark.parametrize(
    ("values", "where", "words"),
    [({"level": "moyen"}, "settings.choosy.choosy.level", "Bas ou haut."), ({"times": 9}, "settings.choosy.choosy.times", "De 1 à 5.")],
)
def test_a_setting_that_the_plugins_own_form_refuses_is_refused_with_its_reason(choosy, values, where, words):
    plan = planned(choosy, settings_file(**values))
    (fault,) = plan.faults
    assert (fault.where, fault.code, plan.changes) == (where, "setting_refused", ())
    assert words in fault_words(fault, "fr")
    with pytest.raises(Refused, match="config_faulty"):
        apply_import(choosy, None, settings_file(**values))
    with Session(choosy.engine) as session:
        assert session.scalar(select(PluginSetting.data)) is None
    apply_import(choosy, None, settings_file(level="haut", times=3))
    with Session(choosy.engine) as session:
        assert session.scalar(select(PluginSetting.data)) == {"level": "haut", "times": 3}


def test_settings_that_a_plugin_cannot_judge_are_refused_while_it_is_on(app_with):  # noqa: F811  # the fixture
    def broken():
        raise RuntimeError("boum")

    site = app_with(
        plugin("choosy", register_settings=lambda: [SettingsPage("choosy", form=broken, defaults={"level": "bas"})])
    ).extensions["recits"]
    assert planned(site, settings_file(level="haut")).faults == (), "what is off is asked nothing"
    switch(site, "choosy", True)
    assert [fault.code for fault in planned(site, settings_file(level="haut")).faults] == ["settings_unchecked"]


def with_logo(site: Site, kind: str) -> None:
    out = BytesIO()
    Image.new("RGB", (640, 320), "#9e1b45").save(out, kind)
    image = media.prepare_image(site.settings.media_folder, out.getvalue())
    with site.writer.begin() as uow:
        identity.set_logo(uow, None, image, "Un nœud de garance")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_logo_travels_as_a_file_and_a_second_import_finds_nothing_to_do(site, tmp_path, kind):
    with_logo(site, kind)
    with Session(site.engine) as session:
        files = configuration.export_files(site, session)
        before = identity.read_identity(session).logo
    (name,) = [found for found in files if not found.endswith(".yaml")]
    assert name.endswith({"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}[kind])
    assert planned(site, files).changes == ()
    assert read_zip(to_zip(files)) == files
    for found, content in files.items():
        (tmp_path / found).write_bytes(configuration.as_bytes(found, content))
    assert read_folder(tmp_path) == files
    with Image.open(tmp_path / name) as shown:
        assert shown.size == (640, 320)
    # Another site: no picture, and no file of it.
    shutil.rmtree(site.settings.media_folder)
    with site.writer.begin() as uow:
        identity.remove_logo(uow, None)
    plan = planned(site, files)
    assert {change.where for change in plan.changes} == {"logo.file", "logo.alt", "logo.sha256"}
    assert not site.settings.media_folder.exists(), "a comparison writes nothing"
    apply_import(site, None, files)
    with Session(site.engine) as session:
        logo = identity.read_identity(session).logo
    assert (logo.width, logo.height, logo.widths, logo.alt) == (before.width, before.height, before.widths, before.alt)
    assert all((media.image_folder(site.settings.media_folder, logo.hash) / f"{width}.webp").is_file() for width in logo.widths)
    assert apply_import(site, None, files).changes == ()
    assert apply_import(site, None, file("identity", {"tagline": ""})).changes == (), "a file that says nothing of it leaves it"
    apply_import(site, None, file("identity", {"logo": None}))
    with Session(site.engine) as session:
        assert identity.read_identity(session).logo is None


@pytest.mark.parametrize(
    ("content", "code"), [(None, "picture_missing"), ("not base64", "picture_unusable"), ("R0lGODlhAQABAAAAACw=", "picture_unusable")]
)
def test_a_logo_without_its_file_or_with_another_kind_of_file_is_refused(site, content, code):
    files = file("identity", {"logo": {"file": "logo.png", "alt": "Un nœud"}})
    if content is not None:
        files["logo.png"] = content
    assert [(fault.where, fault.code) for fault in planned(site, files).faults] == [("logo.file", code)]
