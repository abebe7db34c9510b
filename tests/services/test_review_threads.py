"""Threads with the review: one kind of conversation, read by the same people wherever it is begun; the old comments of review are among them."""

import pytest
from sqlalchemy import create_engine, select, text

from app.db.engine import configure_engine, engine_options, writing_engine
from app.db.margin import threads_about, threads_beside
from app.db.migrate import CORE, CORE_SCRIPTS, migrate
from app.db.models import AuditEntry, Comment, CommentThread, Mention, Story
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.services import discussion
from app.services.discussion import readable_threads
from tests.conftest import settings_for
from tests.databases import drop_database
from tests.going_back import go_back

MEMBERS = ("helene", "karim", "scribe")
STRANGERS = ("autre_helene", "personne", "organisation", "admin")
STATES = ("writing", "submitted", "in_review", "changes_requested", "published", "unpublished")
WITH_THE_REVIEW = ("submitted", "in_review")


@pytest.fixture
def passage(desk):
    found = desk.add("helene")
    desk.save("helene", found, "Nous avons voté sans eux, un samedi.")
    return found


def put(desk, state, *, submitted=True):
    with desk.site.writer.begin() as uow:
        story = uow.session.get_one(Story, desk.story)
        story.state, story.submitted_version_id = state, "0" * 20 if submitted else None


def read(desk, name):
    """What somebody may read of all that was said about the story."""
    desk.session.rollback()
    found = readable_threads(desk.session, desk.who(name), threads_about(desk.session, desk.story))
    said = select(Comment.body).where(Comment.thread_id.in_([thread.id for thread in found])).order_by(Comment.created_at, Comment.id)
    return set(desk.session.scalars(said))


def test_who_reads_what_is_said_with_the_review_and_what_the_delegation_says_among_itself(desk, passage):
    put(desk, "in_review")
    desk.do(discussion.start_review_thread, "editrice", desk.story, None, "Du récit.")
    desk.do(discussion.start_review_thread, "helene", desk.story, passage, "Du passage.")
    desk.do(discussion.start_thread, "editrice", passage, "De la marge, par la relecture.")
    desk.do(discussion.start_thread, "karim", passage, "Entre nous.")
    with_review = {"Du récit.", "Du passage.", "De la marge, par la relecture."}
    for state in STATES:
        put(desk, state)
        for name in MEMBERS:
            assert read(desk, name) == with_review | {"Entre nous."}, (state, name)
        for name in STRANGERS:
            assert read(desk, name) == set(), (state, name)
        assert read(desk, "editrice") == with_review | ({"Entre nous."} if state in WITH_THE_REVIEW else set()), state
    put(desk, "writing", submitted=False)
    assert read(desk, "editrice") == set(), "never before the story was submitted"
    assert read(desk, "helene") == with_review | {"Entre nous."}


def test_a_thread_is_answered_settled_and_opened_again_by_whoever_reads_it(desk, passage):
    put(desk, "in_review")
    asked = desk.do(discussion.start_review_thread, "editrice", desk.story, passage, "Une date ?").id
    among = desk.do(discussion.start_thread, "karim", passage, "Entre nous.").id
    put(desk, "changes_requested")
    desk.do(discussion.reply, "helene", asked, "Le 12 mai.")
    desk.do(discussion.reply, "editrice", asked, "Merci.")
    desk.do(discussion.set_thread_resolved, "editrice", asked, True)
    with pytest.raises(Refused, match="thread_resolved"):
        desk.do(discussion.reply, "karim", asked, "Encore un mot.")
    desk.do(discussion.set_thread_resolved, "karim", asked, False)
    for verb, arguments in (
        (discussion.reply, (among, "Je vous lis.")),
        (discussion.set_thread_resolved, (among, True)),
        (discussion.start_thread, (passage, "Je vous lis.")),
    ):
        with pytest.raises(NotFound):
            desk.do(verb, "editrice", *arguments)
    for name in STRANGERS:
        for verb, arguments in (
            (discussion.reply, (asked, "Bonjour.")),
            (discussion.set_thread_resolved, (asked, True)),
            (discussion.start_review_thread, (desk.story, None, "Bonjour.")),
            (discussion.start_review_thread, (desk.story, passage, "Bonjour.")),
        ):
            with pytest.raises(NotFound):
                desk.do(verb, name, *arguments)
    desk.session.rollback()
    assert len(threads_about(desk.session, desk.story)) == 2
    assert [row.id for row in threads_beside(desk.session, passage)] == [asked, among]


def test_a_thread_remembers_which_words_it_was_begun_about(desk, passage):
    put(desk, "in_review")
    thread = desk.do(discussion.start_review_thread, "editrice", desk.story, passage, "Une date ?")
    whole = desk.do(discussion.start_review_thread, "editrice", desk.story, None, "Un chapeau ?")
    assert thread.revision_hash == desk.line(passage).revision.hash
    assert (whole.revision_hash, whole.passage_id, whole.story_id) == (None, None, desk.story)


def test_another_story_s_passage_or_an_empty_word_begins_nothing(desk, passage):
    put(desk, "in_review")
    with pytest.raises(NotFound):
        desk.do(discussion.start_review_thread, "editrice", desk.story, "0" * 20, "Bonjour.")
    with pytest.raises(Invalid):
        desk.do(discussion.start_review_thread, "editrice", desk.story, None, "  ")
    desk.session.rollback()
    assert threads_about(desk.session, desk.story) == []


