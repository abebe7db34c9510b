"""The words of the live editor: rendered into the page by the server, so that static/editor holds no language; a missing one fails a test."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

EDITOR_WORDS: dict[str, LazyString] = {
    # toolbar
    "strong": _l("Gras"),
    "emphasis": _l("Italique"),
    "heading": _lp("mise en forme", "Titre"),
    "bullet_list": _l("Liste"),
    "ordered_list": _l("Liste numérotée"),
    "quote": _l("Citation"),
    "link": _l("Lien"),
    "image": _l("Image"),
    "footnote": _l("Note"),
    "table": _l("Tableau"),
    "comment": _l("Commenter"),
    "voices": _l("Montrer qui écrit quoi"),
    "undo": _lp("mise en forme", "Annuler"),
    "redo": _l("Rétablir"),
    "row_add": _lp("tableau", "Ajouter une ligne"),
    "row_remove": _l("Supprimer la ligne"),
    "column_add": _l("Ajouter une colonne"),
    "column_remove": _l("Supprimer la colonne"),
    "align_left": _l("Aligner à gauche"),
    "align_center": _l("Centrer"),
    "align_right": _l("Aligner à droite"),
    "table_remove": _l("Supprimer le tableau"),
    # dialogs
    "ok": _l("Appliquer"),
    "cancel": _l("Renoncer"),
    "link_address": _l("Adresse"),
    "link_hint": _l("Une page du web, une adresse électronique, ou une page de ce site qui commence par /."),
    "link_text": _l("Mots du lien"),
    "link_remove": _l("Retirer le lien"),
    "link_wrong": _l("Cette adresse ne peut pas être un lien. Écrivez par exemple https://exemple.fr/page."),
    "image_which": _l("Image du récit"),
    "image_alt": _l("Ce que montre l’image"),
    "image_alt_hint": _l("Pour qui ne la voit pas. Vide : la description donnée quand l’image a été ajoutée au récit."),
    "note_number": _l("Note {number}"),
    "note_to_come": _l("Note {number}, proposée"),
    "note_to_go": _l("Note {number}, à retirer"),
    # the state of one's words
    "connecting": _l("Connexion…"),
    "saving": _l("Enregistrement…"),
    "saved": _l("Enregistré"),
    "saved_now": _l(", il y a un instant"),
    "saved_at": _l(" à {time}"),
    "space_little": _l("Ce passage devient long : il reste peu de place. Continuez plutôt dans un autre passage."),
    "space_full": _l(
        "Ce passage est plein : vous pouvez retirer des mots, pas en ajouter. Tout ce qui est écrit est enregistré ; continuez dans un autre passage."
    ),
    "space_over": _l(
        "Ce passage n’est plus enregistré comme version : le texte dépasse ce qu’une version contient. Rien n’est perdu ; retirez des mots pour qu’il le soit de nouveau."
    ),
    "back": _l("La connexion est revenue, tout est enregistré."),
    "offline": _l("La connexion est coupée. Continuez d’écrire : votre texte est gardé sur cet appareil."),
    "offline_disk_full": _l(
        "Le site n’a plus de place pour enregistrer. Votre texte est gardé sur cet appareil et partira dès que possible."
    ),
    "offline_restart": _l("Le site redémarre. Continuez d’écrire : votre texte est gardé sur cet appareil."),
    "offline_too_fast": _l("Beaucoup de texte à la fois : l’enregistrement reprend dans un instant."),
    "read": _l("Vous lisez ce passage, sans pouvoir y écrire."),
    "closed": _l("Le site a fermé cette page d’écriture. Votre texte est gardé sur cet appareil ; rechargez la page."),
    "closed_signed_out": _l("Votre session est finie. Votre texte est gardé sur cet appareil ; reconnectez-vous et rouvrez ce passage."),
    "closed_not_allowed": _l("Vous n’avez plus accès à ce passage. Ce qui était enregistré l’est toujours."),
    "closed_too_large": _l(
        "Ce passage est devenu trop long pour être enregistré. Copiez ce que vous venez d’ajouter, puis rechargez la page."
    ),
    "closed_malformed": _l("Cette page ne s’entend plus avec le site. Rechargez-la : votre texte est gardé sur cet appareil."),
    "count_one": _l("{number} mot"),
    "count_many": _l("{number} mots"),
    "empty_write": _l("Écrivez ici : tout est enregistré à mesure."),
    "empty_suggest": _l("Ce passage est encore vide. Vous pouvez proposer des mots."),
    "empty_read": _l("Ce passage est encore vide."),
    # under the text
    "keys": _l(
        "Au clavier : Ctrl+B gras, Ctrl+I italique, Ctrl+K lien, Ctrl+Alt+M commente les mots choisis, Alt+F10 va aux boutons. Échap puis Tab sort du texte."
    ),
    "keys_read": _l("Au clavier : Ctrl+Alt+M commente les mots choisis, Alt+F10 va aux boutons, Tab sort du texte."),
    # what one does here
    "doing_write": _l("Écrire"),
    "doing_suggest": _lp("geste", "Proposer"),
    "doing_read": _l("Lire"),
    # who is where
    "you": _l("Vous"),
    "in_this_passage": _l("dans ce passage"),
    "elsewhere": _l("ailleurs dans le récit"),
    # remarks
    "understood": _l("J’ai lu"),
    "words_only": _l(
        "Cela ne se propose pas. Vous pouvez ajouter et retirer des mots, des images, des notes, des paragraphes entiers ; "
        "la forme de ce qui est écrit reste à qui écrit ce passage."
    ),
    "unsent": _l(
        "Rien n’est parti : le serveur ne répond pas. Ce que vous avez écrit est resté ici ; envoyez-le de nouveau quand la connexion est revenue."
    ),
    "comment_choose": _l("Choisissez d’abord les mots que vous commentez."),
    "paste_images": _l("Images non collées : {number}. Ajoutez-les d’abord au récit, avec leur description."),
    "paste_too_long": _l("Ce texte est trop long pour être collé d’un coup. Collez-le en plusieurs fois."),
    "refused": _l("Vos derniers mots n’ont pas été pris dans ce passage."),
    "refused_before": _l("Ces mots n’avaient pas été pris dans ce passage. Copiez ce qui vous sert encore."),
    "aside": _l("Votre texte, tel qu’il était sur cette page :"),
    "met": _l("Pendant que vous étiez hors connexion, d’autres ont changé les mêmes endroits. Relisez-les."),
    "met_mine": _l("Votre texte :"),
    "met_now": _l("Maintenant :"),
}


def editor_words() -> dict[str, str]:
    """Returns the editor's words in the language of the page, for its attribute `data-words`."""
    return {name: str(words) for name, words in EDITOR_WORDS.items()}
