"""Documents: list, add, show, delete."""

from dataclasses import asdict, replace
from pathlib import PurePath
from typing import Any

from flask import Response, jsonify, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from classifier import LEVELS, Codebook, Origin
from web.accounts import person
from web.api.operations import FORM, JSON, Answer, Asked, Body, Operation, Parameter, paging, path_id
from web.api.origin_findings import FINDINGS_EXAMPLE, FINDINGS_SCHEMA, findings_of
from web.api.parts import N_, Schema, cursor, identifier, integer, list_of, moment, one_of, record, ref, text
from web.api.reading import SentFile
from web.errors import RequestError
from web.services import services
from web.store import documents as stored
from web.store.uploads import corrected
from web.tables import Document
from web.uploads import LONGEST_DOCUMENT, TableRow, Upload, clean_name, read_file

_TEXT_SUFFIXES = (".txt", ".text", ".md")
_SOME_LETTER = {
    "pattern": "[0-9A-Za-z\\u3400-\\u9fff]",
    "title": "must hold a Chinese character, a Latin letter or a digit",
}


def list_documents(asked: Asked) -> Response:
    """List documents."""
    query = asked.query
    limit = query["limit"]
    with services().database.reading() as session:
        found = stored.list_documents(
            session,
            search=query["search"] or "",
            level=query["level"] or "",
            year=query["year"] or "",
            after=query["after"] or 0,
            limit=limit + 1,
        )
    shown = found[:limit]
    following = shown[-1].document.id if len(found) > limit else None
    return jsonify(documents=[_record(entry.document, entry.labelled) for entry in shown], next=following)


def add_document(asked: Asked) -> ResponseReturnValue:
    """Add a document from its text, or from a file."""
    given = {name: asked.body[name] for name in stored.ORIGIN_FIELDS if name in asked.body}
    sent = asked.body.get("file")
    upload = _from_file(sent) if sent else _from_text(asked.body["name"], asked.body["text"])
    upload = corrected(upload, {**asdict(upload.origin), **given})
    reading, current = upload.reading(), services().models.get()
    source = "upload" if sent else "import"
    with services().database.writing() as session:
        added = stored.add_document(session, reading, current, source=source, annotator=person().name)
        if added.outcome == "restored":
            stored.change_origin(session, added.document.id, given)
        answer = jsonify(**_shown(session, added.document.id), findings=findings_of(upload, given))
    answer.status_code = 200 if added.outcome == "known" else 201
    answer.headers["Location"] = url_for("api.document", document=added.document.id)
    return answer


def document(asked: Asked) -> Response:
    """Show a document with its text."""
    with services().database.reading() as session:
        shown = _shown(session, asked.path["document"])
        return jsonify(**shown, text=stored.get_document(session, asked.path["document"]).text)


def delete_document(asked: Asked) -> ResponseReturnValue:
    """Delete a document."""
    with services().database.writing() as session:
        stored.delete_document(session, asked.path["document"])
    return "", 204


def _shown(session: Session, document_id: int) -> dict[str, Any]:
    stored.get_document(session, document_id)
    listed = stored.list_documents(session, after=document_id - 1, limit=1)[0]
    return _record(listed.document, listed.labelled)


def _record(row: Document, labelled: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "source": row.source,
        **{name: getattr(row, name) for name in stored.ORIGIN_FIELDS},
        "encoding": row.encoding,
        "sha256": row.sha256,
        "paragraphs": row.paragraph_count,
        "labelled": labelled,
        "added_at": row.added_at.isoformat(),
        "added_by": row.added_by,
    }


def _from_text(name: str, content: str) -> Upload:
    found = read_file(content.encode(), "text.txt")
    return replace(found if isinstance(found, Upload) else _one_paragraph(content), name=clean_name(name))


def _from_file(sent: SentFile) -> Upload:
    name = clean_name(sent.name or "document.txt")
    suffix = PurePath(name).suffix.lower() or ".txt"
    found = read_file(sent.data, name if PurePath(name).suffix else name + suffix)
    if isinstance(found, Upload):
        return replace(found, name=name)
    if suffix in _TEXT_SUFFIXES and sent.text is not None and any(letter.isalnum() for letter in sent.text):
        return replace(_one_paragraph(sent.text), name=name)
    values = found["values"]
    raise RequestError(str(found["message"]), **(values if isinstance(values, dict) else {}))


