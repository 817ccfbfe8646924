"""At the first start of a database: the shipped reports, with the labels that settled them."""

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from classifier import Label as HandLabel
from classifier import load_labels, read_folder, read_units, shipped_folder
from web.database import Database
from web.store.derived_labels import derive_all
from web.store.documents import add_document
from web.store.predictions import CurrentModel
from web.store.revisions import now, read_fact, write_fact
from web.tables import Label, Paragraph

SEEDS_IMPORTED = "seeds imported"


def import_seeds(database: Database, current: CurrentModel) -> None:
    """Import the shipped reports and labels once in a database's life; what people delete later stays deleted."""
    with database.reading() as session:
        if read_fact(session, SEEDS_IMPORTED):
            return
    labels = load_labels(shipped_folder("labels"))
    with database.writing() as session:
        if read_fact(session, SEEDS_IMPORTED):
            return
        numbers: dict[tuple[str, int], int] = {}
        for document in read_folder(shipped_folder("seeds")):
            added = add_document(session, read_units(document), current, source="seed", annotator="policy-themes").document
            query = select(Paragraph.position, Paragraph.id).where(Paragraph.document_id == added.id)
            numbers |= {(document.name, position): number for position, number in session.execute(query)}
        _settle(session, numbers, (*labels.paragraphs, *labels.statements), labels.codebook.version)
        derive_all(session, current.model.codebook)
        write_fact(session, SEEDS_IMPORTED, now().isoformat())


def _settle(
    session: Session, numbers: dict[tuple[str, int], int], labels: tuple[HandLabel, ...], codebook_version: str
) -> None:
    """Append labels that are settled already to the log."""
    rows = [
        {
            "paragraph_id": numbers[label.key[:2]],
            "statement": label.key[2],
            "kind": "settlement",
            "theme": label.theme,
            "secondary": ";".join(label.secondary),
            "annotator": label.annotator,
            "made_at": now(),
            "codebook": codebook_version,
            "model": "",
            "chosen_by": "import",
            "suggestion": "",
            "note": label.note,
        }
        for label in labels
    ]
    session.execute(insert(Label), rows)
