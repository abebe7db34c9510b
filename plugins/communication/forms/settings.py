"""Settings of the chantier."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from app.sdk import BaseForm, choices


class WritingSettingsForm(BaseForm):
    missing_voice = RadioField(
        _l("Quand une voix manque, demander une raison avant de proposer le récit"),
        choices=choices(
            [
                ("moment", _l("à chaque moment qu’elle ne raconte pas")),
                ("story", _l("seulement si elle ne raconte aucun moment")),
                ("never", _l("jamais : l’absence se lit, sans raison")),
            ]
        ),
    )
