"""Suggestions: put on record, decided by who may write there, taken back by their author alone; the text lies in a room of its own."""

import pytest
from sqlalchemy import select

from app.db.models import Story, Suggestion
from app.kernel.editor.accepted import Proposal
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.services.suggestions import Decisions, keep_proposals, proposals_of

MARK = "3f6c1f2e-0b7a-4c3e-9d55-8f1f6e1b2a77"
OTHER = "7a1c1f2e-0b7a-4c3e-9d55-8f1f6e1b2a77"


@pytest.fixture
def site(app, live):
    """The site with the rooms of `live`."""
    return app.extensions["recits"]


@pytest.fixture
def passage(desk):
    found = desk.add("helene")
    desk.save("helene", found, "J’ai rangé comme d’habitude.")
    return found


def propose(desk, live, passage, name="karim", mark=MARK):
    live.proposed.setdefault(passage, []).append(
        Proposal(mark, desk.world.accounts[name], "plus tôt que", "comme", "J’ai rangé ", " d’habitude.")
    )


def decide(desk, name, verb, *arguments, **more):
    with desk.site.writer.begin() as uow:
        snapshot = uow.snapshot
    return getattr(Decisions(desk.site.writer, snapshot, desk.site.live), verb)(desk.who(name), *arguments, **more)


def states(desk):
    desk.session.rollback()
    names = {account: name for name, account in desk.world.accounts.items()}
    return [(row.state, names.get(row.decided_by)) for row in desk.session.scalars(select(Suggestion).order_by(Suggestion.id))]


def test_what_is_proposed_is_put_on_record_once_and_what_is_gone_was_taken_back(desk, live, passage):
    propose(desk, live, passage)
    for changed in (True, False):
        with desk.site.writer.begin() as uow:
            assert keep_proposals(uow, passage, live.suggestions(passage)) is changed
    (row,) = desk.session.scalars(select(Suggestion))
    assert (row.author_id, row.inserted, row.deleted) == (desk.world.accounts["karim"], "plus tôt que", "comme")
    live.proposed[passage] = []
    with desk.site.writer.begin() as uow:
        assert keep_proposals(uow, passage, ())
    assert states(desk) == [("withdrawn", None)]


def test_words_that_nobody_known_proposes_are_put_on_record_without_an_author(desk, live, passage):
    live.proposed[passage] = [Proposal(MARK, "personne-de-ce-site", "plus tôt que", "", "J’ai rangé ", "")]
    with desk.site.writer.begin() as uow:
        assert keep_proposals(uow, passage, live.suggestions(passage))
    (row,) = desk.session.scalars(select(Suggestion))
    assert (row.author_id, row.inserted) == (None, "plus tôt que")


def test_proposed_words_are_kept_in_characters_that_a_text_may_hold(desk, live, passage):
    live.proposed[passage] = [Proposal(MARK, desk.world.accounts["karim"], "plus\0 tôt\ud800", "\u202ecomme", "J’ai\x07 ", "")]
    with desk.site.writer.begin() as uow:
        assert keep_proposals(uow, passage, proposals_of(live, passage))
    (row,) = desk.session.scalars(select(Suggestion))
    assert (row.inserted, row.deleted) == ("plus tôt", "comme")


def test_an_id_that_another_passage_has_changes_neither(desk, live, passage):
    """No editor of ours draws it twice; another program must not keep the pages of a passage from being shown."""
    propose(desk, live, passage)
    other = desk.add("karim")
    desk.save("karim", other, "Moi aussi.")
    propose(desk, live, other, name="helene")
    propose(desk, live, other, name="helene", mark=OTHER)
    for where in (passage, other):
        with desk.site.writer.begin() as uow:
            keep_proposals(uow, where, live.suggestions(where))
    kept = {row.id: (row.passage_id, row.author_id) for row in desk.session.scalars(select(Suggestion))}
    assert kept == {MARK: (passage, desk.world.accounts["karim"]), OTHER: (other, desk.world.accounts["helene"])}
    with pytest.raises(NotFound):
        decide(desk, "karim", "decide", other, MARK, accepting=True)
    assert decide(desk, "karim", "decide_all", other, accepting=True) == 1
    assert states(desk) == [("open", None), ("accepted", "karim")]


