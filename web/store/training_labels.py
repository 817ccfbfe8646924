"""The labels that a model is trained on: those that hold in the database, and the shipped examples."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from classifier import (
    Codebook,
    LabelSet,
    Model,
    Origin,
    digest,
    load_labels,
    migrated_labels,
    migration_to,
    shipped_folder,
    train,
)
from classifier import Label as HandLabel
from web.store.derived_labels import RELABEL, derived_label, versions_of
from web.store.documents import ORIGIN_FIELDS
from web.store.pools import audit_pool
from web.tables import Document, Label, Paragraph, Prediction


def last_entry(session: Session) -> int:
    """Return the number of the last entry of the label log."""
    return session.scalar(select(func.max(Label.id))) or 0


def shipped_labels(codebook: Codebook | None = None) -> LabelSet:
    """Return the shipped labels as labels of a codebook, by default their own.

    Raises CodebookError where the codebook does not say what became of the codes of the shipped one.
    """
    shipped = load_labels(shipped_folder("labels"))
    if codebook is None:
        return shipped
    return replace(migrated_labels(shipped, migration_to(codebook, shipped.codebook.version)), codebook=codebook)


def training_labels(
    session: Session, model_id: int, *, through: int | None = None, codebook: Codebook | None = None
) -> LabelSet:
    """Return the labels that hold, or that held when the log ended with entry ``through``, with the shipped examples.

    They are labels of ``codebook``, by default the shipped one; those of which its changes do not say what they are now are
    left out and counted.

    Statements are those that the predictions of ``model_id`` were made for; every paragraph has those of the model in use.
    Labels of deleted documents are left out, labels with codes that the codebook does not have, and all of the audit pool,
    which is for measuring, with all copies of its texts.
    """
    shipped = shipped_labels(codebook)
    versions = versions_of(session, shipped.codebook)
    to_relabel = 0
    entries: dict[tuple[int, int], list[Label]] = {}
    copied = aliased(Paragraph)
    query = select(Label).join(Paragraph, Paragraph.id == Label.paragraph_id).join(Document)
    # What copies a text of the audit pool would show the model what it is measured on.
    audited = select(copied.copy_group).where(copied.id.in_(audit_pool()), copied.copy_group.is_not(None))
    own_group = func.coalesce(Paragraph.copy_group, Paragraph.id)
    query = query.where(
        Document.deleted_at.is_(None), Paragraph.id.not_in(audit_pool()), own_group.not_in(audited)
    ).order_by(Label.id)
    for entry in session.scalars(query if through is None else query.where(Label.id <= through)):
        entries.setdefault((entry.paragraph_id, entry.statement), []).append(entry)
    units = _units(session, model_id, {paragraph for paragraph, _ in entries})
    paragraphs: list[HandLabel] = []
    statements: list[HandLabel] = []
    for (paragraph_id, statement), own in entries.items():
        derived = derived_label(versions, own)
        to_relabel += derived is not None and derived.state == RELABEL
        if derived is None or derived.theme not in shipped.codebook.leaf_codes or paragraph_id not in units:
            continue
        document, position, text, spans = units[paragraph_id]
        if statement > len(spans):
            continue
        unit_text = text[slice(*spans[statement - 1])] if statement else text
        secondary = tuple(code for code in derived.secondary.split(";") if code in shipped.codebook.secondary_codes)
        label = HandLabel(
            (document, position, statement),
            digest(unit_text),
            unit_text,
            derived.theme,
            secondary,
            derived.annotators,
            codebook=derived.codebook,
        )
        (statements if statement else paragraphs).append(label)
    return LabelSet(
        shipped.codebook,
        tuple(sorted(paragraphs, key=lambda label: label.key)),
        tuple(sorted(statements, key=lambda label: label.key)),
        shipped.examples,
        _origins(session),
        to_relabel,
    )


def trained_as_before(before: LabelSet, now: LabelSet) -> Callable[[LabelSet], Model]:
    """Return a trainer for measurements on the labels of now, which learns from the labels of before instead.

    Of these it takes none whose document or text the measurement has left out of the labels of now.
    """
    documents = {item.document for item in now.texts()}
    texts = {item.text for item in now.texts()}

    def trainer(labels: LabelSet) -> Model:
        inside = labels.texts()
        left_out = documents - {item.document for item in inside}
        unseen = texts - {item.text for item in inside}

        def seen(document: str, text: str) -> bool:
            return document not in left_out and text not in unseen

        return train(
            replace(
                before,
                paragraphs=tuple(label for label in before.paragraphs if seen(label.key[0], label.text)),
                statements=tuple(label for label in before.statements if seen(label.key[0], label.text)),
                examples=tuple(item for item in before.examples if seen(item.document, item.text)),
            )
        )

    return trainer


def count_texts(labels: LabelSet) -> dict[str, object]:
    """Return what labels there are as plain data: texts of each kind by leaf code, and the jurisdictions of documents."""
    counts = {kind: Counter[str]() for kind in ("paragraph", "statement", "example")}
    for item in labels.texts():
        counts[item.kind][item.theme] += 1
    documents = sorted({label.key[0] for label in (*labels.paragraphs, *labels.statements)})
    places = [labels.origins[name].jurisdiction for name in documents if name in labels.origins]
    return {
        "codes": {code: {kind: own[code] for kind, own in counts.items()} for code in labels.codebook.leaf_codes},
        "documents": len(documents),
        "jurisdictions": list(dict.fromkeys(filter(None, places))),
    }


def _units(session: Session, model_id: int, wanted: set[int]) -> dict[int, tuple[str, int, str, list[tuple[int, int]]]]:
    """Return (document, position, text, spans of statements) of the paragraphs that carry labels."""
    query = (
        select(Paragraph.id, Document.name, Paragraph.position, Paragraph.text, Prediction.statement_spans)
        .join(Document, Document.id == Paragraph.document_id)
        .join(Prediction, (Prediction.paragraph_id == Paragraph.id) & (Prediction.model_id == model_id))
        .where(Paragraph.id.in_(select(Label.paragraph_id)))
    )
    return {
        number: (name, position, text, [(start, end) for start, end in spans])
        for number, name, position, text, spans in session.execute(query)
        if number in wanted
    }


def _origins(session: Session) -> dict[str, Origin]:
    query = select(Document.name, *(getattr(Document, name) for name in ORIGIN_FIELDS)).where(Document.deleted_at.is_(None))
    return {row[0]: Origin(**dict(zip(ORIGIN_FIELDS, row[1:], strict=True))) for row in session.execute(query)}
