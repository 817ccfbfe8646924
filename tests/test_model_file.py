"""Model files: the same bytes for the same model, and refused unless whole, unchanged and of this version."""

import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from classifier import Model, ModelError, load_model, save_model
from classifier.model_file import FORMAT_VERSION


@pytest.fixture(scope="module")
def saved(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "themes.model"
    save_model(model, path)
    return path


def rewritten(saved: Path, target: Path, **members: bytes | None) -> Path:
    """Copy a model with members replaced, or left out where None."""
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = members.get(name.replace(".", "_"), old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


def test_a_model_comes_back_as_it_was(model: Model, saved: Path) -> None:
    back = load_model(saved)
    assert (back.codebook, back.vocabulary, back.record) == (model.codebook, model.vocabulary, model.record)
    np.testing.assert_array_equal(back.probabilities(["调解纠纷"]), model.probabilities(["调解纠纷"]))


def test_the_same_model_gives_the_same_bytes(model: Model, saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.model"
    save_model(load_model(saved), again)
    assert again.read_bytes() == saved.read_bytes()


def test_a_compressed_member_that_is_damaged_is_said(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.model"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key="manifest.json".__ne__):
            new.writestr(name, old.read(name))
    data = bytearray(path.read_bytes())
    start = data.index(b"manifest.json") + len("manifest.json")
    data[start : start + 8] = b"\xff" * 8
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"damaged.*train it again"):
        load_model(path)


class Payload:
    """Unpickling this would create a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.target,))


def test_a_pickle_is_refused_and_never_run(tmp_path: Path) -> None:
    target, path = tmp_path / "ran", tmp_path / "evil.model"
    path.write_bytes(pickle.dumps(Payload(target)))
    with pytest.raises(ModelError, match=r"not a policy-themes model.*train it again"):
        load_model(path)
    assert not target.exists()


def test_a_pickle_inside_a_model_is_refused_and_never_run(saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "ran"
    array = np.array([Payload(target)], dtype=object)
    np.save(tmp_path / "idf.npy", array, allow_pickle=True)
    path = rewritten(saved, tmp_path / "evil.model", idf_npy=(tmp_path / "idf.npy").read_bytes())
    with pytest.raises(ModelError):
        load_model(path)
    assert not target.exists()


def manifest_of(saved: Path, **changes: object) -> bytes:
    with zipfile.ZipFile(saved) as archive:
        return json.dumps({**json.loads(archive.read("manifest.json")), **changes}).encode()


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"model_json": b"{}"}, "model.json was changed after training"),
        ({"idf_npy": None}, "not what a model holds"),
        ({"manifest_json": None}, "no manifest.json"),
        ({"manifest_json": b"[]"}, "manifest.json is damaged"),
        ({"manifest_json": b"{"}, "manifest.json is damaged"),
    ],
)
def test_a_changed_model_is_refused(saved: Path, tmp_path: Path, members: dict[str, bytes | None], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        load_model(rewritten(saved, tmp_path / "changed.model", **members))


@pytest.mark.parametrize("changes", [{"format_version": 99}, {"format": "another program"}])
def test_a_model_of_another_version_or_program_is_refused(saved: Path, tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=f"reads version {FORMAT_VERSION}; train it again"):
        load_model(rewritten(saved, tmp_path / "other.model", manifest_json=manifest_of(saved, **changes)))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_model_is_refused(saved: Path, tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.model"
    data = saved.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(ModelError, match="train it again"):
        load_model(path)


def test_a_flipped_bit_anywhere_is_noticed(saved: Path, tmp_path: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[len(data) // 2] ^= 1
    path = tmp_path / "flipped.model"
    path.write_bytes(data)
    with pytest.raises(ModelError):
        load_model(path)


def test_parts_that_do_not_fit_together_are_refused(saved: Path, model: Model, tmp_path: Path) -> None:
    from dataclasses import replace

    path = tmp_path / "misfit.model"
    save_model(replace(model, intercepts=model.intercepts[:-1]), path)
    with pytest.raises(ModelError, match="do not fit together"):
        load_model(path)
    save_model(replace(model, intercepts=model.intercepts * np.nan), path)
    with pytest.raises(ModelError, match="not finite"):
        load_model(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model file"):
        load_model(tmp_path / "none.model")
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path)


def test_a_failed_write_leaves_the_old_model(
    model: Model, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.model"
    save_model(model, path)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        save_model(model, path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["kept.model"]


def test_an_interrupt_between_two_steps_leaves_no_file(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = os.open

    def make(path: str, flags: int, mode: int = 0o777) -> int:
        handle = made(path, flags, mode)
        if Path(path).parent == tmp_path:
            os.close(handle)
            raise KeyboardInterrupt
        return handle

    monkeypatch.setattr(os, "open", make)
    with pytest.raises(KeyboardInterrupt):
        save_model(model, tmp_path / "kept.model")
    assert list(tmp_path.iterdir()) == []
