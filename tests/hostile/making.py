"""Writes small real plugin packages into a folder and finds them, as an entry point would."""

import importlib.util
import io
import itertools
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from babel.messages import mofile, pofile

from app.hooks.manager import Candidate

_numbers = itertools.count(1)

PLUGIN = '''"""{name}"""
from app.sdk import *  # what a plugin may know
from app.sdk import SDK_VERSION, Manifest, hookimpl

MANIFEST = Manifest(name="{name}", title="Extension {name}", description="Une phrase.", version="{version}", sdk=SDK_VERSION{manifest})

{code}
'''

MIGRATION = """import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
{upgrade}


def downgrade():
{downgrade}
"""


def write_plugin(
    folder: Path,
    name: str,
    code: str = "",
    *,
    version: str = "1.0",
    manifest: str = "",
    migrations: Mapping[str, str] | None = None,
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Writes a package of the standard shape; returns its folder.

    Args:
        code: what stands in `plugin.py` after the manifest.
        manifest: more arguments of the manifest, beginning with a comma.
        migrations: file name → source, for `migrations/versions`.
        files: path in the package → content.
    """
    package = folder / name
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(f'"""{name}"""\n', encoding="utf-8")
    (package / "plugin.py").write_text(PLUGIN.format(name=name, version=version, manifest=manifest, code=code), encoding="utf-8")
    content: dict[str, str | bytes] = dict(files or {})
    for file, source in (migrations or {}).items():
        content[f"migrations/versions/{file}"] = source
        content["migrations/env.py"] = '"""Empty on purpose: the core runs the migrations itself."""\n'
    for path, text in content.items():
        file = package / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return package


def found_in(package: Path) -> Candidate:
    """Returns a package as a candidate; its modules get names of their own, so that one process may load many versions of it."""
    unique = f"hostile_{next(_numbers)}_{package.name}"

    def load() -> ModuleType:
        if f"{unique}.plugin" in sys.modules:
            return sys.modules[f"{unique}.plugin"]
        _load(unique, package / "__init__.py", [str(package)])
        return _load(f"{unique}.plugin", package / "plugin.py", None)

    return Candidate(package.name, load)


def _load(name: str, file: Path, search: list[str] | None) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=search)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def migration(revision: str, down: str | None, upgrade: str, downgrade: str = "pass") -> str:
    """Returns the source of a migration."""
    return MIGRATION.format(revision=revision, down=down, upgrade=_indented(upgrade), downgrade=_indented(downgrade))


def table(name: str, column: str = "words") -> str:
    """Returns the line of a migration that makes a table of one column beside its key."""
    return f'op.create_table("{name}", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("{column}", sa.String(40)))'


def catalogue(texts: Mapping[str, str], plural: str = "nplurals=2; plural=(n != 1);", locale: str = "en") -> bytes:
    """Returns a compiled catalogue."""
    source = f'msgid ""\nmsgstr ""\n"Language: {locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plural}\\n"\n\n'
    for key, value in texts.items():
        source += f"msgid {_quoted(key)}\nmsgstr {_quoted(value)}\n\n"
    written = io.BytesIO()
    mofile.write_mo(written, pofile.read_po(io.BytesIO(source.encode("utf-8")), locale=locale))
    return written.getvalue()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())
