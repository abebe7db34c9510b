"""Roles as data: what is given, learnt from plugins once, kept while they are off; and that somebody always keeps the keys."""

from types import ModuleType

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db.engine import writing_engine
from app.db.migrate import CORE, CORE_SCRIPTS, migrate, scripts_of
from app.db.models import AuditEntry, RolePermission, RoleRow
from app.db.permissions import learn_permissions
from app.factory import create_app
from app.hooks.contracts import SDK_VERSION, Manifest, Permission, RoleOffer
from app.hooks.manager import Candidate
from app.hooks.specs import hookimpl
from app.kernel.access import (
    ACCOUNT_MANAGE,
    CORE_PERMISSIONS,
    PLUGIN_MANAGE,
    PROGRAMME_MANAGE,
    ROLE_MANAGE,
    STORY_REVIEW,
    Role,
    Scope,
    ScopeKind,
)
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.services import accounts, plugins, roles, sharing
from app.services.access import load_actor
from tests.conftest import close_engines, settings_for
from tests.counting import counted_queries
from tests.factories import actor

# What the role of editors carries as a site begins.
EDITORS = frozenset(name for name, carriers in CORE_PERMISSIONS.items() if Role.EDITOR in carriers)
# The revision of a site on which roles were constants of the code.
BEFORE = str(next(script.down_revision for script in scripts_of(CORE_SCRIPTS).walk_revisions() if script.revision.endswith("_roles")))


@pytest.fixture
def admin(site, world):
    return actor(site, world, "admin")


def save(site, person, given=(), taken=()):
    """Saves the table as somebody would who ticks and unticks some boxes."""
    with site.writer.begin() as uow:
        snapshot = site.snapshots.current(uow.session)
        before = roles.given_pairs(uow.session)
        known = {entry.name for entry in roles.known_permissions(uow.session, site.registry.of(Permission), snapshot) if entry.on}
        wanted = ({pair for pair in before if pair[1] in known} | set(given)) - set(taken)
        return roles.set_permissions(uow, person, site.registry.of(Permission), snapshot, frozenset(wanted), roles.fingerprint(before))


def test_the_builtin_roles_carry_what_the_kernel_says(session: Session):
    given = roles.given_pairs(session)
    for permission, carriers in CORE_PERMISSIONS.items():
        assert {role for role, name in given if name == permission} == {str(role) for role in carriers}, permission
    assert [row.key for row in roles.list_roles(session)] == ["administrator", "organiser", "editor"]


def test_roles_that_were_held_before_the_migration_are_held_after_it(tmp_path):
    """A site of the version before: its editor is an editor still, and each right is where it was."""
    app = create_app(settings_for(tmp_path))
    engine = app.extensions["recits"].engine
    migrate(engine, target=BEFORE)
    with writing_engine(engine).begin() as connection:
        connection.execute(
            text("INSERT INTO account (id, name, lang, created_at, demonstration) VALUES ('a2345678901234567890', 'Une', 'fr', :now, :no)"),
            {"now": "2024-01-01 00:00:00.000000", "no": False},
        )
        connection.execute(text("INSERT INTO account_role (account_id, role) VALUES ('a2345678901234567890', 'editor')"))
    migrate(engine)
    with Session(engine) as session:
        site = app.extensions["recits"]
        person = load_actor(session, "a2345678901234567890", site.clock.today(), site.snapshots.current(session))
    assert person is not None
    assert STORY_REVIEW in person.permissions
    assert person.permissions == EDITORS
    migrate(engine, CORE, CORE_SCRIPTS, BEFORE)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT role FROM account_role")).scalars().all() == ["editor"]
    close_engines(app)


def test_a_permission_is_learnt_once(site, session: Session):
    """What an administrator took away is not given again by the next migration."""
    with site.writer.begin() as uow:
        uow.session.delete(uow.session.get_one(RolePermission, ("editor", STORY_REVIEW)))
    migrate(site.engine)
    assert ("editor", STORY_REVIEW) not in roles.given_pairs(session)


def test_a_new_permission_of_the_core_reaches_its_roles_with_the_migrations(site, session: Session, monkeypatch):
    monkeypatch.setitem(CORE_PERMISSIONS, "page.manage", frozenset({Role.ADMINISTRATOR, Role.EDITOR}))
    migrate(site.engine)
    assert {("administrator", "page.manage"), ("editor", "page.manage")} <= roles.given_pairs(session)


