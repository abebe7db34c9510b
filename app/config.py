"""Typed settings from the environment; refuses to boot unsafe in production, and says what to set."""

import contextlib
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent
SECRET_MINIMUM = 32
_WEAK_SECRETS = frozenset({"dev", "secret", "changeme", "change-me", "default"})

MEBIBYTE = 1024 * 1024
_LIVE_SCHEMES = ("postgresql", "postgresql+psycopg")
_REDIS_SCHEMES = ("redis", "rediss", "unix")
_REDIS_ALONE = (
    "RECITS_REDIS_URL is set and RECITS_LIVE_URL is not: Redis only wakes the workers, what is written needs a PostgreSQL. "
    "Set RECITS_LIVE_URL to one, for example postgresql://recits:password@host/recits, or unset RECITS_REDIS_URL."
)


class UnsafeSettings(Exception):
    """The site would not be safe with these settings; `complaints` are sentences that say what to set."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


def in_checkout() -> bool:
    """Tells whether the code runs from a source checkout rather than from an installed wheel."""
    return not (_PACKAGE / "_shipped").is_dir() and (_CHECKOUT / "pyproject.toml").is_file()


def shipped(name: str) -> Path:
    """Returns the folder `templates`, `static` or `stories`: beside `app/` in a checkout, inside it in a wheel."""
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _CHECKOUT / name


def default_home() -> Path:
    """Returns the site folder where none is named: `var` in a checkout, else the user's data folder."""
    if in_checkout():
        return _CHECKOUT / "var"
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "recits"


@dataclass(frozen=True)
class Settings:
    """All that an operator may set; each field is the variable `RECITS_<FIELD>`.

    Args:
        home: site folder: databases, media, secret, mail, template overrides.
        database_url: SQLAlchemy URL; an SQLite file in the site folder by default.
        secret_key: signs cookies and links; drawn at random into the site folder where not set.
        secret_is_own: whether the operator set the secret.
        production: whether the site is meant for the public.
        debug: whether Flask's debugger may run.
        base_url: public address, without a slash at the end; goes into mails.
        smtp_url: `smtp[s]://user:password@host:port`; empty: mail goes into a folder.
        mail_from: sender of mails.
        session_days: days after which an unused session ends.
        max_body: bytes of a request body at most, images included.
        time_zone: whose days and hours are shown, by its IANA name.
        trusted_proxies: how many reverse proxies in front may be believed about address, scheme and host.
        live_url: PostgreSQL in which live writing is kept, for workers on several machines; empty: `live_file`.
        redis_url: Redis through which those workers wake each other; empty: PostgreSQL does it.
    """

    home: Path
    database_url: str
    secret_key: str
    secret_is_own: bool = False
    production: bool = False
    debug: bool = False
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mail_from: str = "recits@localhost"
    session_days: int = 14
    max_body: int = 12 * MEBIBYTE
    trusted_proxies: int = 0
    time_zone: str = "Europe/Paris"
    live_url: str = ""
    redis_url: str = ""

    @property
    def media_folder(self) -> Path:
        return self.home / "media"

    @property
    def live_file(self) -> Path:
        """Where live writing is kept, unless `live_url` says otherwise."""
        return self.home / "live.sqlite3"

    @property
    def mail_folder(self) -> Path:
        return self.home / "mail"

    @property
    def run_folder(self) -> Path:
        """Small files that outlive a process: calls under way, faults, what is to be suspended."""
        return self.home / "run"

    def check_safe(self) -> None:
        """Raises UnsafeSettings if production was asked for and something would not be safe."""
        if not self.production:
            return
        complaints = []
        if not self.secret_is_own or len(self.secret_key) < SECRET_MINIMUM or self.secret_key.lower() in _WEAK_SECRETS:
            complaints.append(
                f"RECITS_SECRET_KEY is not set, or is shorter than {SECRET_MINIMUM} letters. "
                "Set it to a random text, for example: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        if self.debug:
            complaints.append("RECITS_DEBUG is on: it shows the site's code and data to anybody. Unset it.")
        if not self.base_url.startswith("https://"):
            complaints.append(
                "RECITS_BASE_URL is not an https:// address. Set it to the site's public address: links in mails begin with it."
            )
        if complaints:
            raise UnsafeSettings(complaints)


def load_settings(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Reads the settings; creates the site folder and its secret where they do not exist yet.

    Args:
        environ: where to read, the process's environment by default.
        overrides: fields that win over the environment (tests, command-line options).
    """
    source = os.environ if environ is None else environ
    home = Path(str(overrides.pop("home", None) or source.get("RECITS_HOME") or default_home())).expanduser().resolve()
    home.mkdir(parents=True, exist_ok=True)
    own_secret = source.get("RECITS_SECRET_KEY", "")
    values: dict[str, object] = {
        "home": home,
        "database_url": source.get("RECITS_DATABASE_URL") or f"sqlite:///{home / 'recits.sqlite3'}",
        "secret_key": own_secret or _site_secret(home),
        "secret_is_own": bool(own_secret),
        "production": _flag(source, "RECITS_PRODUCTION"),
        "debug": _flag(source, "RECITS_DEBUG"),
        "base_url": (source.get("RECITS_BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
        "smtp_url": source.get("RECITS_SMTP_URL", ""),
        "mail_from": source.get("RECITS_MAIL_FROM") or "recits@localhost",
        "session_days": _number(source, "RECITS_SESSION_DAYS", 14),
        "max_body": _number(source, "RECITS_MAX_BODY", 12 * MEBIBYTE),
        "trusted_proxies": _number(source, "RECITS_TRUSTED_PROXIES", 0),
        "time_zone": _time_zone(source),
        "live_url": _address(source, "RECITS_LIVE_URL", _LIVE_SCHEMES, "postgresql://recits:password@host/recits"),
        "redis_url": _address(source, "RECITS_REDIS_URL", _REDIS_SCHEMES, "redis://host:6379/0"),
    }
    if values["redis_url"] and not values["live_url"]:
        raise UnsafeSettings([_REDIS_ALONE])
    values.update(overrides)
    return Settings(**values)  # type: ignore[arg-type]  # the table above has the fields' types


def _flag(source: Mapping[str, str], name: str) -> bool:
    return source.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def _number(source: Mapping[str, str], name: str, default: int) -> int:
    text = source.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit():
        raise UnsafeSettings([f"{name} must be a whole number, not {text!r}."])
    return int(text)


def _address(source: Mapping[str, str], name: str, schemes: Sequence[str], example: str) -> str:
    """Returns an address, or nothing where none is set; never repeats it, since it may hold a password."""
    address = source.get(name, "").strip()
    scheme, found, rest = address.partition("://")
    if address and not (found and rest and scheme in schemes):
        beginnings = " or ".join(f"{one}://" for one in schemes)
        raise UnsafeSettings([f"{name} must begin with {beginnings} and say where, for example: {example}"])
    return address


def _time_zone(source: Mapping[str, str]) -> str:
    name = source.get("RECITS_TIME_ZONE", "").strip() or "Europe/Paris"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnsafeSettings(
            [f"RECITS_TIME_ZONE: no time zone is called {name!r}. Examples: Europe/Paris, Indian/Reunion, America/Martinique."]
        ) from error
    return name


def _site_secret(home: Path) -> str:
    """Returns the site's own secret, drawn at random the first time; processes that start together agree on one."""
    path = home / "secret"
    if not path.exists():
        draft = home / f".secret-{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with contextlib.suppress(FileExistsError):  # another process was first: its secret stands
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
