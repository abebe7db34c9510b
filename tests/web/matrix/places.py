"""The places that the lines of the matrix name: one of each kind, in the small world of the tests."""

from datetime import timedelta

from sqlalchemy import select, text

from app.db.models import (
    Account,
    Comment,
    MailMessage,
    Media,
    PageText,
    PageVersion,
    Passage,
    PublicMedia,
    SignInLink,
    Story,
    StoryVersion,
    Suggestion,
)
from app.kernel.access import Actor, Role, Scope, ScopeKind
from app.kernel.moment_date import parse_moment_date
from app.kernel.voice import Mandate
from app.services import (
    accounts,
    discussion,
    library,
    menus,
    page_texts,
    pages,
    passages,
    plugins,
    programme,
    restrictions,
    roles,
    sharing,
    stories,
    themes,
    voices,
)
from app.services.markup import prepare_here
from app.services.media import PreparedImage, Rendition, add_image
from app.services.moments import MomentForm, add_moment, delete_moment
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork
from plugins.communication.models import Subscriber, Trace
from plugins.communication.services import letter, subscription
from tests.factories import PASSWORD, World, actor, address
from tests.told_stories import sign, told_story, written


def make_places(site: Site, world: World) -> dict[str, str]:
    """Adds to the world one place of each kind that a line of the table needs; returns ids, slugs, hashes and tokens by name."""
    ids: dict[str, str] = {}
    plugins.prepare_tables(site, None, "communication")
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, actor(site, world, "admin"), site.plugins, "communication", True)
    helene, karim, admin = (actor(site, world, name) for name in ("helene", "karim", "admin"))
    for name in ("submitted", "in_review", "published", "withdrawn", "ready", "returned"):
        state = {"withdrawn": "unpublished", "ready": "writing", "returned": "changes_requested"}.get(name, name)
        ids[name] = told_story(site, world, f"Le récit {name}", state)
    with site.writer.begin() as uow:
        ids["trashed"] = stories.create_story(uow, helene, world.delegations["brumeval"], "À la corbeille", "").id
        stories.delete_story(uow, helene, ids["trashed"])
        _working_copy(uow, world, (helene, karim, admin), ids)
        _exchanges(uow, helene, ids)
        _people(uow, site, world, admin, ids)
        _themes(uow, admin, helene, ids)
        _slugs_and_hashes(uow, ids)
        _pages(uow, admin, ids)
        _letter(site, uow, ids, admin)
        _notebook(uow, world, ids)
    ids.update(password=PASSWORD, brumeval=world.delegations["brumeval"], programme=world.programme)
    ids.update(helene=world.voices["helene"], karim=world.voices["karim"], vote=world.moments["vote"], untold=world.moments["tour"])
    return ids


def _working_copy(uow: UnitOfWork, world: World, people: tuple[Actor, Actor, Actor], ids: dict[str, str]) -> None:
    """The story that is being written: an unsigned, a signed, a shared and a trashed passage, images, a comment."""
    helene, karim, admin = people
    story = ids["writing"] = world.stories["legumerie"]
    passage = passages.add_passage(uow, helene, story, world.moments["vote"], world.voices["helene"])
    ids["passage"] = passage.id
    ids["old_revision"] = written(uow, helene, passage.id, "Un premier jet.").id
    revision = written(uow, helene, passage.id, "Un second jet.")
    ids["revision"], ids["revision.hash"] = revision.id, revision.hash
    thread = discussion.start_thread(uow, karim, passage.id, "Une date ?", mentioned=(helene.account,))
    ids["thread"] = thread.id
    ids["thread.comment"] = uow.session.scalars(select(Comment.id).where(Comment.thread_id == thread.id)).one()
    ids["suggestion"] = "3f6c1f2e-0b7a-4c3e-9d55-8f1f6e1b2a77"
    uow.session.add(Suggestion(id=ids["suggestion"], passage_id=passage.id, author_id=karim.account, created_at=uow.now))
    whole = passages.add_passage(uow, helene, story, None, world.voices["helene"])
    ids["signed"], ids["signed.revision"] = whole.id, written(uow, helene, whole.id, "Le tout.").id
    sign(uow, helene, whole.id, world.voices["helene"])
    shared = passages.add_passage(uow, karim, story, world.moments["vote"], None)
    revision = written(uow, karim, shared.id, "À nous tous.")
    ids["shared"], ids["shared.revision"], ids["shared.hash"] = shared.id, revision.id, revision.hash
    moment = MomentForm("Un jour oublié", parse_moment_date("mai 2022"))
    ids["trashed.moment"] = add_moment(uow, helene, world.delegations["brumeval"], moment).id
    delete_moment(uow, helene, ids["trashed.moment"])
    trashed = passages.add_passage(uow, helene, story, world.moments["tour"], world.voices["helene"])
    written(uow, helene, trashed.id, "Mis de côté.")
    passages.delete_passage(uow, helene, trashed.id)
    ids["trashed.passage"] = trashed.id
    for name, content_hash, where in (("image", "a" * 64, story), ("old_image", "b" * 64, story)):
        ids[name] = _image(uow, helene, where, content_hash).id
    uow.session.get_one(Media, ids["old_image"]).deleted_at = uow.now
    for name, content_hash in (("library_image", "d" * 64), ("old_library_image", "e" * 64)):
        ids[name] = library.add_to_library(uow, admin, _prepared_image(content_hash), library.MediaWords("Une halle", "Le site")).id
    library.trash_media(uow, admin, ids["old_library_image"])
    uow.session.add(PublicMedia(story_id=ids["published"], hash="c" * 64))
    ids["private.hash"], ids["public.hash"] = "a" * 64, "c" * 64


