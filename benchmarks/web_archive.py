"""Time every page of the web application on an archive of 500 documents and 20,000 paragraphs of real text.

    python -m benchmarks.web_archive [--texts FOLDER] [--quick]

Server time: from the request's first byte to the answer's last, without network or browser.
"""

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask

from benchmarks.first_start import first_start
from benchmarks.texts import ask
from classifier import Document, Origin, read_units
from web.store.documents import add_document
from web.store.labels import NewLabel, add_label

DOCUMENTS, PARAGRAPHS, LABELLED, BOUND = 500, 40, 2000, 0.300
QUICK_DOCUMENTS = 100  # One of the pages is of the hundredth.

PAGES = (
    "/",
    "/mix",
    "/mix?by=level",
    "/mix?by=year",
    "/mix?by=section_kind",
    "/mix?measure=text&detail=1",
    "/mix/paragraphs?by=level&group=county&theme=mediation",
    "/mix/chart.svg",
    "/mix/download/json",
    "/review",
    "/review/uncertain",
    "/review/document?document=7",
    "/review/log",
    "/review/agreement",
    "/review/conflicts",
    "/documents",
    "/documents?q=县&after=250",
    "/documents/100",
    "/model",
    "/codebook",
    "/api",
    "/api/v1/mix?by=jurisdiction&measure=paragraphs",
    "/api/v1/documents",
    "/api/v1/documents/100/paragraphs",
    "/api/v1/labels",
)


def main() -> int:
    """Build the archive in a temporary folder and print each page's server time."""
    asked = ask(__doc__)
    documents, rounds = (QUICK_DOCUMENTS, 2) if asked.quick else (DOCUMENTS, 7)
    # Lines that end no sentence would be joined with the next.
    texts = [text for text in asked.texts.paragraphs if text.endswith(("。", "；"))]
    with tempfile.TemporaryDirectory() as folder:
        app = first_start(Path(folder) / "home")
        paragraphs = fill(app, texts, documents)
        client = app.test_client()
        print(f"Texts: {asked.texts.source}.")
        print(f"{documents} documents, {paragraphs} paragraphs, {LABELLED} labels; {rounds} rounds, milliseconds\n")
        print("| page | first | median | slowest |\n|---|---|---|---|")
        slow = 0
        for page in PAGES:
            times = []
            for _ in range(rounds):
                start = time.perf_counter()
                answer = client.get(page)
                answer.get_data()
                times.append(time.perf_counter() - start)
                if answer.status_code != 200:
                    print(f"{page}: status {answer.status_code}", file=sys.stderr)
                    return 1
            first, median, slowest = times[0], statistics.median(times[1:]), max(times[1:])
            slow += median > BOUND
            print(f"| `{page}` | {first * 1000:.0f} | {median * 1000:.0f} | {slowest * 1000:.0f} |")
        print(f"\n{slow} of {len(PAGES)} pages above {BOUND * 1000:.0f} ms")
    return 0


def fill(app: Flask, texts: list[str], documents: int = DOCUMENTS) -> int:
    """Add so many documents and label some of their paragraphs; return how many paragraphs there are."""
    chosen = random.Random(0)
    services = app.extensions["policy-themes"]
    current = services.models.get()
    book = current.model.codebook
    count = 0
    for number in range(documents):
        level, suffix = (("county", "县"), ("city", "市"), ("county", "区"))[number % 3]
        origin = Origin(
            title=f"第{number}号{suffix}司法局工作报告",
            jurisdiction=f"第{number // 2}号{suffix}",
            level=level,
            year=str(2015 + number % 10),
        )
        text = "\n".join(f"{place}号：{text}" for place, text in enumerate(chosen.choices(texts, k=PARAGRAPHS)))
        reading = read_units(Document(f"{number}.txt", text, origin))
        with services.database.writing() as session:
            count += add_document(session, reading, current, source="upload", annotator="benchmark").document.paragraph_count
    with services.database.reading() as session:
        ids = services.corpus.get(session, current).ids.tolist()
    with services.database.writing() as session:
        for number in chosen.sample(ids, min(LABELLED, len(ids))):
            add_label(session, book, NewLabel(number, chosen.choice(book.leaf_codes), "benchmark", "document"))
    return count


if __name__ == "__main__":
    sys.exit(main())
