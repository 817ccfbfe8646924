"""Provinces, cities and counties of China with their adcodes (GB/T 2260), each with the years in which it had them.

``jurisdictions.csv`` holds what there was at the end of each year since `FIRST_YEAR`; docs/jurisdictions.md names its
source.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("jurisdictions.csv")
FIRST_YEAR, LAST_YEAR = 2000, 2025  # The table holds the ends of these years, and of all between them.


class Jurisdiction(NamedTuple):
    """A name and its adcode at the ends of the years ``first`` to ``last``."""

    adcode: str
    name: str
    first: int
    last: int

    @property
    def level(self) -> str:
        """Return province, city or county.

        >>> Jurisdiction("330782", "义乌市", 2000, 2025).level
        'county'
        """
        if self.adcode.endswith("0000"):
            return "province"
        return "city" if self.adcode.endswith("00") else "county"

    @property
    def is_current(self) -> bool:
        """Whether it stands in the latest list."""
        return self.last == LAST_YEAR

    def lies_in(self, other: "Jurisdiction") -> bool:
        """Tell whether ``other`` is the province or the city above this one."""
        digits = {"province": 2, "city": 4, "county": 6}[other.level]
        return self.adcode != other.adcode and self.adcode.startswith(other.adcode[:digits])


@cache
def every_jurisdiction() -> tuple[Jurisdiction, ...]:
    """Return the whole table in order of adcodes."""
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        return tuple(Jurisdiction(adcode, name, int(first), int(last)) for adcode, name, first, last in rows)


@cache
def _by_adcode() -> dict[str, list[Jurisdiction]]:
    found: dict[str, list[Jurisdiction]] = {}
    for jurisdiction in every_jurisdiction():
        found.setdefault(jurisdiction.adcode, []).append(jurisdiction)
    return found


def with_adcode(adcode: str) -> Jurisdiction | None:
    """Return the latest jurisdiction that has or had an adcode."""
    return max(_by_adcode().get(adcode, ()), key=lambda one: one.last, default=None)


def above(jurisdiction: Jurisdiction) -> tuple[Jurisdiction, ...]:
    """Return the province and the city that a jurisdiction lies in, by their names at that time.

    >>> [one.name for one in above(Jurisdiction("330106", "西湖区", 2000, 2025))]
    ['浙江省', '杭州市']
    """
    adcodes = (f"{jurisdiction.adcode[:2]}0000", f"{jurisdiction.adcode[:4]}00")
    known = (of_date(_by_adcode().get(adcode, ()), jurisdiction.last) for adcode in adcodes)
    return tuple(found[0] for found in known if found and found[0].adcode != jurisdiction.adcode)


def full_name(jurisdiction: Jurisdiction) -> str:
    """Return the name behind that of the city, or else of the province, that it lies in.

    >>> full_name(Jurisdiction("330106", "西湖区", 2000, 2025)), full_name(Jurisdiction("330000", "浙江省", 2000, 2025))
    ('杭州市西湖区', '浙江省')
    """
    parents = above(jurisdiction)
    return (parents[-1].name if parents else "") + jurisdiction.name


def of_date(jurisdictions: Iterable[Jurisdiction], year: int | None) -> list[Jurisdiction]:
    """Return those there were in a year, else those of a year before or after it: names outlive a change by some months.

    Without a year, those of today, else all; a year behind the table counts as its last one.
    """
    every = list(jurisdictions)
    if year is None:
        return [one for one in every if one.is_current] or every
    year = min(year, LAST_YEAR)
    exactly = [one for one in every if one.first <= year <= one.last]
    return exactly or [one for one in every if one.first - 1 <= year <= one.last + 1 and year >= FIRST_YEAR]
