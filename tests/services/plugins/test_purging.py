"""Purging: what a plugin owns goes, after an export; what is the site's or somebody's stays."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import (
    AccountRole,
    AuditEntry,
    Passage,
    PermissionRow,
    PluginSetting,
    PluginState,
    PluginSuspension,
    Restriction,
    RolePermission,
    RoleRow,
)
from app.hooks.contracts import SettingsPage
from app.kernel.errors import NotFound, Refused
from app.services import plugins
from app.services.plugin_settings import save_settings
from app.services.plugins.purging import export
from app.services.restrictions import restrict
from app.services.roles import Rights
from tests.factories import actor
from tests.hostile.making import found_in, migration, table, write_plugin
from tests.services.plugins.conftest import switch
from tests.services.plugins.states import is_on, notes, shown, status, tables, verbs


def test_purge_exports_then_deletes_what_is_the_plugins_and_nothing_else(site_with, tidy, world, home):
    site = site_with(tidy)
    switch(site, "tidy", True)
    with site.writer.begin() as uow:
        save_settings(uow, actor(site, world, "admin"), site.registry.of(SettingsPage)[0], {"greeting": "salut"})
        uow.session.add(
            Passage(id="kept", story_id=world.stories["legumerie"], salt="0" * 32, block="tidy:x", position=1, created_at=uow.now)
        )
        uow.session.add(PluginSuspension(call="register_tiles tidy:x", owner="tidy", reason="hang", at=uow.now))
    for act in (lambda: plugins.purge(site, None, "tidy"), lambda: shown(site, "tidy")):
        with pytest.raises(Refused, match="plugin_is_on"):
            act()
    switch(site, "tidy", False)
    assert shown(site, "tidy").tables == {"tidy_note": 2}
    assert shown(site, "tidy").settings == ("main",)
    before = tables(site)
    file = plugins.purge(site, actor(site, world, "admin"), "tidy")
    assert before - tables(site) == {"tidy_note", "tidy_alembic_version"}
    assert file.parent == home / "exports"
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["version"] == "1.0"
    assert kept["counts"] == {"tidy_note": 2}
    assert [row["words"] for row in kept["tables"]["tidy_note"]] == ["enabled", "disabled"]
    assert kept["settings"] == {"main": {"greeting": "salut"}}
    with Session(site.engine) as session:
        assert session.get(Passage, "kept") is not None
        assert session.get(PluginState, "tidy") is None
        assert session.scalars(select(PluginSetting)).all() == []
        assert session.scalars(select(PluginSuspension)).all() == []
    assert verbs(site)[-1] == "plugin.purge"
    switch(site, "tidy", True)
    assert notes(site) == ["enabled"], "after a purge it begins anew"


@pytest.mark.parametrize("gone", [True, False])
def test_a_plugin_whose_downgrade_is_broken_or_whose_code_is_gone_is_purged_all_the_same(site_with, tmp_path, gone):
    broken = {"one.py": migration("tidy_1", None, table("tidy_note"), "raise RuntimeError('boum')")}
    site = site_with(found_in(write_plugin(tmp_path, "tidy", migrations=broken)))
    switch(site, "tidy", True)
    switch(site, "tidy", False)
    if gone:
        site = site_with()
    plugins.purge(site, None, "tidy")
    assert not {name for name in tables(site) if name.startswith("tidy_")}


def test_a_purge_leaves_a_plugin_of_a_longer_name_alone(site_with, tidy, tmp_path):
    longer = {"one.py": migration("tidy_up_1", None, table("tidy_up_note"), 'op.drop_table("tidy_up_note")')}
    site = site_with(tidy, found_in(write_plugin(tmp_path, "tidy_up", migrations=longer)))
    switch(site, "tidy_up", True)
    switch(site, "tidy", True)
    switch(site, "tidy", False)
    assert shown(site, "tidy").tables == {"tidy_note": 2}
    plugins.purge(site, None, "tidy")
    assert {"tidy_up_note", "tidy_up_alembic_version"} <= tables(site)
    assert is_on(site, "tidy_up")


def test_a_purge_that_somebody_forestalls_by_switching_on_deletes_nothing(site_with, tidy, monkeypatch):
    site, other = site_with(tidy), site_with(tidy)
    switch(site, "tidy", True)
    switch(site, "tidy", False)
    real = plugins.purging.export

    def export_and_be_forestalled(*arguments):
        file = real(*arguments)
        switch(other, "tidy", True)
        return file

    monkeypatch.setattr(plugins.purging, "export", export_and_be_forestalled)
    with pytest.raises(Refused, match="plugin_is_on"):
        plugins.purge(site, None, "tidy")
    assert notes(site) == ["enabled", "disabled", "enabled"]


@pytest.mark.parametrize("name", ["nobody", "core", "", "story", "../x", "alembic", "sqlite"])
def test_nothing_is_purged_or_switched_under_a_name_that_is_no_plugins(site_with, name):
    site = site_with()
    before = tables(site)
    with pytest.raises(NotFound):
        plugins.purge(site, None, name)
    with pytest.raises(NotFound):
        switch(site, name, False)
    assert tables(site) == before


@pytest.mark.parametrize("name", ["core", "alembic", "story", "Tidy"])
def test_nothing_is_purged_for_a_plugin_whose_name_was_refused(site_with, tmp_path, name):
    """Of one that is called as the core, all tables of the core would go."""
    site = site_with(found_in(write_plugin(tmp_path, name)))
    before = tables(site)
    assert status(site, name).state == "failed"
    with pytest.raises(NotFound):
        plugins.purge(site, None, name)
    assert tables(site) == before


def test_exports_are_for_the_operator_alone(site_with, tidy, home: Path):
    site = site_with(tidy)
    file = plugins.purge(site, None, "tidy")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


RIGHTS = """
@hookimpl
def register_permissions():
    return [Permission("garden.water_plants", title="Arroser", roles=frozenset({"organiser"})), Permission("garden.cut_hedges", title="Tailler")]

