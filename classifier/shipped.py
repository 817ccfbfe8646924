"""Find the labels and seeds that travel with this package: inside an installed wheel, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(name: str) -> Path:
    """Return the folder ``labels`` or ``seeds``.

    The build copies both into the package (see pyproject.toml); in a checkout they stand at the top level.
    """
    inside = _PACKAGE / "shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
