"""Tag: paragraphs in, their themes out with the reasons, and a label on each with one click."""

import secrets
import tempfile
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any, cast

import numpy as np
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from classifier import Codebook, InputError, Model, known_suffixes, open_writer
from web.accounts import may, person
from web.errors import ConflictError, NotFoundError, RequestError
from web.example_text import EXAMPLE_TEXT
from web.explained import explain_paragraph
from web.language import name_of
from web.origin_wording import remarks
from web.permissions import CLASSIFY
from web.problems import problem
from web.services import services
from web.store.copies import copies_of_texts
from web.store.drafts import get_draft, keep_draft, lock_draft, sweep_drafts
from web.store.labels import NewLabel, add_label
from web.store.revisions import now
from web.store.tagged import document_of_draft, known_jurisdictions, own_labels, paragraph_number, standing_document
from web.tables import Document, Label
from web.tagging import Sent, record_columns, records, sent_from, take_file, take_text
from web.wording import DROP_REASONS

blueprint = Blueprint("tag", __name__)

_KIND = "tag"
_PAGE = 20
_LONGEST_REQUEST = 64
_FIELDS = ("texts", "jurisdiction", "year", "encoding", "text_column")
_DOWNLOADS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@blueprint.get("/")
def form() -> str:
    """Show the form: empty, with an example, or with a text that was sent before."""
    typed = {"texts": EXAMPLE_TEXT} if request.args.get("example") else {}
    key = request.args.get("draft")
    if key and may(CLASSIFY):
        with services().database.reading() as session:
            sent = sent_from(get_draft(session, key, _KIND).content)
        origin = sent.upload.origin
        typed = {"texts": sent.upload.text, "jurisdiction": origin.jurisdiction, "year": origin.year}
    return _form_page(typed)


@blueprint.post("/tag")
def classify() -> tuple[str, int] | Response:
    """Take a text or a file; keep it as a draft and show its results, or say beside the form what is wrong."""
    typed = {name: request.form.get(name, "") for name in _FIELDS}
    file = request.files.get("file")
    try:
        sent = _take(typed, file)
    except RequestError as error:
        return _form_page(typed, gettext(error.message).format(**error.values)), error.status
    with services().database.writing() as session:
        sweep_drafts(session, services().settings.draft_hours)
        key = keep_draft(session, _KIND, person().name, sent.content())
    return cast(Response, redirect(url_for("tag.results", key=key), 303))


@blueprint.get("/tag/<key>")
def results(key: str) -> str:
    """Show a page of paragraphs with their themes, the reasons, and what the annotator has said of them."""
    current = services().models.get()
    after = max(request.args.get("after", 0, type=int), 0)
    with services().database.reading() as session:
        draft = get_draft(session, key, _KIND)
        sent = sent_from(draft.content)
        after = after if after < len(sent.paragraphs) else 0
        shown = sent.paragraphs[after : after + _PAGE]
        document = standing_document(session, draft, sent.upload.text)
        texts = [(paragraph.position, paragraph.text) for paragraph in shown]
        labels = own_labels(session, document, texts, person().name) if document else {}
        copies = copies_of_texts(session, [text for _, text in texts], but_of=document.id if document else None)
    model = current.model
    return render_template(
        "tag/results.html",
        origin_remarks=remarks(sent.upload.findings, vars(sent.upload.origin)),
        key=key,
        sent=sent,
        model=model,
        codebook=model.codebook,
        explained=[explain_paragraph(model, paragraph) for paragraph in shown],
        copies=dict(zip([position for position, _ in texts], copies, strict=True)),
        labels={place: label for place, label in labels.items() if label.theme in model.codebook.leaf_codes},
        requests={paragraph.position: secrets.token_hex(16) for paragraph in shown},
        counts=_theme_counts(model, sent),
        document=document,
        left_out=_left_out(sent),
        drop_reasons=DROP_REASONS,
        after=after,
        before=max(after - _PAGE, 0) if after else None,
        following=after + _PAGE if after + _PAGE < len(sent.paragraphs) else None,
        hours=services().settings.draft_hours,
    )


@blueprint.post("/tag/<key>/label")
def label(key: str) -> Response:
    """Store what an annotator says of a paragraph, and go back to it; a script gets JSON and stays."""
    by_script = request.accept_mimetypes.accept_json and not request.accept_mimetypes.accept_html
    position = request.form.get("position", 0, type=int)
    try:
        stored, document = _store_label(key, position)
    except RequestError as error:
        message = gettext(error.message).format(**error.values)
        if by_script:
            return problem(error.status, message)
        if isinstance(error, NotFoundError):
            raise
        # Such as gone back in the browser and chosen once more: what is shown next is up to date.
        flash(message, "bad")
    else:
        if by_script:
            return jsonify(_saved(stored, document, services().models.get().model.codebook))
    after = (position - 1) // _PAGE * _PAGE
    return cast(Response, redirect(url_for("tag.results", key=key, after=after or None, _anchor=f"p{position}"), 303))


