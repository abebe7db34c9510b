"""Voices in a shared passage: what reaches the log and the other pages is whose it is, whatever a browser claims."""

from sqlalchemy import select

from app.db.models import PassageRevision
from app.kernel.content import Span
from app.live import ydoc


def said(page, channel=1):
    """Returns (words, voice) of a page's document, in order."""

    def walk(nodes):
        for node in nodes:
            if hasattr(node, "text"):
                yield node.text, node.marks.voice
            else:
                yield from walk(node.children)

    return list(walk(ydoc.read(page.documents[channel]).children))


def test_words_claimed_for_another_voice_are_the_senders(served, passages, world):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    helene.write("Je refuse.", voice={"u": world.voices["karim"]})
    own = [("Je refuse.", world.voices["helene"])]
    karim.wait(lambda: said(karim) == own)
    helene.wait(lambda: said(helene) == own)
    helene.wait(lambda: helene.saved)
    live = served.app.extensions["recits"].live
    assert live.text(passages.shared).spans == (Span(0, 10, world.voices["helene"]),)
    assert served.front.hub.log.authors_since(passages.shared, 0) == [world.accounts["helene"]], "the correction is nobody's writing"


def test_honest_words_keep_their_voice_into_the_revision_and_back(served, passages, world, site, session):
    helene, karim = (served.open(name).open(passages.shared) for name in ("helene", "karim"))
    helene.write("Oui.", voice={"u": world.voices["helene"]})
    karim.wait(karim.text)
    karim.write("Non.", voice={"u": world.voices["karim"]})
    helene.wait(lambda: "Non." in helene.text())
    for page in (helene, karim):
        page.wait(lambda page=page: page.saved)
    site.live.seal(passages.shared)
    revision = session.scalars(select(PassageRevision).where(PassageRevision.passage_id == passages.shared)).one()
    spans = [[0, 4, world.voices["helene"]], [6, 10, world.voices["karim"]]]
    assert (revision.plain, revision.spans) == ("Oui.\n\nNon.", spans)
    site.live.forget(passages.shared)
    for page in (helene, karim):
        assert page.wait_closed() == (1013, "restart")
    again = served.open("maud").open(passages.shared)
    assert said(again) == [("Oui.", world.voices["helene"]), ("Non.", world.voices["karim"])]
    site.live.seal(passages.shared)
    session.rollback()
    assert len(session.scalars(select(PassageRevision).where(PassageRevision.passage_id == passages.shared)).all()) == 1
