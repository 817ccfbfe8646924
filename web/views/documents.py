"""Documents: the list, import by way of a preview, one document with its themes, corrections, deletion."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from classifier import LEVELS, Origin, known_suffixes
from web.accounts import person
from web.document_pages import Outline, outline_of, text_of, theme_summary
from web.errors import RequestError
from web.origin_wording import read_from, remarks
from web.reasons import said
from web.services import services
from web.store.documents import (
    ORIGIN_FIELDS,
    change_origin,
    count_documents,
    delete_document,
    get_document,
    list_documents,
    standing_labels,
    years_of_documents,
)
from web.store.drafts import sweep_drafts
from web.store.paragraphs import leaves_of, paragraph_page, theme_counts
from web.store.uploads import Previewed, correct_uploads, import_upload, keep_upload_draft, leave_out, previewed
from web.uploads import read_files
from web.wording import DROP_REASONS, LEVEL_NAMES, ORIGIN_NAMES, SECTION_KIND_NAMES, SOURCE_NAMES

blueprint = Blueprint("documents", __name__)

DOCUMENTS_ON_A_PAGE = 50
PARAGRAPHS_ON_A_PAGE = 100
MOST_FILES = 50
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16")
_WORDS = {
    "levels": LEVELS,
    "level_names": LEVEL_NAMES,
    "origin_names": ORIGIN_NAMES,
    "origin_fields": ORIGIN_FIELDS,
    "kind_names": SECTION_KIND_NAMES,
    "source_names": SOURCE_NAMES,
    "drop_reasons": DROP_REASONS,
}


@blueprint.get("/documents")
def overview() -> str:
    """List documents, newest first, and offer to send some."""
    filters = {name: request.args.get(name, "").strip() for name in ("search", "level", "year")}
    filters["search"] = request.args.get("q", "").strip()
    after = _number(request.args.get("after"))
    with services().database.reading() as session:
        listed = list_documents(session, **filters, after=after, limit=DOCUMENTS_ON_A_PAGE + 1, newest_first=True)
        return render_template(
            "documents/overview.html",
            listed=listed[:DOCUMENTS_ON_A_PAGE],
            more=len(listed) > DOCUMENTS_ON_A_PAGE,
            total=count_documents(session, **filters),
            years=years_of_documents(session),
            filters=filters,
            after=after,
            suffixes=(*known_suffixes(), ".zip"),
            encodings=ENCODINGS,
            most_files=MOST_FILES,
            largest=services().settings.largest_body,
            **_WORDS,
        )


@blueprint.post("/documents/upload")
def upload() -> Response:
    """Read the files that were sent, each by itself, and show what was read."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        flash(gettext("Choose one file or several first."), "bad")
        return _see(url_for("documents.overview"))
    if len(files) > MOST_FILES:
        raise RequestError("{count} files are too many at once; send at most {most}.", count=len(files), most=MOST_FILES)
    options = {name: request.form.get(name, "") for name in ("encoding", "text_column")}
    found = [item for file in files for item in read_files(file.read(), file.filename or "", **options)]
    if len(found) > MOST_FILES:
        raise RequestError("{count} files are too many at once; send at most {most}.", count=len(found), most=MOST_FILES)
    with services().database.writing() as session:
        sweep_drafts(session, services().settings.draft_hours)
        keys = [keep_upload_draft(session, person().name, name, read) for name, read in found]
    return _see(url_for("documents.preview", keys=",".join(keys)))


@blueprint.get("/documents/preview")
def preview() -> str:
    """Show what was read from files, before any of it is imported."""
    keys = _keys(request.args.get("keys", ""))
    with services().database.reading() as session:
        files = previewed(session, keys)
    outlines: dict[str, Outline] = {}
    for file in files:
        if file.waits and (reading := file.reading()) is not None:
            outlines[file.key] = outline_of(reading)
    return render_template(
        "documents/preview.html",
        files=files,
        outlines=outlines,
        waiting=[file for file in files if file.waits],
        keys=",".join(file.key for file in files),
        missing={file.key: _missing(file.origin) for file in files},
        read_from=read_from,
        remarks=remarks,
        spelled=_spelled,
        said=said,
        **_WORDS,
    )


@blueprint.post("/documents/keep")
def keep() -> Response:
    """Import previewed files with their corrected origins: all, one, or none of them (then the preview is made anew)."""
    keys, wanted = _keys(request.form.get("keys", "")), request.form.get("keep", "")
    files = _save_typed(keys)
    chosen = [file for file in files if file.waits and wanted in ("all", file.key)]
    if any(file.problem for file in chosen):
        flash(gettext("Nothing was imported yet: correct what is marked below."), "bad")
        return _see(url_for("documents.preview", keys=",".join(keys)))
    if not chosen:
        return _see(url_for("documents.preview", keys=",".join(keys)))
    current, added = services().models.get(), []
    for file in chosen:  # A transaction for each, so that other people's labels need not wait for all of them.
        with services().database.writing() as session:
            added.append(import_upload(session, file.key, current, person().name))
    _tell([item.outcome for item in added])
    if any(file.waits and file not in chosen for file in files):
        rest = [file.key for file in files if file not in chosen]
        return _see(url_for("documents.preview", keys=",".join(rest)))
    if len(added) == 1:
        return _see(url_for("documents.show", document_id=added[0].document.id))
    return _see(url_for("documents.overview"))


