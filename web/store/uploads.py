"""Previewed files on their way into the documents: kept as drafts, corrected, imported once, or left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from classifier import Reading, complete_origin
from web.errors import NotFoundError, RequestError
from web.reasons import Reason
from web.store.documents import ORIGIN_FIELDS, Added, add_document, change_origin, checked_origin, document_of_text
from web.store.drafts import keep_draft, lock_draft
from web.store.predictions import CurrentModel
from web.tables import Document, Draft
from web.uploads import Upload, content_of, upload_from

KIND = "upload"


@dataclass(frozen=True)
class Previewed:
    """A file that waits for a decision. ``origin`` is what people see and correct, as it was typed.

    Without an ``upload`` the file could not be read, for this ``reason``. ``problem`` is what is wrong with the origin.
    ``same`` is the document that has this text already; ``twin`` an earlier file of the same preview with this text.
    ``imported`` is the document that it became.
    """

    key: str
    name: str
    upload: Upload | None
    reason: Reason | None
    origin: Mapping[str, str]
    problem: RequestError | None
    same: Document | None
    twin: str
    imported: Document | None

    @property
    def waits(self) -> bool:
        """Whether it can still be imported, and that would change anything."""
        known = self.same is not None and self.same.deleted_at is None
        return self.upload is not None and self.imported is None and not known and not self.twin

    def reading(self) -> Reading | None:
        """Read it as it would be imported now."""
        if self.upload is None:
            return None
        return (self.upload if self.problem else corrected(self.upload, self.origin)).reading()


def keep_upload_draft(session: Session, annotator: str, name: str, found: Upload | Reason) -> str:
    """Keep a file that was read, or the reason why it could not be, and return its key."""
    if not isinstance(found, Upload):
        return keep_draft(session, KIND, annotator, {"name": name, "reason": found})
    content = content_of(found)
    before = document_of_text(session, found.text)
    if before is not None:  # What was corrected by hand before is shown again, not what the file alone says.
        content["origin"] = {field: getattr(before, field) for field in ORIGIN_FIELDS}
        content["findings"] = {}
    return keep_draft(session, KIND, annotator, content)


def previewed(session: Session, keys: Sequence[str]) -> list[Previewed]:
    """Return the files of a preview in order; those that were left out are missing. NotFoundError where all are."""
    query = select(Draft).where(Draft.key.in_(keys), Draft.kind == KIND)
    drafts = {draft.key: draft for draft in session.scalars(query)}
    if not drafts:
        raise NotFoundError("These files are no longer kept here; send them once more.")
    files: list[Previewed] = []
    names: dict[str, str] = {}
    for key in dict.fromkeys(keys):
        if key in drafts:
            files.append(_previewed(session, drafts[key], names))
    return files


def correct_uploads(session: Session, typed: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what was typed into the origins of previewed files, by key; also what is not allowed, so that none is lost."""
    for key, values in typed.items():
        draft = lock_draft(session, key, KIND)
        if "reason" not in draft.content and draft.document_id is None:
            origin = {name: values.get(name, draft.content["origin"].get(name, "")) for name in ORIGIN_FIELDS}
            draft.content = {**draft.content, "origin": origin, "findings": _still_true(draft.content, origin)}
    session.flush()


def _still_true(content: Mapping[str, Any], origin: Mapping[str, str]) -> dict[str, Any]:
    """Return what was said of how the origin was read; nothing where another place was typed."""
    same = all(origin[name] == content["origin"].get(name, "") for name in ("jurisdiction", "adcode"))
    return content.get("findings", {}) if same else {}


def import_upload(session: Session, key: str, current: CurrentModel, annotator: str) -> Added:
    """Import a previewed file with its corrected origin; once only, however often this is asked for.

    Raises RequestError where the file could not be read or its origin is not allowed.
    """
    draft = lock_draft(session, key, KIND)
    if "reason" in draft.content:
        raise RequestError("The file {name} could not be read, so it cannot be imported.", name=draft.content["name"])
    if draft.document_id is not None:
        return Added(session.get_one(Document, draft.document_id), "known")
    upload = corrected(upload_from(draft.content), draft.content["origin"])
    added = add_document(session, upload.reading(), current, source="upload", annotator=annotator)
    if added.outcome == "restored":
        change_origin(session, added.document.id, {name: getattr(upload.origin, name) for name in ORIGIN_FIELDS})
    draft.document_id = added.document.id
    session.flush()
    return added


def leave_out(session: Session, keys: Sequence[str]) -> None:
    """Forget previewed files."""
    session.execute(delete(Draft).where(Draft.key.in_(keys), Draft.kind == KIND))


def corrected(upload: Upload, typed: Mapping[str, str]) -> Upload:
    """Return an upload with the origin that was typed; code and level that were left open follow the jurisdiction's name.

    Raises RequestError for a value that is not allowed.
    """
    return replace(upload, origin=complete_origin(checked_origin(dict(typed))))


def _previewed(session: Session, draft: Draft, names: dict[str, str]) -> Previewed:
    content = draft.content
    imported = session.get(Document, draft.document_id) if draft.document_id is not None else None
    if "reason" in content:
        return Previewed(draft.key, content["name"], None, content["reason"], {}, None, None, "", imported)
    upload = upload_from(content)
    problem = None
    try:
        checked_origin(content["origin"])
    except RequestError as error:
        problem = error
    same = document_of_text(session, upload.text) if imported is None else None
    twin = names.setdefault(upload.text, upload.name)
    return Previewed(
        draft.key,
        upload.name,
        upload,
        None,
        content["origin"],
        problem,
        same,
        twin if twin is not upload.name else "",
        imported,
    )
