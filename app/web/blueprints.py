"""The core's blueprints, by audience."""

from app.web import (
    account,
    desk,
    identity,
    margin,
    media,
    moments,
    pages,
    passage_saving,
    passage_steps,
    passage_versions,
    passages,
    patterns,
    reading,
    review,
    set_up,
)

# Three modules add to the blueprint of `passages`.
_OF_PASSAGES = {module.blueprint for module in (passages, passage_saving, passage_steps, passage_versions)}

BLUEPRINTS = (
    reading.blueprint,
    patterns.blueprint,
    media.blueprint,
    identity.blueprint,
    account.blueprint,
    desk.blueprint,
    *_OF_PASSAGES,
    margin.blueprint,
    moments.blueprint,
    review.blueprint,
    set_up.blueprint,
    pages.blueprint,
)
