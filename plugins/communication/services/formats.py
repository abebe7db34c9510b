"""Forms of stories: what each is, what it needs, and the guard that says what is still to do."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.sdk import GuardContext, Objection, Session, StoryFormat, ToldStory, read_told
from plugins.communication.rules.formats import (
    CARNET_DE_BORD,
    CHRONIQUE,
    PORTRAIT,
    RECIT_CROISE,
    Condition,
    Dated,
    Need,
    Said,
    conditions,
)

FORMATS = [
    StoryFormat(
        RECIT_CROISE,
        order=10,
        title=_l("Récit croisé"),
        description=_l("Le même parcours, raconté par plusieurs voix, désaccords compris."),
        structure=(
            _l("D’où l’on part : ce que chacun·e voyait, et qui n’était pas d’accord."),
            _l("Les moments, un par un : au moins deux voix sur l’un d’eux."),
            _l("Une difficulté, un abandon ou un désaccord, dit par qui l’a vécu."),
            _l("Ce qui a changé, et pour qui."),
            _l("Ce que l’on referait autrement."),
        ),
    ),
    StoryFormat(
        PORTRAIT,
        order=20,
        title=_l("Portrait"),
        description=_l("Une voix au centre ; les autres la situent en quelques mots."),
        structure=(
            _l("La personne à son poste : un jour ordinaire."),
            _l("Ce qu’elle pensait savoir en entrant."),
            _l("Le moment où elle a bougé, ou refusé de bouger."),
            _l("Ce que les autres en disent, brièvement."),
        ),
        reading="voice",
    ),
    StoryFormat(
        CHRONIQUE,
        order=30,
        title=_l("Chronique"),
        description=_l("Des moments datés, dans l’ordre, racontés court."),
        structure=(
            _l("Une date d’ouverture : le premier jour."),
            _l("Au moins trois moments datés, dans l’ordre du temps."),
            _l("Ce qui s’est passé entre deux dates, même si ce n’est rien."),
            _l("La date où l’on s’arrête, et pourquoi là."),
        ),
    ),
    StoryFormat(
        CARNET_DE_BORD,
        order=40,
        title=_l("Carnet de bord"),
        description=_l("Une seule voix, au fil du temps, sans savoir la suite."),
        structure=(
            _l("Chaque entrée dit son jour, son lieu, ce qui est fait, ce qui manque."),
            _l("Au moins trois moments, dans l’ordre."),
            _l("Ce que l’on croyait ce jour-là, laissé tel quel."),
            _l("Une dernière entrée qui relit la première."),
        ),
        reading="voice",
    ),
]

# What each need asks, and what to do where it is not met.
NEED_WORDS = {
    Need.TWO_VOICES_ON_A_MOMENT: (
        _l("Au moins deux voix racontent un même moment"),
        _l("Un récit croisé demande au moins deux voix sur un même moment : invitez une autre voix à en raconter un."),
    ),
    Need.ONE_MAIN_VOICE: (
        _l("Une voix porte plus de la moitié du texte"),
        _l("Un portrait demande une voix principale : qu’elle dise plus de la moitié du texte, ou choisissez une autre forme."),
    ),
    Need.TWO_PASSAGES_OF_IT: (
        _l("Cette voix a au moins deux passages"),
        _l("Un portrait demande au moins deux passages de la voix principale : ajoutez-lui un moment."),
    ),
    Need.THREE_MOMENTS: (
        _l("Au moins trois moments sont racontés"),
        _l("Cette forme demande au moins trois moments datés : racontez-en un de plus."),
    ),
    Need.IN_ORDER: (
        _l("Les moments se suivent dans l’ordre du temps"),
        _l("Les moments ne sont pas dans l’ordre du temps : montez ou descendez celui-ci, ou corrigez sa date."),
    ),
    Need.ONE_VOICE_ALONE: (
        _l("Une seule voix tient le carnet"),
        _l("Un carnet de bord n’a qu’une voix : retirez les passages des autres, ou choisissez une autre forme."),
    ),
}


def format_conditions(told: ToldStory) -> list[Condition]:
    """Returns what a story's form needs, each met or not."""
    said = [Said(passage.voice, passage.moment, passage.words) for passage in told.passages]
    return conditions(told.format, said, [Dated(moment.id, moment.start, moment.end) for moment in told.moments])


def check_format(session: Session, context: GuardContext) -> Sequence[Objection]:
    """Guard on submission: objects to each need of the form that the story does not meet."""
    told = read_told(session, context.story)
    if told is None:
        return []
    return [_objection(told, condition) for condition in format_conditions(told) if not condition.met]


def _objection(told: ToldStory, condition: Condition) -> Objection:
    words = NEED_WORDS[condition.need][1]
    if condition.moment is None:
        return Objection(words, address=f"/espace/recits/{told.id}/titre", action=_("Changer de forme"))
    return Objection(
        words, moment=condition.moment, address=f"/espace/recits/{told.id}#moment-{condition.moment}", action=_("Voir ce moment")
    )
