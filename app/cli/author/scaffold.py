"""Writes a new plugin from the files of `app/scaffold`; overwrites nothing."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from app.cli.author.texts import translate
from app.hooks.contracts import SDK_VERSION
from app.hooks.manager import check_name

SCAFFOLD = Path(__file__).resolve().parents[2] / "scaffold"
SUFFIX = ".tmpl"
_PLACE = re.compile(r"@@(\w+)@@")


class CannotWrite(Exception):
    """The plugin cannot be written there; the message says why."""


@dataclass(frozen=True)
class Written:
    """A new plugin: its folder, its package in it, and the file of its tests."""

    folder: Path
    package: Path
    tests: Path


def write_plugin(name: str, folder: Path, *, title: str = "", here: bool = False, taken: frozenset[str] = frozenset()) -> Written:
    """Writes a plugin.

    Args:
        name: its name.
        folder: where its distribution's folder is made; with `here`, the checkout whose `plugins/` it joins.
        title: what people read; the name with a capital by default.
        here: write into `plugins/NAME` of a checkout instead of a distribution of its own.
        taken: names of installed plugins.

    Raises:
        CannotWrite: if the name cannot be used, or something stands there already.
    """
    try:
        check_name(name)
    except ValueError as error:
        raise CannotWrite(str(error)) from error
    if name in taken:
        raise CannotWrite(f"a plugin named {name!r} is installed already")
    title = " ".join((title or name.replace("_", " ").capitalize()).split())
    if any(sign in title for sign in '"\\{}%<>@'):
        raise CannotWrite('a title holds none of the signs " \\ { } % < > @')
    distribution = f"recits-{name.replace('_', '-')}"
    package = f"plugins.{name}" if here else f"recits_{name}"
    values = {"name": name, "title": title, "distribution": distribution, "package": package, "sdk": str(SDK_VERSION)}
    home = folder if here else folder / distribution
    written = Written(home, home.joinpath(*package.split(".")), home / ("tests/plugins" if here else "tests") / f"test_{name}.py")
    if here and not (folder / "plugins" / "__init__.py").is_file():
        raise CannotWrite(f"{folder} is no checkout of Récits croisés: it has no plugins/__init__.py")
    for path in (written.package, written.tests) if here else (home,):
        if path.exists():
            raise CannotWrite(f"{path} exists already; nothing was written")
    _copy(SCAFFOLD / "package", written.package, values)
    _copy(SCAFFOLD / "tests", written.tests.parent, values, skip="conftest.py" if here else "")
    if not here:
        _copy(SCAFFOLD / "distribution", home, values)
    translate(written.package, {**yaml.safe_load((SCAFFOLD / "english.yaml").read_text(encoding="utf-8")), title: title})
    return written


def _copy(source: Path, target: Path, values: dict[str, str], skip: str = "") -> None:
    for file in sorted(path for path in source.rglob(f"*{SUFFIX}")):
        path = target / _filled(file.relative_to(source).as_posix().removesuffix(SUFFIX), values)
        if path.name == skip:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(file.read_text(encoding="utf-8"), values), encoding="utf-8")


def _filled(text: str, values: dict[str, str]) -> str:
    return _PLACE.sub(lambda found: values[found[1]], text)
