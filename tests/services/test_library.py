"""The media library: who sees which image, where it is used, what describing and trashing keep; and one trash for everything."""

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from app.db import library as queries
from app.db.models import AuditEntry, Media, PassageRevision
from app.db.trash import Trashed
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.services import library, page_texts, pages, passages, stories, themes, trash
from app.services.identity import Logo, read_identity
from app.services.library import MediaWords
from app.services.markup import prepare_here
from app.services.media import PreparedImage, Rendition, add_image, delete_image, is_public, readable_file, restore_image
from app.services.moments import delete_moment
from tests.factories import actor
from tests.told_stories import carry, sign, take, written

WORDS = MediaWords("Une halle vide", "Le site, 2023", "CC BY-SA 4.0", "fonds de la commune")


def picture(letter: str) -> PreparedImage:
    return PreparedImage(letter * 64, "image/jpeg", 960, 640, 4000, (Rendition(480, 320, 1000), Rendition(960, 640, 2000)))


@pytest.fixture
def act(site, world):
    def do(name, verb, *arguments):
        with site.writer.begin() as uow:
            return verb(uow, actor(site, world, name), *arguments)

    return do


@pytest.fixture
def sees(site, world, session):
    """Returns the alternatives of the images that somebody sees in the library."""

    def alternatives(name, *where) -> list[str]:
        session.rollback()
        lines, _more = queries.list_media(session, library.visible_clause(session, actor(site, world, name)), where=where)
        return sorted(line.media.alt for line in lines)

    return alternatives


@pytest.fixture
def illustrated(site, world, act):
    """A story of Brumeval in writing: one image in Hélène's signed passage, one that nothing shows."""
    story = act("helene", stories.create_story, world.delegations["brumeval"], "Un récit illustré").id
    shown = act("helene", add_image, story, picture("a"), "La cour", "Hélène").id
    spare = act("helene", add_image, story, picture("b"), "Le portail", "Hélène").id
    with site.writer.begin() as uow:
        helene = actor(site, world, "helene")
        passage = passages.add_passage(uow, helene, story, world.moments["vote"], world.voices["helene"]).id
        written(uow, helene, passage, f"Voici la cour.\n\n![](media:{shown})")
        sign(uow, helene, passage, world.voices["helene"])
    return {"story": story, "shown": shown, "spare": spare, "passage": passage}


def uses(session: Session, media_id: str) -> list[tuple[str, bool]]:
    session.rollback()
    (line,) = queries.lines_of(session, [session.get_one(Media, media_id)], library.USE_FINDERS)
    return [(use.kind, use.public) for use in line.uses]


# — who sees what —


def test_images_of_a_draft_are_seen_by_nobody_outside_its_delegation(sees, illustrated, session):
    assert sees("editrice") == []
    assert sees("admin") == []
    assert queries.count_media(session, true()) == queries.MediaCount(2, 14000)


def test_an_editor_sees_them_once_the_story_was_submitted_and_an_administrator_what_is_public(sees, illustrated, site, world):
    helene = actor(site, world, "helene")
    carry(site, world, illustrated["story"], "submitted", helene)
    assert sees("editrice") == ["La cour", "Le portail"]
    assert sees("admin") == []
    for step in ("start_review", "publish"):
        editor = actor(site, world, "editrice")
        with site.writer.begin() as uow:
            take(uow, editor, illustrated["story"], step)
    assert sees("admin") == ["La cour"], "of a public story, the image that it shows"


@pytest.mark.parametrize("who", ["helene", "organisation", "personne"])
def test_only_who_keeps_the_library_enters_it(session, site, world, who, act):
    with pytest.raises(NotAllowed):
        library.visible_clause(session, actor(site, world, who))
    with pytest.raises(NotAllowed):
        act(who, library.add_to_library, picture("d"), WORDS)


def test_a_file_of_the_library_is_public_only_by_a_public_page(session, site, world, act, tmp_path):
    row = act("admin", library.add_to_library, picture("d"), WORDS)
    folder = tmp_path / "media"
    (folder / "dd" / ("d" * 64)).mkdir(parents=True)
    (folder / "dd" / ("d" * 64) / "480.webp").write_bytes(b"RIFF")

    def served(who: str | None) -> bool:
        session.rollback()
        try:
            readable_file(session, actor(site, world, who) if who else None, folder, "d" * 64, 480)
        except NotFound:
            return False
        return True

    assert (served(None), served("helene"), served("editrice")) == (False, False, True)
    page = act(
        "admin", page_texts.create_page, None, "fr", page_texts.PageWords("La halle", "", prepare_here(f"![](media:{row.id})", lang="fr"))
    )
    assert not served(None), "a page in writing shows it to nobody else"
    text = page_texts.page_text(session, page.id, "fr")
    version = session.get_one(queries.PageVersion, text.version_id)
    act("admin", page_texts.publish_text, page.id, "fr", version.hash)
    assert served(None)
    assert is_public(session, "d" * 64)
    assert uses(session, row.id) == [("page", True), ("page", False)]
    act("admin", pages.delete_page, page.id)
    assert not served(None)
    assert uses(session, row.id) == []


