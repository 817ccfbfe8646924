"""A data folder as it is after the first start, without the training where this machine has the default model already."""

import os
import shutil
from pathlib import Path

from flask import Flask

from classifier import home
from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app


def first_start(folder: Path) -> Flask:
    """Make the data folder, let this process and its children work in it from now on, and return the application."""
    known = sorted((home() / "models").glob("default-*.model"))
    (folder / "models").mkdir(parents=True)
    for path in known:
        shutil.copy(path, folder / "models")
    os.environ[HOME_VARIABLE] = str(folder)
    return create_app(WebSettings(measure_model=False))
