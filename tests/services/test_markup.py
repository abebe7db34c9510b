"""What people type becomes a tree, canonical Markdown and safe HTML, whatever they type, within its limits."""

import html
import os
import re
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app
from app.kernel.document.html_writer import Fragment, ResolvedImage, assemble, to_fragment
from app.kernel.document.markdown_writer import to_markdown
from app.kernel.document.normal import MAX_DEPTH, normalise
from app.kernel.document.plain import images, link_targets, plain_text
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
    clean_html,
    parse,
    prepare,
    prepare_here,
    prepare_literally,
)
from app.services.markup.child import answer
from app.services.markup.worker import CPU_SECONDS, Lost, Pool, TooSlow
from tests.generated_trees import DOCUMENTS, SHARDS, cut
from tests.services.hostile_markdown import mutations, pathological, seeds

ROOT = Path(app.__file__).resolve().parents[1]


def p(*children) -> Paragraph:
    return Paragraph(tuple(Text(child) if isinstance(child, str) else child for child in children))


def item(*blocks) -> ListItem:
    return ListItem(tuple(p(block) if isinstance(block, str) else block for block in blocks))


def row(*cells) -> tuple[Cell, ...]:
    return tuple(Cell(p(*[cell] if cell else []).children) for cell in cells)


class ShowsAll:
    """A resolver that shows every image and every link."""

    def image(self, media):
        return ResolvedImage(f"/media/{media}", f"/media/{media}-480 480w", 960, 640, "", "Crédit")

    def link(self, target):
        return target


def shown(document: Document) -> str:
    return assemble(to_fragment(document), ShowsAll(), id_prefix="p-")


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


# Properties ------------------------------------------------------------------------------------------------------------------------------------------


_WORDS = [f"m{number}x" for number in range(60)]
_MARKUP = st.sampled_from(
    [
        *"*_`[]()<>!#|\\ \t&^:\"'\u00a0\u0301",
        *cut("**¦***¦__¦## ¦- ¦* ¦+ ¦1. ¦> ¦    ¦  ¦ | ¦---¦>>¦> - ¦1. - ¦* * *¦![¦](¦](media:ab)¦](/x)¦](javascript:x)¦[^1]¦&amp;"),
        *cut("\n¦\n\n¦\n\n\n¦\n\n    ¦\n    ¦\n        ¦\n> ¦\n- ¦\n1. ¦\n    - ¦\n[^1]: ¦\n\n[^2]: ¦\\\n¦  \n¦\n===\n¦```\n"),
        *cut("|\n|---|---|\n¦\n--- | ---\n¦<div>¦</div>¦<!--¦-->¦<![CDATA["),
    ]
)


@st.composite
def _typed(draw):
    """Markup with numbered words in it, each once."""
    pieces = draw(st.lists(_MARKUP | st.just(None), max_size=40))
    words = iter(_WORDS)
    return "".join(next(words) if piece is None else piece for piece in pieces)


def _everything_in(document):
    return "\n".join(
        [
            plain_text(document),
            *(image.alt + " " + image.media for image in images(document)),
            *link_targets(document),
            *(n.label for n in document.footnotes),
        ]
    )


def check_tree(document):
    normal = normalise(document)
    assert normalise(normal) == normal
    written = to_markdown(document)
    assert written == to_markdown(normal)
    assert unicodedata.is_normalized("NFC", written)
    assert written == "" or re.search(r"[^\n]\n\Z", written)
    assert parse(written) == normal


def check_text(text):
    document = parse(text)
    canonical = to_markdown(document)
    assert parse(canonical) == document == normalise(document)
    assert to_markdown(parse(canonical)) == canonical
    return document


_quick = settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
_thorough = settings(_quick, max_examples=4000)


