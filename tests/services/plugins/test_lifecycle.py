"""The life of a plugin: every state, every switch, repeated, crossed and cut short."""

import itertools
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from app.db.models import (
    AccountRole,
    AuditEntry,
    Page,
    PageText,
    Passage,
    PermissionRow,
    PluginSetting,
    PluginState,
    PluginSuspension,
    Restriction,
    RolePermission,
    RoleRow,
    SiteState,
)
from app.hooks.calls import CALLS
from app.hooks.contracts import SettingsPage
from app.hooks.manager import Candidate
from app.hooks.run_files import forgive
from app.kernel.access import PLUGIN_MANAGE, Actor
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.services import plugins
from app.services.job_runs import run_due_jobs
from app.services.plugin_settings import save_settings
from app.services.plugins.purging import export
from app.services.restrictions import restrict
from app.services.roles import Rights
from app.services.site import Site
from app.services.verify import verify_site
from tests.factories import actor
from tests.hostile.making import found_in, migration, table, write_plugin
from tests.services.plugins.conftest import switch

ONE = {"one.py": migration("tidy_1", None, table("tidy_note"), 'op.drop_table("tidy_note")')}
TWO = ONE | {
    "two.py": migration(
        "tidy_2",
        "tidy_1",
        'with op.batch_alter_table("tidy_note") as batch:\n    batch.add_column(sa.Column("more", sa.String(10)))',
        'with op.batch_alter_table("tidy_note") as batch:\n    batch.drop_column("more")',
    )
}
LOG = """
@hookimpl
def on_enable(session):
    session.execute(__import__("sqlalchemy").text("INSERT INTO tidy_note (words) VALUES ('enabled')"))

@hookimpl
def on_disable(session):
    session.execute(__import__("sqlalchemy").text("INSERT INTO tidy_note (words) VALUES ('disabled')"))

@hookimpl
def register_settings():
    return [SettingsPage("main", title="Réglages", defaults={"greeting": "bonjour"})]
"""


@pytest.fixture
def tidy(tmp_path):
    return found_in(write_plugin(tmp_path / "one", "tidy", LOG, migrations=ONE))


@pytest.fixture
def tidy_two(tmp_path):
    return found_in(write_plugin(tmp_path / "two", "tidy", LOG, version="2.0", migrations=TWO))


def status(site: Site, name: str) -> plugins.PluginStatus:
    with Session(site.engine) as session:
        found = plugins.read_status(session, site.plugins, name)
    assert found is not None
    return found


def verbs(site: Site) -> list[str]:
    with Session(site.engine) as session:
        return list(session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_kind == "plugin").order_by(AuditEntry.seq)))


def generation(site: Site) -> int:
    with Session(site.engine) as session:
        return session.scalars(select(SiteState.generation)).one()


def is_on(site: Site, name: str) -> bool:
    with Session(site.engine) as session:
        return site.snapshots.current(session).is_on(name)


def notes(site: Site) -> list[str]:
    with site.engine.connect() as connection:
        return list(connection.scalars(text("SELECT words FROM tidy_note ORDER BY id")))


def test_off_on_off_each_repeated(site_with, tidy):
    site = site_with(tidy)
    assert (status(site, "tidy").state, status(site, "tidy").tables) == ("off", "none")
    for _ in range(2):
        switch(site, "tidy", True)
    on = status(site, "tidy")
    assert (on.state, on.tables, on.version, on.enabled_version, on.needs_upgrade) == ("on", "current", "1.0", "1.0", False)
    assert is_on(site, "tidy")
    for _ in range(2):
        switch(site, "tidy", False)
    assert status(site, "tidy").state == "off"
    assert not is_on(site, "tidy")
    assert verbs(site) == ["plugin.migrate", "plugin.enable", "plugin.disable"], "what changes nothing is not recorded"
    assert notes(site) == ["enabled", "disabled"]


def test_a_toggle_is_seen_by_the_next_request_of_another_worker(site_with, tidy):
    one, other = site_with(tidy), site_with(tidy)
    assert not is_on(other, "tidy")
    switch(one, "tidy", True)
    assert is_on(other, "tidy")
    switch(other, "tidy", False)
    assert not is_on(one, "tidy")


def test_new_code_needs_its_migration_and_is_upgraded_by_switching_on_again(site_with, tidy, tidy_two):
    switch(site_with(tidy), "tidy", True)
    site = site_with(tidy_two)
    before = status(site, "tidy")
    assert (before.state, before.tables, before.needs_upgrade) == ("on", "behind", True)
    with pytest.raises(Refused, match="plugin_tables_behind"), site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "tidy", True)
    for _ in range(2):
        switch(site, "tidy", True)
    after = status(site, "tidy")
    assert (after.tables, after.enabled_version, after.needs_upgrade) == ("current", "2.0", False)
    assert verbs(site) == ["plugin.migrate", "plugin.enable", "plugin.migrate", "plugin.upgrade"]
    assert notes(site) == ["enabled", "enabled"]


