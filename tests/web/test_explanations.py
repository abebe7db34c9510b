"""« Qui peut quoi »: what the page answers is what the routes really do, for each person of the role matrix and each item; and its reasons are true."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.db.models import PassageRevision, Story
from app.kernel.access import Actor, Scope, ScopeKind
from app.kernel.decision import Decision
from app.kernel.errors import NotAllowed, NotFound
from app.services import restrictions, sharing, voices
from app.services.access import load_actor
from app.services.explain import MODELS, explain, voice_to_sign_with
from tests.factories import World, actor
from tests.web.matrix import COOKIE, PEOPLE, ROLES, Stage, open_stage, read_table


@pytest.fixture(scope="module")
def stage(_template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(_template, tmp_path_factory.mktemp("explanations")) as made:
        yield made


@pytest.fixture(scope="module")
def world_of(_template: tuple[Path, World]) -> World:
    return _template[1]


@dataclass(frozen=True)
class Route:
    """How a verb is asked for: `{id}` is the item's."""

    method: str
    path: str
    form: dict[str, str] = field(default_factory=dict)


STORY_ROUTES = {
    "read_public": Route("GET", "/recits/{slug}"),
    "open_desk": Route("GET", "/espace/recits/{id}"),
    "open_review": Route("GET", "/relecture/{id}"),
    "comment": Route("POST", "/relecture/{id}/commentaires", {"body": "Un mot."}),
    "edit": Route("POST", "/espace/recits/{id}/titre", {"title": "Un autre titre", "standfirst": "", "format": "recit-croise"}),
    "reopen": Route("POST", "/espace/recits/{id}/rouvrir"),
    "start_review": Route("POST", "/relecture/{id}/prendre"),
    "request_changes": Route("POST", "/relecture/{id}/rendre", {"reasons": "Dites où."}),
    "publish": Route("POST", "/relecture/{id}/publier", {"hash": "{hash}"}),
    "unpublish": Route("POST", "/relecture/{id}/depublier", {"reasons": "Une erreur."}),
    "submit": Route("POST", "/espace/recits/{id}/proposer"),
    "delete": Route("POST", "/espace/recits/{id}/corbeille"),
    "share": Route("GET", "/configuration/partage/recit/{id}"),
}
PASSAGE_ROUTES = {
    "open": Route("GET", "/espace/passages/{id}"),
    "write": Route("POST", "/espace/passages/{id}", {"body": "Autre chose.", "base": "{base}", "prompt": ""}),
    "sign": Route("POST", "/espace/passages/{id}/signer", {"voice": "{voice}", "hash": "{hash}"}),
    "reopen_passage": Route("POST", "/espace/passages/{id}/rouvrir"),
    "delete": Route("POST", "/espace/passages/{id}/corbeille"),
}
MOMENT_ROUTES = {
    "open": Route("GET", "/espace/moments/{id}"),
    "edit": Route("POST", "/espace/moments/{id}", {"title": "Un jour", "date": "mai 2022"}),
    "delete": Route("POST", "/espace/moments/{id}/corbeille"),
}
IMAGE_ROUTES = {"see": Route("GET", "/media/{hash}/480.webp"), "delete": Route("POST", "/espace/images/{id}/corbeille")}
PROGRAMME_ROUTES = {
    "open": Route("GET", "/configuration/programmes/{id}"),
    "edit": Route("POST", "/configuration/programmes/{id}", {"name": "Un nom", "description": ""}),
    "share": Route("GET", "/configuration/partage/programme/{id}"),
}
TERRITORY_ROUTES = {
    "read_public": Route("GET", "/territoires/pays-de-brumeval"),
    "open": Route("GET", "/configuration/territoires/{id}"),
    "edit": Route("POST", "/configuration/territoires/{id}", {"name": "Un nom", "description": "Là."}),
    "share": Route("GET", "/configuration/partage/territoire/{id}"),
}
PAGE_ROUTES = {"open": Route("GET", "/configuration/pages/{id}")}

CASES = [
    *(("story", place, STORY_ROUTES) for place in ("writing", "ready", "submitted", "in_review", "published", "withdrawn", "trashed")),
    *(("passage", place, PASSAGE_ROUTES) for place in ("passage", "signed", "shared", "submitted.passage", "trashed.passage")),
    *(("moment", place, MOMENT_ROUTES) for place in ("vote", "untold", "trashed.moment")),
    ("image", "image", IMAGE_ROUTES),
    ("image", "old_image", {"delete": IMAGE_ROUTES["delete"]}),
    ("programme", "programme", PROGRAMME_ROUTES),
    ("territory", "territory", TERRITORY_ROUTES),
    ("page", "page", PAGE_ROUTES),
]


