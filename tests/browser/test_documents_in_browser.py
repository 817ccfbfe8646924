"""From files to the theme mix and out of it again: two files, a corrected jurisdiction, import, deletion."""

import re
from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, expect
from sample_report import REPORT

OpenPage = Callable[..., Page]
FILES = {"一.txt": REPORT, "二.txt": REPORT.replace("清源县", "青溪县").replace("宪法宣传周", "民法典宣传月")}


def payloads(files: dict[str, str]) -> list[FilePayload]:
    return [{"name": name, "mimeType": "text/plain", "buffer": text.encode()} for name, text in files.items()]


def test_two_files_are_previewed_corrected_imported_and_one_is_deleted(open_page: OpenPage) -> None:
    page = open_page("/documents", language="en")
    page.get_by_label("Add reports or tables").set_input_files(payloads(FILES))
    page.get_by_role("button", name="Read and preview").click()
    expect(page.locator("section.file")).to_have_count(2)
    first = page.locator("section.file").first
    expect(first.get_by_role("region", name="What was read")).to_contain_text("一、主要工作")
    expect(first.get_by_role("region", name="What was read")).to_contain_text("合规体检")
    expect(first.get_by_role("region", name="What was left out")).to_contain_text("首页 > 政府信息公开")
    expect(first.get_by_label("Jurisdiction")).to_have_value("清源县")
    first.get_by_label("Jurisdiction").fill("清水县")
    page.get_by_role("button", name="Import all 2").first.click()
    expect(page.locator("#count")).to_have_text("Documents: 7")
    expect(page.locator("table.documents")).to_contain_text("清水县")
    expect(page.locator("table.documents")).to_contain_text("青溪县")

    page.goto("/mix")
    expect(page.locator("tbody tr", has_text="清水县")).to_contain_text("2")
    expect(page.locator("tbody tr", has_text="清源县")).to_have_count(0)
    page.locator("tbody tr", has_text="清水县").locator("td.cell a[href*=publicity]").click()
    expect(page.locator(".evidence-item")).to_contain_text("宪法宣传周")

    page.goto("/documents?q=清水县")
    page.locator("table.documents tbody th a").click()
    page.get_by_role("link", name="Delete …").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Delete")
    page.get_by_role("button", name="Delete this document").click()
    expect(page).to_have_url(re.compile(r"/documents$"))
    expect(page.locator("#count")).to_have_text("Documents: 6")
    page.goto("/mix")
    expect(page.locator("tbody tr", has_text="青溪县")).to_have_count(1)
    expect(page.locator("tbody tr", has_text="清水县")).to_have_count(0)


def test_a_title_that_turns_text_around_turns_nothing_around_it(open_page: OpenPage) -> None:
    page = open_page("/documents", language="en")
    text = REPORT.replace("清源县司法局", "清源县司法局\u202e")
    added = page.request.post("/api/v1/documents", data={"name": "report.txt", "text": text}).json()
    assert "\u202e" in added["title"]
    page.goto(f"/review/document?document={added['id']}")
    title, behind = page.locator(".unit-place a"), page.locator(".unit-place a + span")
    expect(title).to_contain_text("\u202e")
    assert behind.bounding_box()["x"] >= title.bounding_box()["x"] + title.bounding_box()["width"] - 1  # type: ignore[index]


def test_a_document_that_nobody_confirms_to_delete_stays(open_page: OpenPage) -> None:
    page = open_page("/documents/1/delete", language="en")
    page.get_by_role("link", name="Keep it").click()
    expect(page).to_have_url(re.compile(r"/documents/1$"))
    page.goto("/documents")
    expect(page.locator("#count")).to_have_text("Documents: 5")


def test_a_documents_theme_leads_to_its_paragraphs_and_their_reasons(open_page: OpenPage) -> None:
    page = open_page("/documents/1", language="en")
    chip = page.locator(".theme-filter a", has_text="Mediation")
    count = int(chip.inner_text().split()[-1])
    chip.click()
    expect(page.locator("article.paragraph")).to_have_count(count)
    page.get_by_role("link", name=re.compile("Why does paragraph")).first.click()
    expect(page.locator(".why")).to_contain_text("speaks for it")
