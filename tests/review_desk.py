"""A database to review: one unlabelled report beside the seeds, and short ways to work on it."""

import re

from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from classifier import Reading, read_upload
from web.store.documents import add_document
from web.store.labels import NewLabel, add_label, current_label, withdraw_label
from web.store.predictions import CurrentModel
from web.store.review_queue import next_units, progress
from web.store.review_units import Unit
from web.tables import HeldOutPrediction, Label, Paragraph, Prediction

REPORT = """测试县司法局2024年工作总结

一、工作完成情况

1、全年调解矛盾纠纷三千二百件，调解成功率百分之九十八，培育品牌调解室四十五家。

2、开展法治体检进企业活动三百场次，为企业出具法律意见书五百份，举办宪法宣讲十二场。

二、下一步打算

1、办理法律援助案件四千件，接待来访咨询二万人次，为农民工讨薪八百万元。

2、选拔年轻干部十五名，开展主题教育和警示教育，持续推进队伍建设。
"""


class Desk:
    """``new`` are the paragraphs of the report, in order; ``seeds`` those of the seeds, all settled."""

    def __init__(self, app: Flask) -> None:
        services = services_of(app)
        self.database = services.database
        self.current: CurrentModel = services.models.get()
        reading = read_upload(REPORT.encode(), "report.txt")
        assert isinstance(reading, Reading)
        with self.database.writing() as session:
            added = add_document(session, reading, self.current, source="upload", annotator="wang")
            self.document_id = added.document.id
            query = select(Paragraph.id).where(Paragraph.document_id == self.document_id).order_by(Paragraph.position)
            self.new = list(session.scalars(query))
            self.seeds = list(session.scalars(select(Paragraph.id).where(Paragraph.document_id != self.document_id)))

    def label(self, paragraph_id: int, theme: str, annotator: str = "wang", **more: object) -> None:
        new = NewLabel(paragraph_id, theme, annotator, **{"chosen_by": "document", **more})  # type: ignore[arg-type]
        with self.database.writing() as session:
            add_label(session, self.current.model.codebook, new)

    def take_back(self, paragraph_id: int, annotator: str = "wang") -> None:
        with self.database.writing() as session:
            withdraw_label(session, self.current.model.codebook, paragraph_id, annotator)

    def units(self, queue: str, annotator: str = "wang", **options: object) -> list[Unit]:
        with self.database.reading() as session:
            return next_units(session, self.current, queue, annotator, **{"limit": 500, **options})  # type: ignore[arg-type]

    def ids(self, queue: str, annotator: str = "wang", **options: object) -> list[int]:
        return [unit.id for unit in self.units(queue, annotator, **options)]

    def done(self, queue: str, annotator: str = "wang", **options: object) -> tuple[int, int]:
        with self.database.reading() as session:
            found = progress(session, self.current, queue, annotator, **options)  # type: ignore[arg-type]
        return found.done, found.total

    def margins(self, session: Session) -> dict[int, float]:
        query = select(Prediction).where(Prediction.model_id == self.current.id)
        return {found.paragraph_id: found.margin for found in session.scalars(query)}

    def doubt(self, *predictions: tuple[int, str, float]) -> None:
        with self.database.writing() as session:
            for place, (number, detail, confidence) in enumerate(sorted(predictions, key=lambda found: -found[2])):
                held_out = {"detail": detail, "confidence": confidence, "suspicion": place}
                session.add(HeldOutPrediction(model_id=self.current.id, paragraph_id=number, **held_out))

    def entries(self) -> list[Label]:
        """What was added to the log after the seeds, oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(Label).where(Label.chosen_by != "import").order_by(Label.id)))

    def holding(self, paragraph_id: int) -> tuple[str, str] | None:
        """The state and theme of what holds for a paragraph."""
        with self.database.reading() as session:
            found = current_label(session, paragraph_id)
            return (found.state, found.theme) if found else None


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the label form on a page."""
    form = page.split("data-label-form", 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def paragraph_on(page: str) -> int:
    return int(fields(page)["paragraph"])


def label(client: FlaskClient, queue: str, page: str, theme: str, **more: object) -> TestResponse:
    """Press a theme's button on a page."""
    return client.post(f"/review/{queue}/label", data={**fields(page), "theme": theme, **more})
