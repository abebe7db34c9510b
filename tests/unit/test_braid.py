"""The braid: well-formed, reproducible, silent about nothing, and without a style attribute whatever is told."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import braid

LABELS = braid.Labels(
    short={"elu": "Élu·e", "col": "Collectivité", "eco": "Socio-éco", "eta": "État"},
    full={"elu": "Élu·e", "col": "Agent·e de la collectivité", "eco": "Opérateur·rice socio-économique", "eta": "Agent·e de l’État"},
    stances={"agree": ("=", "d’accord"), "nuance": ("≈", "nuance"), "disagree": ("≠", "désaccord"), "absent": ("–", "absent·e")},
    tells="raconte",
    missing="Voix manquante\u00a0:",
    missing_many="Voix manquantes\u00a0:",
    unnamed="non dit",
    moment="Moment",
    sentence="{number}. {title} ({date})\u00a0: {voices}",
    separator="\u202f; ",
)
STANCE = st.sampled_from(["", "agree", "nuance", "disagree", "absent"])
TOLD = st.dictionaries(st.sampled_from(braid.KEYS), STANCE)


@st.composite
def moments(draw):
    told = draw(TOLD)
    quiet = [key for key in braid.KEYS if key not in told]
    unnamed = draw(st.sets(st.sampled_from(quiet))) if quiet else set()
    title = draw(st.sampled_from(["Le vote", 'Un <b>titre</b> & "plus"', "L’abandon"]))
    return braid.Moment(
        title, "mai 2022", "2022-05", told, braid.strongest(told.values()), "#m1", unnamed, draw(st.sampled_from(["", "en"]))
    )


STORIES = st.lists(moments(), min_size=1, max_size=20)


def parse(html: str) -> ElementTree.Element:
    """HTML that is also XML: no unclosed element, no bare ampersand, no attribute twice."""
    return ElementTree.fromstring(f"<root>{html}</root>")


def drawings(story: list[braid.Moment]) -> str:
    return (
        braid.across(story, LABELS, title="Une <tresse>", ident="a")
        + braid.down(story, LABELS, label="Une tresse", ident="d")
        + braid.mini([(moment.told, moment.mark) for moment in story], ident="f")
        + braid.table(story, LABELS, caption="Qui raconte")
        + braid.legend(LABELS)
        + braid.unravelled(ident="u")
        + braid.threads()
        + "".join(braid.lane(key) + braid.gap(key) + braid.bead(key, hollow=True) for key in braid.KEYS)
    )


@given(STORIES)
def test_every_story_is_well_formed_and_drawn_the_same_twice(story):
    html = drawings(story)
    root = parse(html)
    assert html == drawings(story)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    used = {element.get("href", "")[1:] for element in root.iter("use")}
    assert used <= set(ids)
    assert not [element for element in root.iter() if element.get("style") or element.tag in ("style", "script")]
    assert "nan" not in html


@given(STORIES)
def test_words_say_what_the_drawing_shows(story):
    rows = list(parse(braid.table(story, LABELS, caption="Qui raconte")).iter("tr"))[1:]
    assert len(rows) == len(story)
    for moment, row in zip(story, rows, strict=True):
        cells = ["".join(cell.itertext()) for cell in row.iter("td")]
        assert cells.count("Voix manquante") == len(moment.missing)
        assert cells.count("Non dit") == len(moment.unnamed)
        assert cells.count("Raconte") == sum(not stance for stance in moment.told.values())
    sentences = braid.describe(story, LABELS)
    assert sentences.count("Voix manquante") == sum(bool(moment.missing) for moment in story)


@given(TOLD, st.permutations(braid.KEYS))
def test_a_knot_reverses_those_who_tell_and_leaves_the_others_in_place(told, order):
    _drawing, after = braid.knot(told, "agree", order, ident="k")
    assert sorted(after) == sorted(order)
    assert [key for key in after if key in told] == [key for key in order if key in told][:: -1 if len(told) > 1 else 1]
    assert [place for place, key in enumerate(after) if key not in told] == [place for place, key in enumerate(order) if key not in told]


def test_a_missing_voice_leaves_a_gap_in_its_strand():
    drawing, _after = braid.knot({"elu": "", "col": "", "eco": ""}, "agree", braid.KEYS, ident="k")
    strand = re.search(r'<g class="s eta"><path id="k3" d="([^"]+)"', drawing)
    assert strand is not None
    assert strand[1].count("m") == 1  # the strand ends and begins again
    assert drawing.count('class="f eta"') == 2
    assert 'class="b eta hollow"' in drawing


@pytest.mark.parametrize(("count", "shown"), [(0, False), (1, True), (7, True), (14, True), (15, False)])
def test_the_horizontal_braid_shows_up_to_fourteen_moments(count, shown):
    moment = braid.Moment("Le vote", "mai 2022", "2022-05", dict.fromkeys(braid.KEYS, ""))
    html = braid.across([moment] * count, LABELS, title="Tresse", ident="a")
    assert bool(html) is shown
    assert not shown or f'class="tresse across n{count}"' in html


def test_words_are_escaped():
    moment = braid.Moment('<script>"&', "mai", "2022-05", {"elu": "disagree"}, "disagree", '#"><i>')
    evil = replace(LABELS, short={key: "<i>" for key in braid.KEYS}, full={key: "<i>" for key in braid.KEYS})
    html = braid.across([moment], evil, title="<i>", ident="a") + braid.down([moment], evil, label="<i>", ident="d")
    html += braid.table([moment], evil, caption="<i>") + braid.legend(evil)
    assert "<script" not in html
    assert "<i>" not in html.replace('<i aria-hidden="true">', "")


@pytest.mark.parametrize(
    ("stances", "mark"),
    [((), "agree"), (("", "absent"), "agree"), (("nuance", "agree"), "nuance"), (("nuance", "disagree", ""), "disagree")],
)
def test_the_strongest_stance_marks_a_moment(stances, mark):
    assert braid.strongest(stances) == mark