class TestRoundTrip:
    @settings(_quick, max_examples=60)
    @given(DOCUMENTS)
    def test_every_tree_is_read_back(self, document):
        check_tree(document)

    @_quick
    @given(st.lists(SHARDS, max_size=30).map("".join))
    def test_canonical_is_idempotent_for_every_text(self, text):
        check_text(text)

    @_quick
    @given(_typed())
    def test_no_word_is_lost(self, text):
        everything = _everything_in(check_text(text))
        assert [word for word in re.findall(r"m\d+x", text) if word not in everything] == []

    @pytest.mark.long
    @settings(_quick, max_examples=600)
    @given(DOCUMENTS)
    def test_many_trees(self, document):
        check_tree(document)

    @pytest.mark.long
    @_thorough
    @given(st.lists(SHARDS, max_size=60).map("".join), _typed())
    def test_many_texts(self, text, typed):
        check_text(text)
        everything = _everything_in(check_text(typed))
        assert all(word in everything for word in re.findall(r"m\d+x", typed))


# Hostile texts ---------------------------------------------------------------------------------------------------------------------------------------

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


# Limits ----------------------------------------------------------------------------------------------------------------------------------------------

SLOW = dict(pathological(MAX_INPUT))["wide table"]


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


class TestPool:
    @pytest.fixture
    def pool(self):
        pool = Pool("app.services.markup", 2)
        yield pool
        pool.close()

    def ask(self, pool, text="a"):
        return pool.ask({"text": text, "lang": "fr"})["plain"]

    def test_a_child_that_computes_too_long_is_killed(self, pool):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with pytest.raises(TooSlow):
            self.ask(pool, SLOW)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        start_up = 1.0
        assert CPU_SECONDS * 0.9 <= after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime <= CPU_SECONDS + start_up

    def test_a_child_that_died_is_replaced(self, pool):
        assert self.ask(pool) == "a"
        os.kill(pool._idle[0]._process.pid, signal.SIGKILL)
        assert self.ask(pool, "b") == "b"

    def test_one_that_cannot_start_is_said(self):
        with pytest.raises(Lost):
            Pool("app.services.no_such_module", 1).ask({})

    def test_a_stopped_child_is_killed_by_the_clock(self):
        pool = Pool("app.services.markup", 1, wall_seconds=1)
        assert self.ask(pool) == "a"
        os.kill(pool._idle[0]._process.pid, signal.SIGSTOP)
        with pytest.raises(TooSlow):
            self.ask(pool)
        assert self.ask(pool) == "a"
        pool.close()

    def test_threads_get_their_own_answers(self, pool):
        wrong = []

        def work(number):
            wrong.extend(turn for turn in range(10) if self.ask(pool, f"{number}x{turn}") != f"{number}x{turn}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(pool._idle) == 2

    def test_children_end_when_the_pool_is_closed_and_start_again(self, pool):
        assert self.ask(pool) == "a"
        process = pool._idle[0]._process
        pool.close()
        assert process.poll() == 0
        assert self.ask(pool) == "a"

    def test_secrets_stay_with_the_parent(self, pool, monkeypatch):
        monkeypatch.setenv("RECITS_SECRET", "x")
        assert self.ask(pool) == "a"
        environment = Path(f"/proc/{pool._idle[0]._process.pid}/environ")
        if environment.exists():
            assert b"RECITS_SECRET" not in environment.read_bytes()

    def test_from_elsewhere_forked_and_with_warnings_as_errors(self, tmp_path):
        script = textwrap.dedent(f"""
            import os, sys, time
            sys.path.insert(0, {str(ROOT)!r})
            from app.services.markup import close, prepare
            assert prepare("*père*", lang="fr").plain == "père"
            time.sleep(0.1)
            pid = os.fork()
            assert prepare("*tous deux*", lang="fr").plain == "tous deux"
            if pid == 0:
                close()
                sys.exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            assert prepare("*encore*", lang="fr").plain == "encore"
        """)
        result = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, "")

    @pytest.mark.long
    def test_children_end_when_their_parent_is_killed(self):
        script = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom app.services.markup import *\nfrom app.services.markup.child import _pool\n"
        script += "prepare('a', lang='fr'); print(_pool._idle[0]._process.pid, flush=True); import time; time.sleep(60)"
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
            pid = int(parent.stdout.readline())
            parent.kill()
        for _ in range(50):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return
            time.sleep(0.1)
        raise AssertionError("the child is still there")
