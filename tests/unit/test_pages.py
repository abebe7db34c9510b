"""The rules of pages: the workflow's table, paths, and what a link leads to."""

import pytest

from app.kernel.access import PAGE_EDIT, PAGE_PUBLISH
from app.kernel.links import Target, TargetKind, site_path, target_of
from app.kernel.pages import (
    PAGE_TRANSITIONS,
    PageState,
    child_path,
    depth,
    first_segment,
    open_page_transitions,
    page_transition,
    parent_paths,
    state_after_edit,
)

BOTH = frozenset({PAGE_EDIT, PAGE_PUBLISH})


def names(state: PageState, permissions: frozenset[str] = BOTH, public: bool = False) -> set[str]:
    return {arrow.name for arrow in open_page_transitions(state, permissions, public)}


def test_the_steps_from_each_state():
    assert names(PageState.PRIVATE) == {"propose", "publish"}
    assert names(PageState.PRIVATE, public=True) == {"propose", "publish", "unpublish"}
    assert names(PageState.PROPOSED) == {"take_back", "publish"}
    assert names(PageState.PUBLISHED, public=True) == {"unpublish"}
    assert names(PageState.UNPUBLISHED) == {"propose", "publish"}


def test_who_only_writes_never_changes_what_is_public():
    for state in PageState:
        for public in (False, True):
            assert names(state, frozenset({PAGE_EDIT}), public) <= {"propose", "take_back"}
            assert names(state, frozenset(), public) == set()


def test_every_transition_has_one_line_and_every_state_a_way_out():
    assert len({arrow.name for arrow in PAGE_TRANSITIONS}) == len(PAGE_TRANSITIONS)
    assert {state for arrow in PAGE_TRANSITIONS for state in arrow.sources} == set(PageState)
    assert page_transition("unpublish").permission == PAGE_PUBLISH


@pytest.mark.parametrize("state", list(PageState))
def test_saving_the_public_words_again_is_being_published_again(state):
    assert state_after_edit(state, same_as_public=True) is PageState.PUBLISHED
    after = state_after_edit(state, same_as_public=False)
    assert after is (PageState.PROPOSED if state is PageState.PROPOSED else PageState.PRIVATE)


def test_paths():
    assert child_path("", "methode") == "/methode"
    assert child_path("/methode", "charte") == "/methode/charte"
    assert parent_paths("/a/b/c") == ("/a", "/a/b")
    assert parent_paths("/a") == ()
    assert [depth(path) for path in ("", "/a", "/a/b")] == [0, 1, 2]
    assert first_segment("/methode/charte") == "methode"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/recits/la-halle", Target(TargetKind.STORY, "la-halle")),
        ("/recits/la-halle/en-regard#m2", Target(TargetKind.STORY, "la-halle")),
        ("/en/recits/la-halle", Target(TargetKind.STORY, "la-halle")),
        ("/recits/", Target(TargetKind.PATH, "/recits")),
        ("/territoires/brumeval", Target(TargetKind.TERRITORY, "brumeval")),
        ("/methode/charte?x=1#y", Target(TargetKind.PATH, "/methode/charte")),
        ("/en/methode", Target(TargetKind.PATH, "/methode")),
        ("/entraide", Target(TargetKind.PATH, "/entraide")),
        ("/", Target(TargetKind.PATH, "/")),
        ("https://exemple.fr/x", Target(TargetKind.EXTERNAL, "https://exemple.fr/x")),
        ("#plus-bas", None),
        ("mailto:une@exemple.test", None),
        ("tel:+33123456789", None),
    ],
)
def test_what_a_link_leads_to(address, target):
    assert target_of(address) == target


def test_a_path_is_one_whatever_stands_behind_it():
    assert {site_path(address) for address in ("/methode", "/methode/", "/methode?a", "/methode#b", "/en/methode/")} == {"/methode"}