# — where used, gaps —


def test_uses_follow_the_words(session, illustrated, site, world, act):
    assert uses(session, illustrated["shown"]) == [("passage", False)]
    assert uses(session, illustrated["spare"]) == []
    carry(site, world, illustrated["story"], "published", actor(site, world, "helene"))
    assert uses(session, illustrated["shown"]) == [("story", True), ("passage", False)]


def test_the_logo_is_used_by_the_site(session, act, monkeypatch):
    row = act("admin", library.add_to_library, picture("d"), WORDS)
    identity = read_identity(session)
    logo = Logo("d" * 64, 960, 640, (480, 960), "Le nœud")
    monkeypatch.setattr(library, "read_identity", lambda _session: type(identity)(logo=logo))
    assert uses(session, row.id) == [("identity", True)]
    gap = queries.gap_clause(queries.ORPHANS, library.identity_hash(session))
    assert session.scalars(select(Media.alt).where(gap)).all() == []


def test_gaps_find_what_is_missing(sees, act, illustrated, site, world):
    carry(site, world, illustrated["story"], "submitted", actor(site, world, "helene"))
    act("editrice", library.add_to_library, picture("d"), MediaWords("", "", "", ""))
    act("editrice", library.add_to_library, picture("e"), WORDS)
    found = {gap: sees("editrice", queries.gap_clause(gap)) for gap in queries.GAPS}
    assert found == {
        queries.ORPHANS: ["", "Le portail", WORDS.alt],
        queries.NO_ALT: [""],
        queries.NO_CREDIT: [""],
        queries.NO_RIGHTS: ["", "La cour", "Le portail"],
    }
    with pytest.raises(KeyError):
        queries.gap_clause("autre")


def test_an_image_that_a_trashed_passage_shows_is_no_orphan(illustrated, act, session):
    act("helene", passages.delete_passage, illustrated["passage"])
    session.rollback()
    assert session.scalars(select(Media.id).where(queries.gap_clause(queries.ORPHANS))).all() == [illustrated["spare"]]
    assert uses(session, illustrated["shown"]) == []


def test_the_library_goes_on_after_its_pages(session, site, world, act):
    for letter in "def":
        act("admin", library.add_to_library, picture(letter), WORDS)
    visible = library.visible_clause(session, actor(site, world, "admin"))
    first, following = queries.list_media(session, visible, limit=2)
    rest, end = queries.list_media(session, visible, after=following, limit=2)
    assert len({line.media.id for line in [*first, *rest]}) == 3
    assert end is None


# — describing, trash —


def test_describing_leaves_what_was_signed(session, illustrated, site, world, act):
    carry(site, world, illustrated["story"], "submitted", actor(site, world, "helene"))
    before = session.scalars(select(PassageRevision)).one()
    act("editrice", library.describe_media, illustrated["shown"], MediaWords("La cour, le soir", "Hélène", "accord écrit", ""))
    session.rollback()
    after = session.scalars(select(PassageRevision)).one()
    assert (after.hash, after.media[0]["alt"]) == (before.hash, "La cour")
    row = session.get_one(Media, illustrated["shown"])
    assert (row.alt, row.rights) == ("La cour, le soir", "accord écrit")
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.verb == "media.describe"))
    assert entry.facts == {"changed": ["alt", "rights"]}


def test_a_story_s_image_keeps_an_alternative_and_a_credit(illustrated, site, world, act):
    carry(site, world, illustrated["story"], "submitted", actor(site, world, "helene"))
    with pytest.raises(Invalid, match="required"):
        act("editrice", library.describe_media, illustrated["shown"], MediaWords("", "Hélène"))
    with pytest.raises(Invalid, match="too_long"):
        act("editrice", library.describe_media, illustrated["shown"], MediaWords("a", "Hélène", "x" * 301))


def test_the_same_bytes_are_not_added_twice(act):
    first = act("admin", library.add_to_library, picture("d"), WORDS)
    with pytest.raises(Refused, match="image_known"):
        act("admin", library.add_to_library, picture("d"), WORDS)
    act("admin", library.trash_media, first.id)
    act("admin", library.add_to_library, picture("d"), WORDS)


def test_what_words_of_a_story_show_is_its_delegation_s_to_take_out(illustrated, site, world, act, session):
    carry(site, world, illustrated["story"], "submitted", actor(site, world, "helene"))
    with pytest.raises(Refused, match="image_used"):
        act("editrice", library.trash_media, illustrated["shown"])
    act("editrice", library.trash_media, illustrated["spare"])
    session.rollback()
    row = session.get_one(Media, illustrated["spare"])
    assert row.deleted_by == world.accounts["editrice"]
    act("editrice", library.restore_media, illustrated["spare"])
    session.rollback()
    assert session.get_one(Media, illustrated["spare"]).deleted_at is None


