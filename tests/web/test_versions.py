"""The versions of a passage: one is shown as it stands, several are compared."""

import re


def test_one_version_is_shown_and_two_are_compared(as_person, world):
    helene = as_person("helene")
    story = f"/espace/recits/{world.stories['legumerie']}"
    helene.get(story)
    helene.post(f"{story}/passages", {"moment": world.moments["vote"], "voice": world.voices["helene"]})
    passage = helene.last.headers["Location"]
    helene.get(passage)
    helene.post(passage, {"body": "Un premier texte.", "base": "", "prompt": ""})
    page = helene.get(f"{passage}/versions")
    assert "Un premier texte." in page
    assert "<ins>" not in page
    assert 'name="avant"' not in page

    base = re.search(r'name="base" type="hidden" value="([^"]+)"', helene.get(passage))[1]
    helene.post(passage, {"body": "Un second texte.", "base": base, "prompt": ""})
    page = helene.get(f"{passage}/versions")
    assert "<del>premier</del>" in page
    assert "<ins>second</ins>" in page
    assert 'name="avant"' in page
