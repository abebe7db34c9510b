"""What does not hold is found before it is used: the plugin is marked failed at the stage that says where, cannot be switched on, and the others go on."""

import pytest
from flask_babel import gettext, ngettext
from markupsafe import escape
from sqlalchemy import MetaData, select
from sqlalchemy.orm import Session

from app.factory import create_app
from app.hooks.calls import CALLS
from app.kernel.errors import Refused
from app.services import plugins
from app.services.words import translations
from app.web.catalogues import check_catalogues
from tests.conftest import close_engines, settings_for
from tests.hostile.making import catalogue, found_in, migration, table, write_plugin
from tests.services.plugins.conftest import switch

FINE = {"one.py": migration("x_1", None, "pass")}
TILE = "@hookimpl\ndef register_tiles():\n    return [Tile('t', title='T', template='{name}/tile.html')]\n"
ITEMS = "@hookimpl\ndef register_menu_items():\n    return {}\n"
VIEWS = "from flask import Blueprint\nblueprint = Blueprint('{{name}}', __name__, {})\n@hookimpl\ndef register_blueprints():\n    return [blueprint]\n"

# What it does → (stage, how to write it).
BROKEN = {
    "names with numbers": ("hooks", {"code": ITEMS.format("[MenuItem(7)]")}),
    "names with an address": ("hooks", {"code": ITEMS.format("[MenuItem('a/b')]")}),
    "names with nothing": ("hooks", {"code": ITEMS.format("[MenuItem('')]")}),
    "names without end": ("hooks", {"code": ITEMS.format("[MenuItem('a' * 61)]")}),
    "names with what is not seen": ("hooks", {"code": ITEMS.format("[MenuItem('a\\u200b')]")}),
    "orders with a text": ("hooks", {"code": ITEMS.format("[MenuItem('a', order='first')]")}),
    "titles with a number": ("hooks", {"code": ITEMS.format("[MenuItem('a', title=3)]")}),
    "titles that cannot be read": (
        "hooks",
        {"code": "class Bad:\n    def __str__(self):\n        raise ValueError('boum')\n" + ITEMS.format("[MenuItem('a', title=Bad())]")},
    ),
    "answers without end": ("hooks", {"code": ITEMS.format("(MenuItem(f'a{n}') for n in __import__('itertools').count())")}),
    "an answer that raises later": ("hooks", {"code": ITEMS.format("(1 / 0 for _ in (1, 2))")}),
    "a property that raises": (
        "hooks",
        {"code": "class Bad(MenuItem):\n    title = property(lambda self: 1 / 0)\n" + ITEMS.format("[object.__new__(Bad)]")},
    ),
    "a function that is none": (
        "hooks",
        {"code": ITEMS.format("[MenuItem('a')]") + "@hookimpl\ndef register_jobs():\n    return [Job('j', run='x')]\n"},
    ),
    "an exception that cannot be read": (
        "import",
        {"code": "class Bad(Exception):\n    def __str__(self):\n        raise ValueError\nraise Bad"},
    ),
    "an end of the process that is none of ours": ("import", {"code": "class Bad(BaseException):\n    pass\nraise Bad"}),
    "a right of another": ("hooks", {"code": "@hookimpl\ndef register_permissions():\n    return [Permission('account.manage')]\n"}),
    "a right that its manifest does not declare": (
        "hooks",
        {"code": "@hookimpl\ndef register_roles():\n    return [RoleOffer('{name}.boss', permissions=frozenset({{'account.manage'}}))]\n"},
    ),
    "static files of the machine": ("static", {"code": VIEWS.format("static_folder='/etc'")}),
    "static files above itself": ("static", {"code": VIEWS.format("static_folder='..'")}),
    "its code as static files": ("static", {"code": VIEWS.format("static_folder='.'")}),
    "templates without its prefix": ("static", {"code": VIEWS.format("template_folder='templates'")}),
    "templates without its prefix, in a blueprint within": (
        "static",
        {
            "code": VIEWS.format("").replace(
                "@hookimpl", "blueprint.register_blueprint(Blueprint('in', __name__, template_folder='x'))\n@hookimpl"
            )
        },
    ),
    "a migration with a chain beside its own": (
        "migrations",
        {"migrations": {"one.py": FINE["one.py"].replace("branch_labels = None", "branch_labels = ('beside',)")}},
    ),
    "a migration that cannot be read": ("migrations", {"migrations": {"one.py": "this is no Python"}}),
    "a migration that raises when it is read": ("migrations", {"migrations": {"one.py": "raise RuntimeError('boum')"}}),
    "migrations with two heads": ("migrations", {"migrations": FINE | {"two.py": migration("x_2", None, "pass")}}),
    "a migration that follows nothing": ("migrations", {"migrations": {"two.py": migration("x_2", "x_1", "pass")}}),
    "migrations that follow each other": (
        "migrations",
        {"migrations": {"one.py": migration("x_1", "x_2", "pass"), "two.py": migration("x_2", "x_1", "pass")}},
    ),
    "a catalogue that is none": ("translations", {"files": {"translations/en/LC_MESSAGES/messages.mo": b"this is no catalogue"}}),
    "a catalogue cut short": ("translations", {"files": {"translations/en/LC_MESSAGES/messages.mo": catalogue({"Bonjour": "Hello"})[:40]}}),
    "a translation that asks for other values": (
        "translations",
        {"files": {"translations/en/LC_MESSAGES/messages.mo": catalogue({"%(n)s pages": "%(m)s pages"})}},
    ),
    "a translation that cannot be filled": (
        "translations",
        {"files": {"translations/en/LC_MESSAGES/messages.mo": catalogue({"%(n)s pages": "100 % of %(n)s pages"})}},
    ),
    "a template that cannot be read": ("templates", {"files": {"templates/tile.html": "{% if %}"}}),
    "a template with a filter that is none": ("templates", {"files": {"templates/tile.html": "{{ 1|nothing }}"}}),
    "a template that is no text": ("templates", {"files": {"templates/tile.html": b"\xff\xfe\xfa"}}),
    "a template that leans on nothing": ("templates", {"files": {"templates/tile.html": "{% include 'nowhere.html' %}"}}),
    "a template that is not there": ("templates", {"code": TILE}),
    "a template that includes itself": ("templates", {"files": {"templates/tile.html": "{% include '{name}/tile.html' %}"}}),
    "a template that extends itself": ("templates", {"files": {"templates/tile.html": "{% extends '{name}/tile.html' %}"}}),
    "templates that include each other": (
        "templates",
        {
            "files": {
                "templates/tile.html": "<p>{% block part %}{% include '{name}/other.html' %}{% endblock %}</p>",
                "templates/other.html": "{% import '{name}/tile.html' as tile %}",
            }
        },
    ),
}


