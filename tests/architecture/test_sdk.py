"""The SDK is documented name by name, its old names warn whoever uses them, and its version is checked in words that say what to do."""

import importlib
import secrets
import warnings
from pathlib import Path

import pytest

import app.sdk
from app.factory import load_plugins
from app.hooks import manager
from app.hooks.contracts import SDK_OLDEST, SDK_VERSION, Manifest
from app.hooks.deprecation import uses_in
from app.hooks.manager import Candidate
from app.sdk_testing import fake_plugin, small_site
from tests.sdk_page import PAGE, text

OLD_NAME = "from app.sdk import Manifest, hookimpl\n\nfrom app.sdk import list_phase_choices\n\nCHOICES = list_phase_choices\n"


def test_the_page_says_what_the_sdk_offers():
    page = PAGE.read_text(encoding="utf-8")
    assert page == text(), "run: python -m tests.sdk_page"
    assert f"This is SDK {SDK_VERSION}." in page
    assert f"of SDK {SDK_OLDEST} to {SDK_VERSION};" in page
    renamed = [f"`{old}` (SDK {since}: use `{new}`)" for old, (since, new) in sorted(app.sdk._RENAMED.items())]
    assert f"Now on their way out: {', '.join(renamed)}." in page


def test_every_name_is_there_once_and_in_order():
    assert len(set(app.sdk.__all__)) == len(app.sdk.__all__)
    assert [name for name in app.sdk.__all__ if not hasattr(app.sdk, name)] == []


@pytest.fixture
def old_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A plugin that imports a name which was renamed; its package has a name of its own in each test."""
    package = tmp_path / f"recits_vieux_{secrets.token_hex(4)}"
    package.mkdir()
    (package / "__init__.py").write_text('"""Old."""\n', encoding="utf-8")
    manifest = f'MANIFEST = Manifest("vieux", "Vieux", "Un vieux.", "0.1.0", {SDK_VERSION})\n'
    (package / "plugin.py").write_text(OLD_NAME + manifest, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return package


def test_a_renamed_name_works_and_warns_at_the_plugins_own_line(old_plugin: Path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        module = importlib.import_module(f"{old_plugin.name}.plugin")
    assert module.CHOICES is app.sdk.phase_choices
    (warning,) = caught
    assert warning.category is DeprecationWarning
    assert (Path(warning.filename), warning.lineno) == (old_plugin / "plugin.py", 3)
    assert str(warning.message) == "app.sdk.list_phase_choices is deprecated since SDK 1: use app.sdk.phase_choices"
    assert [use.line for use in uses_in(old_plugin.name)] == [3]


def test_the_health_page_and_the_check_are_told(old_plugin: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = load_plugins([Candidate("vieux", lambda: importlib.import_module(f"{old_plugin.name}.plugin"))])
    plugin = loaded.plugins["vieux"]
    assert plugin.usable
    assert plugin.deprecations == [
        f"{old_plugin / 'plugin.py'}:3: app.sdk.list_phase_choices is deprecated since SDK 1: use app.sdk.phase_choices"
    ]


def test_the_health_page_names_the_plugin(old_plugin: Path, tmp_path: Path):
    candidate = Candidate("vieux", lambda: importlib.import_module(f"{old_plugin.name}.plugin"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with small_site(tmp_path / "site", plugins=[candidate]) as site:
            page = site.client("administrator").get("/configuration/sante")
    assert "vieux (1)" in page


def test_a_name_that_never_was_is_refused():
    with pytest.raises(ImportError):
        exec("from app.sdk import never_was", {})


def test_shipped_plugins_use_nothing_that_is_on_its_way_out():
    assert {plugin.name: plugin.deprecations for plugin in load_plugins().usable() if plugin.deprecations} == {}


def test_a_plugin_for_another_sdk_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch):
    def failure(sdk: int) -> str:
        plugin = fake_plugin("autre", manifest=Manifest("autre", "Autre", "Un autre.", "0.1.0", sdk))
        found = load_plugins([plugin]).plugins["autre"].failure
        return found.message if found else ""

    assert "upgrade recits-croises" in failure(SDK_VERSION + 1)
    assert "install a newer version of the plugin" in failure(SDK_OLDEST - 1)
    assert failure(SDK_VERSION) == ""


def test_an_older_sdk_that_still_runs_is_told_to_its_author(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(manager, "SDK_VERSION", SDK_VERSION + 1)
    plugin = load_plugins([fake_plugin("ancien")]).plugins["ancien"]
    assert plugin.usable
    assert plugin.deprecations == [f"written for SDK {SDK_VERSION}, which still runs here; this site has SDK {SDK_VERSION + 1}"]
