"""The life of plugins: their state, switching on and off, migrating, upgrading, purging, and what is suspended."""

from app.services.plugins.dormant import Dormant, what_goes_dormant
from app.services.plugins.purging import Purge, purge, what_purge_deletes
from app.services.plugins.status import PluginStatus, read_status, read_statuses
from app.services.plugins.suspensions import SuspendedCall, absorb, resume, suspend
from app.services.plugins.switching import prepare_tables, set_enabled
from app.services.plugins.tables import migrations_folder

__all__ = [
    "Dormant",
    "PluginStatus",
    "Purge",
    "SuspendedCall",
    "absorb",
    "migrations_folder",
    "prepare_tables",
    "purge",
    "read_status",
    "read_statuses",
    "resume",
    "set_enabled",
    "suspend",
    "what_goes_dormant",
    "what_purge_deletes",
]
