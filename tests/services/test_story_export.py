"""Stories taken away as files: all that a story holds goes and comes back, byte for byte; nothing goes that its delegation does not read."""

import io
import zipfile

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import select

from app.cli.base import Makers
from app.cli.main import recits
from app.config import shipped
from app.db.migrate import migrate
from app.db.models import Account, Approval, AuditEntry, Media, Passage, PassageRevision, Story, StoryDelegation, Voice
from app.factory import create_app
from app.kernel.block import Block
from app.kernel.content import Span
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.voice import Display, Mandate
from app.services import media, passages, restrictions, starter, stories, voices
from app.services.approvals import state_missing_voice
from app.services.blocks import PreparedBlock
from app.services.markup import prepare_here
from app.services.passages import PromptAnswered, write_revision
from app.services.story_export import export_stories, export_story
from app.services.story_files import read_corpus
from app.services.verify import verify_site
from tests.conftest import close_engines, settings_for
from tests.services.conftest import rooms_of

BODY = "Onze voix pour.\n\n\\:::\n\n- « Neuf » contre\n- \U0001f69c une abstention"
DATA = {"kind": "document", "title": "La délibération : n° 12", "words": ["a", 1, None, True], "more": {"x": "deux\nlignes"}}


@pytest.fixture
def site(app, live):
    """The site with the rooms of `live`."""
    return app.extensions["recits"]


@pytest.fixture
def made(tmp_path):
    """Returns a function that makes an empty site, and one that fills it with a folder; both end with the test."""
    apps = []

    def make(name, folder):
        home = tmp_path / name
        home.mkdir()
        app = create_app(settings_for(home))
        apps.append(app)
        site = app.extensions["recits"]
        migrate(site.engine)
        starter.load_into_empty_site(site, folder, demonstration=False)
        return site

    yield make
    for app in apps:
        close_engines(app)


def files_of(desk, rooms, name="helene"):
    return export_story(rooms, desk.who(name), desk.story, desk.site.settings.media_folder)


def written(site, folder):
    """Exports all stories of a site into a folder; returns its files by name."""
    export_stories(rooms_of(site), site.settings.media_folder).write_folder(folder)
    return everything(folder)


