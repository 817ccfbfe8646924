"""Every page, in both languages, from a phone to a wide screen, in light and dark: it fits, speaks one language, reads aloud."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_fixtures import Site, Watched, log_in, running_site
from busy_site import ADMINISTRATOR, OPEN_PAGES, PAGES, Busy, fill
from playwright.sync_api import Browser, Page, StorageState, expect

from classifier import LabelSet

OpenPage = Callable[..., Page]
WIDTHS = (360, 768, 1280, 1920)
# Which theme a chip names depends on the data, so that a page must have room for the longest name in each of them.
_RENAME_CHIPS = """name => {
  for (const chip of document.querySelectorAll(".chip"))
    for (const node of chip.childNodes)
      if (node.nodeType === Node.TEXT_NODE && node.textContent.trim()) node.textContent = name;
}"""
# What is hidden counts as well; of each kind, the first three: a page of a hundred alike would take half a minute.
_OPEN_DETAILS = """() => {
  const opened = {};
  for (const hidden of document.querySelectorAll("details")) {
    opened[hidden.className] = (opened[hidden.className] || 0) + 1;
    if (opened[hidden.className] <= 3) hidden.open = true;
  }
}"""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def site(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(new_home, folder)
    with running_site(folder) as site:
        yield site


@pytest.fixture(scope="module")
def busy(site: Site, evaluation: Mapping[str, Any]) -> Busy:
    return fill(site.app, evaluation)


@pytest.fixture(scope="module")
def logged_in(browser: Browser, site: Site, busy: Busy) -> StorageState:
    """The cookies of an administrator."""
    context = browser.new_context(base_url=site.address)
    log_in(context.new_page(), ADMINISTRATOR)
    kept = context.storage_state()
    context.close()
    return kept


@pytest.fixture
def visit(open_page: OpenPage, busy: Busy, logged_in: StorageState) -> OpenPage:
    """Open one of the pages above as an administrator, without anything that moves."""

    def open_as_administrator(path: str, **options: object) -> Page:
        state = None if path in OPEN_PAGES else logged_in
        return open_page(busy.address(path), storage_state=state, reduced_motion="reduce", **options)

    return open_as_administrator


@pytest.mark.parametrize(("language", "width", "colours"), [("zh", 1280, "light"), ("en", 360, "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_its_language_fits_every_screen_and_can_be_used_by_everybody(
    name: str, language: str, width: int, colours: str, visit: OpenPage, labels: LabelSet
) -> None:
    page = visit(PAGES[name], language=language, width=width, color_scheme=colours)
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-Hans", "en": "en"}[language]
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("h1")).to_be_visible()
    for words in page.locator(".pages a, .skip, footer").all_inner_texts():
        assert bool(_CHINESE.search(words)) is (language == "zh") or words == "API", words
    for each in WIDTHS:
        page.set_viewport_size({"width": each, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= each, each
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(_OPEN_DETAILS)
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [said(found) for found in violations if found["impact"] in ("serious", "critical")] == []
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    codes = (*labels.codebook.themes, *labels.codebook.subcodes)
    page.evaluate(_RENAME_CHIPS, max((code.name(language) for code in codes), key=len))
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[0], "a theme with a long name"


def said(violation: Mapping[str, Any]) -> str:
    """Say a violation so that it can be mended."""
    places = [f"{node['html'][:160]} — {node['failureSummary'].splitlines()[-1].strip()}" for node in violation["nodes"][:4]]
    return "\n".join([f"{violation['id']} ({violation['impact']}, {len(violation['nodes'])} places)", *places])


def test_all_pages_are_in_sight_on_a_phone(visit: OpenPage) -> None:
    page = visit("/api", width=360)
    links = page.locator(".pages a")
    for place in range(links.count()):
        expect(links.nth(place)).to_be_in_viewport(ratio=1)


def test_the_first_key_leads_past_the_navigation(visit: OpenPage) -> None:
    page = visit("/mix")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_appearance_is_switched_and_remembered(visit: OpenPage) -> None:
    page = visit("/codebook", color_scheme="light")
    colour = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.locator("[data-appearance]").click()
    dark = page.evaluate(colour)
    assert light != dark
    page.goto("/mix")
    assert page.evaluate(colour) == dark


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/documents/999", 404), ("/tag/unknown", 404), ("/mix?by=colour", 400)]
)
def test_a_page_of_an_error_says_what_to_do(
    path: str, status: int, language: str, visit: OpenPage, watched: Watched
) -> None:
    page = visit(path, language=language, width=360)
    watched.excuse(f"status of {status}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for place in ("h1", "main p:not(.error-number) >> nth=0", "main a.button"):
        assert bool(_CHINESE.search(page.locator(place).inner_text())) is (language == "zh"), place
    page.locator("main a.button").click()
    expect(page).to_have_url(re.compile(r":\d+/$"))