def test_the_table_is_saved_and_counts_from_the_next_request(site, world, admin, session: Session):
    assert save(site, admin, given={("organiser", STORY_REVIEW)}, taken={("editor", STORY_REVIEW)}) == (1, 1)
    assert actor(site, world, "organisation").may(STORY_REVIEW)
    assert not actor(site, world, "editrice").may(STORY_REVIEW)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "role.set_permissions")).one()
    assert entry.facts == {"given": ["organiser story.review"], "taken": ["editor story.review"]}
    assert entry.actor_id == world.accounts["admin"]


def test_two_people_do_not_undo_each_others_changes_unseen(site, admin):
    with site.writer.begin() as uow:
        seen = roles.fingerprint(roles.given_pairs(uow.session))
    save(site, admin, given={("organiser", STORY_REVIEW)})
    with pytest.raises(Refused, match="roles_changed"), site.writer.begin() as uow:
        roles.set_permissions(uow, admin, (), site.snapshots.current(uow.session), frozenset(), seen)


@pytest.mark.parametrize("key", [ACCOUNT_MANAGE, ROLE_MANAGE])
def test_somebody_keeps_both_keys(site, admin, key):
    with pytest.raises(Refused, match="last_administrator"):
        save(site, admin, taken={("administrator", key)})


def test_the_keys_may_move_to_another_role_that_somebody_holds(site, world, admin):
    with site.writer.begin() as uow:
        key = roles.create_role(uow, admin, "Maison", "").key
        accounts.give_role(uow, world.accounts["karim"], key)
    both = {(key, ACCOUNT_MANAGE), (key, ROLE_MANAGE)}
    save(site, admin, given=both)
    save(site, admin, taken={("administrator", ACCOUNT_MANAGE), ("administrator", ROLE_MANAGE)})
    assert not actor(site, world, "admin").may(ROLE_MANAGE)
    with pytest.raises(Refused, match="last_administrator"), site.writer.begin() as uow:
        accounts.set_roles(uow, actor(site, world, "karim"), world.accounts["karim"], frozenset())


@pytest.mark.parametrize("pair", [("editor", "nothing.such"), ("nobody", STORY_REVIEW), ("editor", ""), ("", "")])
def test_what_the_page_did_not_offer_is_refused(site, admin, pair):
    with pytest.raises(Invalid):
        save(site, admin, given={pair})


def test_a_guarded_right_is_given_only_by_somebody_who_has_it(site, world, admin):
    with site.writer.begin() as uow:
        key = roles.create_role(uow, admin, "Droits", "").key
        accounts.give_role(uow, world.accounts["karim"], key)
    save(site, admin, given={(key, ROLE_MANAGE)})
    karim = actor(site, world, "karim")
    with pytest.raises(NotAllowed, match="cannot_give"):
        save(site, karim, given={(key, ACCOUNT_MANAGE)})
    assert save(site, karim, given={(key, STORY_REVIEW), (key, PROGRAMME_MANAGE)}) == (2, 0)


def test_whoever_manages_people_without_the_keys_makes_nobody_an_administrator(site, world, admin):
    with site.writer.begin() as uow:
        key = roles.create_role(uow, admin, "Accueil", "").key
        accounts.give_role(uow, world.accounts["karim"], key)
    save(site, admin, given={(key, ACCOUNT_MANAGE)})
    karim, own = actor(site, world, "karim"), world.accounts["karim"]
    with pytest.raises(NotAllowed, match="cannot_give"), site.writer.begin() as uow:
        accounts.set_roles(uow, karim, own, frozenset({key, "administrator"}))
    with pytest.raises(NotAllowed, match="cannot_give"), site.writer.begin() as uow:
        accounts.invite(uow, karim, site.signer, "complice@exemple.test", "Complice", role="administrator")
    with site.writer.begin() as uow:
        accounts.set_roles(uow, karim, own, frozenset({key, "editor"}))
    assert actor(site, world, "karim").may(STORY_REVIEW)


