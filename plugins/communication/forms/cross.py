"""The form of a page that shows a cross-reading: what is read together."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from app.sdk import (
    CATEGORIES,
    CATEGORY_FULL,
    CATEGORY_SLUG,
    BaseForm,
    choices,
    content_choices,
    list_territories,
    phase_choices,
    reader,
    theme_choices,
)


class CrossReadingForm(BaseForm):
    territoire = SelectField(_l("Territoire"), validate_choice=False)
    phase = SelectField(_l("Phase"), validate_choice=False)
    voix = SelectField(_l("Voix"), validate_choice=False)
    theme = SelectField(_l("Thème"), validate_choice=False)
    ecarts = BooleanField(_l("Seulement là où les voix divergent"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        session = reader()
        self.territoire.choices = [
            *choices([("", _("Tous les territoires"))]),
            *content_choices([(line.territory.slug, line.territory.name) for line in list_territories(session)]),
        ]
        self.phase.choices = [*choices([("", _("Toutes les phases"))]), *content_choices(phase_choices(session))]
        self.voix.choices = choices([("", _("Toutes les voix")), *((CATEGORY_SLUG[c], CATEGORY_FULL[c]) for c in CATEGORIES)])
        self.theme.choices = [*choices([("", _("Tous les thèmes"))]), *content_choices(theme_choices(session))]
