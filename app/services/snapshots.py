"""Which plugins are on: reads the generation and freezes snapshots; changes nothing."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.migrate import is_behind
from app.db.models import PluginState, PluginSuspension
from app.hooks.registry import Registry
from app.hooks.snapshot import Snapshot, freeze

SITE_ROW = 1


_READ = "SELECT generation FROM site_state WHERE id = 1"


def read_generation(session: Session) -> int:
    """Returns the site's generation; asked by every request, so it goes past SQLAlchemy to the driver: a tenth of the time (`make bench`)."""
    connection = session.connection()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_READ)
        return int(cursor.fetchone()[0])  # type: ignore[index]  # without a row it fails, and is asked again below
    except Exception:  # each driver has errors of its own: asked again in a way that gives them the names that callers know
        return int(connection.exec_driver_sql(_READ).scalar_one())
    finally:
        cursor.close()


class SnapshotCache:
    """The last snapshot that this process froze; good as long as the generation is the same.

    Args:
        usable: the plugins whose code can be used, with the revisions of their migrations, newest first. One whose tables are older than its code is held back until
            they are migrated: it would fail at every call.
    """

    def __init__(self, registry: Registry, usable: Mapping[str, Sequence[str]]) -> None:
        self._registry = registry
        self._usable = usable
        self._last: Snapshot | None = None

    def current(self, session: Session) -> Snapshot:
        """Returns the snapshot of the committed generation that a reading session sees."""
        self._last = last = self.within(session)
        return last

    def within(self, session: Session) -> Snapshot:
        """Returns the snapshot that a unit of work sees; it is not kept, since what it sees may be undone and its generation given to another set."""
        generation = read_generation(session)
        last = self._last
        if last is not None and last.generation == generation:
            return last
        on = session.scalars(select(PluginState.name).where(PluginState.enabled.is_(True))).all()
        suspended = session.scalars(select(PluginSuspension.call))
        connection = session.connection()
        ready = frozenset(name for name in on if name in self._usable and not is_behind(connection, name, self._usable[name]))
        return freeze(generation, ready, self._registry, frozenset(suspended))
