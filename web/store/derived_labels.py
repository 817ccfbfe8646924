"""The label that holds for each unit, derived from the label log under the codebook in use.

A unit's label is what settled it, if anything did; else what its annotators agree on, each with the last label of their
own that they have not withdrawn; where they differ, the unit is in conflict and no label holds until it is settled.
A withdrawal takes back the annotator's latest standing label: the one before it, if there is one, stands again.

Labels that were given by another version of the codebook count as what its changes make of them. Where these leave open
what some label of a unit is, only what was said by a later version counts; while nobody has, the unit is to be labelled
anew. Labels from the queue for that count before all that was said by earlier versions.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from classifier import Codebook, split_statements
from web.store.codebooks import CodebookVersions, keep_codebook
from web.store.revisions import raise_revision, read_fact, write_fact
from web.store.standing import standing_labels
from web.tables import CurrentLabel, Label, Paragraph

RELABEL = "relabel"  # The queue of units to be labelled anew, and the state of a unit that waits in it.
_DERIVED_BY = "labels derived by"


def entries_of(session: Session, paragraph_id: int, statement: int) -> list[Label]:
    """Return all entries of the log on one unit, oldest first."""
    query = select(Label).where(Label.paragraph_id == paragraph_id, Label.statement == statement).order_by(Label.id)
    return list(session.scalars(query))


def unit_text(session: Session, label: Label) -> str:
    """Return the text of a label's unit; nothing where the paragraph is not divided so far any more."""
    text = session.scalar(select(Paragraph.text).where(Paragraph.id == label.paragraph_id)) or ""
    if not label.statement:
        return text
    spans = split_statements(text)
    return text[slice(*spans[label.statement - 1])] if label.statement <= len(spans) else ""


def derived_label(versions: CodebookVersions, entries: Sequence[Label]) -> CurrentLabel | None:
    """Derive the label that holds from all entries of one unit, oldest first; None where none stands."""
    settlement = next((entry for entry in reversed(entries) if entry.kind == "settlement"), None)
    standing = standing_labels(entries)
    said = [*standing.values(), *([settlement] if settlement else [])]
    if not said:
        return None
    now = {entry.id: versions.label(entry) for entry in said}
    since = [versions.order(entry) + 1 for entry in said if not now[entry.id].theme]
    since += [versions.order(entry) for entry in standing.values() if entry.chosen_by == RELABEL]
    counting = {name: entry for name, entry in standing.items() if versions.order(entry) >= max(since, default=-1)}
    if settlement and versions.order(settlement) < max(since, default=-1):
        settlement = None
    source = settlement or max(counting.values(), key=lambda label: label.id, default=None)
    if source is None:
        source, state = max(said, key=lambda label: label.id), RELABEL
    elif settlement:
        state = "settled"
    else:
        state = "agreed" if len({now[label.id].theme for label in counting.values()}) == 1 else "conflict"
    holds = state in ("settled", "agreed")
    annotators = settlement.annotator if settlement else ";".join(sorted(counting or standing) or [source.annotator])
    return CurrentLabel(
        paragraph_id=source.paragraph_id,
        statement=source.statement,
        state=state,
        theme=now[source.id].theme if holds else "",
        secondary=";".join(now[source.id].secondary) if holds else "",
        annotators=annotators,
        note=source.note if holds else "",
        codebook=source.codebook,
        secondary_open=holds and bool(now[source.id].open_secondary),
    )


def derive_current(session: Session, codebook: Codebook, paragraph_id: int, statement: int) -> None:
    """Write a unit's current label anew from the log."""
    session.execute(
        delete(CurrentLabel).where(CurrentLabel.paragraph_id == paragraph_id, CurrentLabel.statement == statement)
    )
    derived = derived_label(versions_of(session, codebook), entries_of(session, paragraph_id, statement))
    if derived is not None:
        session.add(derived)
    session.flush()


def derive_all(session: Session, codebook: Codebook) -> None:
    """Write all current labels anew from the log: after an import, or under another codebook."""
    session.execute(delete(CurrentLabel))
    versions = versions_of(session, codebook)
    entries: dict[tuple[int, int], list[Label]] = {}
    for entry in session.scalars(select(Label).order_by(Label.id)):
        entries.setdefault((entry.paragraph_id, entry.statement), []).append(entry)
    session.add_all(derived for own in entries.values() if (derived := derived_label(versions, own)) is not None)
    write_fact(session, _DERIVED_BY, codebook.digest())
    raise_revision(session)


def use_codebook(session: Session, codebook: Codebook) -> None:
    """Keep a codebook that is in use from now on, and derive all labels under it, where they are not yet."""
    keep_codebook(session, codebook)
    if read_fact(session, _DERIVED_BY) != codebook.digest():
        derive_all(session, codebook)


def versions_of(session: Session, codebook: Codebook) -> CodebookVersions:
    """Return what labels of all versions are under a codebook."""
    return CodebookVersions(session, codebook, lambda label: unit_text(session, label))
