"""When a moment took place: a day, a month or a period, read from what people type and written in French or English."""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kernel.errors import Invalid

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100


class DateKind(StrEnum):
    """How precise a moment's date is."""

    DAY = "day"
    MONTH = "month"
    PERIOD = "period"


@dataclass(frozen=True, order=True)
class MomentDate:
    """First and last day of a moment, both included; sorts by time."""

    start: date
    end: date
    kind: DateKind

    @property
    def iso(self) -> str:
        """The value of an HTML `time` element: a day, a month, or the first day of a period."""
        return self.start.strftime("%Y-%m") if self.kind is DateKind.MONTH else self.start.isoformat()


MONTHS = {
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}
SHORT_MONTHS = {
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juill.", "août", "sept.", "oct.", "nov.", "déc."],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
# Meteorological seasons: first month, number of months.
_SEASONS = {"printemps": 3, "spring": 3, "ete": 6, "summer": 6, "automne": 9, "autumn": 9, "fall": 9, "hiver": 12, "winter": 12}


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.strip().lower())
    return re.sub(r"\s+", " ", "".join(letter for letter in decomposed if not unicodedata.combining(letter)))


_MONTH_NUMBERS = {
    _plain(name).rstrip("."): number for names in (*MONTHS.values(), *SHORT_MONTHS.values()) for number, name in enumerate(names, 1)
}
_WORDS = r"([a-z]+)\.?"


def parse_moment_date(text: str) -> MomentDate:
    """Reads « 12 mai 2022 », « mai 2022 », « printemps 2022 », « 2022 », « de mars à mai 2022 », « 12/05/2022 », ISO forms, and their English equals.

    Raises:
        Invalid: for the field `date`, with a reason that shows an example.
    """
    plain = _plain(text)
    if not plain:
        raise Invalid("date", "required")
    single = _single(plain)
    if single is not None:
        return single
    between = re.fullmatch(r"(?:du |de |d'|d’|from |between )?(.+?)(?: au | a | to | until | and | et | ?– ?| ?— ?| - |/)(.+)", plain)
    if between is None:
        raise Invalid("date", "date_unreadable")
    last = _single(between[2])
    first = _single(between[1]) or (last and _single(f"{between[1]} {last.end.year}"))
    first = first or (last and _single(f"{between[1]} {_month_word(last.end)} {last.end.year}"))
    if first is None or last is None:
        raise Invalid("date", "date_unreadable")
    if last.end < first.start:
        raise Invalid("date", "date_backwards")
    return MomentDate(first.start, last.end, DateKind.PERIOD)


def _month_word(day: date) -> str:
    return _plain(MONTHS["fr"][day.month - 1])


def _single(text: str) -> MomentDate | None:
    """Reads one day, month, season or year; None if it is none of them."""
    text = text.removeprefix("le ").removeprefix("en ").removeprefix("in ").strip()
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        return _day(found[1], found[2], found[3])
    if found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text):
        return _day(found[3], found[2], found[1])
    if found := re.fullmatch(rf"(\d{{1,2}})(?:er|st|nd|rd|th)? {_WORDS} (\d{{4}})", text):
        return _day(found[3], _MONTH_NUMBERS.get(found[2]), found[1])
    if found := re.fullmatch(rf"{_WORDS} (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})", text):
        return _day(found[3], _MONTH_NUMBERS.get(found[1]), found[2])
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})", text):
        return _months(found[1], int(found[2]), 1, DateKind.MONTH)
    if found := re.fullmatch(r"(\d{1,2})/(\d{4})", text):
        return _months(found[2], int(found[1]), 1, DateKind.MONTH)
    if found := re.fullmatch(rf"{_WORDS} (\d{{4}})", text):
        if found[1] in _SEASONS:
            return _months(found[2], _SEASONS[found[1]], 3, DateKind.PERIOD)
        number = _MONTH_NUMBERS.get(found[1])
        return _months(found[2], number, 1, DateKind.MONTH) if number else None
    if found := re.fullmatch(r"(?:annee |year )?(\d{4})", text):
        return _months(found[1], 1, 12, DateKind.PERIOD)
    return None


def _day(year: str, month: str | int | None, day: str) -> MomentDate | None:
    try:
        found = date(int(year), int(month or 0), int(day))
    except ValueError:
        return None
    return MomentDate(found, found, DateKind.DAY) if EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _months(year: str, month: int, count: int, kind: DateKind) -> MomentDate | None:
    if not (1 <= month <= 12 and EARLIEST_YEAR <= int(year) <= LATEST_YEAR):
        return None
    last = month + count - 1
    end_year, end_month = int(year) + (last - 1) // 12, (last - 1) % 12 + 1
    return MomentDate(date(int(year), month, 1), date(end_year, end_month, calendar.monthrange(end_year, end_month)[1]), kind)


def describe(moment: MomentDate, lang: str = "fr", *, short: bool = False) -> str:
    """Writes a date for readers: « 12 mai 2022 », « mai 2022 », « de mars à mai 2022 »; `short` gives month and year only, abbreviated."""
    if short:
        first, last = (_month_year(day, lang, SHORT_MONTHS) for day in (moment.start, moment.end))
        return first if first == last else f"{first} – {last}"
    if moment.kind is DateKind.DAY:
        return describe_day(moment.start, lang)
    if moment.kind is DateKind.MONTH:
        return _month_year(moment.start, lang, MONTHS)
    return _period(moment, lang)


def describe_day(day: date, lang: str = "fr") -> str:
    """Writes a day: « 1er mai 2022 », “1 May 2022”."""
    number = "1er" if day.day == 1 and lang == "fr" else str(day.day)
    return f"{number} {_month_year(day, lang, MONTHS)}"


def _month_year(day: date, lang: str, names: dict[str, list[str]]) -> str:
    return f"{names.get(lang, names['fr'])[day.month - 1]} {day.year}"


def _period(moment: MomentDate, lang: str) -> str:
    whole_months = moment.start.day == 1 and moment.end.day == calendar.monthrange(moment.end.year, moment.end.month)[1]
    if whole_months and (moment.start.month, moment.end.month) == (1, 12):
        years = (moment.start.year, moment.end.year)
        return str(years[0]) if years[0] == years[1] else f"{years[0]}–{years[1]}"
    if whole_months:
        first, last = _month_year(moment.start, lang, MONTHS), _month_year(moment.end, lang, MONTHS)
        if moment.start.year == moment.end.year:
            first = first.rsplit(" ", 1)[0]
        of = "d’" if first[0] in "ao" and lang == "fr" else "de "
        return f"{of}{first} à {last}" if lang == "fr" else f"{first} to {last}"
    first, last = describe_day(moment.start, lang), describe_day(moment.end, lang)
    if moment.start.year == moment.end.year:
        same_month = moment.start.month == moment.end.month
        first = first.split(" ")[0] if same_month else first.rsplit(" ", 1)[0]
    return f"du {first} au {last}" if lang == "fr" else f"{first} to {last}"