def everything(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def picture(desk, colour="#9e1b45", kind="JPEG"):
    out = io.BytesIO()
    Image.effect_noise((320, 200), 80).convert("RGB").save(out, kind)
    image = media.prepare_image(desk.site.settings.media_folder, out.getvalue())
    with desk.site.writer.begin() as uow:
        row = media.add_image(uow, desk.who("helene"), desk.story, image, "Une cour", "Hélène, 2022")
        row.rights, row.source = "CC BY-SA 4.0", "Atelier : le « fonds »"
        return row.id


def write(desk, passage, body, **more):
    with desk.site.writer.begin() as uow:
        row = uow.session.get_one(Passage, passage)
        return write_revision(uow, None, row, prepare_here(body, lang="fr"), more.pop("prompt", None), "fr", **more).id


@pytest.fixture
def told(desk):
    """A story with all that one can hold: shared words of two voices, a guest, a trace, a picture, a missing voice, a question, an empty passage."""
    image = picture(desk)
    shared = desk.add("helene", voice=None)
    said = [Span(0, 4, desk.world.voices["helene"]), Span(5, 9, desk.world.voices["karim"])]
    write(desk, shared, BODY, spans=said, prompt=PromptAnswered("communication:vote", 'Qui a dit "oui" ?'))
    own = desk.add("helene")
    desk.save("scribe", own, f"Nous étions là.\n\n![La cour](media:{image})")
    with desk.site.writer.begin() as uow:
        guest = voices.add_guest(
            uow, None, desk.world.delegations["brumeval"], "Inès Roux", "stagiaire, au pays", Mandate(None, None), Display.ANONYMOUS
        )
        heard = passages.add_passage(uow, None, desk.story, desk.world.moments["vote"], guest.id)
        write_revision(uow, None, heard, prepare_here("J’ai entendu.", lang="fr"), None, "fr")
        trace = passages.add_passage(uow, None, desk.story, desk.world.moments["tour"], desk.world.voices["karim"], "communication:trace")
        block = Block(
            "La délibération", "Onze voix pour, neuf contre.", (("Date", "12 mai 2022"),), link=("https://exemple.test/x", "Lire")
        )
        write_revision(uow, None, trace, prepare_here("Deux mots.", lang="fr"), None, "fr", block=PreparedBlock(DATA, block))
        passages.add_passage(uow, None, desk.story, None, desk.world.voices["karim"])
        state_missing_voice(uow, desk.who("helene"), desk.story, desk.world.moments["vote"], "state_agent", "Le poste était vacant.")
    return {"image": image, "shared": shared, "own": own}


def test_what_a_site_shows_at_first_goes_round_byte_for_byte(made, tmp_path):
    first = written(made("one", shipped("stories")), tmp_path / "first")
    assert len(first) == 1 + 3 + 7
    assert written(made("two", tmp_path / "first"), tmp_path / "second") == first
    before, after = (
        {entry.slug: (entry.title, entry.published, [passage.body for passage in entry.passages]) for entry in read_corpus(folder).stories}
        for folder in (shipped("stories"), tmp_path / "first")
    )
    assert after == before


def test_all_that_a_story_holds_goes_round(desk, rooms, told, made, tmp_path):
    files = files_of(desk, rooms)
    files.write_folder(tmp_path / "first")
    assert files.lost == ()
    site = made("other", tmp_path / "first")
    assert written(site, tmp_path / "second") == everything(tmp_path / "first")
    with rooms_of(site).reading() as session:
        names = {row.id: row.name for row in session.scalars(select(Voice))}
        rows = {row.plain.split("\n")[0]: row for row in session.scalars(select(PassageRevision))}
        shared = rows["Onze voix pour."]
        assert [(shared.plain[start:end], names[voice]) for start, end, voice in shared.spans] == [("Onze", "Helene"), ("voix", "Karim")]
        assert shared.data["prompt"]["text"] == 'Qui a dit "oui" ?'
        own = rows["Nous étions là."]
        assert (own.gathered_by, own.media[0]["credit"]) == ("Scribe", "Hélène, 2022")
        image = session.get_one(Media, told["image"])
        assert (image.rights, image.source, image.hash) == ("CC BY-SA 4.0", "Atelier : le « fonds »", own.media[0]["hash"])
        trace = rows["Deux mots."]
        assert trace.data["block"] == DATA
        assert trace.snapshot["facts"] == [["Date", "12 mai 2022"]]
        assert "neuf contre" in trace.plain
        guest = session.scalars(select(Voice).where(Voice.name == "Inès Roux")).one()
        assert (guest.seat_id, guest.category, guest.display) == (None, None, "anonymous")
        assert session.scalars(select(Approval)).all() == [], "a story that is not public is signed by nobody"
        assert verify_site(session).faults == ()


def test_every_stretch_keeps_its_voice_and_a_key_says_no_more_of_a_voice_than_the_public_sees(desk, rooms, told):
    text = files_of(desk, rooms).texts["la-legumerie.md"]
    assert '::: passage moment=le-vote voice=shared question="Qui a dit ""oui"" ?" said="0-4:helene 5-9:karim"' in text
    assert "::: passage moment=le-vote voice=voix\n" in text, "an anonymous guest is not named in the story's own file"
    assert "Inès" not in text
    assert "Roux" not in text


def test_what_is_being_written_is_in_the_files_and_what_is_only_proposed_is_not(desk, rooms, live):
    passage = desk.add("helene")
    desk.save("helene", passage, "Nous avons voté.")
    live.write(passage, "Nous avons voté hier.\n", contributors=[desk.world.accounts["helene"]])
    live.proposed[passage] = ["Des mots proposés."]
    text = files_of(desk, rooms).texts["la-legumerie.md"]
    assert "Nous avons voté hier." in text
    assert "proposés" not in text
    assert live.asked == [("seal", passage)]


def test_a_voice_that_speaks_in_common_words_alone_goes_along(desk, rooms):
    shared = desk.add("helene", voice=None)
    write(desk, shared, "Nous avons voté.", spans=[Span(0, 4, desk.world.voices["maud"])])
    texts = files_of(desk, rooms).texts
    assert "said=0-4:maud" in texts["la-legumerie.md"]
    assert "name: Maud" in texts["territories/pays-de-brumeval.md"]
    assert "Helene" not in texts["territories/pays-de-brumeval.md"]


def test_a_story_that_leaves_while_its_words_are_sealed_is_not_taken_away(desk, rooms, live):
    passage = desk.add("helene")
    live.write(passage, "Nous avons voté.\n", contributors=[desk.world.accounts["helene"]])
    live.meanwhile = lambda _passage: desk.do(stories.delete_story, "karim", desk.story)
    with pytest.raises(NotFound):
        files_of(desk, rooms)


def test_nothing_of_accounts_other_voices_other_stories_or_the_trash_goes(desk, rooms, told):
    gone = desk.add("karim")
    desk.save("karim", gone, "Mis de côté.")
    desk.do(passages.delete_passage, "karim", gone)
    texts = "\n".join(files_of(desk, rooms).texts.values())
    desk.session.rollback()
    for account in desk.session.scalars(select(Account)):
        assert account.email not in texts
        assert account.id not in texts
    for absent in ("Maud", "Philippe", "Autre_helene", "Un autre récit", "Mis de côté", "scribe_id", desk.story):
        assert absent not in texts


@pytest.mark.parametrize("name", ["autre_helene", "personne", "editrice", "organisation", "admin"])
def test_only_members_take_a_story_away_and_nothing_is_sealed_for_others(desk, rooms, live, told, name):
    with pytest.raises(NotFound):
        files_of(desk, rooms, name)
    assert live.asked == []


def test_a_story_in_the_trash_is_taken_away_by_nobody(desk, rooms):
    desk.do(stories.delete_story, "helene", desk.story)
    with pytest.raises(NotFound):
        files_of(desk, rooms)
    assert "la-legumerie.md" not in export_stories(rooms, desk.site.settings.media_folder).texts


def test_only_words_that_are_public_as_they_stand_have_a_date(made, tmp_path):
    site = made("one", shipped("stories"))
    rooms = rooms_of(site)
    edited, hidden, pictured = "onze-heures-vingt", "une-matinee-sur-un-verbe", "quatre-chaises-pour-une-halle"
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "PNG")
    image = media.prepare_image(site.settings.media_folder, out.getvalue())
    with site.writer.begin() as uow:
        found = {row.slug: row for row in uow.session.scalars(select(Story))}
        found[edited].title = "Onze heures vingt et une"
        restrictions.restrict(uow, None, "tests", "story", found[hidden].id, "essai")
        row = media.new_media(uow, None, image, found[pictured].id)
        row.alt = row.credit = "x"
        uow.session.add(row)
        uow.session.flush()
        restrictions.restrict(uow, None, "tests", "image", row.id, "essai")
    export_stories(rooms, site.settings.media_folder).write_folder(tmp_path / "files")
    dated = {entry.slug: entry.published for entry in read_corpus(tmp_path / "files").stories}
    assert {slug for slug, day in dated.items() if day is None} == {edited, hidden, pictured}


