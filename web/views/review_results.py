"""What came of reviewing: the label log, agreement, conflicts and how they are settled. Registered by `web.views.review`."""

from dataclasses import dataclass

from flask import Response, current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from classifier import LEAST_EARLIER_CHECKS, RECENT_CHECKS, Agreement, Disagreement, agreement_csv
from web.accounts import may, person
from web.charts import MonthShare, month_shares
from web.errors import RequestError
from web.permissions import LABEL
from web.review_forms import Typed, new_request_key, number, paragraph_number, said, see, typed_label
from web.review_wording import CHOSEN_BY_NAMES, KIND_NAMES, VIEW_NAMES
from web.services import services
from web.store.agreement import AgreementMemory, Compared, Votes, standing_votes
from web.store.conflicts import OPEN, SHOWN, Conflict, conflict_at, conflict_page, count_open
from web.store.conflicts import settle as settle_conflict
from web.store.drift import AnnotatorDrift, annotators_drift
from web.store.labels import KINDS, NewLabel, log_annotators, log_page
from web.store.paragraphs import paragraphs_by_id
from web.store.predictions import CurrentModel
from web.store.review_queue import documents_to_read
from web.store.revisions import revision

ON_A_PAGE = 50
_KEPT = "policy-themes agreement"


@dataclass(frozen=True)
class AgreementNow:
    """Agreement at one revision of the database, under one model's codebook."""

    revision: int
    model_id: int
    votes: Votes
    compared: Compared
    memory: AgreementMemory


@dataclass(frozen=True)
class Difference:
    """A unit to which annotators gave different codes, with the number of its paragraph."""

    paragraph_id: int
    unit: Disagreement


def agreement_now(session: Session, current: CurrentModel) -> AgreementNow:
    """Return how far annotators agree; computed once for each revision of the database."""
    newest = revision(session)
    kept: AgreementNow | None = current_app.extensions.get(_KEPT)
    if kept is None or (kept.revision, kept.model_id) != (newest, current.id):
        votes = standing_votes(session, current.model.codebook)
        memory = kept.memory if kept else AgreementMemory()
        kept = AgreementNow(newest, current.id, votes, memory.compare(votes, current.model.codebook), memory)
        current_app.extensions[_KEPT] = kept
    return kept


def log() -> str:
    """Show the label log, newest entries first."""
    annotator, kind = request.args.get("annotator", ""), request.args.get("kind", "")
    document_id = number(request.args.get("document"))
    after = number(request.args.get("after"))
    current = services().models.get()
    with services().database.reading() as session:
        entries = log_page(
            session, after=after, limit=ON_A_PAGE + 1, annotator=annotator, document_id=document_id, kind=kind
        )
        return render_template(
            "review/log.html",
            codebook=current.model.codebook,
            entries=entries[:ON_A_PAGE],
            more=len(entries) > ON_A_PAGE,
            after=after,
            annotator=annotator,
            annotators=log_annotators(session),
            kind=kind,
            kinds=KINDS,
            document_id=document_id,
            documents=documents_to_read(session, ""),
            kind_names=KIND_NAMES,
            chosen_by_names=CHOSEN_BY_NAMES,
        )


def agreement() -> str | Response:
    """Show how far each pair of annotators agrees, and where one pair does not; or give all votes as a CSV file."""
    current = services().models.get()
    book = current.model.codebook
    with services().database.reading() as session:
        now = agreement_now(session, current)
        if request.args.get("format") == "csv":
            return _votes_file(agreement_csv(now.votes.by_annotator, book, folded=request.args.get("codes") == "themes"))
        chosen = _chosen(now.compared)
        found = _differing(chosen, now.votes, _unit_of(request.args.get("after")))
        views = paragraphs_by_id(session, current, [difference.paragraph_id for difference in found[:ON_A_PAGE]])
        return render_template(
            "review/agreement.html",
            codebook=book,
            compared=now.compared,
            unknown=now.votes.unknown,
            annotators=sorted(now.votes.by_annotator),
            chosen=chosen,
            view_names=VIEW_NAMES,
            disagreements=found[:ON_A_PAGE],
            more=len(found) > ON_A_PAGE,
            places={view.id: view for view in views},
        )


def drift() -> str:
    """Show how each annotator read planted units over time."""
    with services().database.reading() as session:
        found = annotators_drift(session, services().models.get().model.codebook)
    return render_template(
        "review/drift.html",
        found=[(each, _months_chart(each)) for each in found],
        every=services().settings.planted_every,
        recent=RECENT_CHECKS,
        earlier=LEAST_EARLIER_CHECKS,
    )


