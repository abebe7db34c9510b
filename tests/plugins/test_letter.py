"""The letter: nobody receives it who did not confirm, who leaves is erased, and a crash doubles nothing.

Exercises register_settings, register_jobs, register_roles and register_slot_items (`home.foot`) with the real plugin.
"""

import email
import re
from datetime import timedelta
from email import policy
from email.message import EmailMessage

import pytest
from sqlalchemy import delete, select, update

from app.db.models import AuditEntry, MailMessage, RolePermission, Story, StoryVersion
from app.hooks.contracts import SettingsPage
from app.kernel.errors import NotAllowed, Refused
from app.kernel.moment_date import parse_moment_date
from app.services import mail, passages, plugin_settings, stories, workflow
from app.services.approvals import current_hash, sign_passage, state_missing_voice
from app.services.markup import prepare_here
from app.services.moments import MomentForm, add_moment
from app.services.plugins import set_enabled
from plugins.communication.models import Delivery, Issue, Refusal, Subscriber
from plugins.communication.rules import letter as rules
from plugins.communication.rules.letter import Piece, Sheet, write_copy
from plugins.communication.services import letter, subscription
from tests.conftest import Browser
from tests.factories import actor
from tests.furnishings import communication_on

PATH = "/communication/lettre"
DESK = "/communication/lettre/gestion"
WHO = "lectrice@exemple.test"


def switch(site, *, on: bool) -> None:
    with site.writer.begin() as uow:
        set_enabled(uow, None, site.plugins, "communication", on)


@pytest.fixture
def furnishing():
    return communication_on


@pytest.fixture
def now(site, monkeypatch):
    """Lets a test put the clock forward."""
    ahead = [timedelta()]
    real = type(site.clock).__call__
    monkeypatch.setattr(type(site.clock), "__call__", lambda clock: real(clock) + ahead[0])

    def forward(**much):
        ahead[0] += timedelta(**much)

    return forward


def mails(site, to: str | None = None) -> list[MailMessage]:
    with site.writer.begin() as uow:
        query = select(MailMessage).where(MailMessage.seen_by == subscription.PERMISSION).order_by(MailMessage.created_at, MailMessage.id)
        return [row for row in uow.session.scalars(query) if to in (None, row.recipient)]


def link_in(row: MailMessage, what: str) -> str:
    return re.search(rf"http://[^/\s]+(/\S*{what}/\S+)", row.body)[1]


def subscribed(site, browser, *addresses: str) -> None:
    for address in addresses:
        browser.post(PATH, {"email": address}, token=False, status=200)
        browser.post(link_in(mails(site, address)[-1], "confirmer"), token=False, status=200)
    with site.writer.begin() as uow:
        uow.session.query(MailMessage).delete()


def composed(site, world, *stories: str) -> str:
    editor = actor(site, world, "admin")
    with site.writer.begin() as uow:
        issue = letter.add_issue(uow, editor, "Novembre : ce qui a manqué")
        for story in stories:
            letter.add_story(uow, editor, issue.id, story)
        letter.save_issue(
            uow,
            editor,
            issue.id,
            issue.title,
            prepare_here("Deux **récits**, et [la méthode](/methode).", lang="fr"),
            dict.fromkeys(stories, "À lire d’abord."),
        )
        return issue.id


def send(site, world, issue: str) -> None:
    with site.writer.begin() as uow:
        letter.start_sending(uow, actor(site, world, "admin"), issue, "http://127.0.0.1:8000")


def turn(site) -> None:
    with site.writer.begin() as uow:
        letter.send_batch(uow)


def parsed(site, row: MailMessage) -> EmailMessage:
    return email.message_from_bytes(site.postman._compose(row).as_bytes(), policy=policy.default)


