"""The editor's bundle is what its sources and its lock make: a fast check of hashes, and a long one that builds it anew and compares bytes."""

import gzip
import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from app.web.editor_words import EDITOR_WORDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "static" / "editor"
DIST = ROOT / "static" / "dist"
MADE = ("editor.js", "story.js", "licences.txt")
# Bytes of gzip: what a phone on a slow line waits for.
MOST = {"editor.js": 140_000, "story.js": 8_000}
# Buttons of a table and states are named by data, not by `words.name`.
NAMED_BY_DATA = re.compile(r"^(closed|offline|space|empty|doing)_")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest() -> dict[str, dict[str, str]]:
    return json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))


def sources() -> list[Path]:
    return sorted([*SOURCES.glob("*.mjs"), SOURCES / "package.json", SOURCES / "package-lock.json"])


def test_the_bundle_was_made_from_these_sources():
    assert manifest()["sources"] == {path.name: sha256(path) for path in sources()}, "run: make editor"
    assert manifest()["made"] == {name: sha256(DIST / name) for name in MADE}, "run: make editor"


@pytest.mark.parametrize(("name", "most"), MOST.items())
def test_the_bundle_is_light(name: str, most: int):
    size = len(gzip.compress((DIST / name).read_bytes(), 9, mtime=0))
    assert size <= most, f"{size} bytes of gzip"


def test_the_lock_is_exact_and_names_no_host():
    package = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((SOURCES / "package-lock.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted
    libraries = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry.get("integrity", "").startswith("sha512-") for entry in libraries.values())
    assert [entry["resolved"] for entry in libraries.values() if "resolved" in entry] == []


def test_every_library_in_the_bundle_has_its_licence_beside_it():
    licences = (DIST / "licences.txt").read_text(encoding="utf-8")
    for name, version in json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))["dependencies"].items():
        assert f"\n{name} {version}\n" in licences
    assert licences.count("Permission is hereby granted") >= len(licences.split("—" * 40)) - 1  # y-prosemirror's file says it twice


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.mjs")), ids=lambda path: path.name)
def test_every_module_says_what_it_is_for(path: Path):
    assert re.match(r"// [A-Z“\"].+[.;:]?", path.read_text(encoding="utf-8").splitlines()[0])


def test_every_word_that_the_editor_says_is_given_and_each_is_used():
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.mjs")) if path.name != "build.mjs")
    said = set(re.findall(r"\b(?:words|texts)\.([a-z_]+)\b(?!\()", code)) - {"id", "length"}
    assert said <= set(EDITOR_WORDS)
    unused = [name for name in EDITOR_WORDS if name not in said and not NAMED_BY_DATA.match(name) and not re.search(rf"\b{name}\b", code)]
    assert unused == []


@pytest.mark.long
def test_a_new_build_gives_the_same_bytes(tmp_path: Path):
    """Installs what the lock names into a folder of its own, from a registry; needs node and npm."""
    out = tmp_path / "out"
    subprocess.run(
        ["node", str(SOURCES / "build.mjs"), str(out)],
        check=True,
        timeout=600,
        env={**os.environ, "EDITOR_LIBRARIES": str(tmp_path / "libraries")},
    )
    for name in (*MADE, "manifest.json"):
        assert (out / name).read_bytes() == (DIST / name).read_bytes(), name
