"""Every code of the domain in words: refusals, states, categories, stances. Says what happened, what was kept, what to do."""

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.kernel.errors import RecitsError
from app.kernel.voice import CATEGORY_KEY, ActorCategory  # noqa: F401  # the keys for templates, a site’s own too

CATEGORY_SHORT = {
    "elected_official": _l("Élu·e"),
    "local_agent": _l("Collectivité"),
    "socioeconomic_operator": _l("Socio-éco"),
    "state_agent": _l("État"),
}
CATEGORY_FULL = {
    "elected_official": _l("Élu·e"),
    "local_agent": _l("Agent·e de la collectivité"),
    "socioeconomic_operator": _l("Opérateur·rice socio-économique"),
    "state_agent": _l("Agent·e de l’État"),
}
CATEGORY_SLUG = {
    ActorCategory.ELECTED_OFFICIAL: "elu-e",
    ActorCategory.LOCAL_AGENT: "collectivite",
    ActorCategory.SOCIOECONOMIC_OPERATOR: "socio-eco",
    ActorCategory.STATE_AGENT: "etat",
}
ANONYMOUS = _l("Une voix de la délégation")
# The form that every story has unless another is chosen; it is named here too, since it outlives the plugin that describes it.
DEFAULT_FORMAT_TITLE = _l("Récit croisé")
FORMAT_TITLES = {"recit-croise": DEFAULT_FORMAT_TITLE}
ROLES = {"administrator": _l("administration"), "organiser": _l("organisation"), "editor": _l("relecture")}
STATES = {
    "writing": ("…", _l("en écriture")),
    "submitted": ("→", _l("proposé à la relecture")),
    "in_review": ("→", _l("en relecture")),
    "changes_requested": ("!", _l("à reprendre")),
    "published": ("✓", _l("publié")),
    "unpublished": ("–", _l("dépublié")),
}
PAGE_STATES = {
    "private": ("…", _l("en écriture")),
    "proposed": ("→", _l("proposée")),
    "published": ("✓", _l("publiée")),
    "unpublished": ("–", _l("dépubliée")),
}
CITING_KINDS = {"page": _l("page"), "story": _l("récit"), "territory": _l("territoire")}
LANGUAGE_NAMES = {"fr": _l("français"), "en": _l("anglais")}
STANCES = {
    "agree": ("=", _l("d’accord")),
    "nuance": ("≈", _l("nuance")),
    "disagree": ("≠", _l("désaccord")),
    "absent": ("–", _l("absent·e")),
}
DISPLAYS = {
    "name": _l("Par mon nom et ma fonction"),
    "function": _l("Par ma fonction seulement"),
    "category": _l("Par ma catégorie seulement"),
    "anonymous": _l("Sans nom, fonction ni catégorie"),
}
TRANSITIONS = {
    "submit": _l("proposé à la relecture"),
    "reopen": _l("rouvert à l’écriture"),
    "start_review": _l("pris en relecture"),
    "request_changes": _l("changements demandés"),
    "endorse": _l("accord donné pour publier"),
    "publish": _l("publié"),
    "unpublish": _l("dépublié"),
}


# The kinds of things that can be in the trash: one of them without a name, and several.
TRASH_KINDS = {
    "story": (_l("Récit"), _l("Récits")),
    "passage": (_l("Passage"), _l("Passages")),
    "moment": (_l("Moment"), _l("Moments")),
    "image": (_l("Image"), _l("Images")),
    "theme": (_l("Thème"), _l("Thèmes")),
    "page": (_l("Page"), _l("Pages")),
}


def _not_found(what: str) -> str:
    """One sentence for all that one may not know of: two would tell what exists from what does not."""
    if what == "link":
        return _("Ce lien n’est pas reconnu. Il a peut-être été coupé par votre messagerie : copiez-le en entier, ou demandez-en un autre.")
    return _("Aucune page à cette adresse, ou elle n’est pas de votre délégation.")


def _state(name: object) -> str:
    return str(STATES.get(str(name), ("", name))[1])