def _image(uow: UnitOfWork, person: Actor, story: str, content_hash: str) -> Media:
    return add_image(uow, person, story, _prepared_image(content_hash), "Une cour", "Hélène, 2022")


def _prepared_image(content_hash: str) -> PreparedImage:
    return PreparedImage(content_hash, "image/png", 480, 320, 100, (Rendition(480, 320, 50),))


def _exchanges(uow: UnitOfWork, helene: Actor, ids: dict[str, str]) -> None:
    """Threads with the review, and one of the margin in a story that the review gave back."""
    ids["review"] = discussion.start_review_thread(uow, helene, ids["submitted"], None, "Voici où.").id
    ids["review.comment"] = uow.session.scalars(select(Comment.id).where(Comment.thread_id == ids["review"])).one()
    passage = uow.session.scalars(select(Passage.id).where(Passage.story_id == ids["returned"])).first() or ""
    ids["returned.review"] = discussion.start_review_thread(uow, helene, ids["returned"], passage, "Corrigé.").id
    ids["returned.thread"] = discussion.start_thread(uow, helene, passage, "Entre nous.").id


def _people(uow: UnitOfWork, site: Site, world: World, admin: Actor, ids: dict[str, str]) -> None:
    """Invitations, links by mail, a second programme, a seat and a voice that nobody holds."""
    row, ids["invitation"] = accounts.invite(uow, admin, site.signer, "invitee@exemple.test", "Invitée", role=Role.EDITOR)
    ids["role_invitation"] = row.id
    second = programme.create_programme(uow, admin, "Un second programme", "")
    third = programme.create_programme(uow, admin, "Un troisième programme", "")
    ids["second_programme"], ids["territory"] = second.id, world.territories["brumeval"]
    delegation = programme.create_delegation(uow, admin, third.id, world.territories["valcendre"])
    seats = voices.seats_of(uow.session, delegation.id)
    ids["free_seat"] = seats[0].id
    ids["free_voice"] = voices.seat_voice(uow, admin, seats[1].id, "Sans compte", "agente", Mandate(None, None)).id
    row, _token = accounts.invite(uow, admin, site.signer, "voix@exemple.test", "Voix", voice=ids["free_voice"])
    ids["voice_invitation"] = row.id
    for name in ("link", "reset"):
        made = accounts.request_link(uow, site.signer, address("personne"), "sign_in" if name == "link" else "reset")
        assert made is not None
        ids[name] = made[1]
    for link in uow.session.scalars(select(SignInLink)):
        link.expires_at = uow.now + timedelta(days=1)
    ids["account"] = world.accounts["personne"]
    other = Account(email=address("fermable"), name="Fermable", password_hash=None, created_at=uow.now)
    uow.session.add(other)
    uow.session.flush()
    ids["other_account"] = other.id
    ids["role"] = roles.create_role(uow, admin, "Accueil", "").key
    ids["restriction"] = restrictions.restrict(uow, None, "communication", "story", ids["ready"], "essai").id
    place = Scope(ScopeKind.PROGRAMME, world.programme)
    sharing.give_local_role(uow, admin, place, other.id, str(Role.ORGANISER))