def test_each_is_failed_at_its_stage_and_the_others_go_on(site_with, tmp_path):
    candidates, wanted = [], {}
    for number, (kind, (stage, written)) in enumerate(BROKEN.items()):
        name = f"bad{number}"
        code = written.get("code", "").replace("{name}", name).replace("{{", "{").replace("}}", "}")
        files = {path: text if isinstance(text, bytes) else text.replace("{name}", name) for path, text in written.get("files", {}).items()}
        candidates.append(found_in(write_plugin(tmp_path, name, **(written | {"code": code, "files": files}))))
        wanted[name] = (kind, stage)
    good = found_in(
        write_plugin(
            tmp_path,
            "good",
            files={"templates/tile.html": "{% extends 'base.html' %}{{ 'x'|said }}{% if x %}{% include 'good/tile.html' %}{% endif %}"},
        )
    )
    site = site_with(*candidates, good)
    with Session(site.engine) as session:
        found = {status.name: status for status in plugins.read_statuses(session, site.plugins)}
    stages = {kind: found[name].failure.stage if found[name].failure else "passed" for name, (kind, _stage) in wanted.items()}
    assert stages == {kind: stage for kind, stage in wanted.values()}
    unread = next(name for name, (kind, _stage) in wanted.items() if kind == "titles that cannot be read")
    assert "a.title cannot be read" in found[unread].failure.message
    assert found["good"].state == "off"
    for name in wanted:
        with pytest.raises(Refused, match="plugin_failed"):
            switch(site, name, True)
        with pytest.raises(Refused, match="plugin_failed"), site.writer.begin() as uow:  # also where nothing asked for its tables first
            plugins.set_enabled(uow, None, site.plugins, name, True)
    switch(site, "good", True)


