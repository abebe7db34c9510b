"""A block of an extension, from its form to the public page and back: kept in the revision, signed by its hash, readable whether the extension is on or off."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from wtforms import DateField, Form, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired

from app.db.models import Draft, Passage, PassageRevision
from app.factory import create_app
from app.hooks.calls import CALLS as KEPT_CALLS
from app.hooks.contracts import BlockSnapshot, BlockType
from app.services import plugins, verify
from app.services.blocks import prepare_block
from app.services.desk import Desk
from app.services.saving import Conflict, save_beside_others
from app.web.forms import choices
from tests.conftest import Browser, close_engines, settings_for
from tests.factories import actor
from tests.fakes import plugin

CALLS: list[dict] = []


class SheetForm(Form):
    """Every kind of value that is kept: text, number, date, choice."""

    name = StringField("Nom de la fiche", [InputRequired("Donnez un nom.")])
    kilos = IntegerField("Kilos", default=0)
    day = DateField("Jour")
    state = SelectField("Où en est-on", choices=choices([("on", "en cours"), ("off", "abandonnée")]))


def snapshot_of(session, data):
    CALLS.append(data)
    if data["name"] == "boum":
        raise RuntimeError("boum")
    facts = (("Jour", data["day"] or "–"), ("Où en est-on", data["state"]))
    table = (("Mois", "Kilos"), ("mai", str(data["kilos"])))
    link = ("https://exemple.test/x", "La délibération")
    return BlockSnapshot(data["name"], f"{data['name']} : {data['kilos']} kilos.", facts, table=table, link=link)


@pytest.fixture
def found(home):
    """The application with an extension `sheets` that brings a block, switched on."""
    block = BlockType("sheet", title="Fiche action", form=lambda: SheetForm, snapshot=snapshot_of)
    made = create_app(settings_for(home), plugins=[plugin("sheets", register_block_types=lambda: [block])])
    switch(made, True)
    CALLS.clear()
    yield made
    close_engines(made)


def switch(made: Flask, on: bool) -> None:
    site = made.extensions["recits"]
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "sheets", on)


def new_sheet(member: Browser, world, moment="vote", voice="helene") -> str:
    """Adds a passage of the extension's kind to the story; returns its address."""
    story = f"/espace/recits/{world.stories['legumerie']}"
    assert "Fiche action" in member.get(story)
    member.post(f"{story}/passages", {"moment": world.moments[moment], "voice": world.voices[voice], "block": "sheets:sheet"})
    return str(member.last.headers["Location"])


def filled(**more) -> dict:
    return {"bloc-name": "La légumerie", "bloc-kilos": "40", "bloc-day": "2022-05-12", "bloc-state": "off", "body": "Deux mots.", **more}


def base_of(page: str) -> str:
    return re.search(r'name="base" type="hidden" value="([^"]*)"', page)[1]


def test_register_block_types_from_the_form_to_the_public_page_with_the_extension_on_off_and_on_again(found, world):
    helene, editor = Browser(found.test_client()).sign_in("helene"), Browser(found.test_client()).sign_in("editrice")
    path = new_sheet(helene, world)
    page = helene.get(path)
    assert "Nom de la fiche" in page
    helene.post(path, filled(base=base_of(page), prompt=""))
    page = helene.get(path)
    assert 'value="2022-05-12"' in page, "what was saved fills the form again"
    assert '<option selected value="off">' in page
    assert helene.post(f"{path}/apercu", filled(base="", **{"bloc-name": "Autre"}), status=200).text.count("Autre") >= 2

    hash_ = re.search(r'name="hash" value="([0-9a-f]{64})"', helene.get(f"{path}/signer"))[1]
    assert "La délibération" in helene.last.text, "one signs what will be public"
    helene.post(f"{path}/signer", {"voice": world.voices["helene"], "hash": hash_})
    story = world.stories["legumerie"]
    helene.get(f"/espace/recits/{story}")
    helene.post(f"/espace/recits/{story}/proposer")
    editor.get(f"/relecture/{story}")
    editor.post(f"/relecture/{story}/prendre")
    version = re.search(r'name="hash" value="([0-9a-f]{64})"', editor.get(f"/relecture/{story}"))[1]
    editor.post(f"/relecture/{story}/publier", {"hash": version})
    address = editor.last.headers["Location"]

    reader = Browser(found.test_client())
    CALLS.clear()
    shown = reader.get(address)
    for words in (
        "<figcaption>La légumerie</figcaption>",
        "<dt>Jour</dt><dd>2022-05-12</dd>",
        "40 kilos",
        "https://exemple.test/x",
        "Deux mots.",
    ):
        assert words in shown
    switch(found, False)
    assert reader.get(address) == shown, "the public reads the same, extension on or off"
    assert CALLS == [], "reading asks no extension"
    switch(found, True)
    assert reader.get(address) == shown
    with Session(found.extensions["recits"].engine) as session:
        assert verify.verify_site(session).faults == ()


def test_while_the_extension_is_off_its_fields_sleep_and_its_words_may_be_written(found, world):
    helene = Browser(found.test_client()).sign_in("helene")
    path = new_sheet(helene, world)
    helene.post(path, filled(base="", prompt=""))
    switch(found, False)
    page = helene.get(path)
    assert "ses champs dorment" in page
    assert "bloc-name" not in page
    helene.post(path, {"body": "Trois mots de plus.", "base": base_of(page), "prompt": ""})
    story = f"/espace/recits/{world.stories['legumerie']}"
    assert "Fiche action" in helene.get(story), "its passages are still named"
    helene.post(
        f"{story}/passages", {"moment": world.moments["tour"], "voice": world.voices["helene"], "block": "sheets:sheet"}, status=422
    )
    switch(found, True)
    page = helene.get(path)
    assert 'value="La légumerie"' in page
    assert "Trois mots de plus." in page


