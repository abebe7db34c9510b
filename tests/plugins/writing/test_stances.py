"""Stances: reached in one step from the text that one writes, and one is back at the text after."""

from app.db.models import Passage, Stance


def test_a_stance_is_said_from_the_text_that_one_writes(as_person, tell, world, session):
    story = tell({"vote": ("helene", "karim")})
    mine = session.query(Passage).filter_by(story_id=story, voice_id=world.voices["helene"]).one().id
    helene = as_person("helene")
    helene.post(f"/espace/passages/{mine}/rouvrir")
    address = f"/espace/moments/{world.moments['vote']}/position/{world.voices['helene']}?passage={mine}"
    assert f'href="{address}">Votre position sur ce moment' in helene.get(f"/espace/passages/{mine}")
    helene.get(address)
    helene.post(address, {"stance": "disagree", "note": "Pas ainsi."})
    assert helene.last.headers["Location"] == f"/espace/passages/{mine}"
    assert "≠ désaccord" in helene.follow()
    session.rollback()
    assert session.query(Stance).one().stance == "disagree"


def test_another_delegations_passage_leads_nowhere(as_person, world):
    helene = as_person("helene")
    address = f"/espace/moments/{world.moments['vote']}/position/{world.voices['helene']}"
    helene.get(address)
    helene.post(f"{address}?passage={'0' * 20}", {"stance": "agree", "note": ""})
    assert helene.last.headers["Location"] == f"/espace/delegations/{world.delegations['brumeval']}/parcours"
