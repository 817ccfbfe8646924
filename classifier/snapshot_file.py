"""A snapshot's file: written from a folder, whole or not at all; unpacked only where every byte is what was frozen."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classifier.errors import SnapshotError
from classifier.manifest import CITATION_FILE, MANIFEST_FILE, Manifest, read_manifest
from classifier.plain_zip import BROKEN_ZIP, unpack_members, why_not_as_listed, why_not_plain, write_plain_zip
from classifier.whole_files import replacing

_LARGEST_MANIFEST = 1 << 26
_AGAIN = "get the archive again"


def write_snapshot(folder: Path, manifest: Manifest, output: Path) -> None:
    """Write the files of a folder, which the manifest lists, with the manifest and the citation.

    Raises OSError where there is no room, or no folder to write to; then nothing is left.
    """
    first = {MANIFEST_FILE: manifest.to_bytes(), CITATION_FILE: f"{manifest.citation}\n".encode()}
    with replacing(output) as temporary:
        write_plain_zip(temporary, [*first.items(), *((name, folder / name) for name in manifest.sha256)])


@contextmanager
def unpacked_snapshot(archive: Path) -> Iterator[tuple[Path, Manifest]]:
    """Give a temporary folder with the files of a snapshot, each of which was checked, and its manifest.

    Raises SnapshotError where the archive is not safe to open, is damaged, or was changed: it names the files.
    """
    with tempfile.TemporaryDirectory(prefix="policy-themes-") as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(archive) as opened:
                reason = why_not_plain(opened, archive.stat().st_size)
                if reason:
                    raise SnapshotError(f"{archive}: not safe to open: {reason}")
                manifest = _checked_manifest(opened, archive)
                damaged = unpack_members(opened, folder, manifest.sha256)
                if not _says(opened, CITATION_FILE, f"{manifest.citation}\n"):
                    damaged.append(f"{CITATION_FILE} (or {MANIFEST_FILE})")
        except BROKEN_ZIP as error:
            raise SnapshotError(f"{archive}: no zip archive, or a damaged one ({error}); {_AGAIN}") from None
        if damaged:
            raise SnapshotError(f"{archive}: not as it was frozen: {', '.join(damaged)}; {_AGAIN}")
        yield folder, manifest


def _checked_manifest(opened: zipfile.ZipFile, archive: Path) -> Manifest:
    if MANIFEST_FILE not in opened.namelist() or opened.getinfo(MANIFEST_FILE).file_size > _LARGEST_MANIFEST:
        raise SnapshotError(f"{archive}: no snapshot (no {MANIFEST_FILE} in it); give one of policy-themes snapshot")
    try:
        content = opened.read(MANIFEST_FILE)
    except BROKEN_ZIP as error:
        raise SnapshotError(f"{archive}: not as it was frozen: {MANIFEST_FILE} ({error}); {_AGAIN}") from None
    manifest = read_manifest(content, str(archive))
    reason = why_not_as_listed(opened, MANIFEST_FILE, {MANIFEST_FILE, CITATION_FILE, *manifest.sha256})
    if reason:
        raise SnapshotError(f"{archive}: {reason}; {_AGAIN}")
    return manifest


def _says(opened: zipfile.ZipFile, name: str, text: str) -> bool:
    try:
        return opened.read(name) == text.encode()
    except BROKEN_ZIP:
        return False