@pytest.fixture
def story(site, world) -> str:
    """A story that was written, signed, reviewed and published, before the chantier asked for more voices."""
    switch(site, on=False)
    helene, editor = actor(site, world, "helene"), actor(site, world, "editrice")
    voice, delegation = world.voices["helene"], helene.voices[0].delegation
    with site.writer.begin() as uow:
        row = stories.create_story(uow, helene, delegation, "Un récit paru", "Un chapeau.")
        passage = passages.add_passage(uow, helene, row.id, None, voice)
        passages.write_revision(uow, helene, passage, prepare_here("Ce jour-là, il pleuvait.", lang="fr"), None, "fr")
        sign_passage(uow, helene, passage.id, voice, str(current_hash(uow.session, passage)))
        workflow.submit_story(uow, helene, row.id, "http://localhost")
        workflow.start_review(uow, editor, row.id)
        version = uow.session.get_one(StoryVersion, row.submitted_version_id)
        workflow.publish_story(uow, editor, row.id, version.hash, "http://localhost")
    switch(site, on=True)
    return row.id


# — rules —


def sheet(**more) -> Sheet:
    pieces = [Piece("Le vote <du> 12", "fr", "Pays de Brumeval", "Un mot & un autre.", "https://exemple.test/recits/le-vote")]
    values = {
        "title": "Novembre",
        "introduction": "Bonjour.",
        "introduction_html": "<p>Bonjour.</p>",
        "pieces": pieces,
        "archive": "https://exemple.test/a",
        "site": "Récits croisés",
        "footer": "La Fabrique",
    }
    return Sheet(**{**values, **more})


def test_text_and_html_say_the_same_and_html_escapes_what_people_wrote():
    copy = write_copy(sheet(), "en", "https://exemple.test/fin/x", lambda words: words)
    for words in (
        "Bonjour.",
        "Pays de Brumeval",
        "https://exemple.test/recits/le-vote",
        "https://exemple.test/a",
        "https://exemple.test/fin/x",
        "La Fabrique",
    ):
        assert words in copy.text
        assert words in copy.html
    assert "Le vote &lt;du&gt; 12" in copy.html
    assert "Un mot &amp; un autre." in copy.html
    assert copy.html.startswith('<!doctype html>\n<html lang="en">')
    assert 'lang="fr"' in copy.html
    assert not re.search(r"<(img|script|link|iframe)", copy.html), "nothing in a mail tells that it was read"


# — asking, confirming, leaving —


def test_asking_sets_no_cookie_and_needs_two_agreements(site, browser, session):
    page = browser.get(PATH)
    assert "csrf_token" not in page.partition("</main>")[0].partition("<main")[2]
    browser.post(PATH, {"email": " Lectrice@Exemple.test ", "page": "/"}, token=False, status=200)
    assert not browser.last.headers.getlist("Set-Cookie")
    (row,) = session.scalars(select(Subscriber)).all()
    assert (row.email, row.confirmed_at, row.asked_from, row.lang) == ("lectrice@exemple.test", None, "/", "fr")
    assert "Je veux recevoir la lettre" in row.words
    (message,) = mails(site)
    path = link_in(message, "confirmer")
    assert "csrf" not in browser.get(path).partition("</main>")[0]
    session.rollback()
    assert session.scalars(select(Subscriber)).one().confirmed_at is None, "looking confirms nothing"
    browser.post(path, token=False, status=200)
    session.rollback()
    assert session.scalars(select(Subscriber)).one().confirmed_at is not None
    browser.post(path, token=False, status=404)
    browser.get(path, status=404)


def test_the_answer_is_the_same_whoever_asks(site, browser):
    answers = set()
    subscribed(site, browser, WHO)
    for address in (WHO, "personne@exemple.test"):
        answers.add(browser.post(PATH, {"email": address}, token=False, status=200).text)
    assert len(answers) == 1
    assert [row.recipient for row in mails(site)] == [WHO, "personne@exemple.test"]
    assert "Elle la reçoit déjà" in mails(site, WHO)[0].body
    assert not re.search("confirmer", mails(site, WHO)[0].body)


def test_a_link_expires_and_what_nobody_confirmed_is_erased(site, browser, session, now):
    browser.post(PATH, {"email": WHO}, token=False, status=200)
    path = link_in(mails(site)[0], "confirmer")
    now(days=rules.CONFIRM_DAYS, minutes=1)
    browser.post(path, token=False, status=404)
    turn(site)
    session.rollback()
    assert session.scalars(select(Subscriber)).all() == []
    assert mails(site) == []