def test_only_whoever_manages_roles_changes_them(site, world):
    for name in ("editrice", "organisation", "helene", "personne"):
        person = actor(site, world, name)
        with pytest.raises(NotAllowed):
            save(site, person)
        for verb in (
            lambda uow, who: roles.create_role(uow, who, "Un rôle", ""),
            lambda uow, who: roles.edit_role(uow, who, "editor", "Autre", ""),
            lambda uow, who: roles.archive_role(uow, who, "editor"),
            lambda uow, who: roles.restore_role(uow, who, "editor"),
        ):
            with pytest.raises(NotAllowed), site.writer.begin() as uow:
                verb(uow, person)


def test_a_role_is_made_renamed_and_put_away(site, world, admin, session: Session):
    with site.writer.begin() as uow:
        first, second = (roles.create_role(uow, admin, "Animation", "").key for _ in range(2))
        assert (first, second) == ("animation", "animation-2")
        roles.edit_role(uow, admin, first, "Animation des ateliers", "Anime.")
    save(site, admin, given={(first, STORY_REVIEW)})
    with site.writer.begin() as uow:
        accounts.give_role(uow, world.accounts["karim"], first)
    with pytest.raises(Refused, match="role_held") as held, site.writer.begin() as uow:
        roles.archive_role(uow, admin, first)
    assert held.value.facts["names"] == "Karim"
    with site.writer.begin() as uow:
        accounts.set_roles(uow, admin, world.accounts["karim"], frozenset())
        accounts.invite(uow, admin, site.signer, "jeanne@exemple.test", "Jeanne", role=first)
    with pytest.raises(Refused, match="role_invited"), site.writer.begin() as uow:
        roles.archive_role(uow, admin, first)
    with site.writer.begin() as uow:
        roles.archive_role(uow, admin, second)
    assert [row.key for row in roles.list_roles(session, archived=True)] == [second]
    with pytest.raises(NotFound), site.writer.begin() as uow:
        accounts.set_roles(uow, admin, world.accounts["karim"], frozenset({second}))
    with pytest.raises(Refused, match="role_builtin"), site.writer.begin() as uow:
        roles.archive_role(uow, admin, "editor")
    with site.writer.begin() as uow:
        roles.restore_role(uow, admin, second)
        with pytest.raises(Invalid):
            roles.edit_role(uow, admin, second, " ", "")


def test_an_archived_role_gives_nothing(site, world, admin):
    with site.writer.begin() as uow:
        row = uow.session.get_one(RoleRow, "editor")
        row.archived_at = uow.now
    assert not actor(site, world, "editrice").may_somewhere(STORY_REVIEW)


# — what plugins bring —


def fake_plugin(name="ateliers", grants=frozenset(), **hooks):
    module = ModuleType(f"fake_{name}")
    module.MANIFEST = Manifest(name, "Ateliers", "Une phrase.", "1", SDK_VERSION, grants=grants)
    for hook, answer in hooks.items():
        setattr(module, hook, hookimpl(_returning(hook, answer)))
    return Candidate(name, lambda: module)


def _returning(hook, answer):
    def function():
        return answer

    function.__name__ = hook
    return function


@pytest.fixture
def with_ateliers(home):
    """A site on which a plugin is installed that offers two rights and a role, with one right of the core."""
    found = fake_plugin(
        grants=frozenset({PROGRAMME_MANAGE}),
        register_permissions=[
            Permission("ateliers.animate", title="Animer", roles=frozenset({"editor"})),
            Permission("ateliers.count", title="Compter"),
        ],
        register_roles=[
            RoleOffer(
                "ateliers.host",
                title="Hôte d’atelier",
                description="Accueille.",
                permissions=frozenset({"ateliers.animate", "ateliers.count", PROGRAMME_MANAGE}),
            )
        ],
    )
    made = create_app(settings_for(home), plugins=[found])
    yield made.extensions["recits"]
    close_engines(made)


def switch(site, on: bool):
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, None, site.plugins, "ateliers", on)


