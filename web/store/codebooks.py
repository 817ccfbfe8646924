"""Every codebook that was ever in use here, and what labels of its versions are under the one in use now."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import Codebook, CodebookError, MigratedLabel, Migration, load_codebook, migration_to
from web.store.revisions import now
from web.tables import CodebookRecord, Label

OWN_CODEBOOK = "codebook.toml"


def keep_codebook(session: Session, codebook: Codebook) -> None:
    """Keep a codebook, so that its labels and its wordings can be read when another one is in use."""
    if session.get(CodebookRecord, codebook.digest()) is None:
        session.add(
            CodebookRecord(digest=codebook.digest(), version=codebook.version, content=codebook.to_dict(), kept_at=now())
        )
        session.flush()


def own_codebook(data_folder: Path) -> Codebook | None:
    """Return the codebook that the next model is trained with where the installation has its own, else None."""
    path = data_folder / OWN_CODEBOOK
    return load_codebook(path) if path.is_file() else None


def kept_codebooks(session: Session) -> list[Codebook]:
    """Return every codebook that was in use, the newest first."""
    query = select(CodebookRecord.content).order_by(CodebookRecord.kept_at.desc(), CodebookRecord.version.desc())
    return [Codebook.from_dict(content) for content in session.scalars(query)]


class CodebookVersions:
    """What labels of every version of the codebook are under one of them.

    ``text_of`` gives the text of a label's unit, where a rule reads it.
    """

    def __init__(self, session: Session, codebook: Codebook, text_of: Callable[[Label], str]) -> None:
        self._session, self.codebook, self._text_of = session, codebook, text_of
        self._migrations: dict[str, Migration | None] = {codebook.version: Migration(codebook.version, codebook, ())}
        self._kept: list[Codebook] | None = None

    def migration(self, version: str) -> Migration | None:
        """Return the way of labels from a version, forth or back; None where no codebook knows both."""
        if version not in self._migrations:
            if version not in self.codebook.versions and self._kept is None:
                self._kept = kept_codebooks(self._session)
            try:
                self._migrations[version] = migration_to(self.codebook, version, self._kept or ())
            except CodebookError:
                self._migrations[version] = None
        return self._migrations[version]

    def knows(self, code: str, version: str) -> bool:
        """Tell whether a code of some version is one of this codebook, or changes say what became of it."""
        return code in self.codebook.leaf_codes or (version != self.codebook.version and self.migration(version) is not None)

    def label(self, label: Label) -> MigratedLabel:
        """Return what a label is now; one of a version that nobody knows stays what it is."""
        migration, secondary = self.migration(label.codebook), tuple(filter(None, label.secondary.split(";")))
        if migration is None:
            return MigratedLabel(label.theme, secondary)
        return migration.label(label.theme, secondary, self._text_of(label) if migration.reads_texts else "")

    def order(self, label: Label) -> int:
        """Return the place of a label's version: later ones have higher numbers, unknown ones come before all."""
        versions = self.codebook.versions
        if label.codebook in versions:
            return versions.index(label.codebook)
        return len(versions) if self.migration(label.codebook) is not None else -1
