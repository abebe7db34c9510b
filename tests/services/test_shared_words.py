"""Shared passages: who says what, and who took part, kept with each revision."""

import pytest
from sqlalchemy import select

from app.db.models import Passage, RevisionContributor
from app.kernel.content import Span
from app.services import passages, stories
from app.services.markup import prepare_here
from app.services.passages import spans_of, write_revision
from app.services.verify import verify_site


def words_of(desk, revision):
    names = {voice: name for name, voice in desk.world.voices.items()}
    return [(revision.plain[span.start : span.end].strip(), names[span.voice]) for span in spans_of(revision)]


def taken_part(desk, revision):
    desk.session.rollback()
    query = select(RevisionContributor).where(RevisionContributor.revision_id == revision.id).order_by(RevisionContributor.position)
    names = {account: name for name, account in desk.world.accounts.items()}
    return [names[row.account_id] for row in desk.session.scalars(query)]


def test_the_plain_form_keeps_each_words_voice_in_a_shared_passage(desk):
    passage = desk.add("helene", voice=None)
    desk.save("helene", passage, "Nous avons voté hier.")
    second = desk.save("karim", passage, "Nous avons voté hier soir.\n\nIl pleuvait.")
    assert words_of(desk, second) == [("Nous avons voté hier", "helene"), ("soir", "karim"), (".", "helene"), ("Il pleuvait.", "karim")]
    assert taken_part(desk, second) == ["karim"]
    assert verify_site(desk.session).faults == ()


def test_a_voices_own_passage_is_its_own_from_end_to_end_also_when_its_scribe_writes(desk):
    passage = desk.add("helene")
    revision = desk.save("scribe", passage, "Des mots dits.")
    assert words_of(desk, revision) == [("Des mots dits.", "helene")]
    assert revision.gathered_by == "Scribe"


def test_saving_the_same_words_makes_no_revision_and_other_voices_on_them_do(desk):
    passage = desk.add("helene", voice=None)
    first = desk.save("helene", passage, "Nous avons voté.")
    assert desk.save("karim", passage, "Nous avons voté.").id == first.id
    again = live(desk, passage, "Nous avons voté.", [("karim", 0, 16)], ["karim", "helene"])
    assert again.number == 2
    assert again.hash != first.hash


def live(desk, passage, body, spans, contributors=()):
    """Writes what a session of writing together leaves."""
    voices = [Span(start, end, desk.world.voices[name]) for name, start, end in spans]
    with desk.site.writer.begin() as uow:
        row = uow.session.get_one(Passage, passage)
        accounts = [desk.world.accounts[name] for name in contributors]
        return write_revision(uow, desk.who("helene"), row, prepare_here(body, lang="fr"), None, "fr", spans=voices, contributors=accounts)


def test_all_who_took_part_are_kept_in_their_order(desk):
    passage = desk.add("helene", voice=None)
    revision = live(desk, passage, "Oui. Non.", [("helene", 0, 4), ("karim", 5, 9)], ["karim", "helene", "karim"])
    assert taken_part(desk, revision) == ["karim", "helene"]
    assert words_of(desk, revision) == [("Oui.", "helene"), ("Non.", "karim")]


def test_a_voice_of_elsewhere_or_a_span_outside_of_the_words_is_refused(desk):
    passage = desk.add("helene", voice=None)
    with pytest.raises(ValueError, match="span"):
        live(desk, passage, "Oui.", [("autre_helene", 0, 4)])
    with pytest.raises(ValueError, match="span"):
        live(desk, passage, "Oui.", [("helene", 0, 5)])


def test_going_back_to_an_earlier_version_gives_its_voices_back_and_its_hash(desk):
    passage = desk.add("helene", voice=None)
    first = live(desk, passage, "Oui. Non.", [("helene", 0, 4), ("karim", 5, 9)])
    desk.save("maud", passage, "Peut-être.")
    back = desk.do(passages.restore_revision, "philippe", first.id, prepare_here(first.body, lang="fr"))
    assert back.hash == first.hash
    assert words_of(desk, back) == [("Oui.", "helene"), ("Non.", "karim")]


def test_whoever_took_part_in_a_text_does_not_review_it(desk):
    passage = desk.add("helene", voice=None)
    assert not stories.wrote_in(desk.session, desk.who("editrice"), [desk.story])
    desk.session.rollback()
    live(desk, passage, "Oui.", [("helene", 0, 4)], ["helene", "editrice"])
    assert stories.wrote_in(desk.session, desk.who("editrice"), [desk.story]) == {desk.story}
