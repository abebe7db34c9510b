"""Roles held somewhere: an editor of one territory, an organiser of one programme, what they see, do and cannot, and who shares with whom."""

import re

import pytest
from sqlalchemy import select

from app.db.models import AuditEntry, LocalRole, MailMessage
from app.kernel.access import PROGRAMME_MANAGE, STORY_REVIEW, Scope, ScopeKind
from app.kernel.errors import Invalid, NotAllowed, NotFound
from app.services import programme, sharing, voices, workflow
from app.services.accounts import LOOKUPS_PER_ACCOUNT
from app.services.passages import add_passage
from app.services.stories import create_story
from tests.counting import counted_queries
from tests.factories import actor, address
from tests.told_stories import carry, sign, told_story, written


def give(site, world, name: str, role: str, kind: ScopeKind, place: str) -> None:
    with site.writer.begin() as uow:
        sharing.give_local_role(uow, actor(site, world, "admin"), Scope(kind, place), world.accounts[name], role)


def story_of_valcendre(site, world, state: str) -> str:
    person = actor(site, world, "autre_helene")
    with site.writer.begin() as uow:
        story = create_story(uow, person, world.delegations["valcendre"], "Le récit de Valcendre").id
        passage = add_passage(uow, person, story, world.moments["autre_vote"], world.voices["autre_helene"])
        written(uow, person, passage.id, "Ce que Valcendre raconte.")
        sign(uow, person, passage.id, world.voices["autre_helene"])
    carry(site, world, story, state, person)
    return story


@pytest.fixture
def local_editor(site, world):
    """Somebody who reviews for Brumeval, and for nobody else."""
    give(site, world, "personne", "editor", ScopeKind.TERRITORY, world.territories["brumeval"])


@pytest.fixture
def second_programme(site, world) -> str:
    with site.writer.begin() as uow:
        return programme.create_programme(uow, None, "Un autre programme", "").id


@pytest.mark.usefixtures("local_editor")
def test_an_editor_of_one_territory_sees_and_reviews_only_its_stories(as_person, site, world):
    here, there = told_story(site, world, "Le récit de Brumeval", "submitted"), story_of_valcendre(site, world, "submitted")
    editor = as_person("personne")
    queue = editor.get("/relecture/")
    assert "Le récit de Brumeval" in queue
    assert "Le récit de Valcendre" not in queue
    editor.get(f"/relecture/{there}", status=404)
    for step, form in (
        ("prendre", {}),
        ("rendre", {"reasons": "Non."}),
        ("publier", {"hash": "0" * 64}),
        ("commentaires", {"body": "Ici."}),
    ):
        editor.get(f"/relecture/{here}")
        editor.post(f"/relecture/{there}/{step}", form, status=404)
    editor.get(f"/relecture/{here}")
    editor.post(f"/relecture/{here}/commentaires", {"body": "Dites où."})
    editor.get(f"/relecture/{here}")
    editor.post(f"/relecture/{here}/prendre")
    page = editor.get(f"/relecture/{here}")
    editor.post(f"/relecture/{here}/publier", {"hash": re.search(r'name="hash" value="([0-9a-f]{64})"', page)[1]})
    assert "Le récit de Brumeval" in editor.get("/recits/")


@pytest.mark.usefixtures("local_editor")
def test_an_editor_of_one_territory_is_written_to_about_its_stories_only(site, world, session):
    told_story(site, world, "Le récit de Brumeval", "submitted")
    story_of_valcendre(site, world, "submitted")
    subjects = session.scalars(select(MailMessage.subject).where(MailMessage.recipient == address("personne"))).all()
    assert [subject for subject in subjects if "Brumeval" in subject] != []
    assert [subject for subject in subjects if "Valcendre" in subject] == []
    everywhere = session.scalars(select(MailMessage.subject).where(MailMessage.recipient == address("editrice"))).all()
    assert len(everywhere) == 2, "the site's editor is told of both"


