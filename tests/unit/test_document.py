"""The tree, its normal form and its writers, without the parser library."""

import json
import unicodedata
from dataclasses import dataclass, field

import pytest

from app.kernel.document.html_writer import FRENCH, Fragment, Labels, ResolvedImage, assemble, to_fragment
from app.kernel.document.inline_reader import read_inlines
from app.kernel.document.leaves import settle, tree_of
from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.normal import MAX_COLUMNS, MAX_DEPTH, normalise
from app.kernel.document.plain import Title, headings, images, link_targets, media_ids, plain_text, word_count
from app.kernel.document.targets import safe_target
from app.kernel.document.tree import (
    BulletList,
    Cell,
    Document,
    Emphasis,
    Footnote,
    FootnoteReference,
    Heading,
    Image,
    Inline,
    LineBreak,
    Link,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Strong,
    Table,
    Text,
)
from app.kernel.document.typography import typeset


def p(*children: Inline | str) -> Paragraph:
    return Paragraph(tuple(Text(child) if isinstance(child, str) else child for child in children))


def doc(*blocks, notes=()) -> Document:
    return Document(blocks, tuple(notes))


def em(*children) -> Emphasis:
    return Emphasis(p(*children).children)


def strong(*children) -> Strong:
    return Strong(p(*children).children)


def link(target, *children) -> Link:
    return Link(target, p(*children).children)


def row(*cells) -> tuple[Cell, ...]:
    return tuple(Cell(p(cell).children) for cell in cells)


@dataclass
class Page:
    """A resolver for tests: shows what it is told to show."""

    media: dict[str, ResolvedImage] = field(default_factory=dict)
    links: dict[str, str] | None = None

    def image(self, media: str) -> ResolvedImage | None:
        return self.media.get(media)

    def link(self, target: str) -> str | None:
        return target if self.links is None else self.links.get(target)


PHOTO = ResolvedImage("/media/a.webp", "/media/a-480.webp 480w", 960, 640, "Le lavoir", "A. Martin & fils")


def html(*blocks, notes=(), lang="fr", page=None, **options) -> str:
    return assemble(to_fragment(doc(*blocks, notes=notes), lang=lang), page or Page(), id_prefix="p1-", **options)


class TestTree:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: Heading(1, ()),
            lambda: Heading(5, ()),
            lambda: OrderedList(-1, ()),
            lambda: OrderedList(10**9, ()),
            lambda: Image("ABC", ""),
            lambda: Image("../a", ""),
            lambda: FootnoteReference("a b"),
            lambda: Footnote("", ()),
            lambda: Link("javascript:alert(1)", ()),
            lambda: Link("HTTPS://a.fr", ()),
            lambda: Table((), (), ()),
        ],
    )
    def test_what_no_writer_could_write_cannot_be_made(self, make):
        with pytest.raises(ValueError, match=r"^an? "):
            make()

    def test_trees_are_values(self):
        assert hash(doc(p("a"))) == hash(doc(p("a")))


class TestTargets:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("https://a.fr", "https://a.fr"),
            ("HTTPS://A.fr/B?c=1&d#e", "https://A.fr/B?c=1&d#e"),
            ("http://a.fr:8080/", "http://a.fr:8080/"),
            ("https://fr.wikipedia.org/wiki/Lac_(eau)", "https://fr.wikipedia.org/wiki/Lac_(eau)"),
            ("https://é.fr/à", "https://é.fr/à"),
            ('https://a.fr/"b|c', "https://a.fr/%22b%7Cc"),
            ("https://a.fr/100%", "https://a.fr/100%25"),
            ("mailto:a@b.fr?subject=x", "mailto:a@b.fr?subject=x"),
            ("tel:+33(0)1.02", "tel:+33(0)1.02"),
            ("/recits/x", "/recits/x"),
            ("#note", "#note"),
        ],
    )
    def test_kept_in_one_form(self, typed, kept):
        assert safe_target(typed) == kept
        assert safe_target(kept) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "a",
            "page.html",
            "?x",
            "//a.fr",
            "/\\a.fr",
            "\\\\a.fr",
            "/\t/a.fr",
            "https:a.fr",
            "https://",
            "https://a.fr@b.fr/",
            "https://a.fr\\@b.fr/",
            "https://[::1]/",
            "https://a b.fr/",
            "java\tscript:x",
            "javascript&colon;x",
            "%6aavascript:x",
            "data:text/html,x",
            "https://a.fr/\u202egpj",
            "https://a.fr/\u200b",
            "https://a.fr/|\u0327",
            "https://" + "a" * 2000,
        ],
    )
    def test_refused(self, typed):
        assert safe_target(typed) is None


