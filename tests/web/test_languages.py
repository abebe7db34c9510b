"""The English pages: what the interface says is English, and what people wrote in French is marked as French, where they stand (WCAG 3.1.2, RGAA 8.7)."""

import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import models
from app.extract_messages import read_catalogue, sources
from app.factory import create_app
from app.services.access import load_actor
from app.services.approvals import state_missing_voice
from app.services.discussion import start_review_thread
from app.services.passages import add_passage, delete_passage
from app.services.unit_of_work import UnitOfWork
from app.web.words import count_words
from plugins.communication.models import Prompt
from tests.conftest import close_engines, settings_for
from tests.demonstration import MOST_ALIKE, READERS, build_demonstration, crawl
from tests.factories import World
from tests.web.matrix import COOKIE, Line, Stage, open_stage, read_table

VOID = {"meta", "link", "br", "img", "input", "hr"}
# Cannot hold a marked part: the title of a document and the words of a drawing.
UNMARKABLE = {"title", "desc", "script", "style"}
SPOKEN_ATTRIBUTES = {"aria-label", "alt", "placeholder", "title", "content", "data-l"}
# A mail is in the language of whoever receives it, which the mailbox does not know.
MAILBOX = "/configuration/courrier"

WRITTEN = [
    *(
        models.Story.title,
        models.Story.standfirst,
        models.MomentRevision.title,
        models.MomentRevision.place,
        models.MomentRevision.description,
    ),
    *(models.Voice.function, models.Phase.name, models.Phase.description, models.Workstream.name, models.Workstream.description),
    *(models.Programme.name, models.Programme.description, models.Territory.name, models.Territory.nature, models.Territory.description),
    *(models.MissingVoice.reason, models.Stance.note, models.PassageRevision.plain, models.PassageRevision.gathered_by, models.Media.alt),
    *(models.Media.credit, models.Comment.body, models.StoryDecision.reasons, Prompt.text),
]
# Words that every French sentence has some of and no English one has, names taken out first.
NAMES = re.compile("(?:La |the )?Fabrique des Transitions|Défenseur des droits|“?Territoires pilotes”?|Le Grand Lavoir", re.IGNORECASE)
FRENCH = re.compile(
    r"\b(?:le|les|des|du|une|est|et|pour|vous|dans|avec|pas|ce|cette|sont|ne|votre|qui|que|sur|au|aux|il|elle|nous)\b", re.IGNORECASE
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration, with a comment, a missing voice in a working copy, and something in the trash."""
    home = tmp_path_factory.mktemp("languages")
    build_demonstration(home)
    app = create_app(settings_for(home))
    with app.extensions["recits"].writer.begin() as uow:
        _write_more(uow, app)
    yield app
    close_engines(app)


def _write_more(uow: UnitOfWork, app: Flask) -> None:
    account = uow.session.scalars(select(models.Account).where(models.Account.name == "Hélène Marcadet")).one()
    actor = load_actor(uow.session, account.id, uow.now.date(), app.extensions["recits"].snapshots.current(uow.session))
    story = uow.session.scalars(select(models.Story).where(models.Story.title == "Un récit en écriture")).one()
    voice = actor.voices[0].voice
    told = select(models.Passage.moment_id).where(models.Passage.story_id == story.id, models.Passage.moment_id.is_not(None))
    untold = select(models.Moment).where(models.Moment.delegation_id == actor.voices[0].delegation, models.Moment.id.not_in(told))
    moments = list(uow.session.scalars(untold.order_by(models.Moment.id)))
    add_passage(uow, actor, story.id, moments[0].id, voice)
    state_missing_voice(uow, actor, story.id, moments[0].id, "state_agent", "Le poste n’était pas encore pourvu.")
    start_review_thread(uow, actor, story.id, None, "Il manque la voix de la sous-préfecture.")
    delete_passage(uow, actor, add_passage(uow, actor, story.id, moments[1].id, voice).id)


class Spoken(HTMLParser):
    """(language, text) of every text node that a page shows, and (language, text) of the attributes that are read out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: set[tuple[str, str]] = set()
        self.attributes: set[tuple[str, str]] = set()
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    @property
    def _lang(self) -> str:
        return self._open[-1][1] if self._open else ""

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        lang = values.get("lang") or self._lang
        self.attributes |= {(lang, plain(values[name])) for name in SPOKEN_ATTRIBUTES & set(values)}
        if values.get("type") == "text":
            self.texts.add((lang, plain(values.get("value"))))
        if tag not in VOID:
            self._open.append((tag, lang))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data):
        if plain(data) and not any(tag in UNMARKABLE for tag, _lang in self._open):
            self.texts.add((self._lang, plain(data)))


def plain(text: str | None) -> str:
    """Returns the text without the typography that pages add."""
    return " ".join(unicodedata.normalize("NFKC", text or "").replace("’", "'").split())


@pytest.fixture(scope="module")
def english(app: Flask) -> dict[str, Spoken]:
    """Everything that anybody reads under /en/, by who reads where."""
    pages = {
        f"{who} {path}": Spoken(html)
        for who in READERS
        for path, html in crawl(app, who, "/en", MOST_ALIKE)
        if not path.startswith(MAILBOX)
    }
    assert len(pages) > 150
    return pages