def test_one_s_words_are_one_s_own_and_only_for_a_while(desk):
    put(desk, "in_review")
    desk.do(discussion.start_review_thread, "editrice", desk.story, None, "Une date.")
    (comment,) = desk.session.scalars(select(Comment))
    desk.session.rollback()
    with pytest.raises(NotAllowed, match="not_your_comment"):
        desk.do(discussion.edit_comment, "helene", comment.id, "Autre chose.")
    desk.do(discussion.edit_comment, "editrice", comment.id, "Une date ?")
    desk.session.rollback()
    assert desk.session.scalars(select(Comment.body)).one() == "Une date ?"
    verbs = desk.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_id == desk.story).order_by(AuditEntry.seq.desc()))
    assert list(verbs)[:2] == ["comment.edit", "thread.start"]


def test_what_is_said_of_the_whole_story_calls_nobody_and_what_is_said_of_a_passage_does(desk, passage):
    put(desk, "in_review")
    desk.do(discussion.start_review_thread, "helene", desk.story, None, "@Karim, tu réponds ?")
    assert list(desk.session.scalars(select(Mention))) == []
    desk.session.rollback()
    name = desk.who("karim").name
    desk.do(discussion.start_review_thread, "helene", desk.story, passage, f"@{name}, tu réponds ?")
    assert desk.session.scalars(select(Mention.account_id)).all() == [desk.world.accounts["karim"]]


# — what was said before —

EARLIER = "0012_public_stances"


@pytest.fixture
def engine(tmp_path):
    url = settings_for(tmp_path).database_url
    engine = create_engine(url, **engine_options(url))
    configure_engine(engine)
    yield engine
    engine.dispose()
    drop_database(tmp_path)


def fill(connection, table, **values):
    names = ", ".join(values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + name for name in values)})"), values)


def an_earlier_site(engine):
    """A story with a passage, a thread in its margin, and two comments of review, one of them settled."""
    migrate(engine, CORE, CORE_SCRIPTS, EARLIER)
    with writing_engine(engine).begin() as connection:
        for account in ("a1", "a2"):
            fill(connection, "account", id=account, name=account, lang="fr", created_at="2024-01-01 00:00:00", demonstration=False)
        fill(connection, "story", id="s1", slug="un", salt="00", lang="fr", format="recit-croise", title="Un", standfirst="", state="writing",
             state_since="2024-01-01 00:00:00", created_at="2024-01-01 00:00:00")  # fmt: skip
        fill(connection, "passage", id="p1", story_id="s1", salt="00", block="text", position=1, created_at="2024-01-01 00:00:00")
        fill(
            connection, "comment_thread", id="t1", passage_id="p1", quotation="un samedi", created_at="2024-01-02 00:00:00", created_by="a1"
        )
        fill(connection, "comment", id="c1", thread_id="t1", author_id="a1", body="Entre nous.", created_at="2024-01-02 00:00:00")
        fill(
            connection,
            "review_comment",
            id="r1",
            story_id="s1",
            author_id="a2",
            body="Un chapeau ?",
            created_at="2024-01-03 10:11:12.345678",
        )
        fill(connection, "review_comment", id="r2", story_id="s1", passage_id="p1", revision_hash="f" * 64, author_id="a2", body="Une date ?",
             created_at="2024-01-04 00:00:00", resolved_at="2024-01-05 00:00:00", resolved_by="a1")  # fmt: skip


def said(engine, query):
    with engine.connect() as connection:
        return [tuple(str(value) if value is not None else None for value in row) for row in connection.execute(text(query))]


def test_comments_of_review_become_threads_and_nothing_of_them_is_lost(engine):
    an_earlier_site(engine)
    migrate(engine)
    with engine.connect() as connection:
        threads = connection.execute(select(CommentThread.__table__).order_by(CommentThread.created_at)).mappings().all()
        comments = connection.execute(select(Comment.__table__).order_by(Comment.created_at)).mappings().all()
    kept = ("id", "story_id", "passage_id", "with_review", "quotation", "revision_hash", "created_by", "resolved_by")
    assert [tuple(row[name] for name in kept) for row in threads] == [
        ("t1", "s1", "p1", False, "un samedi", None, "a1", None),
        ("r1", "s1", None, True, "", None, "a2", None),
        ("r2", "s1", "p1", True, "", "f" * 64, "a2", "a1"),
    ]
    assert [(row["id"], row["thread_id"], row["author_id"], row["body"]) for row in comments] == [
        ("c1", "t1", "a1", "Entre nous."),
        ("r1", "r1", "a2", "Un chapeau ?"),
        ("r2", "r2", "a2", "Une date ?"),
    ]
    assert [str(row["created_at"]) for row in comments][1] == str(threads[1]["created_at"]) == "2024-01-03 10:11:12.345678+00:00"
    assert str(threads[2]["resolved_at"]) == "2024-01-05 00:00:00+00:00"


def test_and_go_back_with_the_answers_that_came_since(engine):
    an_earlier_site(engine)
    before = said(engine, "SELECT * FROM review_comment ORDER BY id")
    migrate(engine)
    with writing_engine(engine).begin() as connection:
        fill(connection, "comment", id="c2", thread_id="r2", author_id="a1", body="Le 12 mai.", created_at="2024-01-06 00:00:00")
        fill(connection, "mention", comment_id="c2", account_id="a2")
    go_back(engine, EARLIER)
    after = said(engine, "SELECT * FROM review_comment ORDER BY id")
    assert [row for row in after if row[0] != "c2"] == before
    assert said(engine, "SELECT id, body, passage_id FROM review_comment WHERE id = 'c2'") == [("c2", "Le 12 mai.", "p1")]
    assert said(engine, "SELECT id FROM comment_thread") == [("t1",)]
    assert said(engine, "SELECT id FROM comment") == [("c1",)]
    assert said(engine, "SELECT comment_id FROM mention") == []
