"""Comments beside the words of a working copy: who may, what stays, who is called; nobody's words are another's to change."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db.models import AuditEntry, Comment, CommentThread, Mention, Story
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.services import discussion, passages
from app.services.discussion import named_in


@pytest.fixture
def passage(desk):
    found = desk.add("helene")
    desk.save("helene", found, "Nous avons voté sans eux, un samedi.")
    return found


def rows(desk, model):
    desk.session.rollback()
    return list(desk.session.scalars(select(model).order_by(model.created_at) if hasattr(model, "created_at") else select(model)))


def in_state(desk, state):
    """Puts the story into a state, as if an editor had received it."""
    with desk.site.writer.begin() as uow:
        story = uow.session.get_one(Story, desk.story)
        story.state, story.submitted_version_id = state, "0" * 20


def test_members_of_the_delegation_comment_and_answer_whoever_s_passage_it_is(desk, passage):
    thread = desk.do(discussion.start_thread, "karim", passage, "Je ne savais pas.", "", "un samedi")
    desk.do(discussion.reply, "scribe", thread.id, "Moi non plus.")
    desk.do(discussion.reply, "helene", thread.id, "Je vous raconterai.")
    assert [comment.body for comment in rows(desk, Comment)] == ["Je ne savais pas.", "Moi non plus.", "Je vous raconterai."]
    (kept,) = rows(desk, CommentThread)
    assert kept.quotation == "un samedi"


@pytest.mark.parametrize("name", ["autre_helene", "personne", "organisation", "admin", "editrice"])
def test_nobody_else_knows_of_it(desk, passage, name):
    thread = desk.do(discussion.start_thread, "karim", passage, "Entre nous.")
    for verb, arguments in (
        (discussion.start_thread, (passage, "Bonjour.")),
        (discussion.reply, (thread.id, "Bonjour.")),
        (discussion.set_thread_resolved, (thread.id, True)),
        (discussion.see_mentions, (passage,)),
    ):
        with pytest.raises(NotFound):
            desk.do(verb, name, *arguments)
    assert len(rows(desk, Comment)) == 1


def test_editors_comment_while_the_story_is_with_them_and_do_not_look_over_shoulders_before_or_after(desk, passage):
    for state, may in (("submitted", True), ("in_review", True), ("changes_requested", False), ("writing", False), ("published", False)):
        in_state(desk, state)
        if may:
            desk.do(discussion.start_thread, "editrice", passage, f"Lu, {state}.")
        else:
            with pytest.raises(NotFound):
                desk.do(discussion.start_thread, "editrice", passage, "Lu.")
    assert [comment.body for comment in rows(desk, Comment)] == ["Lu, submitted.", "Lu, in_review."]


def test_a_comment_in_the_trash_s_passage_is_out_of_reach(desk, passage):
    desk.do(passages.delete_passage, "helene", passage)
    with pytest.raises(NotFound):
        desk.do(discussion.start_thread, "helene", passage, "Encore ?")


def test_nobody_is_quoted_with_what_they_did_not_write(desk, passage):
    made_up = desk.do(discussion.start_thread, "karim", passage, "Vraiment ?", "a" * 12, "nous les méprisons")
    assert made_up.quotation == ""
    desk.save("helene", passage, "Nous avons voté ensemble.")
    earlier = desk.do(discussion.start_thread, "karim", passage, "C’était mieux.", "b" * 12, "  voté \n sans eux ")
    assert earlier.quotation == "voté sans eux", "what an earlier version said was said"
    marked = desk.do(discussion.start_thread, "karim", passage, "Et ceci ?", "c" * 12, "n’importe quoi", (), "mots tapés à l’instant")
    assert marked.quotation == "mots tapés à l’instant", "the live text is the witness of what is marked in it"


def test_an_anchor_belongs_to_one_thread_and_is_an_id(desk, passage):
    desk.do(discussion.start_thread, "karim", passage, "Un.", "abcdef123456")
    for anchor in ("abcdef123456", "court", "<script>alert(1)</script>", "x" * 41):
        with pytest.raises(Invalid):
            desk.do(discussion.start_thread, "karim", passage, "Deux.", anchor)


def test_a_resolved_thread_keeps_all_that_was_said_and_can_be_opened_again(desk, passage):
    thread = desk.do(discussion.start_thread, "karim", passage, "Une date ?")
    desk.do(discussion.set_thread_resolved, "helene", thread.id, True)
    with pytest.raises(Refused, match="thread_resolved"):
        desk.do(discussion.reply, "karim", thread.id, "Merci.")
    desk.do(discussion.set_thread_resolved, "karim", thread.id, False)
    desk.do(discussion.reply, "karim", thread.id, "Merci.")
    assert len(rows(desk, Comment)) == 2


def test_one_s_own_words_can_be_changed_for_a_while_and_nobody_else_s_ever(desk, passage):
    thread = desk.do(discussion.start_thread, "karim", passage, "Je ne savais pa.")
    (comment,) = rows(desk, Comment)
    for name in ("helene", "maud", "scribe"):
        with pytest.raises(NotAllowed, match="not_your_comment"):
            desk.do(discussion.edit_comment, name, comment.id, "Je savais.")
    desk.do(discussion.edit_comment, "karim", comment.id, "Je ne savais pas.")
    (changed,) = rows(desk, Comment)
    assert changed.body == "Je ne savais pas."
    assert changed.edited_at is not None
    entry = desk.session.scalar(select(AuditEntry).where(AuditEntry.verb == "comment.edit"))
    assert entry.facts["comment"] == comment.id
    assert "savais" not in str(entry.facts), "no words in the audit chain"
    with desk.site.writer.begin() as uow:
        uow.session.get_one(Comment, comment.id).created_at -= timedelta(minutes=31)
    with pytest.raises(Refused, match="comment_settled"):
        desk.do(discussion.edit_comment, "karim", comment.id, "Autre chose.")
    assert thread.id


def mentioned(desk):
    names = {account: name for name, account in desk.world.accounts.items()}
    return sorted((names[row.account_id], row.seen_at is not None) for row in rows(desk, Mention))


def test_people_are_called_by_name_or_from_the_list_and_answering_is_having_seen(desk, passage):
    thread = desk.do(
        discussion.start_thread, "karim", passage, "@helene et @Philippe, vous y étiez ?", "", "", (desk.world.accounts["maud"],)
    )
    assert mentioned(desk) == [("helene", False), ("maud", False), ("philippe", False)]
    desk.do(discussion.reply, "helene", thread.id, "Oui.")
    desk.do(discussion.see_mentions, "maud", passage)
    assert mentioned(desk) == [("helene", True), ("maud", True), ("philippe", False)]


@pytest.mark.parametrize("name", ["autre_helene", "editrice", "personne"])
def test_only_people_of_the_delegation_are_called(desk, passage, name):
    with pytest.raises(Invalid):
        desk.do(discussion.start_thread, "karim", passage, "Bonjour.", "", "", (desk.world.accounts[name],))
    desk.do(discussion.start_thread, "karim", passage, f"Bonjour @{name.capitalize()} et @Karim.")
    assert mentioned(desk) == []


def test_the_longest_name_is_meant():
    people = [("1", "Jean"), ("2", "Jean Petit"), ("3", "Ève")]
    assert named_in("Merci @jean petit, et @Ève !", people) == {"2", "3"}
    assert named_in("@Jean Petit puis @Jean.", people) == {"1", "2"}
    assert named_in("@Jeanne et a@Évelyne", people) == set()
