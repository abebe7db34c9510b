"""The pages for people who build and run the site lead somewhere, and name files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "stories/README.md", "static/editor/README.md")),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "plugins").glob("*/README.md"),
    ]
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# A path in the checkout, in `app` or in `templates`: `app/web/cross_view.py`, `live/structs.py`.
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|mjs|md|html|css|js))`")
DECISIONS = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
# What these pages tell of is a plugin that a reader writes, with files of its own.
OF_A_READER = ("write-a-plugin.md",)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file(page: Path):
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not re.match(r"[a-z]+:|/", link)]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in OF_A_READER], ids=name_of)
def test_every_file_that_is_named_is_there(page: Path):
    folders = (page.parent, ROOT, ROOT / "app", ROOT / "templates")
    named = set(FILE.findall(page.read_text(encoding="utf-8")))
    assert [file for file in sorted(named) if not any((folder / file).exists() for folder in folders)] == []


def test_decisions_are_numbered_in_their_order_and_point_at_each_other():
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", DECISIONS, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    pointed = [
        int(number) for number in re.findall(r"\((?:see|Replaced[^)]*by) (\d+)|decision (\d+)", DECISIONS) for number in number if number
    ]
    assert pointed, "the pattern finds none"
    assert set(pointed) <= set(numbers)


def test_every_decision_is_under_one_subject_at_the_top():
    table = DECISIONS.partition("\n## ")[0]
    listed = sorted(int(number) for row in re.findall(r"^\| [^|]+ \| ([\d, ]+) \|$", table, re.MULTILINE) for number in row.split(", "))
    assert listed == sorted(int(number) for number in re.findall(r"^## (\d+)\. ", DECISIONS, re.MULTILINE)), (
        "add it to the table at the top"
    )


def test_every_page_is_in_the_list_of_pages():
    listed = set(LINK.findall((ROOT / "docs" / "index.md").read_text(encoding="utf-8")))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - listed == {"index.md"}
