"""One site in one process: its settings, database, plugins and mail, put together once by the composition root."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.config import Settings
from app.hooks.manager import PluginManager
from app.hooks.registry import Registry
from app.kernel.clock import Clock
from app.services.accounts import Signer
from app.services.identity import IdentityCache
from app.services.installed_code import InstalledCode
from app.services.live_documents import LiveDocuments, NoLive
from app.services.mail import Postman
from app.services.menus import NavigationCache
from app.services.snapshots import SnapshotCache
from app.services.unit_of_work import Writer


@dataclass(frozen=True)
class Site:
    """What views and commands work with."""

    settings: Settings
    engine: Engine
    clock: Clock
    writer: Writer
    plugins: PluginManager
    registry: Registry
    snapshots: SnapshotCache
    signer: Signer
    postman: Postman
    identities: IdentityCache
    installed: InstalledCode
    navigation: NavigationCache = field(default_factory=NavigationCache)
    live: LiveDocuments = field(default_factory=NoLive)
