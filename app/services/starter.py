"""Fills an empty site once with the starter corpus, and, for a demonstration, with accounts whose passwords are drawn at random."""

import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.migrate import migrate
from app.db.models import Account, Approval, MissingVoice, SiteState, Stance, Story, Territory, Voice
from app.kernel.access import Role
from app.kernel.block import TEXT_BLOCK, read_block
from app.kernel.content import Span
from app.kernel.errors import Invalid, RecitsError
from app.kernel.slug import slugify
from app.kernel.voice import Mandate
from app.kernel.workflow import StoryState
from app.services import programme, themes, voices
from app.services.accounts import give_role, hash_password
from app.services.blocks import PreparedBlock
from app.services.checks import checked
from app.services.library import RIGHTS, SOURCE
from app.services.markup import MarkupRefused, PreparedBody, prepare_here
from app.services.media import ALT, CREDIT, PreparedImage, clean_image, new_media, write_image
from app.services.moments import MomentForm, add_moment
from app.services.page_starter import complete_site, make_missing_pages, prepare_pages
from app.services.passages import PromptAnswered, add_passage, write_revision
from app.services.plugins import prepare_tables, set_enabled
from app.services.roles import learn_from_enabled
from app.services.site import Site
from app.services.snapshots import SITE_ROW
from app.services.stories import create_story
from app.services.story_files import Corpus, PassageFile, ProgrammeFile, StoryFile, StoryFileError, TerritoryFile, read_corpus
from app.services.unit_of_work import UnitOfWork
from app.services.versions import freeze_version
from app.services.workflow import make_public

log = logging.getLogger("recits.starter")

PUBLISHED_AT = time(8, 0, tzinfo=UTC)
DEMO_DOMAIN = "demonstration.example"
DEMO_FILE = "comptes-de-demonstration.txt"
STARTER_PLUGINS = ("communication",)


class StarterError(Exception):
    """The starter corpus cannot be loaded; nothing was changed."""


@dataclass(frozen=True)
class StarterReport:
    """What was loaded, in words for the command line."""

    summary: str
    demonstration: tuple[tuple[str, str, str], ...] = ()


def is_empty(session: Session) -> bool:
    """Tells whether nobody and nothing is in the site yet, and the starter corpus was never loaded."""
    state = session.get(SiteState, SITE_ROW)
    started = state is not None and state.starter_loaded_at is not None
    counts = [session.scalar(select(func.count()).select_from(model)) for model in (Territory, Story, Account)]
    return not started and not any(counts)


def load_into_empty_site(site: Site, folder: Path, *, demonstration: bool) -> StarterReport:
    """Loads a folder of starter files; all of it, or nothing.

    Raises:
        StarterError: if a file is wrong, or the site is not empty.
    """
    try:
        corpus = read_corpus(folder)
    except StoryFileError as error:
        raise StarterError(f"stories/{error}") from error
    bodies = _prepare_bodies(corpus)
    images = _prepare_images(corpus, folder, site.settings.media_folder)
    page_bodies = prepare_pages(corpus.pages)
    with site.writer.begin() as uow:
        if not is_empty(uow.session):
            raise StarterError("Le site n’est pas vide : le corpus de départ ne s’y charge pas. / The site is not empty.")
        _Loader(uow, corpus, bodies, images).load()
        make_missing_pages(uow, corpus.pages, page_bodies)
        uow.session.get_one(SiteState, SITE_ROW).starter_loaded_at = uow.now
        uow.record(None, "site.load_starter", "site", "starter", stories=len(corpus.stories))
    _enable_plugins(site)
    people = _demonstration_accounts(site) if demonstration else ()
    words = sum(body.words for body in bodies.values())
    return StarterReport(f"{len(corpus.territories)} territoires, {len(corpus.stories)} récits, {words} mots.", people)


def _enable_plugins(site: Site) -> None:
    """Switches the shipped plugins on; one that fails is named on the extensions page and does not stop the site."""
    for name in STARTER_PLUGINS:
        try:
            prepare_tables(site, None, name)
            with site.writer.begin() as uow:
                set_enabled(uow, None, site.plugins, name, True)
        except RecitsError as refused:
            log.error("plugin %s could not be enabled: %s", name, refused.facts.get("message", refused.reason))


