"""Reviewing in a real browser: a queue by keyboard alone, and two annotators who differ until someone settles it."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from application import services_of
from browser_fixtures import PASSWORD, Site, log_in
from playwright.sync_api import Page, expect
from review_desk import Desk

from web.store.users import add_user

OpenPage = Callable[..., Page]


@pytest.fixture
def desk(site: Site) -> Desk:
    """The site with one unlabelled report of four paragraphs."""
    return Desk(site.app)


def shown(page: Page) -> int:
    """Return which paragraph a page of a queue asks about."""
    return int(page.locator("[data-label-form] input[name=paragraph]").input_value())


def press(page: Page, *keys: str) -> None:
    """Press keys, the last of which leads to another page."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(keys[-1])


def test_a_queue_is_worked_through_by_keyboard_alone(open_page: OpenPage, desk: Desk) -> None:
    page = open_page(f"/review/document?document={desk.document_id}", language="en")
    progress = page.locator(".review-progress")
    expect(progress).to_contain_text("0 of 4 done by you")
    first, second, third, fourth = desk.new
    assert shown(page) == first
    press(page, "s", "5", "s", "3")
    assert shown(page) == second
    expect(progress).to_contain_text("1 of 4 done by you")
    press(page, "n")
    assert shown(page) == third
    press(page, "7", "2")
    assert shown(page) == fourth
    press(page, "u")
    assert shown(page) == third
    expect(page.get_by_role("status").first).to_contain_text("Your label was taken back")
    expect(progress).to_contain_text("1 of 4 done by you")
    press(page, "Enter")
    press(page, "6")
    expect(page.get_by_role("heading", name="This is the end of the queue")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="Go through them again").press("Enter")
    assert shown(page) == second
    press(page, "1")
    expect(page.get_by_role("heading", name="You are through with this queue")).to_be_visible()
    expect(progress).to_contain_text("4 of 4 done by you")

    given = [(entry.paragraph_id, entry.kind, entry.theme, entry.secondary) for entry in desk.entries()]
    suggested = next(entry.suggestion for entry in desk.entries() if entry.paragraph_id == third)
    assert given == [
        (first, "label", "mediation", "publicity"),
        (third, "label", "other.reconsideration", ""),
        (third, "withdrawal", "other.reconsideration", ""),
        (third, "label", suggested, ""),
        (fourth, "label", "party_building", ""),
        (second, "label", "business_environment", ""),
    ]
    assert {entry.chosen_by for entry in desk.entries()} == {"document"}


def test_suggestions_can_be_hidden_by_key(open_page: OpenPage, desk: Desk) -> None:
    page = open_page("/review/uncertain", language="en")
    expect(page.locator(".suggestion")).to_contain_text("The model says")
    number = shown(page)
    press(page, "b")
    expect(page.locator(".suggestion")).to_contain_text("Suggestions are hidden")
    assert shown(page) == number
    press(page, "1")
    assert parse_qs(urlsplit(page.url).query)["blind"] == ["1"]
    assert [entry.suggestion for entry in desk.entries()] == [""]


def test_two_annotators_label_blind_and_a_conflict_is_settled(open_page: OpenPage, desk: Desk, site: Site) -> None:
    with services_of(site.app).database.writing() as session:
        for name in ("li", "wang"):
            add_user(session, name, PASSWORD, "annotator")
    queue = f"/review/document?document={desk.document_id}"
    pages = {}
    for name, themes in (("wang", "3133"), ("li", "3135")):
        pages[name] = page = open_page("/log-in", language="en")
        log_in(page, name)
        page.goto(queue)
        for theme in themes:
            if name == "li":
                expect(page.locator(".suggestion")).to_contain_text("You label this blind: others have labelled it")
                expect(page.locator("main")).not_to_contain_text("wang")
            press(page, theme)
    page = pages["wang"]
    page.goto("/review")
    page.get_by_role("link", name="Conflicts").click()
    expect(page.locator(".conflict-list > li")).to_have_count(1)
    page.get_by_role("link", name="Look and settle").click()
    for vote in ("wang", "li"):
        expect(page.get_by_role("heading", name=vote, exact=True)).to_be_visible()
    page.goto("/mix")
    row = page.locator("tbody tr", has_text="测试县")
    expect(row).to_contain_text("3 of 4 labelled by hand")

    page.goto("/review/conflicts")
    page.get_by_role("link", name="Look and settle").click()
    page.get_by_text("Note", exact=True).click()
    page.get_by_role("textbox", name="Note").fill("按规则一")
    page.get_by_role("button", name="Mediation").click()
    expect(page.get_by_role("status").first).to_contain_text("Settled")
    expect(page.locator("main")).to_contain_text("Nothing is to be settled")
    page.goto("/mix")
    expect(row).to_contain_text("all labelled by hand")
    page.goto("/review/log")
    entry = page.locator("table.log tbody tr").first
    for said in ("wang", "settled", "Mediation", "按规则一"):
        expect(entry).to_contain_text(said)
    page.goto("/review/agreement")
    expect(page.locator("table.pairs tbody tr")).to_contain_text("li – wang")


def test_a_sample_is_drawn_and_labelled_without_suggestions(open_page: OpenPage, desk: Desk) -> None:
    page = open_page("/review", language="en")
    page.get_by_label("Paragraphs to draw").fill("3")
    page.get_by_role("button", name="Draw at random").click()
    page.wait_for_url("**/review/audit")
    expect(page.locator(".review-progress")).to_contain_text("0 of 3 done by you")
    for _ in range(3):
        expect(page.locator(".suggestion")).to_contain_text("You label this blind")
        press(page, "2")
    expect(page.get_by_role("heading", name="You are through with this queue")).to_be_visible()
    probabilities = {entry.probability for entry in desk.entries() if entry.chosen_by == "audit"}
    assert len(probabilities) == 1 and probabilities != {None}


def test_keys_act_on_the_only_form_of_a_page_wherever_it_is(open_page: OpenPage, desk: Desk) -> None:
    page = open_page(f"/review/document?document={desk.document_id}", language="en", height=240)
    expect(page.locator("[data-label-form]")).not_to_be_in_viewport()
    press(page, "3")
    assert [entry.theme for entry in desk.entries()] == ["mediation"]