class TestNormalForm:
    def same(self, one, other):
        assert normalise(doc(p(*one))) == normalise(doc(p(*other))) == doc(p(*other))

    def test_neighbouring_texts_are_one_and_empty_ones_go(self):
        self.same(["a", "", "b"], ["ab"])

    def test_characters_compose_across_texts(self):
        self.same(["e", "\u0301"], ["é"])

    def test_white_space(self):
        self.same([" a \n\t b", LineBreak(), " c "], ["a b", LineBreak(), "c"])

    def test_breaks_at_the_ends_go(self):
        self.same([LineBreak(), "a", LineBreak(), " "], ["a"])

    def test_no_break_space_stays_inside_and_goes_at_the_ends(self):
        self.same(["\u00a0a\u00a0b\u00a0"], ["a\u00a0b"])

    def test_marks_have_one_order(self):
        self.same([em(strong("a"))], [strong(em("a"))])
        self.same([em(link("/x", "a"))], [link("/x", em("a"))])

    def test_marks_begin_and_end_at_words(self):
        self.same(["a", em(" b "), "c"], ["a ", em("b"), " c"])
        self.same([em("a", LineBreak()), "b"], [em("a"), LineBreak(), "b"])

    def test_neighbouring_marks_are_one(self):
        self.same([em("a"), em(" b")], [em("a b")])
        self.same([link("/x", "a"), link("/x", "b")], [link("/x", "ab")])

    def test_a_space_that_nobody_marked_stays_apart(self):
        self.same([em("a"), " ", em("b")], [em("a"), " ", em("b")])
        self.same([em("a"), Image("x", ""), em(" ", LineBreak()), em("b")], [em("a"), Image("x", ""), LineBreak(), em("b")])

    def test_a_mark_on_all_the_words_of_a_link_is_on_the_link(self):
        self.same([em("a "), link("/x", Image("x", ""), " ", em("b"))], [em("a "), link("/x", em(Image("x", ""), " b"))])

    def test_no_link_in_a_link(self):
        self.same([link("/x", "a", link("/y", "b"))], [link("/x", "ab")])

    def test_a_link_without_words_goes(self):
        self.same(["a", link("/x", " "), "b"], ["a b"])

    def test_empty_blocks_go(self):
        assert normalise(doc(p(), Heading(2, p(" ").children), Quote((p(),)), BulletList(()), p("a"))) == doc(p("a"))

    def test_an_item_begins_with_a_paragraph(self):
        assert normalise(doc(BulletList((ListItem(()), ListItem((Quote((p("a"),)),)))))) == doc(
            BulletList((ListItem((p(),)), ListItem((p(), Quote((p("a"),))))))
        )

    def test_neighbouring_lists_and_quotes_of_one_kind_are_one(self):
        one, two = ListItem((p("1"),)), ListItem((p("2"),))
        assert normalise(doc(BulletList((one,)), p(), BulletList((two,)))) == doc(BulletList((one, two)))
        assert normalise(doc(BulletList((one,)), OrderedList(1, (two,)))) == doc(BulletList((one,)), OrderedList(1, (two,)))
        quotes = doc(Quote((BulletList((one,)),)), Quote((BulletList((two,)),)))
        assert normalise(quotes) == doc(Quote((BulletList((one, two)),)))

    def test_what_is_too_deep_stays_at_the_deepest_level(self):
        block = p("a")
        for _ in range(MAX_DEPTH + 5):
            block = Quote((block,))
        depth, found = 0, normalise(doc(block)).blocks[0]
        while isinstance(found, Quote):
            depth, found = depth + 1, found.blocks[0]
        assert (depth, found) == (MAX_DEPTH, p("a"))

    def test_footnotes_stand_in_the_order_of_their_calls(self):
        notes = [Footnote(label, (p(label),)) for label in "abc"]
        document = normalise(doc(p("x", FootnoteReference("c"), FootnoteReference("a")), notes=notes))
        assert [note.label for note in document.footnotes] == ["c", "a", "b"]

    def test_a_call_to_no_footnote_is_text(self):
        assert normalise(doc(p("x", FootnoteReference("a")))) == doc(p("x[^a]"))

    def test_two_footnotes_with_one_label_are_one(self):
        notes = [Footnote("a", (p("1"),)), Footnote("a", (p("2"),))]
        assert normalise(doc(notes=notes)) == doc(notes=[Footnote("a", (p("1"), p("2")))])

    def test_rows_are_of_one_length_and_empty_ones_go(self):
        table = normalise(doc(Table(row("a"), (), (row("1", "2"), row(""), row("", ""))))).blocks[0]
        assert table == Table((*row("a"), Cell(())), ("", ""), (row("1", "2"),))

    def test_the_words_of_too_many_columns_are_kept(self):
        wide = row(*(f"m{number}" for number in range(MAX_COLUMNS + 3)))
        document = normalise(doc(Table(wide, (), ())))
        assert all(f"m{number}" in plain_text(document) for number in range(MAX_COLUMNS + 3))

    def test_forbidden_characters_go(self):
        self.same(["a\x00b\x02c\ud800d\u202ee\ufefff\uffff"], ["abcdef"])
        self.same(["a\x0bb\u2028c"], ["a b c"])


