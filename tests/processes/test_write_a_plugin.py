"""docs/write-a-plugin.md, followed to the letter in an environment of its own: its commands run, its pieces of code are put where it says."""

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes.conftest import ROOT, environment

pytestmark = pytest.mark.long  # the page takes its reader ten minutes, and this test one

PAGE = ROOT / "docs" / "write-a-plugin.md"
FENCE = re.compile(r"(?:<!-- (?P<what>append|replace): (?P<file>\S+) -->\n)?```(?P<lang>\w+)\n(?P<code>.*?)```", re.DOTALL)
TRANSLATIONS = re.compile(r"<!-- translate: (\S+) -->\n\| French \| English \|\n\|---\|---\|\n((?:\|.*\|\n)+)")
STEP_SECONDS = 300


@dataclass(frozen=True)
class Step:
    """One thing that the page tells its reader to do."""

    position: int
    kind: str
    code: str
    target: str = ""
    instead: str = ""


def steps() -> list[Step]:
    """Returns what the page says to do, in its order."""
    text = PAGE.read_text(encoding="utf-8")
    found: list[Step] = []
    fences = iter(FENCE.finditer(text))
    for fence in fences:
        if fence["what"] == "replace":
            instead = next(fences)
            assert instead["what"] is None
            found.append(Step(fence.start(), "replace", fence["code"], fence["file"], instead["code"]))
        else:
            found.append(Step(fence.start(), fence["what"] or fence["lang"], fence["code"], fence["file"] or ""))
    found += [Step(table.start(), "translate", table[2], table[1]) for table in TRANSLATIONS.finditer(text)]
    return sorted(found, key=lambda step: step.position)


class Reader:
    """Somebody who follows the page: an environment in which the site is installed, a folder, and a home."""

    def __init__(self, folder: Path) -> None:
        self.here = folder
        self.bin = folder / "env" / "bin"
        self.said: list[str] = []
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True, timeout=STEP_SECONDS)
        (site_packages,) = (folder / "env" / "lib").glob("python*/site-packages")
        ours = sysconfig.get_path("purelib")
        (site_packages / "installed.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
        for name, module in (("recits", "app"), ("pytest", "pytest"), ("pip", "pip")):
            script = self.bin / name
            script.write_text(f'#!/bin/sh\nexec "{self.bin}/python" -m {module} "$@"\n', encoding="utf-8")
            script.chmod(0o755)
        self.environment = {
            **environment(folder / "home"),
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PIP_NO_INDEX": "1",  # no network, whatever the page says
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, line: str) -> str:
        """Runs one line of a fenced block; `cd` holds for the lines after it."""
        if line.startswith("cd "):
            self.here = self.here / line.removeprefix("cd ")
            assert self.here.is_dir()
            return ""
        done = subprocess.run(
            ["sh", "-ec", line], cwd=self.here, env=self.environment, capture_output=True, text=True, timeout=STEP_SECONDS, check=False
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}{done.stderr}"
        self.said.append(f"$ {line}\n{done.stdout}")
        return done.stdout

    def follow(self, step: Step) -> None:
        """Does what a step says."""
        file = self.here / step.target
        if step.kind == "sh":
            for line in step.code.splitlines():
                self.run(line)
        elif step.kind == "append":
            file.write_text(file.read_text(encoding="utf-8") + step.code, encoding="utf-8")
        elif step.kind == "replace":
            text = file.read_text(encoding="utf-8")
            assert text.count(step.code) == 1, f"{step.target} must hold once:\n{step.code}"
            file.write_text(text.replace(step.code, step.instead), encoding="utf-8")
        else:
            catalogue = file / "translations" / "en" / "LC_MESSAGES" / "messages.po"
            text = catalogue.read_text(encoding="utf-8")
            for row in step.code.splitlines():
                french, english = (cell.strip() for cell in row.strip("|").split("|"))
                assert f'msgid "{french}"\nmsgstr ""' in text, french
                text = text.replace(f'msgid "{french}"\nmsgstr ""', f'msgid "{french}"\nmsgstr "{english}"')
            catalogue.write_text(text, encoding="utf-8")


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Reader]:
    return Reader(tmp_path)


def test_the_page_leads_from_nothing_to_a_published_block(follower: Reader):
    found = steps()
    assert [step.kind for step in found].count("sh") >= 6
    assert {step.kind for step in found} == {"sh", "append", "replace", "translate"}
    for step in found:
        follower.follow(step)
    said = "\n".join(follower.said)
    runs = re.findall(r"(\d+) passed", said)
    assert [int(run) for run in runs] == [9, 10], "the scaffold's own tests, then one more"
    assert said.count("Nothing to mend") == 2
    assert re.search(r"fontaine\s+0\.1\.0\s+activée", said)
    traced = follower.run("recits plugin trace /fontaine/")
    assert "GET /fontaine/ → 200" in traced
    assert "fontaine:fontaine.labels" in traced


def test_the_page_hides_no_class_of_ours():
    """Its reader writes no CSS class that the page does not explain."""
    text = PAGE.read_text(encoding="utf-8")
    assert "class=" not in text
