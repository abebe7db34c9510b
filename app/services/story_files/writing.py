"""Writes programmes, territories and stories as the text of their files: what `reading` makes the same shapes of."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from app.kernel.moment_date import DateKind, MomentDate
from app.kernel.voice import CATEGORIES
from app.services.story_files.shapes import (
    FORMAT,
    SHARED,
    BlockFile,
    ImageFile,
    MomentFile,
    PassageFile,
    ProgrammeFile,
    StoryFile,
    TerritoryFile,
    VoiceFile,
)

_BARE = re.compile(r"[^\s\"]+")
_LINE_END = re.compile(r"[\r\n]+")
_SPECIAL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PARAGRAPHS = re.compile(r"\S(?:.*\S)?(?:\n+\S(?:.*\S)?)*")
_LIKE_A_FENCE = re.compile(r"^(\\*:::)", re.MULTILINE)


def write_programme(entry: ProgrammeFile) -> str:
    """Returns the text of a programme's file."""
    return _file(
        {
            "recits": FORMAT,
            "kind": "programme",
            "slug": entry.slug,
            "name": entry.name,
            "phases": [{"key": phase.key, "name": phase.name, **_filled({"description": phase.description})} for phase in entry.phases],
            "workstreams": [
                {"key": stream.key, "name": stream.name, "kind": stream.kind, **_filled({"description": stream.description})}
                for stream in entry.workstreams
            ],
            **_filled({"themes": [{"key": theme.key, "name": theme.name} for theme in entry.themes]}),
        },
        entry.description,
    )


def write_territory(entry: TerritoryFile) -> str:
    """Returns the text of a territory's file, with all four seats."""
    seats = [{"category": str(category), "voices": _voices(entry, category)} for category in CATEGORIES]
    return _file(
        {
            "recits": FORMAT,
            "kind": "territory",
            "slug": entry.slug,
            "name": entry.name,
            **_filled({"nature": entry.nature}),
            "fictitious": entry.fictitious,
            "delegation": {"programme": entry.programme, "seats": seats, **_filled({"guests": _voices(entry, "")})},
            "moments": [_moment(moment) for moment in entry.moments],
        },
        entry.description,
    )


def write_story(entry: StoryFile) -> str:
    """Returns the text of a story's file."""
    head = {
        "recits": FORMAT,
        "kind": "story",
        "slug": entry.slug,
        "title": entry.title,
        "standfirst": entry.standfirst,
        "lang": entry.lang,
        "format": entry.format,
        "territory": entry.territory,
        "published": entry.published,
        "fictitious": entry.fictitious,
    }
    beside = {
        "themes": list(entry.themes),
        "stances": [
            {"moment": row.moment, "voice": row.voice, "stance": row.stance, **_filled({"note": row.note})} for row in entry.stances
        ],
        "missing": [{"moment": gap.moment, "category": str(gap.category), "reason": gap.reason} for gap in entry.missing],
        "images": [_image(image) for image in entry.images],
        "blocks": [_block(block) for block in entry.blocks],
    }
    return _file({**head, **_filled(beside)}, "\n\n".join(map(_passage, entry.passages)))


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the keys that say something: a reader takes those that are missing for empty."""
    return {key: value for key, value in values.items() if value not in ("", [])}


def _voices(entry: TerritoryFile, category: str) -> list[dict[str, Any]]:
    return [_voice(voice) for voice in entry.voices if voice.category == category]


def _voice(voice: VoiceFile) -> dict[str, Any]:
    return {
        "key": voice.key,
        "name": voice.name,
        **_filled({"function": voice.function}),
        "from": voice.start,
        "to": voice.end,
        "display": str(voice.display),
    }


def _moment(moment: MomentFile) -> dict[str, Any]:
    more = {"place": moment.place, "phase": moment.phase or "", "description": moment.description}
    return {"key": moment.key, "title": moment.title, "date": _when(moment.date), **_filled(more)}


def _when(when: MomentDate) -> str:
    return f"{when.start.isoformat()}/{when.end.isoformat()}" if when.kind is DateKind.PERIOD else when.iso


def _image(image: ImageFile) -> dict[str, Any]:
    more = {"rights": image.rights, "source": image.source}
    return {"id": image.id, "file": image.file, "alt": image.alt, "credit": image.credit, **_filled(more)}


def _block(block: BlockFile) -> dict[str, Any]:
    return {"key": block.key, "type": block.type, "data": dict(block.data), "reads": dict(block.reads) if block.reads else None}


# — passages —


def _passage(passage: PassageFile) -> str:
    attributes = {
        "moment": passage.moment or "",
        "voice": passage.voice or SHARED,
        "block": passage.block,
        "scribe": passage.scribe,
        "question": passage.question,
        "said": " ".join(f"{start}-{end}:{voice}" for start, end, voice in passage.said),
    }
    opening = " ".join(["::: passage", *_attributes(attributes)])
    return "\n".join([opening, *([_LIKE_A_FENCE.sub(r"\\\1", passage.body)] if passage.body else []), ":::"])


def _attributes(values: Mapping[str, str]) -> Iterable[str]:
    """Yields what the opening line says; it is one line, so that a text of several is written as one."""
    for name, value in values.items():
        if not value:
            continue
        text = _LINE_END.sub(" ", value)
        bare = name not in ("scribe", "question") and _BARE.fullmatch(text)
        yield f"{name}={text}" if bare else f'{name}="{text.replace(chr(34), chr(34) * 2)}"'


# — the head of a file —


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # the library has no types
    """Writes lists indented under their key, texts of several lines as they stand, and nothing twice by reference."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  # the library's signature
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the library's signature
        return True


def _text(dumper: _Dumper, text: str) -> Any:
    """Writes ordinary lines as they stand, and what YAML would read otherwise within quotes, escaped."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if _SPECIAL.search(text):
        return '"'
    if "\n" not in text:
        return None
    return "|" if _PARAGRAPHS.fullmatch(text) else '"'


_Dumper.add_representer(str, _text)


def _file(head: Mapping[str, Any], body: str) -> str:
    written = yaml.dump(dict(head), Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=float("inf"))
    text = body.strip()
    return f"---\n{written}---\n{text}\n" if text else f"---\n{written}---\n"