def test_fields_that_are_not_complete_or_make_the_extension_fail_lose_nothing(found, world):
    helene = Browser(found.test_client()).sign_in("helene")
    path = new_sheet(helene, world)
    helene.get(path)
    refused = helene.post(path, filled(base="", prompt="", **{"bloc-name": "", "bloc-kilos": "beaucoup"}), status=422)
    assert "Donnez un nom." in refused.text
    assert "Deux mots." in refused.text
    page = helene.get(path)
    assert 'value="beaucoup"' in page, "what was typed is kept as a draft, valid or not"
    failed = helene.post(path, filled(base="", prompt="", **{"bloc-name": "boum"}), status=409)
    assert "sheets" in failed.text
    assert 'value="boum"' in failed.text
    with Session(found.extensions["recits"].engine) as session:
        assert session.query(PassageRevision).filter_by(passage_id=path.rsplit("/", 1)[-1]).count() == 0
        assert session.query(Draft).one().data["name"] == ["boum"]


def test_an_expired_session_keeps_the_fields(found, world):
    helene = Browser(found.test_client()).sign_in("helene")
    path = new_sheet(helene, world)
    helene.client.delete_cookie("recits")
    page = helene.client.post(path, data=filled(base="", prompt=""))
    assert page.status_code == 401
    fields = dict(re.findall(r'name="(carried[^"]*)" value="([^"]*)"', page.text)) | dict(
        re.findall(r'name="(carried[^"]*)"[^>]*>([^<]*)</textarea', page.text)
    )
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    helene.client.post(
        "/connexion", data={**fields, "csrf_token": token, "email": "helene@exemple.test", "password": "une phrase assez longue"}
    )
    assert 'value="La légumerie"' in helene.client.get(path).text


def test_two_people_change_different_fields_and_both_are_kept_the_same_field_and_both_are_shown(found, world):
    site = found.extensions["recits"]
    helene, scribe = actor(site, world, "helene"), actor(site, world, "scribe")
    path = new_sheet(Browser(found.test_client()).sign_in("helene"), world)
    passage = path.rsplit("/", 1)[-1]

    def save(who, base, **fields):
        with found.app_context(), Session(site.engine) as session:
            snapshot = site.snapshots.current(session)
            data = {"name": "La fiche", "kilos": 1, "day": None, "state": "on", **fields}
            block = prepare_block(session, snapshot, "sheets:sheet", data)
            return save_beside_others(
                Desk(site.writer, snapshot, site.live), who, passage, "", None, base, "fr", block, {"name": [data["name"]]}
            )

    first = save(helene, None)
    save(helene, first.revision, kilos=2)
    both = save(scribe, first.revision, name="La fiche revue")
    assert both.merged
    with Session(site.engine) as session:
        row = session.get(PassageRevision, session.get(Passage, passage).revision_id)
        assert (row.data["block"]["kilos"], row.data["block"]["name"]) == (2, "La fiche revue")
        assert row.snapshot["text"] == "La fiche revue : 2 kilos."
    clash = save(helene, first.revision, name="Ma fiche")
    assert isinstance(clash, Conflict)
    assert clash.fields == {"name": ("Ma fiche", "La fiche revue")}


def test_a_voice_may_have_several_blocks_on_a_moment_and_each_goes_to_the_trash_and_back(found, world):
    helene = Browser(found.test_client()).sign_in("helene")
    one, other = new_sheet(helene, world), new_sheet(helene, world)
    assert one != other
    helene.get(one)
    helene.post(f"{one}/corbeille")
    helene.post(f"{one}/restaurer")
    assert "Nom de la fiche" in helene.get(one)


class LateForm(SheetForm):
    """Its fields can be made and not be shown."""

    late = SelectField("Tard", choices=lambda: 1 / 0)


class PickyForm(SheetForm):
    """It can be shown and not be asked."""

    def validate(self, *_arguments, **_named):
        raise ZeroDivisionError


def with_form(home, form):
    block = BlockType("sheet", title="Fiche action", form=lambda: form, snapshot=snapshot_of)
    return create_app(settings_for(home), plugins=[plugin("sheets", register_block_types=lambda: [block])])


def test_fields_that_fail_as_they_are_shown_leave_the_page_and_what_was_saved(found, world, home):
    helene = Browser(found.test_client()).sign_in("helene")
    path = new_sheet(helene, world)
    helene.post(path, filled(base="", prompt=""))
    broken = with_form(home, LateForm)
    helene = Browser(broken.test_client()).sign_in("helene")
    page = helene.get(path)
    assert "n’a pas pu montrer ses champs" in page
    assert "La légumerie" in page
    helene.post(path, {"body": "Trois mots de plus.", "base": base_of(page), "prompt": ""})
    close_engines(broken)
    page = Browser(found.test_client()).sign_in("helene").get(path)
    assert "Trois mots de plus." in page
    assert 'value="2022-05-12"' in page
    assert KEPT_CALLS.faults()[0].owner == "sheets"


def test_a_form_that_cannot_be_asked_saves_nothing_and_keeps_the_words(found, world, home):
    helene = Browser(found.test_client()).sign_in("helene")
    path = new_sheet(helene, world)
    broken = with_form(home, PickyForm)
    broken.testing = False
    helene = Browser(broken.test_client()).sign_in("helene")
    page = helene.get(path)
    assert "Quelques mots." in helene.post(path, filled(base=base_of(page), prompt="", body="Quelques mots."), status=422).text
    assert "Quelques mots." in helene.get(path), "kept as a draft"
    assert KEPT_CALLS.faults()[0].owner == "sheets"
    close_engines(broken)
