"""Every setting of the web application in one table: name, default, and what it does."""

from dataclasses import dataclass, field, fields
from pathlib import Path

from classifier import home

DATABASE_FILE = "policy-themes.sqlite"
DATABASE_VARIABLE = "POLICY_THEMES_DATABASE"
KEY_FILE = "secret.key"


def _setting(default: object, meaning: str) -> object:
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True)
class WebSettings:
    """What a server is started with; each field's help stands in its metadata and in docs/web.md."""

    host: str = _setting("127.0.0.1", "the address to listen on; beyond loopback the server wants an account first")  # type: ignore[assignment]
    port: int = _setting(8000, "the port to listen on; 0 takes a free one")  # type: ignore[assignment]
    database: str = _setting("", "a database URL; by default a SQLite file in the data folder")  # type: ignore[assignment]
    private: bool = _setting(False, "ask for a log-in to read as well, not only to write")  # type: ignore[assignment]
    trusted_hosts: tuple[str, ...] = _setting((), "names beside the own address by which browsers may reach the server")  # type: ignore[assignment]
    trusted_proxy: str = _setting("", "a reverse proxy's address: its X-Forwarded-For and -Proto are believed")  # type: ignore[assignment]
    threads: int = _setting(10, "requests that are worked on at the same time")  # type: ignore[assignment]
    waiting: int = _setting(256, "requests of a kind that may wait for a thread; further ones get 503 at once")  # type: ignore[assignment]
    connections: int = _setting(1000, "connections that may be open at the same time")  # type: ignore[assignment]
    largest_body: int = _setting(32 * 1024 * 1024, "the largest request that is read, in bytes")  # type: ignore[assignment]
    longest_text: int = _setting(200_000, "the longest single text that is classified, in characters")  # type: ignore[assignment]
    session_days: int = _setting(14, "days after which a log-in ends")  # type: ignore[assignment]
    log_in_failures: int = _setting(5, "failed log-ins after which a name has to wait, at one address")  # type: ignore[assignment]
    log_in_minutes: int = _setting(15, "minutes for which failed log-ins count")  # type: ignore[assignment]
    draft_hours: int = _setting(24, "hours for which results and previews that nobody kept stay")  # type: ignore[assignment]
    import_seeds: bool = _setting(True, "import the shipped reports and labels into a new database")  # type: ignore[assignment]
    measure_model: bool = _setting(True, "measure a model in the background where it was not measured yet")  # type: ignore[assignment]

    planted_every: int = _setting(20, "in the review queues, on average every so many units one that is settled; 0 for none")  # type: ignore[assignment]

    @property
    def data_folder(self) -> Path:
        """The folder of the database, the models and the key: ``POLICY_THEMES_HOME``."""
        return home()

    @property
    def database_url(self) -> str:
        """The named database, or the embedded one in the data folder."""
        return self.database or f"sqlite:///{self.data_folder / DATABASE_FILE}"


def described_settings() -> list[tuple[str, object, str]]:
    """Return (name, default, help) of every setting, in order."""
    return [(entry.name, entry.default, entry.metadata["help"]) for entry in fields(WebSettings)]