class TestMarkdown:
    @pytest.mark.parametrize(
        ("blocks", "written"),
        [
            ([], ""),
            ([p("a"), p("b")], "a\n\nb\n"),
            ([Heading(2, p("C#").children)], "## C\\#\n"),
            ([p("a", LineBreak(), "b")], "a\\\nb\n"),
            ([p("# a")], "\\# a\n"),
            ([p("#mot-dièse")], "#mot-dièse\n"),
            ([p("- a")], "\\- a\n"),
            ([p("-5 degrés")], "-5 degrés\n"),
            ([BulletList((ListItem((p("---"),)),))], "- \\---\n"),
            ([p("1. a")], "1\\. a\n"),
            ([p("1789.")], "1789\\.\n"),
            ([p("> a")], "\\> a\n"),
            ([p("5 * 3 _ 2 a_b *c* _d_")], "5 * 3 _ 2 a_b \\*c\\* \\_d\\_\n"),
            ([p("[…] [a](b) ![c](media:d) [^e]")], "[…] \\[a\\](b) !\\[c\\](media:d) \\[^e\\]\n"),
            ([p("a < b <c> <https://d>")], "a < b \\<c> \\<https://d>\n"),
            ([p("C:\\temp \\* \\")], "C:\\temp \\\\\\* \\\\\n"),
            ([p("a | b")], "a | b\n"),
            ([p("a | b", LineBreak(), "- | -")], "a \\| b\\\n\\- \\| -\n"),
            ([p("&amp; `x` ~y~ $z$ {a}")], "&amp; `x` ~y~ $z$ {a}\n"),
            ([p("Oui !", link("/x", "a"))], "Oui \\![a](/x)\n"),
            ([p("Oui ! ", link("/x", "a"))], "Oui ! [a](/x)\n"),
            ([p(link("/x", "^a]"))], "[\\^a\\]](/x)\n"),
            ([p(link("https://a.fr/b_(c)", "a"))], "[a](https://a.fr/b_(c))\n"),
            ([p(link("https://a.fr/b_(c", "a"))], "[a](https://a.fr/b_\\(c)\n"),
            ([p(em("a"), strong("b"))], "*a***b**\n"),
            ([p(em("a", strong("b"), "c"))], "*a**b**c*\n"),
            ([p(strong("a", em("b")), em("c"))], "**a*b**c*\n"),
            ([p(em("a ", link("/x", "b"), " c"))], "*a [b](/x) c*\n"),
            ([p(link("/x", "a", em("b")))], "[a*b*](/x)\n"),
            ([p(Image("abc", "a [b] \\* | c"))], "![a \\[b\\] \\\\* | c](media:abc)\n"),
            ([Quote((p("a"), p("b")))], "> a\n>\n> b\n"),
            ([BulletList((ListItem((p("a"), BulletList((ListItem((p("b"),)),)))), ListItem((p("c"),))))], "- a\n    - b\n- c\n"),
            ([OrderedList(9, (ListItem((p("a"), p("b"))), ListItem((p("c"),))))], "9. a\n\n    b\n\n10. c\n"),
            ([BulletList((ListItem((Quote((p("a"),)),)),))], "- \\\n\n    > a\n"),
            ([Table(row("a", "b|"), ("left", ""), (row("1", ""),))], "| a | b\\| |\n| :--- | --- |\n| 1 |  |\n"),
        ],
    )
    def test_written(self, blocks, written):
        assert to_markdown(doc(*blocks)) == written

    def test_footnotes(self):
        notes = [Footnote("a", (p("x"), p("y"))), Footnote("b", (Quote((p("z"),)),))]
        written = to_markdown(doc(p("t", FootnoteReference("b"), FootnoteReference("a")), notes=notes))
        assert written == "t[^b][^a]\n\n[^b]: \\\n\n    > z\n\n[^a]: x\n\n    y\n"

    def test_a_call_at_the_start_of_a_line_is_no_definition(self):
        document = doc(p(FootnoteReference("a"), ": b"), notes=[Footnote("a", (p("x"),))])
        assert to_markdown(document).startswith("[^a]\\: b\n")

    def test_is_in_nfc(self):
        assert unicodedata.is_normalized("NFC", to_markdown(doc(p("e\u0301", em("\u0301"), link("/e\u0301"[:2], "\u0338")))))


