"""Every component of the look, live, from the macros that pages use; shows invented examples and reads nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, RadioField, StringField, TextAreaField

from app.db.models import MomentRevision
from app.kernel.braid import strongest
from app.kernel.moment_date import DateKind
from app.kernel.voice import CATEGORY_KEY, ActorCategory
from app.web.forms import choices
from app.web.gate import public
from app.web.story_shown import MissingShown, StanceShown
from app.web.voice_view import VoiceShown
from app.web.words import CATEGORY_FULL, CATEGORY_SHORT, DISPLAYS, STANCES, STATES

blueprint = Blueprint("patterns", __name__)

TOKENS = ("paper", "leaf", "wash", "rule", "edge", "ink-2", "ink", "mark", "elu", "col", "eco", "eta")


@dataclass(frozen=True)
class Example:
    """A moment that never took place."""

    number: int
    revision: MomentRevision
    told: Mapping[str, str]
    unnamed: frozenset[str] = field(default_factory=frozenset)
    phase: str = ""
    also: tuple[tuple[str, str], ...] = ()

    @property
    def anchor(self) -> str:
        """Where its title leads: the section of the page that draws it."""
        return "p3"

    @property
    def mark(self) -> str:
        return strongest(self.told.values())


class ExampleForm(Form):
    """A form without a token, so that nobody gets a cookie for looking at it; it is sent nowhere."""

    title = StringField(_l("Titre du moment"), description=_l("Ce qu’on en dirait à voix haute. Par exemple : « Le vote du 12 mai »."))
    date = StringField(_l("Date"))
    text = TextAreaField(_l("Ce qui s’est passé"))
    display = RadioField(_l("Comment paraître"), choices=choices(DISPLAYS.items()), default="function")
    again = BooleanField(_l("Relire avant de signer"))


def _moment(number: int, title: str, day: date, told: Mapping[str, str], unnamed: frozenset[str] = frozenset()) -> Example:
    revision = MomentRevision(title=title, date_kind=DateKind.DAY, date_start=day, date_end=day)
    return Example(number, revision, told, unnamed)


def examples() -> list[Example]:
    """Returns seven moments that show everything a braid can say."""
    all_four = dict.fromkeys(CATEGORY_KEY.values(), "")
    return [
        _moment(1, "Le premier tour de table", date(2021, 9, 21), all_four),
        _moment(2, "Le diagnostic à l’aveugle", date(2021, 11, 16), {**all_four, "elu": "nuance", "col": "agree"}),
        _moment(3, "Deux heures pour éplucher", date(2022, 1, 25), {"elu": "", "col": "", "eco": ""}),
        _moment(4, "La visite de Lormeau", date(2022, 3, 8), {"col": "", "eco": ""}),
        _moment(5, "Le vote du 12 mai", date(2022, 5, 12), {**all_four, "elu": "disagree", "eco": "disagree", "eta": "disagree"}),
        _moment(6, "L’abandon", date(2022, 9, 27), {"elu": "", "eco": ""}, frozenset({"col", "eta"})),
        _moment(7, "Ce qui est resté", date(2022, 12, 13), {"elu": "", "col": "", "eco": "", "eta": "agree"}),
    ]


def _voice(category: ActorCategory, name: str = "", function: str = "") -> VoiceShown:
    return VoiceShown(
        category, category, CATEGORY_KEY[category], str(CATEGORY_SHORT[category]), str(CATEGORY_FULL[category]), name, function
    )


def _notes() -> dict[str, object]:
    """What stands under a moment: a missing voice, one that may be speaking unnamed, stances."""
    elected, state = ActorCategory.ELECTED_OFFICIAL, ActorCategory.STATE_AGENT
    sign, word = STANCES["disagree"]
    return {
        "missing": (
            MissingShown(state, "eta", str(CATEGORY_SHORT[state]), "Le poste était vacant du 3 janvier au 28 mars 2022."),
            MissingShown(elected, "elu", str(CATEGORY_SHORT[elected]), "", unnamed=True),
        ),
        "stances": (StanceShown(_voice(elected), "disagree", sign, str(word), "Avait été alertée, et a voté pour tenir une promesse."),),
        "mark": "disagree",
    }


@blueprint.get("/patterns")
@public
def patterns() -> ResponseReturnValue:
    form, refused = ExampleForm(), ExampleForm(prefix="refused-", data={"date": "le jour du vote"})
    refused.date.errors = [str(_l("Écrivez une date, un mois ou une période : 12 mai 2022, mai 2022, printemps 2022."))]
    return render_template(
        "patterns.html",
        tokens=TOKENS,
        moments=examples(),
        moment=_notes(),
        shown={"lang": "fr"},
        form=form,
        refused=refused,
        states=STATES,
        stances=STANCES,
    )
