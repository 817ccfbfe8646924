"""Documents in a real browser: dropping files, looking at the preview by keyboard, importing; nothing too wide for a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sample_report import REPORT

LONG_NAME = "清源县司法局关于二〇二四年度法治政府建设工作情况的报告（征求意见稿）最终修改版本.txt"

_DROP = """([files]) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  for (const kind of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def chosen(page: Page, *files: tuple[str, str]) -> None:
    """Choose files in the form and send them."""
    sent: list[FilePayload] = [{"name": name, "mimeType": "text/plain", "buffer": text.encode()} for name, text in files]
    page.set_input_files("#files", sent)
    page.get_by_role("button", name="Read and preview").click()
    expect(page).to_have_url(re.compile("/documents/preview"))


def test_dropped_files_are_named_previewed_by_keyboard_and_imported(open_page: Callable[..., Page]) -> None:
    page = open_page("/documents", language="en")
    page.evaluate(_DROP, [[["一.txt", REPORT], ["二.txt", REPORT.replace("清源县", "清泉县")]]])
    expect(page.locator("[data-chosen]")).to_have_text("2: 一.txt · 二.txt")
    page.keyboard.press("Enter")
    year = page.get_by_label("Year reported on").first
    year.fill("20x4")
    year.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The year 20x4 is not a year")
    expect(page.get_by_label("Year reported on").first).to_have_value("20x4")
    page.get_by_label("Year reported on").first.fill("2023")
    page.get_by_role("button", name="Import all 2").first.click()
    expect(page.locator("#count")).to_have_text("Documents: 7")
    page.goto("/mix")
    expect(page.locator("main")).to_contain_text("清泉县")


def test_too_many_or_too_large_files_are_said_before_they_are_sent(open_page: Callable[..., Page]) -> None:
    page = open_page("/documents", language="en")
    page.evaluate(_DROP, [[[f"{number}.txt", "x"] for number in range(51)]])
    expect(page.locator("[data-chosen]")).to_have_text("Send at most 50 files at once.")
    expect(page.get_by_role("button", name="Read and preview")).to_be_disabled()
    # The server says how much it takes; a file as large as that would only cost time here.
    page.locator("[data-drop]").evaluate("form => { form.dataset.largest = '1000'; }")
    page.evaluate(_DROP, [[["big.txt", "x" * 1001]]])
    expect(page.locator("[data-chosen]")).to_contain_text("larger than the server takes")
    page.evaluate(_DROP, [[["one.txt", "x"]]])
    expect(page.get_by_role("button", name="Read and preview")).to_be_enabled()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/documents", language="en", width=width)
    places = ["/documents/2?theme=other&why=4", "/documents/2/delete", "/documents"]
    chosen(page, (LONG_NAME, REPORT), ("x.zip", "x"))
    for place in [page.url, *places]:
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place


def test_the_list_works_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page("/documents", language="en", java_script_enabled=False)
    chosen(page, ("一.txt", REPORT))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("清源县司法局2024年工作总结")