def test_older_code_does_not_touch_the_tables_of_newer(site_with, tidy, tidy_two):
    switch(site_with(tidy_two), "tidy", True)
    site = site_with(tidy)
    assert status(site, "tidy").tables == "ahead"
    with pytest.raises(Refused, match="plugin_migration") as refused:
        switch(site, "tidy", True)
    assert "install the newer version" in refused.value.facts["message"]


def test_tables_behind_hold_the_plugin_back_until_they_are_migrated(site_with, tidy, tidy_two):
    """Code whose tables are not there yet would fail at every call."""
    switch(site_with(tidy), "tidy", True)
    site = site_with(tidy_two)
    assert not is_on(site, "tidy")
    plugins.prepare_tables(site, None, "tidy")
    assert is_on(site, "tidy")


def test_migrating_is_recorded_with_who_and_from_where_to_where_and_only_once(site_with, tidy, tidy_two, world):
    switch(site_with(tidy), "tidy", True)
    site = site_with(tidy_two)
    gone = Actor("0" * 20, "Partie", frozenset(), (), frozenset({PLUGIN_MANAGE}))
    with pytest.raises(NotAllowed, match="signed_out"):
        plugins.prepare_tables(site, gone, "tidy")
    with pytest.raises(NotAllowed, match="needs_permission"):
        plugins.prepare_tables(site, replace(gone, permissions=frozenset()), "tidy")
    with pytest.raises(NotAllowed, match="needs_permission"):  # who may no longer, as the one who asks does not know yet
        plugins.prepare_tables(site, replace(actor(site, world, "helene"), permissions=frozenset({PLUGIN_MANAGE})), "tidy")
    assert status(site, "tidy").tables == "behind"
    assert verbs(site).count("plugin.migrate") == 1
    for _again in range(2):
        plugins.prepare_tables(site, None, "tidy")
    with Session(site.engine) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.verb == "plugin.migrate").order_by(AuditEntry.seq)).all()
        assert [entry.facts for entry in entries] == [{"before": None, "after": "tidy_1"}, {"before": "tidy_1", "after": "tidy_2"}]
        assert verify_site(session).faults == ()


def test_a_migration_that_fails_leaves_no_record(site_with, tmp_path):
    broken = {"one.py": migration("tidy_1", None, "raise RuntimeError('boum')", "pass")}
    site = site_with(found_in(write_plugin(tmp_path, "tidy", migrations=broken)))
    with pytest.raises(Refused, match="plugin_migration"):
        plugins.prepare_tables(site, None, "tidy")
    assert verbs(site) == []


def test_a_plugin_whose_code_is_gone_is_named_and_can_be_switched_off(site_with, tidy):
    switch(site_with(tidy), "tidy", True)
    site = site_with()
    assert (status(site, "tidy").state, status(site, "tidy").switched_on) == ("missing", True)
    switch(site, "tidy", False)
    assert (status(site, "tidy").state, status(site, "tidy").switched_on) == ("missing", False)


def test_requirements_stand_in_the_way_of_both_switches(site_with, tidy, tmp_path):
    needy = found_in(write_plugin(tmp_path, "needy", manifest=', requires=frozenset({"tidy"})'))
    site = site_with(tidy, needy)
    with pytest.raises(Refused) as refused:
        switch(site, "needy", True)
    assert (refused.value.reason, refused.value.facts["others"]) == ("plugin_requires", "tidy")
    assert status(site, "needy").unmet == ("tidy",)
    switch(site, "tidy", True)
    switch(site, "needy", True)
    assert status(site, "tidy").needed_by == ("needy",)
    with pytest.raises(Refused) as refused:
        switch(site, "tidy", False)
    assert (refused.value.reason, refused.value.facts["others"]) == ("plugin_needed", "needy")
    switch(site, "needy", False)
    switch(site, "tidy", False)


def test_what_is_required_and_gone_takes_nothing_down_with_it(site_with, tidy, tmp_path):
    needy = found_in(write_plugin(tmp_path, "needy", manifest=', requires=frozenset({"tidy"})'))
    site = site_with(tidy, needy)
    switch(site, "tidy", True)
    switch(site, "needy", True)
    without = site_with(needy)
    assert status(without, "needy").unmet == ("tidy",)
    switch(without, "needy", False)
    assert status(without, "needy").state == "off"


def test_only_an_administrator_switches(site_with, tidy, world):
    site = site_with(tidy)
    helene = actor(site, world, "helene")
    for act in (
        lambda uow: plugins.set_enabled(uow, helene, site.plugins, "tidy", True),
        lambda uow: plugins.resume(uow, helene, "tidy"),
    ):
        with pytest.raises(NotAllowed), site.writer.begin() as uow:
            act(uow)
    with pytest.raises(NotAllowed):
        plugins.purge(site, helene, "tidy")
    assert verbs(site) == []


