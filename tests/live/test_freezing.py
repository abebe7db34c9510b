"""Signing and proposing while somebody types, on the real log: what is frozen is what the log held, whoever asked for the step."""

import pytest
from pycrdt import XmlFragment
from sqlalchemy import select

from app.db.models import Approval, Passage, PassageRevision, StoryVersion
from app.kernel.errors import Refused
from app.live.documents import SiteDocuments
from app.services import freezing
from app.services.desk import Desk
from tests.factories import actor


class TypedAfterSealing(SiteDocuments):
    """The site's own documents; somebody types as soon as a passage was sealed."""

    def __init__(self, documents, writer, types):
        super().__init__(documents.log, writer.engine, writer)
        self.types = types

    def seal(self, passage_id):
        super().seal(passage_id)
        self.types()


@pytest.fixture
def desk(site):
    with site.writer.begin() as uow:
        return Desk(site.writer, uow.snapshot, site.live)


@pytest.fixture
def helene(served, passages):
    page = served.open("helene").open(passages.own)
    types(page, "Nous avons voté.")
    return page


def types(page, words):
    page.write(words)
    page.wait_saved()


def current(session, passage):
    session.rollback()
    return session.get_one(PassageRevision, session.get_one(Passage, passage).revision_id)


def signatures(session):
    session.rollback()
    return list(session.scalars(select(Approval.hash)))


def sign(desk, site, world, passages, seen):
    return freezing.sign(desk, actor(site, world, "helene"), passages.own, world.voices["helene"], seen)


def submit(desk, site, world):
    return freezing.submit(desk, actor(site, world, "helene"), world.stories["legumerie"], "http://localhost")


def test_a_story_is_signed_and_proposed_with_what_the_room_says_and_no_page_looked_before(helene, desk, site, world, passages, session):
    with pytest.raises(Refused, match="words_changed"):
        sign(desk, site, world, passages, "0" * 64)
    sealed = current(session, passages.own)
    assert sealed.body == "Nous avons voté.\n"
    types(helene, "Puis mangé.")
    with pytest.raises(Refused, match="words_changed"):
        sign(desk, site, world, passages, sealed.hash)
    assert signatures(session) == []
    sign(desk, site, world, passages, current(session, passages.own).hash)
    with site.writer.begin() as uow:
        uow.session.get_one(Passage, passages.shared).deleted_at = uow.now
    version = submit(desk, site, world)
    session.rollback()
    (told,) = session.get_one(StoryVersion, version).manifest["passages"]
    assert told["hash"] == current(session, passages.own).hash == signatures(session)[0]
    assert current(session, passages.own).body == "Nous avons voté.\n\nPuis mangé.\n"


def test_what_is_typed_between_sealing_and_signing_is_not_signed(helene, desk, site, world, passages, session):
    site.live.seal(passages.own)
    seen = current(session, passages.own).hash
    hurried = Desk(desk.writer, desk.snapshot, TypedAfterSealing(site.live, site.writer, lambda: types(helene, "Tard.")))
    with pytest.raises(Refused, match="words_unsealed"):
        sign(hurried, site, world, passages, seen)
    assert signatures(session) == []
    with pytest.raises(Refused, match="words_changed"):
        sign(desk, site, world, passages, seen)
    sign(desk, site, world, passages, current(session, passages.own).hash)
    assert current(session, passages.own).body == "Nous avons voté.\n\nTard.\n"


def test_what_is_only_proposed_or_marked_does_not_stand_in_the_way(helene, served, desk, site, world, passages, session):
    site.live.seal(passages.own)
    karim = served.open("karim").open(passages.own)
    last = list(karim.documents[1].get("text", type=XmlFragment).children)[-1].children[0]
    last.insert(5, "tous ", {"insertion": {"id": "s1", "by": world.accounts["karim"]}})
    karim.wait_saved()
    assert [one.inserted for one in site.live.suggestions(passages.own)] == ["tous "]
    assert site.live.log.ahead([passages.own]) == [passages.own]
    sign(desk, site, world, passages, current(session, passages.own).hash)
    assert len(signatures(session)) == 1


def test_a_shared_passage_is_compared_with_whose_words_they_are(served, desk, site, world, passages, session):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    types(helene, "Un mot.")
    types(karim, "Deux mots.")
    site.live.seal(passages.shared)
    with site.writer.begin() as uow:
        assert uow.unsealed([passages.shared, passages.own]) == frozenset()
    types(karim, "Trois.")
    with site.writer.begin() as uow:
        assert uow.unsealed([passages.shared, passages.own]) == {passages.shared}