@blueprint.post("/documents/discard")
def discard() -> Response:
    """Leave out one previewed file, or all of them."""
    keys, wanted = _keys(request.form.get("keys", "")), request.form.get("discard", "")
    files = _save_typed(keys)
    dropped = [file.key for file in files if wanted in ("all", file.key)]
    with services().database.writing() as session:
        leave_out(session, dropped)
    rest = [file for file in files if file.key not in dropped]
    if any(file.waits for file in rest):
        return _see(url_for("documents.preview", keys=",".join(file.key for file in rest)))
    flash(gettext("Nothing of it was imported."), "")
    return _see(url_for("documents.overview"))


@blueprint.get("/documents/<int:document_id>")
def show(document_id: int) -> str:
    """Show a document's text with its themes in the margin."""
    return _page(document_id)


@blueprint.post("/documents/<int:document_id>/change")
def change(document_id: int) -> Response | tuple[str, int]:
    """Correct what is known of a document's origin."""
    typed = {name: request.form[name] for name in ORIGIN_FIELDS if name in request.form}
    try:
        with services().database.writing() as session:
            change_origin(session, document_id, typed)
    except RequestError as error:
        if error.status != RequestError.status:
            raise
        return _page(document_id, typed, gettext(error.message).format(**error.values)), error.status
    flash(gettext("Saved."), "good")
    return _see(url_for("documents.show", document_id=document_id))


@blueprint.route("/documents/<int:document_id>/delete", methods=["GET", "POST"])
def delete(document_id: int) -> Response | str:
    """Say what deleting a document does; on confirmation, do it."""
    if request.method == "POST":
        with services().database.writing() as session:
            document = delete_document(session, document_id)
        flash(
            gettext("%(name)s was deleted. Import the same file to bring it back with its labels.", name=document.name),
            "good",
        )
        return _see(url_for("documents.overview"))
    with services().database.reading() as session:
        document, labels = get_document(session, document_id), standing_labels(session, document_id)
    return render_template("documents/delete.html", document=document, labels=labels)


def _page(document_id: int, typed: Mapping[str, str] | None = None, problem: str = "") -> str:
    theme, at = request.args.get("theme", ""), _number(request.args.get("at"))
    after = _number(request.args.get("after")) or max(0, at - 1) // PARAGRAPHS_ON_A_PAGE * PARAGRAPHS_ON_A_PAGE
    current = services().models.get()
    book = current.model.codebook
    with services().database.reading() as session:
        document = get_document(session, document_id)
        counts = theme_counts(session, current, document_id)
        found = paragraph_page(session, current, document_id, theme, after, PARAGRAPHS_ON_A_PAGE + 1)
        labels = standing_labels(session, document_id)
    views = found[:PARAGRAPHS_ON_A_PAGE]
    return render_template(
        "documents/show.html",
        document=document,
        labels=labels,
        codebook=book,
        summary=theme_summary(book, counts),
        opened=book.entry(theme).theme if theme else "",
        chosen=sum(counts[leaf] for leaf in leaves_of(book, theme)) if theme else document.paragraph_count,
        text=text_of(views, current.model, _number(request.args.get("why"))),
        theme=theme,
        after=after,
        more=len(found) > PARAGRAPHS_ON_A_PAGE,
        missing=_missing(vars(document)),
        spelled=_spelled,
        typed=typed if typed is not None else {name: getattr(document, name) for name in ORIGIN_FIELDS},
        editing=typed is not None,
        problem=problem,
        **_WORDS,
    )


def _save_typed(keys: list[str]) -> list[Previewed]:
    typed: dict[str, dict[str, str]] = {}
    for name, value in request.form.items():
        key, dot, field = name.rpartition(".")
        if dot and key in keys and field in ORIGIN_FIELDS:
            typed.setdefault(key, {})[field] = value
    with services().database.writing() as session:
        known = {file.key for file in previewed(session, keys)}
        correct_uploads(session, {key: values for key, values in typed.items() if key in known})
        return previewed(session, keys)


def _tell(outcomes: list[str]) -> None:
    new, restored, known = (outcomes.count(outcome) for outcome in ("new", "restored", "known"))
    if new:
        flash(gettext("Documents imported: %(n)s.", n=new), "good")
    if restored:
        flash(gettext("Documents that are back, with their labels: %(n)s.", n=restored), "good")
    if known:
        flash(gettext("Documents that were here already and stay as they are: %(n)s.", n=known), "")


def _missing(origin: Mapping[str, str]) -> tuple[str, ...]:
    return Origin(**{name: origin.get(name, "").strip() for name in ("jurisdiction", "level", "year")}).missing


def _spelled(fields: Iterable[str]) -> str:
    return str(gettext(", ")).join(str(ORIGIN_NAMES[field]) for field in fields)


def _keys(joined: str) -> list[str]:
    return [key for key in dict.fromkeys(joined.split(",")) if key][: MOST_FILES * 2]


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _see(address: str) -> Response:
    answer = redirect(address, 303)
    assert isinstance(answer, Response)
    return answer