@pytest.mark.parametrize("switches", [(True, True), (True, False), (False, False)])
def test_two_administrators_at_once(site_with, tidy, switches):
    """Each in a worker of its own; whichever is second finds what the first did."""
    workers = [site_with(tidy), site_with(tidy)]
    if switches[1] is False:
        switch(workers[0], "tidy", True)
    before = generation(workers[0])
    start, errors = threading.Barrier(2), []

    def act(site: Site, on: bool) -> None:
        start.wait()
        try:
            switch(site, "tidy", on)
        except Exception as error:  # told below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=act, args=pair) for pair in zip(workers, switches, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert is_on(workers[0], "tidy") == is_on(workers[1], "tidy") == status(workers[0], "tidy").switched_on
    changes = [verb for verb in verbs(workers[0]) if verb in ("plugin.enable", "plugin.disable")]
    assert all(one != other for one, other in itertools.pairwise(changes)), "the same change is recorded once"
    first, migrated = (1, 0) if switches[1] is False else (0, 1)
    assert generation(workers[0]) - before == len(changes) - first + migrated


def test_a_crash_between_migration_and_switch_or_within_it_leaves_it_off_and_repeatable(site_with, tidy, monkeypatch):
    site = site_with(tidy)
    plugins.prepare_tables(site, None, "tidy")  # and here the process dies
    assert (status(site, "tidy").state, status(site, "tidy").tables) == ("off", "current")
    with pytest.raises(ZeroDivisionError):
        _switch_and_die(site)
    assert not is_on(site, "tidy")
    assert notes(site) == []
    assert verbs(site) == ["plugin.migrate"], "the tables are newer, and the chain says so"
    switch(site, "tidy", True)
    assert notes(site) == ["enabled"]


def _switch_and_die(site: Site) -> None:
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "tidy", True)
        raise ZeroDivisionError  # everything was written, nothing was committed


def test_what_turning_off_makes_dormant_is_counted(site_with, tidy, world):
    site = site_with(tidy)
    switch(site, "tidy", True)
    with site.writer.begin() as uow:
        for number, story in enumerate(("legumerie", "legumerie", "autre")):
            uow.session.add(
                Passage(
                    story_id=world.stories[story],
                    salt="0" * 32,
                    block="tidy:table" if number else "tidy:x",
                    position=number,
                    created_at=uow.now,
                )
            )
        uow.session.add(Passage(story_id=world.stories["legumerie"], salt="0" * 32, block="tidyother:x", position=9, created_at=uow.now))
        owned = site.registry.of(SettingsPage)[0]
        save_settings(uow, actor(site, world, "admin"), owned, {"greeting": "salut"})
        text_of = {"lang": "fr", "state": "published", "state_since": uow.now, "version_id": "v"}
        for name, kind, published, deleted in (
            ("a", "tidy:card", "v", None),
            ("b", "tidy:card", None, None),
            ("c", "tidy:card", "v", uow.now),
            ("d", "tidyother:card", "v", None),
        ):
            page = Page(id=name, slug=name, path=f"/{name}", type=kind, position=1, salt="0", created_at=uow.now, deleted_at=deleted)
            uow.session.add(page)
            uow.session.flush()
            uow.session.add(PageText(page_id=name, published_version_id=published, **text_of))
    with Session(site.engine) as session:
        found = plugins.what_goes_dormant(session, "tidy")
    assert (found.pages, found.public_pages) == (2, 1)
    assert not plugins.Dormant(pages=1).nothing
    assert (found.passages, found.stories, found.published, found.settings) == (3, 2, 0, 1)
    assert found.rows == {"tidy_note": 1}


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


def test_suspensions_are_lifted_by_resuming_and_by_switching_on_again(site_with, tidy):
    site = site_with(tidy)
    switch(site, "tidy", True)
    for lift in (lambda: resume(site), lambda: switch(site, "tidy", True)):
        with site.writer.begin() as uow:
            assert plugins.suspend(uow, "register_tiles tidy:x", "tidy", "hang")
            assert not plugins.suspend(uow, "register_tiles tidy:x", "tidy", "hang")
        before = generation(site)
        assert [call.hook for call in status(site, "tidy").suspended] == ["register_tiles"]
        lift()
        assert status(site, "tidy").suspended == ()
        assert generation(site) == before + 1
    assert verbs(site).count("plugin.suspend") == verbs(site).count("plugin.resume") == 2


def resume(site: Site) -> None:
    with site.writer.begin() as uow:
        plugins.resume(uow, None, "tidy")