@pytest.mark.parametrize(("accepting", "state", "asked"), [(True, "accepted", "accept"), (False, "refused", "refuse")])
def test_the_holder_and_the_scribe_decide(desk, live, passage, accepting, state, asked):
    for name, mark in (("helene", MARK), ("scribe", OTHER)):
        propose(desk, live, passage, mark=mark)
        decide(desk, name, "decide", passage, mark, accepting=accepting)
        assert (asked, passage, mark) in live.asked
    assert states(desk) == [(state, "helene"), (state, "scribe")]
    assert live.suggestions(passage) == ()


@pytest.mark.parametrize("name", ["karim", "maud"])
@pytest.mark.parametrize("accepting", [True, False])
def test_another_voice_decides_nothing_not_even_about_its_own_suggestion(desk, live, passage, name, accepting):
    propose(desk, live, passage)
    with pytest.raises(NotAllowed, match="not_your_voice"):
        decide(desk, name, "decide", passage, MARK, accepting=accepting)
    with pytest.raises(NotAllowed):
        decide(desk, name, "decide_all", passage, accepting=accepting)
    assert len(live.suggestions(passage)) == 1
    assert not [entry for entry in live.asked if entry[0] in ("accept", "refuse")]


def test_outsiders_do_not_know_of_it(desk, live, passage):
    propose(desk, live, passage)
    for name in ("autre_helene", "personne", "editrice", "admin"):
        with pytest.raises(NotFound):
            decide(desk, name, "decide", passage, MARK, accepting=True)


def test_in_a_shared_passage_every_member_decides(desk, live):
    shared = desk.add("helene", voice=None)
    desk.save("helene", shared, "Nous avons voté.")
    propose(desk, live, shared)
    decide(desk, "philippe", "decide", shared, MARK, accepting=True)
    assert states(desk) == [("accepted", "philippe")]


def test_all_at_once(desk, live, passage):
    propose(desk, live, passage)
    propose(desk, live, passage, "maud", OTHER)
    assert decide(desk, "helene", "decide_all", passage, accepting=True) == 2
    assert states(desk) == [("accepted", "helene"), ("accepted", "helene")]
    assert decide(desk, "helene", "decide_all", passage, accepting=True) == 0


def test_only_the_author_takes_a_suggestion_back(desk, live, passage):
    propose(desk, live, passage)
    with pytest.raises(NotAllowed, match="not_your_suggestion"):
        decide(desk, "maud", "withdraw", passage, MARK)
    decide(desk, "karim", "withdraw", passage, MARK)
    assert states(desk) == [("withdrawn", "karim")]
    assert live.suggestions(passage) == ()


def test_signed_words_take_no_suggestion_but_one_can_be_refused(desk, live, passage):
    desk.sign("helene", passage)
    propose(desk, live, passage)
    with pytest.raises(Refused, match="passage_signed"):
        decide(desk, "helene", "decide", passage, MARK, accepting=True)
    decide(desk, "helene", "decide", passage, MARK, accepting=False)
    assert states(desk) == [("refused", "helene")]


def test_a_story_that_is_with_the_editors_takes_none(desk, live, passage):
    propose(desk, live, passage)
    with desk.site.writer.begin() as uow:
        uow.session.get_one(Story, desk.story).state = "in_review"
    with pytest.raises(Refused, match="story_locked"):
        decide(desk, "helene", "decide", passage, MARK, accepting=True)


def test_a_suggestion_of_another_passage_or_one_that_is_gone_is_refused(desk, live, passage):
    other = desk.add("helene", "tour")
    propose(desk, live, passage)
    with desk.site.writer.begin() as uow:
        keep_proposals(uow, passage, live.suggestions(passage))
    with pytest.raises(NotFound):
        decide(desk, "helene", "decide", other, MARK, accepting=True)
    with pytest.raises(NotFound):
        decide(desk, "helene", "decide", passage, OTHER, accepting=True)
    live.proposed[passage] = []
    with pytest.raises(Refused, match="suggestion_gone"):
        decide(desk, "helene", "decide", passage, MARK, accepting=True)
    assert states(desk) == [("open", None)], "a refusal of the service changes nothing"


def test_an_id_that_no_address_could_carry_is_nobody_s_to_decide(desk, live, passage):
    for mark in ("x" * 41, "a/b", "", "é" * 8):
        propose(desk, live, passage, mark=mark)
    assert decide(desk, "helene", "decide_all", passage, accepting=True) == 0
    assert states(desk) == []
