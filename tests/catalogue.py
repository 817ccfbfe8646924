"""Collect the texts of the web application, update its Chinese catalogue, and compile it: ``make translations``."""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from paths import ROOT

WEB = ROOT / "web"
PO = WEB / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
_METHODS = [("migrations/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2")]
# Errors for users are translated when they are shown, and N_ marks a text that is translated later.
_ERRORS = (
    "RequestError",
    "NotFoundError",
    "ForbiddenError",
    "ConflictError",
    "TooManyError",
    "NoRoomError",
    "LogInNeededError",
    "N_",
)
_KEYWORDS = {**DEFAULT_KEYWORDS, **dict.fromkeys(_ERRORS), "lazy_gettext": None}


def extract() -> Catalog:
    """Return every text that the application shows, with the files that show it."""
    found = Catalog(project="policy-themes", charset="utf-8")
    options = {"jinja2": {"trimmed": "true", "silent": "false"}}
    methods = [(pattern, method) for pattern, method in _METHODS if method != "ignore"]
    for name, _, message, _, _ in extract_from_dir(
        WEB, methods, {pattern: options.get(method, {}) for pattern, method in methods}, _KEYWORDS
    ):
        if not name.startswith("migrations") and message:
            found.add(message, locations=[(Path(name).as_posix(), 0)])
    return found


def load() -> Catalog:
    """Return the Chinese catalogue as it is committed."""
    with PO.open("rb") as stream:
        return read_po(stream, locale="zh")


def texts_of(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return every text with its translations; a text with a plural has two forms in English and one in Chinese."""

    def forms(value: object) -> tuple[str, ...]:
        return tuple(value) if isinstance(value, list | tuple) else (str(value or ""),)

    return {forms(message.id): forms(message.string) for message in catalogue if message.id and not message.fuzzy}


def compiled(catalogue: Catalog) -> bytes:
    """Return the binary form of a catalogue."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def main() -> None:
    """Add new texts without a translation, drop those that are gone, and compile."""
    fresh = extract()
    catalogue = load() if PO.exists() else Catalog(locale="zh", project="policy-themes")
    known = texts_of(catalogue)
    result = Catalog(locale="zh", project="policy-themes", charset="utf-8", fuzzy=False)
    result.revision_date = result.creation_date = catalogue.creation_date
    for message in sorted((entry for entry in fresh if entry.id), key=lambda entry: str(entry.id)):
        names = sorted({name for name, _ in message.locations})
        plural = isinstance(message.id, list | tuple)
        translated = known.get(tuple(message.id) if plural else (str(message.id),), ("",))
        # One form for every number, as in Chinese.
        string = translated[:1] if plural else translated[0]
        result.add(message.id, string, locations=[(name, 0) for name in names], flags=message.flags)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as stream:
        write_po(stream, result, width=120, include_lineno=False)
    MO.write_bytes(compiled(result))
    missing = [text for text, translated in texts_of(result).items() if not all(translated)]
    print(f"{len(result)} texts, {len(missing)} without a translation")
    for text in missing:
        print(f"  {' | '.join(text)}")


if __name__ == "__main__":
    main()
