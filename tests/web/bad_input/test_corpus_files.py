"""A broken starter corpus is refused with the name of the file and of the key, and leaves nothing."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import PassageRevision, Voice
from app.factory import create_app
from app.services import starter
from app.services.story_files import StoryFileError, read_corpus
from app.services.verify import verify_site
from tests.conftest import close_engines, settings_for

PROGRAMME = """---
recits: 1
kind: programme
slug: un-programme
name: Un programme
phases:
  - key: diagnostic
    name: Diagnostic
workstreams: []
---
Présentation.
"""


TERRITORY = """---
recits: 1
kind: territory
slug: un-pays
name: Un pays
fictitious: true
delegation:
  programme: un-programme
  seats:
    - category: elected_official
      voices:
        - {key: helene, name: Hélène, function: maire, from: 2021-09-01, to: null, display: name}
moments:
  - {key: vote, title: Le vote, date: 12 mai 2022, phase: diagnostic}
---
Un pays.
"""


STORY = """---
recits: 1
kind: story
slug: un-recit
format: recit-croise
title: Un récit
lang: fr
territory: un-pays
published: 2022-06-01
stances:
  - {moment: vote, voice: helene, stance: agree, note: Oui.}
missing:
  - {moment: vote, category: state_agent, reason: Vacant.}
---
::: passage moment=vote voice=helene
J’ai voté.
:::
"""


FILES = {"programme.md": PROGRAMME, "pays.md": TERRITORY, "recit.md": STORY}


def folder_with(folder: Path, **files: str | bytes) -> Path:
    """Writes the three good files, some of them replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, words in {**FILES, **{f"{key}.md": value for key, value in files.items()}}.items():
        (folder / name).write_bytes(words if isinstance(words, bytes) else words.encode())
    return folder


def test_a_voice_cannot_be_called_as_all_are(tmp_path):
    folder = folder_with(tmp_path, pays=TERRITORY.replace("key: helene", "key: shared"))
    with pytest.raises(StoryFileError, match=r"pays\.md: no voice can have the key 'shared'"):
        read_corpus(folder)


def test_the_good_files_are_read(tmp_path):
    corpus = read_corpus(folder_with(tmp_path))
    assert (len(corpus.programmes), len(corpus.territories), len(corpus.stories)) == (1, 1, 1)


# (file, what is replaced, by what) → words that the message must have beside the file's name
BROKEN = [
    ("recit", "title: Un récit", "", ["title"]),
    ("recit", "title: Un récit", "title: [1, 2]", ["title"]),
    ("recit", "title: Un récit", "title: 12", ["title"]),
    ("recit", "title: Un récit", "title: Un récit\nauteur: moi", ["auteur"]),
    ("recit", "lang: fr", "lang: de", ["lang", "fr, en"]),
    ("recit", "published: 2022-06-01", "published: hier", ["published"]),
    ("recit", "published: 2022-06-01", "published: 2022-13-45", []),
    ("recit", "published: 2022-06-01", "published: 2022-06-01 10:00:00", ["published"]),
    ("recit", "territory: un-pays", "territory: nulle-part", ["nulle-part"]),
    ("recit", "kind: story", "kind: novel", ["kind", "novel"]),
    ("recit", "kind: story\n", "", ["kind"]),
    ("recit", "recits: 1", "recits: 2", ["recits"]),
    ("recit", "recits: 1\n", "", ["recits"]),
    ("recit", "stance: agree", "stance: peut-être", ["stance 1", "stance"]),
    ("recit", "note: Oui.", "mot: Oui.", ["mot"]),
    ("recit", "category: state_agent", "category: prefet", ["category"]),
    ("recit", "stances:\n  - {moment: vote", "stances:\n  - {moment: nulle", ["nulle"]),
    ("recit", "::: passage moment=vote", "::: passage moment=nulle", ["nulle"]),
    ("recit", "::: passage moment=vote voice=helene", "::: passage moment=vote", ["voice"]),
    ("recit", "::: passage moment=vote voice=helene", "::: passage moment=vote voice=helene humeur=gaie", ["humeur"]),
    ("recit", "::: passage moment=vote voice=helene", "Hors de tout.\n\n::: passage moment=vote voice=helene", ["line"]),
    ("recit", "::: passage moment=vote voice=helene", '::: passage moment=vote voice=shared said="0-4:inconnue"', ["inconnue"]),
    ("recit", "::: passage moment=vote voice=helene", '::: passage moment=vote voice=shared said="tout:helene"', ["said", "0-25:maire"]),
    ("recit", "::: passage moment=vote voice=helene", '::: passage moment=vote voice=helene said="0-4:helene"', ["said"]),
    ("recit", "\n:::\n", "\n", ["closing"]),
    ("recit", "---\nrecits", "---\n: : :\n\t- recits", []),
    ("recit", "title: Un récit", "title: !!python/object/apply:os.system ['true']", []),
    ("recit", "title: Un récit", "title: Un récit\ntitle: Deux fois", ["title"]),
    ("pays", "name: Un pays", "", ["name"]),
    ("pays", "fictitious: true", "fictitious: oui", ["fictitious"]),
    ("pays", "category: elected_official", "category: maire", ["category"]),
    ("pays", "display: name", "display: partout", ["seat 1, voice 1", "display"]),
    ("pays", "display: name", "display: name, age: 12", ["age"]),
    ("pays", "from: 2021-09-01", "from: hier", ["from"]),
    ("pays", "date: 12 mai 2022", "date: un jour", ["vote"]),
    ("pays", "phase: diagnostic", "phase: inconnue", ["inconnue"]),
    ("pays", "programme: un-programme", "programme: inconnu", ["inconnu"]),
    ("pays", "moments:\n  - {key: vote", "moments:\n  - {cle: vote", ["key"]),
    ("pays", "delegation:\n  programme", "delegation: non\nx:\n  programme", ["delegation"]),
    ("programme", "name: Un programme", "", ["name"]),
    ("programme", "name: Diagnostic", "titre: Diagnostic", ["name"]),
    ("programme", "workstreams: []", "workstreams: non", ["workstreams"]),
    ("programme", "workstreams: []", "workstreams:\n  - {key: a, name: A, kind: lourd}", ["kind"]),
    ("programme", "name: Diagnostic", "name: Diagnostic\n    couleur: rouge", ["couleur"]),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "words"), BROKEN, ids=[f"{entry[0]}: {entry[2] or 'without ' + entry[1]}"[:60] for entry in BROKEN]
)
def test_a_broken_file_is_named_with_its_key(tmp_path, name, old, new, words):
    whole = FILES[f"{name}.md"]
    assert old in whole
    with pytest.raises(StoryFileError) as error:
        read_corpus(folder_with(tmp_path, **{name: whole.replace(old, new, 1)}))
    said = str(error.value)
    assert f"{name}.md" in said, said
    for word in words:
        assert word in said, said
    assert "Traceback" not in said


