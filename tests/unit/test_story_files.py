"""What is written as a story file is read back the same, whatever the texts hold; the files that were there before are read as they were."""

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import shipped
from app.kernel.moment_date import DateKind, MomentDate
from app.kernel.voice import CATEGORIES, Display
from app.services.story_files import (
    STANCES,
    BlockFile,
    ImageFile,
    MissingFile,
    MomentFile,
    PassageFile,
    PhaseFile,
    ProgrammeFile,
    StanceFile,
    StoryFile,
    StoryFileError,
    TerritoryFile,
    ThemeFile,
    VoiceFile,
    WorkstreamFile,
    read_corpus,
    write_programme,
    write_story,
    write_territory,
)
from tests.examples import examples

IMAGE = "0123456789abcdefghjk"
PICTURE = "images/une-photo.jpg"
ODD_TEXTS = [
    "",
    "Un titre : deux points",
    "« Oui » — dit-elle\u202f; non\u00a0: peut-être\u202f!",
    'l\'apostrophe et "les guillemets"',
    '"',
    '""',
    "fin\\",
    "👩🏽‍🌾 à la ferme 🚜",
    "null",
    "yes",
    "2022-05-12",
    "12:30",
    "0x1f",
    "- une liste",
    "{a: b}",
    "[a, b]",
    "# un titre",
    "&ancre *alias !balise %x @y `z`",
    "a #b",
    "---",
    "une ligne\n---\nune autre",
    "deux\n\n  lignes\n\tet une",
    "...",
    ":::",
    "\\:::",
    "\\\\::: trois",
    "::: passage voice=maire\nUn faux.\n:::",
    "\u2028\u0085\u00ad\ufeffx",
    "|\n>",
    "a: b\nc: d",
    "\u00e9 et e\u0301",
    "a\n  retrait\nb",
    "espace à la fin \nb",
    "a\n\n\n\tb",
]
ODD = st.sampled_from(ODD_TEXTS)
LETTERS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"), max_size=12)
TEXTS = (ODD | LETTERS | st.lists(ODD | LETTERS, max_size=3).map("\n".join)).map(str.strip)
LINES = TEXTS.map(lambda text: text.replace("\n", " ")).map(str.strip)
BODIES = (ODD | LETTERS | st.lists(ODD | LETTERS, max_size=4).map("\n".join)).map(lambda text: text.strip(" \t\n"))
KEYS = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4})?", fullmatch=True).filter(lambda key: key != "shared")
MOMENT_KEYS = KEYS | st.sampled_from(["le vote", 'un "mot"', "é\u202f!"])
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9999, 9999) | ODD | LETTERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD | LETTERS, inner, max_size=3),
    max_leaves=5,
)


def month_of(day):
    return MomentDate(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]), DateKind.MONTH)


WHEN = (
    st.builds(lambda day: MomentDate(day, day, DateKind.DAY), DAYS)
    | st.builds(month_of, DAYS)
    | st.builds(lambda one, other: MomentDate(min(one, other), max(one, other), DateKind.PERIOD), DAYS, DAYS)
)


def rows(shape, most=3):
    return st.lists(shape, max_size=most).map(tuple)


PROGRAMMES = st.builds(
    ProgrammeFile,
    st.just("programme.md"),
    LINES,
    LINES,
    TEXTS,
    rows(st.builds(PhaseFile, KEYS, LINES, TEXTS)),
    rows(st.builds(WorkstreamFile, KEYS, LINES, st.sampled_from(["thematic", "transverse"]), TEXTS)),
    rows(st.builds(ThemeFile, KEYS, LINES)),
)
VOICES = st.builds(
    VoiceFile,
    KEYS,
    LINES,
    LINES,
    st.sampled_from([*CATEGORIES, ""]),
    st.none() | DAYS,
    st.none() | DAYS,
    st.sampled_from(Display),
)
MOMENTS = st.builds(MomentFile, MOMENT_KEYS, LINES, WHEN, LINES, st.none(), TEXTS)


@st.composite
def sites(draw):
    """A territory and a story of it that name each other rightly."""
    voices = draw(st.lists(VOICES, max_size=4, unique_by=lambda voice: voice.key))
    moments = draw(st.lists(MOMENTS, max_size=3, unique_by=lambda moment: moment.key))
    territory = TerritoryFile(
        "territories/pays.md",
        "pays",
        draw(LINES),
        draw(LINES),
        draw(st.booleans()),
        "programme",
        tuple(sorted(voices, key=lambda voice: [*CATEGORIES, ""].index(voice.category))),
        tuple(moments),
        draw(TEXTS),
    )
    return territory, draw(stories(territory))


