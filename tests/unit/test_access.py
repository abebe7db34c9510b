"""The rules of access, pure: what a role gives on the whole site, what it gives somewhere, and that nobody reviews their own words."""

import itertools

import pytest

from app.kernel.access import (
    ACCOUNT_MANAGE,
    CORE_PERMISSIONS,
    GUARDED,
    KEYS,
    LOCAL_PERMISSIONS,
    PROGRAMME_MANAGE,
    ROLE_MANAGE,
    STORY_REVIEW,
    Actor,
    RoleGrant,
    Scope,
    ScopeKind,
    VoiceGrant,
    capacities_on,
    unguarded,
)
from app.kernel.voice import ActorCategory
from app.kernel.workflow import Capacity

HERE, THERE = Scope(ScopeKind.TERRITORY, "ici"), Scope(ScopeKind.TERRITORY, "ailleurs")
REVIEWS = frozenset({STORY_REVIEW})


def person(*grants: RoleGrant, **more: object) -> Actor:
    on_site = frozenset(name for grant in grants if grant.scope is None for name in grant.permissions)
    return Actor("compte", "Nom", grants=grants, permissions=on_site, **more)


def test_a_role_of_the_whole_site_holds_everywhere():
    editor = person(RoleGrant("editor", REVIEWS))
    assert editor.may(STORY_REVIEW)
    assert editor.may_somewhere(STORY_REVIEW)
    assert editor.may_on(STORY_REVIEW, {HERE})
    assert editor.may_on(STORY_REVIEW, ())


def test_a_local_role_holds_where_it_is_given_and_nowhere_else():
    editor = person(RoleGrant("editor", REVIEWS, HERE))
    assert not editor.may(STORY_REVIEW)
    assert editor.may_somewhere(STORY_REVIEW)
    assert editor.may_on(STORY_REVIEW, {HERE, Scope(ScopeKind.STORY, "un récit")})
    assert not editor.may_on(STORY_REVIEW, {THERE})
    assert not editor.may_on(STORY_REVIEW, {Scope(ScopeKind.PROGRAMME, HERE.id)}), "the same id of another kind is another place"
    assert not editor.may_on(STORY_REVIEW, ())
    assert not editor.may_on(PROGRAMME_MANAGE, {HERE})
    assert editor.scopes_of(STORY_REVIEW) == {HERE}


def test_the_reason_given_is_the_role_of_the_whole_site_before_the_local_one():
    local, on_site = RoleGrant("ici", REVIEWS, HERE), RoleGrant("editor", REVIEWS)
    for order in itertools.permutations((local, on_site)):
        assert person(*order).grant_on(STORY_REVIEW, {HERE}) == on_site
    assert person(local).grant_on(STORY_REVIEW, {HERE}) == local
    assert person(local).grant_on(STORY_REVIEW, {THERE}) is None


@pytest.mark.parametrize("place", [(), (HERE,), (THERE,)])
def test_may_on_and_the_grant_that_explains_it_agree(place):
    for held in itertools.chain.from_iterable(itertools.combinations((None, HERE, THERE), size) for size in range(4)):
        actor = person(*(RoleGrant("r", REVIEWS, scope) for scope in held))
        assert actor.may_on(STORY_REVIEW, place) == (actor.grant_on(STORY_REVIEW, place) is not None)


def test_a_local_editor_reviews_there_and_never_their_own_words():
    editor = RoleGrant("editor", REVIEWS, HERE)
    told = frozenset({"d"})
    assert capacities_on(person(editor), told, scopes=frozenset({HERE})) == {Capacity.EDITOR}
    assert capacities_on(person(editor), told, scopes=frozenset({THERE})) == frozenset()
    assert capacities_on(person(editor, held=told), told, scopes=frozenset({HERE})) == frozenset()
    assert capacities_on(person(editor), told, scopes=frozenset({HERE}), wrote=True) == frozenset()
    voice = VoiceGrant("v", "d", ActorCategory.STATE_AGENT)
    assert capacities_on(person(editor, voices=(voice,), held=told), told, scopes=frozenset({HERE})) == {Capacity.MEMBER}


def test_guarded_permissions_are_given_by_those_who_have_them():
    manager = person(RoleGrant("accueil", frozenset({ACCOUNT_MANAGE})))
    assert unguarded({STORY_REVIEW, PROGRAMME_MANAGE, ACCOUNT_MANAGE}, manager) == frozenset()
    assert unguarded({ROLE_MANAGE, STORY_REVIEW}, manager) == {ROLE_MANAGE}


def test_what_is_held_locally_never_opens_the_house():
    for permissions in LOCAL_PERMISSIONS.values():
        assert not permissions & GUARDED
        assert permissions <= set(CORE_PERMISSIONS)
    assert KEYS <= GUARDED <= set(CORE_PERMISSIONS)
