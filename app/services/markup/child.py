"""Prepares a text in a child process that can be killed: what a person sends goes this way."""

import atexit
from typing import Any

from app.services.markup.body import (
    PreparedBody,
    ResultTooLarge,
    TextTooSlow,
    body_from_json,
    body_to_json,
    check_length,
    most_html,
    prepare_here,
    prepare_literally,
)
from app.services.markup.worker import Lost, Pool, TooSlow

_WORKERS = 4
_pool = Pool("app.services.markup", _WORKERS)
atexit.register(_pool.close)


def prepare(text: str, *, lang: str) -> PreparedBody:
    """Returns what is stored for a text that a person sent.

    The text is read in a child process, which is killed when it takes too long. Call it before the transaction begins.

    Args:
        text: Markdown, as typed.
        lang: language of the text (BCP 47), which decides the typography of what is shown.

    Raises:
        TextTooLong, TextTooSlow, ResultTooLarge: all MarkupRefused; nothing is lost, the caller still has the text.
    """
    check_length(text)
    try:
        reply = _pool.ask({"text": text, "lang": lang})
    except TooSlow as slow:
        raise TextTooSlow from slow
    except Lost as lost:
        raise ResultTooLarge(0, most_html(text)) from lost
    if "too_large" in reply:
        raise ResultTooLarge(reply["too_large"], most_html(text))
    return body_from_json(reply)


def close() -> None:
    """Ends the child processes; a later call of `prepare` starts new ones."""
    _pool.close()


def answer(question: Any) -> object:
    """Does what a child does with a question: the JSON of a prepared body, or how much too large it would be."""
    try:
        return body_to_json(prepare_here(question["text"], lang=question["lang"]))
    except ResultTooLarge as refusal:
        return {"too_large": refusal.facts["size"]}
    except (RecursionError, MemoryError):
        return {"too_large": 0}
    except Exception:
        # A fault of ours. The text is kept without its markup, and `literal` tells; a traceback could only quote what somebody wrote.
        return body_to_json(prepare_literally(question["text"], lang=question["lang"]))
