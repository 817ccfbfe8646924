"""The review queues: what each holds, in which order, what it leaves out, and what an annotator may see of a unit."""

import pytest
from flask import Flask
from review_desk import Desk
from sqlalchemy import func, select

from web.errors import NotFoundError, RequestError
from web.store.agreement import compared, own_matches
from web.store.audit import draw_sample, newest_sample, sampling_probability
from web.store.documents import delete_document
from web.store.review_queue import QUEUES, documents_to_read, is_measured
from web.store.review_units import unit_at
from web.tables import AuditUnit


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


def test_the_uncertain_queue_begins_with_what_nobody_has_labelled_least_margin_first(desk: Desk) -> None:
    found = desk.ids("uncertain")
    with desk.database.reading() as session:
        margins = desk.margins(session)
    own = len(desk.new)
    assert set(found[:own]) == set(desk.new) and set(found[own:]) == set(desk.seeds)
    for part in (found[:own], found[own:]):
        found_margins = [margins[number] for number in part]
        assert found_margins == pytest.approx(sorted(found_margins), abs=1e-6)
    assert [unit.again for unit in desk.units("uncertain")] == [False] * own + [True] * len(desk.seeds)


def test_the_uncertain_queue_leaves_out_ones_own_labels_until_they_are_taken_back(desk: Desk) -> None:
    first = desk.ids("uncertain", limit=1)[0]
    desk.label(first, "mediation")
    assert first not in desk.ids("uncertain")
    assert desk.done("uncertain") == (1, len(desk.new) + len(desk.seeds))
    # For others it is a unit for a second reading now.
    assert first in desk.ids("uncertain", "li", again=True)
    desk.take_back(first)
    assert desk.ids("uncertain", limit=1)[0] == first


def test_the_uncertain_queue_goes_on_behind_a_unit_whether_or_not_it_is_labelled(desk: Desk) -> None:
    everything = desk.ids("uncertain")
    for place in (0, len(desk.new) - 1, len(desk.new), len(everything) - 1):
        again = place >= len(desk.new)
        assert desk.ids("uncertain", after=everything[place], again=again) == everything[place + 1 :]
        assert desk.ids("uncertain", after=everything[place]) == everything[place + 1 :]
    # Someone else labels the unit that this annotator has just labelled: the first round still goes on.
    desk.label(everything[0], "mediation")
    desk.label(everything[0], "mediation", "li")
    assert desk.ids("uncertain", after=everything[0], again=False)[: len(desk.new) - 1] == everything[1 : len(desk.new)]


def test_the_document_queue_is_one_document_in_order_without_ones_own_labels(desk: Desk) -> None:
    assert desk.ids("document", document_id=desk.document_id) == desk.new
    desk.label(desk.new[1], "publicity")
    desk.label(desk.new[2], "publicity", "li")
    left = [desk.new[0], *desk.new[2:]]
    assert desk.ids("document", document_id=desk.document_id) == left
    assert desk.ids("document", document_id=desk.document_id, after=desk.new[1]) == desk.new[2:]
    assert desk.done("document", document_id=desk.document_id) == (1, len(desk.new))
    with desk.database.reading() as session:
        listed = {entry.id: (entry.done, entry.paragraphs) for entry in documents_to_read(session, "wang")}
    assert listed[desk.document_id] == (1, len(desk.new)) and len(listed) == 6


def test_a_queue_or_document_that_does_not_exist_is_refused(desk: Desk) -> None:
    with pytest.raises(RequestError, match="no queue"):
        desk.ids("nonsense")
    with pytest.raises(RequestError, match="no queue"):
        desk.done("nonsense")
    with pytest.raises(RequestError, match="Choose the document"):
        desk.ids("document")
    with pytest.raises(NotFoundError):
        desk.ids("document", document_id=10**6)