@pytest.mark.usefixtures("local_editor")
def test_the_menu_shows_the_desk_to_whoever_has_work_there(as_person):
    assert "/relecture/" in as_person("personne").get("/espace/")
    assert "/configuration/" not in as_person("personne").get("/espace/")
    assert "/relecture/" not in as_person("organisation").get("/espace/")


def test_a_local_editor_with_a_voice_there_is_a_member_and_reviews_nothing(as_person, site, world):
    give(site, world, "helene", "editor", ScopeKind.TERRITORY, world.territories["brumeval"])
    story = told_story(site, world, "Le récit de Brumeval", "submitted")
    helene = as_person("helene")
    assert "Le récit de Brumeval" not in helene.get("/relecture/")
    helene.get(f"/relecture/{story}", status=404)
    helene.get(f"/espace/recits/{story}")
    helene.post(f"/relecture/{story}/prendre", status=403)
    give(site, world, "autre_helene", "editor", ScopeKind.PROGRAMME, world.programme)
    assert "Le récit de Brumeval" in as_person("autre_helene").get("/relecture/")


def test_a_role_on_one_story_opens_that_story(as_person, site, world):
    one, other = told_story(site, world, "Le premier récit", "submitted"), told_story(site, world, "Le second récit", "submitted")
    give(site, world, "personne", "editor", ScopeKind.STORY, one)
    queue = as_person("personne").get("/relecture/")
    assert "Le premier récit" in queue
    assert "Le second récit" not in queue
    as_person("personne").get(f"/relecture/{other}", status=404)


def test_no_role_anywhere_opens_a_draft(as_person, site, world):
    draft = world.stories["legumerie"]
    for kind, place in (
        (ScopeKind.STORY, draft),
        (ScopeKind.TERRITORY, world.territories["brumeval"]),
        (ScopeKind.PROGRAMME, world.programme),
    ):
        give(site, world, "personne", "editor", kind, place)
    as_person("personne").get(f"/relecture/{draft}", status=404)
    as_person("personne").get(f"/espace/recits/{draft}", status=404)


def test_an_organiser_of_one_programme_manages_its_delegations_alone(as_person, site, world, second_programme, session):
    give(site, world, "personne", "organiser", ScopeKind.PROGRAMME, world.programme)
    with site.writer.begin() as uow:
        foreign = programme.create_delegation(uow, None, second_programme, world.territories["valcendre"])
        foreign_seat = voices.seats_of(uow.session, foreign.id)[0].id
    organiser = as_person("personne")
    page = organiser.get("/configuration/programmes")
    assert "Territoires pilotes" in page
    assert "Un autre programme" not in page
    assert "Nouveau programme" not in page
    organiser.post("/configuration/programmes", {"name": "Le mien", "description": ""}, status=403)
    organiser.get(f"/configuration/programmes/{second_programme}", status=403)
    assert "vaut pour un autre" in organiser.last.text
    organiser.get(f"/configuration/delegations/{foreign.id}", status=403)
    organiser.post(f"/configuration/sieges/{foreign_seat}", {"name": "Paul"}, status=403)

    own = f"/configuration/programmes/{world.programme}"
    assert "Brumeval" in organiser.get(own)
    organiser.post(f"{own}/phases", {"name": "Une phase de plus"})
    delegation = f"/configuration/delegations/{world.delegations['brumeval']}"
    organiser.get(delegation)
    organiser.post(f"/configuration/voix/{world.voices['karim']}/mandat", {"start": "2021-09-01", "end": "2099-01-01"})
    territory = f"/configuration/territoires/{world.territories['valcendre']}"
    page = organiser.get(territory)
    assert delegation.replace(world.delegations["brumeval"], world.delegations["valcendre"]) in page
    assert str(foreign.id) not in page
    assert "Ce qui en est dit" not in page, "a territory is not the programme's to describe"
    organiser.post(territory, {"name": "Autre", "description": "Autre."}, status=403)
    organiser.post(f"{territory}/delegations/{second_programme}", status=403)
    organiser.get("/configuration/personnes", status=403)
    assert session.scalars(select(AuditEntry).where(AuditEntry.verb == "voice.set_mandate")).one().actor_id == world.accounts["personne"]


