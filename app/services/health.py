"""How the site stands, in words and by level: the core's checks and those that extensions bring; changes nothing, repairs nothing."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from gettext import NullTranslations
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.config import MEBIBYTE
from app.db.links import broken_links
from app.db.migrate import schema_status
from app.db.models import Account, JobRun, MailMessage, SiteSetting
from app.hooks.calls import CALLS
from app.hooks.contracts import Check, CheckResult, Owned
from app.hooks.snapshot import Snapshot
from app.kernel.moment_date import describe_day
from app.kernel.palette import find_faults
from app.services.asking import Failed, insist
from app.services.identity import read_identity
from app.services.mail import MOST_ATTEMPTS
from app.services.pages import shadowed_pages
from app.services.plugins import PluginStatus, read_statuses
from app.services.site import Site
from app.services.site_settings import read_setting
from app.services.unit_of_work import UnitOfWork
from app.services.verify import VerifyReport
from app.services.words import translations

Level = Literal["ok", "warning", "error"]
LEVELS: tuple[Level, ...] = ("error", "warning", "ok")
CORE = ""

VERIFIED = "verified"
VERIFY_DAYS = 30
MAIL_LATE = timedelta(minutes=15)
JOB_LATE = timedelta(hours=1)
DISK_SHORT = 1024 * MEBIBYTE
DISK_OUT = 200 * MEBIBYTE


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Args:
        owner: the extension whose check it is, empty for the core's.
        title: what was looked at.
        level: `ok`, `warning` (somebody should look soon), `error` (something does not work, or is not safe).
        words: how it stands and what to do, in the reader's language.
        address: path of the page where it is put right, or nothing.
    """

    owner: str
    title: str
    level: Level
    words: str
    address: str = ""


@dataclass(frozen=True)
class Look:
    """What a check of the core looks at."""

    site: Site
    session: Session
    now: datetime
    lang: str
    answers: Callable[[str], bool]

    @property
    def catalogue(self) -> NullTranslations:
        return translations(self.lang)

    @property
    def statuses(self) -> list[PluginStatus]:
        return read_statuses(self.session, self.site.plugins)


Answer = tuple[Level, str] | tuple[Level, str, str]


def check_site(
    site: Site, session: Session, snapshot: Snapshot, lang: str, answers: Callable[[str], bool] = lambda _path: True
) -> list[Finding]:
    """Runs every check; the worst come first, each level in the order of the checks.

    Args:
        lang: language of the words.
        answers: tells whether a path is a place of the site; where nobody can tell, links to such places are taken as good.
    """
    look = Look(site, session, site.clock(), lang, answers)
    found = [*_core_findings(look), *_findings_of_plugins(session, snapshot, look.catalogue)]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def worst(findings: list[Finding]) -> Level:
    """Returns the worst level among findings; `ok` where there is none."""
    return min((finding.level for finding in findings), key=LEVELS.index, default="ok")


def note_verified(uow: UnitOfWork, report: VerifyReport) -> None:
    """Keeps when the hashes were last re-computed, and how many differed; nothing that pages show depends on it."""
    row = uow.session.get(SiteSetting, VERIFIED)
    if row is None:
        row = SiteSetting(name=VERIFIED)
        uow.session.add(row)
    row.data, row.changed_at = {"checked": report.checked, "faults": len(report.faults)}, uow.now


def _findings_of_plugins(session: Session, snapshot: Snapshot, catalogue: NullTranslations) -> Iterator[Finding]:
    """Asks each extension's checks alone; one that fails is a fault of the extension, one that is suspended is said to be."""
    _ = catalogue.gettext
    for owned in snapshot.of(Check):
        try:
            result = insist(session, owned, partial(_result_of, session, owned))
            yield Finding(owned.owner, _title(owned), result.level, str(result.words))
        except Failed:
            yield Finding(owned.owner, _title(owned), "error", _("La vérification n’a pas pu se faire : c’est une faute de l’extension."))
    for owned in snapshot.suspended_of(Check):
        words = _("La vérification est suspendue : elle ne répondait plus.")
        yield Finding(owned.owner, _title(owned), "warning", words, f"/configuration/extensions/{owned.owner}")


def _result_of(session: Session, owned: Owned[Check]) -> CheckResult:
    result = owned.item.run(session)
    if not isinstance(result, CheckResult) or result.level not in LEVELS:
        raise TypeError(f"a check returned {result!r} instead of a CheckResult")
    str(result.words)  # a lazy text may fail too
    return result


def _title(owned: Owned[Any]) -> str:
    try:
        return str(owned.item.title) or owned.item.name
    except Exception as error:  # a lazy text is the extension's own code
        CALLS.fault(owned.owner, "register_checks", owned.item.name, error)
        return str(owned.item.name)


# — the core's own —


