"""A process of its own that writes to shared rows: `python -m tests.processes.writer HOME PASSAGE ACCOUNT TIMES LABEL`."""

import sys
from pathlib import Path

from app.config import load_settings
from app.db.models import Passage, PassageRevision, SiteState
from app.factory import create_app
from app.services import markup
from app.services.access import load_actor
from app.services.desk import Desk
from app.services.saving import Saved, save_beside_others
from app.services.site import Site


def main(home: Path, passage_id: str, account_id: str, times: int, label: str) -> None:
    """Increments one counter and adds one paragraph to one passage, so many times."""
    site: Site = create_app(load_settings(home=home)).extensions["recits"]
    with site.writer.begin() as uow:
        snapshot = site.snapshots.current(uow.session)
        actor = load_actor(uow.session, account_id, uow.now.date(), snapshot)
    assert actor is not None
    for _ in range(times):
        with site.writer.begin() as uow:
            uow.session.get_one(SiteState, 1).generation += 1
            uow.record(None, "test.write", "site", label)
    for number in range(times // 20):
        with site.writer.begin() as uow:
            passage = uow.session.get_one(Passage, passage_id)
            base = uow.session.get(PassageRevision, passage.revision_id) if passage.revision_id else None
        body = (base.body if base else "") + f"\n\n{label} {number}."
        saved = save_beside_others(Desk(site.writer, snapshot, site.live), actor, passage_id, body, None, base.id if base else None, "fr")
        assert isinstance(saved, Saved), saved
    markup.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
