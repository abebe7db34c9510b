"""Pages in the database: versions that can be verified, addresses for ever, the trash, what cites what, menus, and a starter that brings nothing back."""

import pytest
from sqlalchemy import select, update

from app.config import shipped
from app.db.links import breaking_without, broken_links, page_cited_by, story_cited_by
from app.db.models import ContentLink, Page, PageAddress, PageText, PageVersion
from app.db.pages import find_page, find_public, page_tree, public_children
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.services import menus, page_texts, pages
from app.services.markup import prepare_here
from app.services.page_saving import PageConflict, PageSaved, TypedPage, save_page_beside_others
from app.services.page_starter import complete_site
from app.services.page_texts import PageWords, StaleBase
from app.services.verify import verify_site
from tests.factories import actor
from tests.told_stories import told_story


def words(title: str = "Un titre", body: str = "Un texte.", standfirst: str = "") -> PageWords:
    return PageWords(title, standfirst, prepare_here(body, lang="fr"))


@pytest.fixture
def people(site, world):
    return {name: actor(site, world, name) for name in ("editrice", "organisation", "admin", "helene")}


@pytest.fixture
def make(site, people):
    """Returns a function that makes a page, published if it is asked to; returns its id."""

    def make_one(title: str, body: str = "Un texte.", *, under: str | None = None, public: bool = True, slug: str = "") -> str:
        with site.writer.begin() as uow:
            page = page_texts.create_page(uow, people["admin"], under, "fr", words(title, body), slug=slug, reserved={"recits"})
            if public:
                publish(uow, people["admin"], page.id)
            return page.id

    return make_one


def publish(uow, person, page_id: str, lang: str = "fr") -> None:
    text = page_texts.page_text(uow.session, page_id, lang)
    page_texts.publish_text(uow, person, page_id, lang, uow.session.get_one(PageVersion, text.version_id).hash)


def path_of(session, page_id: str) -> str:
    session.rollback()
    return session.get_one(Page, page_id).path


# — versions and workflow —


def test_a_version_is_hashed_and_verified(site, session, make):
    page_id = make("Une charte")
    before = verify_site(session)
    assert before.faults == ()
    with site.writer.begin() as uow:
        uow.session.execute(update(PageVersion).where(PageVersion.page_id == page_id).values(standfirst="D’autres mots."))
    session.rollback()
    assert any(fault.startswith("page version") for fault in verify_site(session).faults)


def test_the_public_version_stays_while_the_copy_is_written(site, session, make, people):
    page_id = make("Une charte", "Les premiers mots.")
    with site.writer.begin() as uow:
        text = page_texts.page_text(uow.session, page_id, "fr")
        page_texts.save_text(uow, people["organisation"], page_id, "fr", words("Une charte", "D’autres mots."), text.version_id)
    text = session.get_one(PageText, (page_id, "fr"))
    assert (text.state, find_public(session, page_id).versions["fr"].plain) == ("private", "Les premiers mots.")
    with site.writer.begin() as uow:
        text = page_texts.page_text(uow.session, page_id, "fr")
        page_texts.save_text(uow, people["organisation"], page_id, "fr", words("Une charte", "Les premiers mots."), text.version_id)
    session.rollback()
    assert session.get_one(PageText, (page_id, "fr")).state == "published", "the public words again are published again"
    assert session.get_one(PageText, (page_id, "fr")).published_version_id is not None


def test_saving_the_same_words_makes_no_version_and_a_stale_base_writes_nothing(site, session, make, people):
    page_id = make("Une charte")
    count = len(list(session.scalars(select(PageVersion).where(PageVersion.page_id == page_id))))
    with site.writer.begin() as uow:
        text = page_texts.page_text(uow.session, page_id, "fr")
        same = page_texts.save_text(uow, people["admin"], page_id, "fr", words("Une charte"), text.version_id)
        assert isinstance(same, PageVersion)
        assert isinstance(page_texts.save_text(uow, people["admin"], page_id, "fr", words("Autre"), None), StaleBase)
    session.rollback()
    assert len(list(session.scalars(select(PageVersion).where(PageVersion.page_id == page_id)))) == count


