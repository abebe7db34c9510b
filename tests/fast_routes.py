"""Compiles each route once per process: most tests make an application of their own, and compiling its three hundred routes is most of what that costs."""

from typing import Any

from werkzeug.routing.rules import Rule

_compile = Rule._compile_builder
_compiled: dict[tuple[object, ...], Any] = {}


def compile_routes_once() -> None:
    """Lets rules of the same text share the function that builds their addresses, as the text alone decides it."""

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (rule.rule, rule.subdomain, rule.host, defaults, append_unknown)
        if key not in _compiled:
            _compiled[key] = _compile(rule, append_unknown)
        return _compiled[key]

    Rule._compile_builder = once  # type: ignore[method-assign,assignment]  # of the library, for tests alone
