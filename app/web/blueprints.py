"""The core's blueprints, by audience."""

from app.web import account, desk, identity, margin, media, moments, pages, passages, patterns, reading, review, set_up

BLUEPRINTS = (
    reading.blueprint,
    patterns.blueprint,
    media.blueprint,
    identity.blueprint,
    account.blueprint,
    desk.blueprint,
    passages.blueprint,
    margin.blueprint,
    moments.blueprint,
    review.blueprint,
    set_up.blueprint,
    pages.blueprint,
)