def test_an_organiser_proposes_and_does_not_publish(site, make, people):
    page_id = make("Une charte", public=False)
    organiser = people["organisation"]
    with site.writer.begin() as uow:
        page_texts.propose_text(uow, organiser, page_id, "fr", "http://localhost")
    for verb in (publish, lambda uow, person, page: page_texts.unpublish_text(uow, person, page, "fr")):
        with pytest.raises(NotAllowed), site.writer.begin() as uow:
            verb(uow, organiser, page_id)
    with pytest.raises(NotAllowed), site.writer.begin() as uow:
        page_texts.create_page(uow, people["helene"], None, "fr", words())


def test_only_the_version_that_was_read_is_published(site, make, people):
    page_id = make("Une charte", public=False)
    with pytest.raises(Refused, match="page_changed"), site.writer.begin() as uow:
        page_texts.publish_text(uow, people["editrice"], page_id, "fr", "0" * 64)


def test_two_people_on_one_page(site, session, make, people):
    page_id = make("Une charte", "Un.\n\nDeux.\n\nTrois.")
    snapshot = site.snapshots.current(session)
    base = session.get_one(PageText, (page_id, "fr")).version_id
    one = save_page_beside_others(
        site.writer, snapshot, people["admin"], page_id, "fr", TypedPage("Une charte", "Chapeau.", "Un, repris.\n\nDeux.\n\nTrois."), base
    )
    two = save_page_beside_others(
        site.writer, snapshot, people["editrice"], page_id, "fr", TypedPage("Une autre charte", "", "Un.\n\nDeux.\n\nTrois, repris."), base
    )
    assert isinstance(one, PageSaved)
    assert isinstance(two, PageSaved)
    assert two.merged
    session.rollback()
    merged = session.get_one(PageVersion, two.version)
    assert (merged.title, merged.standfirst, merged.plain) == ("Une autre charte", "Chapeau.", "Un, repris.\n\nDeux.\n\nTrois, repris.")
    clash = save_page_beside_others(
        site.writer, snapshot, people["admin"], page_id, "fr", TypedPage("Encore une", "", "Un autre un.\n\nDeux.\n\nTrois."), base
    )
    assert isinstance(clash, PageConflict)
    assert clash.fields == ("title",)
    assert "Un autre un." in clash.proposal.body
    assert "Un, repris." in clash.proposal.body
    session.rollback()
    assert session.get_one(PageText, (page_id, "fr")).version_id == two.version, "nothing was written over"


# — tree and addresses —


def test_moving_takes_the_subtree_and_keeps_every_address(site, session, make, people):
    top, other = make("Un"), make("Autre")
    child = make("Deux", under=top)
    grandchild = make("Trois", under=child)
    with site.writer.begin() as uow:
        pages.place_page(uow, people["organisation"], child, other, "deuxieme")
    assert path_of(session, grandchild) == "/autre/deuxieme/trois"
    for path, page_id in (("/un/deux", child), ("/un/deux/trois", grandchild), ("/autre/deuxieme/trois", grandchild)):
        assert find_page(session, path).id == page_id
    with site.writer.begin() as uow:
        pages.place_page(uow, people["organisation"], child, top, "deux")
    assert path_of(session, grandchild) == "/un/deux/trois"
    assert find_page(session, "/autre/deuxieme/trois").id == grandchild


def test_an_address_is_never_given_to_another_page(site, session, make, people):
    first = make("Une charte")
    with site.writer.begin() as uow:
        pages.place_page(uow, people["admin"], first, None, "la-charte")
    second = make("Une charte")
    assert path_of(session, second) == "/une-charte-2"
    for slug, code in (("une-charte", "address_taken"), ("recits", "address_reserved"), ("Pas un mot", "address_word")):
        with pytest.raises(Invalid, match=code), site.writer.begin() as uow:
            pages.place_page(uow, people["admin"], second, None, slug, reserved={"recits"})
    assert path_of(session, make("Récits")) == "/recits-2"