def test_a_lazy_text_is_escaped_as_every_other(site_with, tmp_path):
    code = """
class Bold:
    def __str__(self):
        return "<b>"

@hookimpl
def register_menu_items():
    return [MenuItem("a", title=Bold())]
"""
    site = site_with(found_in(write_plugin(tmp_path, "bold", code)))
    assert escape(site.plugins.plugins["bold"].declared["register_menu_items"][0].item.title) == "&lt;b&gt;"


@pytest.mark.parametrize(("error", "said"), [("ValueError('boum')", "ValueError: boum"), ("SystemExit(3)", "SystemExit: 3")])
def test_a_lazy_text_that_fails_when_it_is_shown_is_replaced_and_named(site_with, tmp_path, error, said):
    code = """
class Moody:
    calls = 0
    def __str__(self):
        Moody.calls += 1
        if Moody.calls > 1:
            raise ERROR
        return "fine at first"

@hookimpl
def register_menu_items():
    return [MenuItem("a", title=Moody())]
"""
    site = site_with(found_in(write_plugin(tmp_path, "moody", code.replace("ERROR", error))))
    item = site.plugins.plugins["moody"].declared["register_menu_items"][0].item
    assert str(item.title) == "a.title"
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].message) == ("moody", said)


def test_a_catalogue_never_changes_what_the_core_says(tmp_path, home):
    words = {"Se connecter": "STOLEN", "Un texte à elle": "A text of its own"}
    bad_plural = "nplurals=1; plural=0;"
    folder = write_plugin(tmp_path, "thief", files={"translations/en/LC_MESSAGES/messages.mo": catalogue(words, bad_plural)})
    app = create_app(settings_for(home), plugins=[found_in(folder)])
    assert app.extensions["recits"].plugins.plugins["thief"].failure is None
    page = app.test_client().get("/en/connexion").text
    assert "STOLEN" not in page
    with app.test_request_context("/en/", environ_overrides={"recits.lang": "en"}):
        assert gettext("Se connecter") == translations("en").gettext("Se connecter")
        assert gettext("Un texte à elle") == "A text of its own"
        assert ngettext("%(num)s page", "%(num)s pages", 2) == "2 pages"
    close_engines(app)


def test_a_catalogue_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    folder = write_plugin(tmp_path, "large", files={"translations/en/LC_MESSAGES/messages.mo": catalogue({"Un": "One"})}) / "translations"
    check_catalogues(folder)
    monkeypatch.setattr("app.web.catalogues.MOST_BYTES", 10)
    monkeypatch.setattr("app.web.catalogues._passed", set())
    with pytest.raises(ValueError, match="too large"):
        check_catalogues(folder)


def test_a_catalogue_that_was_broken_since_it_was_tried_is_named_and_breaks_no_page(tmp_path, home):
    file = "translations/en/LC_MESSAGES/messages.mo"
    folder = write_plugin(tmp_path, "later", files={file: catalogue({"Un": "One"})})
    app = create_app(settings_for(home), plugins=[found_in(folder)])
    (folder / file).write_bytes(b"this is no catalogue")
    assert "nothing loaded from elsewhere" in app.test_client().get("/en/connexion").text
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("later", "translations")
    close_engines(app)