def test_a_picture_that_is_lost_is_named_and_the_rest_is_read_back(desk, rooms, made, tmp_path):
    image = picture(desk, kind="PNG")
    passage = desk.add("helene")
    desk.save("helene", passage, f"Ici.\n\n![a](media:{image})\n\n![b](media:ailleurs)")
    desk.session.rollback()
    (media.image_folder(desk.site.settings.media_folder, desk.session.get_one(Media, image).hash) / "master").unlink()
    files = files_of(desk, rooms)
    assert files.lost == (("la-legumerie.md", image), ("la-legumerie.md", "ailleurs"))
    assert files.images == {}
    files.write_folder(tmp_path / "files")
    assert written(made("other", tmp_path / "files"), tmp_path / "again")["la-legumerie.md"].count(b"media:") == 2


def test_a_story_of_two_delegations_is_refused_rather_than_told_wrong(desk, rooms):
    with desk.site.writer.begin() as uow:
        uow.session.add(StoryDelegation(story_id=desk.story, delegation_id=desk.world.delegations["valcendre"], lead=False))
    with pytest.raises(Refused, match="told_by_several"):
        files_of(desk, rooms)


def test_voices_and_moments_of_one_name_have_keys_of_their_own(desk, rooms):
    with desk.site.writer.begin() as uow:
        for name in ("helene", "karim"):
            uow.session.get_one(Voice, desk.world.voices[name]).name = "Shared"
        uow.session.get_one(Voice, desk.world.voices["maud"]).name = "2 à 2"
    for name in ("helene", "karim", "maud"):
        desk.save(name, desk.add(name), f"Des mots de {name}.")
    text = files_of(desk, rooms).texts["la-legumerie.md"]
    assert [line.split("voice=")[1] for line in text.split("\n") if line.startswith("::: ")] == ["shared-2", "shared-3", "voix-2-a-2"]


