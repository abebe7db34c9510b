"""The desk of a story of the world: its verbs in one line each."""

from app.db.desk import read_working_copy
from app.db.models import Passage, PassageRevision, Story
from app.services import approvals
from app.services.markup import prepare_here
from app.services.passages import add_passage, save_passage
from tests.factories import actor


class Desk:
    """Verbs of the desk in one line each, for somebody of the world."""

    def __init__(self, site, world, session):
        self.site, self.world, self.session = site, world, session
        self.story = world.stories["legumerie"]

    def who(self, name):
        return actor(self.site, self.world, name)

    def add(self, name, moment="vote", voice="own"):
        voice_id = self.world.voices[name] if voice == "own" else self.world.voices[voice] if voice else None
        with self.site.writer.begin() as uow:
            return add_passage(uow, self.who(name), self.story, self.world.moments[moment] if moment else None, voice_id).id

    def save(self, name, passage, body):
        with self.site.writer.begin() as uow:
            base = uow.session.get_one(Passage, passage).revision_id
            revision = save_passage(uow, self.who(name), passage, prepare_here(body, lang="fr"), None, base)
        assert isinstance(revision, PassageRevision)
        return revision

    def do(self, verb, name, *arguments):
        with self.site.writer.begin() as uow:
            return verb(uow, self.who(name), *arguments)

    def sign(self, name, passage):
        content_hash = approvals.current_hash(self.session, self.session.get_one(Passage, passage))
        self.session.rollback()
        self.do(approvals.sign_passage, name, passage, self.world.voices[name], content_hash)

    def line(self, passage):
        self.session.rollback()
        found = read_working_copy(self.session, self.session.get_one(Story, self.story)).line(passage)
        assert found is not None
        return found

    def order(self):
        self.session.rollback()
        return [line.passage.id for line in read_working_copy(self.session, self.session.get_one(Story, self.story)).lines]