class TestInlineReader:
    def read(self, source):
        return p(*tree_of(settle(read_inlines(source, {"1"}))))

    @pytest.mark.parametrize(
        ("source", "read"),
        [
            ("*a*", [em("a")]),
            ("_a_ b_c_d", [em("a"), " b_c_d"]),
            ("**a** __b__", [strong("a"), " ", strong("b")]),
            ("***a** b*", [strong(em("a")), em(" b")]),
            ("*a**b*", [em("a**b")]),
            ("**a*", ["**a*"]),
            ("*a *b*", ["*a ", em("b")]),
            ("* a *", ["* a *"]),
            ("****a****", ["****a****"]),
            ("*_*_ ** **", ["*_*_ ** **"]),
            ("**a*b**c*", [strong("a"), strong(em("b")), em("c")]),
            ("l'*eau*vive", ["l'", em("eau"), "vive"]),
            ("\\*a\\* \\a", ["*a* \\a"]),
            ("a\\\nb  \nc\nd", ["a", LineBreak(), "b", LineBreak(), "c d"]),
            ("[a](/x)", [link("/x", "a")]),
            ("[a]( </x> )", [link("/x", "a")]),
            ("[a [b](/y) c](/x)", ["[a ", link("/y", "b"), " c](/x)"]),
            ('[a](/x "titre")', ['[a](/x "titre")']),
            ("[a](javascript:x)", ["[a](javascript:x)"]),
            ("[](/x) [ ](/x)", ["[](/x) [ ](/x)"]),
            ("[a][b] [a]", ["[a][b] [a]"]),
            ("<https://a.fr/b_c_>", [link("https://a.fr/b_c_", "https://a.fr/b_c_")]),
            ("<a@b.fr>", [link("mailto:a@b.fr", "a@b.fr")]),
            ("<b> <javascript:x>", ["<b> <javascript:x>"]),
            ("![a\\]](media:x1)", [Image("x1", "a]")]),
            ("![a](http://b.fr/c.png)", ["![a](http://b.fr/c.png)"]),
            ("[![a](media:x)](/y)", [link("/y", Image("x", "a"))]),
            ("a![^1]", ["a!", FootnoteReference("1")]),
            ("[^2]", ["[^2]"]),
            ("&amp; `*a*`", ["&amp; `", em("a"), "`"]),
        ],
    )
    def test_read(self, source, read):
        assert self.read(source) == normalise(doc(p(*read), notes=[Footnote("1", ())])).blocks[0]


