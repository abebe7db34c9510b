"""Returns what the drawing says of one moment, in words: the description, marks and labels beside it, the table that stands for it, the legend."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from itertools import groupby

from app.kernel.braid.facts import KEYS, WEIGHT, Labels, Moment
from app.kernel.braid.pen import bead, shape


def describe(moments: Sequence[Moment], labels: Labels, *, first: int = 1) -> str:
    """Returns one sentence for each moment, after the name of the phase that it opens: the text that stands for the picture (not escaped)."""
    said, phase = [], ""
    for number, moment in enumerate(moments, first):
        if moment.phase and moment.phase != phase:
            said.append(f"{moment.phase}.")
        phase = moment.phase
        said.append(_sentence(number, moment, labels))
    return " ".join(said)


def _sentence(number: int, moment: Moment, labels: Labels) -> str:
    voices = ", ".join(labels.short[key] for key in KEYS if key in moment.told) or "–"
    parts = [labels.sentence.format(number=number, title=moment.title, date=moment.date, voices=voices)]
    if moment.missing:
        parts.append(f"{_missing_words(moment, labels)} {', '.join(labels.short[key] for key in moment.missing)}")
    if moment.also:
        parts.append(f"{labels.also} {', '.join(words for words, _lang in moment.also)}")
    if moment.mark in WEIGHT:
        parts.append(labels.stances[moment.mark][1])
    return labels.separator.join(parts) + "."


def _missing_words(moment: Moment, labels: Labels) -> str:
    return labels.missing if len(moment.missing) == 1 else labels.missing_many


def tag(key: str, labels: Labels, *, hollow: bool = False) -> str:
    """Returns a voice's bead and short label."""
    return f'<span class="v {key}">{bead(key, hollow=hollow)} {escape(labels.short[key])}</span>'


def _lang(code: str) -> str:
    return f' lang="{escape(code)}"' if code else ""


def linked_title(moment: Moment) -> str:
    """Returns a moment's title, with its link where it has one."""
    title = f"<b{_lang(moment.lang)}>{escape(moment.title)}</b>"
    return f'<a href="{escape(moment.href)}">{title}</a>' if moment.href else title


def time_of(moment: Moment) -> str:
    """Returns a moment's date."""
    return f'<time datetime="{escape(moment.iso)}">{escape(moment.date)}</time>'


def phase_of(moment: Moment) -> str:
    """Returns the name of a moment's phase, with its link where it has one."""
    name = f"<span{_lang(moment.phase_lang)}>{escape(moment.phase)}</span>"
    return f'<a href="{escape(moment.phase_href)}">{name}</a>' if moment.phase_href else name


def phases(moments: Sequence[Moment], labels: Labels) -> str:
    """Returns the phases over a row of moments, each as wide as its moments; "" where none is known."""
    if not any(moment.phase for moment in moments):
        return ""
    items, start = "", 1
    for _phase, together in groupby(moments, key=lambda moment: moment.phase):
        group = list(together)
        if group[0].phase:
            items += f'<li class="c{start} w{len(group)}">{phase_of(group[0])}</li>'
        start += len(group)
    return f'<ol class="phases" aria-label="{escape(labels.phases)}">{items}</ol>'


def also(moment: Moment, labels: Labels) -> str:
    """Returns the voices that have no strand."""
    if not moment.also:
        return ""
    voices = ", ".join(f"<span{_lang(lang)}>{escape(words)}</span>" for words, lang in moment.also)
    return f'<span class="miss">{escape(labels.also)} {voices}</span>'


def tellings(moment: Moment) -> str:
    """Returns where a moment is told."""
    items = "".join(f'<li><a href="{escape(link.href)}"{_lang(link.lang)}>{escape(link.words)}</a></li>' for link in moment.tellings)
    return f'<ul class="told">{items}</ul>' if items else ""


def marks(moment: Moment, labels: Labels) -> str:
    """Returns what the drawing says of one moment, in words: a divergence, missing voices."""
    said = ""
    if moment.mark in WEIGHT:
        said += stance(*labels.stances[moment.mark])
    if moment.missing:
        voices = ", ".join(tag(key, labels, hollow=True) for key in moment.missing)
        said += f'<span class="miss">{escape(_missing_words(moment, labels))} {voices}</span>'
    return said + also(moment, labels)


def stance(sign: str, word: str) -> str:
    """Returns a stance: its sign in a ring, its word."""
    return f'<span class="stance"><i aria-hidden="true">{escape(sign)}</i> {escape(word)}</span>'


def table(moments: Sequence[Moment], labels: Labels, *, caption: str) -> str:
    """Returns who tells which moment, and with which stance, as a table that scrolls by itself."""
    head = "".join(f'<th scope="col">{tag(key, labels)}</th>' for key in KEYS)
    rows = "".join(
        f'<tr><th scope="row">{linked_title(moment)}{time_of(moment)}{_row_notes(moment, labels)}</th>{"".join(_cell(moment, key, labels) for key in KEYS)}</tr>'
        for moment in moments
    )
    return (
        f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0"><table class="facts"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">{escape(labels.moment)}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row_notes(moment: Moment, labels: Labels) -> str:
    phase = f'<span class="miss">{phase_of(replace(moment, phase_href=""))}</span>' if moment.phase else ""
    return phase + also(moment, labels)


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
