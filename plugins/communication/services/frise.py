"""The frise: a delegation's journey over all its public stories, and, for its members, with what is not public."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from flask import url_for
from markupsafe import Markup

from app.sdk import (
    CATEGORIES,
    CATEGORY_KEY,
    NotFound,
    Picture,
    Session,
    SlotContext,
    Telling,
    Territory,
    VoiceShown,
    braid_link,
    braid_picture,
    find_territory,
    list_tellings,
    show_voice,
    working_journey,
)
from plugins.communication.rules.cross import Choice
from plugins.communication.rules.frise import Step, steps_of, working_steps
from plugins.communication.services.cross import Place, places_of
from plugins.communication.services.cross import address as address_of
from plugins.communication.services.remembering import Remembered


@dataclass(frozen=True)
class Frise:
    """A journey, ready to be drawn: its moments, its picture, who speaks on each strand."""

    territory: Territory | Place
    steps: tuple[Step, ...]
    picture: Picture
    cast: dict[str, tuple[VoiceShown, ...]]

    @cached_property
    def fingerprint(self) -> Markup:
        """The picture in small, drawn once."""
        return self.picture.mini()

    @property
    def stories(self) -> int:
        return len({telling.story for step in self.steps for telling in step.tellings})

    @property
    def crossings(self) -> int:
        """Moments that several voices tell."""
        return sum(len(step.told) > 1 for step in self.steps)

    @property
    def disagreements(self) -> int:
        return sum(step.mark == "disagree" for step in self.steps)

    @property
    def absences(self) -> int:
        return sum(step.missing for step in self.steps)


def read_frise(session: Session, territory: Territory) -> Frise:
    """Returns the public journey of a territory."""
    return frise_of(territory, list_tellings(session, territory_id=territory.id))


def frise_of(territory: Territory | Place, tellings: Sequence[Telling]) -> Frise:
    """Lays a territory's tellings together; the titles of the picture lead to the moments of its page."""
    steps = [replace(step, also=tuple(dict.fromkeys(show_voice(voice).worded for voice in step.others))) for step in steps_of(tellings)]
    address = url_for("communication.frise", slug=territory.slug)
    drawn = braid_picture(steps, "fr", f"f{territory.id[:6]}", address, anchored=True)
    moments = [
        replace(
            moment,
            phase_href=address_of(Choice(territory.slug, step.phase_key)) if step.phase_key else "",
            tellings=[
                braid_link(telling.title, url_for("reading.story", slug=telling.slug, _anchor=telling.anchor), telling.lang)
                for telling in step.tellings
            ],
        )
        for moment, step in zip(drawn.moments, steps, strict=True)
    ]
    return Frise(territory, tuple(steps), replace(drawn, moments=moments), _cast(tellings))


def _cast(tellings: Sequence[Telling]) -> dict[str, tuple[VoiceShown, ...]]:
    """Returns who speaks on each strand, in the order of their mandates; one who left and who came after share it."""
    rows = {voice.id: voice for telling in tellings for voice in telling.voices}
    ordered = [show_voice(row) for row in sorted(rows.values(), key=lambda row: (row.mandate_start or date.min, row.id))]
    return {CATEGORY_KEY[category]: tuple(voice for voice in ordered if voice.category == category) for category in CATEGORIES}


def read_frise_of(session: Session, slug: str) -> Frise:
    """Returns the journey of the territory at an address.

    Raises:
        NotFound: if there is no such territory.
    """
    territory = find_territory(session, slug)
    if territory is None:
        raise NotFound("territory")
    return read_frise(session, territory)


def list_frises(session: Session) -> list[Frise]:
    """Returns the journeys of all territories, by name; a territory without a public moment has an empty one."""
    tellings = list_tellings(session)
    return _FRISES.of(tellings, lambda: _frises_of(session, tellings))


_FRISES = Remembered[list[Frise]]()


def _frises_of(session: Session, tellings: Sequence[Telling]) -> list[Frise]:
    told: dict[str, list[Telling]] = {}
    for telling in tellings:
        told.setdefault(telling.territory.id, []).append(telling)
    return [frise_of(place, told.get(place.id, [])) for place in places_of(session)]


def on_territory(session: Session, context: SlotContext) -> dict[str, object] | None:
    """The picture at the head of a territory's journey."""
    territory = session.get(Territory, context.subject)
    frise = read_frise(session, territory) if territory is not None else None
    return {"frise": frise} if frise is not None and frise.steps else None


def on_desk(session: Session, context: SlotContext) -> dict[str, object] | None:
    """A delegation's own journey, for those who write in it."""
    if context.actor is None or context.subject not in context.actor.writing_delegations:
        return None
    steps = working_steps(working_journey(session, context.subject))
    if not steps:
        return None
    address = url_for("moments.journey", delegation_id=context.subject)
    return {"steps": steps, "picture": braid_picture(steps, "fr", f"w{context.subject}", address), "delegation": context.subject}
