"""Compiles once per process what most tests would compile again, as each makes an application of its own: routes, templates, queries, the core's migrations.

Nothing here changes what an application does; a test of this module compares answers with and without it.
"""

import importlib.metadata
import os
import sys
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from alembic.script import ScriptDirectory
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.orm import Mapper
from sqlalchemy.util import LRUCache
from werkzeug.routing.rules import Rule

from app import factory
from app.config import shipped
from app.db import migrate

_MOST_QUERIES = 4000
_ROOT = shipped("static").parent

_compile = Rule.compile
_compiled: dict[tuple[object, ...], dict[str, Any]] = {}
_entry_points = importlib.metadata.entry_points
_scripts_of = migrate.scripts_of


def compile_once() -> None:
    """Lets all applications of this process share what is compiled."""
    Rule.compile = _compile_rule_once  # type: ignore[method-assign]  # of the library, for tests alone
    importlib.metadata.entry_points = _read_entry_points_once
    factory.static_version = _static_version_once
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _TemplatesInMemory()}
    _share_queries()
    migrate.scripts_of = _read_scripts_once


def _compile_rule_once(rule: Rule) -> None:
    """Rules of the same text and converters share what is read off the text: parts, converters, and the functions that build addresses."""
    assert rule.map is not None
    converters = tuple(rule.map.converters.items())
    key = (
        rule.rule,
        rule.subdomain,
        rule.host,
        tuple(sorted((rule.defaults or {}).items())),
        rule.merge_slashes,
        rule.map.host_matching,
        converters,
    )
    kept = _compiled.get(key)
    if kept is None:
        _compile(rule)
        kept = {name: vars(rule)[name] for name in ("_parts", "_trace", "_converters")}
        kept |= {"arguments": frozenset(rule.arguments), "_build": rule._build.__func__, "_build_unknown": rule._build_unknown.__func__}  # type: ignore[attr-defined]
        _compiled[key] = kept
        return
    vars(rule).update(kept)
    rule.arguments = set(kept["arguments"])
    rule._build, rule._build_unknown = (kept[name].__get__(rule, None) for name in ("_build", "_build_unknown"))


def _read_entry_points_once(**wanted: Any) -> Any:
    """Reads them anew where a folder that Python imports from has changed."""
    return _entry_points_of(tuple((folder, _changed_at(folder)) for folder in sys.path), tuple(sorted(wanted.items())))


def _changed_at(folder: str) -> int:
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


@cache
def _entry_points_of(_folders: tuple[tuple[str, int], ...], wanted: tuple[tuple[str, Any], ...]) -> Any:
    return _entry_points(**dict(wanted))


_static_version = factory.static_version


def _static_version_once(folder: Path) -> str:
    """The shipped files do not change while tests run; a plugin's that a test writes may."""
    return _shipped_version(folder) if folder.is_relative_to(_ROOT) else _static_version(folder)


@cache
def _shipped_version(folder: Path) -> str:
    return _static_version(folder)


class _TemplatesInMemory(BytecodeCache):
    """Keeps the code of each template by its name, file and text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[(bucket.key, bucket.checksum)] = bucket.code


class _Queries(LRUCache[Any, Any]):
    """Keeps a query's SQL by its shape and the kind of its dialect: the tests' SQLite engines are set alike. The dialects themselves stay different objects, by which
    the site knows its own engines from others'."""

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(_by_kind(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_by_kind(key), value)

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_by_kind(key), default)


def _by_kind(key: Any) -> Any:
    return (type(key[0]), *key[1:]) if isinstance(key[0], SQLiteDialect) else key


def _share_queries() -> None:
    shared = _Queries(_MOST_QUERIES)
    Mapper._compiled_cache = property(lambda _mapper: shared)  # type: ignore[assignment]  # for tests alone

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Any) -> None:
        if isinstance(connection.dialect, SQLiteDialect):
            connection.engine._compiled_cache = shared


def _read_scripts_once(folder: Path) -> ScriptDirectory:
    """Shipped migrations do not change while tests run; those of a plugin that a test writes may."""
    return _shipped_scripts(folder) if folder.is_relative_to(_ROOT) else _scripts_of(folder)


@cache
def _shipped_scripts(folder: Path) -> ScriptDirectory:
    return _scripts_of(folder)
