"""Makes the tree of a text and what is stored with it; alone imports Python-Markdown (`dialect`) and bleach (`barrier`), and lets nothing outside the dialect through."""

from app.services.markup.barrier import clean_html
from app.services.markup.body import (
    MARKUP_VERSION,
    MAX_GROWTH,
    MAX_INPUT,
    ImageUse,
    MarkupRefused,
    PreparedBody,
    ResultTooLarge,
    TextTooLong,
    TextTooSlow,
    prepare_here,
    prepare_literally,
)
from app.services.markup.child import close, prepare
from app.services.markup.dialect import parse

__all__ = [
    "MARKUP_VERSION",
    "MAX_GROWTH",
    "MAX_INPUT",
    "ImageUse",
    "MarkupRefused",
    "PreparedBody",
    "ResultTooLarge",
    "TextTooLong",
    "TextTooSlow",
    "clean_html",
    "close",
    "parse",
    "prepare",
    "prepare_here",
    "prepare_literally",
]
