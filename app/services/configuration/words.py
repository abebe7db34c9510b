"""What is wrong with configuration files, in words, for the page and the command line."""

from app.services.configuration.base import ConfigFault
from app.services.words import translations


def fault_words(fault: ConfigFault, lang: str) -> str:
    """« identity, title : ce doit être un texte. »"""
    _ = translations(lang).gettext
    sentences = {
        "no_file": _("Aucun fichier de configuration n’a été trouvé."),
        "unknown_section": _("Ce fichier n’est pas une partie de la configuration."),
        "too_large": _("Ce fichier est trop lourd."),
        "unreadable": _("Ce fichier n’est pas du YAML lisible."),
        "not_ours": _("Ce fichier ne dit pas « recits: 1 » et sa section, comme le font les fichiers exportés."),
        "not_mapping": _("Il faut ici des noms et leurs valeurs."),
        "not_list": _("Il faut ici une liste."),
        "not_text": _("Il faut ici un texte."),
        "wrong_kind": _("La valeur n’est pas de la même sorte que ce réglage."),
        "setting_refused": _("Le formulaire de l’extension refuse cette valeur : %(words)s"),
        "settings_unchecked": _("L’extension %(name)s n’a pas pu vérifier ses réglages."),
        "picture_missing": _("L’image %(file)s n’est pas avec les fichiers."),
        "picture_unusable": _("Cette image ne se lit pas, ou elle est trop lourde."),
        "twice": _("La même valeur s’y trouve deux fois."),
        "unknown_key": _("Noms inconnus : %(keys)s."),
        "not_accepted": _("Le site n’accepte pas cette valeur (%(reason)s)."),
        "extension_unusable": _("L’extension %(name)s n’est pas installée ici, ou son code ne peut pas servir."),
        "extension_requires": _("L’extension %(name)s a besoin de : %(others)s."),
        "settings_unknown": _("Aucune extension installée n’a cette page de réglages."),
        "one_target": _("Une ligne de menu mène à une page, à un lieu ou à une adresse : un seul des trois."),
        "page_unknown": _("Aucune page n’est à l’adresse %(path)s."),
        "place_unknown": _("Le site n’a pas de lieu « %(place)s »."),
        "theme_key": _("Un thème a une clé en minuscules et traits d’union, et un nom."),
        "theme_merged": _("Ce thème a été réuni à un autre."),
        "role_key": _("Un nouveau rôle a une clé en minuscules et traits d’union, et un titre."),
        "role_archived": _("Ce rôle est archivé : reprenez-le d’abord."),
        "permission_unknown": _("Droits inconnus ici : %(names)s."),
    }
    place = ", ".join(part for part in (fault.section, fault.where) if part)
    words = sentences[fault.code] % dict(fault.facts)
    colon = "\u00a0: " if lang == "fr" else ": "
    return f"{place}{colon}{words}" if place else words
