"""The wheel, in an empty environment outside the checkout, shows the same site: templates, static files, stories, plugins and migrations travel in it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.databases import sqlite_only
from tests.processes.conftest import ROOT, environment, serving

BUILD_SECONDS = 300


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


def test_what_travels_in_the_wheel(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    wanted = [
        "app/_shipped/templates/base.html",
        "app/_shipped/static/css/tokens.css",
        "app/_shipped/static/fonts/faustina-fr.woff2",
        "app/_shipped/stories/la-legumerie-que-nous-n-avons-pas-ouverte.md",
        "app/db/migrations/script.py.mako",
        "app/scaffold/package/plugin.py.tmpl",
        "app/scaffold/english.yaml",
        "plugins/communication/starter/prompts.yaml",
        "plugins/communication/templates/prompts.html",
    ]
    assert [name for name in wanted if name not in names] == []
    assert any(name.startswith("app/db/migrations/versions/0001") for name in names)
    assert any(name.startswith("plugins/communication/migrations/versions/") for name in names)
    sources = [
        path.relative_to(ROOT).with_suffix(".mo")
        for path in [*ROOT.glob("app/translations/*/*/*.po"), *ROOT.glob("plugins/*/translations/*/*/*.po")]
    ]
    assert [str(path) for path in sources if str(path) not in names] == []
    assert not [name for name in names if name.startswith(("tests/", "var/")) or name.endswith(".sqlite3")]


@sqlite_only("what requirements.lock installs has no PostgreSQL driver")
def test_an_empty_environment_serves_the_same_site(wheel: Path, tmp_path: Path):
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True, timeout=BUILD_SECONDS)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run(
        [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(ROOT / "requirements.lock"),
        ],
        check=True,
        timeout=BUILD_SECONDS,
    )
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", str(wheel)], check=True, timeout=120
    )
    home = tmp_path / "home"
    home.mkdir()
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    recits = [str(tmp_path / "env" / "bin" / "recits")]
    where = subprocess.run([str(python), "-c", "import app; print(app.__file__)"], cwd=outside, capture_output=True, text=True, check=True)
    assert str(tmp_path) in where.stdout
    with serving(home, executable=recits, cwd=outside) as server:
        status, page = server.get("/recits/la-legumerie-que-nous-n-avons-pas-ouverte")
        assert status == 200
        assert "Karim" in page
        assert server.get("/static/css/tokens.css")[0] == 200
        assert server.get("/communication/questions")[1].count("Se connecter") >= 1
    listed = subprocess.run([*recits, "plugin", "list"], cwd=outside, env=environment(home), capture_output=True, text=True, check=True)
    assert "communication" in listed.stdout
    assert "activée" in listed.stdout
