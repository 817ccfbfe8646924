"""Tagging in a real browser: paste, correct by click and by key, and find it again in the log, the mix and the downloads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas
import pytest
from browser_fixtures import Watched
from playwright.sync_api import Locator, Page, expect

OpenPage = Callable[..., Page]
PLACE = "清源县"
PARAGRAPHS = (
    "全县人民调解组织调处矛盾纠纷2300件，调解成功率98%，选聘专职调解员12名。",
    "开展宪法宣传周活动150场，发放普法资料2万份，培育法律明白人480名。",
    "依法接收社区矫正对象132名，走访帮扶刑满释放人员75名，无脱管漏管。",
)
_DROP = """text => {
  const data = new DataTransfer();
  data.items.add(new File([text], "报告.txt"));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def results(open_page: OpenPage) -> Page:
    """The first page's answer to the paragraphs, in English."""
    page = open_page("/", language="en")
    page.get_by_label("Text", exact=True).fill("\n\n".join(PARAGRAPHS))
    page.get_by_label("Jurisdiction").fill(PLACE)
    page.get_by_label("Year reported on").fill("2024")
    page.get_by_role("button", name="Show the themes").click()
    expect(page.locator("[data-card]")).to_have_count(len(PARAGRAPHS))
    page.wait_for_load_state()
    return page


def card(page: Page, number: int) -> Locator:
    return page.locator(f"#p{number}")


def state(page: Page, number: int) -> Locator:
    return card(page, number).get_by_role("status")


def logged(page: Page, number: int) -> Locator:
    """The entries of a paragraph in the label log, which is open."""
    return page.locator("table.log tbody tr", has_text=PARAGRAPHS[number - 1])


@contextmanager
def saving(page: Page) -> Iterator[None]:
    """Wait until a label was saved."""
    with page.expect_response(lambda answer: answer.url.endswith("/label") and answer.ok):
        yield


def test_a_correction_by_click_stands_in_the_log_and_counts_in_the_mix(results: Page) -> None:
    page = results
    expect(card(page, 1).get_by_role("heading", level=2)).to_contain_text("Mediation")
    expect(page.locator("[data-not-stored]")).to_be_visible()
    publicity = card(page, 1).get_by_role("button", name="Law publicity")
    publicity.click()
    expect(state(page, 1)).to_have_text("Your label: Law publicity")
    expect(publicity).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-stored]")).to_be_visible()
    page.reload()
    expect(state(page, 1)).to_have_text("Your label: Law publicity")

    page.goto("/review/log")
    for said in ("local", "Law publicity", f"{PLACE} 2024 · paragraph 1", "typed in to be tagged", "shown: Mediation"):
        expect(logged(page, 1)).to_contain_text(said)

    page.goto("/mix")
    row = page.locator("tbody tr", has_text=PLACE)
    expect(row).to_contain_text("1 of 3 labelled by hand")
    row.locator("td.cell a[href*=publicity]").click()
    expect(page.locator(".evidence-item")).to_have_count(2)
    expect(page.locator("main")).to_contain_text(PARAGRAPHS[0])


def test_keys_label_every_paragraph_and_the_mix_becomes_a_count(results: Page) -> None:
    page = results
    with saving(page):
        page.keyboard.press("3")
    with saving(page):
        page.keyboard.press("s")
        page.keyboard.press("5")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(card(page, 2)).to_be_focused()
    with saving(page):
        page.keyboard.press("Enter")
    page.keyboard.press("j")
    with saving(page):
        page.keyboard.press("7")
        page.keyboard.press("3")
    expect(state(page, 1)).to_have_text("Your label: Mediation")
    expect(state(page, 2)).to_have_text("Your label: Law publicity")
    expect(state(page, 3)).to_contain_text("Your label: Corrections and resettlement")

    page.goto("/review/log")
    expect(logged(page, 1).first).to_contain_text("Mediation + Law publicity")
    expect(logged(page, 1)).to_have_count(2)
    expect(logged(page, 2)).to_contain_text("Law publicity")
    expect(logged(page, 3)).to_contain_text("Corrections and resettlement")

    page.goto("/mix")
    row = page.locator("tbody tr", has_text=PLACE)
    expect(row).to_contain_text("all labelled by hand")
    for theme, count in (("mediation", "1/3"), ("publicity", "1/3"), ("other", "1/3"), ("legal_aid", "0/3")):
        expect(row.locator(f"td.cell a[href*={theme}] .count")).to_have_text(count)
    expect(row.locator(".interval")).to_have_count(0)


@pytest.mark.parametrize(("link", "suffix"), [("CSV", ".csv"), ("Excel", ".xlsx")])
def test_a_download_is_read_by_pandas(results: Page, link: str, suffix: str, tmp_path: Path) -> None:
    with results.expect_download() as waiting:
        results.get_by_role("link", name=link).click()
    assert waiting.value.suggested_filename.endswith(suffix)
    path = tmp_path / f"themes{suffix}"
    waiting.value.save_as(path)
    table = pandas.read_csv(path) if suffix == ".csv" else pandas.read_excel(path)
    assert list(table["text"]) == list(PARAGRAPHS)
    assert list(table["theme"]) == ["mediation", "publicity", "other"]
    assert set(table["jurisdiction"]) == {PLACE} and set(table["year"]) == {2024}
    assert table.filter(like="score_").sum(axis=1).round(3).tolist() == [1, 1, 1]


def test_a_label_that_could_not_be_sent_is_kept_and_sent_again(results: Page, watched: Watched) -> None:
    page = results
    page.context.set_offline(True)
    page.keyboard.press("4")
    expect(state(page, 1)).to_contain_text("Not saved: the server does not answer just now")
    watched.excuse("net::ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(False)
    card(page, 1).get_by_role("button", name="Try again").click()
    expect(state(page, 1)).to_have_text("Your label: Legal aid and services")
    page.goto("/review/log")
    expect(logged(page, 1)).to_have_count(1)


def test_a_dropped_file_is_tagged(open_page: OpenPage) -> None:
    page = open_page("/")
    page.evaluate(_DROP, f"{PLACE}司法局2024年工作总结\n" + "\n".join(PARAGRAPHS))
    expect(page.locator("[data-remove-file]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-card]")).to_have_count(len(PARAGRAPHS))
    expect(page.locator("main")).to_contain_text(f"{PLACE} 2024")


def test_nothing_is_lost_when_there_was_nothing_to_read(open_page: OpenPage, watched: Watched) -> None:
    page = open_page("/")
    page.locator("#jurisdiction").fill(PLACE)
    page.locator(".send button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#jurisdiction")).to_have_value(PLACE)
    watched.excuse("status of 400")
