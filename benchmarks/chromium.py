"""Where Debian's Chromium is, for what is printed and for what is tried in a browser."""

import shutil


def find_chromium() -> str | None:
    """Return the path of the program, or None; first of the one without windows, which takes less time for a page."""
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