def test_an_organiser_of_one_programme_invites_to_its_seats_alone(as_person, site, world, second_programme):
    give(site, world, "personne", "organiser", ScopeKind.PROGRAMME, second_programme)
    admin = actor(site, world, "admin")
    with site.writer.begin() as uow:
        here = programme.create_delegation(uow, admin, second_programme, world.territories["valcendre"])
        seat = voices.seats_of(uow.session, here.id)[0].id
        elsewhere = voices.get_or_404(uow.session, voices.Voice, world.voices["karim"], "voice")
        elsewhere.account_id = None
    organiser = as_person("personne")
    organiser.get(f"/configuration/delegations/{here.id}")
    organiser.post(f"/configuration/sieges/{seat}", {"name": "Paule", "email": "paule@exemple.test"})
    organiser.get(f"/configuration/delegations/{here.id}")
    organiser.post(f"/configuration/voix/{world.voices['karim']}/inviter", {"email": "paule@exemple.test"}, status=403)


# — sharing —


def test_sharing_says_who_has_what_and_where_it_comes_from(as_person, site, world):
    story = told_story(site, world, "Le récit de Brumeval", "submitted")
    give(site, world, "karim", "editor", ScopeKind.PROGRAMME, world.programme)
    give(site, world, "personne", "editor", ScopeKind.TERRITORY, world.territories["brumeval"])
    give(site, world, "autre_karim", "editor", ScopeKind.STORY, story)
    give(site, world, "maud", "editor", ScopeKind.TERRITORY, world.territories["valcendre"])
    page = as_person("editrice").get(f"/configuration/partage/recit/{story}")
    rows = {
        name: re.sub(r"<[^>]+>|\s+", " ", row) for name, row in re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', page, re.DOTALL)
    }
    assert set(rows) == {"Editrice", "Karim", "Personne", "Autre_karim"}
    assert "tout le site" in rows["Editrice"]
    assert "Territoires pilotes" in rows["Karim"]
    assert "Pays de Brumeval" in rows["Personne"]
    assert "donné ici" in rows["Autre_karim"]


def test_a_role_is_given_by_address_and_taken_back(as_person, site, world, session):
    path = f"/configuration/partage/territoire/{world.territories['brumeval']}"
    admin, person = as_person("admin"), as_person("personne")
    person.get("/relecture/", status=403)
    admin.get(path)
    admin.post(path, {"email": address("personne").upper(), "role": "editor"})
    assert "Personne" in admin.follow()
    person.get("/relecture/")
    row = session.scalars(select(LocalRole)).one()
    assert (row.given_by, row.role, row.scope_kind) == (world.accounts["admin"], "editor", "territory")
    admin.post(f"{path}/retirer", {"account": world.accounts["personne"], "role": "editor"})
    person.get("/relecture/", status=403)
    session.rollback()
    verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.like("local_role.%")).order_by(AuditEntry.seq)).all()
    assert verbs == ["local_role.give", "local_role.take"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"email": "inconnue@exemple.test", "role": "editor"}, "Personne n’a de compte"),
        ({"email": "", "role": "editor"}, "À remplir"),
        ({"email": "helene@exemple.test", "role": "administrator-x"}, "n’est pas proposé"),
        ({"email": "helene@exemple.test"}, "n’est pas proposé"),
        ({"email": "helene@exemple.test", "role": "\x00"}, "n’est pas proposé"),
    ],
)
def test_what_cannot_be_given_is_said_beside_its_field(as_person, world, session, form, said):
    path = f"/configuration/partage/programme/{world.programme}"
    admin = as_person("admin")
    admin.get(path)
    admin.post(path, form, status=422)
    assert said in admin.last.text
    assert session.scalars(select(LocalRole)).all() == []