def _one_paragraph(content: str) -> Upload:
    """Take all of a text for one paragraph: whoever sends it knows better than the reader that it is text."""
    content = stored.storable(content)
    start = len(content) - len(content.lstrip())
    return Upload("", content, "utf-8", Origin(), (TableRow(start, len(content.rstrip())),))


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is sent and answered here."""
    origin = {
        "title": text(N_("The report's title."), maxLength=500),
        "jurisdiction": text(N_("The place that it reports on, such as 杭州市."), maxLength=64),
        "adcode": text(
            N_("The division code of GB/T 2260, such as 330100."),
            maxLength=6,
            pattern="^[0-9]{6}$",
            title="must be six digits",
        ),
        "level": one_of(LEVELS, N_("The level of the jurisdiction.")),
        "year": text(
            N_("The year reported on, in four digits."),
            maxLength=4,
            pattern="^[0-9]{4}$",
            title="must be four digits",
        ),
        "issuer": text(N_("Who issued it."), maxLength=200),
        "document_number": text(N_("Its number, such as 杭司〔2024〕14号."), maxLength=100),
        "published": text(N_("When it was published, such as 2024-03-04."), maxLength=32),
    }
    known = {
        "id": identifier(N_("The document's ID.")),
        "name": text(N_("Its file name.")),
        "source": one_of(("seed", "upload", "tag", "import"), N_("How it came here.")),
        **{name: text(schema["description"]) for name, schema in origin.items()},
        "level": one_of((*LEVELS, ""), origin["level"]["description"]),
        "encoding": text(N_("In which its file was written; of a document, its format.")),
        "sha256": text(N_("Of the text in UTF-8: the same text is the same document.")),
        "paragraphs": integer(N_("How many paragraphs it has."), minimum=0),
        "labelled": integer(N_("How many of them carry a label that holds."), minimum=0),
        "added_at": moment(N_("When it was added.")),
        "added_by": text(N_("Who added it.")),
    }
    return {
        "NewDocument": record(
            {
                "name": text(
                    N_("A file name to know it by; a number is added where it is taken."), minLength=1, maxLength=255
                ),
                "text": text(
                    N_(
                        "The text of the report. Where nothing in it looks like running text, all of it is one paragraph. "
                        "NUL and lone surrogates are read as U+FFFD."
                    ),
                    minLength=1,
                    maxLength=LONGEST_DOCUMENT,
                    **_SOME_LETTER,
                ),
                **origin,
            },
            optional=stored.ORIGIN_FIELDS,
            closed=True,
        ),
        "SentFile": record(
            {
                "file": text(
                    N_(
                        "The file: a text (UTF-8 and GB18030 are told apart), a Word document, a web page, a PDF file with "
                        "text, or a table, whose rows become the paragraphs of one document. What it holds decides how it "
                        "is read; the suffix of its name only tells tables among text files."
                    ),
                    contentMediaType="text/plain",
                    **_SOME_LETTER,
                ),
                **origin,
            },
            optional=stored.ORIGIN_FIELDS,
            closed=True,
        ),
        "Document": record(known),
        "AddedDocument": record({**known, "findings": ref("OriginFindings")}),
        "OriginFindings": FINDINGS_SCHEMA,
        "DocumentWithText": record({**known, "text": text(N_("All of its text."))}),
        "Documents": record({"documents": list_of(ref("Document"), N_("In order of their IDs.")), "next": cursor()}),
    }


_EXAMPLE = {
    "id": 6,
    "name": "2023年工作总结.txt",
    "source": "import",
    "title": "清源县司法局2023年工作总结",
    "jurisdiction": "清源县",
    "adcode": "",
    "level": "county",
    "year": "2023",
    "issuer": "",
    "document_number": "",
    "published": "",
    "encoding": "utf-8",
    "sha256": "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
    "paragraphs": 2,
    "labelled": 0,
    "added_at": "2024-03-04T08:15:00+00:00",
    "added_by": "wang",
}
_TEXT = "清源县司法局2023年工作总结\n全年调解矛盾纠纷3206件，调解成功率98%。\n开展法治宣传活动120场，发放资料三万份。"
_EXAMPLE_ADDED = {**_EXAMPLE, "findings": FINDINGS_EXAMPLE}
_ADDED = {"Location": N_("Where the document is.")}
_ID = path_id("document", identifier(N_("The document's ID.")))

OPERATIONS = (
    Operation(
        "GET",
        "/documents",
        list_documents,
        "Documents",
        N_("List documents"),
        N_("All documents in order of their IDs, or those that a search finds."),
        {200: Answer(N_("A page of documents."), "Documents", {"documents": [_EXAMPLE], "next": None})},
        (
            Parameter(
                "search", text(N_("Words that stand in the name, title, jurisdiction or division code."), maxLength=200)
            ),
            Parameter("level", one_of(LEVELS, N_("Only of this level.")), "city"),
            Parameter(
                "year",
                text(
                    N_("Only of this year, in four digits."),
                    maxLength=4,
                    pattern="^[0-9]{4}$",
                    title="must be four digits",
                ),
            ),
            *paging(200, 50),
        ),
    ),
    Operation(
        "POST",
        "/documents",
        add_document,
        "Documents",
        N_("Add a document"),
        N_(
            "Send its text as JSON, or a file as a form. What you say of its origin wins; the rest is read from the text. "
            "The same text again changes nothing and answers 200 with the document that is there; the text of a deleted "
            "document brings it back with its labels."
        ),
        {
            201: Answer(N_("The document was added, or is back."), "AddedDocument", _EXAMPLE_ADDED, _ADDED),
            200: Answer(N_("There is a document with this text already."), "AddedDocument", _EXAMPLE_ADDED, _ADDED),
        },
        bodies={
            JSON: Body("NewDocument", {"name": "2023年工作总结.txt", "text": _TEXT, "level": "county", "year": "2023"}),
            FORM: Body("SentFile", {"file": _TEXT, "year": "2023"}),
        },
    ),
    Operation(
        "GET",
        "/documents/{document}",
        document,
        "Documents",
        N_("Show a document"),
        N_("What is known of it, and its text."),
        {200: Answer(N_("The document."), "DocumentWithText", {**_EXAMPLE, "text": _TEXT})},
        (_ID,),
    ),
    Operation(
        "DELETE",
        "/documents/{document}",
        delete_document,
        "Documents",
        N_("Delete a document"),
        N_("It leaves every list and mix. Its labels are kept, and come back with it when its text is added again."),
        {204: Answer(N_("It is deleted."))},
        (_ID,),
    ),
)
