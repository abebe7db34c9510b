"""How an issue of the letter is written, in text and in HTML that mean the same; pure, and without a page around it."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

CONFIRM_DAYS = 7
TITLE = 160
SENTENCE = 300
MOST_STORIES = 20
BATCH = 50
"""How many copies one turn of the job puts into the post."""

_WIDTH = 72
# Mail programs read no style sheet; these are the look's paper and ink, with a serif that every device has.
_STYLES = {
    "body": "margin:0;background:#f8f5ee;color:#1d1a16",
    "sheet": "max-width:34rem;margin:0 auto;padding:24px 16px;font:18px/1.5 Georgia,serif",
    "site": "font:600 13px/1.4 sans-serif;margin:0 0 16px",
    "h1": "font:700 30px/1.15 Georgia,serif;margin:0 0 16px",
    "h2": "font:700 21px/1.25 Georgia,serif;margin:0 0 4px",
    "story": "border-top:1px solid #1d1a16;padding:16px 0 8px;margin:16px 0 0",
    "meta": "font:13px/1.4 sans-serif;color:#575048;margin:0 0 8px",
    "p": "margin:0 0 12px",
    "a": "color:#1d1a16",
    "foot": "border-top:1px solid #1d1a16;margin:32px 0 0;padding:12px 0 0;font:13px/1.5 sans-serif;color:#575048",
}


@dataclass(frozen=True)
class Piece:
    """A story in an issue: title and territory as published, and the editors' sentence."""

    title: str
    lang: str
    territory: str
    sentence: str
    address: str


@dataclass(frozen=True)
class Copy:
    """An issue as one person receives it."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Sheet:
    """What an issue is made of, whoever receives it.

    Attributes:
        title: subject of the mail, heading of the page.
        introduction: in canonical Markdown, which is good plain text.
        introduction_html: the same, in HTML that the markup service wrote.
        pieces: its stories.
        archive: address of its public page.
        site: the site's name.
        footer: who sends it, in the words of the settings.
    """

    title: str
    introduction: str
    introduction_html: str
    pieces: Sequence[Piece]
    archive: str
    site: str
    footer: str


def write_copy(sheet: Sheet, lang: str, leave: str, gettext: Callable[[str], str]) -> Copy:
    """Returns an issue for one person.

    Args:
        sheet: the issue.
        lang: the reader's language; what people wrote stays in theirs, and is marked.
        leave: address that ends this person's subscription.
        gettext: the catalogue of that language.
    """
    return Copy(sheet.title, _text(sheet, leave, gettext), _html(sheet, lang, leave, gettext))


def _text(sheet: Sheet, leave: str, _: Callable[[str], str]) -> str:
    parts = [sheet.title, "=" * min(len(sheet.title), _WIDTH)]
    if sheet.introduction:
        parts.append(sheet.introduction.strip())
    for piece in sheet.pieces:
        lines = [f"* {piece.title}", f"  {piece.territory}"]
        if piece.sentence:
            lines += textwrap.wrap(piece.sentence, _WIDTH, initial_indent="  ", subsequent_indent="  ")
        parts.append("\n".join([*lines, f"  {piece.address}"]))
    foot = [
        "-- ",
        _("Vous recevez cette lettre parce que vous l’avez demandée sur %(site)s.") % {"site": sheet.site},
        _("La lire en ligne : %(address)s") % {"address": sheet.archive},
        _("Ne plus la recevoir : %(address)s") % {"address": leave},
        *([sheet.footer] if sheet.footer else []),
    ]
    return "\n\n".join([f"{parts[0]}\n{parts[1]}", *parts[2:], "\n".join(foot)]) + "\n"


def _html(sheet: Sheet, lang: str, leave: str, _: Callable[[str], str]) -> str:
    style = {name: Markup(' style="{}"').format(value) for name, value in _STYLES.items()}

    def marked(written: str) -> Markup:
        return Markup("") if written == lang else Markup(' lang="{}"').format(written)

    pieces = Markup("").join(
        Markup('<div{story}><h2{h2}{lang}><a href="{address}"{a}>{title}</a></h2><p{meta}{french}>{territory}</p>{sentence}</div>').format(
            story=style["story"],
            h2=style["h2"],
            a=style["a"],
            meta=style["meta"],
            lang=marked(piece.lang),
            french=marked("fr"),
            address=piece.address,
            title=piece.title,
            territory=piece.territory,
            sentence=Markup("<p{}{}>{}</p>").format(style["p"], marked("fr"), piece.sentence) if piece.sentence else "",
        )
        for piece in sheet.pieces
    )
    links = [(sheet.archive, _("La lire en ligne")), (leave, _("Ne plus la recevoir"))]
    foot = Markup("<p{foot}>{why}<br>{links}{footer}</p>").format(
        foot=style["foot"],
        why=_("Vous recevez cette lettre parce que vous l’avez demandée sur %(site)s.") % {"site": sheet.site},
        links=Markup(" · ").join(Markup('<a href="{}"{}>{}</a>').format(address, style["a"], words) for address, words in links),
        footer=Markup("<br>") + escape(sheet.footer) if sheet.footer else "",
    )
    return str(
        Markup(
            '<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            "<title>{title}</title></head>\n<body{body}><div{sheet}><p{site_style}>{site}</p>\n<h1{h1}{french}>{title}</h1>\n"
            "<div{french}>{introduction}</div>\n{pieces}\n{foot}</div></body></html>\n"
        ).format(
            lang=lang,
            title=sheet.title,
            body=style["body"],
            sheet=style["sheet"],
            site_style=style["site"],
            site=sheet.site,
            h1=style["h1"],
            french=marked("fr"),
            introduction=Markup(sheet.introduction_html),  # noqa: S704  # the markup service wrote it
            pieces=pieces,
            foot=foot,
        )
    )
