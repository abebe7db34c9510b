"""Numbers and hours of French print: never broken over two lines, never changed otherwise."""

import pytest

from app.kernel.document.typography import typeset


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("La blanchisserie débauche à 23 h 20.", "La blanchisserie débauche à 23\u00a0h\u00a020."),
        ("À 9 h, puis de 14 h à 17 h.", "À 9\u00a0h, puis de 14\u00a0h à 17\u00a0h."),
        ("1 190 000 euros", "1\u202f190\u202f000 euros"),
        ("Facture : 412 000 €, soit 12 % de plus", "Facture\u00a0: 412\u202f000\u00a0€, soit 12\u00a0% de plus"),
        ("En 2021 120 personnes", "En 2021 120 personnes"),
        ("36 heures et 10 hommes", "36 heures et 10 hommes"),
        ("le 12 mai 2022", "le 12 mai 2022"),
        ("https://exemple.fr/9 h", "https://exemple.fr/9\u00a0h"),
    ],
)
def test_numbers_and_hours_hold_together(typed: str, printed: str):
    assert typeset(typed, "fr") == printed
    assert len(printed) == len(typed)
    assert typeset(printed, "fr") == printed
    assert typeset(typed, "en") == typed