def _pages(uow: UnitOfWork, admin: Actor, ids: dict[str, str]) -> None:
    """Pages in writing, proposed, public under a second address, and in the trash; a line of a menu."""

    def page(title: str, body: str = "Un texte.", slug: str = "") -> PageText:
        words = page_texts.PageWords(title, "", prepare_here(body, lang="fr"))
        made = page_texts.create_page(uow, admin, None, "fr", words, slug=slug)
        return page_texts.page_text(uow.session, made.id, "fr")

    text = page("Une page en écriture")
    ids["page"], ids["page.old_version"] = text.page_id, text.version_id
    more = page_texts.PageWords("Une page en écriture", "", prepare_here("Un second texte.", lang="fr"))
    ids["page.version"] = page_texts.saved(page_texts.save_text(uow, admin, text.page_id, "fr", more, text.version_id)).id
    proposed = page("Une page proposée")
    page_texts.propose_text(uow, admin, proposed.page_id, "fr", "http://localhost")
    ids["page.proposed"] = proposed.page_id
    ids["page.proposed.hash"] = uow.session.get_one(PageVersion, proposed.version_id).hash
    public = page("Une page publique", slug="une-vieille-adresse")
    page_texts.publish_text(uow, admin, public.page_id, "fr", uow.session.get_one(PageVersion, public.version_id).hash)
    pages.place_page(uow, admin, public.page_id, None, "une-page-publique")
    ids["page.public"] = public.page_id
    ids["page.trashed"] = page("Une page jetée", slug="une-page-jetee").page_id
    pages.delete_page(uow, admin, ids["page.trashed"])
    ids["entry"] = menus.list_entries(uow.session, menus.FOOT)[0].id


def _themes(uow: UnitOfWork, admin: Actor, helene: Actor, ids: dict[str, str]) -> None:
    """A theme that a story has, one that none has, one in the trash."""
    for place, name in (("used_theme", "Énergie"), ("theme", "Culture"), ("trashed_theme", "Oubli")):
        ids[place] = themes.add_theme(uow, admin, name).id
    themes.choose_themes(uow, helene, ids["writing"], [ids["used_theme"]])
    themes.delete_theme(uow, admin, ids["trashed_theme"])


def _letter(site: Site, uow: UnitOfWork, ids: dict[str, str], admin: Actor) -> None:
    """Somebody asked for the letter; an issue is being composed, another went out."""
    token, hashed = site.signer.new(subscription.TOKEN)
    row = Subscriber(
        email="lectrice@exemple.test",
        lang="fr",
        asked_at=uow.now,
        asked_from="/",
        words="Oui.",
        confirm_hash=hashed,
        confirm_until=uow.now + timedelta(days=7),
        leave_key="k" * 32,
    )
    uow.session.add(row)
    uow.session.flush()
    ids.update({"subscriber": row.id, "letter.token": token, "letter.key": row.leave_key})
    for name, title in (("issue", "En préparation"), ("issue.sent", "Paru")):
        issue = letter.add_issue(uow, admin, title)
        letter.add_story(uow, admin, issue.id, ids["published"])
        ids[name], ids[f"{name}.slug"] = issue.id, issue.slug
    letter.start_sending(uow, admin, ids["issue.sent"], "http://localhost")


def _notebook(uow: UnitOfWork, world: World, ids: dict[str, str]) -> None:
    """Two traces in a notebook, one in its trash; a prompt, its set and a criterion that the chantier brings."""
    for name, deleted in (("trace", None), ("trashed.trace", uow.now)):
        row = Trace(account_id=world.accounts["helene"], text="Un mot.", created_at=uow.now, changed_at=uow.now, deleted_at=deleted)
        uow.session.add(row)
        uow.session.flush()
        ids[name] = row.id
    for name in ("prompt", "prompt_set", "criterion"):
        ids[name] = uow.session.execute(text(f"SELECT min(id) FROM communication_{name}")).scalar_one()  # names of ours


def _slugs_and_hashes(uow: UnitOfWork, ids: dict[str, str]) -> None:
    for name in ("writing", "submitted", "in_review", "published", "withdrawn"):
        story = uow.session.get_one(Story, ids[name])
        ids[f"{name}.slug"] = story.slug
        version = uow.session.get(StoryVersion, story.submitted_version_id or "")
        if version is not None:
            ids[f"{name}.hash"] = version.hash
    ids["submitted.passage"] = uow.session.scalars(select(Passage.id).where(Passage.story_id == ids["submitted"])).first() or ""
    ids["message"] = uow.session.scalars(select(MailMessage.id)).first() or ""