def test_a_page_stands_neither_below_itself_nor_too_deep(site, make, people):
    top = make("Un")
    child = make("Deux", under=top)
    with pytest.raises(Invalid, match="page_below_itself"), site.writer.begin() as uow:
        pages.place_page(uow, people["admin"], top, child, "un")
    deepest = child
    for number in range(4):
        deepest = make(f"Niveau {number}", under=deepest)
    with pytest.raises(Invalid, match="page_too_deep"):
        make("Trop bas", under=deepest)
    other = make("Autre")
    with pytest.raises(Invalid, match="page_too_deep"), site.writer.begin() as uow:
        pages.place_page(uow, people["admin"], top, other, "un")


def test_the_order_of_siblings(site, session, make, people):
    top = make("Un")
    ids = [make(title, under=top) for title in ("A", "B", "C")]
    with site.writer.begin() as uow:
        pages.shift_page(uow, people["organisation"], ids[2], -1)
        pages.shift_page(uow, people["organisation"], ids[0], -1)
    assert [found.page.id for found in public_children(session, top)] == [ids[0], ids[2], ids[1]]


def test_pages_lose_against_a_plugin_that_comes_later_and_are_named(session, make):
    page_id = make("Une charte")
    assert [page.id for page in pages.shadowed_pages(session, {"une-charte"})] == [page_id]
    assert pages.shadowed_pages(session, {"recits"}) == []


# — trash —


def test_the_trash_takes_the_subtree_and_gives_it_back(site, session, make, people):
    top = make("Un")
    child, gone = make("Deux", under=top), make("Trois", under=top)
    with site.writer.begin() as uow:
        pages.delete_page(uow, people["editrice"], gone)
    with site.writer.begin() as uow:
        assert {page.id for page in pages.delete_page(uow, people["editrice"], top)} == {top, child}
    session.rollback()
    assert find_public(session, child) is None
    with pytest.raises(Refused, match="parent_in_trash"), site.writer.begin() as uow:
        pages.restore_page(uow, people["editrice"], gone)
    with pytest.raises(NotFound), site.writer.begin() as uow:
        pages.restore_page(uow, people["editrice"], child)
    with site.writer.begin() as uow:
        pages.restore_page(uow, people["editrice"], top)
    session.rollback()
    assert find_public(session, child) is not None
    assert find_public(session, gone) is None, "what went alone comes back alone"


def test_a_page_comes_back_below_a_parent_that_moved(site, session, make, people):
    top = make("Un")
    child = make("Deux", under=top)
    with site.writer.begin() as uow:
        pages.delete_page(uow, people["editrice"], child)
        pages.place_page(uow, people["editrice"], top, None, "ailleurs")
        pages.restore_page(uow, people["editrice"], child)
    assert path_of(session, child) == "/ailleurs/deux"
    assert find_page(session, "/un/deux").id == child


def test_who_does_not_publish_does_not_delete_what_is_public(site, make, people):
    top = make("Un", public=False)
    make("Deux", under=top)
    with pytest.raises(NotAllowed, match="page_is_public"), site.writer.begin() as uow:
        pages.delete_page(uow, people["organisation"], top)


# — who cites what —


def test_links_are_known_by_any_address_and_reported_before_they_break(site, session, make, people):
    target = make("Une charte")
    citing = make("Une page", "Voir [la charte](/une-charte#a), [elle](/en/une-charte), [ailleurs](https://exemple.fr/).")
    with site.writer.begin() as uow:
        pages.place_page(uow, people["admin"], target, None, "la-charte")
    assert [found.id for found in page_cited_by(session, target)] == [citing]
    assert {link.address for link in breaking_without(session, [target])} == {"/une-charte#a", "/en/une-charte"}
    assert breaking_without(session, [target, citing]) == []
    assert broken_links(session, lambda path: path == "/recits") == []
    with site.writer.begin() as uow:
        page_texts.unpublish_text(uow, people["editrice"], target, "fr")
    session.rollback()
    broken = broken_links(session, lambda path: path == "/recits")
    assert {(link.citing.id, link.address, link.why) for link in broken if link.citing.public} == {
        (citing, "/une-charte#a", "private"),
        (citing, "/en/une-charte", "private"),
    }