BAD_MIGRATIONS = {
    "raises half-way": f"{table('bad_note')}\nraise RuntimeError('boum')",
    "calls sys.exit": f"{table('bad_note')}\nimport sys\nsys.exit(3)",
    "drops a table of the core": 'op.drop_table("draft")',
    "drops the core's own version": 'op.drop_table("alembic_version")',
    "adds a column to the core": 'op.add_column("story", sa.Column("evil", sa.String(10)))',
    "changes rows of the core": "op.execute(\"UPDATE account SET name = 'evil'\")",
    "deletes rows of the core": 'op.execute("DELETE FROM audit_entry")',
    "switches itself on": "op.execute(\"UPDATE plugin_state SET enabled = true\")\nop.execute(\"INSERT INTO plugin_state VALUES ('bad', true, '2026-01-01', '1')\")",
    "makes a table without its prefix": table("other_note"),
    "renames its table into another's": f'{table("bad_note")}\nop.rename_table("bad_note", "tidy_other")',
    "touches another plugin's table": 'op.execute("DELETE FROM tidy_note")',
    "puts a trigger of its connection on the core": f"{table('bad_note')}\nop.execute('CREATE TEMP TRIGGER bad AFTER UPDATE ON story BEGIN DELETE FROM bad_note; END')",
    "puts an index on the core": 'op.execute("CREATE INDEX bad_index ON story (title)")',
    "commits": f"{table('bad_note')}\nop.get_bind().commit()",
    "rolls back": f"{table('bad_note')}\nop.get_bind().rollback()",
    "commits in words": f"{table('bad_note')}\nop.execute('COMMIT')",
    "commits after a comment": f"{table('bad_note')}\nop.execute('/* x */ COMMIT')",
    "leaves a row that refers to nothing": f"{table('bad_note')}\nop.create_table('bad_child', sa.Column('note', sa.ForeignKey('bad_note.id')))\n"
    "op.execute('INSERT INTO bad_child VALUES (7)')",
    "leaves the transaction": f"{table('bad_note')}\nwith op.get_context().autocommit_block():\n    pass",
}


@pytest.mark.parametrize("kind", BAD_MIGRATIONS)
def test_a_migration_that_does_wrong_is_undone_whole_and_the_plugin_stays_off(site_with, tmp_path, kind):
    filled = f"{table('tidy_note')}\nop.execute(\"INSERT INTO tidy_note (words) VALUES ('un mot')\")"
    tidy = found_in(write_plugin(tmp_path, "tidy", migrations={"one.py": migration("tidy_1", None, filled)}))
    bad = found_in(write_plugin(tmp_path, "bad", migrations={"one.py": migration("bad_1", None, BAD_MIGRATIONS[kind])}))
    site = site_with(tidy, bad)
    switch(site, "tidy", True)
    before = content(site)
    for _ in range(2):
        with pytest.raises(Refused, match="plugin_migration"):
            switch(site, "bad", True)
    assert content(site) == before
    with Session(site.engine) as session:
        assert not site.snapshots.current(session).is_on("bad")
    assert (CALLS.faults()[0].owner, CALLS.faults()[0].hook) == ("bad", "migration")


def content(site) -> dict[str, list]:
    """Everything in the database: tables, columns, rows."""
    found = MetaData()
    found.reflect(site.engine)
    with site.engine.connect() as connection:
        return {
            name: [f"{column.name} {column.type} {column.nullable}" for column in table.columns]
            + sorted(str(index.name) for index in table.indexes)
            + sorted(map(repr, connection.execute(select(table))))
            for name, table in found.tables.items()
        }


def test_static_files_that_lead_out_of_the_plugin_are_refused(site_with, tmp_path):
    code = VIEWS.format("static_folder='static'").replace("{name}", "linked").replace("{{", "{").replace("}}", "}")
    package = write_plugin(tmp_path, "linked", code, files={"static/fine.css": "p {}"})
    (package / "static" / "passwd.txt").symlink_to("/etc/passwd")
    failure = site_with(found_in(package)).plugins.plugins["linked"].failure
    assert failure is not None
    assert failure.stage == "static"
    assert "lead outside" in failure.message