NO_STORIES = {
    "empty": b"",
    "half": b"---\n",
    "no keys": b"---\n---\n",
    "not utf-8": b"\xff\xfe\x00",
    "utf-16": "---\nrecits: 1\nkind: story\n---\n".encode("utf-16"),
    "nul": b"---\nrecits: 1\x00\n---\n",
    "no front matter": b"x" * 100_000,
    "a list": b"---\n- 1\n---\n",
    "recursive": b"---\n&a [*a]\n---\n",
}


@pytest.mark.parametrize("kind", NO_STORIES)
def test_a_file_that_is_no_story_is_named(tmp_path, kind):
    with pytest.raises(StoryFileError) as error:
        read_corpus(folder_with(tmp_path, autre=NO_STORIES[kind]))
    assert "autre.md" in str(error.value)


def test_a_folder_with_a_file_s_name_is_named(tmp_path):
    folder = folder_with(tmp_path)
    (folder / "dossier.md").mkdir()
    with pytest.raises(StoryFileError, match=r"dossier\.md"):
        read_corpus(folder)


def test_a_shared_text_brings_its_voices(tmp_path, empty_site):
    shared = '::: passage voice=shared said="0-9:helene"\nOui. Non.\n:::\n'
    starter.load_into_empty_site(empty_site, folder_with(tmp_path, recit=STORY + shared), demonstration=False)
    with Session(empty_site.engine) as session:
        revision = session.scalars(select(PassageRevision).where(PassageRevision.voice_id.is_(None))).one()
        assert revision.spans == [[0, 9, session.scalars(select(Voice.id)).one()]]
        assert verify_site(session).faults == ()


LOADED_BADLY = {
    "two programmes of one name": {"autre": PROGRAMME},
    "two territories of one name": {"autre": TERRITORY},
    "a title of three pages": {"recit": STORY.replace("title: Un récit", "title: " + "Un récit " * 100)},
    "a voice that says more than there is": {
        "recit": STORY.replace("::: passage moment=vote voice=helene", '::: passage moment=vote voice=shared said="0-999:helene"')
    },
    "an empty title": {"recit": STORY.replace("title: Un récit", "title: ''")},
    "a text of a hundred pages": {"recit": STORY.replace("J’ai voté.", "J’ai voté. " * 10_000)},
    "a seat held twice": {
        "pays": TERRITORY.replace(
            "moments:", "        - {key: paul, name: Paul, function: maire, from: 2022-01-01, to: null, display: name}\nmoments:"
        )
    },
    "a mandate that ends before it begins": {"pays": TERRITORY.replace("to: null", "to: 2020-01-01")},
    "a voice twice on one moment": {"recit": STORY + "\n::: passage moment=vote voice=helene\nEncore.\n:::\n"},
    "two phases of one key": {"programme": PROGRAMME.replace("workstreams", "  - {key: diagnostic, name: Encore}\nworkstreams")},
}


@pytest.fixture
def empty_site(tmp_path):
    from app.db.migrate import migrate

    made = create_app(settings_for(tmp_path / "empty"))
    migrate(made.extensions["recits"].engine)
    yield made.extensions["recits"]
    close_engines(made)


def test_a_corpus_that_cannot_be_loaded_is_refused_in_words_and_leaves_nothing(tmp_path, empty_site):
    wrong = []
    for number, (kind, files) in enumerate(LOADED_BADLY.items()):
        try:
            starter.load_into_empty_site(empty_site, folder_with(tmp_path / str(number), **files), demonstration=False)
        except starter.StarterError as error:
            if ".md" not in str(error):
                wrong.append(f"{kind}: names no file ({error})")
        except Exception as error:  # what `recits starter` would show as a traceback
            wrong.append(f"{kind}: {type(error).__name__} {error}"[:160])
        else:
            wrong.append(f"{kind}: was loaded")
            break
        with empty_site.writer.begin() as uow:
            assert starter.is_empty(uow.session), kind
    assert wrong == []
