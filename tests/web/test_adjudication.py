"""Where annotators differ: conflicts and how they are settled, agreement, and the votes as a file."""

from collections.abc import Callable
from io import BytesIO

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient
from review_desk import Desk, fields, label, paragraph_on

from classifier import Coefficient, compare_annotators
from web.store.agreement import compared
from web.store.corpus import load_corpus
from web.store.labels import current_label


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("language", "en")
    return client


def test_a_conflict_of_two_annotators_is_settled_and_counts_from_then_on(
    desk: Desk, as_user: Callable[..., FlaskClient]
) -> None:
    wang, li, chen = as_user("wang"), as_user("li"), as_user("chen")
    address = f"/review/document?document={desk.document_id}"
    before = desk.units("document", document_id=desk.document_id)[0]
    for client, theme, note in ((wang, "mediation", "多数语句"), (li, "publicity", "首个分句")):
        label(client, "document", client.get(address).text, theme, note=note)
    assert desk.holding(before.id) == ("conflict", "")
    assert paragraph_on(chen.get("/review/disagreement").text) == before.id
    listed = chen.get("/review/conflicts").text
    assert f'href="/review/conflicts/{before.id}"' in listed
    page = chen.get(f"/review/conflicts/{before.id}").text
    for shown in ("wang", "li", "多数语句", "首个分句", before.text[:10], "普法宣传", "矛盾纠纷调解"):
        assert shown in page, shown
    data = {**fields(page), "theme": "legal_aid", "secondary": "mediation", "note": "按规则二"}
    for _ in range(2):
        answer = chen.post(f"/review/conflicts/{before.id}", data=data)
        assert answer.status_code == 303 and answer.location.endswith("/review/conflicts")
    settled = desk.entries()[-1]
    assert [entry.kind for entry in desk.entries()] == ["label", "label", "settlement"]
    assert (settled.theme, settled.secondary, settled.note, settled.annotator) == (
        "legal_aid",
        "mediation",
        "按规则二",
        "chen",
    )
    assert desk.holding(before.id) == ("settled", "legal_aid")
    with desk.database.reading() as session:
        corpus = load_corpus(session, desk.current, 0)
    row = corpus.ids.tolist().index(before.id)
    assert corpus.labelled[row] and corpus.codebook.leaf_codes[corpus.counted[row].argmax()] == "legal_aid"
    assert before.text[:10] not in chen.get("/review/conflicts").text
    assert before.text[:10] in chen.get("/review/conflicts?shown=differing").text


def test_settling_leads_on_to_the_next_conflict(desk: Desk, client: FlaskClient) -> None:
    for number in desk.new:
        desk.label(number, "mediation", "li")
        desk.label(number, "publicity", "zhao")
    answer = client.post(f"/review/conflicts/{desk.new[1]}", data={"theme": "mediation"})
    assert answer.location.endswith(f"/review/conflicts/{desk.new[2]}")
    answer = client.post(f"/review/conflicts/{desk.new[3]}", data={"theme": "mediation"})
    assert answer.location.endswith(f"/review/conflicts/{desk.new[0]}")


def test_a_settlement_that_is_not_allowed_comes_back_with_its_note(desk: Desk, client: FlaskClient) -> None:
    desk.label(desk.new[0], "mediation", "li")
    answer = client.post(f"/review/conflicts/{desk.new[0]}", data={"theme": "nonsense", "note": "想好的理由"})
    assert answer.status_code == 400 and "想好的理由" in answer.text
    assert client.post(f"/review/conflicts/{desk.new[1]}", data={"theme": "mediation"}).status_code == 409
    assert client.get(f"/review/conflicts/{desk.new[1]}").status_code == 404


def test_statements_are_settled_each_for_itself(desk: Desk, client: FlaskClient) -> None:
    for annotator, theme in (("li", "mediation"), ("zhao", "publicity")):
        desk.label(desk.new[1], theme, annotator, statement=1)
    assert f"/review/conflicts/{desk.new[1]}?statement=1" in client.get("/review/conflicts").text
    page = client.get(f"/review/conflicts/{desk.new[1]}?statement=1").text
    client.post(f"/review/conflicts/{desk.new[1]}", data={**fields(page), "theme": "mediation"})
    with desk.database.reading() as session:
        held = current_label(session, desk.new[1], 1)
        assert held and (held.state, held.theme) == ("settled", "mediation") and not current_label(session, desk.new[1])


def shown(found: Coefficient) -> str:
    """A coefficient with its interval, as pages show it."""
    return f'{found.value:.2f} <small class="interval">{found.low:.2f}–{found.high:.2f}</small>'