@st.composite
def stories(draw, territory):
    moments = st.sampled_from([moment.key for moment in territory.moments]) if territory.moments else None
    voices = st.sampled_from([voice.key for voice in territory.voices]) if territory.voices else None
    blocks = draw(st.lists(st.builds(BlockFile, KEYS, st.just("sheets:sheet"), DATA, READS), max_size=2, unique_by=lambda block: block.key))
    told = st.none() | moments if moments is not None else st.none()
    block = st.sampled_from(["", *(entry.key for entry in blocks)])
    said = rows(st.tuples(st.integers(0, 9), st.integers(0, 9), voices)) if voices is not None else st.just(())
    shared = st.builds(PassageFile, told, st.none(), LINES, LINES, BODIES, said, block)
    own = st.builds(PassageFile, told, voices, LINES, LINES, BODIES, st.just(()), block) if voices is not None else shared
    return StoryFile(
        "recit.md",
        draw(LINES),
        draw(LINES),
        draw(TEXTS),
        draw(st.sampled_from(["fr", "en"])),
        draw(KEYS),
        "pays",
        draw(st.none() | DAYS),
        draw(rows(shared | own, 4)),
        draw(rows(st.builds(StanceFile, moments, voices, st.sampled_from(STANCES), TEXTS)))
        if moments is not None and voices is not None
        else (),
        draw(rows(st.builds(MissingFile, moments, st.sampled_from(CATEGORIES), TEXTS))) if moments is not None else (),
        (),
        draw(st.booleans()),
        tuple(draw(st.lists(IMAGES, max_size=2, unique_by=lambda image: image.id))),
        tuple(blocks),
    )


