"""Contrast against WCAG's known values; distances against the look's own table; what a site may choose, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.colour import contrast, distance, luminance, mix, parse_hex, to_hex
from app.kernel.palette import DEFAULTS, OWN, VOICES, complete, find_faults, own_colours, stylesheet

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),  # the grey that just fails
        ("#767676", "#ffffff", 4.54),  # the grey that just holds
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
        ("#008000", "#ffffff", 5.14),
    ],
)
def test_contrast_is_wcag_s(one, other, ratio):
    assert round(contrast(parse_hex(one), parse_hex(other)), 2) == ratio


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_and_stays_in_its_range(one, other):
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.0001
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert distance(one, one, "protanopia") == 0


def test_luminance_of_the_ends():
    assert luminance((0, 0, 0)) == 0
    assert luminance((255, 255, 255)) == pytest.approx(1)


@pytest.mark.parametrize(("text", "colour"), [("#F80", (255, 136, 0)), (" 0a0B0c ", (10, 11, 12)), ("#ffffff", (255, 255, 255))])
def test_a_colour_is_read_as_people_write_it(text, colour):
    assert parse_hex(text) == colour
    assert parse_hex(to_hex(colour)) == colour


@pytest.mark.parametrize("text", ["", "#", "#12", "#12345", "red", "#gggggg", "#1234567", "url(x)", "#fff;}"])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_hex(text)


def test_mixing_begins_and_ends_at_its_ends():
    assert mix((0, 10, 20), (200, 110, 20), 0) == (0, 10, 20)
    assert mix((0, 10, 20), (200, 110, 20), 0.5) == (100, 60, 20)
    assert mix((0, 10, 20), (200, 110, 20), 1) == (200, 110, 20)


@pytest.mark.parametrize(
    ("scheme", "sight", "smallest"),
    [
        *(("light", "normal", 60), ("light", "deuteranopia", 15), ("light", "protanopia", 17), ("light", "tritanopia", 16)),
        *(("dark", "normal", 57), ("dark", "deuteranopia", 15), ("dark", "protanopia", 10), ("dark", "tritanopia", 19)),
    ],
)
def test_the_look_s_own_voices_are_as_far_apart_as_its_table_says(scheme, sight, smallest):
    colours = [parse_hex(DEFAULTS[scheme][voice]) for voice in VOICES]
    apart = min(distance(one, other, sight) for at, one in enumerate(colours) for other in colours[at + 1 :])
    assert round(apart) == smallest


def test_the_look_s_own_palette_has_no_fault_and_needs_no_sheet():
    assert find_faults({}) == []
    assert stylesheet({}) == ""
    assert own_colours(DEFAULTS) == {}


def test_the_defaults_are_those_of_the_style_sheet():
    """The palette is written twice: here for the arithmetic, in tokens.css for the browser."""
    sheet = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text(encoding="utf-8")
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")
    for scheme, text in (("light", light), ("dark", dark)):
        for token, colour in DEFAULTS[scheme].items():
            assert f"--{token}: {colour};" in text, (scheme, token)


@pytest.mark.parametrize(
    ("own", "kind", "pair"),
    [
        ({"light": {"ink": "#999999"}}, "contrast", ("ink", "wash")),
        ({"light": {"elu": "#e0a0b0"}}, "contrast", ("elu", "wash")),
        ({"dark": {"eta": "#202060"}}, "contrast", ("eta", "wash")),
        ({"light": {"elu": "#0f6a50"}}, "alike", ("elu", "col")),
        ({"light": {"paper": "#101010", "ink": "#f0f0f0"}}, "reversed", ("paper", "ink")),
    ],
)
def test_what_falls_short_is_named_with_what_was_measured(own, kind, pair):
    found = [fault for fault in find_faults(own) if (fault.kind, fault.token, fault.other) == (kind, *pair)]
    assert len(found) == 1
    assert found[0].measured <= found[0].floor


def test_red_and_green_of_one_lightness_are_refused_for_those_who_see_them_alike():
    found = find_faults({"light": {"elu": "#a33a00", "col": "#4f6a00"}})
    assert {fault.sight for fault in found if {fault.token, fault.other} == {"elu", "col"}} & {"deuteranopia", "protanopia"}


@given(COLOURS, COLOURS)
def test_the_greys_of_an_accepted_paper_and_ink_hold_as_well(paper, ink):
    own = {"paper": to_hex(paper), "ink": to_hex(ink)}
    wrong = {fault.token for fault in find_faults({"light": own})} & {"ink-2", "edge"}
    bad_ink = any(fault.token == "ink" or fault.kind == "reversed" for fault in find_faults({"light": own}))
    assert bad_ink or not wrong


def test_a_sheet_says_only_what_it_replaces_and_leaves_print_and_imposed_colours_alone():
    lines = stylesheet({"light": {"elu": "#a01b48"}}).splitlines()
    assert len(lines) == 2
    assert "--elu:#a01b48;}" in lines[0]
    assert "--paper" not in lines[0]
    assert lines[0].startswith("@media screen and (forced-colors:none) and (prefers-color-scheme:light)")


def test_changing_the_paper_makes_its_greys_anew():
    tokens = complete("light", {"paper": "#ffffff"})
    assert tokens["wash"] != DEFAULTS["light"]["wash"]
    assert set(tokens) == set(DEFAULTS["light"])
    assert set(OWN) < set(tokens)
