"""Files that nothing refers to go after their grace; what a story, the trash, a notebook, the logo or an old version names stays."""

import os
from datetime import timedelta
from io import BytesIO

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import select, update

from app.cli.base import Makers
from app.cli.main import recits
from app.db.models import AuditEntry, Media, PageVersion, PassageRevision, PrivateMedia, PublicMedia
from app.services import identity, library, media, passages
from app.services.markup import prepare_here
from app.services.media_sweep import sweep_media
from app.services.private_media import drop_private_image, keep_private_image
from tests.factories import actor


@pytest.fixture
def stored(site):
    """Returns a function that stores an image of a colour."""

    def store(colour: str) -> media.PreparedImage:
        out = BytesIO()
        Image.new("RGB", (600, 300), colour).save(out, "PNG")
        return media.prepare_image(site.settings.media_folder, out.getvalue())

    return store


def there(site, image: media.PreparedImage) -> bool:
    return (media.image_folder(site.settings.media_folder, image.hash) / "master").is_file()


def age(site, image: media.PreparedImage, days: int) -> None:
    """Makes the mark of an image as old as that."""
    mark = media.image_folder(site.settings.media_folder, image.hash) / media.ORPHAN_MARK
    then = (site.clock() - timedelta(days=days)).timestamp()
    os.utime(mark, (then, then))


def test_what_nothing_names_waits_for_its_grace_and_goes(site, stored, session):
    image = stored("#9e1b45")
    assert (sweep_media(site, dry_run=True).waiting, sweep_media(site, dry_run=True).removed) == (1, 0)
    assert sweep_media(site, days=0, dry_run=True).removed == 0, "a dry run marks nothing"
    assert sweep_media(site).waiting == 1
    age(site, image, 29)
    assert sweep_media(site).removed == 0
    assert sweep_media(site, days=28, dry_run=True).removed == 1, "a further sweep does not begin the grace anew"
    age(site, image, 31)
    assert sweep_media(site, dry_run=True).removed == 1
    assert there(site, image)
    swept = sweep_media(site)
    assert swept.removed == 1
    assert swept.size > image.size
    assert list(site.settings.media_folder.glob("??/*")) == []
    assert sweep_media(site) == type(swept)()
    assert [entry.facts["images"] for entry in session.scalars(select(AuditEntry).where(AuditEntry.verb == "media.sweep"))] == [1]


def test_what_is_named_anywhere_stays_and_goes_once_it_is_not(site, world, stored):
    admin, helene = actor(site, world, "admin"), actor(site, world, "helene")
    images = {
        name: stored(colour)
        for name, colour in zip(("library", "notebook", "logo", "story"), ("#111", "#222", "#333", "#444"), strict=True)
    }
    with site.writer.begin() as uow:
        row = library.add_to_library(uow, admin, images["library"], library.MediaWords("Un aplat", "Une personne")).id
        note = keep_private_image(uow, helene, images["notebook"]).id
        identity.set_logo(uow, admin, images["logo"], "Un nœud")
        media.add_image(uow, helene, world.stories["legumerie"], images["story"], "Un aplat", "Une personne")
    with site.writer.begin() as uow:
        library.trash_media(uow, admin, row)
        assert uow.session.get_one(Media, row).deleted_at is not None
    assert sweep_media(site, days=0).waiting == 0
    assert all(there(site, image) for image in images.values()), "the trash counts"
    with site.writer.begin() as uow:
        drop_private_image(uow, helene, note)
        identity.remove_logo(uow, admin)
        assert uow.session.get(PrivateMedia, note) is None
    assert sweep_media(site).waiting == 2
    for name in ("notebook", "logo"):
        age(site, images[name], 40)
    with site.writer.begin() as uow:  # wanted back in time
        identity.set_logo(uow, admin, stored("#333"), "Un nœud")
    assert sweep_media(site).removed == 1
    assert [name for name, image in images.items() if there(site, image)] == ["library", "logo", "story"]


def test_an_upload_begins_its_grace_anew(site, stored):
    image = stored("#9e1b45")
    sweep_media(site)
    age(site, image, 90)
    stored("#9e1b45")  # its row is not written yet
    assert sweep_media(site).removed == 0
    assert there(site, image)


def test_one_that_is_used_for_a_while_begins_its_grace_anew(site, world, stored):
    image, helene = stored("#9e1b45"), actor(site, world, "helene")
    mark = media.image_folder(site.settings.media_folder, image.hash) / media.ORPHAN_MARK
    sweep_media(site)
    age(site, image, 31)
    with site.writer.begin() as uow:
        note = keep_private_image(uow, helene, image).id
    sweep_media(site, dry_run=True)
    assert mark.exists()
    sweep_media(site)
    assert not mark.exists()
    with site.writer.begin() as uow:
        drop_private_image(uow, helene, note)
    assert (sweep_media(site).removed, there(site, image)) == (0, True)


def test_what_a_version_or_the_public_was_ever_shown_stays(site, world, stored):
    page, passage, public = stored("#111"), stored("#222"), stored("#333")
    helene, story = actor(site, world, "helene"), world.stories["legumerie"]
    with site.writer.begin() as uow:
        written = passages.add_passage(uow, helene, story, world.moments["vote"], world.voices["helene"])
        passages.write_revision(uow, helene, written, prepare_here("Ce jour-là.", lang="fr"), None, "fr")
        uow.session.execute(update(PassageRevision).values(media=[{"hash": passage.hash}]))
        uow.session.execute(update(PageVersion).values(media=[{"hash": page.hash}]))
        uow.session.add(PublicMedia(hash=public.hash, story_id=story))
    assert sweep_media(site).waiting == 0


def test_what_is_not_ours_is_left_alone(site, stored, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = site.settings.media_folder / "ab" / ("ab" + "0" * 62)
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    image = stored("#9e1b45")
    folder = media.image_folder(site.settings.media_folder, image.hash)
    (folder / "notes.txt").write_text("à moi", encoding="utf-8")
    (site.settings.media_folder / "ab").mkdir(exist_ok=True)
    (site.settings.media_folder / "ab" / "abri").mkdir()
    sweep_media(site)
    age(site, image, 31)
    assert sweep_media(site).removed == 1
    assert [file.name for file in folder.iterdir()] == ["notes.txt"]
    assert list((site.settings.media_folder / "ab" / "abri").iterdir()) == []
    assert list(elsewhere.iterdir()) == []


def test_the_command_says_what_it_would_do_and_does_it(app, site, stored):
    image = stored("#9e1b45")

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(recits, ["media", "sweep", *arguments], obj=Makers(lambda **_more: app, list))
        assert done.exit_code == 0, done.output
        return done.output

    assert "in their grace : 1" in run()
    age(site, image, 31)
    assert "would be removed : 1" in run("--dry-run")
    assert there(site, image)
    assert "in their grace : 1" in run("--days", "60")
    assert "removed : 1" in run()
    assert not there(site, image)
