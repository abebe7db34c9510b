"""The life of a plugin: every state, every switch, repeated, crossed and cut short."""

import itertools
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import AuditEntry, Page, PageText, Passage
from app.hooks.contracts import SettingsPage
from app.hooks.run_files import forgive
from app.kernel.access import PLUGIN_MANAGE, Actor
from app.kernel.errors import NotAllowed, Refused
from app.services import plugins
from app.services.plugin_settings import save_settings
from app.services.site import Site
from app.services.verify import verify_site
from tests.factories import actor
from tests.hostile.making import found_in, migration, write_plugin
from tests.services.plugins.conftest import switch
from tests.services.plugins.states import generation, is_on, notes, resume, status, verbs


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
