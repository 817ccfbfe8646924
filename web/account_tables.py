"""The tables of accounts: who may log in, their keys for scripts, log-ins that failed, and sessions that were ended."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from web.table_base import Table


class User(Table):
    """An account; ``role`` is viewer, annotator or administrator, ``password`` an argon2 hash."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]
    disabled: Mapped[bool] = mapped_column(default=False)


class Token(Table):
    """A key for scripts; only its SHA-256 is kept."""

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LogInFailure(Table):
    """A failed log-in, kept as long as it counts."""

    __tablename__ = "log_in_failures"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class EndedSession(Table):
    """A session that was logged out of, until its time would be over: a copy of its cookie must not work; by SHA-256."""

    __tablename__ = "ended_sessions"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
