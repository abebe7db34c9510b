"""`recits plugin check` finds what is wrong with a plugin and says in which file and line; a new one has nothing wrong."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.author.place import NoPlugin, find_place
from app.cli.author.scaffold import Written, write_plugin
from app.cli.author.texts import translate
from app.cli.main import Makers, recits
from app.db.base import metadata
from app.factory import create_app, find_plugins
from app.sdk_testing import problems_of

MAKERS = Makers(create_app, find_plugins)
NUMBERS = itertools.count(1)


class Draft:
    """A new plugin under a name of its own, to be broken."""

    def __init__(self, folder: Path) -> None:
        self.name = f"essai_{next(NUMBERS)}"
        self.written: Written = write_plugin(self.name, folder)

    def file(self, name: str) -> Path:
        return self.written.package / name.replace("NAME", self.name)

    def replace(self, name: str, old: str, new: str) -> None:
        file = self.file(name)
        text = file.read_text(encoding="utf-8")
        assert old.replace("NAME", self.name) in text, (name, old)
        file.write_text(text.replace(old.replace("NAME", self.name), new.replace("NAME", self.name)), encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        file = self.file(name)
        file.write_text(file.read_text(encoding="utf-8") + text.replace("NAME", self.name), encoding="utf-8")

    def line_of(self, name: str, text: str) -> int:
        lines = self.file(name).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text.replace("NAME", self.name) in line)


@pytest.fixture
def draft(tmp_path: Path) -> Iterator[Draft]:
    before = set(metadata.tables)
    yield Draft(tmp_path)
    for name in set(metadata.tables) - before:  # the models of a process are one for all tests
        metadata.remove(metadata.tables[name])


def test_a_new_plugin_has_nothing_wrong(draft: Draft):
    assert [str(problem) for problem in problems_of(draft.written.folder)] == []
    done = CliRunner().invoke(recits, ["plugin", "check", str(draft.written.package)], obj=MAKERS)
    assert (done.exit_code, "Nothing to mend" in done.output) == (0, True)


BROKEN: dict[str, tuple[Callable[[Draft], None], str, str, str]] = {
    # what is done to it, file and text of the line that is named (or none), words that are said
    "core import": (lambda d: d.append("rules.py", "\nfrom app.db import models\n"), "rules.py", "from app.db", "app.sdk alone"),
    "hidden core import": (
        lambda d: d.append("rules.py", "\ndef f():\n    import app.web.gate\n"),
        "rules.py",
        "import app.web.gate",
        "app.sdk alone",
    ),
    "another plugin": (
        lambda d: d.append("rules.py", "\nimport plugins.communication.rules\n"),
        "rules.py",
        "import plugins",
        "each other",
    ),
    "syntax": (lambda d: d.append("rules.py", "\ndef f(:\n"), "rules.py", "def f(:", "SyntaxError"),
    "import that fails": (lambda d: d.append("rules.py", "\n1 / 0\n"), "rules.py", "1 / 0", "ZeroDivisionError"),
    "unknown hook": (
        lambda d: d.append("plugin.py", "\n\n@hookimpl\ndef register_nothing():\n    return []\n"),
        "plugin.py",
        "def register_nothing",
        "no hook",
    ),
    "another name": (lambda d: d.replace("plugin.py", 'name="NAME"', 'name="autre"'), "plugin.py", "", "manifest"),
    "a newer SDK": (lambda d: d.replace("plugin.py", "sdk=1", "sdk=99"), "plugin.py", "", "upgrade recits-croises"),
    "a hook that raises": (
        lambda d: d.replace("plugin.py", "return [SETTINGS]", "return [SETTINGS.absent]"),
        "plugin.py",
        "SETTINGS.absent",
        "register_settings",
    ),
    "another kind": (
        lambda d: d.replace("plugin.py", "return [SETTINGS]", 'return ["SETTINGS"]'),
        "plugin.py",
        "def register_settings",
        "instead of SettingsPage",
    ),
    "a place that is not": (
        lambda d: d.replace("plugin.py", 'slot="story.foot"', 'slot="story.sky"'),
        "plugin.py",
        "def register_slot_items",
        "story.sky",
    ),
    "the core's table": (lambda d: d.replace("models.py", '"NAME_label"', '"story_label"'), "models.py", "class Label", "must begin with"),
    "models without migration": (
        lambda d: d.replace("models.py", "    text:", "    more: Mapped[str] = mapped_column(String(9))\n    text:"),
        "migrations",
        "",
        "add_column",
    ),
    "a downgrade that leaves something": (
        lambda d: d.replace("migrations/versions/NAME_0001_labels.py", '    op.drop_table("NAME_label")\n', ""),
        "migrations",
        "",
        "left behind",
    ),
    "a migration that fails": (
        lambda d: d.replace("migrations/versions/NAME_0001_labels.py", "def upgrade() -> None:\n", "def upgrade() -> None:\n    1 / 0\n"),
        "migrations/versions/NAME_0001_labels.py",
        "1 / 0",
        "migrating up: ZeroDivisionError",
    ),
    "template": (lambda d: d.append("templates/labels.html", "\n{% if %}\n"), "templates/labels.html", "{% if %}", "cannot be read"),
    "a template that is not": (
        lambda d: d.append("templates/_labels.html", '{% include "NAME/none.html" %}'),
        "templates/_labels.html",
        "",
        "which does not exist",
    ),
    "a link that leads nowhere": (
        lambda d: d.replace("plugin.py", 'endpoint="NAME.manage"', 'endpoint="NAME.absent"'),
        "plugin.py",
        "",
        "leads to",
    ),
    "a permission that nothing registers": (
        lambda d: d.replace("plugin.py", 'permission="NAME.manage_labels"', 'permission="NAME.see"'),
        "plugin.py",
        "",
        "nothing registers",
    ),
    "a new text": (
        lambda d: d.append("templates/_labels.html", '{{ _("Un texte de plus") }}'),
        "templates/_labels.html",
        "",
        "not in the catalogue",
    ),
    "no translation": (
        lambda d: d.replace("translations/en/LC_MESSAGES/messages.po", 'msgstr "Key figure"', 'msgstr ""'),
        "translations/en/LC_MESSAGES/messages.po",
        'msgid "Chiffre repère"',
        "no English translation",
    ),
    "no French of print": (
        lambda d: d.file("translations/fr/LC_MESSAGES/messages.po").unlink(),
        "translations/fr/LC_MESSAGES/messages.po",
        "",
        "is missing",
    ),
    "not compiled": (
        lambda d: d.file("translations/en/LC_MESSAGES/messages.mo").unlink(),
        "translations/en/LC_MESSAGES/messages.mo",
        "",
        "is missing",
    ),
    "readme": (lambda d: d.replace("README.md", "`register_facets`, ", ""), "README.md", "", "does not list the hook `register_facets`"),
    "readme without purpose": (lambda d: d.replace("README.md", "**Purpose.**", ""), "README.md", "", "Purpose"),
    "static files": (lambda d: d.replace("views.py", ', static_folder="static"', ""), "static", "", "is not served"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_wrong_is_told_with_file_and_line(draft: Draft, how: str):
    change, file, line, words = BROKEN[how]
    change(draft)
    found = [problem for problem in problems_of(draft.written.folder) if words in problem.words]
    assert found, [str(problem) for problem in problems_of(draft.written.folder)]
    assert str(found[0].file) == str(draft.file(file))
    if line:
        assert found[0].line == draft.line_of(file, line)


def test_a_licence_is_asked_for(draft: Draft):
    file = draft.written.folder / "pyproject.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('license = "EUPL-1.2"\n', ""), encoding="utf-8")
    done = CliRunner().invoke(recits, ["plugin", "check", str(draft.written.folder)], obj=MAKERS)
    assert done.exit_code == 1
    assert "pyproject.toml: names no licence" in done.output


def test_another_translation_of_the_cores_text_is_refused(draft: Draft):
    """Catalogues are merged: it would change the core's own pages."""
    draft.append("templates/_labels.html", '{{ _("Territoires") }}')
    translate(draft.written.package, {"Territoires": "Lands"})
    assert any("in the core" in problem.words for problem in problems_of(draft.written.folder))
    draft.replace("translations/en/LC_MESSAGES/messages.po", '"Lands"', '"Territories"')
    translate(draft.written.package)
    assert [str(problem) for problem in problems_of(draft.written.folder)] == []


def test_translate_keeps_what_is_translated_and_says_what_waits(draft: Draft):
    draft.append("templates/_labels.html", '{{ _("Un texte de plus") }}')
    done = CliRunner().invoke(recits, ["plugin", "translate", str(draft.written.folder)], obj=MAKERS)
    assert ": 1 à traduire" in done.output
    text = draft.file("translations/en/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    assert 'msgid "Un texte de plus"\nmsgstr ""' in text
    assert 'msgstr "Key figure"' in text


def test_a_plugin_may_stand_in_src(draft: Draft):
    (draft.written.folder / "src").mkdir()
    draft.written.package.rename(draft.written.folder / "src" / draft.written.package.name)
    place = find_place(str(draft.written.folder), find_plugins())
    assert place.package == draft.written.folder / "src" / draft.written.package.name


@pytest.mark.parametrize("target", ["nobody", "/nowhere/at/all", "/"])
def test_what_is_no_plugin_is_said(target: str):
    with pytest.raises(NoPlugin):
        find_place(target, find_plugins())
    assert CliRunner().invoke(recits, ["plugin", "check", target], obj=MAKERS).exit_code == 1