def person(stage: Stage, session: Session, world: World, role: str) -> Actor | None:
    """Reads somebody as the site does now."""
    if role == "anon":
        return None
    site = stage.site
    found = load_actor(session, world.accounts[PEOPLE[role]], site.clock.today(), site.snapshots.current(session))
    assert found is not None
    return found


def send(stage: Stage, role: str, route: Route, facts: dict[str, str]) -> TestResponse:
    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], ""), text)

    client = stage.app.test_client(use_cookies=False)
    headers = {"Cookie": f"{COOKIE}={stage.cookies[role]}"}
    if route.method == "GET":
        return client.get(filled(route.path), headers=headers, buffered=True)
    form = {name: filled(value) for name, value in route.form.items()}
    return client.post(filled(route.path), data={**form, "csrf_token": stage.tokens[role]}, headers=headers)


def expected(decision: Decision) -> set[int]:
    """What a route answers when it acts on a decision."""
    if decision.allowed:
        return {200, 303}
    if decision.because == "not_signed_in":
        return {404} if isinstance(decision.refusal, NotFound) else {302, 303, 401}
    if decision.because == "unpublished":
        return {410}
    if isinstance(decision.refusal, NotFound):
        return {404}
    return {403} if isinstance(decision.refusal, NotAllowed) else {409}


def facts_of(stage: Stage, session: Session, who: Actor | None, kind: str, item) -> dict[str, str]:
    """What the forms of an item's routes carry."""
    facts = {"id": item.id}
    if kind == "story":
        facts["slug"] = item.slug
        name = next((name for name in ("submitted", "in_review", "published") if stage.ids[name] == item.id), "")
        facts["hash"] = stage.ids.get(f"{name}.hash", "0" * 64)
    if kind == "image":
        facts["hash"] = item.hash
    if kind == "passage":
        facts["voice"] = (voice_to_sign_with(session, who, item) if who is not None else None) or ""
        facts["base"] = item.revision_id or ""
        facts["hash"] = session.get_one(PassageRevision, item.revision_id).hash if item.revision_id else ""
    return facts


def compared(stage: Stage, world: World, kind: str, item_id: str, routes: dict[str, Route], role: str) -> list[str]:
    """Asks every verb on the page's service and on its route; returns where they differ."""
    wrong = []
    with Session(stage.site.engine) as session:
        item = session.get_one(MODELS[kind], item_id)
        who = person(stage, session, world, role)
        answers = {
            answer.verb: answer.decision
            for answer in explain(session, who, kind, item, stage.site.clock.today(), stage.site.snapshots.current(session))
        }
        facts = facts_of(stage, session, who, kind, item)
    assert set(routes) <= set(answers)
    for verb, route in routes.items():
        answer = send(stage, role, route, facts)
        if route.method == "POST":
            stage.back()
        if answer.status_code not in expected(answers[verb]):
            said = "yes" if answers[verb].allowed else "no"
            wrong.append(f"{role} {verb}: explained {said}, {answers[verb].because}; answered {answer.status_code}")
    return wrong


@pytest.mark.parametrize(("kind", "place", "routes"), CASES, ids=[f"{kind} {place}" for kind, place, _routes in CASES])
def test_the_explanation_is_what_the_routes_do(stage: Stage, world_of: World, kind: str, place: str, routes: dict[str, Route]):
    wrong = []
    for role in ROLES:
        wrong += compared(stage, world_of, kind, stage.ids[place], routes, role)
    assert wrong == []


def test_it_follows_local_roles_ended_mandates_and_restrictions(stage: Stage, world_of: World):
    """The same comparison once the world has moved: an editor of one territory, a voice that left, a hidden story, a closed access."""
    site = stage.site
    admin = actor(site, world_of, "admin")
    with site.writer.begin() as uow:
        for kind, place in ((ScopeKind.TERRITORY, world_of.territories["brumeval"]), (ScopeKind.STORY, stage.ids["submitted"])):
            sharing.give_local_role(uow, admin, Scope(kind, place), world_of.accounts["personne"], "editor")
        sharing.give_local_role(uow, admin, Scope(ScopeKind.PROGRAMME, world_of.programme), world_of.accounts["autre_helene"], "organiser")
        voices.set_mandate(uow, admin, world_of.voices["karim"], voices.Mandate(None, uow.today.replace(year=uow.today.year - 1)))
        restrictions.restrict(uow, admin, "core", "story", stage.ids["published"], "essai", "Pour voir.")
    stage.keep_again()
    wrong = []
    for kind, place, routes in CASES:
        for role in ("anon", "member", "peer", "foreign", "nobody", "editor", "admin"):
            wrong += compared(stage, world_of, kind, stage.ids[place], routes, role)
    assert wrong == []


