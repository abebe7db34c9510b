"""Carries what somebody wrote past an expired session or token: through the sign-in form, and back into the form it was meant for."""

from dataclasses import dataclass

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from app.web.forms import SignInForm, clean
from app.web.locale import is_local_path

PREFIX = "carried-"
TARGET = "carried_to"
_NOT_CARRIED = frozenset({"csrf_token", TARGET})


@dataclass(frozen=True)
class Carried:
    """Fields of a form that could not be accepted yet, and the address that they were sent to."""

    target: str
    fields: tuple[tuple[str, str], ...]

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The fields that hold more than a token or a number: what the person would miss."""
        return tuple((name, value) for name, value in self.fields if len(value.strip()) > 20 or " " in value.strip())


def carried_from_form(form: MultiDict[str, str], target: str) -> Carried:
    """Returns the fields of the present request, to be put into another form."""
    return Carried(target, tuple((name, clean(value) or "") for name, value in form.items(multi=True) if name not in _NOT_CARRIED))


def carried_through(form: MultiDict[str, str]) -> Carried | None:
    """Returns what a sign-in form carried, or None."""
    target = form.get(TARGET, "")
    if not is_local_path(target):
        return None
    own = ((name.removeprefix(PREFIX), clean(value) or "") for name, value in form.items(multi=True) if name.startswith(PREFIX))
    return Carried(target, tuple(own))


def carry_to_sign_in() -> ResponseReturnValue:
    """Answers a form whose session ended with the sign-in form, which carries the text."""
    carried = carried_from_form(request.form, request.script_root + request.full_path.rstrip("?"))
    # No field of the lost form may fill the sign-in form's own.
    page = render_template("account/sign_in.html", form=SignInForm(formdata=None), carried=carried, prefix=PREFIX, expired=True)
    return page, 401


def show_again(status: int = 400) -> ResponseReturnValue:
    """Answers a form whose token was missing or stale with the same fields and a fresh token; the person sends them once more."""
    g.pop("csrf_token", None)
    return resend_page(carried_from_form(request.form, request.script_root + request.full_path.rstrip("?")), status)


def resend_page(carried: Carried, status: int = 200, other: str = "") -> ResponseReturnValue:
    """Shows carried words whole, with a button that sends them where they were meant to go; `other` are words kept elsewhere meanwhile."""
    return render_template("account/resend.html", carried=carried, token=generate_csrf(), other=other), status
