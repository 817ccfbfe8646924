"""Copied text in the web application: grouped as documents come, shown with links, asked for once, counted once on demand."""

import re
import time
from collections.abc import Callable

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from mixes import add_report, cells_of, listed, mix_for, page
from review_desk import REPORT, Desk
from sqlalchemy import delete, func, insert, select, update

from classifier import copy_groups, read_upload
from classifier.units import Reading
from web.errors import ConflictError
from web.store.copies import copies_of, group_copies
from web.store.documents import add_document, delete_document
from web.store.mix import MixQuery
from web.store.paragraphs import paragraph_page
from web.store.revisions import now, raise_revision
from web.store.snapshots import make_snapshot
from web.store.training_labels import training_labels
from web.tables import AuditSample, AuditUnit, CopyKey, Document, Paragraph

FORMULA = "全年调解矛盾纠纷{}件，调解成功率百分之九十八，培育品牌调解室四十五家。"
OPENING = "以习近平新时代中国特色社会主义思想为指导，深入学习贯彻党的二十大精神，全面贯彻习近平法治思想，"


def add_text(app: Flask, name: str, *paragraphs: str) -> int:
    services = services_of(app)
    reading = read_upload(f"{name}司法局2024年工作总结\n\n{chr(10).join(paragraphs)}\n".encode(), f"{name}.txt")
    assert isinstance(reading, Reading)
    with services.database.writing() as session:
        return add_document(session, reading, services.models.get(), source="upload", annotator="wang").document.id


def groups_of(app: Flask) -> list[list[int]]:
    """The groups of two paragraphs and more, as lists of places in the order of all paragraphs."""
    with services_of(app).database.reading() as session:
        rows = session.execute(select(Paragraph.copy_group, Paragraph.id, Paragraph.text).order_by(Paragraph.id)).all()
    members: dict[int, list[int]] = {}
    for place, (group, number, _) in enumerate(rows):
        assert group is not None and group <= number
        members.setdefault(group, []).append(place)
    together: dict[int, list[int]] = {}
    for place, group in enumerate(copy_groups([text for _, _, text in rows]).tolist()):
        together.setdefault(group, []).append(place)
    assert sorted(members.values()) == sorted(together.values())  # One by one, or all at once: the same groups.
    return [own for own in members.values() if len(own) > 1]


def test_groups_grow_with_each_document_as_if_all_had_been_grouped_together(app: Flask) -> None:
    assert groups_of(app) == []
    add_text(app, "甲县", FORMULA.format(300), "办理法律援助案件一百五十件，接待来访群众三千人次。")
    add_text(app, "乙县", FORMULA.format(4512), OPENING + "扎实推进各项工作。")
    assert [len(group) for group in groups_of(app)] == [2]
    # Two texts that are no copies of each other become one group when a text comes that is a copy of both.
    add_text(app, "丙县", OPENING + "为全面依法治国作出新贡献。")
    assert [len(group) for group in groups_of(app)] == [2]
    add_text(app, "丁县", OPENING + "为全面依法治国扎实推进各项工作。")
    assert sorted(len(group) for group in groups_of(app)) == [2, 3]
    add_report(app)
    assert sorted(len(group) for group in groups_of(app))[:3] == [2] * 3


