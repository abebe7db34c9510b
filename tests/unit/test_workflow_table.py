"""The story's workflow, state by state, against a table typed by hand and not derived from the kernel's."""

import itertools

import pytest

from app.kernel.access import STORY_REVIEW, Actor, Role, VoiceGrant, capacities_on
from app.kernel.voice import ActorCategory
from app.kernel.workflow import Capacity, StoryState, capacity_for, find_transition, open_transitions

STATES = ("writing", "submitted", "in_review", "changes_requested", "published", "unpublished")
STEPS = ("submit", "reopen", "start_review", "request_changes", "endorse", "publish", "unpublish")

# (state, step) → (who, where it leads); "=" stays where it is; "public" means: only where a version is public.
ARROWS = {
    ("writing", "submit"): ("member", "submitted", ""),
    ("changes_requested", "submit"): ("member", "submitted", ""),
    ("submitted", "reopen"): ("member", "writing", ""),
    ("published", "reopen"): ("member", "writing", ""),
    ("unpublished", "reopen"): ("member", "writing", ""),
    ("submitted", "start_review"): ("editor", "in_review", ""),
    ("in_review", "request_changes"): ("editor", "changes_requested", ""),
    ("in_review", "endorse"): ("editor", "=", ""),
    ("in_review", "publish"): ("editor", "published", ""),
    ("published", "unpublish"): ("editor", "unpublished", "public"),
    ("writing", "unpublish"): ("editor", "=", "public"),
    ("submitted", "unpublish"): ("editor", "=", "public"),
    ("in_review", "unpublish"): ("editor", "=", "public"),
    ("changes_requested", "unpublish"): ("editor", "=", "public"),
}
CAPACITIES = {"none": frozenset(), "member": {Capacity.MEMBER}, "editor": {Capacity.EDITOR}, "both": {Capacity.MEMBER, Capacity.EDITOR}}


def test_there_are_these_states_and_no_others():
    assert {str(state) for state in StoryState} == set(STATES)


@pytest.mark.parametrize(("state", "step"), list(itertools.product(STATES, STEPS)))
def test_a_step_leads_where_the_table_says_or_nowhere(state, step):
    arrow = find_transition(step, StoryState(state))
    if (state, step) not in ARROWS:
        assert arrow is None
        return
    who, target, public = ARROWS[state, step]
    assert arrow is not None
    assert str(arrow.capacity) == who == str(capacity_for(step))
    assert ("=" if arrow.target is None else str(arrow.target)) == target
    assert arrow.needs_public_version == bool(public)
    assert arrow.needs_reasons == (step in ("request_changes", "unpublish"))


@pytest.mark.parametrize(("state", "capacity", "is_public"), list(itertools.product(STATES, CAPACITIES, (False, True))))
def test_a_person_is_offered_the_steps_of_their_capacity_and_no_others(state, capacity, is_public):
    offered = {arrow.name for arrow in open_transitions(StoryState(state), frozenset(CAPACITIES[capacity]), is_public)}
    expected = {
        step
        for (source, step), (who, _target, public) in ARROWS.items()
        if source == state and capacity in (who, "both") and (is_public or not public)
    }
    assert offered == expected


def _actor(*, editor=False, holds=(), serves=()):
    grants = [VoiceGrant(f"v-{name}", name, ActorCategory.LOCAL_AGENT) for name in holds]
    grants += [VoiceGrant(f"v-{name}", name, ActorCategory.LOCAL_AGENT, scribe=True) for name in serves]
    roles = frozenset({Role.EDITOR}) if editor else frozenset()
    return Actor("a", "A", roles, tuple(grants), frozenset({STORY_REVIEW}) if editor else frozenset())


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (_actor(), set()),
        (_actor(holds=["here"]), {"member"}),
        (_actor(serves=["here"]), {"member"}),
        (_actor(holds=["elsewhere"]), set()),
        (_actor(editor=True), {"editor"}),
        (_actor(editor=True, holds=["elsewhere"]), {"editor"}),
        (_actor(editor=True, holds=["here"]), {"member"}),
        # Anybody can be named a scribe without being asked: it gives the member's capacity and takes the editor's only once they have written.
        (_actor(editor=True, serves=["here"]), {"member", "editor"}),
        (_actor(editor=True, holds=["elsewhere", "here"]), {"member"}),
    ],
    ids=["nobody", "holder", "scribe", "foreign", "editor", "editor elsewhere", "editor here", "editor and scribe", "editor in both"],
)
def test_an_editor_with_a_voice_in_the_story_is_not_its_editor(person, expected):
    assert {str(capacity) for capacity in capacities_on(person, frozenset({"here"}))} == expected


def test_the_other_roles_give_no_capacity_on_a_story():
    for role in (Role.ADMINISTRATOR, Role.ORGANISER):
        person = Actor("a", "A", frozenset({role}), (), frozenset({"site.configure", "programme.manage", "account.manage"}))
        assert capacities_on(person, frozenset({"here"})) == frozenset()
