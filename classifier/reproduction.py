"""Make the tables of a snapshot again from what is frozen in it, and say whether they are equal, or what differs."""

import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.chunks import Item
from classifier.errors import InputError, LabelError, SnapshotError
from classifier.labels import LabelSet, load_labels
from classifier.manifest import MODEL_FILE, Manifest, versions
from classifier.model import Model
from classifier.model_file import load_model, model_to_bytes
from classifier.plain_zip import why_not_plain
from classifier.snapshot_file import unpacked_snapshot
from classifier.snapshot_tables import ChangedFigure, classify_data, compare_tables, make_tables, write_tables
from classifier.sources import Failures
from classifier.version import VERSION


@dataclass(frozen=True)
class Reproduction:
    """What came of making a snapshot's tables again.

    ``other_versions`` says which program or packages are not those of the snapshot, one line each. ``retrained`` is None
    where no model was trained, empty where the new one has the same bytes, else says what differs.
    """

    manifest: Manifest
    differences: tuple[ChangedFigure, ...]
    other_versions: tuple[str, ...]
    retrained: str | None = None

    @property
    def equal(self) -> bool:
        """Whether everything that was made again is as it was frozen."""
        return not self.differences and not self.retrained


def reproduce(
    archive: Path,
    *,
    retrain: bool = False,
    progress: Callable[[Iterable[Item]], Iterable[Item]] = lambda items: items,
) -> Reproduction:
    """Check every file of a snapshot, then make its tables again; with ``retrain``, train its model again as well.

    Raises SnapshotError where it is not safe to open, damaged or changed, and other errors of the family where this
    program cannot read what is in it.
    """
    with unpacked_snapshot(archive) as (folder, manifest), tempfile.TemporaryDirectory() as rebuilt:
        model = _safe_model(folder / MODEL_FILE, archive)
        labels = load_labels(folder / manifest.labels)
        failures = Failures()
        classified = classify_data(folder, manifest.data, model, failures, progress)
        if failures.reasons:
            raise InputError("; ".join(failures.reasons))
        tables = make_tables(model, classified, labels, manifest.tables)
        write_tables(tables, manifest.tables, model.codebook, Path(rebuilt))
        same_program = manifest.program == VERSION
        differences = compare_tables(folder, Path(rebuilt), manifest.tables, same_program=same_program)
        retrained = _retrained(model, labels) if retrain else None
    return Reproduction(manifest, tuple(differences), tuple(_other_versions(manifest)), retrained)


def _safe_model(path: Path, archive: Path) -> Model:
    """Read the model, which is a zip file of its own."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as opened:
            reason = why_not_plain(opened, path.stat().st_size)
        if reason:
            raise SnapshotError(f"{archive}: not safe to open: in its {MODEL_FILE}, {reason}")
    return load_model(path)


def _other_versions(manifest: Manifest) -> list[str]:
    here = {"policy-themes": VERSION, **versions()}
    frozen = {"policy-themes": manifest.program, **manifest.made_with}
    return [
        f"frozen with {name} {version}, reproduced with {here.get(name, 'none')}"
        for name, version in frozen.items()
        if here.get(name) != version
    ]


def _retrained(model: Model, labels: LabelSet) -> str:
    """Train a model from labels as another was trained, and say what differs; an empty text where no byte does."""
    if labels.digest() != model.record.get("labels_digest"):
        return "the model was trained from other labels than those frozen with it"
    from classifier.training import train  # Imports scikit-learn: only where a model must be trained.

    try:
        trained = train(labels, model.record.get("settings"))
    except (KeyError, LabelError) as error:
        return f"this program cannot train it ({error})"
    if model_to_bytes(trained) == model_to_bytes(model):
        return ""
    if trained.vocabulary != model.vocabulary:
        return f"other terms: {len(model.vocabulary)} frozen, {len(trained.vocabulary)} trained again"
    apart = max(
        float(np.abs(now - before).max())
        for now, before in (
            (trained.coefficients, model.coefficients),
            (trained.intercepts, model.intercepts),
            (trained.calibration, model.calibration),
        )
    )
    return f"the same terms, weights that differ by up to {apart:.2g}"
