"""Measure how much of a report is found in web pages, and how much else: our reader beside trafilatura.

    python -m benchmarks.page_extraction

The five reports in ``seeds/`` stand in each of the styles of `government_pages`. What is extracted goes through one reader
of paragraphs; counted are characters of paragraphs: recall is the share of the report that was found, precision the share of
what was found that is the report. trafilatura comes with the extra ``bench``.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.government_pages import STYLES
from classifier import Document, InputError, read_document, read_units
from classifier.shipped import shipped_folder

Report = tuple[str, list[str]]


def reports() -> Iterator[Report]:
    """Yield the title and the lines of each seed report; headings begin with ``#``."""
    for path in sorted(shipped_folder("seeds").glob("*.txt")):
        reading = read_document(path)
        title = reading.layout.title or reading.document.origin.title or "清源市司法局2023年工作总结"
        lines = [
            ("#" if block.kind == "heading" else "") + block.text for block in reading.layout.blocks if block.kind != "title"
        ]
        yield title, lines


def true_paragraphs(report: Report) -> list[str]:
    """Return the paragraphs of a report that is a plain text."""
    title, lines = report
    return paragraphs_of("\n".join([title, *(line.removeprefix("#") for line in lines)]))


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs that are read from a text, without white space."""
    try:
        return ["".join(item.text.split()) for item in read_units(Document("page", text)).paragraphs]
    except InputError:
        return []


def recall_and_precision(found: list[str], true: list[str]) -> tuple[float, float]:
    """Return the shares of characters in paragraphs that are in both: of the true ones, and of the found ones."""
    common = sum(len(text) * count for text, count in (Counter(found) & Counter(true)).items())
    return common / max(1, sum(map(len, true))), common / max(1, sum(map(len, found)))


def by_our_reader(page: str) -> list[str]:
    """Return the paragraphs that this project's reader finds in a page."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, encoding="utf-8")
        try:
            return ["".join(item.text.split()) for item in read_document(path).paragraphs]
        except InputError:
            return []


def by_trafilatura(page: str) -> list[str]:
    """Return the paragraphs in what trafilatura extracts from a page, in its mode that favours recall."""
    import trafilatura  # Only here: it comes with the extra ``bench``.

    return paragraphs_of(trafilatura.extract(page, favor_recall=True, include_comments=False) or "")


def main() -> None:
    """Print a table of styles."""
    readers: dict[str, Callable[[str], list[str]]] = {"policy-themes": by_our_reader, "trafilatura": by_trafilatura}
    known = [(report, true_paragraphs(report)) for report in reports()]
    print("| style | " + " | ".join(f"{name} recall | {name} precision" for name in readers) + " |")
    print("|---|" + "---|" * 2 * len(readers))
    sums: dict[tuple[str, int], float] = defaultdict(float)
    for style in STYLES:
        cells = []
        for name, reader in readers.items():
            measured = [recall_and_precision(reader(style(*report)), true) for report, true in known]
            for kind in (0, 1):
                mean = sum(pair[kind] for pair in measured) / len(measured)
                sums[name, kind] += mean
                cells.append(f"{mean:.3f}")
        print(f"| {style.__name__} | {' | '.join(cells)} |")
    print("| mean | " + " | ".join(f"{sums[name, kind] / len(STYLES):.3f}" for name in readers for kind in (0, 1)) + " |")


if __name__ == "__main__":
    main()