class TestPlain:
    document = doc(
        Heading(3, p("Le ", em("lac")).children),
        p("L’eau ", Image("b", "alt"), strong("vive"), LineBreak(), "ici", FootnoteReference("n"), " ?"),
        BulletList((ListItem((p("un"), Quote((p(link("/x", "deux")), Heading(2, p("T").children))))),)),
        Table(row("a", "b"), (), (row("1", "2"),)),
        p(Image("a", ""), Image("b", "autre")),
        notes=[Footnote("n", (p("note ", link("/y", "y")),))],
    )

    def test_plain_text(self):
        assert plain_text(self.document) == "Le lac\n\nL’eau vive\nici ?\n\nun\n\ndeux\n\nT\n\na\tb\n\n1\t2\n\nnote y"

    def test_words_are_counted_as_a_word_processor_does(self):
        assert word_count(doc(p("L’eau est-elle là ?  « Oui » 12"))) == 5
        assert word_count(doc()) == 0

    def test_headings(self):
        assert headings(self.document) == (Title(3, "Le lac"), Title(2, "T"))

    def test_media(self):
        assert media_ids(self.document) == ("b", "a")
        assert images(self.document) == (Image("b", "alt"), Image("a", ""), Image("b", "autre"))

    def test_links(self):
        assert link_targets(self.document) == ("/x", "/y")


class TestTypography:
    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("Oui ! Non ? Si ; la", "Oui\u202f! Non\u202f? Si\u202f; la"),
            ("« a »", "«\u202fa\u202f»"),
            ("ici : là", "ici\u00a0: là"),
            ("Oui! 12:30 «a»", "Oui! 12:30 «a»"),
            ("l'eau 'mot' 5' d'abord", "l’eau 'mot' 5' d’abord"),
            ("https://a.fr/l'eau l'eau a'b@c.fr", "https://a.fr/l'eau l’eau a'b@c.fr"),
        ],
    )
    def test_french(self, typed, shown):
        assert typeset(typed, "fr") == typeset(typed, "fr-FR") == shown
        assert typeset(typed, "en") == typed

    def test_looks_across_marks_and_not_across_images(self):
        assert html(p("l'", em("eau"), " ", strong("!"))) == "<p>l’<em>eau</em>\u202f<strong>!</strong></p>\n"
        assert "l'<span" in html(p("l'", Image("a", ""), "b"))


