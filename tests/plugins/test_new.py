"""`recits plugin new` writes a plugin that works as it stands, and overwrites nothing; its own tests are run by test_write_a_plugin."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.author.scaffold import CannotWrite, write_plugin
from app.cli.main import Makers, recits
from app.extract_messages import read_catalogue
from app.factory import create_app, find_plugins
from tests.distributions import Distribution

MAKERS = Makers(create_app, find_plugins)


def run(*arguments: str):
    return CliRunner().invoke(recits, ["plugin", *arguments], obj=MAKERS)


def test_what_it_installs_is_found_by_its_entry_point(distribution: Distribution):
    found = subprocess.run(
        [sys.executable, "-c", "from app.factory import find_plugins; print([(c.name, c.module) for c in find_plugins()])"],
        env=distribution.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "('essai', 'recits_essai.plugin')" in found.stdout


def test_every_file_of_the_package_is_installed(distribution: Distribution):
    written = {path.relative_to(distribution.written.package) for path in distribution.written.package.rglob("*") if path.is_file()}
    installed = distribution.installed / "recits_essai"
    assert {path for path in written if not (installed / path).is_file()} == set()
    assert any(path.suffix == ".mo" for path in written)


def test_every_text_of_it_is_translated(distribution: Distribution):
    catalogue = read_catalogue(distribution.written.package / "translations" / "en" / "LC_MESSAGES" / "messages.po")
    assert len(catalogue) > 20
    assert [message.id for message in catalogue if message.id and not message.string] == []


def test_the_command_says_what_to_do_next(tmp_path: Path):
    done = run("new", "repere", "--title", "Repères", "--folder", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "recits plugin enable repere" in done.output
    assert 'title=_l("Repères")' in (tmp_path / "recits-repere" / "recits_repere" / "plugin.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["Essai", "2essai", "core", "es-sai", "stories", "e", "communication", "../essai"])
def test_a_name_that_no_plugin_may_have_is_refused(tmp_path: Path, name: str):
    done = run("new", name, "--folder", str(tmp_path))
    assert done.exit_code == 1
    assert name in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ['Un "titre"', "Un {{ titre }}", "100 %(x)s", "a\\b"])
def test_a_title_that_would_break_the_code_is_refused(tmp_path: Path, title: str):
    with pytest.raises(CannotWrite):
        write_plugin("essai", tmp_path, title=title)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_ever_overwritten(tmp_path: Path):
    write_plugin("essai", tmp_path)
    file = tmp_path / "recits-essai" / "recits_essai" / "rules.py"
    file.write_text("# mine\n", encoding="utf-8")
    done = run("new", "essai", "--folder", str(tmp_path))
    assert done.exit_code == 1
    assert "exists already" in done.output
    assert file.read_text(encoding="utf-8") == "# mine\n"


def test_it_joins_a_checkout_with_its_tests_among_the_others(tmp_path: Path):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "__init__.py").touch()
    written = write_plugin("essai", tmp_path, here=True)
    assert written.package == tmp_path / "plugins" / "essai"
    assert "from plugins.essai import" in (written.package / "plugin.py").read_text(encoding="utf-8")
    assert written.tests == tmp_path / "tests" / "plugins" / "test_essai.py"
    assert not (tmp_path / "pyproject.toml").exists()
    with pytest.raises(CannotWrite, match="no checkout"):
        write_plugin("essai", tmp_path / "plugins", here=True)


def test_a_wheel_of_it_holds_the_package_and_nothing_else(distribution: Distribution, tmp_path: Path):
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(distribution.written.folder)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert {name.split("/")[0] for name in names} == {"recits_essai", "recits_essai-0.1.0.dist-info"}
