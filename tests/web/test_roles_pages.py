"""The pages of roles: the table is saved as it is ticked, a role is made, named, given, and the names follow the reader's language."""

import re
from pathlib import Path

import pytest

from app.kernel.access import CORE_PERMISSIONS
from app.web.access_words import PERMISSIONS

PAGE = "/configuration/roles"


def ticked(page: str) -> list[str]:
    return [value for value, checked in re.findall(r'name="grant" value="([^"]+)"( checked)?>', page) if checked]


def seen(page: str) -> str:
    return re.search(r'name="seen" value="([^"]+)"', page)[1]


def test_the_table_shows_what_is_given_and_saves_what_is_ticked(as_person):
    admin, organiser = as_person("admin"), as_person("organisation")
    page = admin.get(PAGE)
    assert "editor|story.review" in ticked(page)
    assert "editor|account.manage" not in ticked(page)
    organiser.get("/relecture/", status=403)
    admin.post(PAGE, {"grant": [*ticked(page), "organiser|story.review"], "seen": seen(page)})
    assert "Droits donnés : 1 ; droits retirés : 0" in admin.follow().replace("\u202f", " ").replace("\u00a0", " ")
    organiser.get("/relecture/")
    page = admin.get(PAGE)
    admin.post(PAGE, {"grant": [value for value in ticked(page) if value != "organiser|story.review"], "seen": seen(page)})
    organiser.get("/relecture/", status=403)


def test_every_permission_of_the_core_has_words_and_stands_on_the_page_of_the_documentation():
    page = (Path(__file__).parents[2] / "docs" / "roles.md").read_text(encoding="utf-8")
    assert set(PERMISSIONS) == set(CORE_PERMISSIONS)
    assert [name for name in CORE_PERMISSIONS if f"`{name}`" not in page] == []


def test_nobody_locks_the_house_from_inside(as_person):
    admin = as_person("admin")
    page = admin.get(PAGE)
    admin.post(PAGE, {"grant": [value for value in ticked(page) if value != "administrator|role.manage"], "seen": seen(page)}, status=409)
    assert "dernière personne" in admin.last.text
    assert ticked(admin.get(PAGE)) == ticked(page)


@pytest.mark.parametrize("grant", ["editor|god", "god|story.review", "editor", "|", "\x00|\x00", "editor|story.review|x"])
def test_a_box_that_was_not_on_the_page_changes_nothing(as_person, grant):
    admin = as_person("admin")
    page = admin.get(PAGE)
    admin.post(PAGE, {"grant": [*ticked(page), grant], "seen": seen(page)}, status=422)
    assert ticked(admin.get(PAGE)) == ticked(page)


def test_a_role_is_made_named_given_and_put_away(as_person, world):
    admin = as_person("admin")
    admin.get(PAGE)
    admin.post(f"{PAGE}/nouveau", {"title": "  ", "description": ""}, status=422)
    assert "À remplir" in admin.last.text
    admin.get(PAGE)
    admin.post(f"{PAGE}/nouveau", {"title": "Animation <b>", "description": "Anime."})
    own = str(admin.last.headers["Location"])
    key = own.rsplit("/", 1)[1]
    assert "Animation &lt;b&gt;" in admin.follow()
    admin.post(own, {"title": "Animation des ateliers", "description": "Anime les ateliers."})
    page = admin.get(PAGE)
    admin.post(PAGE, {"grant": [*ticked(page), f"{key}|story.review"], "seen": seen(page)})
    person = f"/configuration/personnes/{world.accounts['personne']}"
    assert "Animation des ateliers" in admin.get(person)
    admin.post(f"{person}/roles", {"roles": key})
    assert "Personne" in admin.get(own)
    as_person("personne").get("/relecture/")
    admin.post(f"{own}/archiver", status=409)
    assert "Personne" in admin.last.text
    admin.get(person)
    admin.post(f"{person}/roles", {})
    admin.get(own)
    admin.post(f"{own}/archiver")
    assert "archivé" in admin.follow()
    assert "Animation des ateliers" not in admin.get(person)
    admin.get(PAGE)
    admin.post(f"{own}/reprendre")
    assert "Animation des ateliers" in admin.get(person)


def test_a_builtin_role_is_named_in_the_reader_s_language_until_it_has_a_name(as_person):
    admin = as_person("admin")
    assert ">relecture<" in admin.get(PAGE)
    assert ">reviewer<" in admin.get(f"/en{PAGE}")
    admin.post(f"{PAGE}/editor", {"title": "Comité de lecture", "description": ""})
    assert "Comité de lecture" in admin.get(PAGE)
    assert '<span lang="fr">Comité de lecture</span>' in admin.get(f"/en{PAGE}")
    admin.post(f"{PAGE}/editor", {"title": "", "description": ""})
    assert ">relecture<" in admin.get(PAGE)


def test_people_are_invited_to_a_role_of_the_site(as_person):
    admin = as_person("admin")
    admin.get(PAGE)
    admin.post(f"{PAGE}/nouveau", {"title": "Animation", "description": ""})
    page = admin.get("/configuration/personnes")
    assert 'value="animation"' in page
    admin.post("/configuration/personnes", {"name": "Une", "email": "une@exemple.test", "role": "animation"})
    admin.get(f"{PAGE}/animation")
    admin.post(f"{PAGE}/animation/archiver", status=409)
    assert "Une" in admin.last.text
