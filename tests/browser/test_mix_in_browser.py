"""The theme mix in Chromium: from a cell to its paragraphs, the chart as a picture, the address, the printed page."""

import re
import struct
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas
import pytest
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]
_A4_POINTS = (595, 842)
_LANDSCAPE_INSIDE = 1039  # CSS pixels between the margins of A4 on its side.


def test_a_cell_opens_into_its_paragraphs_and_leads_back(open_page: OpenPage) -> None:
    page = open_page("/mix?sort=publicity", language="en")
    cell = page.locator("tr", has_text="浦江县").locator("td.cell").nth(5)
    count = int((cell.locator(".count").inner_text()).split("/")[0])
    cell.locator("a").click()
    expect(page.locator(".evidence-item")).to_have_count(count)
    expect(page.locator("h1")).to_have_text("浦江县 · Party building")
    page.get_by_role("link", name="Back to the table").click()
    assert parse_qs(urlsplit(page.url).query) == {"sort": ["publicity"]}


def test_the_chart_can_be_saved_as_a_picture(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/mix?chart=small", language="en")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG").click()
    path = tmp_path / "chart.png"
    waiting.value.save_as(path)
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG") and waiting.value.suggested_filename.endswith(".png")
    width, height = struct.unpack(">II", data[16:24])
    assert width == 2 * 872 and height > 600 and len(data) > 20_000


def test_the_table_can_be_saved(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/mix?level=county", language="en")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    waiting.value.save_as(tmp_path / "mix.csv")
    assert set(pandas.read_csv(tmp_path / "mix.csv")["jurisdiction"]) == {"浦江县", "西湖区"}


def test_the_filter_makes_a_short_address(open_page: OpenPage) -> None:
    page = open_page("/mix?measure=text&chart=years", language="en")
    page.get_by_label("Search").fill("嘉兴")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert parse_qs(urlsplit(page.url).query) == {"measure": ["text"], "chart": ["years"], "search": ["嘉兴"]}
    assert "level" not in page.url


@pytest.mark.parametrize(
    "address", ["/mix", "/mix?detail=1&sort=mediation&chart=small&years=1", "/mix/paragraphs?group=浦江县"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_phone(address: str, language: str, open_page: OpenPage) -> None:
    page = open_page(address, width=360, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("address", ["/mix", "/mix?detail=1&sort=mediation"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_printed_table_fits_a4_on_its_side(address: str, language: str, open_page: OpenPage) -> None:
    page = open_page(address, width=_LANDSCAPE_INSIDE, language=language)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= _LANDSCAPE_INSIDE
    assert not page.locator(".mix-filter").is_visible()
    assert media_boxes(page.pdf(prefer_css_page_size=True)) == {(_A4_POINTS[1], _A4_POINTS[0])}


def test_printed_paragraphs_stand_upright(open_page: OpenPage) -> None:
    page = open_page("/mix/paragraphs?group=浦江县&theme=mediation")
    assert media_boxes(page.pdf(prefer_css_page_size=True)) == {_A4_POINTS}


def media_boxes(pdf: bytes) -> set[tuple[int, int]]:
    """Return the sizes of the pages of a PDF file, in points."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    return {(round(float(width)), round(float(height))) for width, height in boxes}