def test_an_audit_sample_is_drawn_without_replacement_of_everything_and_kept_in_its_order(desk: Desk) -> None:
    with desk.database.writing() as session:
        sample = draw_sample(session, 30, "wang")
        places = session.execute(
            select(AuditUnit.paragraph_id).where(AuditUnit.sample_id == sample.id).order_by(AuditUnit.place)
        )
        drawn = [number for (number,) in places]
        assert (sample.size, sample.frame, len(set(drawn))) == (30, len(desk.new) + len(desk.seeds), 30)
        assert sampling_probability(session, drawn[0]) == 30 / sample.frame
        outside = next(number for number in (*desk.new, *desk.seeds) if number not in drawn)
        with pytest.raises(RequestError, match="no audit sample"):
            sampling_probability(session, outside)
    assert desk.ids("audit") == drawn
    desk.label(drawn[3], "mediation")
    assert desk.ids("audit", after=drawn[0]) == [*drawn[1:3], *drawn[4:]]
    assert desk.ids("audit", after=outside) == desk.ids("audit")
    assert desk.done("audit") == (1, 30) and desk.done("audit", "li") == (0, 30)


def test_every_paragraph_has_the_same_chance_to_be_drawn(desk: Desk) -> None:
    with desk.database.writing() as session:
        draw_sample(session, len(desk.new) + len(desk.seeds), "wang")
        counted = session.scalar(select(func.count()).select_from(AuditUnit))
    assert counted == len(desk.new) + len(desk.seeds)
    for wrong in (0, -1, len(desk.new) + len(desk.seeds) + 1):
        with desk.database.writing() as session, pytest.raises(RequestError, match="cannot be drawn"):
            draw_sample(session, wrong, "wang")


def test_a_new_sample_takes_the_queue_and_the_older_one_keeps_its_probability(desk: Desk) -> None:
    with desk.database.writing() as session:
        first = draw_sample(session, 90, "wang")
        second = draw_sample(session, 10, "li")
        newest = newest_sample(session)
        assert newest is not None and newest.id == second.id
        of_second = set(session.scalars(select(AuditUnit.paragraph_id).where(AuditUnit.sample_id == second.id)))
        of_first = set(session.scalars(select(AuditUnit.paragraph_id).where(AuditUnit.sample_id == first.id)))
        assert sampling_probability(session, next(iter(of_second))) == 10 / second.frame
        assert sampling_probability(session, next(iter(of_first - of_second))) == 90 / first.frame
    assert set(desk.ids("audit")) == of_second


def test_without_a_sample_the_audit_queue_is_empty(desk: Desk) -> None:
    assert desk.ids("audit") == [] and desk.done("audit") == (0, 0)


def test_suspected_errors_are_doubted_labels_surest_doubt_first(desk: Desk) -> None:
    one, two, three, four = desk.new
    for number in (one, two, three):
        desk.label(number, "mediation")
    with desk.database.reading() as session:
        assert not is_measured(session, desk.current)
    desk.doubt((one, "publicity", 0.6), (two, "mediation", 0.9), (three, "legal_aid", 0.8), (four, "publicity", 0.99))
    with desk.database.reading() as session:
        assert is_measured(session, desk.current)
    # The second is not doubted, the fourth not labelled.
    assert desk.ids("suspected") == [three, one]
    assert desk.ids("suspected", after=three) == [one]
    desk.label(three, "mediation", chosen_by="suspected")
    assert desk.ids("suspected") == [one] and desk.ids("suspected", after=three) == [one]
    assert desk.done("suspected") == (1, 2) and desk.done("suspected", "li") == (0, 2)
    desk.label(one, "publicity", chosen_by="suspected")
    assert desk.ids("suspected") == [] and desk.ids("suspected", "li") == [three]


def test_sub_codes_of_one_theme_are_no_suspected_error(desk: Desk) -> None:
    desk.label(desk.new[0], "other.general")
    desk.doubt((desk.new[0], "other.corrections", 0.99))
    assert desk.ids("suspected") == []


def test_the_disagreement_queue_holds_open_conflicts_that_one_has_not_read(desk: Desk) -> None:
    one, two, three, _ = desk.new
    for number, second in ((one, "publicity"), (two, "mediation"), (three, "legal_aid")):
        desk.label(number, "mediation", "li")
        desk.label(number, second, "zhao")
    assert desk.ids("disagreement") == [one, three] and desk.ids("disagreement", "li") == []
    assert desk.ids("disagreement", after=one) == [three]
    desk.label(one, "mediation", chosen_by="disagreement")
    assert desk.ids("disagreement") == [three] and desk.done("disagreement") == (1, 2)
    desk.label(three, "mediation", "chen", kind="settlement")
    assert desk.ids("disagreement") == []


