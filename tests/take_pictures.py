"""Take pictures of every page, in both languages, for a phone and a desktop, light and dark, to be looked at by eye.

``make pictures`` writes them into build/pictures; with ``--docs``, those of the documentation into docs/pictures.
"""

import base64
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from browser_fixtures import Site, launch, log_in, running_site
from busy_site import ADMINISTRATOR, OPEN_PAGES, PAGES, Busy, fill
from paths import ROOT
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from small_png import palette_png

from benchmarks.chromium import find_chromium
from classifier import Model, evaluate, evaluate_held_out, learning_curve, load_labels, load_model, shipped_folder, train
from classifier.settings import HOME_VARIABLE
from web.store.training_labels import count_texts

BUILD = ROOT / "build"
FOLDER = BUILD / "pictures"
DOCS = ROOT / "docs" / "pictures"
SCREENS = {"desktop": (1280, 800), "phone": (360, 740)}
SPLITS = 10
# The browser reads its own picture: nothing else here can.
_READ_PIXELS = """async picture => {
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + picture)).blob());
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  let text = "";
  for (let place = 0; place < pixels.length; place += 30000) {
    text += String.fromCharCode(...pixels.subarray(place, place + 30000));
  }
  return btoa(text);
}"""


@dataclass(frozen=True)
class Chosen:
    """A picture of the documentation: a page and its query, language and appearance, and what to scroll to."""

    page: str
    language: str = "zh"
    screen: str = "desktop"
    colours: str = "light"
    top: str = "body"
    query: str = ""


CHOSEN = {
    "tag-zh": Chosen("tag-results"),
    "mix-zh": Chosen("mix", top=".mix-table"),
    "review-zh": Chosen("review-uncertain"),
    "document-zh": Chosen("document", top=".summary"),
    "model-zh": Chosen("model", top="#quality > h3 >> nth=-2", query="?units=held_out"),
    "mix-en-dark": Chosen("mix", "en", colours="dark", top=".mix-chart"),
}


def main() -> None:
    """Serve a filled database and take the pictures."""
    path = find_chromium()
    if path is None:
        sys.exit("Chromium is not installed; on Debian or Ubuntu: apt-get install chromium")
    home = BUILD / "pictures-home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(home))
        evaluation = measured(load_model())
    with TemporaryDirectory() as folder, sync_playwright() as session:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy)
        with running_site(copy) as site:
            busy = fill(site.app, evaluation)
            browser = launch(session, path)
            if "--docs" in sys.argv:
                take_chosen(browser, site, busy)
            else:
                take_all(browser, site, busy)
            browser.close()


def measured(model: Model) -> Mapping[str, Any]:
    """Return the model's evaluation; made once for each model, as that takes a few minutes."""
    path = BUILD / f"evaluation-{model.identity}.json"
    if not path.is_file():
        print("measuring the model; this takes a few minutes, once", flush=True)
        labels = load_labels(shipped_folder("labels"))
        found = evaluate(labels, train, most_splits=SPLITS)
        found["learning_curve"] = learning_curve(labels)
        found["held_out"] = evaluate_held_out(labels, shipped_folder("labels"), lambda _: model)
        found |= {"texts_of": count_texts(labels), "same_labels": True}
        path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    kept: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def take_all(browser: Browser, site: Site, busy: Busy) -> None:
    """Take a picture of every page as a whole."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for language, screen, colours in product(("zh", "en"), SCREENS, ("light", "dark")):
        with context(browser, site, language, screen, colours) as found:
            for logged_in, names in ((False, [name for name in PAGES if PAGES[name] in OPEN_PAGES]), (True, [*PAGES])):
                page = found.new_page()
                if logged_in:
                    log_in(page, ADMINISTRATOR)
                for name in names:
                    if logged_in and PAGES[name] in OPEN_PAGES:
                        continue
                    page.goto(busy.address(PAGES[name]))
                    page.screenshot(path=FOLDER / f"{name}-{language}-{screen}-{colours}.png", full_page=True)
        print(f"{language} {screen} {colours}", flush=True)


def take_chosen(browser: Browser, site: Site, busy: Busy) -> None:
    """Take the pictures of the documentation: one screen of each."""
    DOCS.mkdir(parents=True, exist_ok=True)
    reader = browser.new_page()
    for name, chosen in CHOSEN.items():
        width, height = SCREENS[chosen.screen]
        with context(browser, site, chosen.language, chosen.screen, chosen.colours) as found:
            page = found.new_page()
            log_in(page, ADMINISTRATOR)
            page.goto(busy.address(PAGES[chosen.page]) + chosen.query)
            page.locator(chosen.top).first.evaluate("element => element.scrollIntoView()")
            picture = base64.b64encode(page.screenshot()).decode()
        pixels = np.frombuffer(base64.b64decode(reader.evaluate(_READ_PIXELS, picture)), np.uint8)
        (DOCS / f"{name}.png").write_bytes(palette_png(pixels.reshape(height, width, 4)[:, :, :3]))


def context(browser: Browser, site: Site, language: str, screen: str, colours: str) -> BrowserContext:
    """Open a browser context in which nothing moves."""
    width, height = SCREENS[screen]
    found = browser.new_context(
        base_url=site.address,
        viewport={"width": width, "height": height},
        color_scheme="dark" if colours == "dark" else "light",
        reduced_motion="reduce",
    )
    found.add_cookies([{"name": "language", "value": language, "url": site.address}])
    return found


if __name__ == "__main__":
    main()