def test_asking_again_makes_the_first_link_worthless(site, browser):
    for _time in range(2):
        browser.post(PATH, {"email": WHO}, token=False, status=200)
    first, second = (link_in(row, "confirmer") for row in mails(site))
    browser.get(first, status=404)
    browser.get(second, status=200)


def test_requests_are_counted_as_sign_in_links_are(site, browser):
    for _time in range(4):
        browser.post(PATH, {"email": WHO}, token=False, status=200)
    browser.post(PATH, {"email": WHO.upper()}, token=False, status=429)
    assert len(mails(site)) == 4


@pytest.mark.parametrize("wrong", ["", "pas une adresse", "a@b", "x@exemple.test\nBcc: y@exemple.test"])
def test_what_is_no_address_is_said_and_nothing_is_sent(site, browser, wrong):
    browser.post(PATH, {"email": wrong}, token=False, status=422)
    assert mails(site) == []


def test_leaving_takes_one_click_and_erases(site, browser, session, world, story):
    subscribed(site, browser, WHO, "autre@exemple.test")
    issue = composed(site, world, story)
    send(site, world, issue)
    turn(site)
    header = parsed(site, mails(site, WHO)[0])["List-Unsubscribe"]
    path = re.fullmatch(r"<http://[^/]+(/\S+)>", header)[1]
    browser.get(path)
    session.rollback()
    assert len(session.scalars(select(Subscriber)).all()) == 2, "a GET ends nothing"
    browser.post(path, {"List-Unsubscribe": "One-Click"}, token=False, status=200)
    session.rollback()
    assert [row.email for row in session.scalars(select(Subscriber))] == ["autre@exemple.test"]
    assert mails(site, WHO) == []
    assert len(session.scalars(select(Delivery)).all()) == 1
    assert session.scalars(select(Refusal)).all() == [], "leaving keeps nothing"
    browser.post(path, {"List-Unsubscribe": "One-Click"}, token=False, status=200)
    assert "terminé" in browser.get(path)


def test_who_wants_no_more_mail_at_all_gets_none_and_leaves_only_a_keyed_hash(site, browser, session):
    browser.post(PATH, {"email": WHO}, token=False, status=200)
    browser.post(link_in(mails(site)[0], "fin"), {"for_ever": "y"}, token=False, status=200)
    session.rollback()
    (row,) = session.scalars(select(Refusal)).all()
    assert row.key == site.signer.keyed(f"letter:{WHO}")
    said = browser.post(PATH, {"email": WHO}, token=False, status=200).text
    assert "Un message est parti" in said
    assert mails(site) == []


def test_the_record_holds_no_address(site, browser, session):
    subscribed(site, browser, WHO)
    browser.post(PATH, {"email": WHO}, token=False, status=200)
    browser.post(link_in(mails(site)[0], "fin"), token=False, status=200)
    for entry in session.scalars(select(AuditEntry)):
        assert WHO not in str(entry.facts) + entry.subject_id


# — the mail itself —


def test_a_copy_is_text_and_html_with_headers_that_mail_programs_know(site, browser, world, story):
    with site.writer.begin() as uow:
        owned = next(entry for entry in site.registry.of(type(letter.SETTINGS)) if entry.full_name == "communication:letter")
        plugin_settings.save_settings(
            uow,
            actor(site, world, "admin"),
            owned,
            {"sender": "Récits, la lettre", "reply_to": "redaction@exemple.test", "footer": "La Fabrique"},
        )
    subscribed(site, browser, WHO)
    send(site, world, composed(site, world, story))
    turn(site)
    (row,) = mails(site)
    raw = site.postman._compose(row).as_bytes()
    message = email.message_from_bytes(raw, policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in message.iter_parts())
    assert "Deux **récits**" in text
    assert "<strong>récits</strong>" in html
    assert 'href="http://127.0.0.1:8000/methode"' in html
    assert "[la méthode](http://127.0.0.1:8000/methode)" in text
    assert "À lire d’abord." in text
    assert "À lire d’abord." in html
    assert message["From"].addresses[0].display_name == "Récits, la lettre"
    assert message["Reply-To"] == "redaction@exemple.test"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = re.search(rb"^List-Unsubscribe: <(\S+)>\r?$", raw, re.MULTILINE)[1].decode()
    assert leave in text
    assert leave in html
    assert max(len(line) for line in raw.splitlines()) <= 998
    assert raw.decode("ascii"), "a mail of today travels over servers of yesterday"
    assert message["Message-ID"] == parsed(site, row)["Message-ID"], "a second attempt is the same mail"