@pytest.mark.parametrize("queue", [queue for queue in QUEUES if queue != "document"])
def test_paragraphs_of_deleted_documents_are_in_no_queue(desk: Desk, queue: str) -> None:
    for number in desk.new:
        desk.label(number, "mediation", "li")
        desk.label(number, "publicity", "zhao", kind="settlement" if number == desk.new[0] else "label")
    desk.doubt((desk.new[0], "legal_aid", 0.9))
    with desk.database.writing() as session:
        draw_sample(session, 90, "wang")
        delete_document(session, desk.document_id)
    assert not set(desk.ids(queue)) & set(desk.new)
    assert desk.done(queue)[1] == len(desk.ids(queue))


def test_a_unit_shows_its_surroundings(desk: Desk) -> None:
    with desk.database.reading() as session:
        first, second, third, fourth = (unit_at(session, desk.current, number, "document", "wang") for number in desk.new)
        with pytest.raises(NotFoundError):
            unit_at(session, desk.current, 10**6, "document", "wang")
    assert first.before == "" and first.after == second.text and second.before == first.text
    assert fourth.after == "" and (third.position, third.paragraphs) == (3, 4)
    assert (third.section, third.section_kind) == (("二、下一步打算",), "plans")


# Who has labelled it, queue, blind on demand: is the model's suggestion shown?
BLIND = [
    ("nobody", "uncertain", False, True),
    ("nobody", "uncertain", True, False),
    ("nobody", "document", False, True),
    ("nobody", "document", True, False),
    ("nobody", "audit", False, False),
    ("nobody", "disagreement", False, False),
    ("myself", "uncertain", False, True),
    ("myself", "suspected", False, True),
    ("another", "uncertain", False, False),
    ("another", "document", False, False),
    ("another", "suspected", False, False),
    ("a settlement", "document", False, False),
    ("another, a statement", "document", False, False),
    ("another, taken back", "document", False, True),
]


@pytest.mark.parametrize(("labelled_by", "queue", "blind", "shown"), BLIND)
def test_a_second_annotator_labels_blind(desk: Desk, labelled_by: str, queue: str, blind: bool, shown: bool) -> None:
    number = desk.new[0]
    if labelled_by == "myself":
        desk.label(number, "mediation", note="mine")
    elif labelled_by != "nobody":
        statement = 1 if "statement" in labelled_by else 0
        kind = "settlement" if labelled_by == "a settlement" else "label"
        desk.label(number, "publicity", "li", note="theirs", statement=statement, kind=kind)
    if "taken back" in labelled_by:
        desk.take_back(number, "li")
    desk.doubt((number, "legal_aid", 0.9))
    with desk.database.reading() as session:
        unit = unit_at(session, desk.current, number, queue, "wang", blind=blind)
    assert (unit.suggestion is not None) == shown
    assert (unit.own.note if unit.own else "") == ("mine" if labelled_by == "myself" else "")
    assert "theirs" not in repr(unit)
    if shown and unit.suggestion:
        expected = ("legal_aid", True) if queue == "suspected" else (unit.suggestion.theme, False)
        assert (unit.suggestion.theme, unit.suggestion.held_out) == expected


def test_agreement_so_far_counts_readings_of_the_same_paragraphs(desk: Desk) -> None:
    book = desk.current.model.codebook
    for number, mine, theirs in zip(
        desk.new,
        ("mediation", "other.general", "publicity", "legal_aid"),
        ("mediation", "other.corrections", "mediation", None),
        strict=True,
    ):
        desk.label(number, mine)
        if theirs:
            desk.label(number, theirs, "li")
    with desk.database.reading() as session:
        matches = own_matches(session, book, "wang")
        assert (matches.compared, matches.same) == (3, 2)  # Sub-codes of other are one theme.
        assert own_matches(session, book, "nobody").compared == 0
        (pair,) = compared(session, book).pairs
    assert (pair.annotators, pair.units, len(pair.disagreements)) == (("li", "wang"), 3, 2)
