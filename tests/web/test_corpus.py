"""The corpus in memory: always that of the database, whatever changes and however it is loaded."""

from collections.abc import Callable

import numpy as np
import pytest
from application import services_of
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import Document, read_units
from web.services import Services
from web.store.corpus import load_corpus
from web.store.documents import add_document, change_origin, delete_document
from web.store.labels import NewLabel, add_label, withdraw_label
from web.store.revisions import revision
from web.tables import Paragraph

TEXT = "云和县司法局2024年工作总结\n全年调解纠纷300件，成功率98%。选聘专职调解员20名。\n办理法律援助案件150件。"


def add(session: Session, services: Services) -> int:
    reading = read_units(Document("new.txt", TEXT))
    return add_document(session, reading, services.models.get(), source="upload", annotator="wang").document.id


def label_one(session: Session, services: Services) -> None:
    number = session.scalars(select(Paragraph.id).order_by(Paragraph.id.desc())).first()
    assert number is not None
    add_label(session, services.models.get().model.codebook, NewLabel(number, "publicity", "wang", "document"))


def label_statement(session: Session, services: Services) -> None:
    number = session.scalars(select(Paragraph.id).order_by(Paragraph.id.desc())).first()
    assert number is not None
    book = services.models.get().model.codebook
    add_label(session, book, NewLabel(number, "legal_aid", "wang", "api", statement=1))


def take_back(session: Session, services: Services) -> None:
    number = session.scalars(select(Paragraph.id).order_by(Paragraph.id.desc())).first()
    assert number is not None
    withdraw_label(session, services.models.get().model.codebook, number, "wang")


def delete(session: Session, services: Services) -> None:
    delete_document(session, 1)


def move(session: Session, services: Services) -> None:
    change_origin(session, 2, {"jurisdiction": "宁波市", "year": "2021"})


@pytest.mark.parametrize(
    "changes",
    [
        (add,),
        (label_one,),
        (label_one, take_back),
        (add, label_one, label_statement),
        (delete,),
        (move, label_one),
        (delete, add),
    ],
    ids=lambda changes: "-".join(change.__name__ for change in changes),
)
def test_what_is_kept_in_memory_is_what_a_fresh_load_gives(
    app: Flask, changes: tuple[Callable[[Session, Services], object], ...]
) -> None:
    services = services_of(app)
    current = services.models.get()
    with services.database.reading() as session:
        before = services.corpus.get(session, current)
    for change in changes:
        with services.database.writing() as session:
            change(session, services)
        with services.database.reading() as session:
            kept = services.corpus.get(session, current)
            fresh = load_corpus(session, current, revision(session))
        assert kept.revision > before.revision
        for name in ("ids", "documents", "section_kinds", "digests", "labelled", "text_labelled"):
            assert np.array_equal(getattr(kept, name), getattr(fresh, name)), name
        for name in ("probabilities", "counted", "characters", "counted_characters"):
            assert np.allclose(getattr(kept, name), getattr(fresh, name)), name
        assert (kept.names, kept.origins) == (fresh.names, fresh.origins)
    assert services.corpus.get(session, current) is kept


def test_each_paragraph_counts_once_and_its_text_by_its_characters(app: Flask) -> None:
    services = services_of(app)
    with services.database.writing() as session:
        add(session, services)
    with services.database.reading() as session:
        corpus = services.corpus.get(session, services.models.get())
    assert np.allclose(corpus.probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(corpus.counted.sum(axis=1), np.ones(len(corpus.ids)))
    assert np.allclose(corpus.characters.sum(axis=1), corpus.counted_characters.sum(axis=1), rtol=1e-5)