IMAGES = st.builds(ImageFile, st.from_regex(r"[0-9a-z]{20}", fullmatch=True), st.sampled_from([None, PICTURE]), TEXTS, TEXTS, TEXTS, TEXTS)
DATA = st.dictionaries(ODD | LETTERS, VALUES, max_size=3)
READS = st.none() | st.just({"title": "Une fiche : suite", "text": "Deux\nlignes", "facts": [["Âge", "12"]], "link": ["/recits/x", "Là"]})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one picture, whose files each example writes anew."""
    folder = tmp_path_factory.mktemp("recits")
    (folder / "territories").mkdir()
    (folder / "images").mkdir()
    (folder / PICTURE).write_bytes(b"what the reader does not open")
    return folder


@examples(200)
@given(PROGRAMMES, sites())
def test_what_is_written_is_read_back_the_same(folder, programme, site):
    territory, story = site
    programme = ProgrammeFile(**{**programme.__dict__, "slug": "programme"})
    for entry, text in (
        (programme, write_programme(programme)),
        (territory, write_territory(territory)),
        (story, write_story(story)),
    ):
        (folder / entry.file).write_text(text, encoding="utf-8", newline="\n")
    corpus = read_corpus(folder)
    assert corpus.programmes == (programme,)
    assert corpus.territories == (territory,)
    assert corpus.stories == (story,)


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_an_odd_text_is_read_back_the_same_wherever_it_stands(folder, odd):
    text, line, body = odd.strip(), odd.replace("\n", " ").strip(), odd.strip(" \t\n")
    day = MomentDate(date(2022, 5, 12), date(2022, 5, 12), DateKind.DAY)
    programme = ProgrammeFile(
        "programme.md",
        "programme",
        text,
        text,
        (PhaseFile("p", text, text),),
        (WorkstreamFile("w", text, "thematic", text),),
        (ThemeFile("t", text),),
    )
    voice = VoiceFile("maire", text, text, "local_agent", None, None, Display.NAME)
    moment = MomentFile("vote", text, day, text, "p", text)
    territory = TerritoryFile("territories/pays.md", "pays", text, text, True, "programme", (voice,), (moment,), text)
    story = StoryFile(
        "recit.md",
        text,
        text,
        text,
        "fr",
        "recit-croise",
        "pays",
        None,
        (PassageFile("vote", "maire", line, line, body), PassageFile(None, None, "", "", f"a\n{body}\nb", ((0, 1, "maire"),), "b")),
        (StanceFile("vote", "maire", "nuance", text),),
        (MissingFile("vote", "state_agent", text),),
        ("t",),
        images=(ImageFile(IMAGE, PICTURE, text, text, text, text),),
        blocks=(BlockFile("b", "sheets:sheet", {odd: [odd, {"x": odd}]}, {"title": "Une fiche", "text": "Un texte"}),),
    )
    for entry, written in ((programme, write_programme(programme)), (territory, write_territory(territory)), (story, write_story(story))):
        (folder / entry.file).write_text(written, encoding="utf-8", newline="\n")
    corpus = read_corpus(folder)
    assert (corpus.programmes, corpus.territories, corpus.stories) == ((programme,), (territory,), (story,))


def test_the_starter_files_are_what_they_were_and_are_written_back_the_same(tmp_path):
    corpus = read_corpus(shipped("stories"))
    (tmp_path / "territories").mkdir()
    for entries, write in ((corpus.programmes, write_programme), (corpus.territories, write_territory), (corpus.stories, write_story)):
        for entry in entries:
            (tmp_path / entry.file).write_text(write(entry), encoding="utf-8", newline="\n")
    again = read_corpus(tmp_path)
    assert len(again.stories) == 7
    assert (again.programmes, again.territories, again.stories) == (corpus.programmes, corpus.territories, corpus.stories)


def test_a_file_is_written_to_be_read_by_people():
    story = StoryFile(
        "recit.md",
        "la-nuit",
        "La nuit : récit",
        "Deux voix.",
        "fr",
        "recit-croise",
        "pays",
        None,
        (
            PassageFile("vote", None, "", "Qui dit « oui » ?", "Nous étions là.\n\n:::", ((0, 4, "maire"), (5, 10, "agente"))),
            PassageFile("vote", "maire", 'la "secrétaire"', "", "Moi aussi."),
        ),
        (StanceFile("vote", "maire", "nuance", "Presque."),),
        (MissingFile("vote", "state_agent", "Vacant."),),
        images=(ImageFile(IMAGE, PICTURE, "Une cour", "Hélène"),),
    )
    assert (
        write_story(story)
        == '''---
recits: 1
kind: story
slug: la-nuit
title: 'La nuit : récit'
standfirst: Deux voix.
lang: fr
format: recit-croise
territory: pays
published: null
fictitious: false
stances:
  - moment: vote
    voice: maire
    stance: nuance
    note: Presque.
missing:
  - moment: vote
    category: state_agent
    reason: Vacant.
images:
  - id: 0123456789abcdefghjk
    file: images/une-photo.jpg
    alt: Une cour
    credit: Hélène
---
::: passage moment=vote voice=shared question="Qui dit « oui » ?" said="0-4:maire 5-10:agente"
Nous étions là.

\\:::
:::

::: passage moment=vote voice=maire scribe="la ""secrétaire"""
Moi aussi.
:::
'''
    )


HEAD = "recits: 1\nkind: story\nslug: un-recit\ntitle: Un récit\nlang: fr\nformat: recit-croise\nterritory: pays\n"
BLOCK = "blocks:\n  - {key: b, type: 'a:b', data: %s, reads: %s}\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("images:\n  - {id: 0123456789abcdefghjk, file: ../ailleurs.jpg, alt: a, credit: b}\n", "leaves the folder"),
        ("images:\n  - {id: 0123456789abcdefghjk, file: /etc/hostname, alt: a, credit: b}\n", "leaves the folder"),
        ("images:\n  - {id: 0123456789abcdefghjk, file: lien/ailleurs.jpg, alt: a, credit: b}\n", "leaves the folder"),
        ("images:\n  - {id: 0123456789abcdefghjk, file: images, alt: a, credit: b}\n", "is not there"),
        ('images:\n  - {id: 0123456789abcdefghjk, file: "a\\0b", alt: a, credit: b}\n', "'file' is"),
        ("images:\n  - {id: 'A b', file: null, alt: a, credit: b}\n", "'id' is 'A b'"),
        (
            "images:\n  - {id: 0123456789abcdefghjk, file: null, alt: a, credit: b}\n  - {id: 0123456789abcdefghjk, file: null, alt: a, credit: b}\n",
            "'0123456789abcdefghjk' stands twice",
        ),
        ("images:\n  - {id: 0123456789abcdefghjk, file: null, alt: a}\n", "'credit' is missing"),
        (BLOCK % ("{x: 2022-05-12}", "null"), "'data' holds"),
        (BLOCK % ("{x: 1.5}", "null"), "'data' holds"),
        (BLOCK % ("{}", "{title: Un titre}"), "'reads' needs"),
        (BLOCK.replace("a:b", "text") % ("{}", "null"), "'type' is 'text'"),
    ],
)
def test_what_stands_beside_the_words_is_refused_with_its_file_and_key(tmp_path, more, said):
    folder = tmp_path / "recits"
    (folder / "images").mkdir(parents=True)
    (tmp_path / "ailleurs.jpg").write_bytes(b"x")
    (folder / "lien").symlink_to(tmp_path)
    (folder / "recit.md").write_text(f"---\n{HEAD}{more}---\n", encoding="utf-8")
    with pytest.raises(StoryFileError, match=said) as refused:
        read_corpus(folder)
    assert str(refused.value).startswith("recit.md")