def test_a_database_from_before_is_grouped_at_the_start(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    add_text(app, "甲县", FORMULA.format(300))
    add_text(app, "乙县", FORMULA.format(4512))
    with services_of(app).database.writing() as session:
        session.execute(delete(CopyKey))
        session.execute(update(Paragraph).values(copy_group=None))
    assert [len(group) for group in groups_of(make_app())] == [2]


def test_equal_texts_keep_one_set_of_keys(app: Flask) -> None:
    def keys() -> int:
        with services_of(app).database.reading() as session:
            return session.scalar(select(func.count()).select_from(CopyKey)) or 0

    add_text(app, "甲县", FORMULA.format(300))
    before = keys()
    add_text(app, "乙县", FORMULA.format(301))
    assert keys() == before


def test_pages_and_api_say_where_the_same_text_stands(app: Flask, client: FlaskClient) -> None:
    first = add_text(app, "甲县", FORMULA.format(300))
    second = add_text(app, "乙县", FORMULA.format(300).replace("培育", "新培育"))
    desk = services_of(app)
    with desk.database.reading() as session:
        (view,) = paragraph_page(session, desk.models.get(), second)
    (copy,) = view.copies
    assert (copy.document_id, copy.position, copy.label) == (first, 1, "") and 0.7 <= copy.similarity < 1
    (shown,) = client.get(f"/api/v1/documents/{second}/paragraphs").get_json()["paragraphs"]
    assert shown["copies"] == [
        {
            "id": copy.id,
            "document": first,
            "document_name": "甲县.txt",
            "jurisdiction": "甲县",
            "year": "2024",
            "paragraph": 1,
            "similarity": pytest.approx(copy.similarity, abs=1e-6),
            "label": "",
        }
    ]
    client.get("/?lang=en")
    for address in (f"/documents/{second}", "/mix/paragraphs?group=乙县"):
        text = page(client, address)
        assert "Same text in 1 other place" in text and f"/documents/{first}?at=1" in text
    with desk.database.writing() as session:
        delete_document(session, first)
    assert "same-text" not in page(client, f"/documents/{second}")


def test_a_tagged_text_says_where_it_stands_in_the_archive(app: Flask, client: FlaskClient) -> None:
    first = add_text(app, "甲县", FORMULA.format(300))
    client.get("/?lang=en")
    texts = f"{FORMULA.format(4512)}\n办理法律援助案件一百五十件，接待来访群众三千人次。"
    results = str(client.post("/tag", data={"texts": texts}).headers["Location"])
    copied, new = page(client, results).split("<article")[1:]
    assert "Same text in 1 other place" in copied and f"/documents/{first}?at=1" in copied
    assert "same-text" not in new
    # Once labelled, the text is a document itself, and no copy of its own.
    client.post(f"{results}/label", data={"position": 1, "theme": "mediation"})
    copied = page(client, results).split("<article")[1]
    assert "Same text in 1 other place" in copied and f"/documents/{first}?at=1" in copied
    with services_of(app).database.writing() as session:
        delete_document(session, first)
    assert "same-text" not in page(client, results)


def test_a_mix_counts_copies_once_and_lists_what_it_counts(app: Flask, client: FlaskClient) -> None:
    other = "办理法律援助案件一百五十件，接待来访群众三千人次。"
    add_text(app, "甲县", FORMULA.format(300), other)
    services = services_of(app)
    again = add_text(app, "甲县续", FORMULA.format(412), OPENING + "扎实推进各项工作。")
    with services.database.writing() as session:
        session.get_one(Document, again).jurisdiction = "甲县"
        raise_revision(session, documents=True)
    each, once = (mix_for(app, copies=copies, search="甲县") for copies in ("each", "once"))
    assert [row.paragraphs for row in each.rows] == [4] and [row.paragraphs for row in once.rows] == [3]
    assert (once.copies, once.left_out) == ("once", 1)
    data = client.get("/api/v1/mix", query_string={"copies": "once", "search": "甲县"}).get_json()
    assert (data["copies"], data["left_out"]) == ("once", 1)
    assert "copies" not in client.get("/api/v1/mix").get_json()
    client.get("/?lang=en")
    text = page(client, "/mix?copies=once&search=甲县")
    assert "1 are left out" in text and "copies=once" in text
    for cell in cells_of(text):
        numbers, _ = listed(client, cell.href)
        assert len(numbers) == cell.count
    assert client.get("/mix?copies=twice").status_code == 400


def test_the_queue_asks_for_one_of_each_group_and_for_copies_of_labelled_text_last(app: Flask) -> None:
    desk = Desk(app)
    with desk.database.writing() as session:
        reading = read_upload(REPORT.replace("测试县", "另一县").encode(), "other.txt")
        assert isinstance(reading, Reading)
        copy = add_document(session, reading, desk.current, source="upload", annotator="wang").document.id
        copies = list(session.scalars(select(Paragraph.id).where(Paragraph.document_id == copy)))
    asked = [unit.id for unit in desk.units("uncertain", limit=200)]
    fresh = [number for number in asked if number in (*desk.new, *copies)]
    assert set(asked[: len(desk.new)]) == set(desk.new) and set(fresh) == {*desk.new, *copies}
    desk.label(desk.new[0], "mediation", "li")
    unit = next(unit for unit in desk.units("uncertain", limit=200) if unit.id == copies[0])
    assert unit.again and not unit.read_by_others
    assert [place.label for place in unit.copies] == ["mediation"]
    blind = next(unit for unit in desk.units("uncertain", limit=200, blind=True) if unit.id == copies[0])
    assert [place.label for place in blind.copies] == [""]


def test_the_label_of_a_copy_is_offered_but_never_given_by_itself(app: Flask, client: FlaskClient) -> None:
    desk = Desk(app)
    desk.label(desk.new[0], "publicity", "li")
    copy = add_text(app, "另一县", "1、全年调解矛盾纠纷三千二百件，调解成功率百分之九十八，培育品牌调解室四十五家。")
    with desk.database.reading() as session:
        (view,) = paragraph_page(session, desk.current, copy)
    assert not view.labelled and [place.label for place in view.copies] == ["publicity"]
    assert mix_for(app, by="document", search="另一县").rows[0].labelled == 0
    client.get("/?lang=en")
    text = page(client, f"/review/document?document={copy}")
    assert "The same text is labelled elsewhere" in text
    assert re.search(r'name="suggestion" value="publicity"', text)


def test_a_document_is_added_to_a_large_archive_well_under_a_second(app: Flask) -> None:
    services = services_of(app)
    words = ["推进", "法治", "政府", "建设", "调解", "纠纷", "办理", "案件", "普法", "宣传", "律师", "企业", "合规", "执法"]
    with services.database.writing() as session:
        texts = [
            "".join(words[(number * (place + 3) + number // 7**place) % 14] for place in range(30)) for number in range(3000)
        ]
        document = session.scalar(select(Document.id).limit(1))
        empty: dict[str, object] = {"document_id": document, "digest": "", "spans": [], "section": [], "section_kind": ""}
        session.execute(insert(Paragraph), [{**empty, "position": 1000 + n, "text": text} for n, text in enumerate(texts)])
        group_copies(session)
        again = [{**empty, "position": 10_000 + n, "text": text} for n, text in enumerate(texts[:40])]
        session.execute(insert(Paragraph), again)
        start = time.process_time()
        group_copies(session)
        assert time.process_time() - start < 1
        query = select(Paragraph.id, Paragraph.copy_group, Paragraph.text).where(Paragraph.position >= 10_000)
        added = [(number, group, text) for number, group, text in session.execute(query)]
        assert len(added) == 40 and all(copies_of(session, added).values())


def test_a_table_that_counts_copies_once_is_not_frozen_as_another(app: Flask) -> None:
    services = services_of(app)
    current = services.models.get()
    with services.database.reading() as session:
        corpus = services.corpus.get(session, current)
    with pytest.raises(ConflictError, match="counts every paragraph"):
        make_snapshot(
            services.database,
            services.settings.data_folder,
            current,
            corpus,
            MixQuery(copies="once"),
            title="t",
            selection="",
            made_by="wang",
        )


def test_what_copies_an_audited_text_is_not_trained_on(app: Flask) -> None:
    desk = Desk(app)
    audited = REPORT.split("1、")[1].split("。")[0]
    copy = add_text(app, "另一县", f"1、{audited}。", "二是组织行政执法人员培训考试九场，清理行政执法证件六百本。")
    with desk.database.reading() as session:
        copies = list(session.scalars(select(Paragraph.id).where(Paragraph.document_id == copy)))
    for number in copies:
        desk.label(number, "mediation", "li")

    def trained_on() -> int:
        with desk.database.reading() as session:
            texts = [label.text for label in training_labels(session, desk.current.id).paragraphs]
        return sum(audited in text for text in texts)

    assert trained_on() == 1
    with desk.database.writing() as session:
        sample = AuditSample(drawn_at=now(), drawn_by="li", size=1, frame=1, labels_through=0)
        session.add(sample)
        session.flush()
        session.add(AuditUnit(sample_id=sample.id, paragraph_id=desk.new[0], place=1))
    assert trained_on() == 0