class TestHtml:
    def test_text_is_escaped(self):
        assert html(p("<b> & \" '"), lang="en") == "<p>&lt;b&gt; &amp; \" '</p>\n"

    def test_links(self):
        assert html(p(link("https://a.fr/?a=1&b", "x"))) == '<p><a href="https://a.fr/?a=1&amp;b" rel="noopener nofollow">x</a></p>\n'
        assert html(p(link("/x", em("x")))) == '<p><a href="/x"><em>x</em></a></p>\n'

    def test_a_link_that_leads_nowhere_leaves_its_words(self):
        assert html(p(link("/x", "mot"), " ", link("/y", "b")), page=Page(links={"/y": "/z"})) == '<p>mot <a href="/z">b</a></p>\n'

    def test_an_address_from_the_resolver_is_checked_too(self):
        assert html(p(link("/x", "mot")), page=Page(links={"/x": "javascript:x"})) == "<p>mot</p>\n"

    def test_a_figure(self):
        assert html(p(Image("a", "")), page=Page({"a": PHOTO}), sizes="50vw") == (
            '<figure><img loading="lazy" decoding="async" width="960" height="640" alt="Le lavoir" src="/media/a.webp"'
            ' srcset="/media/a-480.webp 480w" sizes="50vw"><figcaption>A. Martin &amp; fils</figcaption></figure>\n'
        )

    def test_the_alternative_that_was_typed_comes_first(self):
        assert 'alt="Ici &quot;même&quot;"' in html(p("x ", Image("a", 'Ici "même"')), page=Page({"a": PHOTO}))

    def test_a_missing_image_leaves_its_alternative(self):
        assert html(p(Image("a", "Un lavoir"))) == '<p class="image-absente">Image indisponible : Un lavoir</p>\n'
        assert html(p("x ", Image("a", ""))) == '<p>x <span class="image-absente">Image indisponible</span></p>\n'

    def test_footnotes_of_two_passages_share_no_id(self):
        written = html(
            p("a", FootnoteReference("x"), FootnoteReference("x")), notes=[Footnote("x", (p("n"),)), Footnote("y", (p("jamais"),))]
        )
        assert written == (
            '<p>a<sup><a href="#p1-n1" id="p1-r1" role="doc-noteref" aria-label="Note 1">1</a></sup>'
            '<sup><a href="#p1-n1" id="p1-r1-2" role="doc-noteref" aria-label="Note 1">1</a></sup></p>\n'
            '<section class="notes-de-bas" role="doc-endnotes" aria-label="Notes"><ol><li id="p1-n1"><p>n'
            ' <a href="#p1-r1" role="doc-backlink" aria-label="Retour à l’appel de la note 1">↩</a></p></li>'
            '<li id="p1-n2"><p>jamais</p></li></ol></section>\n'
        )

    def test_lists(self):
        inner = OrderedList(3, (ListItem((p("b"),)),))
        assert html(BulletList((ListItem((p("a"), inner)),))) == '<ul><li>a<ol start="3"><li>b</li></ol>\n</li></ul>\n'
        assert html(BulletList((ListItem((p("a"), p("b"))),))) == "<ul><li><p>a</p>\n<p>b</p>\n</li></ul>\n"
        assert html(BulletList((ListItem(()),))) == "<ul><li></li></ul>\n"

    def test_tables(self):
        assert html(Table(row("a", "b"), ("right",), (row("1", "2"),)), labels=Labels(table="Table")) == (
            '<div class="scroll" role="region" tabindex="0" aria-label="Table"><table><thead><tr><th scope="col" class="a-droite">a</th>'
            '<th scope="col">b</th></tr></thead><tbody><tr><td class="a-droite">1</td><td>2</td></tr></tbody></table></div>\n'
        )

    def test_headings_go_down_with_their_page(self):
        assert html(Heading(2, p("a").children), heading_shift=2) == "<h4>a</h4>\n"
        assert html(Heading(4, p("a").children), heading_shift=5) == "<h6>a</h6>\n"

    def test_quote_and_breaks(self):
        assert html(Quote((p("a", LineBreak(), "b"),))) == "<blockquote><p>a<br>b</p>\n</blockquote>\n"

    def test_a_fragment_survives_json(self):
        fragment = to_fragment(doc(*TestPlain.document.blocks, notes=TestPlain.document.footnotes))
        stored = json.loads(json.dumps(fragment.to_json()))
        assert Fragment.from_json(stored) == fragment
        assert assemble(Fragment.from_json(stored), Page(), id_prefix="a", labels=FRENCH) == assemble(fragment, Page(), id_prefix="a")

    @pytest.mark.parametrize("value", [[1], [[]], [["script"]], [["link"]], [["link", 1]], [["image", "a", "b", 1]], [["call", True, 1]]])
    def test_what_is_no_fragment_is_refused(self, value):
        with pytest.raises(ValueError, match="not"):
            Fragment.from_json(value)