class Died(BaseException):
    """What ends a process between two lines."""


def die(*_facts: object, **_more: object) -> None:
    raise Died


def test_a_copy_that_left_and_was_not_noted_leaves_again_as_the_same_mail(site, browser, world, story, monkeypatch, now):
    """The server takes it, the process dies: at least once, and a receiver can tell the double."""
    subscribed(site, browser, WHO, "autre@exemple.test")
    site.postman.deliver_due()
    send(site, world, composed(site, world, story))
    turn(site)
    with site.writer.begin() as uow:  # as if none had been tried yet
        uow.session.execute(update(MailMessage).values(sent_at=uow.now))
        copies = update(MailMessage).where(MailMessage.headers["List-Unsubscribe"].as_string().is_not(None))
        uow.session.execute(copies.values(sent_at=None, attempts=0, next_attempt_at=None))
    taken: list[tuple[str, str]] = []
    monkeypatch.setattr(type(site.postman), "_send", lambda _self, mail, _id: taken.append((mail["To"], mail["Message-ID"])))
    with monkeypatch.context() as dying:
        dying.setattr(type(site.postman), "_note", die)
        with pytest.raises(Died):
            site.postman.deliver_due()
    assert len(taken) == 1
    now(minutes=5)
    assert site.postman.deliver_due() == 2
    assert site.postman.deliver_due() == 0
    by_person = {to: [mail for who, mail in taken if who == to] for to, _mail in taken}
    assert sorted(map(len, by_person.values())) == [1, 2]
    assert all(len(set(mails)) == 1 for mails in by_person.values())
    assert len({mail for _to, mail in taken}) == 2


def test_each_reads_the_frame_in_their_own_language(site, browser, world, story):
    browser.post(f"/en{PATH}", {"email": WHO}, token=False, status=200)
    confirmation = mails(site)[0]
    assert confirmation.subject.startswith("Confirm")
    browser.post(link_in(confirmation, "confirmer"), token=False, status=200)
    send(site, world, composed(site, world, story))
    turn(site)
    row = mails(site)[-1]
    assert "You receive this letter" in row.body
    assert "/en/recits/" in row.body
    assert '<html lang="en">' in row.html


# — sending —


def test_batches_go_on_after_a_crash_and_nobody_receives_two(site, browser, session, world, story, monkeypatch):
    monkeypatch.setattr(letter, "BATCH", 2)
    addresses = [f"lecteur-{number}@exemple.test" for number in range(5)]
    subscribed(site, browser, *addresses)
    issue = composed(site, world, story)
    send(site, world, issue)
    turn(site)
    assert len(mails(site)) == 2
    real, calls = mail.queue, []

    def crash(uow, entry):
        calls.append(entry.recipient)
        if len(calls) == 2:
            raise RuntimeError("the machine stops here")
        real(uow, entry)

    monkeypatch.setattr(letter, "queue_mail", crash)
    with pytest.raises(RuntimeError):
        turn(site)
    assert len(mails(site)) == 2, "neither the row nor the mail of a broken batch is there"
    monkeypatch.setattr(letter, "queue_mail", real)
    for _time in range(4):
        turn(site)
    assert sorted(row.recipient for row in mails(site)) == addresses
    row = session.get(Issue, issue)
    assert (row.state, row.copies) == ("sent", 5)


def test_who_confirms_after_the_sending_began_receives_the_next_one(site, browser, world, story, now):
    subscribed(site, browser, WHO)
    send(site, world, composed(site, world, story))
    now(minutes=1)
    subscribed(site, browser, "plus.tard@exemple.test")
    turn(site)
    assert [row.recipient for row in mails(site)] == [WHO]