def test_register_roles_makes_the_role_when_the_plugin_is_first_on_and_the_site_keeps_it(with_ateliers, world):
    site = with_ateliers
    assert site.plugins.plugins["ateliers"].failure is None
    with Session(site.engine) as session:
        assert session.get(RoleRow, "ateliers.host") is None
    switch(site, True)
    with site.writer.begin() as uow:
        accounts.give_role(uow, world.accounts["karim"], "ateliers.host")
    assert actor(site, world, "karim").permissions == {"ateliers.animate", "ateliers.count", PROGRAMME_MANAGE}
    assert actor(site, world, "editrice").permissions == EDITORS | {"ateliers.animate"}
    with Session(site.engine) as session:
        assert session.get_one(RoleRow, "ateliers.host").owner == "ateliers"

    switch(site, False)
    assert actor(site, world, "karim").permissions == {PROGRAMME_MANAGE}, "a right of a plugin that is off is nobody's"
    assert actor(site, world, "editrice").permissions == EDITORS
    with Session(site.engine) as session:
        assert ("ateliers.host", "ateliers.animate") in roles.given_pairs(session), "its rows stay"
        dormant = [
            entry
            for entry in roles.known_permissions(session, site.registry.of(Permission), site.snapshots.current(session))
            if not entry.on
        ]
        assert [(entry.name, entry.title) for entry in dormant] == [("ateliers.animate", "Animer"), ("ateliers.count", "Compter")]


def test_what_an_administrator_changed_survives_off_and_on(with_ateliers, world):
    site = with_ateliers
    switch(site, True)
    admin = actor(site, world, "admin")
    save(site, admin, given={("organiser", "ateliers.count")}, taken={("editor", "ateliers.animate"), ("ateliers.host", PROGRAMME_MANAGE)})
    with site.writer.begin() as uow:
        roles.edit_role(uow, admin, "ateliers.host", "Hôtesse et hôte", "")
        wanted = roles.given_pairs(uow.session)
    for on in (False, True, False, True):
        switch(site, on)
    with Session(site.engine) as session:
        assert roles.given_pairs(session) == wanted
        assert session.get_one(RoleRow, "ateliers.host").title == "Hôtesse et hôte"
    assert actor(site, world, "organisation").may("ateliers.count")
    assert not actor(site, world, "editrice").may("ateliers.animate")


def test_saving_the_table_while_a_plugin_is_off_leaves_its_rights_as_they_were(with_ateliers, world):
    site = with_ateliers
    switch(site, True)
    switch(site, False)
    with Session(site.engine) as session:
        before = roles.given_pairs(session)
    save(site, actor(site, world, "admin"), given={("organiser", STORY_REVIEW)})
    with Session(site.engine) as session:
        assert roles.given_pairs(session) == before | {("organiser", STORY_REVIEW)}
    with pytest.raises(Invalid):
        save(site, actor(site, world, "admin"), given={("organiser", "ateliers.animate")})


def test_a_right_that_an_upgraded_plugin_brings_is_learnt_with_the_migrations(with_ateliers, world):
    site = with_ateliers
    switch(site, True)
    with site.writer.begin() as uow:
        learn_permissions(uow.session.connection(), "ateliers", {})
        uow.session.execute(text("DELETE FROM permission WHERE name = 'ateliers.animate'"))
        uow.session.execute(text("DELETE FROM role_permission WHERE permission = 'ateliers.animate'"))
    assert not actor(site, world, "editrice").may("ateliers.animate")
    with site.writer.begin() as uow:
        roles.learn_from_enabled(uow, site.plugins.usable(), frozenset({"ateliers"}))
    assert actor(site, world, "editrice").may("ateliers.animate")


def test_a_role_with_an_undeclared_right_of_the_core_fails_its_plugin(home):
    offer = RoleOffer("ateliers.host", title="Hôte", permissions=frozenset({PLUGIN_MANAGE}))
    made = create_app(settings_for(home), plugins=[fake_plugin(register_roles=[offer])])
    failure = made.extensions["recits"].plugins.plugins["ateliers"].failure
    close_engines(made)
    assert failure is not None
    assert PLUGIN_MANAGE in failure.message


def test_knowing_who_asks_costs_no_more_queries_than_before(site, world, session: Session):
    """Account, roles with their permissions here and there, voices: read in every signed-in request."""
    with site.writer.begin() as uow:
        accounts.give_role(uow, world.accounts["helene"], "editor")
        sharing.give_local_role(
            uow,
            actor(site, world, "admin"),
            Scope(ScopeKind.TERRITORY, world.territories["valcendre"]),
            world.accounts["helene"],
            "organiser",
        )
    snapshot = site.snapshots.current(session)
    with counted_queries(site.engine) as queries:
        person = load_actor(session, world.accounts["helene"], site.clock.today(), snapshot)
    assert person is not None
    assert (len(person.grants), len(person.voices)) == (2, 1)
    assert len(queries) <= 4, queries
