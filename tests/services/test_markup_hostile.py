"""Whatever somebody sends, a page holds only what is listed here; the second barrier holds alone."""

import html
import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from app.kernel.document.html_writer import assemble, to_fragment
from app.kernel.document.plain import plain_text
from app.services.markup import clean_html, parse
from tests.services.hostile_markdown import mutations, seeds
from tests.services.markup_checks import ShowsAll, check_text, shown

# Written by hand, not taken from the code: what a page may hold.
ALLOWED = {
    "a": {"href", "rel", "role", "id", "aria-label"},
    "blockquote": set(),
    "br": set(),
    "div": {"class", "role", "tabindex", "aria-label"},
    "em": set(),
    "figcaption": set(),
    "figure": set(),
    "h2": set(),
    "h3": set(),
    "h4": set(),
    "img": {"alt", "src", "srcset", "sizes", "width", "height", "loading", "decoding"},
    "li": {"id"},
    "ol": {"start"},
    "p": set(),
    "section": {"class", "role", "aria-label"},
    "strong": set(),
    "sup": set(),
    "table": set(),
    "tbody": set(),
    "td": {"class"},
    "th": {"class", "scope"},
    "thead": set(),
    "tr": set(),
    "ul": set(),
}


VOID = {"br", "img"}


CLASSES = {"scroll", "notes-de-bas", "a-gauche", "au-centre", "a-droite"}


class Inspector(HTMLParser):
    """Fails on whatever a passage may not put on a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.ids = []

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED, tag
        names = [name for name, _ in attrs]
        assert set(names) <= ALLOWED[tag], names
        assert len(names) == len(set(names))
        for name, value in attrs:
            assert value is not None
            if name in {"href", "src"}:
                check_address(value)
            if name == "class":
                assert value in CLASSES
            if name == "id":
                self.ids.append(value)
        assert tag != "a" or "a" not in self.open, "a link in a link"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag not in VOID
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        raise AssertionError(tag)

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def check_address(value):
    """What the most lenient browser could make of an address still has one of the four schemes, or stays on this site."""
    for read in (value, html.unescape(value), unquote(value), unquote(unquote(value))):
        bare = "".join(
            c for c in unicodedata.normalize("NFKC", read) if unicodedata.category(c) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}
        ).lower()
        assert re.match(r"https?://[^/\\@]+([/?#]|$)|mailto:[^@]|tel:\+?[0-9]|/(?![/\\])|#", bare), value
    assert not re.search(r"[\x00-\x20\\\"<>`\x7f]", value)


def inspect(markup_text):
    inspector = Inspector()
    inspector.feed(markup_text)
    inspector.close()
    assert inspector.open == []
    assert len(inspector.ids) == len(set(inspector.ids))


def check_hostile(text, *, barrier):
    page = shown(check_text(text))
    inspect(page)
    if barrier:
        assert clean_html(page) == page


class TestHostileTexts:
    def test_every_seed(self):
        for number, text in enumerate(seeds()):
            check_hostile(text, barrier=number % 8 == 0)

    def test_mutations(self):
        for number, text in enumerate(mutations(1500)):
            check_hostile(text, barrier=number % 25 == 0)

    @pytest.mark.long
    def test_many_mutations(self):
        for text in mutations(12_000, seed=2):
            check_hostile(text, barrier=True)

    @pytest.mark.parametrize("target", ["javascript:alert(1)", "//evil.example", "https://a.fr@b.fr/", "data:text/html,x"])
    def test_the_words_of_a_refused_link_stay_as_they_were_typed(self, target):
        assert plain_text(parse(f"voir [ici]({target}) !")) == f"voir [ici]({target}) !"

    def test_the_inspector_sees_what_it_should(self):
        for bad in [
            "<script>",
            "<p onclick=x>",
            "<a href='java&#10;script:x'>",
            "<p style=x>",
            "<!-- -->",
            "<a href='//x'>",
            "<svg/>",
            "<em><p></em></p>",
        ]:
            with pytest.raises(AssertionError):
                inspect(bad)


class TestSecondBarrier:
    def test_our_own_html_is_unchanged(self):
        page = shown(
            parse(
                "## a\n\n*b* **c** [d](https://a.fr/?a=1&b='2') [e](/x) [t](tel:+331) [m](mailto:a@b.fr)[^1] \"'&<\n\n3. f\n\n> g\\\nh\n\n"
                '| a | b |\n|:-:|-:|\n| 1 | 2 |\n\n![i "j" <k>](media:abc)\n\nx ![l](media:d)\n\n[^1]: n'
            )
        )
        assert clean_html(page) == page

    def test_missing_images_are_unchanged(self):
        class ShowsNothing(ShowsAll):
            def image(self, media):
                return None

        page = assemble(to_fragment(parse("![a](media:b)\n\nx ![c](media:d)")), ShowsNothing(), id_prefix="p-", heading_shift=4)
        assert clean_html(page) == page

    @pytest.mark.parametrize(
        "bad",
        [
            "<script>x</script>",
            "<p onclick='x'>a</p>",
            "<p style='x'>a</p>",
            "<p class='autre'>a</p>",
            "<a href='javascript:x'>a</a>",
            "<iframe></iframe>",
            "<!-- x -->",
            "<li id='a b'>x</li>",
            "<img src='x' onerror='y'>",
        ],
    )
    def test_all_else_is_not(self, bad):
        cleaned = clean_html(bad)
        assert cleaned != bad
        assert not re.search(r"<(script|iframe|!--)|onclick=|style=|onerror=|autre|javascript:|a b", re.sub(r"&lt;.*?&gt;", "", cleaned))