def migrate_and_fill(site: Site, folder: Path) -> list[str]:
    """Brings the tables up to date and makes the demonstration site, if it is empty; what `recits serve` does unasked in development."""
    migrate(site.engine)
    with site.writer.begin() as uow:
        learn_from_enabled(uow, site.plugins.usable(), site.snapshots.current(uow.session).enabled)
    complete_site(site, folder)
    return prepare_demonstration(site, folder)


def prepare_demonstration(site: Site, folder: Path) -> list[str]:
    """Fills the site if it is empty, with demonstration accounts; returns lines for the command line, the accounts among them."""
    with Session(site.engine) as session:
        empty = is_empty(session)
    if empty:
        load_into_empty_site(site, folder, demonstration=True)
    path = site.settings.home / DEMO_FILE
    return ["", *path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def _prepare_bodies(corpus: Corpus) -> dict[tuple[str, int], PreparedBody]:
    """Parses and renders every text before the transaction; keys are (slug, index of the passage), -1 for a territory's presentation."""
    prepared = {(entry.slug, -1): _prepare(entry.file, entry.description, "fr") for entry in corpus.territories}
    for story in corpus.stories:
        for index, passage in enumerate(story.passages):
            prepared[story.slug, index] = _prepare(story.file, passage.body, story.lang)
            _check_images(story, prepared[story.slug, index])
    return prepared


def _check_images(story: StoryFile, body: PreparedBody) -> None:
    unknown = [media_id for media_id in body.media_ids if media_id not in {image.id for image in story.images}]
    if unknown:
        raise StarterError(f"stories/{story.file}: 'images' does not list '{unknown[0]}', which a passage names")


def _prepare_images(corpus: Corpus, folder: Path, media_folder: Path) -> dict[str, PreparedImage]:
    """Cleans and stores the files of all images before the transaction; what is stored for nothing is swept."""
    prepared = {}
    for story in corpus.stories:
        for image in story.images:
            if image.file is None:
                continue
            try:
                prepared[image.id] = write_image(media_folder, clean_image((folder / image.file).read_bytes(), as_it_is=True))
            except OSError as error:
                raise StarterError(f"stories/{story.file}, image '{image.id}': 'file': {error.strerror}") from error
            except Invalid as refused:
                raise StarterError(f"stories/{story.file}, image '{image.id}': 'file': {refused.reason}") from refused
    return prepared


def _prepare(file: str, text: str, lang: str) -> PreparedBody:
    try:
        return prepare_here(text, lang=lang)
    except MarkupRefused as refused:
        raise StarterError(f"stories/{file}: text {refused.reason}") from refused


class _Loader:
    """Writes a corpus in one unit of work; remembers which key became which row."""

    def __init__(
        self, uow: UnitOfWork, corpus: Corpus, bodies: dict[tuple[str, int], PreparedBody], images: dict[str, PreparedImage]
    ) -> None:
        self.uow = uow
        self.corpus = corpus
        self.bodies = bodies
        self.images = images
        self.programmes: dict[str, str] = {}
        self.phases: dict[tuple[str, str], str] = {}
        self.themes: dict[str, str] = {}
        self.delegations: dict[str, str] = {}
        self.voices: dict[tuple[str, str], Voice] = {}
        self.moments: dict[tuple[str, str], str] = {}

    def load(self) -> None:
        """Loads everything; what the site's own rules refuse is said with the file that asks for it."""
        verbs: list[tuple[str, Callable[[], None]]] = [
            *((entry.file, partial(self.load_programme, entry)) for entry in self.corpus.programmes),
            *((entry.file, partial(self.load_territory, entry)) for entry in self.corpus.territories),
            *((entry.file, partial(self.load_story, entry)) for entry in self.corpus.stories),
        ]
        for file, load in verbs:
            try:
                load()
            except RecitsError as refused:
                about = f"'{refused.field}': " if isinstance(refused, Invalid) else ""
                raise StarterError(f"stories/{file}: {about}{refused.reason}") from refused

    def load_programme(self, entry: ProgrammeFile) -> None:
        row = programme.create_programme(self.uow, None, entry.name, entry.description, slug=entry.slug)
        self.programmes[entry.slug] = row.id
        for phase in entry.phases:
            self.phases[entry.slug, phase.key] = programme.add_phase(
                self.uow, None, row.id, phase.name, phase.description, key=phase.key
            ).id
        for stream in entry.workstreams:
            programme.add_workstream(self.uow, None, row.id, stream.name, stream.kind, stream.description, key=stream.key)
        for theme in entry.themes:
            if theme.key not in self.themes:  # the list is the site's: two programmes may name the same theme
                self.themes[theme.key] = themes.add_theme(self.uow, None, theme.name, key=theme.key).id

    def load_territory(self, entry: TerritoryFile) -> None:
        row = programme.create_territory(
            self.uow, None, entry.name, entry.nature, self.bodies[entry.slug, -1], slug=entry.slug, fictitious=entry.fictitious
        )
        delegation = programme.create_delegation(self.uow, None, self.programmes[entry.programme], row.id)
        self.delegations[entry.slug] = delegation.id
        seats = {seat.category: seat.id for seat in voices.seats_of(self.uow.session, delegation.id)}
        for voice in entry.voices:
            mandate = Mandate(voice.start, voice.end)
            self.voices[entry.slug, voice.key] = (
                voices.seat_voice(self.uow, None, seats[voice.category], voice.name, voice.function, mandate, voice.display)
                if voice.category
                else voices.add_guest(self.uow, None, delegation.id, voice.name, voice.function, mandate, voice.display)
            )
        for moment in entry.moments:
            phase = self.phases[entry.programme, moment.phase] if moment.phase else None
            form = MomentForm(moment.title, moment.date, moment.place, phase, moment.description)
            self.moments[entry.slug, moment.key] = add_moment(self.uow, None, delegation.id, form).id

    def load_story(self, entry: StoryFile) -> None:
        story = create_story(
            self.uow,
            None,
            self.delegations[entry.territory],
            entry.title,
            entry.standfirst,
            entry.lang,
            slug=entry.slug,
            format_name=entry.format,
        )
        self.load_images(entry, story)
        for index, passage in enumerate(entry.passages):
            self.load_passage(entry, story, passage, self.bodies[entry.slug, index])
        self.load_positions(entry, story)
        themes.set_themes(self.uow, None, story, [self.themes[key] for key in entry.themes])
        if entry.published is not None:
            self.publish(story, datetime.combine(entry.published, PUBLISHED_AT))

    def load_images(self, entry: StoryFile, story: Story) -> None:
        """Adds a story's images under the ids that its bodies name; one that is lost stays lost."""
        for image in entry.images:
            if image.file is None:
                continue
            row = new_media(self.uow, None, self.images[image.id], story.id)
            row.id = image.id
            row.alt, row.credit = checked("alt", image.alt, ALT), checked("credit", image.credit, CREDIT)
            row.rights, row.source = checked("rights", image.rights, RIGHTS), checked("source", image.source, SOURCE)
            self.uow.session.add(row)
            self.uow.session.flush()
            self.uow.record(None, "media.add", "media", row.id, story=story.id, hash=row.hash)

    def load_passage(self, entry: StoryFile, story: Story, passage: PassageFile, body: PreparedBody) -> None:
        voice = self.voices[entry.territory, passage.voice] if passage.voice else None
        moment = self.moments[entry.territory, passage.moment] if passage.moment else None
        said = [Span(start, end, self.voices[entry.territory, key].id) for start, end, key in passage.said]
        block = next((block for block in entry.blocks if block.key == passage.block), None)
        row = add_passage(self.uow, None, story.id, moment, voice.id if voice else None, block.type if block else TEXT_BLOCK)
        prompt = PromptAnswered("starter", passage.question) if passage.question else None
        kept = read_block(block.reads) if block else None
        filled = PreparedBlock(block.data, kept) if block and kept else None
        try:
            write_revision(self.uow, None, row, body, prompt, entry.lang, gathered_by=passage.scribe, spans=said or None, block=filled)
        except ValueError as error:  # a span outside of the words
            raise StarterError(f"stories/{entry.file}: 'said': {error}") from error

    def load_positions(self, entry: StoryFile, story: Story) -> None:
        for stance in entry.stances:
            key = (self.voices[entry.territory, stance.voice].id, self.moments[entry.territory, stance.moment])
            row = self.uow.session.get(Stance, key) or Stance(voice_id=key[0], moment_id=key[1])
            row.stance, row.note, row.updated_at = stance.stance, stance.note, self.uow.now
            self.uow.session.add(row)
        for gap in entry.missing:
            moment = self.moments[entry.territory, gap.moment]
            self.uow.session.add(
                MissingVoice(story_id=story.id, moment_id=moment, category=gap.category, reason=gap.reason, updated_at=self.uow.now)
            )
        self.uow.session.flush()

    def publish(self, story: Story, at: datetime) -> None:
        """Signs every passage for its voice and makes the story public, as of the day that its file says."""
        version = freeze_version(self.uow, None, story)
        everyone = {voice for pin in version.manifest["passages"] for voice in pin["voices"]}
        for pin in version.manifest["passages"]:
            for voice_id in pin["voices"] or sorted(everyone):
                shown = self.uow.session.get_one(Voice, voice_id).display
                self.uow.session.add(Approval(passage_id=pin["passage"], voice_id=voice_id, hash=pin["hash"], shown=shown, at=at))
        story.submitted_version_id = version.id
        make_public(self.uow, story, version)
        story.state, story.state_since = str(StoryState.PUBLISHED), at
        story.published_at = story.first_published_at = version.published_at = at
        self.uow.record(None, "story.publish", "story", story.id, version=version.id)


# — demonstration accounts —


def _demonstration_accounts(site: Site) -> tuple[tuple[str, str, str], ...]:
    """Makes one account for each role and each voice in office; returns (who, address, password), kept in the site folder too."""
    with Session(site.engine) as session:
        in_office = _voices_in_office(session, site.clock.today())
    wanted: list[tuple[str, str, Role | None, str | None]] = [("Équipe administration", "administration", Role.ADMINISTRATOR, None)]
    wanted += [("Équipe organisation", "organisation", Role.ORGANISER, None), ("Équipe relecture", "relecture", Role.EDITOR, None)]
    wanted += [(f"{territory}, {voice.name}", slugify(voice.name).replace("-", "."), None, voice.id) for territory, voice in in_office]
    people: list[tuple[str, str, str]] = []
    rows = []
    for label, local, role, voice_id in wanted:
        email, password = f"{local}@{DEMO_DOMAIN}", secrets.token_urlsafe(9)
        people.append((label, email, password))
        rows.append((label.split(", ")[-1], email, hash_password(password), role, voice_id))
    with site.writer.begin() as uow:
        for name, email, password_hash, role, voice_id in rows:
            _add_account(uow, name, email, password_hash, role, voice_id)
        uow.record(None, "site.demonstration_accounts", "site", "starter", number=len(rows))
    _write_private(site.settings.home / DEMO_FILE, _accounts_text(people))
    return tuple(people)


def _voices_in_office(session: Session, today: date) -> list[tuple[str, Voice]]:
    rows = voices.voices_with_territory(session)
    return [(name, voice) for name, voice in rows if Mandate(voice.mandate_start, voice.mandate_end).holds(today)]


def _add_account(uow: UnitOfWork, name: str, email: str, password_hash: str, role: Role | None, voice_id: str | None) -> None:
    account = Account(email=email, name=name, password_hash=password_hash, created_at=uow.now, demonstration=True)
    uow.session.add(account)
    uow.session.flush()
    if role is not None:
        give_role(uow, account.id, role)
    if voice_id is not None:
        uow.session.get_one(Voice, voice_id).account_id = account.id


def _accounts_text(people: list[tuple[str, str, str]]) -> str:
    width = max(len(email) for _label, email, _password in people)
    lines = ["Comptes de démonstration (mots de passe tirés au sort pour ce site) :", ""]
    lines += [f"  {email:<{width}}  {password}  {label}" for label, email, password in people]
    return "\n".join(lines) + "\n"


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