def shown(site: Site, name: str) -> plugins.Purge:
    with Session(site.engine) as session:
        return plugins.what_purge_deletes(session, site.plugins, name)


def tables(site: Site) -> set[str]:
    return set(inspect(site.engine).get_table_names())


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


ENDS = {
    "exits": "raise SystemExit(3)",
    "commits": "session.commit()",
    "rolls back": "session.rollback()",
    "commits in words": "session.execute(text('COMMIT'))",
    "commits past the session": "session.connection().commit()",
    "closes the connection": "session.connection().close()",
    "closes the transaction itself": "session.get_transaction().close()",
    "rolls back past the session and hides it": "try:\n        session.connection().rollback()\n    except Exception:\n        pass",
}
HOOKS = """
from sqlalchemy import text

@hookimpl
def on_enable(session):
    session.execute(text("INSERT INTO ender_note (words) VALUES ('on')"))
    {enable}

@hookimpl
def on_disable(session):
    session.execute(text("INSERT INTO ender_note (words) VALUES ('off')"))
    {disable}

def run(uow):
    session = uow.session
    session.execute(text("INSERT INTO ender_note (words) VALUES ('job')"))
    {job}

@hookimpl
def register_jobs():
    return [Job("j", every=60, run=run)]
"""


def ender(tmp_path, **acts: str) -> Candidate:
    code = HOOKS
    for hook in ("enable", "disable", "job"):
        code = code.replace(f"{{{hook}}}", acts.get(hook, "pass"))
    return found_in(write_plugin(tmp_path, "ender", code, migrations={"one.py": migration("ender_1", None, table("ender_note"))}))


def words(site: Site) -> list[str]:
    with site.engine.connect() as connection:
        return list(connection.scalars(text("SELECT words FROM ender_note ORDER BY id")))


@pytest.mark.parametrize("kind", ENDS)
def test_a_hook_that_ends_the_transaction_of_its_own_switching_on_is_not_on(site_with, tmp_path, kind):
    site = site_with(ender(tmp_path, enable=ENDS[kind]))
    with pytest.raises(Exception):  # noqa: B017, PT011  # refused, or given up whole where SQLAlchemy takes the transaction for ended
        switch(site, "ender", True)
    assert not is_on(site, "ender")
    assert words(site) == []
    assert "plugin.enable" not in verbs(site)
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("ender", "on_enable")


@pytest.mark.parametrize("kind", ["exits", "commits", "rolls back", "commits in words"])
def test_a_hook_that_ends_the_transaction_of_its_switching_off_keeps_nothing_on(site_with, tmp_path, kind):
    site = site_with(ender(tmp_path, disable=ENDS[kind]))
    switch(site, "ender", True)
    switch(site, "ender", False)
    assert not is_on(site, "ender")
    assert words(site) == ["on"]
    assert verbs(site)[-2:] == ["plugin.enable", "plugin.disable"]


@pytest.mark.parametrize("kind", ENDS)
def test_a_job_that_ends_its_transaction_leaves_nothing_and_is_named(site_with, tmp_path, kind):
    site = site_with(ender(tmp_path, job=ENDS[kind]))
    switch(site, "ender", True)
    assert run_due_jobs(site.writer, site.snapshots) == ["ender:j"]
    assert words(site) == ["on"]
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("ender", "register_jobs")


SWITCHES_OFF = """
from sqlalchemy import text

def run(uow):
    uow.session.execute(text("UPDATE plugin_state SET enabled = false WHERE name = 'second'"))
    uow.session.execute(text("UPDATE site_state SET generation = generation + 1"))

@hookimpl
def register_jobs():
    return [Job("j", every=60, run=run)]
"""


def test_a_job_of_a_plugin_that_was_switched_off_since_is_not_run(site_with, tmp_path):
    site = site_with(*(found_in(write_plugin(tmp_path, name, SWITCHES_OFF)) for name in ("first", "second")))
    for name in ("first", "second"):
        switch(site, name, True)
    assert run_due_jobs(site.writer, site.snapshots) == ["first:j"]


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


def test_one_that_ended_the_process_that_loaded_it_is_loaded_once_its_code_changes_or_it_is_forgiven(site_with, tmp_path, home):
    fine = found_in(write_plugin(tmp_path, "tidy"))
    mark = home / "run" / f"refused-{replace(fine, stamp='one').mark}"
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    refused = site_with(replace(fine, stamp="one"))
    assert "ended or blocked" in status(refused, "tidy").failure.message
    with pytest.raises(Refused, match="plugin_failed"):
        switch(refused, "tidy", True)
    assert status(site_with(replace(fine, stamp="two")), "tidy").failure is None
    assert forgive(home / "run", "tidy") == 1
    assert status(site_with(replace(fine, stamp="one")), "tidy").failure is None