# — the page —


SPACES = {ord(space): " " for space in "\u00a0\u202f"}


def page_for(browser, item: str, who: str = "public") -> str:
    text = browser.get(f"/configuration/qui-peut-quoi/{item}?personne={who}")
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>.*?</i>(oui|non)</span></td><td[^>]*>(.*?)</td></tr>', text, re.DOTALL)
    assert rows
    return "\n".join(re.sub(r"<[^>]+>", "", f"{verb}: {answer}. {reason}") for verb, answer, reason in rows).translate(SPACES)


def test_the_page_says_which_role_given_where(as_person, site, world):
    admin = as_person("admin")
    territory, story = world.territories["brumeval"], world.stories["legumerie"]
    with site.writer.begin() as uow:
        place = Scope(ScopeKind.TERRITORY, territory)
        sharing.give_local_role(uow, actor(site, world, "admin"), place, world.accounts["personne"], "organiser")
    said = page_for(admin, f"territoire/{territory}", world.accounts["personne"])
    assert "Modifier: oui. Le rôle « organisation », donné pour Pays de Brumeval, permet « Gérer les programmes »." in said
    said = page_for(admin, f"territoire/{world.territories['valcendre']}", world.accounts["personne"])
    assert "Modifier: non. Son rôle donne « Gérer les programmes » ailleurs, pas ici." in said
    said = page_for(admin, f"recit/{story}", world.accounts["helene"])
    assert "Modifier: oui. Tient la voix « Élu·e » (mandat depuis le 1er septembre 2021)." in said
    said = page_for(admin, f"recit/{story}", world.accounts["scribe"])
    assert "Modifier: oui. Écrit pour la voix « Élu·e »" in said
    said = page_for(admin, f"recit/{story}", world.accounts["editrice"])
    assert "Ouvrir la page de relecture: non. Le récit n’a jamais été proposé à la relecture" in said
    said = page_for(admin, f"recit/{story}")
    assert "Lire la page publique: non. Ce n’est pas publié et ne l’a jamais été." in said
    assert "Modifier: non. Il faut se connecter." in said


def test_the_page_says_what_hides_a_story(stage: Stage, as_person, site, world):
    with site.writer.begin() as uow:
        story = uow.session.get_one(Story, world.stories["legumerie"])
        story.first_published_at = uow.now
        restrictions.restrict(uow, None, "electoral", "story", story.id, "periode", "Période électorale.")
    said = page_for(as_person("admin"), f"recit/{world.stories['legumerie']}")
    assert "Lire la page publique: non. Caché au public : Période électorale. (electoral)" in said


def test_an_administrator_reads_the_reasons_and_not_the_draft(as_person, world):
    page = as_person("admin").get(f"/configuration/qui-peut-quoi/recit/{world.stories['legumerie']}")
    assert "La légumerie" not in page
    assert "un récit non public de" in page


def test_somebody_unknown_is_not_found(as_person, world):
    path = f"/configuration/qui-peut-quoi/recit/{world.stories['legumerie']}?personne="
    for who in ("0" * 20, "x", "%00", "' OR 1"):
        as_person("admin").get(path + who, status=404)


def test_an_editor_is_not_told_who_speaks_behind_a_voice(stage: Stage):
    """The page offers an editor those who have a role, not the members of the delegation."""
    line = next(line for line in read_table() if line.case == "" and "qui-peut-quoi" in line.rule)
    page = stage.ask(line, "editor").text
    options = re.findall(r'<option value="[^"]+"[^>]*>([^<]+)</option>', page)
    assert "Editrice" in options
    assert not {"Helene", "Karim", "Maud", "Philippe", "Scribe"} & set(options)
    assert {"Helene", "Karim"} <= set(re.findall(r'<option value="[^"]+"[^>]*>([^<]+)</option>', stage.ask(line, "admin").text))
