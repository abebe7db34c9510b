"""Says what is missing before an environment can be made; runs on any Python 3, imports nothing of the project."""

import sys

OLDEST = (3, 11)


def complaint() -> str:
    """Returns what to do first, or an empty string."""
    if sys.version_info < OLDEST:
        return "Python 3.11 or newer is needed; this is %d.%d. Name another one: make PYTHON=python3.12 serve" % sys.version_info[:2]
    try:
        import ensurepip  # noqa: F401, PLC0415  # the question is whether they can be imported
        import venv  # noqa: F401, PLC0415  # likewise
    except ImportError:
        return "Python's venv is missing. On Debian and Ubuntu: sudo apt install python%d.%d-venv" % sys.version_info[:2]
    return ""


if __name__ == "__main__":
    sys.exit(complaint() or None)
