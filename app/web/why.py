"""The reasons of decisions in words: which role, given where, by which voice and mandate, in which state, under which restriction."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from app.db.models import Restriction, Voice
from app.kernel.access import Scope
from app.kernel.decision import Decision
from app.kernel.voice import Mandate
from app.web.access_words import permission_words, place_words, role_titles
from app.web.context import reader
from app.web.hiding import shown
from app.web.templating import day_words, phrase
from app.web.words import CATEGORY_FULL, STATES

VERBS: dict[str, LazyString] = {
    "read_public": _l("Lire la page publique"),
    "open": _l("Ouvrir"),
    "open_desk": _l("Ouvrir la page de travail"),
    "open_review": _l("Ouvrir la page de relecture"),
    "comment": _l("Commenter"),
    "edit": _l("Modifier"),
    "submit": _l("Proposer à la relecture"),
    "reopen": _l("Rouvrir"),
    "start_review": _l("Prendre en relecture"),
    "request_changes": _l("Demander une reprise"),
    "publish": _l("Publier"),
    "unpublish": _l("Dépublier"),
    "delete": _l("Mettre à la corbeille"),
    "share": _l("Voir et changer le partage"),
    "write": _l("Écrire"),
    "sign": _l("Signer"),
    "reopen_passage": _l("Rouvrir après signature"),
    "see": _l("Voir"),
}

# Reasons that need no more than their sentence.
PLAIN: dict[str, LazyString] = {
    "always_public": _l("Cette page est toujours publique."),
    "public_image": _l("L’image est dans un récit publié."),
    "own_image": _l("L’image est dans son propre carnet."),
    "not_signed_in": _l("Il faut se connecter."),
    "does_not_exist": _l("Cela n’existe pas."),
    "in_trash": _l("C’est dans la corbeille."),
    "not_in_trash": _l("Ce n’est pas dans la corbeille."),
    "never_public": _l("Ce n’est pas publié et ne l’a jamais été."),
    "never_submitted": _l("Le récit n’a jamais été proposé à la relecture : seule sa délégation le lit."),
    "no_voice": _l("Pas de voix dans une délégation de ce récit ou de ce moment."),
    "mandate_over": _l("Une voix ici, mais son mandat n’est pas en cours."),
    "own_voice": _l("A ou a eu une voix dans la délégation : personne ne relit ses propres mots."),
    "wrote_in_story": _l("A écrit dans ce récit : personne ne relit ses propres mots."),
    "only_holder_signs": _l("Seule la voix elle-même signe ses mots."),
    "passage_empty": _l("Le passage est vide."),
    "passage_signed": _l("Le passage est signé : il faut d’abord le rouvrir."),
    "voice_left": _l("La voix a quitté son siège sans signer : sa délégation peut mettre le passage de côté."),
    "story_is_public": _l("Le récit est public."),
    "story_in_review": _l("Le récit est en relecture."),
    "not_public": _l("Le récit n’a pas de version publique."),
    "moment_told": _l("Un récit raconte ce moment."),
    "reviews_story": _l("Relit ce récit."),
    "manages_no_sharing": _l("Ni gestion des rôles, ni organisation ici, ni relecture de ce récit."),
}


def because(decision: Decision) -> Markup:
    """Returns why a decision is as it is."""
    code, facts = decision.because, decision.facts
    if code in PLAIN:
        return escape(PLAIN[code])
    if code in ("holds_voice", "serves_voice", "shared_passage", "another_voice"):
        return _of_voice(code, str(facts.get("voice") or ""))
    if code in ("role_gives", "role_elsewhere", "no_role"):
        return _of_role(code, facts.get("permission"), facts.get("role"), facts.get("scope"))
    if code in ("story_locked", "wrong_state"):
        return escape(_("Le récit est « %(state)s » : l’état ne le permet pas.", state=STATES[str(facts["state"])][1]))
    if code == "published":
        since = facts.get("since")
        return escape(_("Publié le %(day)s, et rien ne le cache.", day=day_words(since)) if since else _("Publié, et rien ne le cache."))  # type: ignore[arg-type]  # an instant
    if code == "not_ready":
        number = int(str(facts["number"]))
        return escape(
            ngettext(
                "Il manque une chose au récit ; sa page de travail dit laquelle.",
                "Il manque %(num)s choses au récit ; sa page de travail dit lesquelles.",
                number,
            )
        )
    if code == "unpublished":
        return escape(_("N’est plus publié : l’adresse le dit."))
    if code == "restricted":
        reasons = [shown(row) for row in facts["restrictions"] if isinstance(row, Restriction)]  # type: ignore[attr-defined]  # the decision's rows
        listed = Markup(" ; ").join(Markup("{} ({})").format(hiding.words, hiding.owner) for hiding in reasons)
        return phrase(_("Caché au public : %(reasons)s"), reasons=listed)
    raise KeyError(code)


def _of_voice(code: str, voice_id: str) -> Markup:
    voice = reader().get(Voice, voice_id) if voice_id else None
    if voice is None:
        return escape(_("Ce passage est celui d’une autre voix."))
    category = CATEGORY_FULL.get(voice.category or "", _("voix invitée"))
    if code == "another_voice":
        return escape(_("C’est le passage d’une autre voix : %(category)s.", category=category))
    mandate = _mandate(Mandate(voice.mandate_start, voice.mandate_end))
    if code == "serves_voice":
        return escape(_("Écrit pour la voix « %(category)s » (%(mandate)s).", category=category, mandate=mandate))
    if code == "shared_passage":
        return escape(
            _(
                "Passage commun de la délégation, où sa voix « %(category)s » est en cours (%(mandate)s).",
                category=category,
                mandate=mandate,
            )
        )
    return escape(_("Tient la voix « %(category)s » (%(mandate)s).", category=category, mandate=mandate))


def _mandate(mandate: Mandate) -> str:
    if mandate.start and mandate.end:
        return _("mandat du %(start)s au %(end)s", start=day_words(mandate.start), end=day_words(mandate.end))
    if mandate.start:
        return _("mandat depuis le %(start)s", start=day_words(mandate.start))
    return _("mandat jusqu’au %(end)s", end=day_words(mandate.end)) if mandate.end else _("mandat sans date")


def _of_role(code: str, permission: object, role: object, scope: object) -> Markup:
    name = permission_words(str(permission))
    if code == "no_role":
        return phrase(_("Aucun de ses rôles ne donne « %(permission)s »."), permission=name)
    if code == "role_elsewhere":
        return phrase(_("Son rôle donne « %(permission)s » ailleurs, pas ici."), permission=name)
    title = role_titles().get(str(role), escape(str(role)))
    place = place_words(scope)[0] if isinstance(scope, Scope) else escape(_("tout le site"))
    return phrase(_("Le rôle « %(role)s », donné pour %(place)s, permet « %(permission)s »."), role=title, place=place, permission=name)


def verb(name: str) -> Markup:
    """Returns what a verb is called."""
    return escape(VERBS[name])


def label_of_passage(number: int, voice: Voice | None) -> Markup:
    """Returns what a passage is called where its words may not be known: its place and its category."""
    category = CATEGORY_FULL.get(voice.category or "", _("voix invitée")) if voice is not None else _("passage commun")
    return phrase(_("Passage %(number)s, %(category)s"), number=number, category=category)
