"""Two processes write 800 times to the same rows: nothing is lost, nothing fails."""

import subprocess
import sys

from app.db.models import AuditEntry, Passage, PassageRevision, SiteState
from app.services.passages import add_passage
from app.services.verify import verify_site
from tests.factories import actor
from tests.processes.conftest import ROOT, environment

TIMES = 400


def test_eight_hundred_writes_by_two_processes(site, session, world, home):
    generation = session.get_one(SiteState, 1).generation
    session.rollback()
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        passage = add_passage(uow, helene, world.stories["legumerie"], world.moments["vote"], None).id
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.processes.writer", str(home), passage, world.accounts[name], str(TIMES), name],
            cwd=ROOT,
            env=environment(home),
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("helene", "karim")
    ]
    for writer in writers:
        _out, errors = writer.communicate(timeout=240)
        assert (writer.returncode, errors) == (0, "")

    assert session.get_one(SiteState, 1).generation == generation + 2 * TIMES
    assert session.query(AuditEntry).filter_by(verb="test.write").count() == 2 * TIMES
    body = session.get_one(PassageRevision, session.get_one(Passage, passage).revision_id).body
    for name in ("helene", "karim"):
        assert [number for number in range(TIMES // 20) if f"{name} {number}." not in body] == []
    assert verify_site(session).faults == ()
