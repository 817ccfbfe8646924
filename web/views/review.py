"""Review: choose a queue, label its units one after the other, take a label back, draw a random sample."""

from dataclasses import replace

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from web.accounts import may, person
from web.errors import NotFoundError, RequestError
from web.markup import StatementView, statement_views
from web.permissions import LABEL
from web.review_forms import (
    Way,
    forget_label,
    given_labels,
    new_request_key,
    number,
    paragraph_number,
    remember_label,
    said,
    see,
    start_of_today,
    typed_label,
    way_of,
)
from web.review_wording import CHOSEN_BY_NAMES, KIND_NAMES, QUEUE_NAMES, QUEUE_PURPOSES
from web.services import services
from web.store.agreement import own_matches
from web.store.audit import draw_sample as draw
from web.store.audit import newest_sample, sampling_probability
from web.store.conflicts import count_open
from web.store.labels import NewLabel, add_label, labels_since, latest_by_annotator, log_page, undo_label
from web.store.planted import (
    PLANTED_IN,
    is_drift_check,
    is_planted,
    plant_if_due,
    planted_unit,
    planted_unit_id,
    some_without_suggestion,
    was_planted,
)
from web.store.pools import TRAINING_QUEUES
from web.store.predictions import CurrentModel
from web.store.review_queue import QUEUES, documents_to_read, is_measured, next_units, progress
from web.store.review_units import ALWAYS_BLIND, Unit, unit_at
from web.store.standing import DRIFT
from web.tables import Label
from web.views import review_results
from web.views.review_results import agreement_now
from web.wording import LEVEL_NAMES, SECTION_KIND_NAMES

blueprint = Blueprint("review", __name__)
blueprint.add_url_rule("/review/log", view_func=review_results.log)
blueprint.add_url_rule("/review/agreement", view_func=review_results.agreement)
blueprint.add_url_rule("/review/drift", view_func=review_results.drift)
blueprint.add_url_rule("/review/conflicts", view_func=review_results.conflicts)
blueprint.add_url_rule("/review/conflicts/<int:paragraph_id>", view_func=review_results.conflicts)
blueprint.add_url_rule("/review/conflicts/<int:paragraph_id>", view_func=review_results.settle, methods=["POST"])

_ANY_QUEUE = f"<any({','.join(QUEUES)}):queue>"
_ENTRIES_SHOWN = 6
_PAIRS_SHOWN = 3
_SAMPLE_OFFERED = 100


@blueprint.get("/review")
def overview() -> str:
    """Show the queues, progress and agreement so far, and the newest entries of the log."""
    return _overview()


@blueprint.get(f"/review/{_ANY_QUEUE}")
def unit(queue: str) -> Response:
    """Show the next unit of a queue, or the one that is asked for."""
    way = way_of(queue)
    wanted = request.args.get("paragraph")
    if queue == "document" and way.document_id is None and wanted is None:
        return see(url_for("review.overview", _anchor="document"))
    current = services().models.get()
    with services().database.reading() as session:
        if wanted is not None:
            found = _wanted_unit(session, current, way, paragraph_number(wanted))
            return _unit_page(current, way.with_unit(found), found)
        after = number(request.args.get("after"))
        planted = planted_unit_id(session, person().name) if queue in PLANTED_IN else None
        if after is not None and was_planted(session, person().name, after):
            after, planted = way.before, None  # It has no place in the queue, which goes on where it was.
        way = replace(way, before=after)
        if planted is not None:
            found = _wanted_unit(session, current, way, planted)
            return _unit_page(current, way.with_unit(found), found)
        options = {"document_id": way.document_id, "again": way.again, "blind": way.blind}
        for found in next_units(session, current, queue, person().name, after=after, **options):  # type: ignore[arg-type]
            return _unit_page(current, way.with_unit(found), _some_blind(found))
    return _end_page(current, way, after)


@blueprint.post(f"/review/{_ANY_QUEUE}/label")
def label(queue: str) -> Response:
    """Store a label of a unit and go on to the next."""
    current = services().models.get()
    book = current.model.codebook
    way, typed = way_of(queue), typed_label()
    paragraph_id = paragraph_number(request.form.get("paragraph"))
    shown = request.form.get("suggestion", "")
    try:
        with services().database.writing() as session:
            planted = queue in PLANTED_IN and is_drift_check(session, person().name, paragraph_id, typed.request)
            new = NewLabel(
                paragraph_id,
                typed.theme,
                person().name,
                chosen_by=DRIFT if planted else queue,
                secondary=typed.secondary,
                model=current.model.identity,
                suggestion=shown if shown in book.leaf_codes and queue not in ALWAYS_BLIND and not way.blind else "",
                probability=sampling_probability(session, paragraph_id) if queue == "audit" and not planted else None,
                note=typed.note,
                request=typed.request,
            )
            entry = add_label(session, book, new)
            plant_if_due(session, person().name, services().settings.planted_every)
    except NotFoundError:
        raise
    except RequestError as error:
        with services().database.reading() as session:
            found = _wanted_unit(session, current, way, paragraph_id)
        page = _unit_page(current, way.with_unit(found), found, typed.secondary, typed.note, said(error))
        page.status_code = error.status
        return page
    remember_label(entry.id)
    return see(way.url(after=paragraph_id))


