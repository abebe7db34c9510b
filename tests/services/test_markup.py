"""What people type becomes a tree, canonical Markdown and safe HTML, within its limits."""

import time

import pytest

from app.kernel.document.html_writer import Fragment
from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.normal import MAX_DEPTH
from app.kernel.document.plain import plain_text
from app.kernel.document.tree import (
    BulletList,
    Cell,
    Document,
    Emphasis,
    FootnoteReference,
    Heading,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Table,
    Text,
)
from app.services.markup import (
    MAX_GROWTH,
    MAX_INPUT,
    ResultTooLarge,
    TextTooLong,
    TextTooSlow,
    parse,
    prepare,
    prepare_here,
    prepare_literally,
)
from app.services.markup.child import answer
from app.services.markup.worker import CPU_SECONDS
from tests.services.hostile_markdown import pathological
from tests.services.markup_checks import SLOW, shown


def p(*children) -> Paragraph:
    return Paragraph(tuple(Text(child) if isinstance(child, str) else child for child in children))


def item(*blocks) -> ListItem:
    return ListItem(tuple(p(block) if isinstance(block, str) else block for block in blocks))


def row(*cells) -> tuple[Cell, ...]:
    return tuple(Cell(p(*[cell] if cell else []).children) for cell in cells)


class TestBlocks:
    """The dialect, as it is typed. What is typed and stored alike is in tests/unit/test_document.py."""

    @pytest.mark.parametrize(
        ("typed", "blocks"),
        [
            ("", []),
            (" \n\n\t\n", []),
            ("a\nb\n\n\n\nc", [p("a b"), p("c")]),
            (
                "# a\n## b ##\n#### c\n###### d",
                [Heading(level, p(text).children) for level, text in ((2, "a"), (2, "b"), (4, "c"), (4, "d"))],
            ),
            ("#a\n\n#\n\n####### b", [p("#a"), p("#"), p("####### b")]),
            ("a\n## b\nc", [p("a"), Heading(2, p("b").children), p("c")]),
            ("Titre\n===\n\nTitre\n---", [p("Titre ==="), p("Titre ---")]),
            ("***\n\n* * *\n\n- - -\n\n---", [p("***"), p("* * *"), p("- - -"), p("---")]),
            ("    code\n\n```\nx\n```", [p("code"), p("``` x ```")]),
            ("<div>\n\n*a*\n\n</div>", [p("<div>"), p(Emphasis((Text("a"),))), p("</div>")]),
            ("[a]: /x\n\n[a]", [p("[a]: /x"), p("[a]")]),
            ("- a\n* b\n+ c", [BulletList((item("a"), item("b"), item("c")))]),
            ("- a\n\n- b", [BulletList((item("a"), item("b")))]),
            ("- a\n    - b\n        - c\n- d", [BulletList((item("a", BulletList((item("b", BulletList((item("c"),))),))), item("d")))]),
            ("- a\n\n    b\n\n    > c", [BulletList((item("a", p("b"), Quote((p("c"),))),))]),
            ("- a\n\n1. b", [BulletList((item("a"),)), OrderedList(1, (item("b"),))]),
            ("3. a\n4. b", [OrderedList(3, (item("a"), item("b")))]),
            ("9999999999. a", [p("9999999999. a")]),
            ("٣. a", [p("٣. a")]),
            ("a\n- b", [p("a - b")]),
            ("- \\\n- a", [BulletList((ListItem((p(),)), item("a")))]),
            ("\\", [p("\\")]),
            ("> a\nb\n\n> c", [Quote((p("a b"), p("c")))]),
            ("> > a\n> b", [Quote((Quote((p("a b"),)),))]),
            ("> - a\n>\n>     b", [Quote((BulletList((item("a", p("b")),)),))]),
            ("a|b\n-|-:\n1|2", [Table(row("a", "b"), ("", "right"), (row("1", "2"),))]),
            ("| a |\n|:-:|\n| \\| |", [Table(row("a"), ("center",), (row("|"),))]),
            ("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |", [Table(row("a", "b"), ("", ""), (row("1", ""), row("1", "2 | 3")))]),
            ("a | b\n|  |  |", [p("a | b | | |")]),
            ("a | b\n---", [p("a | b ---")]),
        ],
    )
    def test_typed(self, typed, blocks):
        assert parse(typed) == Document(tuple(blocks))

    def test_footnotes(self):
        document = parse("a[^x] b[^y]\n\n[^y]: deux\n[^x]: un\n\n    suite\n\n[^z]: jamais\n[^x]: encore")
        assert document.blocks == (p("a", FootnoteReference("x"), " b", FootnoteReference("y")),)
        assert [note.label for note in document.footnotes] == ["x", "y", "z"]
        assert document.footnotes[0].blocks == (p("un"), p("suite"))
        assert document.footnotes[2].blocks == (p("jamais ", FootnoteReference("x"), ": encore"),)

    def test_a_definition_inside_something_is_text(self):
        assert parse("> [^a]: b\n\nc[^a]") == Document((Quote((p("[^a]: b"),)), p("c[^a]")))

    def test_lists_deeper_than_anybody_reads_keep_their_words(self):
        typed = "\n".join("    " * depth + f"- m{depth}" for depth in range(40))
        document = parse(typed)
        assert [f"m{depth}" in plain_text(document) for depth in range(40)] == [True] * 40
        assert to_markdown(document).count("\n" + "    " * MAX_DEPTH + "-") == 0

    def test_line_ends_and_forbidden_characters(self):
        assert parse("a\r\n\r\nb\rc\x00\x02\x03\ud800") == Document((p("a"), p("b c")))

    def test_every_line_of_the_library_s_own_markers_is_text(self):
        assert plain_text(parse("\x02wzxhzdk:0\x03 \x02klzzwxh:0001\x03")) == "wzxhzdk:0 klzzwxh:0001"


