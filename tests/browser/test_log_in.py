"""Accounts in a real browser: writing needs a log-in, the language stays, nothing typed is lost, roles differ."""

import re
from collections.abc import Callable

import pytest
from application import services_of
from browser_fixtures import PASSWORD, Site, Watched, log_in
from playwright.sync_api import Page, expect

from web.store.users import add_user, set_password

OpenPage = Callable[..., Page]
TEXT = "全县人民调解组织调处矛盾纠纷2300件。"


@pytest.fixture(autouse=True)
def accounts(site: Site) -> None:
    with services_of(site.app).database.writing() as session:
        for name, role in (("li", "administrator"), ("wang", "annotator")):
            add_user(session, name, PASSWORD, role)


def test_writing_needs_a_log_in_and_a_switch_of_language_keeps_the_page(open_page: OpenPage) -> None:
    page = open_page("/mix?by=level")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(r"/mix\?by=level$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Documents").click()
    expect(page.get_by_label("Add reports or tables")).to_have_count(0)

    page.goto("/review/uncertain")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.get_by_label("Name").fill("wang")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/review/uncertain$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_load_state()
    page.keyboard.press("3")
    expect(page.locator(".review-progress")).to_contain_text("labels today: 1")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page).to_have_url(re.compile("/review/uncertain"))

    page.locator(".switches form button").click()
    expect(page.get_by_role("link", name="登录", exact=True)).to_be_visible()
    page.goto("/account")
    expect(page).to_have_url(re.compile("/log-in"))


def test_a_wrong_password_is_said_and_the_name_stays(open_page: OpenPage, watched: Watched) -> None:
    page = open_page("/log-in", language="en")
    page.get_by_label("Name").fill("wang")
    page.get_by_label("Password").fill("wrong horse")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
    expect(page.get_by_label("Name")).to_have_value("wang")
    watched.excuse("status of 401")


def test_text_outlives_a_log_in_that_has_ended(open_page: OpenPage, watched: Watched, site: Site) -> None:
    page = open_page("/log-in", language="en")
    log_in(page, "wang")
    page.goto("/")
    page.get_by_label("Text", exact=True).fill(TEXT)
    with services_of(site.app).database.writing() as session:
        set_password(session, "wang", "another horse")
    page.get_by_role("button", name="Show the themes").click()
    expect(page.get_by_role("textbox", name="What you had typed")).to_have_value(TEXT)
    watched.excuse("status of 401")
    page.get_by_label("Name").fill("wang")
    page.get_by_label("Password").fill("another horse")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Text", exact=True)).to_have_value(TEXT)


def test_text_outlives_a_lost_session(open_page: OpenPage, watched: Watched) -> None:
    page = open_page("/log-in", language="en")
    log_in(page, "wang")
    page.goto("/")
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.context.clear_cookies(name="policy_themes")
    page.get_by_role("button", name="Show the themes").click()
    expect(page.get_by_role("textbox", name="What you had typed")).to_have_value(TEXT)
    watched.excuse("status of 400")


@pytest.mark.parametrize(("name", "may_train"), [("li", True), ("wang", False)])
def test_only_administrators_can_train_and_delete(open_page: OpenPage, name: str, may_train: bool) -> None:
    page = open_page("/log-in", language="en")
    log_in(page, name)
    page.goto("/model")
    expect(page.get_by_role("button", name="Retrain")).to_have_count(int(may_train))
    page.goto("/documents/1")
    expect(page.get_by_role("link", name="Delete …")).to_have_count(int(may_train))


def test_a_token_is_shown_once_and_a_password_is_changed(open_page: OpenPage) -> None:
    page = open_page("/log-in", language="en")
    log_in(page, "wang")
    page.get_by_role("link", name="wang").click()
    page.get_by_label("Name of the token").fill("script")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator("#new-token").input_value()
    answer = page.request.get("/api/v1/documents", headers={"Authorization": f"Bearer {token}"})
    assert answer.ok
    page.goto("/account")
    expect(page.locator("main")).to_contain_text("script")
    expect(page.locator("#new-token")).to_have_count(0)
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("another horse")
    page.get_by_label("New password, once more").fill("another horse")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status").first).to_contain_text("Your password is changed")
    page.locator(".switches form button").click()
    log_in(page, "wang", "another horse")
    expect(page.get_by_role("link", name="wang")).to_be_visible()