@pytest.mark.parametrize("verb", [library.trash_media, library.restore_media])
def test_images_of_drafts_do_not_exist_for_others(illustrated, act, verb):
    for who in ("editrice", "admin"):
        with pytest.raises(NotFound):
            act(who, verb, illustrated["spare"])


# — one trash —


@pytest.fixture
def full(illustrated, act, world):
    """Something of every kind in the trash."""
    act("helene", passages.delete_passage, illustrated["passage"])
    act("helene", delete_image, illustrated["spare"])
    act("helene", delete_moment, world.moments["vote"])
    act("helene", stories.delete_story, world.stories["legumerie"])
    theme = act("admin", themes.add_theme, "Oubli").id
    act("organisation", themes.delete_theme, theme)
    own = act("editrice", library.add_to_library, picture("d"), WORDS).id
    act("editrice", library.trash_media, own)
    page = act("admin", page_texts.create_page, None, "fr", page_texts.PageWords("Une page", "", prepare_here("Mots.", lang="fr"))).id
    act("admin", pages.delete_page, page)
    return {**illustrated, "theme": theme, "own": own, "page": page, "moment": world.moments["vote"]}


def listed(found: list[tuple[str, list[Trashed]]]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    return {kind: [(row.title, row.place) for row in rows] for kind, rows in found}


def test_administrators_see_that_things_are_there_and_no_word_of_a_draft(full, session, site, world):
    found = trash.site_trash(session, actor(site, world, "admin"))
    assert listed(found) == {
        "story": [("", ("Pays de Brumeval",))],
        "passage": [("", ("Pays de Brumeval",))],
        "moment": [("", ("Pays de Brumeval",))],
        "image": [(WORDS.alt, ()), ("", ("Pays de Brumeval",))],
        "page": [("Une page", ("/une-page",))],
        "theme": [("Oubli", ())],
    }
    shown = repr(found)
    assert "La cour" not in shown
    assert "légumerie" not in shown
    assert {row.by for _kind, rows in found for row in rows} == {
        world.accounts[name] for name in ("helene", "organisation", "editrice", "admin")
    }


def test_others_see_their_own_kinds(full, session, site, world):
    assert set(listed(trash.site_trash(session, actor(site, world, "organisation")))) == {"theme", "page"}
    assert set(listed(trash.site_trash(session, actor(site, world, "editrice")))) == {"image", "page"}
    for who in ("helene", "personne"):
        with pytest.raises(NotAllowed):
            trash.site_trash(session, actor(site, world, who))


def test_a_delegation_reads_its_own_trash(full, session, site, world):
    found = listed(trash.delegation_trash(session, actor(site, world, "karim"), world.delegations["brumeval"]))
    assert found == {
        "story": [("La légumerie", ("Pays de Brumeval",))],
        "passage": [("Le vote", ("Un récit illustré", "Pays de Brumeval"))],
        "moment": [("Le vote", ("Pays de Brumeval",))],
        "image": [("Le portail", ("Un récit illustré", "Pays de Brumeval"))],
    }
    with pytest.raises(NotFound):
        trash.delegation_trash(session, actor(site, world, "autre_helene"), world.delegations["brumeval"])


def test_administrators_take_everything_back(full, session, site, world, act):
    session.rollback()
    for kind, rows in trash.site_trash(session, actor(site, world, "admin")):
        for row in rows:
            act("admin", trash.restore, kind, row.id)
    session.rollback()
    assert trash.site_trash(session, actor(site, world, "admin")) == []
    with pytest.raises(NotFound):
        act("admin", trash.restore, "story", world.stories["legumerie"])
    with pytest.raises(NotFound):
        act("admin", trash.restore, "compte", world.stories["legumerie"])


def test_what_was_public_once_keeps_its_public_title(session, site, world, act, illustrated):
    helene = actor(site, world, "helene")
    carry(site, world, illustrated["story"], "unpublished", helene)
    with site.writer.begin() as uow:
        take(uow, helene, illustrated["story"], "reopen")
        stories.edit_story(uow, helene, illustrated["story"], "Un titre à nous", "")
        stories.delete_story(uow, helene, illustrated["story"])
    session.rollback()
    (found,) = dict(trash.site_trash(session, actor(site, world, "admin")))["story"]
    assert found.title == "Un récit illustré"


@pytest.mark.parametrize(
    ("kind", "who"), [("story", "editrice"), ("passage", "organisation"), ("moment", "personne"), ("image", "autre_helene")]
)
def test_nobody_else_takes_a_draft_back(full, act, world, kind, who):
    thing = {"story": world.stories["legumerie"], "passage": full["passage"], "moment": full["moment"], "image": full["spare"]}[kind]
    with pytest.raises(NotFound):
        act(who, trash.restore, kind, thing)


def test_an_image_of_the_site_is_no_delegation_s(full, act):
    with pytest.raises(NotFound):
        act("helene", restore_image, full["own"])
    with pytest.raises(NotFound):
        act("helene", delete_image, full["own"])
