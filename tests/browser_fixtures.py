"""A real browser on a real server: Debian's Chromium, driven by Playwright, on a free port of the loopback."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from application import services_of
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from benchmarks.chromium import find_chromium
from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app

PATIENCE = 15_000  # Milliseconds that something may take on a machine that is busy with other things.
PASSWORD = "correct horse"
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
    """What went wrong in pages of a site: errors on the console, and requests to other hosts."""

    address: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every error and every foreign request of a page."""
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note)

    def excuse(self, text: str) -> None:
        """Take out the errors that hold a text, which have to be there: the test provoked them."""
        rest = [error for error in self.errors if text not in error]
        assert len(rest) < len(self.errors), f"no error on the console says {text!r}"
        self.errors[:] = rest

    def _note(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "blob:", "about:")):
            self.strangers.append(request.url)


def launch(session: Playwright, path: str) -> Browser:
    """Start a browser that sends nothing anywhere by itself."""
    return session.chromium.launch(executable_path=path, args=_ARGUMENTS)


@contextmanager
def running_site(home: Path, **changes: object) -> Iterator[Site]:
    """Serve the application on a data folder, in a thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(home))
        app = create_app(WebSettings(**{"measure_model": False, **changes}))  # type: ignore[arg-type]
        connections: dict[int, object] = {}
        server = create_server(app, map=connections, host="127.0.0.1", port=0, threads=4)
        thread = Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield Site(f"http://127.0.0.1:{server.effective_port}", app)
        finally:
            # In the server's own thread: sockets that are closed under its feet would end it with an error.
            server.trigger.pull_trigger(partial(wasyncore.close_all, connections, ignore_all=True))
            thread.join(PATIENCE / 1000)
            server.task_dispatcher.shutdown()
            services_of(app).database.close()


@pytest.fixture(scope="session")
def playwright_session() -> Iterator[Playwright]:
    with sync_playwright() as session:
        yield session


@pytest.fixture(scope="session")
def browser(playwright_session: Playwright) -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("Chromium is not installed; on Debian or Ubuntu: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    browser = launch(playwright_session, path)
    yield browser
    browser.close()


@pytest.fixture
def site(new_home: Path, tmp_path: Path) -> Iterator[Site]:
    """A server with a data folder of its own, in the state after the first start."""
    folder = tmp_path / "home"
    shutil.copytree(new_home, folder)
    with running_site(folder) as site:
        yield site


@pytest.fixture
def watched(site: Site) -> Iterator[Watched]:
    """What went wrong in the pages of a test: nothing, at its end."""
    watched = Watched(site.address)
    yield watched
    assert watched.errors == []
    assert watched.strangers == []


@pytest.fixture
def open_page(browser: Browser, site: Site, watched: Watched) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser context of its own."""
    contexts: list[BrowserContext] = []

    def open_at(path: str, *, width: int = 1280, height: int = 900, language: str = "zh", **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, base_url=site.address, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if language != "zh":
            context.add_cookies([{"name": "language", "value": language, "url": site.address}])
        page = context.new_page()
        watched.watch(page)
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Log in by the form, in whichever language it is, and wait for the page after it."""
    page.goto("/log-in")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.locator(".log-in form button").click()
    page.wait_for_url(lambda address: "/log-in" not in address)
