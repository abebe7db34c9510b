"""What templates must hold to, also those that no test of a page reaches: what stands in a paragraph, and which tables of words there are."""

import re
from pathlib import Path

import pytest

from app.web import words

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "plugins").rglob("*.html")]
# A browser would close the paragraph there, and the rest would stand outside.
BROKEN = re.compile(r"<p\b[^>]*>(?:(?!</p>).)*?(?:post_button\(|<(?:form|div|ul|ol|section|table|fieldset|details|h[1-6])\b)", re.DOTALL)


@pytest.mark.parametrize("path", sorted(TEMPLATES), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_paragraph_holds_no_form_and_no_block(path: Path):
    found = [template[:120] for template in BROKEN.findall(path.read_text(encoding="utf-8"))]
    assert found == [], "write <div> instead of <p>"


def test_the_rule_sees_what_it_should():
    assert BROKEN.search('<p class="btns"><a href="/">ici</a>{{ post_button("/", "là") }}</p>')
    assert BROKEN.search("<p>un\n<ul><li>deux</li></ul></p>")
    assert not BROKEN.search('<p>un</p>{{ post_button("/", "là") }}<p>deux</p>')


@pytest.mark.parametrize("path", sorted(TEMPLATES), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_table_of_words_is_there(path: Path):
    named = re.findall(r"\bwords\.([A-Z_]+)\b", path.read_text(encoding="utf-8"))
    assert [name for name in named if not hasattr(words, name)] == []
