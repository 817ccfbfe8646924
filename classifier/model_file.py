"""Keep a model in one file that cannot run code: a zip of plain arrays and JSON, every member checked by digest.

The same model gives the same bytes: no times, no compression. Raise `FORMAT_VERSION` whenever a member is added, removed
or changes its meaning; files of another version are refused, never guessed at.
"""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from classifier.bands import Bands
from classifier.codebook import Codebook
from classifier.errors import CodebookError, ModelError
from classifier.features import TfidfWeights, Vocabulary
from classifier.mixed import MixedRule
from classifier.model import Model
from classifier.normalisation import normalise
from classifier.plain_zip import BROKEN_ZIP, write_plain_zip
from classifier.whole_files import replacing

FORMAT = "policy-themes model"
FORMAT_VERSION = 4
_MANIFEST, _DESCRIPTION = "manifest.json", "model.json"
_ARRAYS = ("idf", "coefficients", "intercepts", "calibration")
_LARGEST_MEMBER = 2**31
_REMEDY = "train it again with: policy-themes train -o MODEL"


def save_model(model: Model, path: Path) -> None:
    """Write a model to ``path``, whole or not at all; an existing file is replaced in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(model_to_bytes(model))


def model_to_bytes(model: Model) -> bytes:
    """Return the bytes of a model's file."""
    description = {
        "codebook": model.codebook.to_dict(),
        "terms": list(model.vocabulary.terms),
        "lead_weight": model.lead_weight,
        "secondary_threshold": model.secondary_threshold,
        "mixed_rule": model.mixed_rule.to_dict() if model.mixed_rule else None,
        "bands": model.bands.to_dict() if model.bands else None,
        "record": dict(model.record),
    }
    members = {_DESCRIPTION: _json(description)}
    arrays: tuple[NDArray[Any], ...] = (model.weights.idf, model.coefficients, model.intercepts, model.calibration)
    members |= {f"{name}.npy": _npy(array) for name, array in zip(_ARRAYS, arrays, strict=True)}
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
    }
    stream = io.BytesIO()
    write_plain_zip(stream, {_MANIFEST: _json(manifest), **members}.items())
    return stream.getvalue()


def load_model(path: Path) -> Model:
    """Read a model; ModelError names what is wrong with the file and what to do. Nothing in it is ever executed."""
    return _load(path, path)


def model_from_bytes(data: bytes, name: str) -> Model:
    """Read a model from the bytes of its file, which messages call ``name``."""
    return _load(io.BytesIO(data), name)


def _load(file: Path | IO[bytes], path: Path | str) -> Model:
    try:
        with zipfile.ZipFile(file) as archive:
            members = _checked_members(archive, path)
    except FileNotFoundError:
        raise ModelError(f"{path}: no such model file; {_REMEDY}") from None
    except BROKEN_ZIP as error:
        raise ModelError(f"{path}: not a {FORMAT}, or damaged ({error}); {_REMEDY}") from None
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error}); check the path and its permissions") from None
    try:
        description = json.loads(members[_DESCRIPTION])
        arrays = [np.load(io.BytesIO(members[f"{name}.npy"]), allow_pickle=False) for name in _ARRAYS]
        return _model(description, arrays)
    except (ValueError, KeyError, TypeError, CodebookError) as error:
        raise ModelError(f"{path}: its parts do not fit together ({error}); {_REMEDY}") from None


def _checked_members(archive: zipfile.ZipFile, path: Path | str) -> dict[str, bytes]:
    names = {info.filename: info.file_size for info in archive.infolist()}
    if _MANIFEST not in names or names[_MANIFEST] > 1 << 20:
        raise ModelError(f"{path}: not a {FORMAT} (no {_MANIFEST} in it); {_REMEDY}")
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        version, digests = manifest["format_version"], dict(manifest["sha256"])
        known = manifest["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        raise ModelError(f"{path}: its {_MANIFEST} is damaged; {_REMEDY}") from None
    if not known or version != FORMAT_VERSION:
        raise ModelError(f"{path}: model format {version!r}, but this program reads version {FORMAT_VERSION}; {_REMEDY}")
    expected = {_DESCRIPTION, *(f"{name}.npy" for name in _ARRAYS)}
    if set(digests) != expected or set(names) != expected | {_MANIFEST} or max(names.values()) > _LARGEST_MEMBER:
        raise ModelError(f"{path}: holds {', '.join(sorted(names))}, not what a model holds; {_REMEDY}")
    members = {}
    for name in sorted(expected):
        members[name] = archive.read(name)
        if hashlib.sha256(members[name]).hexdigest() != digests[name]:
            raise ModelError(f"{path}: {name} was changed after training (wrong digest); {_REMEDY}")
    return members


def _model(description: dict[str, Any], arrays: list[NDArray[Any]]) -> Model:
    book = Codebook.from_dict(description["codebook"])
    terms = tuple(description["terms"])
    idf, coefficients, intercepts, calibration = arrays
    leaves = len(book.leaf_codes)
    shapes = (idf.shape, coefficients.shape, intercepts.shape, calibration.shape)
    if shapes != ((len(terms),), (leaves, len(terms)), (leaves,), (1 + leaves,)):
        raise ValueError(f"{len(terms)} terms, {leaves} leaf codes and arrays of shapes {shapes}")
    if normalise("".join(terms)) != "".join(terms):
        raise ValueError("terms in a form that this program does not look for")
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("numbers that are not finite")
    return Model(
        book,
        Vocabulary(terms),
        TfidfWeights(idf),
        coefficients,
        intercepts,
        calibration,
        float(description["lead_weight"]),
        float(description["secondary_threshold"]),
        MixedRule(**description["mixed_rule"]) if description["mixed_rule"] else None,
        Bands.from_dict(description["bands"]) if description["bands"] else None,
        description["record"],
    )


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "surrogatepass")


def _npy(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
    return stream.getvalue()