def test_settling_keeps_every_vote_and_the_page_says_who_settled_when_and_why(
    desk: Desk, as_user: Callable[..., FlaskClient]
) -> None:
    number, chen = desk.new[0], as_user("chen")
    chen.set_cookie("language", "en")
    desk.label(number, "mediation", "wang", note="多数语句")
    desk.label(number, "publicity", "li", note="首个分句")
    for theme, why in (("publicity", "按规则一"), ("legal_aid", "按规则二")):
        page = chen.get(f"/review/conflicts/{number}").text
        chen.post(f"/review/conflicts/{number}", data={**fields(page), "theme": theme, "note": why})
    assert [(entry.kind, entry.annotator, entry.theme, entry.note) for entry in desk.entries()] == [
        ("label", "wang", "mediation", "多数语句"),
        ("label", "li", "publicity", "首个分句"),
        ("settlement", "chen", "publicity", "按规则一"),
        ("settlement", "chen", "legal_aid", "按规则二"),
    ]
    page = chen.get(f"/review/conflicts/{number}").text
    votes = page.split('<div class="votes">')[1].split("<form")[0]
    assert "Settled by chen" in votes and "Before, chen settled it as" in votes and votes.count("<time ") == 4
    for said in ("<h3>wang</h3>", "<h3>li</h3>", "多数语句", "首个分句", "按规则一", "按规则二"):
        assert said in votes, said
    log = chen.get("/review/log").text
    assert all(note in log for note in ("多数语句", "首个分句", "按规则一", "按规则二"))


def test_agreement_is_that_of_the_library_on_the_same_labels(desk: Desk, client: FlaskClient) -> None:
    first = ["mediation", "mediation", "publicity", "other.general", "legal_aid", "legal_aid"]
    second = ["mediation", "publicity", "publicity", "other.corrections", "legal_aid", "mediation"]
    numbers = desk.seeds[:6]
    for number, one, two in zip(numbers, first, second, strict=True):
        desk.label(number, one, "li")
        desk.label(number, two, "wang")
    desk.label(desk.new[0], "mediation", "li")
    book = desk.current.model.codebook
    given = {name: {("d", n, 0): code for n, code in enumerate(own)} for name, own in (("li", first), ("wang", second))}
    expected = compare_annotators("paragraphs", given, book)
    with desk.database.reading() as session:
        found = compared(session, book)
    (pair,) = found.pairs
    assert (pair.annotators, pair.units, found.together) == (("li", "wang"), 6, [])
    assert pair.kappa == expected.kappa and pair.alpha == expected.alpha
    page = client.get("/review/agreement").text
    for view in ("themes", "leaf codes"):
        assert shown(expected.kappa[view]) in page and shown(expected.alpha[view]) in page
    assert page.count("/review/conflicts/") == len(expected.disagreements) == 3
    assert shown(expected.kappa["themes"]) in client.get("/review").text
    # What is taken back counts no longer, here as everywhere.
    for number in numbers[:5]:
        desk.take_back(number)
    assert "li – wang" not in client.get("/review/agreement").text


def test_more_than_two_annotators_are_compared_together_and_in_pairs(desk: Desk, client: FlaskClient) -> None:
    themes = {"li": ["mediation", "publicity", "legal_aid"], "wang": ["mediation", "publicity", "mediation"]}
    for name, codes in {**themes, "zhao": ["mediation", "publicity"]}.items():
        for number, code in zip(desk.seeds, codes, strict=False):
            desk.label(number, code, name)
    with desk.database.reading() as session:
        found = compared(session, desk.current.model.codebook)
    (together,) = found.together
    assert (together.annotators, together.units) == (("li", "wang", "zhao"), 3)
    assert [(pair.annotators, pair.units) for pair in found.pairs] == [
        (("li", "wang"), 3),
        (("li", "zhao"), 2),
        (("wang", "zhao"), 2),
    ]
    page = client.get("/review/agreement").text
    assert "Theme by theme: all 3 annotators" in page and shown(together.alpha["themes"]) in page
    assert "Theme by theme: li – zhao" in client.get("/review/agreement?kind=paragraphs&with=li&with=zhao").text


def test_a_single_unit_in_common_is_no_agreement_yet(desk: Desk, client: FlaskClient) -> None:
    desk.label(desk.new[0], "mediation", "li")
    desk.label(desk.new[0], "mediation", "zhao")
    assert "As soon as two annotators" in client.get("/review/agreement").text


def test_the_votes_open_in_pandas_one_column_for_each_annotator(desk: Desk, client: FlaskClient) -> None:
    desk.label(desk.new[0], "other.general", "li")
    desk.label(desk.new[0], "mediation", "wang")
    desk.label(desk.new[1], "publicity", "wang")
    for codes, expected in (("", "other.general"), ("&codes=themes", "other")):
        answer = client.get("/review/agreement?format=csv" + codes)
        assert answer.mimetype == "text/csv"
        table = pd.read_csv(BytesIO(answer.data))
        assert list(table.columns) == ["document", "paragraph", "statement", "li", "wang"]
        assert table["paragraph"].tolist() == [1, 2] and table["li"].tolist()[0] == expected
        assert table["li"].isna().tolist() == [False, True] and table["wang"].tolist() == ["mediation", "publicity"]
