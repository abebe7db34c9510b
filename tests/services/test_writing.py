"""Writing: order, trash, addresses, scribes, signatures bound to words, stances, missing voices, merging, drafts."""

import pytest

from app.db.models import Draft, Story, StoryAddress
from app.kernel.errors import NotAllowed, NotFound, Refused
from app.services import approvals, passages, stories
from app.services.desk import Desk as Rooms
from app.services.markup import prepare_here
from app.services.passages import StaleBase, add_passage, save_passage
from app.services.saving import Conflict, Saved, save_beside_others
from app.services.versions import build_manifest


def test_passages_of_a_moment_stand_together_and_move_within_it(desk):
    vote_1, tour, vote_2 = desk.add("helene"), desk.add("helene", "tour"), desk.add("karim")
    assert desk.order() == [vote_1, vote_2, tour]
    desk.do(passages.move_passage, "karim", vote_2, -1)
    assert desk.order() == [vote_2, vote_1, tour]
    desk.do(passages.move_passage, "karim", vote_2, -1)
    assert desk.order() == [vote_2, vote_1, tour], "at the edge nothing changes"
    desk.do(passages.move_moment, "helene", desk.story, desk.world.moments["tour"], -1)
    assert desk.order() == [tour, vote_2, vote_1]


def test_a_voice_tells_a_moment_once_and_only_for_itself(desk):
    desk.add("helene")
    with pytest.raises(Refused, match="passage_exists"):
        desk.add("helene")
    with pytest.raises(NotAllowed, match="not_your_voice"):
        desk.add("helene", voice="karim")
    with pytest.raises(NotFound):
        desk.add("autre_helene")


def test_trash_gives_everything_back(desk):
    passage = desk.add("helene")
    desk.save("helene", passage, "Des mots.")
    desk.do(passages.delete_passage, "helene", passage)
    assert desk.order() == []
    with pytest.raises(NotFound):
        desk.save("helene", passage, "Autre chose.")
    with pytest.raises(NotAllowed):
        desk.do(passages.restore_passage, "karim", passage)
    desk.do(passages.restore_passage, "helene", passage)
    assert desk.line(passage).revision.body == "Des mots.\n"


def test_a_restored_passage_never_doubles_a_newer_one(desk):
    first = desk.add("helene")
    desk.do(passages.delete_passage, "helene", first)
    desk.add("helene")
    with pytest.raises(Refused, match="passage_exists"):
        desk.do(passages.restore_passage, "helene", first)


def test_a_story_goes_to_the_trash_and_back(desk):
    passage = desk.add("helene")
    desk.do(stories.delete_story, "karim", desk.story)
    with pytest.raises(NotFound):
        desk.add("helene", "tour")
    desk.do(stories.restore_story, "karim", desk.story)
    assert desk.order() == [passage]


def test_a_title_changes_the_address_and_the_old_one_is_never_given_away(desk, session):
    desk.do(stories.edit_story, "helene", desk.story, "Un titre neuf", "")
    session.rollback()
    assert session.get_one(Story, desk.story).slug == "un-titre-neuf"
    assert session.get_one(StoryAddress, "la-legumerie").story_id == desk.story
    with desk.site.writer.begin() as uow:
        other = stories.create_story(uow, desk.who("helene"), desk.world.delegations["brumeval"], "La légumerie")
    assert other.slug == "la-legumerie-2"
    desk.do(stories.edit_story, "helene", desk.story, "La légumerie", "")
    session.rollback()
    assert session.get_one(Story, desk.story).slug == "la-legumerie", "one's own old address may be taken again"


def test_a_scribe_writes_and_never_signs(desk):
    with desk.site.writer.begin() as uow:
        passage = add_passage(uow, desk.who("scribe"), desk.story, desk.world.moments["vote"], desk.world.voices["helene"]).id
    revision = desk.save("scribe", passage, "Ce qu’elle m’a dit.")
    assert revision.gathered_by == "Scribe"
    assert revision.voice_id == desk.world.voices["helene"]
    with pytest.raises(NotAllowed, match="only_holder_signs"):
        desk.do(approvals.sign_passage, "scribe", passage, desk.world.voices["helene"], revision.hash)
    desk.sign("helene", passage)
    assert desk.line(passage).is_signed


def test_any_change_voids_the_signature_and_going_back_revives_it(desk):
    passage = desk.add("helene")
    signed = desk.save("helene", passage, "Les mots signés.")
    desk.sign("helene", passage)
    with pytest.raises(Refused, match="passage_signed"):
        desk.save("helene", passage, "D’autres mots.")
    desk.do(approvals.reopen_passage, "helene", passage)
    assert not desk.line(passage).is_signed
    desk.save("helene", passage, "D’autres mots.")
    assert not desk.line(passage).is_signed
    desk.do(passages.restore_revision, "helene", signed.id, prepare_here(signed.body, lang="fr"))
    assert desk.line(passage).revision.hash == signed.hash
    assert desk.line(passage).is_signed
    desk.do(approvals.revoke_signature, "helene", passage, desk.world.voices["helene"])
    assert not desk.line(passage).is_signed