def _months_chart(found: AnnotatorDrift) -> str:
    months = [
        MonthShare(month, share.value or 0.0, share.low or 0.0, share.high or 0.0)
        for month, share in ((month, checks.share) for month, checks in found.months.items())
    ]
    title = gettext("Same theme as settled, by month: %(name)s", name=found.annotator)
    return month_shares(months, title=title, description=gettext("The table beside it holds the figures."))


def conflicts(paragraph_id: int | None = None) -> str:
    """List the units whose labels differ, or show one of them with all its votes."""
    if paragraph_id is not None:
        return _adjudication(paragraph_number(paragraph_id), _statement())
    shown = request.args.get("shown", OPEN)
    shown = shown if shown in SHOWN else OPEN
    current = services().models.get()
    with services().database.reading() as session:
        found = conflict_page(session, current, shown=shown, after=_unit_of(request.args.get("after")), limit=ON_A_PAGE + 1)
        return render_template(
            "review/conflicts.html",
            codebook=current.model.codebook,
            conflicts=found[:ON_A_PAGE],
            more=len(found) > ON_A_PAGE,
            shown=shown,
            open_count=count_open(session),
        )


def settle(paragraph_id: int) -> Response | tuple[str, int]:
    """Settle a unit and go on to the next conflict."""
    typed, statement = typed_label(), _statement()
    current = services().models.get()
    new = NewLabel(
        paragraph_number(paragraph_id),
        typed.theme,
        person().name,
        chosen_by="disagreement",
        secondary=typed.secondary if not statement else (),
        statement=statement,
        kind="settlement",
        model=current.model.identity,
        note=typed.note,
        request=typed.request,
    )
    try:
        with services().database.writing() as session:
            settle_conflict(session, current.model.codebook, new)
    except RequestError as error:
        if error.status != RequestError.status:
            raise
        return _adjudication(paragraph_id, statement, typed, said(error)), error.status
    flash(gettext("Settled. All votes stay in the log."), "good")
    with services().database.reading() as session:
        following = conflict_page(session, current, after=(paragraph_id, statement), limit=1) or conflict_page(
            session, current, limit=1
        )
    return see(_address(following[0]) if following else url_for("review.conflicts"))


def _adjudication(paragraph_id: int, statement: int, typed: Typed | None = None, problem: str = "") -> str:
    current = services().models.get()
    with services().database.reading() as session:
        conflict = conflict_at(session, current, paragraph_id, statement)
        paragraph = paragraphs_by_id(session, current, [paragraph_id])[0]
    held = conflict.settlement
    return render_template(
        "review/conflict.html",
        codebook=current.model.codebook,
        conflict=conflict,
        paragraph=paragraph,
        chosen=held.theme if held and held.theme in current.model.codebook.leaf_codes else "",
        secondary=typed.secondary if typed else tuple(held.secondary.split(";")) if held else (),
        note=typed.note if typed else "",
        problem=problem,
        request_key=new_request_key(),
        chosen_by_names=CHOSEN_BY_NAMES,
        may_settle=may(LABEL) and person().is_authenticated,
    )


def _address(conflict: Conflict) -> str:
    # Where the statement is None, the address does not name one.
    return url_for("review.conflicts", paragraph_id=conflict.paragraph_id, statement=conflict.statement or None)


def _statement() -> int:
    return number(request.values.get("statement")) or 0


def _unit_of(text: str | None) -> tuple[int, int]:
    paragraph, _, statement = (text or "").partition("-")
    return number(paragraph) or 0, number(statement) or 0


def _chosen(compared: Compared) -> Agreement | None:
    """Return the comparison that the address names, or the first: annotators ``with``, or all of them together."""
    every = [*compared.together, *compared.pairs]
    kind, names = request.args.get("kind", ""), tuple(request.args.getlist("with"))
    for found in every:
        if kind == found.kind and names in (found.annotators, () if len(found.annotators) > 2 else None):
            return found
    return every[0] if every else None


def _differing(chosen: Agreement | None, votes: Votes, after: tuple[int, int]) -> list[Difference]:
    """Return the units on which the chosen annotators differ, those behind the unit ``after``."""
    order = {(number, key[2]): place for place, (key, number) in enumerate(votes.paragraph_ids.items())}
    found = {
        order[votes.paragraph_ids[unit.key], unit.key[2]]: Difference(votes.paragraph_ids[unit.key], unit)
        for unit in (chosen.disagreements if chosen else ())
    }
    return [found[place] for place in sorted(found) if place > order.get(after, -1)]


def _votes_file(text: str) -> Response:
    answer = make_response(text)
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = 'attachment; filename="votes.csv"'
    return answer