def test_reading_a_story_away_leaves_no_trace_but_what_was_sealed(desk, rooms, told):
    before = len(desk.session.scalars(select(AuditEntry)).all())
    desk.session.rollback()
    files_of(desk, rooms)
    assert len(desk.session.scalars(select(AuditEntry)).all()) == before


# — images and blocks, when they are read —


def spoiled(folder, name, before, after):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_body_that_names_an_image_which_is_not_listed_is_refused_with_file_and_key(desk, rooms, told, made, tmp_path):
    files_of(desk, rooms).write_folder(tmp_path / "files")
    spoiled(tmp_path / "files", "la-legumerie.md", f"media:{told['image']}", "media:zzz")
    with pytest.raises(starter.StarterError, match=r"la-legumerie\.md: 'images' does not list 'zzz'"):
        made("other", tmp_path / "files")


def test_a_file_that_is_no_picture_is_refused_and_metadata_is_taken_out(desk, rooms, told, made, tmp_path):
    files = files_of(desk, rooms)
    files.write_folder(tmp_path / "files")
    (name,) = files.images
    secret = Image.Exif()
    secret[0x010E] = "chez Hélène"
    Image.new("RGB", (30, 20)).save(tmp_path / "files" / name, exif=secret)
    site = made("other", tmp_path / "files")
    kept = [path for path in site.settings.media_folder.rglob("*") if path.is_file()]
    assert kept
    assert not any(b"chez" in path.read_bytes() for path in kept)
    (tmp_path / "files" / name).write_bytes(b"<svg/>")
    with pytest.raises(starter.StarterError, match=rf"image '{told['image']}': 'file': image_unreadable"):
        made("third", tmp_path / "files")


def test_a_picture_that_a_site_holds_comes_back_however_heavy_it_is(desk, monkeypatch):
    out = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(out, "PNG")
    stored = media.clean_image(out.getvalue())
    monkeypatch.setattr(media, "MOST_BYTES", 1000)
    assert media.clean_image(stored.master, as_it_is=True).hash == stored.hash
    with pytest.raises(Invalid):
        media.clean_image(stored.master)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_only_a_file_of_pixels_alone_keeps_its_bytes(kind):
    plain, told = io.BytesIO(), io.BytesIO()
    drawn = Image.effect_noise((60, 40), 90).convert("RGB")
    secret = Image.Exif()
    secret[0x010E] = "chez Hélène"
    drawn.save(plain, kind)
    drawn.save(told, kind, exif=secret)
    kept = media.clean_image(plain.getvalue()).master
    assert media.clean_image(kept, as_it_is=True).master == kept
    for spoiled_bytes in (told.getvalue(), kept + b"chez"):
        assert b"chez" not in media.clean_image(spoiled_bytes, as_it_is=True).master


# — the archive and the command —


def test_the_archive_holds_the_files_and_is_the_same_each_time(desk, rooms, told):
    files = files_of(desk, rooms)
    first, second = (b"".join(files.zip_pieces()) for _time in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert {name for name in archive.namelist() if not name.startswith("images/")} == set(files.texts)
        (name, place), *_none = files.images.items()
        assert archive.read(name) == place.read_bytes()


@pytest.fixture
def run(app):
    def invoke(*arguments):
        return CliRunner().invoke(recits, ["story", "export", *map(str, arguments)], obj=Makers(lambda **_more: app, list))

    return invoke


def test_the_command_writes_what_it_is_asked_for_into_an_empty_folder(run, told, tmp_path):
    done = run(tmp_path / "all")
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "all").glob("*.md")} == {"programme.md", "la-legumerie.md", "un-autre-recit.md"}
    assert run(tmp_path / "one", "--story", "un-autre-recit").exit_code == 0
    assert [path.name for path in (tmp_path / "one" / "territories").iterdir()] == ["agglomeration-de-valcendre.md"]
    again = run(tmp_path / "one")
    assert again.exit_code == 1
    assert "n’est pas vide" in again.output
    unknown = run(tmp_path / "none", "--story", "rien")
    assert unknown.exit_code == 1
    assert "« rien »" in unknown.output
    assert not (tmp_path / "none").exists()
