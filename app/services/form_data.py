"""Between forms and JSON: what an extension's form holds, as it is stored, and back into its fields."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form  # type: ignore[import-untyped]
from wtforms.fields import FileField, SubmitField  # type: ignore[import-untyped]

_CSRF = "csrf_token"


def make_form(kind: type[Any], formdata: MultiDict[str, str] | None, prefix: str) -> Any:
    """Returns an extension's form over what was sent or kept; its token is that of the form around it.

    Raises:
        TypeError: if it is not a WTForms form.
    """
    if not isinstance(kind, type) or not issubclass(kind, Form):
        raise TypeError(f"form returned {kind!r} instead of a WTForms class")
    return kind(formdata=formdata, prefix=prefix, meta={"csrf": False})


def values_of(form: Any) -> dict[str, Any]:
    """Returns a valid form's data as JSON values by name of field; dates in ISO, numbers with a point as texts, files left out."""
    return {
        field.short_name: _value(field.data)
        for field in form
        if field.short_name != _CSRF and not isinstance(field, FileField | SubmitField)
    }


def _value(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return str(value)
    if isinstance(value, Enum):
        return _value(value.value)
    if isinstance(value, Mapping):
        return {str(name): _value(entry) for name, entry in value.items()}
    return [_value(entry) for entry in value]


def as_sent(values: Mapping[str, Any], prefix: str) -> MultiDict[str, str]:
    """Returns stored values as a browser would send them, so that every kind of field reads them as its own."""
    sent: MultiDict[str, str] = MultiDict()
    for name, value in values.items():
        for entry in value if isinstance(value, list) else [value]:
            if entry is None or entry is False:
                continue
            sent.add(f"{prefix}{name}", "y" if entry is True else str(entry))
    return sent


def raw_values(sent: MultiDict[str, str], prefix: str) -> dict[str, list[str]]:
    """Returns what was typed into the fields of a prefix, valid or not, to be kept with a draft."""
    return {name.removeprefix(prefix): sent.getlist(name) for name in sent if name.startswith(prefix)}
