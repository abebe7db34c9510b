"""What the pages over all stories cost as stories grow in number: the table of cross-readings, its passages, the frises, the territories. By hand:

`python -m tests.benchmarks.crossing --stories 300`
"""

import argparse
import tempfile
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from app.db.models import (
    Delegation,
    Moment,
    MomentRevision,
    Passage,
    PassageRevision,
    Phase,
    Programme,
    PublicPassage,
    Story,
    StoryAddress,
    StoryDelegation,
    StoryVersion,
    Territory,
    Voice,
)
from app.kernel.content import Manifest, MissingPin, PassagePin, StancePin
from app.kernel.ids import new_id
from app.kernel.voice import CATEGORIES
from app.sdk_testing import SmallSite, small_site
from tests.benchmarks.measuring import Measured, measure
from tests.databases import loose

MOMENTS, SPEAKING = 8, 3
PLACES = 30
WHEN = datetime(2024, 1, 1, tzinfo=UTC)
PAGES = (
    "/communication/lectures-croisees/",
    "/communication/lectures-croisees/passages?territoire=lieu-1",
    "/communication/lectures-croisees/passages?phase=phase-1&voix=etat",
    "/communication/frise/",
    "/communication/frise/lieu-1",
    "/territoires/",
)


def fill(session: Session, stories: int) -> None:
    """Adds so many public stories, each of eight moments told by three voices, in thirty territories at most; rows only, no workflow."""
    programme = Programme(slug="mesure", name="Mesure", created_at=WHEN)
    session.add(programme)
    session.flush()
    phases = [Phase(programme_id=programme.id, key=f"phase-{n}", name=f"Phase {n}", position=n) for n in range(1, 5)]
    session.add_all(phases)
    places = [_place(session, programme.id, number) for number in range(1, min(PLACES, stories) + 1)]
    for number in range(stories):
        delegation, voices = places[number % len(places)]
        _story(session, number, delegation, voices, phases)
    session.commit()


def _place(session: Session, programme: str, number: int) -> tuple[str, list[Voice]]:
    territory = Territory(slug=f"lieu-{number}", name=f"Lieu {number}", created_at=WHEN)
    session.add(territory)
    session.flush()
    delegation = Delegation(programme_id=programme, territory_id=territory.id, created_at=WHEN)
    session.add(delegation)
    session.flush()
    voices = [Voice(delegation_id=delegation.id, category=str(c), name=f"Voix {number}", created_at=WHEN) for c in CATEGORIES]
    session.add_all(voices)
    session.flush()
    return delegation.id, voices


def _story(session: Session, number: int, delegation: str, voices: list[Voice], phases: list[Phase]) -> None:
    story = Story(
        slug=f"recit-{number}", salt="0", title=f"Récit {number}", state="published", state_since=WHEN, created_at=WHEN, published_at=WHEN
    )
    session.add(story)
    session.flush()
    session.add(StoryAddress(slug=story.slug, story_id=story.id, created_at=WHEN))
    session.add(StoryDelegation(story_id=story.id, delegation_id=delegation))
    manifest = Manifest("0", story.title, "Un chapeau de deux lignes, comme il y en a.", "fr", story.format, [], [], [])
    for place in range(MOMENTS):
        _moment(session, story.id, delegation, place, number, voices, phases[place % len(phases)], manifest)
    version = StoryVersion(story_id=story.id, hash=manifest.hash, manifest=manifest.record(), created_at=WHEN, published_at=WHEN)
    session.add(version)
    session.flush()
    story.published_version_id = version.id


def _moment(
    session: Session, story: str, delegation: str, place: int, number: int, voices: list[Voice], phase: Phase, manifest: Manifest
) -> None:
    day = date(2022, 1, 1) + timedelta(days=place * 30 + number % 30)
    moment = Moment(delegation_id=delegation, salt="0", created_at=WHEN)
    session.add(moment)
    session.flush()
    key = sha256(moment.id.encode()).hexdigest()
    revision = MomentRevision(
        moment_id=moment.id, hash=key, title=f"Moment {place}", date_kind="day", date_start=day, date_end=day, phase_id=phase.id,
        created_at=WHEN,
    )  # fmt: skip
    session.add(revision)
    silent = voices[(place + number) % len(voices)]
    for voice in (voice for voice in voices if voice is not silent):
        body = "Ce jour-là, il pleuvait sur la légumerie. " * 12
        passage = Passage(id=new_id(), story_id=story, moment_id=moment.id, voice_id=voice.id, salt="0", position=place, created_at=WHEN)
        digest = sha256(passage.id.encode()).hexdigest()
        session.add(passage)
        session.flush()
        session.add(
            PassageRevision(passage_id=passage.id, number=1, hash=digest, lang="fr", body=body, plain=body, words=84, created_at=WHEN)
        )
        manifest.passages.append(PassagePin(passage.id, [voice.id], key, digest))
        manifest.stances.append(StancePin(key, voice.id, "disagree" if number % 5 == 0 else "agree", ""))
        session.add(
            PublicPassage(
                story_id=story, number=len(manifest.passages), passage_id=passage.id, hash=digest, voice_id=voice.id, moment_hash=key
            )
        )
    manifest.missing.append(MissingPin(key, str(silent.category), "Le poste était vacant."))


def costs(site: SmallSite, *, repeats: int, count: int) -> list[Measured]:
    """Measures each page for a reader without an account."""
    client = site.app.test_client()

    def reading(path: str) -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return measure({path: lambda path=path: reading(path) for path in PAGES}, repeats=repeats, count=count)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recits-bench-") as name, small_site(Path(name) / "site") as site:
        site.enable("communication")
        with Session(loose(site.core.engine)) as session:
            fill(session, options.stories)
        print(f"CPU time of a request, {options.stories} public stories")
        for line in costs(site, repeats=options.repeats, count=1):
            print(" ", line)


if __name__ == "__main__":
    main()
