"""A real browser on a real server: Debian's Chromium, driven by Playwright, on a free port of the loopback."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from application import services_of
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, Request, sync_playwright
from waitress.server import create_server

from classifier import Model
from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Site:
    """A running server: its address, and the application behind it."""

    address: str
    app: Flask


@dataclass
class Watched:
    """What went wrong in a page: errors on its console, and requests to other hosts."""

    address: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every error and every foreign request of a page."""
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.address, "blob:", "about:")):
            self.strangers.append(request.url)


@pytest.fixture(scope="session")
def playwright_session() -> Iterator[Playwright]:
    with sync_playwright() as session:
        yield session


@pytest.fixture(scope="session")
def browser(playwright_session: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed; on Debian or Ubuntu: apt-get install chromium")
    browser = playwright_session.chromium.launch(executable_path=path, args=_ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def site(model: Model, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server with a data folder of its own, in the state after the first start."""
    folder = tmp_path / "home"
    shutil.copytree(data_folder, folder)
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    app = create_app(WebSettings(measure_model=False))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.effective_port}", app)
    server.close()
    thread.join(5)
    services_of(app).database.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser context of its own; at the end nothing may have gone wrong in it."""
    watched = Watched(site.address)
    contexts = []

    def open_at(path: str, *, width: int = 1280, height: int = 900, language: str = "zh", **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, base_url=site.address, **options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        if language != "zh":
            context.add_cookies([{"name": "language", "value": language, "url": site.address}])
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert watched.errors == []
    assert watched.strangers == []


def pictures_folder() -> Path | None:
    """Return where screenshots go, where they are asked for."""
    named = os.environ.get("POLICY_THEMES_PICTURES")
    return Path(named) if named else None
