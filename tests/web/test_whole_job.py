"""The main job from end to end by forms alone: four members write and sign, an editor returns and publishes, anybody reads."""

import re

from app.db.models import MailMessage
from app.services.verify import verify_site
from tests.factories import address

TEXTS = {
    "helene": "J’ai voté pour un bâtiment auquel je ne croyais **plus**.",
    "karim": "J’ai rédigé la délibération, et la note qui la déconseillait.",
    "maud": "J’ai appris le vote par le journal, le samedi, sur le marché.",
    "philippe": "J’ai signé l’avis favorable.",
}


def write_and_sign(member, world, name: str, moment: str = "vote") -> str:
    """Adds, saves and signs a passage; returns its path."""
    story = f"/espace/recits/{world.stories['legumerie']}"
    member.get(story)
    member.post(f"{story}/passages", {"moment": world.moments[moment], "voice": world.voices[name]})
    path = member.last.headers["Location"]
    member.get(path)
    member.post(path, {"body": TEXTS[name], "base": "", "prompt": ""})
    sign(member, path)
    return path


def sign(member, path: str) -> None:
    page = member.get(f"{path}/signer")
    hidden = dict(re.findall(r'name="(voice|hash)" value="([^"]*)"', page))
    member.post(f"{path}/signer", hidden)


def test_the_whole_job(as_person, browser, world, session):
    story = f"/espace/recits/{world.stories['legumerie']}"
    paths = {name: write_and_sign(as_person(name), world, name) for name in TEXTS}

    helene = as_person("helene")
    helene.post(f"{story}/proposer")
    assert "proposé à la relecture" in helene.follow()
    to = [row.recipient for row in session.query(MailMessage)]
    assert to == [address("editrice")]

    editor = as_person("editrice")
    assert "La légumerie" in editor.get("/relecture/")
    review = f"/relecture/{world.stories['legumerie']}"
    page = editor.get(review)
    assert all(text.split("**")[0][:20] in page for text in TEXTS.values())
    editor.post(f"{review}/prendre")
    editor.get(review)
    editor.post(f"{review}/rendre", {"reasons": ""}, status=422)
    assert "À remplir" in editor.last.text
    editor.post(f"{review}/rendre", {"reasons": "Dites où cela se passe."})

    assert "Dites où cela se passe." in helene.get(story)
    helene.get(paths["helene"])
    assert "Ce passage est signé" in helene.last.text
    helene.post(f"{paths['helene']}/rouvrir")
    page = helene.get(paths["helene"])
    base = re.search(r'name="base" type="hidden" value="([^"]+)"', page)[1]
    helene.post(paths["helene"], {"body": TEXTS["helene"] + " C’était à Lormeau.", "base": base, "prompt": ""})
    helene.get(story)
    helene.post(f"{story}/proposer", status=409)
    assert re.search(r"n’est pas signé\. <a href=\"#passage-\w+\">[^<]+ \(Élu·e, Helene\)", helene.last.text)
    sign(helene, paths["helene"])
    helene.post(f"{story}/proposer")

    page = editor.get(review)
    assert "Un passage a changé" in page
    assert "<ins>" in page
    editor.post(f"{review}/prendre")
    page = editor.get(review)
    seen = re.search(r'name="hash" value="([0-9a-f]{64})"', page)[1]
    browser.get("/recits/la-legumerie", status=404)
    editor.post(f"{review}/publier", {"hash": seen})

    page = browser.get("/recits/la-legumerie")
    assert browser.last.headers.get("Set-Cookie") is None
    assert "C’était à Lormeau" in page
    assert "<strong>plus</strong>" in page
    assert all(name.capitalize() in page for name in TEXTS)
    assert "La légumerie" in browser.get("/")
    assert "La légumerie" in browser.get("/recits/")
    assert "Le vote" in browser.get("/territoires/pays-de-brumeval")
    assert verify_site(session).faults == ()

    editor.get(review)
    editor.post(f"{review}/depublier", {"reasons": "Une personne s’y reconnaît."})
    assert "n’est plus publié" in browser.get("/recits/la-legumerie", status=410)
    assert "La légumerie" not in browser.get("/recits/")
    assert verify_site(session).faults == ()