def _core_findings(look: Look) -> Iterator[Finding]:
    _ = look.catalogue.gettext
    checks: tuple[tuple[str, Callable[[Look], Answer]], ...] = (
        (_("Base de données"), _database),
        (_("Extensions"), _plugins),
        (_("Noms du SDK"), _old_names),
        (_("Courrier"), _mail),
        (_("Place sur le disque"), _disk),
        (_("Secret et mode de service"), _secret),
        (_("Adresse publique"), _base_url),
        (_("Comptes de démonstration"), _demonstration),
        (_("Empreintes et journal"), _hashes),
        (_("Travaux réguliers"), _jobs),
        (_("Liens du site"), _links),
        (_("Adresses des pages"), _addresses),
        (_("Mentions légales"), _legal),
        (_("Accessibilité"), _accessibility),
        (_("Couleurs"), _colours),
    )
    for title, check in checks:
        level, words, *address = check(look)
        yield Finding(CORE, title, level, words, address[0] if address else "")


def _database(look: Look) -> Answer:
    _ = look.catalogue.gettext
    status = schema_status(look.session.connection())
    if status.state == "behind":
        return "error", _("La base de données n’est pas à jour : lancez « recits migrate ».")
    if status.state == "ahead":
        return "error", _("La base de données vient d’une version plus récente du logiciel : installez cette version.")
    return "ok", _("À jour (%(revision)s).") % {"revision": status.revision}


def _plugins(look: Look) -> Answer:
    _ = look.catalogue.gettext
    where = "/configuration/extensions"
    statuses = look.statuses
    broken = [status.name for status in statuses if status.switched_on and status.state in ("failed", "missing")]
    if broken:
        return "error", _("Activées, mais leur code ne peut pas servir : %(names)s.") % {"names": ", ".join(broken)}, where
    ahead = [status.name for status in statuses if status.tables == "ahead"]
    if ahead:
        return "error", _("Leurs tables viennent d’une version plus récente : %(names)s.") % {"names": ", ".join(ahead)}, where
    suspended = [status.name for status in statuses if status.suspended]
    if suspended:
        return "error", _("Des appels sont suspendus : %(names)s.") % {"names": ", ".join(suspended)}, where
    waiting = [status.name for status in statuses if status.needs_migration or status.needs_upgrade]
    if waiting:
        return "warning", _("Une migration ou une mise à niveau attend : %(names)s.") % {"names": ", ".join(waiting)}, where
    failed = [status.name for status in statuses if status.state == "failed"]
    if failed:
        return "warning", _("Installées et inactives, leur code est en défaut : %(names)s.") % {"names": ", ".join(failed)}, where
    return "ok", _("Toutes celles qui sont actives peuvent servir.")


def _old_names(look: Look) -> Answer:
    """What plugins still use and a later version will refuse; where, is for their authors (`recits plugin check`)."""
    _ = look.catalogue.gettext
    old = [f"{plugin.name} ({len(plugin.deprecations)})" for plugin in look.site.plugins.usable() if plugin.deprecations]
    if old:
        words = _("Des extensions emploient ce qui va disparaître : %(names)s. « recits plugin check » dit où à leurs auteurs.")
        return "warning", words % {"names": ", ".join(old)}, "/configuration/extensions"
    return "ok", _("Aucune extension n’emploie un nom qui va disparaître.")


def _mail(look: Look) -> Answer:
    _, where = look.catalogue.gettext, "/configuration/courrier"
    unsent = select(func.count()).select_from(MailMessage).where(MailMessage.sent_at.is_(None))
    given_up = look.session.scalar(unsent.where(MailMessage.attempts >= MOST_ATTEMPTS)) or 0
    failing = look.session.scalar(unsent.where(MailMessage.error != "", MailMessage.attempts < MOST_ATTEMPTS)) or 0
    late = look.session.scalar(unsent.where(MailMessage.created_at < look.now - MAIL_LATE, MailMessage.attempts == 0)) or 0
    if given_up:
        return "error", _("Messages abandonnés après plusieurs essais : %(number)s.") % {"number": given_up}, where
    if failing or late:
        return "warning", _("Messages qui attendent encore : %(number)s.") % {"number": failing + late}, where
    if look.site.postman.uses_folder:
        level: Level = "warning" if look.site.settings.production else "ok"
        return level, _("Aucun serveur de courrier n’est réglé : les messages sont gardés dans le dossier du site."), where
    return "ok", _("Aucun message n’attend.")


def _disk(look: Look) -> Answer:
    _ = look.catalogue.gettext
    free = shutil.disk_usage(look.site.settings.home).free
    words = {"free": f"{free // MEBIBYTE:,}".replace(",", "\u202f")}
    if free < DISK_OUT:
        return "error", _("Il reste %(free)s Mo : les textes et les images ne pourront bientôt plus s’enregistrer.") % words
    if free < DISK_SHORT:
        return "warning", _("Il reste %(free)s Mo : faites de la place.") % words
    return "ok", _("Il reste %(free)s Mo.") % words