def test_addresses_cannot_be_tried_one_after_the_other(as_person, world):
    path = f"/configuration/partage/programme/{world.programme}"
    organiser = as_person("organisation")
    organiser.get(path)
    for number in range(LOOKUPS_PER_ACCOUNT):
        organiser.post(path, {"email": f"inconnue{number}@exemple.test", "role": "organiser"}, status=422)
    organiser.post(path, {"email": address("karim"), "role": "organiser"}, status=422)
    assert "Trop d’adresses essayées" in organiser.last.text


def test_nobody_shares_more_than_what_they_have_there(site, world):
    story = told_story(site, world, "Le récit de Brumeval", "submitted")
    here = Scope(ScopeKind.PROGRAMME, world.programme)
    organiser, editor, admin = (actor(site, world, name) for name in ("organisation", "editrice", "admin"))
    with site.writer.begin() as uow:
        assert [row.key for row in sharing.givable_roles(uow.session, organiser, here)] == ["organiser"]
        assert [row.key for row in sharing.givable_roles(uow.session, editor, Scope(ScopeKind.STORY, story))] == ["editor"]
        assert {"organiser", "editor"} <= {row.key for row in sharing.givable_roles(uow.session, admin, here)}
        with pytest.raises(Invalid):
            sharing.give_local_role(uow, organiser, here, world.accounts["organisation"], "editor")
        with pytest.raises(NotAllowed):
            sharing.give_local_role(uow, editor, here, world.accounts["karim"], "editor")
        with pytest.raises(NotFound):
            sharing.give_local_role(uow, organiser, Scope(ScopeKind.STORY, story), world.accounts["karim"], "editor")
        sharing.give_local_role(uow, admin, here, world.accounts["karim"], "editor")
        with pytest.raises(NotAllowed, match="cannot_take"):
            sharing.take_local_role(uow, organiser, here, world.accounts["karim"], "editor")


def test_anybody_may_lay_their_own_role_down(as_person, site, world):
    give(site, world, "personne", "organiser", ScopeKind.PROGRAMME, world.programme)
    person = as_person("personne")
    path = f"/configuration/partage/programme/{world.programme}"
    person.get(path)
    person.post(f"{path}/retirer", {"account": world.accounts["personne"], "role": "organiser"})
    assert person.last.headers["Location"] == "/espace/"
    person.get(path, status=403)


def test_a_local_role_gives_only_what_can_be_held_locally(site, world):
    admin = actor(site, world, "admin")
    with pytest.raises(Invalid):
        give(site, world, "personne", "administrator", ScopeKind.PROGRAMME, world.programme)
    with site.writer.begin() as uow:  # a role that has grown since it was given here
        row = LocalRole(account_id=world.accounts["personne"], role="administrator", scope_kind="programme", scope_id=world.programme)
        row.given_at, row.given_by = uow.now, admin.account
        uow.session.add(row)
    person = actor(site, world, "personne")
    assert person.permissions == frozenset()
    assert {name for grant in person.grants for name in grant.permissions} == {PROGRAMME_MANAGE}
    assert not person.may_somewhere(STORY_REVIEW)


def test_the_queue_costs_the_same_for_one_story_and_for_five(as_person, site, world):
    give(site, world, "personne", "editor", ScopeKind.PROGRAMME, world.programme)
    editor = as_person("personne")
    counts = []
    for number in range(1, 6):
        told_story(site, world, f"Le récit {number}", "submitted")
        if number in (1, 5):
            editor.get("/relecture/")
            with counted_queries(site.engine) as queries:
                assert f"Le récit {number}" in editor.get("/relecture/")
            counts.append(len(queries))
    assert counts[0] == counts[1], counts


def test_a_right_that_ended_is_not_used_by_a_step_under_way(site, world):
    give(site, world, "personne", "editor", ScopeKind.TERRITORY, world.territories["brumeval"])
    story = told_story(site, world, "Le récit de Brumeval", "submitted")
    place = Scope(ScopeKind.TERRITORY, world.territories["brumeval"])
    with site.writer.begin() as uow:
        sharing.take_local_role(uow, actor(site, world, "admin"), place, world.accounts["personne"], "editor")
    with pytest.raises(NotFound), site.writer.begin() as uow:
        workflow.start_review(uow, actor(site, world, "personne"), story)
