"""Agreement of annotators as tables for a terminal, and as plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

from classifier.agreement import Agreement
from classifier.cli.tables import show_table
from classifier.coefficients import Coefficient
from classifier.labels import UnitKey

_HEADINGS = ("kappa [95 % interval]", "alpha [95 % interval]")
_LONGEST_TEXT = 40


def show_agreement(result: Agreement, pairs: Sequence[Agreement], texts: Mapping[UnitKey, str]) -> None:
    """Print what holds of all annotators, of each pair where there are more than two, and where they differ."""
    many = len(result.annotators) > 2
    title = f"{result.kind}: {result.units} units, {len(result.disagreements)} disagreements"
    headings = [f"mean {_HEADINGS[0]}" if many else _HEADINGS[0], _HEADINGS[1]]
    rows = [[name, _text(result.kappa[name]), _text(result.alpha[name])] for name in result.kappa]
    show_table(["over", *headings], rows, title=f"{title}, {len(result.annotators)} annotators" if many else title)
    if many:
        of_pairs = [
            [" - ".join(pair.annotators), str(pair.units), _text(pair.kappa["themes"]), _text(pair.alpha["themes"])]
            for pair in pairs
        ]
        show_table(["two annotators, over themes", "units", *_HEADINGS], of_pairs, right=["units"])
    differing = [
        [
            f"{each.key[0][:3]} {each.key[1]}" + (f".{each.key[2]}" if each.key[2] else ""),
            *(each.codes.get(name, "-") for name in result.annotators),
            texts.get(each.key, "")[:_LONGEST_TEXT],
        ]
        for each in result.disagreements
    ]
    show_table(["unit", *result.annotators, "text"], differing)


def agreement_data(result: Agreement, pairs: Sequence[Agreement], texts: Mapping[UnitKey, str]) -> dict[str, Any]:
    """Return the same as plain data, with whole texts."""
    return {
        **_figures(result),
        "pairs": [_figures(pair) for pair in pairs],
        "disagreements": [
            {
                "document": each.key[0],
                "paragraph": each.key[1],
                "statement": each.key[2],
                "codes": dict(each.codes),
                "text": texts.get(each.key, ""),
            }
            for each in result.disagreements
        ],
    }


def _figures(result: Agreement) -> dict[str, Any]:
    return {
        "kind": result.kind,
        "annotators": list(result.annotators),
        "units": result.units,
        "kappa": {name: each.to_dict() for name, each in result.kappa.items()},
        "alpha": {name: each.to_dict() for name, each in result.alpha.items()},
    }


def _text(each: Coefficient) -> str:
    """Show a coefficient with its interval; a dash for what is undefined."""
    value, low, high = ("-" if end is None else f"{end:.3f}" for end in (each.value, each.low, each.high))
    return value if value == "-" else f"{value} [{low}, {high}]"