def test_a_story_is_known_to_be_cited_and_cites(site, session, world, make):
    story = told_story(site, world, "Une halle", "published")
    slug = "une-halle"
    page_id = make("Une page", f"Voir [le récit](/recits/{slug}/en-regard) et [rien](/nulle-part).")
    assert [found.id for found in story_cited_by(session, story)] == [page_id]
    assert [(link.address, link.why) for link in broken_links(session, lambda path: path == "/recits") if link.citing.public] == [
        ("/nulle-part", "missing")
    ]


def test_a_passage_in_writing_is_indexed_and_never_named(site, session, world, make, people):
    target = make("Une charte")
    with site.writer.begin() as uow:
        uow.session.add(
            ContentLink(source_kind="passage", source_id="x", target_kind="path", target_key="/une-charte", address="/une-charte")
        )
    assert page_cited_by(session, target, working=True) == []
    assert breaking_without(session, [target]) == []


# — menus —


def test_a_menu_shows_no_page_that_is_not_public(site, session, make, people):
    page_id = make("Une charte")
    with site.writer.begin() as uow:
        menus.add_entry(uow, people["admin"], menus.FOOT, menus.PAGE, page_id, {"en": "A charter"})
    shown = site.navigation.current(session).menus[menus.FOOT][-1]
    assert (shown.target, shown.titles, shown.page_titles) == ("/une-charte", {"en": "A charter"}, {"fr": "Une charte"})
    with site.writer.begin() as uow:
        page_texts.unpublish_text(uow, people["editrice"], page_id, "fr")
    session.rollback()
    assert "/une-charte" not in {line.target for line in site.navigation.current(session).menus[menus.FOOT]}


@pytest.mark.parametrize(
    ("kind", "target", "field"),
    [
        ("page", "0" * 20, "page"),
        ("place", "ailleurs", "place"),
        ("url", "javascript:alert(1)", "url"),
        ("url", "//exemple.fr", "url"),
        ("url", "exemple", "url"),
        ("autre", "x", "kind"),
    ],
)
def test_a_menu_leads_only_where_a_link_may(site, people, kind, target, field):
    with pytest.raises(Invalid) as refusal, site.writer.begin() as uow:
        menus.add_entry(uow, people["admin"], menus.MAIN, kind, target, {"fr": "Mots"})
    assert refusal.value.field == field


def test_menus_are_the_administrators(site, people):
    with pytest.raises(NotAllowed), site.writer.begin() as uow:
        menus.add_entry(uow, people["editrice"], menus.MAIN, menus.PLACE, "stories", {})


# — the starter —


def test_what_was_deleted_or_renamed_is_not_brought_back(site, session, people):
    about, method = (find_page(session, path) for path in ("/a-propos", "/methode"))
    with site.writer.begin() as uow:
        pages.delete_page(uow, people["admin"], about.id)
        pages.place_page(uow, people["admin"], method.id, None, "notre-methode")
        for entry in menus.list_entries(uow.session):
            menus.remove_entry(uow, people["admin"], entry.id)
    count = len(list(session.scalars(select(Page))))
    complete_site(site, shipped("stories"))
    session.rollback()
    assert len(list(session.scalars(select(Page)))) == count
    assert menus.list_entries(session) == []
    assert {node.page.path for node in page_tree(session)} == {"/notre-methode", "/mentions-legales", "/accessibilite", "/vos-donnees"}


def test_a_page_that_the_site_never_had_is_made_in_both_languages(site, session):
    with site.writer.begin() as uow:
        page = find_page(uow.session, "/a-propos")
        for table in (PageVersion, PageText, PageAddress):
            for row in uow.session.scalars(select(table).where(table.page_id == page.id)):
                uow.session.delete(row)
        uow.session.flush()
        uow.session.delete(page)
    complete_site(site, shipped("stories"))
    session.rollback()
    found = find_public(session, find_page(session, "/a-propos").id)
    assert {lang: version.title for lang, version in found.versions.items()} == {"fr": "À propos", "en": "About"}
    assert verify_site(session).faults == ()
