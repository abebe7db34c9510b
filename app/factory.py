"""Composition root: the visible list of boot steps. No database work here: an unmigrated site answers 503 and names the command."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import Babel
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

import plugins as shipped_plugins
from app.config import Settings, load_settings, shipped
from app.db import models as _tables  # noqa: F401  # imported for its tables
from app.db.base import db
from app.db.engine import configure_engine, engine_options
from app.db.fence import close_tables
from app.db.guard import take_back
from app.hooks.calls import CALLS, said
from app.hooks.contracts import Subscriber
from app.hooks.manager import Candidate, PluginManager, find_entry_points, find_in_package
from app.hooks.registry import build_registry
from app.hooks.run_files import FaultFile
from app.jobs.mail_round import MailRound
from app.kernel.clock import Clock, system_clock
from app.kernel.events import Event, MailQueued
from app.live.announcing import announce
from app.live.documents import LiveTexts, SiteDocuments
from app.live.log import UpdateLog
from app.live.log_postgresql import PostgresqlLog
from app.live.log_sqlite import SqliteLog
from app.services.accounts import Signer
from app.services.identity import IdentityCache
from app.services.installed_code import InstalledCode, note_installed
from app.services.mail import Postman
from app.services.reactions import AfterCommit, react_in_transaction
from app.services.site import Site
from app.services.snapshots import SnapshotCache
from app.services.unit_of_work import EventBus, Writer
from app.services.words import CATALOGUES
from app.trial import Trial
from app.web.blueprints import BLUEPRINTS
from app.web.catalogues import SiteDomain
from app.web.compression import install_compression
from app.web.containment import contain_plugins
from app.web.converters import CONVERTERS
from app.web.errors import install_errors
from app.web.gate import install_gate
from app.web.locale import LocalePrefix, current_language
from app.web.plugin_templates import check_templates
from app.web.security import install_headers
from app.web.slots import install_slots
from app.web.templating import install_templating
from app.web.words import sentence

FORM_MEMORY = 2 * 1024 * 1024
FORM_PARTS = 1000


def create_app(
    settings: Settings | None = None,
    *,
    clock: Callable[[], datetime] = system_clock,
    plugins: Sequence[Candidate] | None = None,
    **overrides: Any,
) -> Flask:
    """Returns the Flask application of a site.

    Args:
        settings: the site's settings; read from the environment by default.
        clock: source of the present time.
        plugins: what to load; the installed ones by default.
        overrides: settings that win over the environment.

    Raises:
        UnsafeSettings: in production, if a setting would not be safe.
    """
    settings = settings or load_settings(**overrides)
    settings.check_safe()
    app = _new_flask(settings)
    CALLS.keep_faults_in(FaultFile(settings.run_folder))
    manager = load_plugins(plugins, settings.run_folder)
    owners = _register_blueprints(app, manager)
    _install_languages(app, settings, manager)
    _install_templates(app, settings, manager)
    _check_templates(app, manager)
    engine = _install_database(app, settings)
    installed = note_installed(find_plugins if plugins is None else lambda: plugins, manager)
    site = _build_site(settings, engine, manager, Clock(clock, ZoneInfo(settings.time_zone)), installed)
    app.extensions["recits"] = site
    app.extensions["recits.words"] = sentence
    install_compression(app)
    install_headers(app, secure=settings.production)
    install_errors(app)
    contain_plugins(app, owners)
    install_gate(app, owners)
    _let_plugins_react(site)
    _deliver_mail(site)
    _announce(site)
    app.wsgi_app = LocalePrefix(app.wsgi_app)  # type: ignore[method-assign]  # how Flask is wrapped
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]  # likewise
    return app


def _new_flask(settings: Settings) -> Flask:
    app = Flask("app", static_folder=str(shipped("static")), template_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=FORM_PARTS,
        PERMANENT_SESSION_LIFETIME=settings.session_days * 24 * 3600,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
        SESSION_COOKIE_NAME="recits",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_PATH="/",
        # The cookie is sent again when its session is put off (gate), not with every image.
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.url_map.converters.update(CONVERTERS)
    return app


def find_plugins() -> list[Candidate]:
    """Returns the installed plugins: those in `plugins/`, and those that other distributions bring."""
    return [*find_in_package(shipped_plugins), *find_entry_points()]


def load_plugins(candidates: Sequence[Candidate] | None = None, run_folder: Path | None = None) -> PluginManager:
    """Loads plugins, the installed ones by default, each tried alone first; `run_folder` is where it is noted what a plugin does to the process that loads it."""
    close_tables()
    return PluginManager(find_plugins() if candidates is None else candidates, Trial(), run_folder)


def _install_database(app: Flask, settings: Settings) -> Engine:
    app.teardown_appcontext(lambda _error: take_back() and None)  # before the session's own, since Flask runs the last one first
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    configure_engine(engine)
    return engine


def _build_site(settings: Settings, engine: Engine, manager: PluginManager, clock: Clock, installed: InstalledCode) -> Site:
    registry = build_registry(manager)
    snapshots = SnapshotCache(registry, {plugin.name: plugin.revisions for plugin in manager.usable()})
    update_log = _live_log(settings)
    writer = Writer(engine, EventBus(), clock, snapshots, LiveTexts(update_log))
    live = SiteDocuments(update_log, engine, writer)
    return Site(
        settings=settings,
        engine=engine,
        clock=clock,
        writer=writer,
        plugins=manager,
        registry=registry,
        snapshots=snapshots,
        signer=Signer(settings.secret_key),
        postman=Postman(settings, writer),
        identities=IdentityCache(),
        installed=installed,
        live=live,
    )


def _live_log(settings: Settings) -> UpdateLog:
    """Returns where live writing is kept: an SQLite file, or the PostgreSQL that a setting names."""
    if settings.live_url:
        return PostgresqlLog(settings.live_url, settings.redis_url)
    return SqliteLog(settings.live_file)


def _install_languages(app: Flask, settings: Settings, manager: PluginManager) -> None:
    folders = {plugin.name: folder for plugin in manager.usable() if (folder := _folder_of(plugin.module, "translations"))}
    app.config["BABEL_DEFAULT_LOCALE"] = "fr"
    app.config["BABEL_DEFAULT_TIMEZONE"] = settings.time_zone
    babel = Babel(app, locale_selector=current_language)
    babel.domain_instance = SiteDomain(CATALOGUES, folders, lambda owner, error: CALLS.fault(owner, "translations", "catalogue", error))


def _install_templates(app: Flask, settings: Settings, manager: PluginManager) -> None:
    """Looks in the site's own overrides first, then in the core's templates, then under each plugin's name."""
    own = {plugin.name: FileSystemLoader(str(folder)) for plugin in manager.usable() if (folder := _folder_of(plugin.module, "templates"))}
    app.jinja_loader = ChoiceLoader(  # type: ignore[misc]  # a cached property that Flask lets one set
        [FileSystemLoader(str(settings.home / "templates")), FileSystemLoader(str(shipped("templates"))), PrefixLoader(own)]
    )
    static = {plugin.name: static_version(folder) for plugin in manager.usable() if (folder := _folder_of(plugin.module, "static"))}
    install_templating(app, static_version(shipped("static")), static)
    install_slots(app)