class TestPrepare:
    def test_a_usual_text(self):
        body = prepare("# L'eau\n\nvoir ![le lac](media:b) et ![](media:a), ![](media:b) [ici](/x) !", lang="fr")
        assert body.markdown == "## L'eau\n\nvoir ![le lac](media:b) et ![](media:a), ![](media:b) [ici](/x) !\n"
        assert body.plain == "L'eau\n\nvoir  et ,  ici !"
        assert body.words == 4
        assert body.media_ids == ("b", "a")
        assert [(use.media, use.alt) for use in body.images] == [("b", "le lac"), ("a", ""), ("b", "")]
        assert body.links == ("/x",)
        assert body.literal is False
        assert "L’eau" in str(body.fragment.pieces)
        assert body == prepare_here("# L'eau\n\nvoir ![le lac](media:b) et ![](media:a), ![](media:b) [ici](/x) !", lang="fr")

    def test_canonical_text_is_kept_byte_for_byte(self):
        body = prepare("*a*  \nb\n* c", lang="fr")
        assert prepare(body.markdown, lang="fr") == body

    def test_nothing(self):
        assert prepare("", lang="fr") == prepare_here(" \n", lang="fr")
        assert prepare("", lang="fr").fragment == Fragment(())

    def test_typography_follows_the_language(self):
        assert prepare("Oui !", lang="fr").fragment != prepare("Oui !", lang="en").fragment

    def test_characters_that_json_cannot_say(self):
        assert prepare("a\ud800\x00b", lang="fr").markdown == "ab\n"

    def test_too_long(self):
        with pytest.raises(TextTooLong) as refusal:
            prepare("é" * (MAX_INPUT // 2) + "x", lang="fr")
        assert (refusal.value.reason, dict(refusal.value.facts)) == ("too_long", {"size": MAX_INPUT + 1, "limit": MAX_INPUT})
        assert prepare("x" * MAX_INPUT, lang="fr").words == 1

    def test_too_large(self):
        text = "|a" * 40 + "\n" + "|-" * 40 + "\n" + "a\n" * 120
        with pytest.raises(ResultTooLarge) as refusal:
            prepare(text, lang="fr")
        assert refusal.value.reason == "too_large"
        assert refusal.value.facts["size"] > refusal.value.facts["limit"] == MAX_GROWTH * len(text)

    def test_too_slow_and_the_next_text_is_read(self):
        with pytest.raises(TextTooSlow) as refusal:
            prepare(SLOW, lang="fr")
        assert (refusal.value.reason, dict(refusal.value.facts)) == ("too_slow", {"limit": CPU_SECONDS})
        assert prepare("a", lang="fr").plain == "a"

    def test_markup_that_cannot_be_kept_stays_as_characters(self, monkeypatch):
        monkeypatch.setattr("app.services.markup.body.clean_html", lambda _: "")
        body = prepare_here("*a*\nb\n\n- <c>", lang="fr")
        assert body.literal is True
        assert (body.markdown, body.plain) == ("\\*a\\*\\\nb\n\n\\- \\<c>\n", "*a*\nb\n\n- <c>")
        assert parse(body.markdown) == parse(prepare_literally("*a*\nb\n\n- <c>", lang="fr").markdown)

    def test_a_fault_of_ours_loses_no_text(self, monkeypatch):
        def fails(text):
            raise KeyError(text)

        monkeypatch.setattr("app.services.markup.body.parse", fails)
        reply = answer({"text": "*a*", "lang": "fr"})
        assert (reply["markdown"], reply["literal"]) == ("\\*a\\*\n", True)

    @pytest.mark.parametrize("error", [RecursionError, MemoryError])
    def test_no_more_room_is_a_refusal(self, monkeypatch, error):
        def fails(text):
            raise error

        monkeypatch.setattr("app.services.markup.body.parse", fails)
        assert answer({"text": "a", "lang": "fr"}) == {"too_large": 0}

    def test_small_pathological_texts(self):
        for name, text in pathological(1500):
            try:
                assert not prepare_here(text, lang="fr").literal, name
            except ResultTooLarge:
                assert "table" in name

    @pytest.mark.long
    @pytest.mark.parametrize(("name", "text"), list(pathological(MAX_INPUT)), ids=lambda value: value[:30])
    def test_large_pathological_texts(self, name, text):
        started = time.monotonic()
        try:
            body = prepare(text, lang="fr")
        except (TextTooSlow, ResultTooLarge):
            body = None
        assert time.monotonic() - started < 9
        assert body is None or not body.literal
        assert body is None or len(shown(parse(body.markdown))) <= MAX_GROWTH * len(text.encode())
