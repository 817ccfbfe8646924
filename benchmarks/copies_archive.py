"""Take the time that grouping copied text adds to adding a report to an archive of 20,000 paragraphs.

    python -m benchmarks.copies_archive [PARAGRAPHS]

The archive is a new SQLite file, of texts as in `benchmarks.copied_texts`; a report has 40 paragraphs, half of them copies.
"""

import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.copied_texts import copied_texts
from web.database import Database
from web.store.copies import group_copies
from web.tables import Document, Paragraph

REPORT = 40


def main(paragraphs: int) -> None:
    """Fill an archive, add a report five times, and print the seconds that each took."""
    texts = list(copied_texts(paragraphs + 5 * REPORT))
    with TemporaryDirectory() as folder, closing(Database(f"sqlite:///{folder}/archive.sqlite")) as database:
        database.upgrade()
        _measure(database, texts, paragraphs)


def _measure(database: Database, texts: list[str], paragraphs: int) -> None:
    with database.writing() as session:
        start = time.perf_counter()
        _add(session, texts[:paragraphs], 0)
        print(f"{paragraphs:,} paragraphs at once: {time.perf_counter() - start:.2f} s")
        for number in range(5):
            first = paragraphs + number * REPORT
            start = time.perf_counter()
            _add(session, texts[first : first + REPORT], number + 1)
            print(f"a report of {REPORT} more: {time.perf_counter() - start:.3f} s")


def _add(session: Session, texts: list[str], number: int) -> None:
    facts = (
        "title",
        "jurisdiction",
        "adcode",
        "level",
        "year",
        "issuer",
        "document_number",
        "published",
        "text",
        "encoding",
    )
    document = Document(
        name=str(number),
        source="upload",
        sha256="",
        paragraph_count=len(texts),
        added_at=datetime.now(UTC),
        added_by="",
        **dict.fromkeys(facts, ""),
    )
    session.add(document)
    session.flush()
    common = {"document_id": document.id, "digest": "", "spans": [], "section": [], "section_kind": ""}
    session.execute(insert(Paragraph), [{**common, "position": place, "text": text} for place, text in enumerate(texts, 1)])
    group_copies(session)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
