"""Returns what the drawing says of one moment, in words: the description, marks and labels beside it, the table that stands for it, the legend."""

from collections.abc import Sequence
from html import escape

from app.kernel.braid.facts import KEYS, WEIGHT, Labels, Moment
from app.kernel.braid.pen import bead, shape


def describe(moments: Sequence[Moment], labels: Labels) -> str:
    """Returns one sentence for each moment: the text that stands for the picture (not escaped)."""
    return " ".join(_sentence(number, moment, labels) for number, moment in enumerate(moments, 1))


def _sentence(number: int, moment: Moment, labels: Labels) -> str:
    voices = ", ".join(labels.short[key] for key in KEYS if key in moment.told) or "–"
    parts = [labels.sentence.format(number=number, title=moment.title, date=moment.date, voices=voices)]
    if moment.missing:
        parts.append(f"{_missing_words(moment, labels)} {', '.join(labels.short[key] for key in moment.missing)}")
    if moment.mark in WEIGHT:
        parts.append(labels.stances[moment.mark][1])
    return labels.separator.join(parts) + "."


def _missing_words(moment: Moment, labels: Labels) -> str:
    return labels.missing if len(moment.missing) == 1 else labels.missing_many


def tag(key: str, labels: Labels, *, hollow: bool = False) -> str:
    """Returns a voice's bead and short label."""
    return f'<span class="v {key}">{bead(key, hollow=hollow)} {escape(labels.short[key])}</span>'


def linked_title(moment: Moment) -> str:
    """Returns a moment's title, with its link where it has one."""
    lang = f' lang="{escape(moment.lang)}"' if moment.lang else ""
    title = f"<b{lang}>{escape(moment.title)}</b>"
    return f'<a href="{escape(moment.href)}">{title}</a>' if moment.href else title


def time_of(moment: Moment) -> str:
    """Returns a moment's date."""
    return f'<time datetime="{escape(moment.iso)}">{escape(moment.date)}</time>'


def marks(moment: Moment, labels: Labels) -> str:
    """Returns what the drawing says of one moment, in words: a divergence, missing voices."""
    said = ""
    if moment.mark in WEIGHT:
        said += stance(*labels.stances[moment.mark])
    if moment.missing:
        voices = ", ".join(tag(key, labels, hollow=True) for key in moment.missing)
        said += f'<span class="miss">{escape(_missing_words(moment, labels))} {voices}</span>'
    return said


def stance(sign: str, word: str) -> str:
    """Returns a stance: its sign in a ring, its word."""
    return f'<span class="stance"><i aria-hidden="true">{escape(sign)}</i> {escape(word)}</span>'


def table(moments: Sequence[Moment], labels: Labels, *, caption: str) -> str:
    """Returns who tells which moment, and with which stance, as a table that scrolls by itself."""
    head = "".join(f'<th scope="col">{tag(key, labels)}</th>' for key in KEYS)
    rows = "".join(
        f'<tr><th scope="row">{linked_title(moment)}{time_of(moment)}</th>{"".join(_cell(moment, key, labels) for key in KEYS)}</tr>'
        for moment in moments
    )
    return (
        f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0"><table class="facts"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">{escape(labels.moment)}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _cell(moment: Moment, key: str, labels: Labels) -> str:
    if key in moment.told:
        known = labels.stances.get(moment.told[key])
        return f"<td>{escape(_capital(known[1] if known else labels.tells))}</td>"
    words = labels.unnamed if key in moment.unnamed else labels.missing.rstrip(":\u00a0 ")
    return f'<td class="none">{escape(_capital(words))}</td>'


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def legend(labels: Labels) -> str:
    """Returns the four voices, each with its strand, its bead and its full label."""
    return '<ul class="legend">' + "".join(f'<li class="v {key}">{_sample(key)} {escape(labels.full[key])}</li>' for key in KEYS) + "</ul>"


def _sample(key: str) -> str:
    over = "" if key == "elu" else f'<line class="o {key}" x1="0" x2="44" y1="8" y2="8"/>'
    strand = f'<line class="s {key}" x1="0" x2="44" y1="8" y2="8"/>{over}'
    return f'<svg class="thread" viewBox="0 0 44 16" aria-hidden="true">{strand}{shape(key, 22, 8, 6)}</svg>'