def test_an_issue_that_goes_out_does_not_change_any_more(site, world, story):
    issue = composed(site, world, story)
    send(site, world, issue)
    editor = actor(site, world, "admin")
    for verb in (
        lambda uow: letter.save_issue(uow, editor, issue, "Autre", prepare_here("", lang="fr"), {}),
        lambda uow: letter.move_story(uow, editor, issue, story, "retirer"),
        lambda uow: letter.start_sending(uow, editor, issue, "http://127.0.0.1:8000"),
        lambda uow: letter.delete_issue(uow, editor, issue),
    ):
        with pytest.raises(Refused), site.writer.begin() as uow:
            verb(uow)


def test_an_empty_issue_is_not_sent(site, world):
    editor = actor(site, world, "admin")
    with site.writer.begin() as uow:
        issue = letter.add_issue(uow, editor, "Rien").id
    with pytest.raises(Refused), site.writer.begin() as uow:
        letter.start_sending(uow, editor, issue, "http://127.0.0.1:8000")


def test_a_story_that_is_withdrawn_leaves_the_archive_and_the_copies_still_to_go(site, browser, world, story, session):
    subscribed(site, browser, WHO)
    issue = composed(site, world, story)
    send(site, world, issue)
    slug = session.get(Issue, issue).slug
    title = session.get(Story, story).title
    assert title in browser.get(f"{PATH}/numeros/{slug}").replace("\u202f", " ")
    with site.writer.begin() as uow:
        uow.session.get(Story, story).published_version_id = None
    page = browser.get(f"{PATH}/numeros/{slug}")
    assert title not in page
    assert "À lire d’abord." not in page
    assert "n’est plus public" in page
    turn(site)
    assert title not in mails(site)[0].body
    assert "/recits/" not in mails(site)[0].html


def test_a_draft_is_nobodys_to_read(site, browser, world, story, session):
    issue = composed(site, world, story)
    browser.get(f"{PATH}/numeros/{session.get(Issue, issue).slug}", status=404)
    assert "Novembre" not in browser.get(PATH)


# — who may —


def test_only_the_permission_opens_the_letter_and_its_addresses(site, browser, as_person, world, story):
    subscribed(site, browser, WHO)
    issue = composed(site, world, story)
    for who in ("editrice", "organisation", "helene"):
        for path in (DESK, f"{PATH}/abonnements", f"{DESK}/{issue}", f"{DESK}/{issue}/apercu", f"{DESK}/{issue}/apercu/html"):
            as_person(who).get(path, status=403)
        with pytest.raises(NotAllowed), site.writer.begin() as uow:
            letter.start_sending(uow, actor(site, world, who), issue, "http://127.0.0.1:8000")
    assert WHO in as_person("admin").get(f"{PATH}/abonnements")


def test_the_mailbox_keeps_subscribers_to_those_who_may_see_them(site, browser, as_person, world):
    browser.post(PATH, {"email": WHO}, token=False, status=200)
    message = mails(site)[0].id
    assert WHO in as_person("admin").get("/configuration/courrier")
    with site.writer.begin() as uow:
        uow.session.execute(delete(RolePermission).where(RolePermission.permission == subscription.PERMISSION))
    page = as_person("admin").get("/configuration/courrier")
    assert WHO not in page
    assert "adresse réservée" in page
    as_person("admin").get(f"/configuration/courrier/{message}", status=404)


