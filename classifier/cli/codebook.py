"""``policy-themes codebook``: ``diff`` shows what differs between two codebooks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from classifier.cli.options import FILE

if TYPE_CHECKING:
    from classifier.codebook_changes import CodeChange
    from classifier.codebook_diff import CodebookDifference, CodeDifference, RuleDifference


@click.group()
def codebook() -> None:
    """Compare versions of a codebook.

    Example: policy-themes codebook diff labels/codebook.toml new.toml
    """


@codebook.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print plain data instead of lines.")
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Show what differs between two codebooks: codes, definitions, rules, and what became of the codes.

    Example: policy-themes codebook diff labels/codebook.toml new.toml
    """
    from classifier.codebook import load_codebook
    from classifier.codebook_diff import compare_codebooks

    difference = compare_codebooks(load_codebook(old), load_codebook(new))
    if as_json:
        click.echo(json.dumps(difference.to_dict(), ensure_ascii=False, indent=1))
        return
    for line in _lines(difference):
        click.echo(line)


def _lines(difference: "CodebookDifference") -> Iterator[str]:
    yield f"codebook {difference.before} -> {difference.after}"
    if difference.is_empty:
        yield "no differences in codes, wordings and rules"
    for step in difference.steps:
        yield ""
        yield f"changes of codes, {step.before} -> {step.after}: {step.note_in('en') or 'no note'}"
        yield from (f"  {_change(change)}" for change in step.codes)
    for item in difference.codes:
        yield ""
        yield from _code(item)
    for rule in difference.rules:
        yield ""
        yield from _rule(rule)


def _change(change: "CodeChange") -> str:
    if change.kind == "add":
        line = f"add {change.after[0]}" + (f" among {', '.join(change.before)}" if change.before else "")
    else:
        line = f"{change.kind} {', '.join(change.before)} -> {', '.join(change.after) or 'to be labelled anew'}"
    rules = [f"{code} where {'/'.join(terms)}" for code, terms in change.where]
    if change.otherwise:
        rules.append(f"otherwise {change.otherwise}")
    return line + (f" ({'; '.join(rules)})" if rules else "")


def _code(item: "CodeDifference") -> Iterator[str]:
    entry = item.after or item.before
    if entry is None:
        return
    sign = "+" if item.before is None else "-" if item.after is None else "~"
    was = f" (was {item.before.code})" if item.before and item.before.code != entry.code else ""
    yield f"{sign} {entry.code}  {entry.zh}  {entry.en}{was}"
    for wording in item.wordings:
        yield from _sides(wording.name, wording.before, wording.after)


def _rule(rule: "RuleDifference") -> Iterator[str]:
    sign = "+" if rule.before is None else "-" if rule.after is None else "~"
    numbers = dict.fromkeys(str(number) for number in (rule.number_before, rule.number_after) if number)
    yield f"{sign} rule {' -> '.join(numbers)}"
    for place, language in enumerate(("en", "zh")):
        before, after = rule.before[place] if rule.before else "", rule.after[place] if rule.after else ""
        if before != after:
            yield from _sides(language, before, after)


def _sides(name: str, before: str, after: str) -> Iterator[str]:
    if before:
        yield f"    {name} - {before}"
    if after:
        yield f"    {name} + {after}"
