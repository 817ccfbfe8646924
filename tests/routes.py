"""Every request that an application answers, from the map of its addresses: `from routes import requests_of`."""

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def address_of(rule: Rule) -> str:
    """Return an address that a rule matches: 1 for numbers, the first of several words, x for texts."""

    def value(converter: BaseConverter) -> object:
        if isinstance(converter, IntegerConverter):
            return 1
        return min(converter.items) if isinstance(converter, AnyConverter) else "x"

    built = rule.build({name: value(converter) for name, converter in rule._converters.items()})
    assert built is not None, rule
    return built[1]


def requests_of(app: Flask) -> list[tuple[str, str, str]]:
    """Every (endpoint, method, address) of an application."""
    return [
        (rule.endpoint, method, address_of(rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def unsafe_requests(app: Flask) -> list[tuple[str, str, str]]:
    """Those that write."""
    return [entry for entry in requests_of(app) if entry[1] in UNSAFE]
