"""Words and moments by category, missing voices and their reasons, moments on which voices part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.sdk import (
    CATEGORIES,
    CATEGORY_FULL,
    CATEGORY_KEY,
    CATEGORY_SHORT,
    Actor,
    GuardContext,
    Objection,
    Session,
    SettingsPage,
    SlotContext,
    ToldMoment,
    ToldStory,
    UnitOfWork,
    read_settings,
    read_told,
    state_missing_voice,
)
from plugins.communication.forms.settings import WritingSettingsForm
from plugins.communication.rules.balance import OTHER, SHARED, Asking, Share, Silence, Spoken, shares, silences, to_explain
from plugins.communication.rules.formats import CROSSING_FORMATS
from plugins.communication.services.formats import NEED_WORDS, format_conditions

OWNER = "communication"
SETTINGS = SettingsPage(
    "writing",
    title=_l("Voix manquantes"),
    description=_l("Jusqu’où demander une raison quand une voix ne raconte pas un moment."),
    form=lambda: WritingSettingsForm,
    defaults={"missing_voice": str(Asking.MOMENT)},
)


@dataclass(frozen=True)
class ShareShown:
    """A line of the table: who, in words, how many words and moments; `length` is that of the bar, of 100."""

    key: str
    label: str
    words: int
    moments: int
    length: int


@dataclass(frozen=True)
class SilenceShown:
    """A category that is silent at some moments, as pages name it."""

    category: str
    key: str
    label: str
    moments: tuple[ToldMoment, ...]
    unexplained: int
    throughout: bool


def asking(session: Session) -> Asking:
    """Returns how far reasons are asked for on this site."""
    return Asking(read_settings(session, OWNER, SETTINGS)["missing_voice"])


def spoken_in(told: ToldStory) -> list[Spoken]:
    """Returns a story's passages as the rules of balance see them."""
    return [Spoken(passage.category, passage.moment, passage.words, passage.voice is None) for passage in told.passages]


def silences_in(told: ToldStory) -> list[Silence]:
    """Returns who does not tell what; none in a form of one voice, where nobody else is expected."""
    if told.format not in CROSSING_FORMATS:
        return []
    return silences(spoken_in(told), [moment.id for moment in told.moments], CATEGORIES, told.reasons)


def check_missing_voices(session: Session, context: GuardContext) -> Sequence[Objection]:
    """Guard on submission: asks for a reason where a voice is missing, as far as the site asks."""
    told = read_told(session, context.story)
    if told is None:
        return []
    return [_objection(told, silence) for silence in to_explain(silences_in(told), asking(session))]


def _objection(told: ToldStory, silence: Silence) -> Objection:
    label = CATEGORY_FULL[silence.category]
    if silence.throughout:
        words = _("%(voice)s : cette voix manque dans tout le récit. Dites pourquoi, en une phrase.", voice=label)
    else:
        words = ngettext(
            "%(voice)s : cette voix manque à un moment, sans raison donnée.",
            "%(voice)s : cette voix manque à %(num)s moments, sans raison donnée.",
            len(silence.unexplained),
            voice=label,
        )
    address = f"/communication/recits/{told.id}/voix-manquantes#{CATEGORY_KEY[silence.category]}"
    return Objection(words, address=address, action=_("Dire pourquoi"))


def state_reasons(
    uow: UnitOfWork, actor: Actor, story_id: str, for_all: Mapping[str, str], one_by_one: Mapping[tuple[str, str], str]
) -> int:
    """States why voices are missing, for several moments at once; returns how many reasons changed.

    Args:
        for_all: category → a reason for each of its silent moments that has none of its own.
        one_by_one: (moment, category) → the reason at that moment; an empty one takes it back.
    """
    told = read_told(uow.session, story_id)
    changed = 0
    for silence in silences_in(told) if told else ():
        for moment in silence.moments:
            before = told.reasons.get((moment, silence.category), "") if told else ""
            reason = one_by_one.get((moment, silence.category), before).strip() or for_all.get(silence.category, "").strip()
            if reason != before:
                state_missing_voice(uow, actor, story_id, moment, silence.category, reason)
                changed += 1
    return changed


# — what pages show —


def shown_shares(told: ToldStory) -> list[ShareShown]:
    """Returns the table of who says how much, with the length of each bar."""
    rows = shares(spoken_in(told), CATEGORIES)
    longest = max((row.words for row in rows), default=0) or 1
    return [ShareShown(_look(row), _label(row), row.words, row.moments, round(100 * row.words / longest)) for row in rows]


def _look(row: Share) -> str:
    return CATEGORY_KEY.get(row.key, "all")


def _label(row: Share) -> str:
    names = {SHARED: _("Texte commun"), OTHER: _("Voix invitées ou sans catégorie")}
    return names.get(row.key) or str(CATEGORY_SHORT[row.key])


def shown_silences(told: ToldStory) -> list[SilenceShown]:
    """Returns who does not tell what, in words."""
    moments = {moment.id: moment for moment in told.moments}
    return [
        SilenceShown(
            silence.category,
            CATEGORY_KEY[silence.category],
            str(CATEGORY_FULL[silence.category]),
            tuple(moments[moment] for moment in silence.moments),
            len(silence.unexplained),
            silence.throughout,
        )
        for silence in silences_in(told)
    ]


def desk_facts(session: Session, context: SlotContext) -> Mapping[str, Any] | None:
    """What members read of their working copy: what the form still needs, who speaks, who is missing."""
    told = read_told(session, context.subject)
    if told is None or not told.passages:
        return None
    return {
        "told": told,
        "conditions": [(str(NEED_WORDS[condition.need][0]), condition.met) for condition in format_conditions(told)],
        "shares": shown_shares(told),
        "silences": shown_silences(told),
    }


def review_facts(session: Session, context: SlotContext) -> Mapping[str, Any] | None:
    """What editors read of the version that was submitted."""
    told = read_told(session, context.subject, "submitted")
    return {"told": told, "shares": shown_shares(told), "silences": shown_silences(told)} if told else None


def public_facts(session: Session, context: SlotContext) -> Mapping[str, Any] | None:
    """What the public reads: the table alone, where several voices speak."""
    told = read_told(session, context.subject, "published")
    if told is None or len({passage.voice for passage in told.passages if passage.voice}) < 2:
        return None
    return {"told": told, "shares": shown_shares(told)}


def partings(session: Session, context: SlotContext) -> Mapping[str, Any] | None:
    """The moments of a public story on which a voice says that it disagrees, with their place in it."""
    told = read_told(session, context.subject, "published")
    if told is None:
        return None
    apart = {stance.moment for stance in told.stances if stance.stance == "disagree"}
    found = [(number, moment) for number, moment in enumerate(told.moments, 1) if moment.id in apart]
    return {"told": told, "moments": found} if found else None