@blueprint.get("/tag/<key>/download/<file_format>")
def download(key: str, file_format: str) -> Response:
    """Send all paragraphs of a draft with their themes as a file; a table keeps all its rows and columns."""
    if file_format not in _DOWNLOADS:
        raise NotFoundError(
            "There is no download as {format}; take one of: {allowed}", format=file_format, allowed=", ".join(_DOWNLOADS)
        )
    model = services().models.get().model
    with services().database.reading() as session:
        sent = sent_from(get_draft(session, key, _KIND).content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"themes.{file_format}"
        try:
            with open_writer(path, file_format, record_columns(sent, model)) as writer:
                for record in records(sent, model):
                    writer.write(record)
        except InputError as error:
            raise RequestError("This does not fit into such a file ({reason}); take CSV.", reason=error) from None
        data = path.read_bytes()
    word = gettext("themes")
    name = f"{PurePath(sent.upload.name).stem}-{word}.{file_format}"
    return send_file(BytesIO(data), _DOWNLOADS[file_format], as_attachment=True, download_name=name)


def _form_page(typed: dict[str, str], message: str = "") -> str:
    with services().database.reading() as session:
        jurisdictions = known_jurisdictions(session)
    return render_template(
        "tag/form.html",
        typed=typed,
        message=message,
        jurisdictions=jurisdictions,
        codebook=services().models.get().model.codebook,
        suffixes=known_suffixes(),
    )


def _take(typed: dict[str, str], file: Any) -> Sent:
    longest = services().settings.longest_text
    if file is not None and file.filename:
        choices = {"encoding": typed["encoding"], "text_column": typed["text_column"]}
        data = file.read()
        file.close()
        return take_file(data, file.filename, typed, longest, **choices)
    moment = now().astimezone().strftime("%Y-%m-%d %H.%M")
    return take_text(typed["texts"], gettext("Pasted %(moment)s", moment=moment) + ".txt", typed, longest)


def _store_label(key: str, position: int) -> tuple[Label, Document]:
    current = services().models.get()
    book = current.model.codebook
    theme, suggestion, note = (request.form.get(name, "") for name in ("theme", "suggestion", "request"))
    if not theme:
        raise RequestError("Choose the theme of the paragraph first; then it is saved.")
    if suggestion and suggestion not in book.leaf_codes:
        raise RequestError("The suggestion {code} is not in the codebook; load the page again.", code=suggestion)
    if len(note) > _LONGEST_REQUEST:
        raise RequestError("The request's name is longer than {most} characters.", most=_LONGEST_REQUEST)
    # A theme cannot stand beside itself: whoever corrects to a theme that was ticked as secondary means it as the first.
    secondary = tuple(code for code in request.form.getlist("secondary") if code != theme)
    with services().database.writing() as session:
        draft = lock_draft(session, key, _KIND)
        sent = sent_from(draft.content)
        if not 1 <= position <= len(sent.paragraphs):
            raise NotFoundError("There is no paragraph {paragraph}; it may have been deleted.", paragraph=position)
        document = document_of_draft(session, draft, sent.reading, current, person().name)
        text = sent.paragraphs[position - 1].text
        new = NewLabel(
            paragraph_number(session, document, position, text),
            theme,
            person().name,
            "tag",
            secondary,
            model=current.model.identity,
            suggestion=suggestion,
            request=note or None,
        )
        stored = add_label(session, book, new)
        if stored.secondary != ";".join(secondary):
            raise ConflictError("This request was used for another label already; send a new one.")
    return stored, document


def _saved(stored: Label, document: Document, codebook: Codebook) -> dict[str, Any]:
    return {
        "saved": True,
        "theme": stored.theme,
        "secondary": [code for code in stored.secondary.split(";") if code],
        "annotator": stored.annotator,
        "message": gettext("Your label: %(name)s", name=name_of(codebook.entry(stored.theme))),
        "document": document.name,
        "document_page": url_for("documents.show", document_id=document.id),
    }


def _theme_counts(model: Model, sent: Sent) -> dict[str, int]:
    """Return how many paragraphs of everything that was sent have each theme; those without any word have none."""
    texts = [paragraph.text for paragraph in sent.paragraphs if any(letter.isalnum() for letter in paragraph.text)]
    leaves = model.probabilities(texts)
    fold = np.eye(len(model.codebook.theme_codes))[list(model.codebook.leaf_theme_places)]
    counts = np.bincount((leaves @ fold).argmax(axis=1), minlength=len(model.codebook.theme_codes))
    return dict(zip(model.codebook.theme_codes, counts.tolist(), strict=True))


def _left_out(sent: Sent) -> list[tuple[str, str]]:
    """Return (what it is, text) of each line that is no paragraph: title, headings, and what `Layout.dropped` holds."""
    layout = sent.reading.layout
    headings = [(block.spans[0][0], block.kind, block.text) for block in layout.blocks if block.kind != "body"]
    dropped = [(line.start, line.reason, line.text) for line in layout.dropped]
    return [(kind, text) for _, kind, text in sorted(headings + dropped)]
