"""Extensions made of a manifest and functions, for tests of what the core does with them."""

from pathlib import Path
from types import ModuleType

from app.hooks.contracts import Manifest
from app.hooks.manager import Candidate
from app.hooks.specs import hookimpl


def plugin(name: str, *, manifest: object = None, folder: Path | None = None, **hooks) -> Candidate:
    """A plugin made of a manifest and functions; `folder` is where its templates stand, in `templates/`."""
    module = ModuleType(f"fake_{name}")
    if manifest is not False:
        module.MANIFEST = manifest or Manifest(name, f"Titre {name}", "Une phrase.", "1", 1)
    if folder is not None:
        module.__file__ = str(folder / "plugin.py")
    for hook, function in hooks.items():
        function.__name__ = hook
        setattr(module, hook, hookimpl(function))
    return Candidate(name, lambda: module)