def _secret(look: Look) -> Answer:
    _, settings = look.catalogue.gettext, look.site.settings
    if settings.production:
        return "ok", _("Mode production, avec un secret propre au site.")
    if settings.base_url.startswith("https://"):
        return "error", _("Le site a une adresse publique sans être en mode production : servez-le avec « recits serve --production ».")
    return "ok", _(
        "Mode développement : le secret a été tiré au hasard. Pour le public, servez le site avec « recits serve --production »."
    )


def _base_url(look: Look) -> Answer:
    _, settings = look.catalogue.gettext, look.site.settings
    if settings.production and not settings.base_url.startswith("https://"):
        return "error", _("L’adresse %(address)s n’est pas en https : réglez RECITS_BASE_URL.") % {"address": settings.base_url}
    return "ok", _("Les courriels mènent à %(address)s.") % {"address": settings.base_url}


def _demonstration(look: Look) -> Answer:
    _ = look.catalogue.gettext
    query = select(func.count()).select_from(Account).where(Account.demonstration.is_(True), Account.disabled_at.is_(None))
    number = look.session.scalar(query) or 0
    if not number:
        return "ok", _("Aucun n’est ouvert.")
    level: Level = "error" if look.site.settings.production else "warning"
    return level, _("Ouverts : %(number)s. Fermez-les avant d’ouvrir le site au public.") % {"number": number}, "/configuration/personnes"


def _hashes(look: Look) -> Answer:
    _ = look.catalogue.gettext
    row = look.session.get(SiteSetting, VERIFIED)
    if row is None:
        return "warning", _("Elles n’ont jamais été recalculées ici : lancez « recits verify », puis chaque mois.")
    facts = {"day": describe_day(look.site.clock.day_of(row.changed_at), look.lang), **read_setting(look.session, VERIFIED)}
    if facts["faults"]:
        return "error", _("%(faults)s différences le %(day)s : lancez « recits verify » pour les nommer.") % facts
    if row.changed_at < look.now - timedelta(days=VERIFY_DAYS):
        return "warning", _("Recalculées le %(day)s, sans différence. Relancez « recits verify ».") % facts
    return "ok", _("%(checked)s empreintes recalculées le %(day)s, aucune différence.") % facts


def _jobs(look: Look) -> Answer:
    _, where = look.catalogue.gettext, "/configuration/extensions"
    late = JobRun.ended_at.is_(None) & (JobRun.started_at < look.now - JOB_LATE)
    bad = list(look.session.scalars(select(JobRun.name).where(or_(JobRun.error != "", late)).order_by(JobRun.name)))
    if bad:
        return "warning", _("N’ont pas abouti à leur dernier passage : %(names)s.") % {"names": ", ".join(bad)}, where
    return "ok", _("Aucun n’a échoué à son dernier passage.")


def _links(look: Look) -> Answer:
    _ = look.catalogue.gettext
    number = len(broken_links(look.session, look.answers))
    if number:
        return (
            "warning",
            _("Liens qui ne mènent nulle part, ou à ce qui n’est pas public : %(number)s.") % {"number": number},
            "/configuration/liens",
        )
    return "ok", _("Tous mènent quelque part.")


def _addresses(look: Look) -> Answer:
    _ = look.catalogue.gettext
    lost = shadowed_pages(look.session, {plugin.name for plugin in look.site.plugins.usable()})
    if lost:
        paths = ", ".join(page.path for page in lost)
        return (
            "warning",
            _("Des pages ne se lisent plus : une extension se sert de leur adresse. %(paths)s") % {"paths": paths},
            "/configuration/pages",
        )
    return "ok", _("Aucune extension ne se sert de l’adresse d’une page.")


def _legal(look: Look) -> Answer:
    _ = look.catalogue.gettext
    if read_identity(look.session).missing_details:
        level: Level = "error" if look.site.settings.production else "warning"
        return level, _("L’éditeur, la direction de la publication, l’hébergeur ou le contact manquent."), "/configuration/identite"
    return "ok", _("Éditeur, direction de la publication, hébergeur et contact sont dits.")


def _accessibility(look: Look) -> Answer:
    _ = look.catalogue.gettext
    if not read_identity(look.session).contact_email:
        return "warning", _("La déclaration demande une adresse où obtenir un contenu sous une autre forme."), "/configuration/identite"
    return "ok", _("La déclaration a une adresse de contact. Elle dit « non conforme » tant qu’aucun audit ne dit autre chose.")


def _colours(look: Look) -> Answer:
    _ = look.catalogue.gettext
    if find_faults(read_identity(look.session).colours):
        return "error", _("Les couleurs du site ne tiennent pas les seuils de lecture."), "/configuration/couleurs"
    return "ok", _("Elles tiennent les seuils de lecture.")
