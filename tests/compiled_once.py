"""Compiles once per process what most tests would compile again, as each makes an application of its own: routes, templates, queries, the core's migrations.

Nothing here changes what an application does; a test of this module compares answers with and without it.
"""

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

from app.db import migrate

_MOST_QUERIES = 4000

_compile = Rule._compile_builder
_compiled: dict[tuple[object, ...], Any] = {}
_scripts_of = migrate.scripts_of


def compile_once() -> None:
    """Lets all applications of this process share what is compiled."""
    Rule._compile_builder = _compile_rule_once  # type: ignore[method-assign]  # of the library, for tests alone
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _TemplatesInMemory()}
    _share_queries()
    migrate.scripts_of = _read_scripts_once


def _compile_rule_once(rule: Rule, append_unknown: bool = True) -> Any:
    """Rules of the same text share the function that builds their addresses, as the text alone decides it."""
    defaults = tuple(sorted((rule.defaults or {}).items()))
    key = (rule.rule, rule.subdomain, rule.host, defaults, append_unknown)
    if key not in _compiled:
        _compiled[key] = _compile(rule, append_unknown)
    return _compiled[key]


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
    """The core's own migrations do not change while tests run; a plugin's may."""
    return _core_scripts() if folder == migrate.CORE_SCRIPTS else _scripts_of(folder)


@cache
def _core_scripts() -> ScriptDirectory:
    return _scripts_of(migrate.CORE_SCRIPTS)