@hookimpl
def register_roles():
    return [
        RoleOffer("garden.gardener", title="Jardin", permissions=frozenset({"garden.water_plants", "media.manage"})),
        RoleOffer("garden.owl", title="Chouette", permissions=frozenset({"garden.cut_hedges"})),
    ]
"""


GRANTS = ', grants=frozenset({"media.manage"})'


@pytest.mark.parametrize("code_is_gone", [False, True])
def test_purge_takes_the_rights_that_it_brought_and_nothing_that_people_have(site_with, tmp_path, world, code_is_gone):
    site = site_with(found_in(write_plugin(tmp_path, "garden", RIGHTS, manifest=GRANTS)))
    switch(site, "garden", True)
    with site.writer.begin() as uow:
        uow.session.add(AccountRole(account_id=world.accounts["helene"], role="garden.gardener"))
        uow.session.add(RolePermission(role="editor", permission="garden.cut_hedges", owner="garden"))
        restrict(uow, None, "garden", "story", world.stories["legumerie"], "garden.hidden")
    switch(site, "garden", False)
    if code_is_gone:
        site = site_with()
    plan = shown(site, "garden")
    assert plan.rights == Rights(("garden.cut_hedges", "garden.water_plants"), ("garden.owl",), ("garden.gardener",))
    assert plan.restrictions == 1
    file = plugins.purge(site, actor(site, world, "admin"), "garden")
    kept = json.loads(file.read_text(encoding="utf-8"))["rights"]
    assert kept == {
        "editor": ["garden.cut_hedges"],
        "garden.gardener": ["garden.water_plants", "media.manage"],
        "garden.owl": ["garden.cut_hedges"],
        "organiser": ["garden.water_plants"],
    }
    with Session(site.engine) as session:
        assert session.get(RoleRow, "garden.owl") is None
        role = session.get_one(RoleRow, "garden.gardener")
        assert (role.owner, role.title) == (None, "garden.gardener" if code_is_gone else "Jardin")
        assert session.scalars(select(AccountRole.account_id).where(AccountRole.role == role.key)).all() == [world.accounts["helene"]]
        assert session.scalars(select(RolePermission.permission).where(RolePermission.role == role.key)).all() == ["media.manage"]
        assert session.scalars(select(RolePermission).where(RolePermission.owner == "garden")).all() == []
        assert session.scalars(select(PermissionRow).where(PermissionRow.owner == "garden")).all() == []
        assert session.scalars(select(Restriction.lifted_at).where(Restriction.owner == "garden")).all() == [None]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "plugin.purge")).one()
        assert entry.facts["roles"] == ["garden.owl"]
    if not code_is_gone:
        switch(site, "garden", True)
        with Session(site.engine) as session:
            given = session.scalars(select(RolePermission.role).where(RolePermission.permission == "garden.water_plants")).all()
            assert given == ["organiser"], "learnt as for the first time; what the site keeps is the site's"
            assert session.get(RoleRow, "garden.owl") is not None


def test_one_that_is_switched_on_while_it_is_purged_loses_nothing(site_with, tidy, monkeypatch):
    site = site_with(tidy)
    switch(site, "tidy", True)
    switch(site, "tidy", False)

    def export_slowly(*arguments: object) -> Path:
        file = export(*arguments)
        switch(site, "tidy", True)  # another administrator, meanwhile
        return file

    monkeypatch.setattr("app.services.plugins.purging.export", export_slowly)
    with pytest.raises(Refused, match="plugin_is_on"):
        plugins.purge(site, None, "tidy")
    assert notes(site) == ["enabled", "disabled", "enabled"]
    assert is_on(site, "tidy")