def _check_templates(app: Flask, manager: PluginManager) -> None:
    """With the site's own filters and loaders, which a scratch application has not."""
    for plugin in manager.usable():
        declared = {owned.item.template for found in plugin.declared.values() for owned in found if getattr(owned.item, "template", "")}
        try:
            check_templates(app, plugin.name, _folder_of(plugin.module, "templates"), declared)
        except (Exception, SystemExit) as error:
            plugin.fail("templates", said(error))


def static_version(folder: Path) -> str:
    """Returns ten letters that change when any static file does."""
    seal = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        seal.update(str(file.relative_to(folder)).encode())
        seal.update(file.read_bytes())
    return seal.hexdigest()[:10]


def _register_blueprints(app: Flask, manager: PluginManager) -> dict[str, str]:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    owners: dict[str, str] = {}
    for plugin in manager.usable():
        for blueprint in plugin.blueprints:
            owners[blueprint.name] = plugin.name
            try:
                app.register_blueprint(blueprint, url_prefix=f"/{plugin.name}")
            except (Exception, SystemExit) as error:  # it held in the trial, and does not here: what it left answers 404
                plugin.fail("blueprints", said(error))
                break
    return owners


def _let_plugins_react(site: Site) -> None:
    wanted = {owned.item.when for owned in site.registry.of(Subscriber)}
    if "in_transaction" in wanted:
        site.writer.bus.react(react_in_transaction)
    if "after_commit" in wanted:
        site.writer.bus.subscribe(Event, AfterCommit(site.engine, site.snapshots))


def _deliver_mail(site: Site) -> None:
    """Files are written at once; a mail server may be slow or away, so that a thread of the worker's own speaks to it."""
    if site.postman.uses_folder:
        site.writer.bus.subscribe(MailQueued, lambda _event: site.postman.deliver_due() and None)
        return
    mail_round = MailRound(site.postman)
    site.writer.bus.subscribe(MailQueued, lambda _event: mail_round.wake())


def _announce(site: Site) -> None:
    """Tells open pages what was committed; a plain server has none, and another process may have."""
    documents = site.live
    if isinstance(documents, SiteDocuments):
        site.writer.bus.subscribe(Event, partial(announce, documents))


def _folder_of(module: Any, name: str) -> Path | None:
    file = getattr(module, "__file__", None)
    folder = Path(file).parent / name if file else None
    return folder if folder is not None and folder.is_dir() else None


logging.getLogger("recits").addHandler(logging.NullHandler())
