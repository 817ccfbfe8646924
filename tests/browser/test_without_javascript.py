"""Without JavaScript everything works: tag and label, import, review, compare, settle."""

from collections.abc import Callable

import pytest
from browser_fixtures import Site
from playwright.sync_api import Page, expect
from review_desk import Desk
from sample_report import REPORT

OpenPage = Callable[..., Page]
PARAGRAPH = "全县人民调解组织调处矛盾纠纷2300件，调解成功率98%，选聘专职调解员12名。"


@pytest.fixture
def plain(open_page: OpenPage) -> Page:
    """A page in English of a browser without JavaScript."""
    return open_page("/", language="en", java_script_enabled=False)


def test_a_paragraph_is_tagged_labelled_and_counted(plain: Page) -> None:
    page = plain
    page.get_by_label("Text", exact=True).fill(PARAGRAPH)
    page.get_by_label("Jurisdiction").fill("清源县")
    page.get_by_role("button", name="Show the themes").click()
    page.get_by_label("Law publicity").check()
    page.get_by_role("button", name="Legal aid and services").click()
    expect(page.locator(".label-state")).to_have_text("Your label: Legal aid and services")
    page.locator("summary", has_text="Other").click()
    page.get_by_role("button", name="Corrections and resettlement").click()
    expect(page.locator(".label-state")).to_have_text("Your label: Corrections and resettlement")
    page.goto("/review/log")
    entries = page.locator("table.log tbody tr", has_text=PARAGRAPH)
    expect(entries).to_have_count(2)
    expect(entries.nth(1)).to_contain_text("Legal aid and services + Law publicity")
    page.goto("/mix")
    row = page.locator("tbody tr", has_text="清源县")
    expect(row).to_contain_text("all labelled by hand")
    row.locator("td.cell a[href*=other]").click()
    expect(page.locator(".evidence-item")).to_contain_text(PARAGRAPH)


def test_a_file_is_previewed_imported_and_in_the_mix(plain: Page) -> None:
    page = plain
    page.get_by_role("link", name="Documents").click()
    page.get_by_label("Add reports or tables").set_input_files(
        {"name": "报告.txt", "mimeType": "text/plain", "buffer": REPORT.encode()}
    )
    page.get_by_role("button", name="Read and preview").click()
    expect(page.get_by_role("region", name="What was left out")).to_contain_text("首页 > 政府信息公开")
    page.get_by_label("Jurisdiction").fill("清水县")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".about-document")).to_contain_text("清水县")
    page.get_by_role("link", name="Theme mix").click()
    expect(page.locator("tbody tr", has_text="清水县")).to_have_count(1)


def test_a_unit_is_reviewed_and_taken_back(plain: Page, site: Site) -> None:
    desk, page = Desk(site.app), plain
    page.goto("/review")
    page.locator("#document-choice").select_option(value=str(desk.document_id))
    page.locator("#document").get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Mediation").click()
    expect(page.locator(".review-progress")).to_contain_text("1 of 4 done by you")
    page.get_by_role("link", name="Skip").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".review-progress")).to_contain_text("0 of 4 done by you")
    assert [entry.kind for entry in desk.entries()] == ["label", "withdrawal"]


def test_a_mix_is_filtered_and_its_chart_changed(plain: Page) -> None:
    page = plain
    page.goto("/mix")
    page.get_by_label("Search").fill("嘉兴")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main tbody tr")).to_have_count(1)