@pytest.fixture(scope="module")
def written(app: Flask) -> set[str]:
    """What people wrote on the site, line by line; all of it is French."""
    with Session(app.extensions["recits"].engine) as session:
        texts = [text for column in WRITTEN for text in session.scalars(select(column))]
        for column in (models.PageVersion.title, models.PageVersion.standfirst, models.PageVersion.plain):
            texts += session.scalars(select(column).where(models.PageVersion.lang == "fr"))
        lines = {plain(line) for text in texts for line in (text or "").split("\n")}
    return {line for line in lines if len(line) > 3}


def faults(pages: dict[str, Spoken], is_fault, lang: str, *, attributes: bool = False) -> list[str]:
    """Returns where a text in a language is wrong, each text once."""
    first: dict[str, str] = {}
    for where, page in pages.items():
        for spoken, text in page.texts | (page.attributes if attributes else set()):
            if spoken == lang:
                first.setdefault(text, where)
    return sorted(f"{where}: {text[:100]}" for text, where in first.items() if is_fault(text))


def test_what_people_wrote_in_french_is_marked_on_english_pages(app, english, written):
    everything = "\n".join(written)
    with Session(app.extensions["recits"].engine) as session:
        people = {plain(name) for column in (models.Voice.name, models.Account.name) for name in session.scalars(select(column))}

    def unmarked(text: str) -> bool:
        text = NAMES.sub("", text)
        if text in people:
            return False
        return text in written or (len(text) > 14 and text in everything) or any(line in text for line in written if len(line) > 8)

    assert faults(english, unmarked, "en") == []
    assert any(lang == "fr" and text in written for page in english.values() for lang, text in page.texts)


def test_the_interface_is_english_on_english_pages(english):
    french = {
        plain(message.id): plain(message.string)
        for source in sources()
        for message in read_catalogue(source.catalogue)
        if isinstance(message.id, str) and message.id and message.id != message.string
    }
    same_elsewhere = set(french.values())
    assert faults(english, lambda text: text in french and text not in same_elsewhere, "en", attributes=True) == []


def test_no_french_sentence_is_left_outside_its_mark(english):
    assert faults(english, lambda text: FRENCH.search(NAMES.sub("", text)) is not None, "en") == []


def test_words_of_the_interface_are_not_marked_as_french(english):
    """The reverse: an English label read out by a French voice."""
    labels = {
        plain(message.string) for source in sources() for message in read_catalogue(source.catalogue) if isinstance(message.string, str)
    }
    labels -= {plain(message.id) for source in sources() for message in read_catalogue(source.catalogue) if isinstance(message.id, str)}
    assert faults(english, lambda text: len(text) > 3 and text in labels, "fr", attributes=True) == []


def test_french_pages_mark_nothing_as_french(app):
    for path, html in crawl(app, None, most_alike=MOST_ALIKE):
        assert html.count('lang="fr"') == 1, f"{path}: only the page itself"


@pytest.fixture(scope="module")
def stage(_template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(_template, tmp_path_factory.mktemp("english_matrix")) as made:
        yield made


def _answers(stage: Stage, line: Line, role: str) -> Iterator[str]:
    """What the English site says to a request, and to an empty form in its place, on the page that it leads to."""
    for fields in (None, {}) if line.method == "POST" else (None,):
        answer = stage.ask(line, role, fields=fields, prefix="/en")
        if answer.status_code in (302, 303):
            cookie = answer.headers.get("Set-Cookie", f"{COOKIE}={stage.cookies[role]}").split(";")[0]
            answer = stage.app.test_client(use_cookies=False).get(answer.headers["Location"], headers={"Cookie": cookie})
        if answer.mimetype == "text/html":
            yield answer.text
        stage.back()


@pytest.mark.parametrize("role", ["anon", "member", "editor", "admin"])
def test_refusals_forms_and_confirmations_are_english(stage, role):
    """Names that the table types into forms stand where they were typed, and are nobody's language."""
    typed = {plain(stage.value(value)) for line in read_table() for value in line.sends[1].values() if value}
    left = set()
    for line in read_table():
        for html in _answers(stage, line, role):
            if html.startswith("<!doctype html>") and MAILBOX not in line.rule:
                left |= {(line.key, text) for lang, text in Spoken(html).texts if lang == "en" and FRENCH.search(NAMES.sub("", text))}
    assert {(key, text) for key, text in left if not any(words in text for words in typed)} == set()


def test_thousands_are_set_apart_in_each_language(app):
    for lang, words in (("fr", "1\u202f496 mots"), ("en", "1,496 words")):
        with app.test_request_context("/"), force_locale(lang):
            assert count_words(1496) == words
    with app.test_request_context("/"), force_locale("fr"):
        assert [count_words(number) for number in (0, 1, 2)] == ["0 mot", "1 mot", "2 mots"]


@pytest.mark.long
@pytest.mark.parametrize("who", READERS)
def test_a_short_crawl_meets_every_view_that_a_whole_one_meets(app, who):
    router = app.url_map.bind("localhost")

    def views(most_alike: int | None) -> set[str]:
        return {router.match(path.partition("?")[0])[0] for path, _html in crawl(app, who, most_alike=most_alike)}

    assert views(MOST_ALIKE) == views(None)