def test_signing_other_words_than_those_seen_is_refused(desk):
    passage = desk.add("helene")
    seen = desk.save("helene", passage, "Avant.").hash
    desk.save("helene", passage, "Après.")
    with pytest.raises(Refused, match="words_changed"):
        desk.do(approvals.sign_passage, "helene", passage, desk.world.voices["helene"], seen)


def test_a_shared_passage_is_signed_by_every_voice_that_tells(desk):
    for name in ("helene", "karim"):
        desk.add(name)
    shared = desk.add("helene", voice=None)
    desk.save("karim", shared, "Ce que nous disons tous.")
    desk.sign("helene", shared)
    assert not desk.line(shared).is_signed
    assert desk.line(shared).waits_for == {desk.world.voices["karim"]}
    desk.sign("karim", shared)
    assert desk.line(shared).is_signed
    desk.do(approvals.revoke_signature, "karim", shared, desk.world.voices["karim"])
    assert not desk.line(shared).is_signed


def test_nobody_writes_in_anothers_passage(desk):
    passage = desk.add("helene")
    for name in ("karim", "editrice", "admin", "personne", "autre_helene"):
        with pytest.raises((NotAllowed, NotFound)):
            desk.save(name, passage, "À ta place.")


def test_stances_and_missing_voices_stand_in_the_manifest(desk, session):
    passage = desk.add("helene")
    desk.save("helene", passage, "Des mots.")
    world = desk.world
    desk.do(approvals.set_stance, "karim", world.moments["vote"], world.voices["karim"], "disagree", "Je n’y étais pas.")
    desk.do(approvals.state_missing_voice, "helene", desk.story, world.moments["vote"], "state_agent", "Le poste était vacant.")
    session.rollback()
    manifest = build_manifest(session, session.get_one(Story, desk.story))
    assert [(pin.voice, pin.stance, pin.note) for pin in manifest.stances] == [(world.voices["karim"], "disagree", "Je n’y étais pas.")]
    assert [(pin.category, pin.reason) for pin in manifest.missing] == [("state_agent", "Le poste était vacant.")]
    with pytest.raises(NotAllowed, match="only_holder_stands"):
        desk.do(approvals.set_stance, "helene", world.moments["vote"], world.voices["karim"], "agree", "")
    with pytest.raises(NotFound):
        desk.do(approvals.set_stance, "helene", world.moments["autre_vote"], world.voices["helene"], "agree", "")


def beside(desk, name, passage, body, base):
    with desk.site.writer.begin() as uow:
        snapshot = desk.site.snapshots.current(uow.session)
    return save_beside_others(Rooms(desk.site.writer, snapshot, desk.site.live), desk.who(name), passage, body, None, base, "fr")


def test_saving_on_an_old_base_is_merged_or_shown_and_nothing_is_lost(desk, session):
    shared = desk.add("helene", voice=None)
    base = desk.save("helene", shared, "Un.\n\nDeux.").id
    desk.save("karim", shared, "Un, dit Karim.\n\nDeux.")
    with desk.site.writer.begin() as uow:
        assert isinstance(save_passage(uow, desk.who("helene"), shared, prepare_here("x", lang="fr"), None, base), StaleBase)
    merged = beside(desk, "helene", shared, "Un.\n\nDeux, dit Hélène.", base)
    assert isinstance(merged, Saved)
    assert merged.merged
    assert desk.line(shared).revision.body == "Un, dit Karim.\n\nDeux, dit Hélène.\n"

    clash = beside(desk, "maud", shared, "Un, dit Maud.\n\nDeux.", base)
    assert isinstance(clash, Conflict)
    assert "Un, dit Karim." in clash.proposal
    assert "Un, dit Maud." in clash.proposal
    assert desk.line(shared).revision.body == "Un, dit Karim.\n\nDeux, dit Hélène.\n", "nothing was overwritten"
    session.rollback()
    assert session.get_one(Draft, (desk.world.accounts["maud"], shared)).body == "Un, dit Maud.\n\nDeux."


def test_an_unknown_or_foreign_base_keeps_both_texts(desk):
    one, other = desk.add("helene", voice=None), desk.add("helene", "tour", voice=None)
    foreign = desk.save("helene", other, "Ailleurs.").id
    desk.save("helene", one, "Ici.")
    result = beside(desk, "karim", one, "Et là.", foreign)
    assert isinstance(result, Saved)
    assert desk.line(one).revision.body == "Ici.\n\nEt là.\n"


def test_a_draft_is_its_writers_alone_and_ends_when_saved(desk, session):
    shared = desk.add("helene", voice=None)
    desk.do(passages.keep_draft, "helene", shared, "Pas encore.", "", None)
    session.rollback()
    assert session.get(Draft, (desk.world.accounts["karim"], shared)) is None
    desk.save("karim", shared, "De Karim.")
    session.rollback()
    assert session.get_one(Draft, (desk.world.accounts["helene"], shared)).body == "Pas encore."
    desk.save("helene", shared, "De nous deux.")
    session.rollback()
    assert session.get(Draft, (desk.world.accounts["helene"], shared)) is None
    with pytest.raises(NotAllowed):
        desk.do(passages.keep_draft, "karim", desk.add("helene", "tour"), "À ta place.", "", None)