REASONS: dict[str, LazyString] = {
    "required": _l("À remplir."),
    "too_long": _l("Trop long : %(length)s signes, pour %(limit)s au plus."),
    "unknown_choice": _l("Ce choix n’est pas proposé. Choisissez dans la liste."),
    "date_past": _l("Cette date est passée."),
    "nothing_here": _l("Aucun récit publié, aucune page publiée, aucune image à cette adresse."),
    "name_taken": _l("Ce nom est déjà pris. Ajoutez un mot qui le distingue."),
    "date_unreadable": _l(
        "Date non reconnue. Écrivez un jour, un mois ou une période : 12 mai 2022, mai 2022, printemps 2022, de mars à mai 2022."
    ),
    "date_backwards": _l("La fin est avant le début."),
    "code_insee": _l("Un code Insee a cinq caractères, par exemple 01004 ou 2A004."),
    "code_siren": _l("Un numéro Siren a neuf chiffres."),
    "email": _l("Écrivez une adresse électronique, par exemple prenom.nom@exemple.fr."),
    "password_short": _l("Au moins %(minimum)s signes. Une phrase courte convient très bien."),
    "password_long": _l("Au plus %(maximum)s signes."),
    "password_wrong": _l("Ce n’est pas votre mot de passe actuel."),
    "passwords_differ": _l("Les deux mots de passe diffèrent."),
    "image_heavy": _l("Image trop lourde : %(limit)s Mo au plus. Le reste du formulaire est gardé."),
    "image_large": _l("Image trop grande : %(limit)s millions de pixels au plus. Le reste du formulaire est gardé."),
    "image_unreadable": _l("Ce fichier n’est pas une image lisible. Les formats acceptés sont JPEG, PNG et WebP."),
    "markup_too_long": _l(
        "Texte trop long pour un passage : %(size)s Ko, pour %(limit)s au plus. Rien n’est perdu : coupez-le en deux passages."
    ),
    "markup_too_slow": _l(
        "La mise en forme de ce texte demande trop de calcul. Il est gardé tel quel en brouillon : retirez les longues suites de signes répétés, puis enregistrez."
    ),
    "markup_too_large": _l(
        "Une fois mis en forme, ce texte devient démesuré. Il est gardé tel quel en brouillon : retirez les tableaux ou notes répétés, puis enregistrez."
    ),
    "signed_out": _l("Votre session est terminée. Reconnectez-vous."),
    "needs_permission": _l("Cette page demande un rôle que vous n’avez pas. Une personne de l’administration peut vous le donner."),
    "not_your_voice": _l("Ce passage est celui d’une autre voix. Vous pouvez le commenter ou suggérer, pas le réécrire."),
    "only_holder_signs": _l("Seule la voix elle-même signe ses mots. Vous écrivez pour elle : demandez-lui de relire et de signer."),
    "only_holder_stands": _l("Seule la voix elle-même dit sa position."),
    "wrong_capacity": _l(
        "Cette étape revient à quelqu’un d’autre : la délégation propose et rouvre ; la relecture décide, sauf pour un récit où elle a une voix."
    ),
    "wrong_state": _l("Le récit est « %(state)s » : cette étape n’est pas possible maintenant."),
    "story_locked": _l(
        "Le récit est « %(state)s » : il se lit mais ne s’écrit pas. Rouvrez-le pour continuer ; rien n’est perdu.",
    ),
    "story_is_public": _l("Ce récit est public. Il faut d’abord demander sa dépublication."),
    "story_in_review": _l("Ce récit est en relecture. Rouvrez-le d’abord."),
    "told_by_several": _l(
        "Plusieurs délégations racontent « %(story)s » : des fichiers ne savent pas encore le dire. Rien n’a été emporté."
    ),
    "territory_twice": _l("« %(territory)s » a plusieurs délégations : emportez leurs récits séparément."),
    "not_public": _l("Ce récit n’est pas public."),
    "passage_signed": _l("Ce passage est signé. Rouvrez-le pour le changer : la signature reste avec les mots d’avant."),
    "passage_exists": _l("Cette voix raconte déjà ce moment dans ce récit. Ouvrez son passage."),
    "block_failed": _l(
        "L’extension « %(plugin)s » n’a pas pu préparer ce bloc. Rien n’est perdu : ce que vous avez saisi est gardé en brouillon."
    ),
    "block_dormant": _l(
        "L’extension « %(plugin)s » n’est plus active : ses champs dorment. Ce que vous avez saisi est gardé en brouillon."
    ),
    "passage_empty": _l("Ce passage est vide."),
    "image_known": _l("Cette image est déjà dans la médiathèque. Décrivez plutôt celle qui y est."),
    "image_used": _l("Les mots d’un récit montrent cette image : sa délégation seule peut l’en retirer."),
    "theme_used": _l("Un récit a ce thème. Fusionnez-le plutôt avec un autre : ses récits suivront."),
    "theme_name_taken": _l("Un autre thème s’appelle maintenant « %(name)s ». Renommez-le d’abord."),
    "themes_are_public": _l("Ce récit est public : ses thèmes sont choisis par la relecture. Demandez-lui de les changer."),
    "moment_told": _l("Un récit raconte ce moment. Mettez d’abord ses passages à la corbeille."),
    "words_changed": _l("Le texte a changé pendant que vous lisiez. Relisez-le avant de signer : rien n’a été signé."),
    "words_unsealed": _l(
        "On écrit dans ce passage en ce moment même, ou il est trop long pour une version. Relisez-le avant de signer : rien n’a été signé."
    ),
    "version_changed": _l("Le récit a changé depuis que vous l’avez ouvert. Relisez la nouvelle version : rien n’a été publié."),
    "not_ready": _l("Le récit n’est pas prêt. Rien n’a été envoyé ; voici ce qui manque."),
    "no_passage": _l("Le récit n’a encore aucun passage."),
    "objection": _l("%(words)s"),
    "guard_silent": _l(
        "L’extension « %(words)s » n’a pas pu donner son avis : le récit reste où il est. Prévenez l’administration du site."
    ),
    "said": _l("%(words)s"),
    "passage_unsigned": _l("Ce passage n’est pas signé."),
    "passage_unsealed": _l("On écrit dans ce passage en ce moment même, ou il est trop long pour une version. Il n’est pas signé."),
    "passage_late_words": _l("Des mots y sont arrivés au moment de la signature : personne ne les a signés. Rouvrez-le pour les relire."),
    "link_used": _l("Ce lien a déjà servi. Si vous avez un compte, connectez-vous ; sinon, demandez un nouveau lien."),
    "link_replaced": _l("Ce lien a été remplacé par un plus récent : cherchez le dernier message reçu."),
    "link_expired": _l("Ce lien a expiré. Demandez-en un autre."),
    "account_disabled": _l("Ce compte est fermé. Écrivez à l’administration du site."),
    "voice_taken": _l("Cette voix a déjà été donnée à quelqu’un d’autre."),
    "seat_taken": _l("Le siège est tenu par %(name)s à ces dates. Terminez d’abord ce mandat."),
    "delegation_exists": _l("Ce territoire a déjà une délégation dans ce programme."),
    "last_administrator": _l(
        "C’est la dernière personne de l’administration : plus personne ne pourrait gérer les comptes et les rôles. Donnez d’abord ces droits à quelqu’un d’autre."
    ),
    "needs_permission_here": _l("Votre rôle ne va pas jusqu’ici : il vaut pour un autre programme, un autre territoire ou un autre récit."),
    "cannot_give": _l("Ce rôle donne des droits d’administration que vous n’avez pas : vous ne pouvez pas le donner. Rien n’a changé."),
    "cannot_take": _l("Ce rôle donne ici plus que ce que vous avez : une personne de l’administration peut le retirer."),
    "roles_changed": _l("Quelqu’un a changé les droits pendant que vous lisiez. Rien n’a été enregistré : rouvrez la page."),
    "role_builtin": _l("Ce rôle est celui du logiciel : il se renomme et se change, il ne s’archive pas."),
    "role_held": _l("Des personnes ont ce rôle : %(names)s. Retirez-le leur d’abord."),
    "role_invited": _l("Des personnes sont invitées à ce rôle : %(names)s. Annulez d’abord leur invitation."),
    "no_account_here": _l("Personne n’a de compte à cette adresse. Invitez d’abord cette personne à la page Personnes."),
    "own_account": _l("Vous ne pouvez pas fermer votre propre compte."),
    "plugin_failed": _l("L’extension %(plugin)s n’a pas pu être activée : %(message)s. Rien n’a changé."),
    "plugin_migration": _l("Les tables de l’extension %(plugin)s n’ont pas pu être préparées : %(message)s. Rien n’a changé."),
    "page_below_itself": _l("Une page ne peut pas se ranger sous elle-même."),
    "page_too_deep": _l("Trop de niveaux : une page est au plus au %(limit)se niveau."),
    "address_word": _l("Écrivez un mot en minuscules sans accent, avec des traits d’union : %(limit)s signes au plus."),
    "address_taken": _l("L’adresse %(path)s est, ou a été, celle d’une autre page : elle continue d’y mener. Choisissez un autre mot."),
    "address_reserved": _l("L’adresse %(path)s sert au site lui-même ou à une extension. Choisissez un autre mot."),
    "page_is_public": _l("Une page publique en fait partie. Seule une personne qui publie peut la mettre à la corbeille ou l’en sortir."),
    "parent_in_trash": _l("La page au-dessus est à la corbeille. Sortez-la d’abord."),
    "page_changed": _l("Le texte a changé pendant que vous lisiez. Relisez-le avant de publier : rien n’a été publié."),
    "page_wrong_state": _l("La page est « %(page_state)s » : cette étape n’est pas possible maintenant."),
    "page_not_public": _l("Cette page n’est pas publique dans cette langue."),
    "menu_address": _l("Écrivez une adresse complète, par exemple https://exemple.fr, ou un chemin de ce site, par exemple /recits/."),
    "menu_full": _l("Ce menu a déjà %(limit)s lignes."),
    "plugin_needed": _l("L’extension %(plugin)s sert à d’autres qui sont actives : %(others)s. Désactivez-les d’abord."),
    "plugin_requires": _l("L’extension %(plugin)s a besoin d’autres qui ne sont pas actives : %(others)s. Activez-les d’abord."),
    "plugin_is_on": _l("L’extension %(plugin)s est active : désactivez-la d’abord. Rien n’a été effacé."),
    "plugin_tables_behind": _l("Les tables de l’extension %(plugin)s ne sont pas à jour. Rien n’a changé ; recommencez."),
    "plugin_tables_ahead": _l(
        "Les tables de l’extension %(plugin)s viennent d’une version plus récente : installez cette version. Rien n’a changé."
    ),
    "colour_unreadable": _l("Une couleur s’écrit #rrggbb, par exemple #1d1a16."),
    "colours": _l("Ces couleurs ne tiennent pas les seuils de lecture. Rien n’a été changé."),
    "voice_unexplained": _l("À « %(words)s », la voix « %(category)s » manque : dites pourquoi."),
    "voices_few": _l("Ce site demande au moins %(words)s catégories d’acteurs dans un récit."),
    "needs_second_editor": _l("Ce site demande l’accord d’une deuxième personne de la relecture, sur cette version exacte."),
    "no_second_editor": _l("Ce site ne demande pas de deuxième accord : publiez, ou demandez une reprise."),
    "config_faulty": _l("Ces fichiers ne peuvent pas être importés. Rien n’a changé."),
    # A plugin's own refusal brings its sentence.
    "own_words": "%(words)s",
    "no_account": _l("Personne n’a de compte à cette adresse. Demandez à l’organisation de l’inviter."),
    "comment_empty": _l("Le commentaire est vide : rien n’a été ajouté."),
    "thread_resolved": _l("Ce fil est résolu. Rouvrez-le pour y répondre."),
    "not_your_comment": _l("Ces mots sont ceux d’une autre personne : répondez-lui, ils restent tels quels."),
    "comment_settled": _l("Un commentaire se corrige pendant une demi-heure. Ajoutez plutôt une réponse."),
    "suggestion_gone": _l(
        "Cette suggestion n’est plus dans le texte : quelqu’un l’a décidée, reprise, ou a changé les mots. Rien d’autre n’a bougé."
    ),
    "not_your_suggestion": _l("Cette suggestion est celle d’une autre personne : elle seule peut la reprendre."),
    "too_many_lookups": _l("Trop d’adresses essayées. Attendez un quart d’heure avant d’en essayer une autre."),
    "too_many_attempts": _l("Trop d’essais. Attendez un quart d’heure, ou demandez un lien de connexion."),
    "sign_in_failed": _l("Adresse ou mot de passe inconnus. Vérifiez, ou demandez un lien de connexion par courriel."),
}


def sentence(error: RecitsError) -> str:
    """Returns what to tell a person about a refusal."""
    if error.reason == "story_locked" and error.facts.get("state") == "in_review":
        return _("Le récit est en relecture : il se lit mais ne s’écrit pas. Vous recevrez un courriel à la décision ; rien n’est perdu.")
    if error.reason == "not_found":
        return _not_found(str(error.facts.get("what")))
    facts = dict(error.facts)
    if "state" in facts:
        facts["state"] = _state(facts["state"])
    if "page_state" in facts:
        facts["page_state"] = PAGE_STATES.get(str(facts["page_state"]), ("", facts["page_state"]))[1]
    return str(REASONS[error.reason]) % facts


def count_words(number: int) -> str:
    """« 47 mots »"""
    return ngettext("%(count)s mot", "%(count)s mots", number, count=format_decimal(number))


def count_bytes(number: int) -> str:
    """« 340 ko », « 1,2 Mo »"""
    if number < 1_000_000:
        return _("%(number)s ko", number=format_decimal(max(1, round(number / 1000))))
    return _("%(number)s Mo", number=format_decimal(round(number / 1_000_000, 1)))
