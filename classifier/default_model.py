"""The default model: trained from the shipped labels on first use, kept in the installation's data folder."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from classifier.errors import ModelError
from classifier.labels import CODEBOOK_FILE, EXAMPLES_FILE, PARAGRAPHS_FILE, STATEMENTS_FILE, load_labels
from classifier.model import Model
from classifier.model_file import load_model as load_model_file
from classifier.model_file import save_model
from classifier.settings import home
from classifier.shipped import shipped_folder
from classifier.version import VERSION


def default_model_path() -> Path:
    """Return where the default model of these labels and this program is kept; its name carries their digest."""
    state = hashlib.sha256(VERSION.encode())
    labels = shipped_folder("labels")
    for path in (
        *(labels / name for name in (CODEBOOK_FILE, PARAGRAPHS_FILE, STATEMENTS_FILE, EXAMPLES_FILE)),
        *sorted(Path(__file__).parent.glob("*.py")),  # After a change of the program, the model is trained anew.
    ):
        state.update(hashlib.sha256(path.read_bytes()).digest())
    return home() / "models" / f"default-{state.hexdigest()[:16]}.model"


def default_model(notice: Callable[[str], None] = lambda text: None) -> Model:
    """Load the default model, training it first where it is not there yet or is damaged.

    ``notice`` is told what takes time or could not be kept. A data folder that cannot be written to only means that the
    model is trained again next time.
    """
    path = default_model_path()
    if path.exists():
        try:
            return load_model_file(path)
        except ModelError as error:
            notice(f"{error}; training it again now")
    notice("training the model from the shipped labels; this happens once and takes some seconds")
    from classifier.training import train  # Imports scikit-learn: only where a model must be trained.

    model = train(load_labels(shipped_folder("labels")))
    try:
        save_model(model, path)
    except OSError as error:
        notice(f"{path}: the model could not be kept ({error.strerror}); it will be trained again next time")
        return model
    return load_model_file(path)
