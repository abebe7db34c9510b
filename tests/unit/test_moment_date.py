"""Dates as people write them: a day, a month or a period, in French or English, read and written back."""

from datetime import date

import pytest

from app.kernel.errors import Invalid
from app.kernel.moment_date import DateKind, MomentDate, describe, parse_moment_date
from app.kernel.slug import made_from, numbered, slugify

READ = [
    ("12 mai 2022", DateKind.DAY, "2022-05-12", "2022-05-12", "12 mai 2022", "12 May 2022"),
    ("le 1er avril 2022", DateKind.DAY, "2022-04-01", "2022-04-01", "1er avril 2022", "1 April 2022"),
    ("12/05/2022", DateKind.DAY, "2022-05-12", "2022-05-12", "12 mai 2022", "12 May 2022"),
    ("May 12, 2022", DateKind.DAY, "2022-05-12", "2022-05-12", "12 mai 2022", "12 May 2022"),
    ("Août 2021", DateKind.MONTH, "2021-08-01", "2021-08-31", "août 2021", "August 2021"),
    ("2022-02", DateKind.MONTH, "2022-02-01", "2022-02-28", "février 2022", "February 2022"),
    ("printemps 2022", DateKind.PERIOD, "2022-03-01", "2022-05-31", "de mars à mai 2022", "March to May 2022"),
    ("hiver 2023", DateKind.PERIOD, "2023-12-01", "2024-02-29", "de décembre 2023 à février 2024", "December 2023 to February 2024"),
    ("2022", DateKind.PERIOD, "2022-01-01", "2022-12-31", "2022", "2022"),
    ("d’avril à août 2022", DateKind.PERIOD, "2022-04-01", "2022-08-31", "d’avril à août 2022", "April to August 2022"),
    ("du 3 au 5 mai 2022", DateKind.PERIOD, "2022-05-03", "2022-05-05", "du 3 au 5 mai 2022", "3 to 5 May 2022"),
    (
        "du 3 janvier au 28 mars 2022",
        DateKind.PERIOD,
        "2022-01-03",
        "2022-03-28",
        "du 3 janvier au 28 mars 2022",
        "3 January to 28 March 2022",
    ),
    ("from March to May 2022", DateKind.PERIOD, "2022-03-01", "2022-05-31", "de mars à mai 2022", "March to May 2022"),
]


@pytest.mark.parametrize(("text", "kind", "start", "end", "french", "english"), READ)
def test_read_and_written(text, kind, start, end, french, english):
    found = parse_moment_date(text)
    assert found == MomentDate(date.fromisoformat(start), date.fromisoformat(end), kind)
    assert (describe(found, "fr"), describe(found, "en")) == (french, english)
    assert parse_moment_date(english) == found
    assert parse_moment_date(french) == found


@pytest.mark.parametrize(
    "text", ["", "32 mai 2022", "hier", "mai", "2022-13", "12 mai 22", "5 mai 2022 au", "1500", "9999-12-31", "mai 2022 à"]
)
def test_what_is_no_date_is_refused_beside_its_field(text):
    with pytest.raises(Invalid) as refused:
        parse_moment_date(text)
    assert refused.value.field == "date"


def test_an_end_before_its_start_is_refused():
    with pytest.raises(Invalid, match="date_backwards"):
        parse_moment_date("du 5 mai 2022 au 3 mars 2022")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("La légumerie que nous n’avons pas ouverte", "la-legumerie-que-nous-n-avons-pas-ouverte"),
        ("Élu·e et Œuvre", "elue-et-oeuvre"),
        ("日本", "recit"),
        ("  --  ", "recit"),
        ("a" * 200, "a" * 80),
    ],
)
def test_slugs_are_readable_ascii(title, slug):
    assert slugify(title) == slug


def test_numbered_slugs_come_from_their_title():
    assert made_from(numbered(slugify("Le vote"), 3), "Le vote")
    assert not made_from("le-vote-du-12", "Le vote")