@blueprint.post("/review/undo")
def undo() -> Response:
    """Take back the last label of this session, or the one that is named, and return to its unit."""
    given = given_labels()
    label_id = number(request.form.get("label")) or (given[-1] if given else None)
    if label_id is None:
        flash(gettext("There is no label of this session left that could be taken back."))
        return see(url_for("review.overview"))
    with services().database.writing() as session:
        withdrawal = undo_label(session, services().models.get().model.codebook, label_id, person().name)
        earlier = latest_by_annotator(session, withdrawal.paragraph_id, withdrawal.statement).get(person().name)
    forget_label(label_id)
    if earlier is None or withdrawal.chosen_by == DRIFT:
        flash(gettext("Your label was taken back."), "good")
    else:
        flash(gettext("Your label was taken back; the one that you had given before holds again."), "good")
    queue = next((name for name in (withdrawal.chosen_by, request.form.get("queue")) if name in QUEUES), QUEUES[0])
    way = way_of(queue)
    return see(Way(queue, None, way.again and queue in TRAINING_QUEUES, way.blind).url(paragraph=withdrawal.paragraph_id))


@blueprint.post("/review/audit")
def draw_sample() -> Response | tuple[str, int]:
    """Draw a random sample of all paragraphs for the audit queue."""
    size = request.form.get("size", "").strip()
    try:
        with services().database.writing() as session:
            sample = draw(session, number(size) or 0, person().name)
    except RequestError as error:
        return _overview(size, said(error)), error.status
    flash(gettext("%(size)s of %(frame)s paragraphs were drawn.", size=sample.size, frame=sample.frame), "good")
    return see(Way("audit").url())


def _wanted_unit(session: Session, current: CurrentModel, way: Way, paragraph_id: int) -> Unit:
    """Return a certain paragraph as a unit of the queue, also where it was planted there."""
    name = person().name
    if way.queue in PLANTED_IN and is_planted(session, name, paragraph_id):
        return planted_unit(session, current, paragraph_id, way.queue, name, again=way.again)
    return _some_blind(unit_at(session, current, paragraph_id, way.queue, name, blind=way.blind))


def _some_blind(found: Unit) -> Unit:
    return some_without_suggestion([found], services().settings.planted_every)[0]


def _overview(size: str = "", problem: str = "") -> str:
    current, name = services().models.get(), person().name
    with services().database.reading() as session:
        return render_template(
            "review/overview.html",
            codebook=current.model.codebook,
            queues={
                queue: progress(session, current, queue, name) if queue != "document" else None
                for queue in QUEUES  # The document queue has no progress before a document is chosen.
            },
            documents=documents_to_read(session, name),
            sample=newest_sample(session),
            measured=is_measured(session, current),
            today=labels_since(session, name, start_of_today()),
            matches=own_matches(session, current.model.codebook, name),
            conflicts=count_open(session),
            compared=agreement_now(session, current).compared,
            pairs_shown=_PAIRS_SHOWN,
            entries=log_page(session, limit=_ENTRIES_SHOWN),
            size=size or _SAMPLE_OFFERED,
            problem=problem,
            training_queues=TRAINING_QUEUES,
            queue_names=QUEUE_NAMES,
            queue_purposes=QUEUE_PURPOSES,
            kind_names=KIND_NAMES,
            chosen_by_names=CHOSEN_BY_NAMES,
            may_label=may(LABEL) and person().is_authenticated,
        )


def _unit_page(
    current: CurrentModel,
    way: Way,
    found: Unit,
    secondary: tuple[str, ...] | None = None,
    note: str | None = None,
    problem: str = "",
) -> Response:
    name, book, own = person().name, current.model.codebook, found.own
    with services().database.reading() as session:
        done = progress(session, current, way.queue, name, document_id=way.document_id)
        today = labels_since(session, name, start_of_today())
        matches = own_matches(session, book, name)
        given = given_labels()
        last = session.get(Label, given[-1]) if given else None
    if secondary is None:
        secondary = tuple(own.secondary.split(";")) if own else ()
    page = render_template(
        "review/unit.html",
        codebook=book,
        way=way,
        unit=found,
        views=_views(found, current),
        chosen=own.theme if own and own.theme in book.leaf_codes else "",
        secondary=secondary,
        note=note if note is not None else own.note if own else "",
        problem=problem,
        request_key=new_request_key(),
        progress=done,
        today=today,
        matches=matches,
        last=last,
        training_queues=TRAINING_QUEUES,
        always_blind=way.queue in ALWAYS_BLIND,
        queue_names=QUEUE_NAMES,
        level_names=LEVEL_NAMES,
        section_kind_names=SECTION_KIND_NAMES,
    )
    answer = make_response(page)
    # Not kept: whoever goes back sees the label that was given, and a form that was not sent yet.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _views(found: Unit, current: CurrentModel) -> list[StatementView]:
    statements = found.suggestion.statements if found.suggestion else ()
    return statement_views(found.text, statements, current.model.codebook)


def _end_page(current: CurrentModel, way: Way, after: int | None) -> Response:
    name = person().name
    with services().database.reading() as session:
        skipped = after is not None and bool(
            next_units(session, current, way.queue, name, document_id=way.document_id, blind=way.blind)
        )
        page = render_template(
            "review/end.html",
            way=way,
            skipped=skipped,
            first=Way(way.queue, way.document_id, blind=way.blind),
            progress=progress(session, current, way.queue, name, document_id=way.document_id),
            others={
                queue: progress(session, current, queue, name) for queue in QUEUES if queue not in ("document", way.queue)
            },
            measured=is_measured(session, current),
            sample=newest_sample(session),
            conflicts=count_open(session),
            size=_SAMPLE_OFFERED,
            queue_names=QUEUE_NAMES,
            queue_purposes=QUEUE_PURPOSES,
        )
    return make_response(page)
