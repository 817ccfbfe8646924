"""The tables of the database, as SQLAlchemy declarations.

Texts live in documents and their paragraphs. Labels are a log that is only ever added to; `CurrentLabel` and `Prediction`
are derived from it and from a model, and can be made anew at any time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from web.table_base import Table


class Document(Table):
    """A source document; a deleted one keeps its row, so that its labels come back with it."""

    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    source: Mapped[str] = mapped_column(String(16))  # "seed" | "upload" | "tag" | "import"
    text: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    encoding: Mapped[str] = mapped_column(String(32))
    title: Mapped[str]
    jurisdiction: Mapped[str] = mapped_column(String(64), index=True)
    adcode: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(16))
    year: Mapped[str] = mapped_column(String(8))
    issuer: Mapped[str]
    document_number: Mapped[str]
    published: Mapped[str] = mapped_column(String(32))
    paragraph_count: Mapped[int]
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(64))
    deleted_at: Mapped[datetime | None]


class Paragraph(Table):
    """One paragraph of a document, as it was read when the document was added.

    ``copy_group`` is the least ID among the paragraphs that it copies or is copied by, its own where there are none; see
    `web.store.copies`.
    """

    __tablename__ = "paragraphs"
    __table_args__ = (UniqueConstraint("document_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    position: Mapped[int]
    text: Mapped[str]
    digest: Mapped[str] = mapped_column(String(16), index=True)
    spans: Mapped[list[Any]]
    section: Mapped[list[Any]]
    section_kind: Mapped[str] = mapped_column(String(16))
    copy_group: Mapped[int | None] = mapped_column(index=True)


class CopyKey(Table):
    """A key that near-copies of a paragraph have too (`classifier.copy_keys`); of equal texts only the first has any."""

    __tablename__ = "copy_keys"
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraphs.id"), primary_key=True)


class ModelRecord(Table):
    """A model that was trained; its file lies in the data folder. One has the state current."""

    __tablename__ = "models"
    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(String(64))
    file: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), index=True)  # "current" | "candidate" | "retired"
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))
    labels_through: Mapped[int]  # The last entry of the label log that it was trained on.
    evaluation: Mapped[dict[str, Any] | None]
    comparison: Mapped[dict[str, Any] | None]


class Prediction(Table):
    """What a model says of a paragraph. Arrays are float32, in the order of the codebook's leaf codes.

    ``leaves``: probabilities (leaf codes). ``parts``: those of each statement (statements x leaf codes), whose places in the
    text are ``statement_spans``. ``characters``: expected characters by leaf code; ``counted``: by most probable code.
    """

    __tablename__ = "predictions"
    __table_args__ = (Index("ix_predictions_model_id_margin", "model_id", "margin"),)
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"), primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraphs.id"), primary_key=True)
    theme: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float]
    runner_up: Mapped[str] = mapped_column(String(64))
    margin: Mapped[float]
    secondary: Mapped[str]
    leaves: Mapped[bytes] = mapped_column(LargeBinary)
    statement_spans: Mapped[list[Any]]
    parts: Mapped[bytes] = mapped_column(LargeBinary)
    characters: Mapped[bytes] = mapped_column(LargeBinary)
    counted: Mapped[bytes] = mapped_column(LargeBinary)


class HeldOutPrediction(Table):
    """What a model trained like this one says of a labelled paragraph that it was not trained on.

    ``suspicion`` is the place of the paragraph's label among those that are probably wrong, from 0; None elsewhere.
    """

    __tablename__ = "held_out_predictions"
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"), primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraphs.id"), primary_key=True)
    detail: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float]
    suspicion: Mapped[int | None]


class Label(Table):
    """One entry of the label log. Entries are never changed or removed; a trigger refuses it.

    ``kind``: ``label`` (an annotator's), ``withdrawal`` (of the annotator's own), ``settlement`` (of a conflict, or of
    labels that came settled). ``statement`` is 0 for the paragraph. ``chosen_by`` says how the unit came to be labelled
    (``drift``: planted, and nobody's vote), ``probability`` with which probability a random sample chose it. ``suggestion``
    is what the annotator was shown, if anything. ``request`` makes a repeated submission count once.
    """

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_paragraph_id_statement", "paragraph_id", "statement"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraphs.id"))
    statement: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    theme: Mapped[str] = mapped_column(String(64))
    secondary: Mapped[str]
    annotator: Mapped[str] = mapped_column(String(64), index=True)
    made_at: Mapped[datetime]
    codebook: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(64))
    chosen_by: Mapped[str] = mapped_column(String(16))
    probability: Mapped[float | None]
    suggestion: Mapped[str] = mapped_column(String(64))
    note: Mapped[str]
    request: Mapped[str | None] = mapped_column(String(64), unique=True)


HOLDING = ("agreed", "settled")  # States in which a label holds.


class CurrentLabel(Table):
    """The label that holds for a unit, derived from the log: agreed on or settled; open in conflict, or to be relabelled.

    ``codebook`` is the version by which it was given; its codes are those of the codebook in use. ``secondary_open``: no
    rule says what one of its secondary themes is by this one.
    """

    __tablename__ = "current_labels"
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraphs.id"), primary_key=True)
    statement: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16), index=True)  # "agreed" | "settled" | "conflict" | "relabel"
    theme: Mapped[str] = mapped_column(String(64))
    secondary: Mapped[str]
    annotators: Mapped[str]
    note: Mapped[str]
    codebook: Mapped[str] = mapped_column(String(32))
    secondary_open: Mapped[bool]


class CodebookRecord(Table):
    """A codebook that was in use once, known by its digest."""

    __tablename__ = "codebooks"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime]


class AuditSample(Table):
    """A random sample of paragraphs, drawn once; ``size`` of ``frame`` paragraphs, each with the same probability.

    ``labels_through`` is the last entry of the label log at that moment: what was labelled before is for training.
    """

    __tablename__ = "audit_samples"
    id: Mapped[int] = mapped_column(primary_key=True)
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    frame: Mapped[int]
    labels_through: Mapped[int]


class AuditUnit(Table):
    """A paragraph of an audit sample, with its place in the random order."""

    __tablename__ = "audit_units"
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_samples.id"), primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraphs.id"), primary_key=True)
    place: Mapped[int]


class PlantedUnit(Table):
    """A settled paragraph that comes up in an annotator's queues, unknown to them, to see whether their reading drifts."""

    __tablename__ = "planted_units"
    id: Mapped[int] = mapped_column(primary_key=True)
    annotator: Mapped[str] = mapped_column(String(64), index=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraphs.id"))
    planted_at: Mapped[datetime]


_OPEN_JOBS = "state IN ('waiting', 'running')"


class Job(Table):
    """Work in the background: measuring or training a model, classifying the archive anew; of each kind one at a time."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_open", "kind", unique=True, sqlite_where=text(_OPEN_JOBS), postgresql_where=text(_OPEN_JOBS)),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # "measure" | "retrain" | "promote"
    state: Mapped[str] = mapped_column(String(16), index=True)  # "waiting" | "running" | "done" | "failed"
    model_id: Mapped[int | None] = mapped_column(ForeignKey("models.id"))
    step: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    message: Mapped[str]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Snapshot(Table):
    """A theme mix that was frozen; its archive lies in the data folder, and never changes.

    ``query`` is the query string's parameters, ``table`` the name of the table that was shown among those of the archive,
    ``basis`` what its intervals rest on (see `classifier.IntervalBasis`), if any.
    """

    __tablename__ = "snapshots"
    identifier: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str]
    citation: Mapped[str]
    selection: Mapped[str]
    query: Mapped[dict[str, Any]]
    table: Mapped[str] = mapped_column(String(64))
    basis: Mapped[dict[str, Any] | None]
    documents: Mapped[int]
    paragraphs: Mapped[int]
    size: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))


class Draft(Table):
    """Results and previews that nobody has kept yet, known by an unguessable key; old ones are swept away."""

    __tablename__ = "drafts"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # "tag" | "upload"
    annotator: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(index=True)
    content: Mapped[dict[str, Any]]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))


class Fact(Table):
    """Single values: ``revision`` counts every change of what a mix is made from."""

    __tablename__ = "facts"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str]