def test_the_whole_way_by_the_pages(site, as_person, browser, world, story):
    subscribed(site, browser, WHO)
    admin: Browser = as_person("admin")
    admin.get(DESK)
    admin.post(DESK, {"title": "Décembre"})
    page = admin.follow()
    path = admin.path
    assert "en préparation" in page
    admin.post(f"{path}/recits", {"story": story})
    admin.get(path)
    admin.post(path, {"title": "Décembre, encore", "introduction": "Une *phrase*.", f"s-{story}": "Le premier."})
    preview = admin.get(f"{path}/apercu")
    assert "Le premier." in preview
    assert "1 personne recevra ce numéro." in preview
    html = admin.get(f"{path}/apercu/html")
    assert "<em>phrase</em>" in html
    assert "unsafe-inline" in admin.last.headers["Content-Security-Policy"]
    assert "script-src" not in admin.last.headers["Content-Security-Policy"]
    admin.get(f"{path}/apercu")
    admin.post(f"{path}/essai")
    (trial,) = mails(site)
    assert trial.recipient == "admin@exemple.test"
    assert "List-Unsubscribe-Post" not in trial.headers
    admin.get(f"{path}/apercu")
    admin.post(f"{path}/envoyer")
    turn(site)
    assert mails(site, WHO)[0].body == trial.body.replace(
        f"{PATH}\n", f"{PATH}/fin/{mails(site, WHO)[0].headers['List-Unsubscribe'].rsplit('/', 1)[1][:-1]}\n"
    )
    assert "Décembre, encore" in browser.get(PATH)
    assert "envoyé" in admin.get(DESK)


def test_register_slot_items_puts_the_form_on_the_front_page(browser):
    page = browser.get("/")
    assert 'name="page" type="hidden" value="/"' in page
    assert "M’abonner" in page
    assert not browser.last.headers.getlist("Set-Cookie")


def test_on_disable_interrupts_a_sending_which_goes_on_when_an_editor_says_so(site, world, browser, story, as_person, monkeypatch):
    monkeypatch.setattr(letter, "BATCH", 1)
    subscribed(site, browser, "une@exemple.test", "deux@exemple.test", "trois@exemple.test")
    issue = composed(site, world, story)
    send(site, world, issue)
    turn(site)
    switch(site, on=False)
    switch(site, on=True)
    turn(site)
    assert len(mails(site)) == 1, "switched on again, it does not go on by itself"
    admin = as_person("admin")
    assert "interrompu" in admin.get(f"{DESK}/{issue}/apercu")
    admin.post(f"{DESK}/{issue}/envoyer")
    for _turn in range(4):
        turn(site)
    assert sorted(row.recipient for row in mails(site)) == ["deux@exemple.test", "trois@exemple.test", "une@exemple.test"]


@pytest.mark.parametrize("collect", [True, False])
def test_register_subscribers_collects_what_is_published_where_the_settings_ask_for_it(site, world, session, collect):
    admin, helene, editor = actor(site, world, "admin"), actor(site, world, "helene"), actor(site, world, "editrice")
    issue = composed(site, world)
    owned = site.registry.find(SettingsPage, "communication:letter")
    with site.writer.begin() as uow:
        plugin_settings.save_settings(uow, admin, owned, {"collect": collect})
    with site.writer.begin() as uow:
        row = stories.create_story(
            uow, helene, world.delegations["brumeval"], "Un récit qui paraît", "Un chapeau.", format_name="carnet-de-bord"
        )
        day = MomentForm("Un troisième jour", parse_moment_date("juin 2022"), "Sainte-Orsine", None, "")
        third = add_moment(uow, helene, world.delegations["brumeval"], day).id
        for moment in (world.moments["tour"], world.moments["vote"], third):
            passage = passages.add_passage(uow, helene, row.id, moment, world.voices["helene"])
            passages.write_revision(uow, helene, passage, prepare_here("Ce jour-là, il pleuvait.", lang="fr"), None, "fr")
            sign_passage(uow, helene, passage.id, world.voices["helene"], str(current_hash(uow.session, passage)))
            for category in ("local_agent", "socioeconomic_operator", "state_agent"):
                state_missing_voice(uow, helene, row.id, moment, category, "Un carnet est d’une seule voix.")
        workflow.submit_story(uow, helene, row.id, "http://localhost")
        workflow.start_review(uow, editor, row.id)
        version = uow.session.get_one(StoryVersion, row.submitted_version_id)
        workflow.publish_story(uow, editor, row.id, version.hash, "http://localhost")
    held = [line.story_id for line in letter.lines_of(session, session.get(Issue, issue))]
    assert held == ([row.id] if collect else [])
