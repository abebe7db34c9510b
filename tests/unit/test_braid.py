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
    also="Aussi\u00a0:",
    part="{title}, partie {number} sur {all}",
    phases="Phases du parcours",
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
        title,
        "mai 2022",
        "2022-05",
        told,
        braid.strongest(told.values()),
        "#m1",
        unnamed,
        draw(st.sampled_from(["", "en"])),
        also=draw(st.sampled_from([(), (("Une <voisine>", "fr"),)])),
        phase=draw(st.sampled_from(["", "Diagnostic", "Tronc & commun"])),
        phase_href=draw(st.sampled_from(["", "/phase?a=1&b=2"])),
        tellings=draw(st.sampled_from([(), (braid.Link("Un <récit>", "/recits/un#m1", "fr"),)])),
    )


STORIES = st.lists(moments(), min_size=1, max_size=40)


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


@pytest.mark.parametrize(("count", "rows"), [(0, []), (1, [1]), (14, [14]), (15, [8, 7]), (29, [10, 10, 9]), (40, [10, 10, 10, 10])])
def test_the_horizontal_braid_goes_on_in_further_rows(count, rows):
    moment = braid.Moment("Le vote", "mai 2022", "2022-05", dict.fromkeys(braid.KEYS, ""))
    html = braid.across([moment] * count, LABELS, title="Tresse", ident="a")
    assert [int(number) for number in re.findall(r'class="tresse across n(\d+)"', html)] == rows
    assert re.findall(r'<li class="p(\d+)">', html) == [str(number) for number in range(1, count + 1)]
    if len(rows) > 1:
        assert f"Tresse, partie 2 sur {len(rows)}</title>" in html
        assert f'<ol start="{rows[0] + 1}">' in html


@given(STORIES)
def test_rows_keep_every_moment_in_its_order_and_none_is_too_long_or_too_short(story):
    rows = braid.in_rows(story)
    assert [moment for row in rows for moment in row] == story
    assert all(len(row) <= braid.MOST_ACROSS for row in rows)
    assert len(rows) == 1 or min(map(len, rows)) >= 3


def test_a_row_is_cut_where_a_phase_begins():
    made = [braid.Moment(str(place), "mai", "2022-05", phase="un" if place < 9 else "deux") for place in range(16)]
    assert [len(row) for row in braid.in_rows(made)] == [9, 7]


def test_the_strands_of_a_row_begin_where_those_before_ended():
    """An odd number of plaits of all voices turns the order round; the names at the left of the second row say it."""
    full = [braid.Moment("Le vote", "mai", "2022-05", dict.fromkeys(braid.KEYS, ""))]
    quiet = [braid.Moment("Rien", "mai", "2022-05")]
    html = braid.across(full * 1 + quiet * 15, LABELS, title="T", ident="a")
    names = re.findall(r'<text class="(\w+)"', html)
    assert names == [*braid.KEYS, *reversed(braid.KEYS)]


def test_phases_stand_over_their_moments():
    made = [braid.Moment(str(place), "mai", "2022-05", phase=name) for place, name in enumerate(["", "un", "un", "deux"])]
    html = braid.across(made, LABELS, title="T", ident="a")
    assert '<li class="c2 w2"><span>un</span></li><li class="c4 w1"><span>deux</span></li>' in html
    assert "un. 2. 1 (mai)" in html.replace("\u00a0", " ")
    assert "phases" not in braid.across(made[:1], LABELS, title="T", ident="a")
    assert braid.down(made, LABELS, label="T", ident="d").count('class="phase"') == 2


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
