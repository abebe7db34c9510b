"""What the socket says in words; the page shows it as it is."""

from app.live.rights import Right
from app.services.words import translations


def why(right: Right, lang: str) -> str:
    """Returns the sentence that says what somebody may do in a room, and why."""
    _ = translations(lang).gettext
    said = {
        "holds_voice": _("C’est votre passage : vos mots y sont enregistrés à mesure."),
        "serves_voice": _("Vous écrivez pour cette voix : les mots y sont enregistrés à mesure ; elle seule signe."),
        "shared_passage": _("Passage partagé : toute la délégation y écrit, chaque mot garde sa voix."),
        "another_voice": _("Ce que vous tapez ici devient une suggestion : la voix l’accepte ou non."),
        "editor": _("Vous relisez : ce que vous changez devient une suggestion, que la voix accepte ou non."),
        "passage_signed": _("Ce passage est signé : il se lit et se commente. Pour l’écrire encore, rouvrez-le."),
        "anothers_signed": _("Ce passage est signé : il se lit et se commente, jusqu’à ce que sa voix le rouvre."),
        "story_locked": _("Le récit est proposé ou publié : il se lit et se commente. Pour l’écrire encore, rouvrez-le."),
        "not_in_review": _("La délégation écrit : son texte ne se lit pas encore."),
        "not_there": _("Ce passage n’est plus là : il a été retiré du récit."),
        "not_allowed": _("Ce récit n’est pas le vôtre à lire."),
        "signed_out": _("Votre session est terminée : connectez-vous pour continuer. Vos mots restent dans cette page."),
    }
    return said[right.because]


def refusal(reason: str, lang: str) -> str:
    """Returns the sentence that says why what was typed was not taken."""
    _ = translations(lang).gettext
    said = {
        "read_only": _("Ce que vous venez d’écrire n’a pas été pris : ce passage ne s’écrit plus. Vos mots sont gardés à part."),
        "too_long": _(
            "Ce passage est plein : ce que vous venez d’ajouter n’a pas été pris. Vos mots sont gardés à part ; commencez un autre passage."
        ),
        "suggest_only": _("Ce changement n’a pas été pris : dans le passage d’une autre voix on suggère. Vos mots sont gardés à part."),
    }
    return said[reason]
